"""Runs an import: one transaction, an `ImportRun` that tells how far it is, a report, an entry in the ledger."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone, translation

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.packs import stack

from .. import entries, findings
from ..models import ImportRun, ImportState
from .detect import detect
from .hooks import record_importer
from .mapping import Mapping, read_mapping
from .merge import Merge
from .pipeline import Areas, Pipeline
from .report import Report
from .sources import Refused, Source, fingerprint, recognise
from .stage import Stage
from .watch import CalledOff, Progress, Watch

# Merges take turns: two that bring the same new entity would run into each other's unique keys.
_MERGE_LOCK = 0x5A4A_0001
# Held while a run lives, so that a killed one can be told from a slow one.
_RUN_LOCK = 0x5A4A_0002


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


def new_run(name: str, mapping: str, actor: Actor, dry_run: bool) -> ImportRun:
    """A run that waits; not saved. An empty `mapping` is told by the headings."""
    return ImportRun(
        mapping=mapping,
        file_name=name[-255:],
        dry_run=dry_run,
        who_id=actor.person_id,
        who_name=actor.name if actor.person_id else "",
        language=translation.get_language() or "",
    )


def import_file(
    path: Path,
    mapping: str,
    *,
    actor: Actor = SYSTEM,
    name: str = "",
    dry_run: bool = False,
    progress: Progress | None = None,
    sure: bool = True,
    account: str = "",
) -> ImportRun:
    """Import a file from the disk, here and now. What came of it stands in the run: look at `state` and `trouble`.

    `account` is the machine's, where no person of ours imports. Not `sure`: an import that
    has something to confirm (see `findings.to_confirm`) is refused instead.
    """
    run = new_run(name or path.name, mapping, actor, dry_run)
    run.who_name = run.who_name or account
    run.save()
    return execute(run, path, actor, progress, sure)


def execute(run: ImportRun, path: Path, actor: Actor, progress: Progress | None = None, sure: bool = True) -> ImportRun:
    """Run a waiting import on a local copy of its file; does nothing to one that no longer waits.

    Raises only what is our own fault; the run says so too.
    """
    with alive(run):
        waiting = ImportRun.objects.filter(pk=run.pk, state=ImportState.QUEUED)
        if waiting.update(state=ImportState.RUNNING, started=timezone.now()):
            run.refresh_from_db()
            with translation.override(run.language or translation.get_language() or "en"):
                _execute(run, path, actor, progress, sure)
    return run


def _execute(run: ImportRun, path: Path, actor: Actor, progress: Progress | None, sure: bool) -> None:
    report = Report()
    try:
        with Watch(run, progress) as watch:
            source = recognise(path, run.file_name, _fingerprint(run, path))
            mapping = _settle(run, source)
            run.counts = _in_one_transaction(run, source, mapping, actor, report, watch, sure)
        run.state = ImportState.DONE
    except Refused as refused:
        run.state, run.refusal, run.counts = ImportState.REFUSED, {"why": refused.why, "detail": refused.detail}, {}
    except (CalledOff, KeyboardInterrupt) as error:
        run.state = ImportState.STOPPED
        if isinstance(error, KeyboardInterrupt):
            raise
    except BaseException as error:
        run.state, run.problem = ImportState.FAILED, f"{type(error).__name__}: {error}"[:2000]
        raise
    finally:
        _finish(run, report, actor)


def _fingerprint(run: ImportRun, path: Path) -> tuple[str, int]:
    """Which bytes these are; kept also of a file that is refused. Raises Refused."""
    digest, size = fingerprint(path)
    if run.sha256 and run.sha256 != digest:  # what is imported is what was tried, to the byte
        raise Refused("other_file")
    run.sha256, run.size = digest, size
    return digest, size


def _settle(run: ImportRun, source: Source) -> Mapping:
    """Write down what the file is, and find its mapping. Raises Refused."""
    run.total_rows = source.lines
    if run.mapping:
        mapping = find_mapping(run.mapping)
    else:
        mapping = detect(source, mappings().values())
        run.mapping, run.notes = mapping.name, [{"why": "told_by_headings", "detail": {}}]
    run.save(update_fields=["sha256", "size", "total_rows", "mapping"])
    return mapping


def _in_one_transaction(
    run: ImportRun, source: Source, mapping: Mapping, actor: Actor, report: Report, watch: Watch, sure: bool
) -> dict[str, Any]:
    """Stage and merge; everything or nothing."""
    with scoped(actor), connection.cursor() as cursor, watch.cancelling():
        stage = Stage(cursor)
        pipeline = Pipeline(source, mapping, areas(), stage, report, watch.rows)
        pipeline.run()
        stage.analyse()
        if not run.dry_run:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_MERGE_LOCK])
            _name_source(cursor, str(run.pk), calendar.today().isoformat())
        merge = Merge(cursor, mapping, run.dry_run, comparing=run.dry_run or not sure)
        counts = _merge(merge, stage, report, run)
        counts |= {"rows": pipeline.rows, "rejected": report.rejected, "noted": report.noted}
        run.notes += [{"why": why, "detail": detail} for why, detail in pipeline.notes]
        run.findings = {"changed": merge.changes, "unread": pipeline.left_empty(), "ask_above": mapping.ask_above}
        if not run.dry_run:
            if not sure and (asked := findings.to_confirm(run)):
                raise Refused("to_confirm", n=len(asked))
            enter(entries.IMPORTED, run, actor, counts | findings.confirmed(run))
        stage.drop()
        _name_source(cursor, "", "")
    return counts


def _name_source(cursor: Any, run: str, day: str) -> None:
    """Say from which run the changes come that the database writes into the history of registration."""
    cursor.execute("SELECT set_config('zj.run', %s, true), set_config('zj.as_of', %s, true)", [run, day])


def _merge(merge: Merge, stage: Stage, report: Report, run: ImportRun) -> dict[str, Any]:
    counts: dict[str, Any] = {}
    mapping = merge.mapping
    for section in mapping.sections:
        if section.kind.startswith("records."):
            kind = section.kind.removeprefix("records.")
            counts[kind] = _records(merge, mapping, kind, run)
            continue
        gone, duplicates = stage.merge_duplicates(section.kind)
        if section.kind == mapping.row_is:
            report.duplicates, counts["duplicates"] = duplicates, gone
        counts[section.kind] = asdict(merge.table(section))
    return counts


def _records(merge: Merge, mapping: Mapping, kind: str, run: ImportRun) -> dict[str, int]:
    importer = record_importer(kind)
    if run.dry_run:
        return {"read": merge.count_records(kind)}
    if importer is None:
        raise Refused("no_importer", kind=kind)
    return importer(merge.records(kind), mapping.source)  # type: ignore[arg-type]


def _finish(run: ImportRun, report: Report, actor: Actor) -> None:
    """Write the report and the outcome."""
    run.finished = timezone.now()
    run.sample = [*report.sample, *report.remarked]
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
    if run.dry_run or run.state != ImportState.DONE:
        note(run, actor)


def note(run: ImportRun, actor: Actor) -> None:
    """An entry for what changed nothing: a trial, or an import that came to nothing."""
    kind = entries.TRIED if run.state == ImportState.DONE else entries.CAME_TO_NOTHING
    more = {k: run.counts[k] for k in ("rows", "rejected")} if run.counts else {"state": run.state}
    enter(kind, run, actor, more)


def enter(kind: ledger.EntryKind, run: ImportRun, actor: Actor, more: dict[str, Any]) -> None:
    """Into the ledger: what happened to which bytes, by which mapping."""
    facts = {"file": run.file_name, "sha256": run.sha256, "mapping": run.mapping, "run": str(run.uid)}
    with scoped(actor):
        ledger.record(kind.code, actor=actor, subject="system", area=stack().setting("city"), data=facts | more)


class alive:  # noqa: N801 -- reads as a condition
    """Holds the run's lock on this session while the import runs."""

    def __init__(self, run: ImportRun) -> None:
        self.key = [_RUN_LOCK, run.pk % 2**31]

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", self.key)

    def __exit__(self, *_: object) -> None:
        with suppress(Exception), connection.cursor() as cursor:  # the session may be gone, and the lock with it
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", self.key)


def is_alive(run: ImportRun) -> bool:
    """Whether some process holds the run's lock."""
    with connection.cursor() as cursor:
        key = [_RUN_LOCK, run.pk % 2**31]
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        if not cursor.fetchone()[0]:
            return True
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
    return False
