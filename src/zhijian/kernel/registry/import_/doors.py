"""How an import begins and ends for people: send a file, try it, take it in, call it off, find out that it died."""

from __future__ import annotations

import datetime as dt
import shutil
from contextlib import suppress
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils import timezone
from django.utils.text import get_valid_filename

from zhijian.kernel.accounts.actor import SYSTEM, Actor

from .. import entries
from ..models import ImportRun, ImportState
from .runner import enter, is_alive, new_run, note

KEPT = dt.timedelta(days=90)  # a file and its report, after the last run of it; the ledger keeps its fingerprint
NOTHING = (ImportState.REFUSED, ImportState.FAILED, ImportState.STOPPED)


def submit(
    file: File, mapping: str, actor: Actor, *, dry_run: bool = False, parent: ImportRun | None = None
) -> ImportRun:
    """Take a file in and have it imported, or tried, by a job. The file is kept as it was sent.

    An empty `mapping` is told by the headings; `parent` is the run whose rejected rows are sent again.
    """
    run = new_run(file.name or "file", mapping, actor, dry_run)
    run.size, run.parent = file.size, parent
    run.stored = default_storage.save(f"imports/{run.uid}/{get_valid_filename(Path(run.file_name).name)}", file)
    enter(entries.SENT, run, actor, {"size": run.size})
    return _queue(run)


def try_again(run: ImportRun, mapping: str, actor: Actor) -> ImportRun:
    """Try the same file once more, by another mapping or since the register has changed."""
    new = new_run(run.file_name, mapping, actor, dry_run=True)
    new.size, new.stored, new.parent = run.size, run.stored, run.parent
    return _queue(new)


def may_take_in(trial: ImportRun) -> bool:
    """Whether a trial found something to import."""
    brings = [n for told in trial.counts.values() if isinstance(told, dict) for k, n in told.items() if k != "same"]
    return trial.dry_run and trial.state == ImportState.DONE and bool(trial.stored) and any(brings)


def take_in(trial: ImportRun, actor: Actor) -> tuple[ImportRun, bool]:
    """Import for good what a trial has read, to the byte: (the run, whether it is new).

    A trial is imported once: while an import of it waits, runs or is done, that one is meant.
    """
    trial = ImportRun.objects.select_for_update(of=("self",)).get(pk=trial.pk)
    if not may_take_in(trial):
        raise ValueError(f"import {trial.uid} is no trial that can be taken in")
    standing = trial.children.filter(dry_run=False).exclude(state__in=NOTHING).first()
    if standing is not None:
        return standing, False
    run = new_run(trial.file_name, trial.mapping, actor, dry_run=False)
    run.size, run.stored, run.sha256, run.parent = trial.size, trial.stored, trial.sha256, trial
    return _queue(run), True


def _queue(run: ImportRun) -> ImportRun:
    from ..jobs import run_import

    run.save()
    run_import.later(run_id=run.pk)
    return run


def before(run: ImportRun) -> int:
    """How many imports come before a waiting one: they take turns."""
    return ImportRun.objects.filter(state__in=[ImportState.QUEUED, ImportState.RUNNING], pk__lt=run.pk).count()


def call_off(run: ImportRun, actor: Actor) -> bool:
    """End an import that waits at once, and one that runs within seconds; False when it is over."""
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state == ImportState.RUNNING:
        run.stopping = True
        run.save(update_fields=["stopping"])
    elif run.state == ImportState.QUEUED:
        run.state, run.finished = ImportState.STOPPED, timezone.now()
        run.save(update_fields=["state", "finished"])
        note(run, actor)
    else:
        return False
    return True


def recover(run: ImportRun | None = None) -> int:
    """Runs whose process has died (that one, or all) are marked as failed; nothing of them is in the register."""
    rows = ImportRun.objects.filter(state=ImportState.RUNNING)
    found = 0
    for one in rows.filter(pk=run.pk) if run else rows:
        if is_alive(one):
            continue
        outcome = {"state": ImportState.FAILED, "refusal": {"why": "interrupted", "detail": {}}}
        if rows.filter(pk=one.pk).update(**outcome, finished=timezone.now()):
            one.refresh_from_db()
            note(one, SYSTEM)
            found += 1
    return found


def sweep(kept: dt.timedelta = KEPT) -> int:
    """Delete files and reports that no import has used for so long; the runs stay. Returns how many files went."""
    swept, old = 0, Q(finished__lt=timezone.now() - kept)
    for field in ("stored", "report"):
        used = ImportRun.objects.exclude(old).exclude(**{field: ""}).values(field)
        rows = ImportRun.objects.filter(old).exclude(**{field: ""}).exclude(**{f"{field}__in": used})
        for name in sorted(set(rows.values_list(field, flat=True))):
            default_storage.delete(name)
            swept += bool(rows.filter(**{field: name}).update(**{field: ""}))
    return swept


def fetch_stored(run: ImportRun, folder: Path) -> Path:
    """The file that was sent, on this machine's disk: as it lies there, or copied into `folder` from elsewhere."""
    with suppress(NotImplementedError):
        return Path(default_storage.path(run.stored))
    target = folder / Path(run.stored).name
    with default_storage.open(run.stored) as stored, target.open("wb") as local:
        shutil.copyfileobj(stored, local)
    return target
