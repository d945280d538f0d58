"""Jobs belong to the transaction that asked for them, and survive failures and dead workers; what fails is seen."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import current_actor, scoped
from zhijian.kernel.notices.models import JobFailure, JobRun

seen: list[object] = []
SECRET = "".join(["13", "8001", "38000"])


@jobs.job("test.note", tries=2)
def note(word: str) -> None:
    if word == "bad":
        raise ValueError(f"bad word\nDETAIL: {SECRET}")
    seen.append((word, current_actor()))


@pytest.fixture(autouse=True)
def _nothing_seen() -> None:
    seen.clear()


def test_a_job_runs_as_the_system(db):
    note.later(word="a")
    assert jobs.run_pending() == 1
    assert seen == [("a", SYSTEM)]


def test_a_job_of_a_rolled_back_transaction_never_was(db):
    undo = transaction.savepoint()
    note.later(word="a")
    transaction.savepoint_rollback(undo)
    assert jobs.run_pending() == 0


def test_a_job_waits_for_its_time(db):
    note.later(job_at=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1), word="a")
    assert jobs.run_pending() == 0


def test_what_must_wait_only_once_does(db):
    assert note.later(job_once="k", word="a")
    assert note.later(job_once="k", word="b") is None
    jobs.run_pending()
    assert note.later(job_once="k", word="c")


def test_a_failure_is_written_down_without_values_and_tried_again(db):
    number = note.later(word="bad")
    jobs.run_pending(raising=False)
    failure = JobFailure.objects.get(job=number)
    assert (failure.name, failure.tries, failure.given_up) == ("test.note", 1, False)
    assert failure.error == "ValueError: bad word"
    assert SECRET not in failure.trace
    row = ProcrastinateJob.objects.get(pk=number)
    assert (row.status, row.attempts) == ("todo", 1)
    _make_due(number)
    jobs.run_pending(raising=False)
    failure.refresh_from_db()
    assert (failure.tries, failure.given_up) == (2, True)
    assert ProcrastinateJob.objects.get(pk=number).status == "failed"


def _make_due(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE id = %s", [number])


def test_a_job_that_went_well_in_the_end_is_no_failure_any_more(db):
    number = note.later(word="bad")
    jobs.run_pending(raising=False)
    with connection.cursor() as cursor:
        cursor.execute('UPDATE procrastinate_jobs SET args = \'{"word": "good"}\' WHERE id = %s', [number])
    _make_due(number)
    jobs.run_pending()
    assert JobFailure.objects.get(job=number).mended_at is not None


def test_somebody_can_have_it_run_again(db):
    number = note.later(word="bad")
    for _ in range(2):
        _make_due(number)
        jobs.run_pending(raising=False)
    failure = JobFailure.objects.get(job=number)
    with connection.cursor() as cursor:
        cursor.execute('UPDATE procrastinate_jobs SET args = \'{"word": "good"}\' WHERE id = %s', [number])
    with scoped(SYSTEM):
        assert jobs.again(failure.pk) is True
        assert jobs.again(failure.pk) is False
    jobs.run_pending()
    assert [word for word, _ in seen] == ["good"]


def test_schedules_go_by_the_clock_on_the_wall():
    made = jobs._LocalCron(task=None, cron="30 2 * * *", periodic_id="0", configure_kwargs={})
    made.croniter.set_current(dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC).timestamp())
    tick = dt.datetime.fromtimestamp(made.croniter.get_next(ret_type=float), ZoneInfo("Asia/Shanghai"))
    assert (tick.hour, tick.minute) == (2, 30)


def test_the_kernels_own_schedules_are_there():
    assert {"jobs.recover", "jobs.tidy", "notices.sweep"} <= {name for name, made in jobs.load().items() if made.crons}


def _worker(env: dict[str, str], *arguments: str) -> subprocess.Popen:
    command = [sys.executable, "-c", WORKER, *arguments]
    return subprocess.Popen(command, env=os.environ | env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


# A worker with one job more, which says when it has begun and then takes its time.
WORKER = """
import os, sys, time
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijian.config.settings")
import django
django.setup()
from zhijian.kernel import jobs
@jobs.job("test.slow", tries=3, transaction=False)
def slow(seconds):
    print("begun", flush=True)
    time.sleep(seconds)
    print("ended", flush=True)
from django.core.management import call_command
call_command("worker", *sys.argv[1:])
"""


@jobs.job("test.slow", tries=3, transaction=False)
def slow(seconds: float) -> None:
    seen.append(seconds)


def _wait_for(worker: subprocess.Popen, word: bytes) -> None:
    for line in worker.stdout:
        if word in line:
            return
    raise AssertionError(f"the worker ended without saying {word!r}")


def test_the_job_of_a_killed_worker_is_done_by_another(fresh_database, monkeypatch):
    number = slow.later(seconds=600)
    worker = _worker(fresh_database.env)
    try:
        _wait_for(worker, b"begun")
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        assert ProcrastinateJob.objects.get(pk=number).status == "doing"
        assert jobs.recover() == 0  # it may still be alive
        monkeypatch.setattr(jobs, "DEAD_AFTER", 0.5)
        time.sleep(1)
        # The worker may have held a scheduled job too, if it was killed while a minute turned.
        assert jobs.recover() >= 1
        assert ProcrastinateJob.objects.get(pk=number).status == "todo"
        jobs.run_pending()
        assert seen == [600]
        assert ProcrastinateJob.objects.get(pk=number).status == "succeeded"
    finally:
        worker.kill()


def test_a_worker_that_is_asked_to_stop_ends_its_work_first(fresh_database):
    number = slow.later(seconds=1.5)
    worker = _worker(fresh_database.env)
    try:
        _wait_for(worker, b"begun")
        waiting = slow.later(seconds=0)
        worker.send_signal(signal.SIGTERM)
        said = worker.communicate(timeout=30)[0]
        assert b"ended" in said
        assert worker.returncode == 0
        assert ProcrastinateJob.objects.get(pk=number).status == "succeeded"
        assert ProcrastinateJob.objects.get(pk=waiting).status in ("todo", "succeeded")
    finally:
        worker.kill()


def test_the_last_run_is_kept_whether_it_went_well_or_not(db):
    note.later(word="a")
    jobs.run_pending()
    first = JobRun.objects.get(name="test.note")
    assert first.good and first.seconds >= 0
    note.later(word="bad")
    jobs.run_pending(raising=False)
    last = JobRun.objects.get(name="test.note")
    assert not last.good and last.started >= first.started


def test_every_job_of_ours_says_what_it_does(db):
    unnamed = [made.name for made in jobs.load().values() if made.title == made.name and "test" not in made.name]
    assert [name for name in unnamed if jobs.load()[name].function.__module__.startswith("zhijian.")] == []


def test_the_clock_tells_the_next_run():
    made = jobs.load()["evidence.seal"]
    due = made.next_run()
    assert due is not None
    assert dt.timedelta() < due - dt.datetime.now(dt.UTC) <= dt.timedelta(days=1)
    assert (due.hour, due.minute) == (0, 10)
    assert jobs.load()["notices.send"].next_run() is None
