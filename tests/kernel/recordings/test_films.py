"""Body-camera films from the folder to the visit's page: once each, filed by a person, opened with a reason."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests import world
from tests.kernel.matters.test_scope import plan
from tests.kernel.recordings import films

from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.accounts.tree import load_jurisdictions
from zhijian.kernel.clock.calendar import today
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import Blob, File, LedgerEntry
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.recordings import acts, demo, jobs, matching
from zhijian.kernel.recordings.matching import shown_by
from zhijian.kernel.recordings.models import Camera, Recording
from zhijian.programmes.inspection.models import Inspection


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.inspector, made.second, made.head, made.stranger
        made.person("内勤", Role.CLERK, world.OFFICE)
        made.person("督察", Role.AUDITOR, world.DISTRICT)
        acts.wears("DSJ0012", made.inspector, world.in_days(-90), made.actor("所长"))
    return made


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now().replace(microsecond=0) - dt.timedelta(hours=2)


def visited(w: world.World, began: dt.datetime, minutes: int = 30) -> Matter:
    """A visit that was made."""
    matter = plan(w)
    with scoped(SYSTEM):
        Inspection.objects.filter(pk=matter.pk).update(started=began, ended=began + dt.timedelta(minutes=minutes))
    return matter


def film(folder: Path, began: dt.datetime, device: str = "DSJ0012", seconds: int = 300) -> Path:
    """A film by its name, as the docking station brings it."""
    at = began.astimezone(dt.timezone(dt.timedelta(hours=8)))
    path = folder / f"{device}_{at:%Y%m%d%H%M%S}.mp4"
    path.write_bytes(films.mp4(seconds))
    return path


def take(folder: Path, **options: object) -> str:
    out, err = io.StringIO(), io.StringIO()
    with suppress(SystemExit):
        call_command("body_camera", folder, stdout=out, stderr=err, **options)
    return out.getvalue() + err.getvalue()


def signed_in(client: Client, w: world.World, name: str) -> Client:
    client.force_login(w.people[name])
    return client


def test_a_folder_is_taken_in_once_whatever_happens(w: world.World, now: dt.datetime, tmp_path: Path) -> None:
    matter = visited(w, now)
    path = film(tmp_path, now)
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "again.mp4").write_bytes(path.read_bytes())
    (tmp_path / "DSJ0012_20260101000000.mp4").write_bytes(b"no film at all")
    (tmp_path / "readme.txt").write_text("…")
    said = take(tmp_path)
    assert said.count("对上一次检查") == 2 and "已经收入过" in said
    assert "这不是能打开的视频" in said
    take(tmp_path)
    with scoped(SYSTEM):
        (made,) = Recording.objects.all()
        assert made.began_at == now and made.person == w.inspector and made.area == world.OFFICE
        assert (made.ended_at, made.state) == (now + dt.timedelta(minutes=5), "waiting")
        assert files.read_blob(made.blob) == path.read_bytes()
        assert LedgerEntry.objects.filter(kind="recording.taken").count() == 1
        assert [one.pk for one in acts.lines([made], SYSTEM)[0].visits] == [matter.pk]


def test_a_film_belongs_to_who_was_there_whoever_holds_the_visit_today(
    w: world.World, now: dt.datetime, tmp_path: Path
) -> None:
    """The matter was handed over after the visit: the film of who went there is still its film, the heir's is not."""
    matter = visited(w, now)
    there = [{"name": one.name, "certificate_no": one.certificate_no} for one in (w.inspector, w.second)]
    with scoped(SYSTEM):
        heir, partner = (w.person(name, Role.INSPECTOR, world.OFFICE, number) for name, number in (
            ("丙", "鲁C-003"), ("丁", "鲁C-004")
        ))  # fmt: skip
        helper = w.person("协管", Role.HELPER, world.OFFICE)
        acts.wears("DSJ0013", heir, world.in_days(-90), w.actor("所长"))
        acts.wears("DSJ0014", helper, world.in_days(-90), w.actor("所长"))
        Matter.objects.filter(pk=matter.pk).update(assignee=heir, second=partner)
        of = Inspection.objects.filter(pk=matter.pk)
        for officers, found in (
            (there, [[matter.pk], [], []]),
            ([*there, {"name": helper.name, "certificate_no": ""}], [[matter.pk], [], [matter.pk]]),
            ([], [[], [matter.pk], []]),  # a visit that names nobody: then who holds it
        ):
            of.update(officers=officers)
            span = (now, now + dt.timedelta(minutes=5))
            shown = [
                [one.matter for one in shown_by(who.pk, *span, matching.visits({who.pk}, *span), dt.timedelta())]
                for who in (w.inspector, heir, helper)
            ]
            assert shown == found
        of.update(officers=there)
    film(tmp_path, now)
    film(tmp_path, now, "DSJ0013", 200)
    take(tmp_path)
    with scoped(SYSTEM):
        mine, his = (Recording.objects.get(person=who) for who in (w.inspector, heir))
        told = {one.recording.pk: [each.pk for each in one.visits] for one in acts.lines([mine, his], SYSTEM)}
        assert told == {mine.pk: [matter.pk], his.pk: []}


def test_a_full_disk_keeps_what_was_taken_in_and_goes_on_later(
    w: world.World, now: dt.datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film(tmp_path, now)
    film(tmp_path, now + dt.timedelta(hours=1))
    keep, calls = files.keep, []

    def full(*args: object, **more: object) -> files.Kept:
        calls.append(1)
        if len(calls) == 2:
            raise files.NoSpace
        return keep(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "keep", full)
    with pytest.raises(CommandError, match="没有空间了"):
        call_command("body_camera", tmp_path, stdout=io.StringIO())
    with scoped(SYSTEM):
        assert Recording.objects.count() == 1
    take(tmp_path)
    with scoped(SYSTEM):
        assert Recording.objects.count() == 2


def test_the_docking_station_s_folder_is_taken_in_by_a_button(
    w: world.World, now: dt.datetime, tmp_path: Path, client: Client, settings: object
) -> None:
    head = signed_in(client, w, "所长")
    assert head.post("/recordings/take/").status_code == 404, "no folder is set"
    settings.RECORDINGS_FOLDER = str(tmp_path)  # type: ignore[attr-defined]
    film(tmp_path, now)
    (tmp_path / "DSJ0012_20260101000000.mp4").write_bytes(b"no film at all")
    assert "/recordings/take/" in head.get("/recordings/").content.decode()
    with scoped(SYSTEM), pytest.raises(jobs.NotTaken, match="DSJ0012_20260101000000"):
        jobs.take_in()
    with scoped(SYSTEM):
        assert Recording.objects.count() == 1, "what is a film is in all the same"
    (tmp_path / "DSJ0012_20260101000000.mp4").unlink()
    with scoped(SYSTEM):
        assert jobs.take_in() == 0


def test_films_are_read_in_pieces(w: world.World, now: dt.datetime, tmp_path: Path) -> None:
    """A film is larger than the server's memory: no read asks for more than a piece of it."""
    asked: list[int] = []

    class Watched(io.BytesIO):
        def read(self, n: int | None = -1, /) -> bytes:
            asked.append(-1 if n is None else n)
            return super().read(n)

    files.keep(Watched(films.mp4(seed=b"x" * 3_000_000)), media_types=acts.FILMS, limit=acts.LIMIT)
    assert max(asked) <= files.PIECE and -1 not in asked


@pytest.mark.parametrize("known", [False, True])
def test_a_clock_that_is_wrong_is_put_right(w: world.World, now: dt.datetime, tmp_path: Path, known: bool) -> None:
    visited(w, now)
    path = film(tmp_path, now + dt.timedelta(hours=1))
    how: dict[str, object] = {"known": f"{path.name}={now.isoformat()}"} if known else {"ahead": 3600}
    assert "对上一次检查" in take(tmp_path, **how)
    with scoped(SYSTEM):
        made = Recording.objects.get()
        assert (made.began_at, made.offset_s) == (now, 3600)


def test_what_fits_none_or_several_waits_for_a_person(w: world.World, now: dt.datetime, tmp_path: Path) -> None:
    visited(w, now)
    visited(w, now + dt.timedelta(minutes=35))
    film(tmp_path, now + dt.timedelta(minutes=25), seconds=900)
    film(tmp_path, now, device="NOBODYS")
    film(tmp_path, now - dt.timedelta(days=3))
    (tmp_path / "0001.mp4").write_bytes(films.mp4())
    said = take(tmp_path)
    for told in (
        "对上几次检查，请选", "那时这台记录仪没有登记佩戴人",
        "佩戴人那时没有检查", "文件没有拍摄时间",
    ):  # fmt: skip
        assert told in said
    with scoped(SYSTEM):
        assert Recording.objects.get(device="NOBODYS").area == world.CITY


def test_many_films_ask_as_much_as_one(w: world.World, now: dt.datetime, tmp_path: Path, client: Client) -> None:
    clerk = signed_in(client, w, "内勤")
    asked = []
    for n in range(4):
        visited(w, now - dt.timedelta(hours=5 * n))
        film(tmp_path, now - dt.timedelta(hours=5 * n))
        take(tmp_path)
        with CaptureQueriesContext(connection) as queries:
            assert clerk.get("/recordings/").content.decode().count("data-row") == n + 1
        asked.append(len(queries))
    assert asked[1] == asked[3]


def test_a_camera_goes_from_hand_to_hand(w: world.World) -> None:
    with scoped(w.actor("所长")) as head:
        acts.wears("DSJ0012", w.second, world.in_days(-10), head)
        with pytest.raises(NotOpen):
            acts.wears("DSJ0012", w.inspector, world.in_days(-20), head)
        worn = lambda days: acts.wearer("DSJ0012", world.in_days(days))  # noqa: E731
        assert [worn(days).person.name for days in (-11, -10, 0)] == ["甲", "乙", "乙"]  # type: ignore[union-attr]
        assert worn(-100) is None


def test_the_clerk_files_what_is_ticked_and_it_stands_on_the_visit(
    w: world.World, now: dt.datetime, tmp_path: Path, client: Client
) -> None:
    first, second = visited(w, now), visited(w, now + dt.timedelta(minutes=35))
    film(tmp_path, now)
    both = film(tmp_path, now + dt.timedelta(minutes=25), seconds=900)
    take(tmp_path)
    clerk = signed_in(client, w, "内勤")
    page = clerk.get("/recordings/").content.decode()
    assert page.count("data-row") == 2 and page.count(" checked") == 1
    with scoped(SYSTEM):
        one, two = Recording.objects.order_by("began_at")
    clerk.post("/recordings/file/", {"film": [str(one.uid), str(two.uid)], f"visit-{one.uid}": str(first.uid)})
    with scoped(SYSTEM):
        assert (Recording.objects.get(pk=one.pk).state, Recording.objects.get(pk=two.pk).state) == ("filed", "waiting")
    clerk.post("/recordings/file/", {"film": str(two.uid), f"visit-{two.uid}": str(second.uid)})
    clerk.post("/recordings/file/", {"film": str(two.uid), f"visit-{two.uid}": str(first.uid)})  # meanwhile filed
    with scoped(SYSTEM):
        kept = File.objects.get(matter=second, kind=File.Kind.RECORDING)
        assert kept.blob_id == kept.expected and kept.name == both.name and kept.entity_id == second.entity_id
        assert LedgerEntry.objects.filter(kind="recording.filed").count() == 2
    assert f"/recordings/{two.uid}/" in clerk.get(f"/m/{second.uid}/").content.decode()


def test_a_film_is_filed_only_where_it_fits(w: world.World, now: dt.datetime, tmp_path: Path) -> None:
    other = visited(w, now - dt.timedelta(days=5))
    visited(w, now)
    film(tmp_path, now)
    take(tmp_path)
    with scoped(w.actor("内勤")) as clerk:
        made = Recording.objects.get()
        with pytest.raises(NotOpen):
            acts.file_to(str(made.uid), other, clerk)
        with pytest.raises(NotOpen):
            acts.set_aside(str(made.uid), " ", clerk)
        acts.set_aside(str(made.uid), "路上误触", clerk)
        assert acts.count(clerk) == 0


def test_who_opens_it_says_why_and_it_plays_by_parts(
    w: world.World, now: dt.datetime, tmp_path: Path, client: Client
) -> None:
    matter = visited(w, now)
    film(tmp_path, now)
    take(tmp_path)
    with scoped(w.actor("内勤")) as clerk:
        made = Recording.objects.get()
        acts.file_to(str(made.uid), matter, clerk)
    where = f"/recordings/{made.uid}/"
    auditor = signed_in(Client(), w, "督察")
    assert "<form" not in auditor.get(where).content.decode().partition("<main")[2].partition("</main>")[0]
    head = signed_in(client, w, "所长")
    assert head.get(f"{where}play").status_code == 404, "not before it was opened"
    assert head.post(where, {"why": " "}).status_code == 400
    assert head.post(where, {"why": "投诉称未出示证件"}).status_code == 302
    assert "<video" in head.get(where).content.decode()
    with scoped(SYSTEM):
        data = files.read_blob(made.blob)
        entry = LedgerEntry.objects.get(kind="recording.seen")
        assert entry.matter_id == matter.pk and entry.data["why"] == "投诉称未出示证件"
    whole = head.get(f"{where}play")
    assert b"".join(whole) == data and whole["Accept-Ranges"] == "bytes"  # type: ignore[arg-type]
    middle = head.get(f"{where}play", HTTP_RANGE="bytes=100-199")
    assert (middle.status_code, middle["Content-Range"]) == (206, f"bytes 100-199/{len(data)}")
    assert b"".join(middle) == data[100:200]  # type: ignore[arg-type]
    assert head.get(f"{where}play", HTTP_RANGE=f"bytes={len(data)}-").status_code == 416
    with scoped(SYSTEM):
        kept = File.objects.get(kind=File.Kind.RECORDING)
    assert head.get(f"/files/{kept.uid}/original").status_code == 404, "no way past the reason"
    officer = signed_in(Client(), w, "甲")
    assert officer.post(where).status_code == 302, "his own visit: no reason is asked"
    assert officer.get(f"{where}play").status_code == 200


@pytest.mark.parametrize("name", ["外区", "乙"])
def test_others_films_are_not_there(
    w: world.World, now: dt.datetime, tmp_path: Path, client: Client, name: str
) -> None:
    film(tmp_path, now)
    take(tmp_path)
    with scoped(SYSTEM):
        made = Recording.objects.get()
    other = signed_in(client, w, name)
    assert other.get(f"/recordings/{made.uid}/").status_code == 404
    assert other.post(f"/recordings/{made.uid}/", {"why": "neugierig"}).status_code == 404
    with scoped(w.actor("外区")):
        assert not Recording.objects.exists() and not Camera.objects.exists()


def test_the_bytes_are_found_by_their_digest_when_the_ledger_is_verified(
    w: world.World, now: dt.datetime, tmp_path: Path
) -> None:
    film(tmp_path, now)
    take(tmp_path)
    with scoped(SYSTEM):
        blob = Blob.objects.get(recording__isnull=False)
        assert files.is_there(blob)


def test_the_demo_city_has_films_that_play(w: world.World, now: dt.datetime, settings: Any) -> None:
    settings.DEMO = True
    with scoped(SYSTEM):
        load_jurisdictions()
        people.plant(today())
        zhao = Person.objects.get(username="zhao")
        for hours in (30, 54, 78):
            matter = visited(w, now - dt.timedelta(hours=hours))
            Matter.objects.filter(pk=matter.pk).update(assignee=zhao, area=zhao.home_id)
        Camera.objects.all().delete()
    said: list[str] = []
    demo.plant(said.append)
    demo.plant(said.append)
    assert said == ["body cameras: 2; films: 4, 1 of them filed"]
    with scoped(SYSTEM):
        assert Recording.objects.filter(state="waiting").count() == 3
        assert {one.blob.media_type for one in Recording.objects.select_related("blob")} == {"video/mp4"}


def test_the_table_of_cameras(w: world.World, client: Client) -> None:
    head = signed_in(client, w, "所长")
    given: dict[str, Callable[[], object] | object] = {"device": "K9", "person": w.second.pk, "since": "2026-01-01"}
    assert head.post("/recordings/cameras/", given).status_code == 302
    assert "K9" in head.get("/recordings/cameras/").content.decode()
    assert head.post("/recordings/cameras/", given).status_code == 400, "from that day on it is somebody's already"
    assert head.post("/recordings/cameras/", {**given, "person": w.stranger.pk}).status_code == 400
    assert head.post("/recordings/cameras/", {**given, "since": "soon"}).status_code == 400
