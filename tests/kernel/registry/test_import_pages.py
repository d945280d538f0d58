"""The import at the desk: who may, what is sent and shown, what is taken in, what is called off."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests import world as worlds

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.registry import pieces
from zhijian.kernel.registry.import_ import doors
from zhijian.kernel.registry.import_.runner import alive, execute
from zhijian.kernel.registry.models import Entity, ImportRun

from .tables import HEAD, entity, write

PAGE = "/registry/import/"


@pytest.fixture
def people(db: None, settings: Any, tmp_path: Path) -> Iterator[dict[str, Client]]:
    """Clients by who they are: the city's clerk, an office's, an auditor of the city, an inspector."""
    settings.DATA_HOME = tmp_path
    with scoped(SYSTEM):
        worlds.jurisdictions()
        made = {
            "city": worlds.World.person(_World(), "市局内勤", Role.CLERK, worlds.CITY),
            "office": worlds.World.person(_World(), "所内勤", Role.CLERK, worlds.OFFICE),
            "auditor": worlds.World.person(_World(), "督察", Role.AUDITOR, worlds.CITY),
            "inspector": worlds.World.person(_World(), "甲", Role.INSPECTOR, worlds.OFFICE),
        }
    clients = {}
    for name, person in made.items():
        clients[name] = Client(headers={"accept-language": "en"})
        clients[name].force_login(person)
    return clients


class _World(worlds.World):
    """People without the rest of the small world."""

    def __init__(self) -> None:
        self.people = {}


def table(*rows: list[str]) -> SimpleUploadedFile:
    text = "".join(",".join(row) + "\n" for row in [HEAD, *rows])
    return SimpleUploadedFile("名单.csv", text.encode("utf-8-sig"), "text/csv")


def send(client: Client, *rows: list[str], **more: str) -> ImportRun:
    """Send a table by the form and let the worker try it."""
    answer = client.post(PAGE, {"file": table(*rows), **more})
    assert answer.status_code == 302, answer.content.decode()
    jobs.run_pending()
    return ImportRun.objects.get(uid=answer["Location"].rstrip("/").rpartition("/")[2])


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_the_file_to_the_register(people: dict[str, Client]) -> None:
    trial = send(people["city"], entity(1), entity(2, 成立日期="昨天"))
    assert (trial.state, trial.dry_run, trial.mapping) == ("done", True, "registration"), trial.trouble
    assert not Entity.objects.exists()
    page = text(people["city"].get(f"{PAGE}{trial.uid}/"))
    assert "This is what would change." in page
    assert "Import now" in page
    assert "E3" in page
    assert "is not a date" in page
    answer = people["city"].post(f"{PAGE}{trial.uid}/now/")
    assert not Entity.objects.exists(), "the worker does it"
    jobs.run_pending()
    run = ImportRun.objects.get(dry_run=False)
    assert answer["Location"].endswith(f"{run.uid}/")
    assert (run.state, run.parent, run.sha256, Entity.objects.count()) == ("done", trial, trial.sha256, 1)
    assert "It is in the register." in text(people["city"].get(f"{PAGE}{run.uid}/"))
    page = text(people["city"].get(f"{PAGE}{trial.uid}/"))
    assert "followed by the import" in page
    assert "Import now" not in page
    people["city"].post(f"{PAGE}{trial.uid}/now/")
    jobs.run_pending()
    assert ImportRun.objects.filter(dry_run=False).count() == 1, "not twice"
    with scoped(SYSTEM):
        kinds = list(LedgerEntry.objects.filter(subject="system").order_by("seq").values_list("kind", flat=True))
    assert kinds == ["registry.import_sent", "registry.import_tried", "registry.imported"]


def test_rejected_rows_are_mended_and_know_where_they_come_from(people: dict[str, Client], tmp_path: Path) -> None:
    first = send(people["city"], entity(1), entity(2, 成立日期="昨天"))
    answer = people["city"].get(f"{PAGE}{first.uid}/rejected/")
    book = b"".join(answer.streaming_content)
    assert book[:4] == b"PK\x03\x04"
    assert "attachment" in answer["Content-Disposition"]
    from zhijian.kernel.registry.import_.sources import recognise

    path = tmp_path / "rejected.xlsx"
    path.write_bytes(book)
    head, row = [r.cells for r in recognise(path).rows()][:2]
    row[head.index("成立日期")] = "2020-05-06"
    mended = write(tmp_path / "mended.csv", [head, [cell.replace("\n", " ") for cell in row]])
    with mended.open("rb") as file:
        answer = people["city"].post(PAGE, {"file": file, "parent": str(first.uid), "mapping": first.mapping})
    jobs.run_pending()
    second = ImportRun.objects.get(parent=first)
    assert (second.state, second.dry_run, second.counts["entity"]["new"]) == ("done", True, 1)
    assert f"{PAGE}{first.uid}/" in text(people["city"].get(f"{PAGE}{second.uid}/"))


def test_only_what_was_tried_is_taken_in(people: dict[str, Client]) -> None:
    from django.core.files.storage import default_storage

    trial = send(people["city"], entity(1))
    Path(default_storage.path(trial.stored)).write_bytes(table(entity(2)).read())
    people["city"].post(f"{PAGE}{trial.uid}/now/")
    jobs.run_pending()
    run = ImportRun.objects.get(dry_run=False)
    assert (run.state, run.refusal["why"]) == ("refused", "other_file")
    assert not Entity.objects.exists()
    refused = send(people["city"])
    people["city"].post(f"{PAGE}{refused.uid}/now/")
    assert ImportRun.objects.filter(dry_run=False).count() == 1, "a trial that failed is not taken in"


def test_who_may(people: dict[str, Client]) -> None:
    trial = send(people["office"], entity(1))
    own, now = f"{PAGE}{trial.uid}/", f"{PAGE}{trial.uid}/now/"
    page = text(people["office"].get(own))
    assert "Import now" not in page
    assert "A clerk or administrator of the city" in page
    assert people["office"].post(now).status_code == 403
    assert people["inspector"].get(PAGE).status_code == people["inspector"].get(own).status_code == 404
    assert people["auditor"].get(own).status_code == 200
    assert people["auditor"].post(now).status_code == 403
    assert people["auditor"].post(PAGE, {"file": table(entity(1))}).status_code == 403
    assert "Send and try" not in text(people["auditor"].get(PAGE))
    citys = send(people["city"], entity(2))
    assert people["office"].get(f"{PAGE}{citys.uid}/").status_code == 404, "others' runs are the city's to see"
    assert people["office"].get(f"{PAGE}{citys.uid}/rejected/").status_code == 404
    assert people["office"].post(f"{PAGE}{citys.uid}/stop/").status_code == 404
    assert people["city"].post(now).status_code == 302, "the city takes in what an office has tried"
    jobs.run_pending()
    assert Entity.objects.count() == 1
    assert Client().get(PAGE).status_code == 302
    assert Client().put(f"{PAGE}pieces/{uuid4()}/?offset=0", b"x").status_code == 302


def test_nothing_chosen(people: dict[str, Client]) -> None:
    answer = people["city"].post(PAGE, {"mapping": ""})
    assert answer.status_code == 422
    assert "Choose a file first" in answer.content.decode()
    assert people["city"].post(PAGE, {"piece": "nonsense", "name": "a.csv", "size": "1"}).status_code == 404
    assert people["city"].post(PAGE, {"piece": str(uuid4()), "name": "a.csv", "size": "9"}).status_code == 422


def test_a_file_in_pieces(people: dict[str, Client], monkeypatch: pytest.MonkeyPatch) -> None:
    body, uid = table(*(entity(n) for n in range(1, 40))).read(), uuid4()
    monkeypatch.setattr(pieces, "PIECE", 1000)

    def put(offset: int, size: int = 1000) -> tuple[int, dict[str, Any]]:
        piece = body[offset : offset + size]
        answer = people["city"].put(f"{PAGE}pieces/{uid}/?offset={offset}", piece, "application/octet-stream")
        return answer.status_code, json.loads(answer.content)

    assert put(0) == (200, {"offset": 1000})
    assert put(0)[0] == 409, "a piece that came already"
    assert put(2000)[1]["offset"] == 1000, "it says where to go on"
    assert put(1000, 1001)[0] == 413
    form = {"piece": str(uid), "name": "名单.csv", "size": str(len(body))}
    assert people["city"].post(PAGE, form).status_code == 422, "not all here"
    for offset in range(1000, len(body), 1000):
        assert put(offset)[0] == 200
    assert people["office"].post(PAGE, form).status_code == 422, "another person's piece"
    assert people["city"].post(PAGE, form).status_code == 302
    jobs.run_pending()
    assert ImportRun.objects.get().counts["entity"]["new"] == 39
    assert not list(pieces.folder().glob("*.part")), "moved, not copied"


def test_what_came_before_the_line_broke_stays(people: dict[str, Client]) -> None:
    part = pieces.Part(1, uuid4())
    part.append(BytesIO(b"abc"), 3, 0)
    with pytest.raises(OSError, match="line"):
        part.append(BytesIO(b"de"), 5, 3)
    assert part.path.read_bytes() == b"abcde"
    assert part.append(BytesIO(b"f"), 1, part.offset()) == 6
    os.utime(part.path, (1, 1))
    assert pieces.sweep() == 1


def test_files_of_imports_long_over_are_dropped(people: dict[str, Client]) -> None:
    for body in (table(entity(1)), table(entity(2), entity(2, "同一家"))):
        people["city"].post(PAGE, {"file": body})
    jobs.run_pending()
    young, old = ImportRun.objects.all()
    long_ago = timezone.now() - dt.timedelta(days=91)
    ImportRun.objects.update(finished=long_ago)
    again = doors.try_again(young, "", SYSTEM)
    assert young.report, "one row was merged away"
    assert doors.sweep() == 2, "the old file and a report; the file that is tried again is still used"
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.stored, young.stored, young.report) == ("", again.stored, "")
    assert default_storage.exists(again.stored)
    ImportRun.objects.update(state="done", finished=long_ago)
    assert doors.sweep() == 1
    assert not default_storage.exists(again.stored)
    assert people["city"].get(f"{PAGE}{young.uid}/").status_code == 200, "what came of it stays to be read"


def test_progress_is_asked_for_and_then_all_of_it(people: dict[str, Client], tmp_path: Path) -> None:
    answer = people["city"].post(PAGE, {"file": table(entity(1))})
    own = answer["Location"]
    waiting = people["city"].get(own, headers={"hx-request": "true"})
    assert "It begins in a moment." in text(waiting)
    assert "HX-Retarget" not in waiting
    second = people["city"].post(PAGE, {"file": table(entity(2))})
    assert "1 import is before it" in text(people["city"].get(second["Location"]))
    ImportRun.objects.update(created=timezone.now() - dt.timedelta(minutes=5))
    assert "Is the worker running?" in text(people["city"].get(own, headers={"hx-request": "true"}))
    jobs.run_pending()
    done = people["city"].get(own, headers={"hx-request": "true"})
    assert done["HX-Retarget"] == "#run"
    assert "Import now" in text(done)
    assert "<html" not in text(done)


def test_two_imports_take_turns(people: dict[str, Client]) -> None:
    for n in (1, 2):
        people["city"].post(PAGE, {"file": table(entity(n))})
    jobs.load()
    manager = jobs.queue()
    worker = async_to_sync(manager.register_worker)()
    fetch = async_to_sync(manager.fetch_job)
    taken = [fetch(queues=["imports"], worker_id=worker) for _ in range(2)]
    assert taken[0] is not None
    assert taken[1] is None, "the second begins when the first is over"


def test_a_waiting_import_is_called_off(people: dict[str, Client]) -> None:
    own = people["city"].post(PAGE, {"file": table(entity(1))})["Location"]
    assert people["city"].post(f"{own}stop/").status_code == 302
    jobs.run_pending()
    assert ImportRun.objects.get().state == "stopped"
    assert "It was called off." in text(people["city"].get(own))


def test_the_history_has_pages_and_takes_no_more_queries(people: dict[str, Client]) -> None:
    def run(n: int) -> ImportRun:
        return ImportRun(file_name=f"{n}.csv", mapping="registration", state="done", counts={"rows": n, "rejected": 0})

    ImportRun.objects.bulk_create([run(n) for n in range(2)])
    people["city"].get(PAGE)
    with CaptureQueriesContext(connection) as few:
        people["city"].get(PAGE)
    ImportRun.objects.bulk_create([run(n) for n in range(2, 40)])
    with CaptureQueriesContext(connection) as many:
        page = text(people["city"].get(PAGE))
    assert len(few) == len(many)
    assert "39.csv" in page
    assert ">10.csv" not in page
    older = page.partition('href="?after=')[2].partition('"')[0]
    assert ">10.csv" in text(people["city"].get(f"{PAGE}?after={older}"))
    assert people["city"].get(f"{PAGE}?after=nonsense").status_code == 200


def test_one_whose_process_died_says_so_when_looked_at(people: dict[str, Client]) -> None:
    run = ImportRun.objects.create(file_name="a.csv", mapping="registration", state="running")
    page = text(people["city"].get(f"{PAGE}{run.uid}/"))
    assert "The process that ran it has ended." in page and page.count("Nothing was changed.") == 1
    assert ImportRun.objects.get().state == "failed"


def _meanwhile(work: Callable[[], Any]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_living_one_is_not_declared_dead(fresh_database: Any) -> None:
    run = ImportRun.objects.create(file_name="a.csv", mapping="registration", state="running")
    with alive(run):
        found: list[int] = []
        _meanwhile(lambda: found.append(doors.recover())).join()
    assert found == [0]
    assert doors.recover() == 1


def _called_off(run: ImportRun) -> Callable[[], Any]:
    def work() -> None:
        with scoped(SYSTEM):
            doors.call_off(run, SYSTEM)

    return work


def test_a_running_import_is_called_off_and_leaves_nothing(fresh_database: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [HEAD, *(entity(n) for n in range(1, 3_000))])
    run = ImportRun.objects.create(file_name="t.csv", mapping="registration")
    # Somebody else's transaction holds the merge back, as a big import before it would.
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [0x5A4A_0001])
        importing = _meanwhile(lambda: execute(ImportRun.objects.get(pk=run.pk), path, SYSTEM))
        waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            cursor.execute(waits)
            if cursor.fetchone()[0]:
                break
            time.sleep(0.1)
        _meanwhile(_called_off(run)).join()
        importing.join(timeout=30)
        assert not importing.is_alive(), "a statement that waits is broken off, too"
    run.refresh_from_db()
    assert (run.state, run.counts) == ("stopped", {})
    assert not Entity.objects.exists()


def test_a_killed_worker_leaves_nothing_and_is_not_run_again(fresh_database: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [HEAD, *(entity(n) for n in range(1, 15_001))])
    with path.open("rb") as file, scoped(SYSTEM):
        run = doors.submit(File(file, name=path.name), "registration", SYSTEM)
    line = [sys.executable, "-m", "zhijian", "worker", "--queue", "imports", "--once"]
    worker = subprocess.Popen(line, env=os.environ | fresh_database.env, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not ImportRun.objects.filter(state="running").exists():
        time.sleep(0.02)
    time.sleep(0.3)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    deadline = time.monotonic() + 20
    while not doors.recover() and time.monotonic() < deadline:
        time.sleep(0.2)
    from zhijian.kernel.registry.jobs import run_import

    run_import(run_id=run.pk)  # the queue hands the job on to another worker
    run.refresh_from_db()
    assert (run.state, run.refusal["why"]) == ("failed", "interrupted")
    assert not Entity.objects.exists()


def test_a_person_is_told_in_his_language(people: dict[str, Client]) -> None:
    trial = send(people["city"], entity(1), entity(2, 成立日期="昨天"))
    person = Person.objects.get(username="市局内勤")
    chinese = Client(headers={"accept-language": "zh-CN"})
    chinese.force_login(person)
    page = text(chinese.get(f"{PAGE}{trial.uid}/"))
    assert "将作以下改动" in page
    assert "不是日期，请写成" in page


def test_what_would_be_replaced_everywhere_is_shown_and_confirmed(people: dict[str, Client]) -> None:
    send(people["city"], *(entity(n, 联系电话=f"138533{n:05d}") for n in range(1, 31)))
    first = ImportRun.objects.latest("pk")
    people["city"].post(f"{PAGE}{first.uid}/now/")
    jobs.run_pending()
    trial = send(people["city"], *(entity(n, 联系电话=f"139533{n:05d}") for n in range(1, 31)))
    page = text(people["city"].get(f"{PAGE}{trial.uid}/"))
    assert "13853300001 → 13953300001" in page.replace("<strong>", "").replace("</strong>", "")
    assert "would be replaced in 30 of the 30 known ones" in page
    answer = people["city"].post(f"{PAGE}{trial.uid}/now/", follow=True)
    assert "confirm what would change" in text(answer)
    jobs.run_pending()
    assert not Entity.objects.filter(phone="13953300001").exists()
    people["city"].post(f"{PAGE}{trial.uid}/now/", {"sure": "yes"})
    jobs.run_pending()
    assert Entity.objects.filter(phone="13953300001").count() == 1
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.filter(kind="registry.imported").latest("pk")
    assert entry.data["confirmed"] == ["phone"]


def test_rows_with_notes_are_counted_on_the_desk(people: dict[str, Client]) -> None:
    run = send(people["city"], entity(1, 联系电话="见附件"), entity(2))
    for address in (PAGE, f"{PAGE}{run.uid}/"):
        page = text(people["city"].get(address))
        assert "With notes" in page
    assert re.search(r"With notes</dt><dd[^>]*>1<", page)


def test_the_command_line_is_named_as_such(people: dict[str, Client], tmp_path: Path) -> None:
    from zhijian.kernel.registry.import_.runner import import_file

    import_file(write(tmp_path / "t.csv", [HEAD, entity(1)]), "registration", account="root")
    page = text(people["city"].get(PAGE))
    assert "Command line (root)" in page and "system" not in page.split("<tbody>")[1]
