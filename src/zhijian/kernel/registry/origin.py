"""From which imported file an enterprise came into the register.

Nothing is written for it: an import makes the uids of its new rows while it runs, and a UUIDv7 bears its moment. The
run of the row's source within which that moment lies is the one that made it. So one query tells it of any row, also of
those that were imported before anybody asked, and an import of 607,000 writes nothing more.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from zhijian.kernel.ids import moment_of, uuid7_at

from .import_.runner import find_mapping
from .import_.sources import Refused
from .models import Entity, ImportRun, ImportState

NEAREST = 20  # imports that were begun last before the row was made: they overlap only while several run at once
MILLISECOND = dt.timedelta(milliseconds=1)  # what a uid is exact to


@dataclass(frozen=True)
class Origin:
    """When a row came into the register, from which file, by whom; several files where imports of a kind overlapped."""

    at: dt.datetime
    files: list[str]
    who: str


def origin(entity: Entity) -> Origin | None:
    """The import that made the entity; None of a file that a person made. One query."""
    made = moment_of(entity.uid)
    if not entity.source or made is None:
        return None
    before = ImportRun.objects.filter(uid__lt=uuid7_at(made + MILLISECOND), dry_run=False, state=ImportState.DONE)
    light = before.only("uid", "mapping", "file_name", "started", "finished", "who_name").order_by("-uid")
    runs = [run for run in light[:NEAREST] if _spans(run, made) and _is_of(run, entity.source)]
    if not runs:
        return None
    people = {run.who_name for run in runs}
    return Origin(made, [run.file_name for run in reversed(runs)], people.pop() if len(people) == 1 else "")


def _spans(run: ImportRun, made: dt.datetime) -> bool:
    if run.started is None or run.finished is None:
        return False
    return run.started - MILLISECOND < made <= run.finished


def _is_of(run: ImportRun, source: str) -> bool:
    """Whether its mapping writes rows of that source; one that the pack no longer has is not ruled out."""
    try:
        return find_mapping(run.mapping).source == source
    except Refused:
        return True
