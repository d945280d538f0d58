"""What runs later or on a schedule: procrastinate on the application's own database.

A job is a function with a name. `later()` writes it into the queue within the running transaction, so it exists if and
only if what asked for it does. It runs as the system, in a transaction of its own; what fails is tried again with
growing pauses and is seen by somebody (`JobFailure`, the page /jobs/).
"""

from __future__ import annotations

import datetime as dt
import functools
import importlib
import importlib.util
import inspect
import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from asgiref.sync import async_to_sync
from croniter import croniter  # type: ignore[import-untyped]
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate import RetryStrategy, exceptions
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job as Row
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from procrastinate.periodic import PeriodicTask
from procrastinate.tasks import Task

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped

logger = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

HEARTBEAT = 5.0  # seconds between a worker's signs of life
DEAD_AFTER = 30.0  # seconds without one: its jobs are taken from it
KEPT_HOURS = 24 * 7  # how long finished jobs stay in the table
_jobs: dict[str, Job[Any, Any]] = {}


@dataclass(eq=False)
class Job(Generic[P, R]):
    """A function that can be queued. Arguments must be JSON; ids rather than objects."""

    name: str
    function: Callable[P, R]
    title: Any = ""  # what it does, in the reader's language
    queue: str = "default"
    tries: int = 5
    lock: str | None = None
    transaction: bool = True
    crons: list[str] = field(default_factory=list)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run it here and now, in the caller's transaction and scope."""
        return self.function(*args, **kwargs)

    def later(self, *, job_at: dt.datetime | None = None, job_once: str | None = None, **arguments: Any) -> int | None:
        """Queue it within the running transaction, not before `job_at`; returns the queue's id.

        `job_once` names what must stand in the queue only once: while such a job waits, nothing is added (None).
        """
        deferrer = self._task.configure(schedule_at=job_at, queueing_lock=job_once, lock=self.lock)
        deferrer.job_manager = queue()
        if job_once is None:
            return deferrer.defer(**arguments)
        try:
            with transaction.atomic():
                return deferrer.defer(**arguments)
        except exceptions.AlreadyEnqueued:
            return None

    def next_run(self) -> dt.datetime | None:
        """When the clock starts it next; None for a job that runs only when it is asked for."""
        from zhijian.kernel.packs import stack

        now = dt.datetime.now(ZoneInfo(stack().zone))
        return min((croniter(cron, now).get_next(dt.datetime) for cron in self.crons), default=None)

    @property
    def _task(self) -> Task[Any, Any, Any]:
        """The library's task of this job, registered when it is first needed (its own app is ready only then)."""
        if self.name not in app.tasks:
            # The pauses grow as 4 ** n: 4 s, 16 s, 64 s, 4 min, 17 min.
            retry = RetryStrategy(max_attempts=self.tries - 1, exponential_wait=4) if self.tries > 1 else False
            task = app.task(name=self.name, queue=self.queue, retry=retry, pass_context=True)(_runner(self))
            for number, cron in enumerate(self.crons):
                key = (self.name, str(number))
                app.periodic_registry.periodic_tasks[key] = _LocalCron(
                    task=task, cron=cron, periodic_id=str(number), configure_kwargs={"queueing_lock": self.name}
                )
        return app.tasks[self.name]


def job(
    name: str,
    *,
    title: Any = "",
    queue: str = "default",
    tries: int = 5,
    lock: str | None = None,
    transaction: bool = True,
) -> Callable[[Callable[P, R]], Job[P, R]]:
    """Declare a job: `name` ("matters.tick") is what the queue keeps, so it stays when the function moves.

    `title` says on the page of jobs what it does.

    It runs inside `scoped(SYSTEM)`; with `transaction=False` it opens its own scopes, one for each thing it does.
    `tries` counts the first run; `lock` names what only one job may hold at a time.
    """

    def declare(function: Callable[P, R]) -> Job[P, R]:
        if name in _jobs and _jobs[name].function.__module__ != function.__module__:
            raise ValueError(f"two jobs are called {name}")
        made = Job(name, function, title or name, queue, tries, lock, transaction)
        functools.update_wrapper(made, function)
        _jobs[name] = made
        return made

    return declare


def every(cron: str) -> Callable[[Job[P, R]], Job[P, R]]:
    """Run a job by the clock on the wall: five fields of cron, in the pack's zone. Stands above `@job`."""
    croniter(cron)  # raises for a line that is not one

    def declare(made: Job[P, R]) -> Job[P, R]:
        made.crons.append(cron)
        return made

    return declare


class _LocalCron(PeriodicTask):
    """The library reads cron lines in UTC; offices open by the clock on their wall."""

    @functools.cached_property
    def croniter(self) -> croniter:
        from zhijian.kernel.packs import stack

        return croniter(self.cron, dt.datetime.now(ZoneInfo(stack().zone)))


def queue() -> JobManager:
    """The queue on Django's own connection, so that what is queued belongs to the running transaction.

    (Inside a worker the library's own manager stands on another connection.)
    """
    return JobManager(DjangoConnector(alias="default"))


def load() -> dict[str, Job[Any, Any]]:
    """Import every `jobs` module (kernel, programmes, gateways) and register what they declare. Returns all by name."""
    from django.apps import apps

    for config in apps.get_app_configs():
        if config.name.startswith("zhijian.") and importlib.util.find_spec(f"{config.name}.jobs") is not None:
            importlib.import_module(f"{config.name}.jobs")
    for made in _jobs.values():
        _ = made._task
    return _jobs


# Running


def _runner(made: Job[Any, Any]) -> Callable[..., Any]:
    """What the worker calls: the job in its scope; failures are noted before they are raised."""
    wants_time = "timestamp" in inspect.signature(made.function).parameters

    def run(context: JobContext, **arguments: Any) -> Any:
        if not wants_time:
            arguments.pop("timestamp", None)
        started, begun = timezone.now(), time.monotonic()
        try:
            result = _in_scope(made, arguments)
        except BaseException as error:
            _note_failure(made, context.job, error)
            _note_run(made, started, time.monotonic() - begun, good=False)
            raise
        _note_run(made, started, time.monotonic() - begun, good=True)
        if context.job.attempts:
            _note_mended(context.job)
        return result

    return run


def _in_scope(made: Job[Any, Any], arguments: dict[str, Any]) -> Any:
    if not made.transaction:
        return made.function(**arguments)
    with scoped(SYSTEM):
        return made.function(**arguments)


def _note_failure(made: Job[Any, Any], row: Row, error: BaseException) -> None:
    """Write down what failed. Runs after the job's own transaction was undone; must not hide the error itself."""
    from zhijian.kernel.notices.models import JobFailure

    logger.warning("job %s failed (try %s)", made.name, row.attempts + 1, exc_info=error)
    try:
        with transaction.atomic():
            JobFailure.note(made.name, row.id, row.attempts + 1, error, given_up=row.attempts + 1 >= made.tries)
    except Exception:
        logger.exception("the failure of job %s could not be written down", made.name)


def _note_run(made: Job[Any, Any], started: dt.datetime, seconds: float, *, good: bool) -> None:
    """Write down when it ran last, and how it went. Must not hide what the job itself raised."""
    from zhijian.kernel.notices.models import JobRun

    try:
        with transaction.atomic():
            JobRun.note(made.name, started, seconds, good=good)
    except Exception:
        logger.exception("the run of job %s could not be written down", made.name)


def _note_mended(row: Row) -> None:
    from zhijian.kernel.notices.models import JobFailure

    with transaction.atomic():
        JobFailure.objects.filter(job=row.id, mended_at=None).update(mended_at=timezone.now())


def run_pending(limit: int = 1000, *, raising: bool = True) -> int:
    """Run what is due in this thread and connection until the queue is empty; returns how many ran. For tests, drains.

    A failing job raises here; with `raising=False` it is retried or given up as a worker would do.
    """
    load()
    manager = queue()
    with _a_worker(manager) as worker:
        for done in range(limit):
            row = async_to_sync(manager.fetch_job)(queues=None, worker_id=worker)
            if row is None:
                return done
            if isinstance(row.task_kwargs, str):  # Django's connection leaves jsonb as text
                row = row.evolve(task_kwargs=json.loads(row.task_kwargs))
            _run_row(manager, row, raising)
    return limit


@contextmanager
def _a_worker(manager: JobManager) -> Iterator[int]:
    worker = async_to_sync(manager.register_worker)()
    try:
        yield worker
    finally:
        async_to_sync(manager.unregister_worker)(worker_id=worker)


def _run_row(manager: JobManager, row: Row, raising: bool) -> None:
    task = app.tasks[row.task_name]
    context = JobContext(
        start_timestamp=timezone.now().timestamp(), app=app, job=row, abort_reason=lambda: None, worker_name="drain"
    )
    try:
        task(context, **row.task_kwargs)
    except Exception as error:
        retry = task.get_retry_exception(exception=error, job=row)
        if retry is not None and row.id is not None:
            when = retry.retry_decision.retry_at or timezone.now()
            manager.retry_job_by_id(job_id=row.id, retry_at=when)
        else:
            _finish(manager, row, Status.FAILED)
        if raising:
            raise
        return
    _finish(manager, row, Status.SUCCEEDED)


def _finish(manager: JobManager, row: Row, status: Status) -> None:
    if row.id is not None:
        async_to_sync(manager.finish_job_by_id_async)(job_id=row.id, status=status, delete_job=False)


# Looking after the queue itself


@every("* * * * *")
@job("jobs.recover", title=_("Give the jobs of dead workers to living ones"), tries=1)
def recover() -> int:
    """Give the jobs of dead workers to living ones; returns how many. A job counts as tried when its worker died."""
    manager = queue()
    stalled = list(async_to_sync(manager.get_stalled_jobs)(seconds_since_heartbeat=DEAD_AFTER))
    for row in stalled:
        made = _jobs.get(row.task_name)
        tries = made.tries if made else 1
        if row.attempts + 1 >= max(tries, 2):  # one second chance, also for what is not tried again by itself
            _lost(row, tries)
            _finish(manager, row, Status.FAILED)
        else:
            _hand_on(manager, row)
    return len(stalled)


def _hand_on(manager: JobManager, row: Row) -> None:
    try:
        with transaction.atomic():
            manager.retry_job_by_id(job_id=row.id, retry_at=timezone.now())  # type: ignore[arg-type]
    except exceptions.UniqueViolation:  # the same work waits in the queue again already (the next tick of a schedule)
        _finish(manager, row, Status.ABORTED)


def _lost(row: Row, tries: int) -> None:
    from zhijian.kernel.notices.models import JobFailure

    JobFailure.note(row.task_name, row.id, row.attempts + 1, RuntimeError("its worker died"), given_up=True)


@every("40 3 * * *")
@job("jobs.tidy", title=_("Forget jobs that ended well a week ago"), tries=1)
def tidy() -> None:
    """Forget jobs that ended well a week ago; what failed stays until somebody has seen it."""
    async_to_sync(queue().delete_old_jobs)(nb_hours=KEPT_HOURS)


def again(failure_id: int) -> bool:
    """Queue a job that was given up once more (an administrator's decision). False when its row is gone."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    from zhijian.kernel.notices.models import JobFailure

    failure = JobFailure.objects.select_for_update().get(pk=failure_id)
    row = ProcrastinateJob.objects.filter(pk=failure.job, status=Status.FAILED.value).first()
    if row is None or failure.mended_at is not None:
        return False
    # The queue's own function refuses a job that has ended: the same work becomes a new row.
    made = load()[row.task_name]
    arguments = {k: v for k, v in row.args.items() if k != "timestamp"}
    made.later(**arguments)
    failure.mended_at = timezone.now()
    failure.save(update_fields=["mended_at"])
    return True
