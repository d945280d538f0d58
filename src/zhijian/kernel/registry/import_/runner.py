"""Runs an import: one transaction, an `ImportRun` that tells how far it is, a report, an entry in the ledger."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from django.utils.text import get_valid_filename

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.packs import stack

from ..models import ImportRun, ImportState
from .hooks import record_importer
from .mapping import Mapping, read_mapping
from .merge import Merge
from .pipeline import Areas, Pipeline
from .problems import reason, refusal
from .report import Report
from .sources import Refused, Source, recognise
from .stage import Stage

# Merges take turns: two that bring the same new entity would run into each other's unique keys.
_MERGE_LOCK = 0x5A4A_0001
# Held while a run lives, so that a killed one can be told from a slow one.
_RUN_LOCK = 0x5A4A_0002
_TICK = 1.0  # seconds between two notes of progress

Progress = Callable[[ImportRun], None]


def mappings() -> dict[str, Mapping]:
    """Every mapping of the installed packs, by name."""
    found = {Path(p).stem: path for p, path in stack().files("mappings/*.toml").items()}
    return {name: read_mapping(path) for name, path in found.items()}


def find_mapping(name: str) -> Mapping:
    """A mapping by name. Raises Refused."""
    try:
        return read_mapping(stack().file(f"mappings/{name}.toml"))
    except FileNotFoundError:
        raise Refused("no_mapping", name=name, known=", ".join(mappings())) from None


def areas() -> Areas:
    """The pack's areas as the checker wants them."""
    return [(a.code, a.name, a.short, a.parent) for a in stack().areas.values()]


def submit(file: File, mapping: str, actor: Actor, *, dry_run: bool = False) -> ImportRun:
    """Take a file in and have it imported by a job. The file is kept as it was sent."""
    from ..jobs import run_import

    run = _new_run(file.name or "file", mapping, actor, dry_run)
    run.size = file.size
    run.stored = default_storage.save(f"imports/{run.uid}/{get_valid_filename(Path(run.file_name).name)}", file)
    run.save()
    run_import.later(run_id=run.pk)
    return run


def import_file(
    path: Path,
    mapping: str,
    *,
    actor: Actor = SYSTEM,
    name: str = "",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportRun:
    """Import a file from the disk, here and now. What came of it stands in the run: look at `state` and `problem`."""
    run = _new_run(name or path.name, mapping, actor, dry_run)
    run.save()
    return execute(run, path, actor, progress)


def _new_run(name: str, mapping: str, actor: Actor, dry_run: bool) -> ImportRun:
    who = actor.person_id
    return ImportRun(mapping=mapping, file_name=name[-255:], dry_run=dry_run, who_id=who, who_name=actor.name)


def execute(run: ImportRun, path: Path, actor: Actor, progress: Progress | None = None) -> ImportRun:
    """Run a queued import on a local copy of its file. Raises only what is our own fault; the run says so too."""
    ImportRun.objects.filter(pk=run.pk).update(state=ImportState.RUNNING, started=timezone.now())
    run.refresh_from_db()
    report = Report()
    ticker = _Ticker(run, progress)
    try:
        with _alive(run):
            source = recognise(path, run.file_name)
            run.sha256, run.size, run.total_rows = source.sha256, source.size, source.lines
            run.counts = _in_one_transaction(run, source, find_mapping(run.mapping), actor, report, ticker)
        run.state = ImportState.DONE
    except Refused as refused:
        detail = dict(refused.detail)
        if "fault" in detail:
            detail["fault"] = reason(detail["fault"], {})
        run.state, run.problem, run.counts = ImportState.REFUSED, refusal(refused.why, detail), {}
    except BaseException as error:
        run.state, run.problem = ImportState.FAILED, f"{type(error).__name__}: {error}"[:2000]
        raise
    finally:
        ticker.stop()
        _finish(run, report)
    return run


def _in_one_transaction(
    run: ImportRun, source: Source, mapping: Mapping, actor: Actor, report: Report, ticker: _Ticker
) -> dict[str, Any]:
    """Stage and merge; everything or nothing."""
    with scoped(actor), connection.cursor() as cursor:
        stage = Stage(cursor)
        pipeline = Pipeline(source, mapping, areas(), stage, report, ticker.rows)
        pipeline.run()
        stage.analyse()
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_MERGE_LOCK])
        counts = _merge(cursor, stage, mapping, report, run)
        counts |= {"rows": pipeline.rows, "rejected": report.rejected, "noted": report.noted}
        if pipeline.skipped_sheets:
            counts["skipped_sheets"] = pipeline.skipped_sheets
        if not run.dry_run:
            facts = {"file": run.file_name, "sha256": run.sha256, "mapping": run.mapping, "run": str(run.uid)}
            facts |= {k: v for k, v in counts.items() if k != "skipped_sheets"}
            ledger.record("registry.imported", actor=actor, subject="system", data=facts)
        stage.drop()
    return counts


def _merge(cursor: Any, stage: Stage, mapping: Mapping, report: Report, run: ImportRun) -> dict[str, Any]:
    merge = Merge(cursor, mapping, run.dry_run)
    counts: dict[str, Any] = {}
    for section in mapping.sections:
        if section.kind.startswith("records."):
            kind = section.kind.removeprefix("records.")
            counts[kind] = _records(merge, mapping, kind, run)
            continue
        duplicates = stage.merge_duplicates(section.kind)
        if section.kind == mapping.row_is:
            report.duplicates = duplicates
            counts["duplicates"] = sum(n - 1 for *_, n in duplicates)
        counts[section.kind] = asdict(merge.table(section))
    return counts


def _records(merge: Merge, mapping: Mapping, kind: str, run: ImportRun) -> dict[str, int]:
    importer = record_importer(kind)
    if run.dry_run:
        return {"read": merge.count_records(kind)}
    if importer is None:
        raise Refused("no_importer", kind=kind)
    return importer(merge.records(kind), mapping.source)  # type: ignore[arg-type]


def _finish(run: ImportRun, report: Report) -> None:
    """Write the report and the outcome."""
    run.finished = timezone.now()
    try:
        if report and run.state in (ImportState.DONE, ImportState.REFUSED):
            with tempfile.TemporaryDirectory() as folder:
                made = Path(folder) / "report.xlsx"
                report.save(made)
                with made.open("rb") as file:
                    run.report = default_storage.save(f"imports/{run.uid}/report.xlsx", File(file))
    finally:
        report.close()
        run.save()


class _Ticker:
    """Notes progress once a second on a connection of its own: the import is not visible before its end."""

    def __init__(self, run: ImportRun, progress: Progress | None) -> None:
        self.run, self.progress = run, progress
        self.last = time.monotonic()
        self.thread: threading.Thread | None = None
        self.wake, self.ended = threading.Event(), False

    def rows(self, read: int) -> None:
        """So many rows have been read."""
        self.run.done_rows = read
        if time.monotonic() - self.last < _TICK:
            return
        self.last = time.monotonic()
        if self.progress:
            self.progress(self.run)
        if self.thread is None:
            self.thread = threading.Thread(target=self._write, daemon=True)
            self.thread.start()
        self.wake.set()

    def _write(self) -> None:
        try:
            while self.wake.wait() and not self.ended:
                self.wake.clear()
                ImportRun.objects.filter(pk=self.run.pk).update(
                    done_rows=self.run.done_rows, total_rows=self.run.total_rows
                )
        finally:
            connection.close()  # this thread's own

    def stop(self) -> None:
        """End the thread."""
        self.ended = True
        self.wake.set()
        if self.thread:
            self.thread.join(timeout=10)


class _alive:  # noqa: N801 -- reads as a condition
    """Holds the run's lock on this session while the import runs."""

    def __init__(self, run: ImportRun) -> None:
        self.key = [_RUN_LOCK, run.pk % 2**31]

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", self.key)

    def __exit__(self, *_: object) -> None:
        with suppress(Exception), connection.cursor() as cursor:  # the session may be gone, and the lock with it
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", self.key)


def recover() -> int:
    """Runs whose process has died are marked as failed; nothing of them is in the register. Returns how many."""
    found = 0
    for run in ImportRun.objects.filter(state=ImportState.RUNNING):
        with connection.cursor() as cursor:
            key = [_RUN_LOCK, run.pk % 2**31]
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
            if not cursor.fetchone()[0]:
                continue
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
        run.state, run.problem, run.finished = ImportState.FAILED, refusal("interrupted", {}), timezone.now()
        run.save(update_fields=["state", "problem", "finished"])
        found += 1
    return found


def fetch_stored(run: ImportRun, folder: Path) -> Path:
    """A local copy of the file that was sent, whichever storage holds it."""
    target = folder / Path(run.stored).name
    with default_storage.open(run.stored) as stored, target.open("wb") as local:
        shutil.copyfileobj(stored, local)
    return target
