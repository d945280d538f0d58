"""The shown copy: no metadata, upright, moderate, stamped; and who may see it, and who the original."""

from __future__ import annotations

import datetime as dt
import io
import threading

import pytest
from django.db import connection
from django.test import Client
from PIL import Image
from tests import world
from tests.kernel.evidence import pictures
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import files, shown
from zhijian.kernel.evidence.ledger import describe
from zhijian.kernel.evidence.models import File, LedgerEntry
from zhijian.kernel.matters.models import Matter

TAKEN = dt.datetime(2026, 11, 23, 10, 14, 5, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def photo(matter: Matter, data: bytes, **about: object) -> File:
    with scoped(SYSTEM):
        return files.attach(matter, files.store(data), actor=SYSTEM, kind="photo", **about)


def opened(file: File) -> Image.Image:
    with scoped(SYSTEM):
        copy = shown.shown_copy(file)
        return Image.open(io.BytesIO(files.read_blob(copy.blob)))


def test_the_copy_has_no_metadata_stands_upright_and_is_moderate(matter: Matter) -> None:
    data = pictures.jpeg(4000, 2000, exif={pictures.ORIENTATION: 6, pictures.MAKE: "Somebody's phone"})
    assert b"Somebody" in data
    file = photo(matter, data)
    copy = opened(file)
    assert copy.size == (800, 1600)
    assert dict(copy.getexif()) == {}
    assert b"Somebody" not in copy.tobytes()
    with scoped(SYSTEM):
        made = File.objects.get(original=file)
        assert (made.matter_id, made.area, made.entity_id) == (matter.pk, file.area, file.entity_id)
        assert files.read_blob(file.blob) == data, "the original stays as it is"


def test_the_stamp_says_when_where_who_and_what(matter: Matter) -> None:
    file = photo(
        matter, pictures.jpeg(), taken_at=TAKEN, tz_offset=480, lat="36.81", lon="118.05", accuracy=12, item="1.2"
    )
    with scoped(SYSTEM):
        lines = shown.stamp_lines(File.objects.get(pk=file.pk))
    assert lines == ["2026-11-23 10:14:05+08:00  36.81000, 118.05000 ±12 m", "甲、乙", f"{matter.number} · 1.2"]


def test_the_stamp_is_to_be_seen(matter: Matter) -> None:
    plain = Image.new("RGB", (1200, 900), "white")
    band = shown.stamp(plain, ["2026-11-23 10:14:05+08:00", "甲、乙 " * 60]).crop((0, 700, 1200, 900))
    darkest, lightest = band.convert("L").getextrema()
    assert darkest < 90 < 200 < lightest
    assert shown.stamp(plain, []).size == (1200, 900)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "L", "P", "1"])
def test_every_kind_of_picture_is_shown(matter: Matter, mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (40, 30)).save(out, "PNG")
    assert opened(photo(matter, out.getvalue())).mode == "RGB"


def test_what_was_transparent_is_white(matter: Matter) -> None:
    assert min(opened(photo(matter, pictures.png())).getpixel((200, 10))) > 240


def test_only_photos_are_stamped(matter: Matter) -> None:
    file = photo(matter, pictures.jpeg(400, 300, "white"))
    with scoped(SYSTEM):
        File.objects.filter(pk=file.pk).update(kind=File.Kind.SIGNATURE)
        file.refresh_from_db()
    assert min(opened(file).convert("L").getextrema()) > 240


def test_a_place_without_chinese_fonts_still_stamps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "FONTS", ("nowhere.ttf",))
    shown.font_file.cache_clear()
    shown._font.cache_clear()
    try:
        font = shown._font(20)
        assert shown._fitting(["检2026 马尚 1.2 ±12 m"], font, 4000) == ["2026  1.2 +-12 m"]
        shown.stamp(Image.new("RGB", (300, 200), "white"), ["检2026马尚00001"])
    finally:
        shown.font_file.cache_clear()
        shown._font.cache_clear()


def test_there_is_a_chinese_font_here() -> None:
    assert shown.font_file()


def test_what_is_still_on_the_phone_or_no_picture_has_no_copy(matter: Matter) -> None:
    with scoped(SYSTEM):
        assert shown.shown_copy(*files.expect(matter, [files.Expected("0" * 64)], actor=SYSTEM)) is None
        pdf = files.store(b"%PDF-1.7", media_types=files.PDF)
        assert shown.shown_copy(files.attach(matter, pdf, actor=SYSTEM, kind="paper")) is None


def test_ten_who_look_at_once_see_one_copy(fresh_database: object) -> None:
    with scoped(SYSTEM):
        w = world.make()
        assert all([w.head, w.inspector, w.second])
    file = photo(plan(w), pictures.noise())
    barrier = threading.Barrier(10)

    def look() -> None:
        barrier.wait()
        shown.shown_copy(file)
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with scoped(SYSTEM):
        assert File.objects.filter(original=file).count() == 1


# Who sees what


def as_(person: object) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_who_sees_the_matter_sees_the_copy(w: world.World, matter: Matter) -> None:
    file = photo(matter, pictures.jpeg())
    client = as_(w.head)
    answer = client.get(f"/files/{file.uid}/shown")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"].startswith("private")
    assert answer["Content-Disposition"].startswith("inline")
    assert Image.open(io.BytesIO(b"".join(answer.streaming_content))).size == (64, 48)
    again = client.get(f"/files/{file.uid}/shown", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_the_original_is_a_download_and_an_entry(w: world.World, matter: Matter) -> None:
    data = pictures.jpeg(exif={pictures.MAKE: "phone"})
    file = photo(matter, data)
    answer = as_(w.head).get(f"/files/{file.uid}/original")
    assert b"".join(answer.streaming_content) == data
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(kind="file.opened", subject=f"matter:{matter.pk}")
        assert entry.data == {"file": str(file.uid), "sha256": file.blob_id}
        assert file.blob_id in describe(entry, SYSTEM)
        assert "所长" in describe(entry, SYSTEM)


@pytest.mark.parametrize("what", ["shown", "original"])
def test_for_everybody_else_there_is_nothing(w: world.World, matter: Matter, what: str) -> None:
    file = photo(matter, pictures.jpeg())
    for client in (as_(w.stranger), Client()):
        assert client.get(f"/files/{file.uid}/{what}").status_code == 404
    with scoped(SYSTEM):
        [waiting] = files.expect(matter, [files.Expected("0" * 64)], actor=SYSTEM)
        assert not LedgerEntry.objects.filter(kind="file.opened").exists()
    head = as_(w.head)
    assert head.get(f"/files/{waiting.uid}/{what}").status_code == 404
    assert head.post(f"/files/{file.uid}/{what}").status_code == 405
