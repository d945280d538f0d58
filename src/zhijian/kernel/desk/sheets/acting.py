"""Trying a sheet, doing it, taking it back: each row on its own, as the person who sent it, with its guard and version.

A trial does every act and undoes it at once, so that nothing is promised which the doing would refuse. A job that died
goes on where it was: what became of a row is written in the transaction of its act.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import SYSTEM, Actor, actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk.lists import MatterList, list_of
from zhijian.kernel.desk.models import SheetRow, SheetRun
from zhijian.kernel.desk.sheets import columns
from zhijian.kernel.desk.sheets.reading import NotTaken, Reader, Wanted
from zhijian.kernel.desk.views.opening import open_matter
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.digest import sha256_hex
from zhijian.kernel.evidence.refusals import Refused
from zhijian.kernel.ids import uuid7
from zhijian.kernel.jobs import every, job
from zhijian.kernel.matters.errors import BadFacts, Conflict, StepError
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform

AT_ONCE = 20  # rows that are gone through while one waits
TICK = 10  # rows between two signs of progress
LARGEST = 10_000_000  # bytes
MOST = 5_000  # acts of one sheet
KEPT_DAYS = 30
TRIED = ledger.entry_kind("desk.sheet_sent", label=gettext_lazy("Sent the sheet {file} of acts for the list “{list}”"))
DONE = ledger.entry_kind(
    "desk.sheet_done", label=gettext_lazy("The sheet {file} was done: {done} acts, {refused} refused")
)
UNDONE = ledger.entry_kind(
    "desk.sheet_undone", label=gettext_lazy("The sheet {file} was taken back: {undone} acts, {kept} stay")
)
TICKED_UNDONE = ledger.entry_kind(
    "desk.ticked_undone", label=gettext_lazy("“{act}” for ticked rows was taken back: {undone} acts, {kept} stay")
)
State, Row = SheetRun.State, SheetRow.State


class _Trial(Exception):
    """The act worked; it is undone, since it was only tried."""


# -- sending ----------------------------------------------------------------------------------------------------------


def submit(file: Any, one: type[MatterList], actor: Actor) -> SheetRun:
    """Keep the file and try it: a few rows at once, many as a job. Raises NotTaken where it can't be kept."""
    if file is None or not file.name or file.size > LARGEST:
        raise NotTaken(_("Choose an Excel file (.xlsx) of at most 10 MB. Nothing was changed."))
    data = file.read()
    digest = sha256_hex(data)
    twice = SheetRun.objects.filter(person=actor.person_id, sha256=digest, done_at__isnull=False).first()
    if twice is not None:
        raise NotTaken(
            _("This very file was done already, on %(day)s. Download the sheet anew.")
            % {"day": f"{twice.done_at:%Y-%m-%d %H:%M}"}
        )
    uid = uuid7()
    with tempfile.TemporaryFile() as held:
        held.write(data)
        held.seek(0)
        path = default_storage.save(f"sheets/{uid}.xlsx", File(held))
    run = SheetRun.objects.create(
        uid=uid, person_id=actor.person_id, room=one.slug(), file_name=file.name[-200:], sha256=digest, path=path,
        language=translation.get_language() or "en",
    )  # fmt: skip
    enter(TRIED, run, actor)
    with reading(run, actor) as reader:
        if isinstance(reader, NotTaken):
            SheetRun.objects.filter(pk=run.pk).update(state=State.REFUSED, trouble=str(reader)[:300])
            return run
        few = sum(1 for _wanted in zip(range(AT_ONCE + 1), reader.wanted(), strict=False)) <= AT_ONCE
    if few:
        check(run=run.pk)
    else:
        check.later(run=run.pk)
    return run


@contextmanager
def reading(run: SheetRun, actor: Actor) -> Iterator[Reader | NotTaken]:
    """The reader of the run's file, on this machine's disk; or why it is none."""
    one = list_of(run.room, actor)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        with default_storage.open(run.path, "rb") as source:
            path.write_bytes(source.read())
        try:
            if one is None:
                raise NotTaken(_("This list is none of your rooms any more."))
            made: Reader | NotTaken = Reader(path, one, actor)
        except NotTaken as error:
            made = error
        yield made


# -- the jobs ---------------------------------------------------------------------------------------------------------


@job("desk.check_sheet", title=gettext_lazy("Try a sheet of acts"), transaction=False, tries=2)
def check(run: int) -> None:
    """Try every row; nothing stays done."""
    _go(run, State.CHECKING, State.CHECKED, _check)


@job("desk.do_sheet", title=gettext_lazy("Do a sheet of acts"), transaction=False, tries=3)
def do(run: int) -> None:
    """Do the rows that could be done in the trial."""
    _go(run, State.DOING, State.DONE, _do)


@job("desk.undo_sheet", title=gettext_lazy("Take a sheet of acts back"), transaction=False, tries=3)
def undo(run: int, reason: str = "") -> None:
    """Take back the rows whose step allows it, where nothing happened since."""
    _go(run, State.UNDOING, State.UNDONE, lambda row, actor: _undo(row, actor, reason))


def _go(pk: int, while_: Any, then: Any, work: Callable[[SheetRun, Actor], None]) -> None:
    with scoped(SYSTEM):
        run = SheetRun.objects.filter(pk=pk, state=while_).first()
        person = Person.objects.prefetch_related("posts").get(pk=run.person_id) if run else None
    if run is None or person is None:
        return
    actor = actor_of(person)
    try:
        with translation.override(run.language):
            work(run, actor)
    except Exception:
        with scoped(SYSTEM):
            SheetRun.objects.filter(pk=pk).update(state=State.FAILED)
        raise
    with scoped(SYSTEM):
        found = SheetRow.objects.filter(run=run).order_by().values_list("state").annotate(n=Count("pk"))
        told: dict[str, Any] = {"state": then, "counts": dict(found)}
        if then == State.DONE:
            told["done_at"] = timezone.now()
        SheetRun.objects.filter(pk=pk).exclude(state=State.REFUSED).update(**told)
    run.refresh_from_db()
    if then in (State.DONE, State.UNDONE):
        done = UNDONE if run.sha256 else TICKED_UNDONE
        enter(DONE if then == State.DONE else done, run, actor)


def enter(kind: ledger.EntryKind, run: SheetRun, actor: Actor) -> None:
    """An entry on a whole run: how many of its acts came to what."""
    counted = {state: run.counts.get(state, 0) for state in ("done", "refused", "undone", "kept")}
    file = {"file": run.file_name, "sha256": run.sha256} if run.sha256 else {"act": run.file_name}
    data = {**file, "list": run.room, "run": str(run.uid), **counted}
    with scoped(actor):
        area = actor.posts[0].area if actor.posts else ""
        ledger.record(kind.code, actor=actor, subject=f"account:{actor.person_id}", area=area, data=data)


def _told(run: SheetRun, rows: Iterable[Any], total: int) -> Iterator[Any]:
    """The same rows; every so often it is noted how many are over."""
    _progress(run, 0, total)
    for gone, row in enumerate(rows):
        if gone and gone % TICK == 0:
            _progress(run, gone, total)
        yield row
    _progress(run, total, total)


def _progress(run: SheetRun, gone: int, total: int) -> None:
    with scoped(SYSTEM):
        SheetRun.objects.filter(pk=run.pk).update(gone=gone, total=total)


def _check(run: SheetRun, actor: Actor) -> None:
    with reading(run, actor) as reader:
        trouble = str(reader) if isinstance(reader, NotTaken) else ""
        total = 0
        if isinstance(reader, Reader):
            with scoped(actor):
                total = sum(1 for _wanted in reader.wanted())
            if total == 0:
                trouble = _("No row says what is to be done. Fill in the column “%(act)s”.") % {"act": _("Act to do")}
            elif total > MOST:
                trouble = _("The sheet asks for more than %(n)s acts. Split it.") % {"n": f"{MOST:,}"}
        if trouble or isinstance(reader, NotTaken):
            with scoped(SYSTEM):
                SheetRun.objects.filter(pk=run.pk).update(state=State.REFUSED, trouble=trouble[:300])
            return
        seen: set[Any] = set()
        home = actor.posts[0].area if actor.posts else ""
        with scoped(SYSTEM):
            SheetRow.objects.filter(run=run).delete()  # of a trial that was broken off
        for wanted in _told(run, _wanted(reader, actor), total):
            key = wanted.matter.pk if wanted.matter else wanted.premises.uid if wanted.premises else wanted.n
            if key in seen:
                wanted.wrong.append((reader.sheet.called("key"), _("Another row of the sheet is about the same.")))
            seen.add(key)
            if not wanted.wrong:
                _act(reader, wanted, actor, trial=True)
            with scoped(SYSTEM):
                _keep(run, wanted, home, Row.REFUSED if wanted.wrong else Row.READY)


def _wanted(reader: Reader, actor: Actor, only: set[int] | None = None) -> Iterator[Wanted]:
    """The rows, each block read in a scope of its own: none stays open while the rows are done."""
    rows = reader.wanted(only)
    while True:
        with scoped(actor):
            one = next(rows, None)
        if one is None:
            return
        yield one


def _keep(run: SheetRun, wanted: Wanted, area: str, state: Any) -> None:
    """Note what became of a row; `area` is the sender's own, for a row that is about nothing he may see."""
    verb = wanted.step.verb if wanted.step else ""
    SheetRow.objects.create(
        run=run, n=wanted.n, area=wanted.area or area, verb=verb, matter=wanted.matter, title=wanted.title[:260],
        state=state, why=wanted.wrong, before=wanted.before,
    )  # fmt: skip


def _act(
    reader: Reader, wanted: Wanted, actor: Actor, *, trial: bool, then: Callable[[Matter], None] | None = None
) -> bool:
    """Do the act of a row, in one transaction with `then`; a trial undoes it. Returns whether it could be done; what
    refused it stands in `wanted.wrong`."""
    try:
        with scoped(actor), transaction.atomic():
            matter = _perform(reader, wanted, actor)
            if then is not None:
                then(matter)
            if trial:
                raise _Trial
    except _Trial:
        return True
    except BadFacts as error:
        called = {name: reader.sheet.called(f"f:{name}") for name in error.errors}
        titles = columns.facts_of(wanted.step) if wanted.step else {}
        for name, said in error.errors.items():
            column = called[name] if called[name] != name or name not in titles else columns.heading(name, titles[name])
            wanted.wrong.append((column, " ".join(said)))
    except Conflict:
        changed = _("It was changed since the sheet was made: look at it, then export anew.")
        wanted.wrong.append((reader.sheet.called("version"), changed))
    except StepError as error:
        wanted.wrong.append((reader.sheet.called("act"), error.message))
    except Refused as error:
        wanted.wrong.append((reader.sheet.called("act"), str(error)))
    return not wanted.wrong


def _perform(reader: Reader, wanted: Wanted, actor: Actor) -> Matter:
    step, flow = wanted.step, reader.one.all_flows()[0]
    assert step is not None
    if wanted.matter is not None:
        return perform(wanted.matter, step.verb, actor, version=wanted.version, **wanted.facts)
    place = wanted.premises
    assert place is not None
    about = About(title=place.name, area=place.area, entity=place.entity, premises=place)
    return open_matter(flow, step.verb, actor, about, wanted.facts)


def _do(run: SheetRun, actor: Actor) -> None:
    with scoped(SYSTEM):
        left = set(SheetRow.objects.filter(run=run, state=Row.READY).values_list("n", flat=True))
        over = SheetRow.objects.filter(run=run, state=Row.DONE).count()
    with reading(run, actor) as reader:
        if isinstance(reader, NotTaken):
            with scoped(SYSTEM):
                SheetRun.objects.filter(pk=run.pk).update(trouble=str(reader)[:300])
            return
        for wanted in _told(run, _wanted(reader, actor, left), len(left) + over):
            row = SheetRow.objects.filter(run=run, n=wanted.n)

            def note(matter: Matter, row: Any = row) -> None:
                row.update(state=Row.DONE, matter=matter, version=matter.version, title=str(matter)[:260])

            if wanted.wrong or not _act(reader, wanted, actor, trial=False, then=note):
                with scoped(SYSTEM):
                    row.update(state=Row.REFUSED, why=wanted.wrong)


# -- the way back -----------------------------------------------------------------------------------------------------


def way_back(one: type[MatterList], verb: str) -> Step | None:
    """The step that takes a verb back; None where it ends something for good."""
    flow = one.all_flows()[0]
    step = next((s for s in flow.steps if s.verb == verb), None)
    return next((s for s in flow.steps if s.verb == step.back and s.froms), None) if step and step.back else None


def changed_since(run: SheetRun, most: int) -> list[SheetRow]:
    """The acts that can be taken back no more: something happened to their matter since. In the viewer's scope."""
    rows = SheetRow.objects.filter(run=run, state=Row.DONE).exclude(matter=None).select_related("matter")
    return list(rows.exclude(version=F("matter__version")).order_by("n")[:most])


def asks_reason(one: type[MatterList], verbs: Iterable[str]) -> bool:
    """Whether taking these back needs a word of the person: a fact that no matter held before."""
    return any(_reasons(back) for verb in verbs if (back := way_back(one, verb)) is not None)


def _reasons(back: Step) -> list[str]:
    return [n for n, info in columns.facts_of(back).items() if info.is_required() and info.annotation is str]


def _undo(run: SheetRun, actor: Actor, reason: str) -> None:
    one = list_of(run.room, actor)
    with scoped(actor):
        rows = list(SheetRow.objects.filter(run=run, state=Row.DONE).select_related("matter").order_by("-n"))
    for row in _told(run, rows, len(rows)):
        back, why = way_back(one, row.verb) if one else None, ""
        try:
            if back is None or row.matter is None:
                raise StepError(_("This act can't be taken back."))
            told = {**row.before, **{name: reason for name in _reasons(back) if name not in row.before}}
            with scoped(actor), transaction.atomic():
                perform(row.matter, back.verb, actor, version=row.version, **told)
                SheetRow.objects.filter(pk=row.pk).update(state=Row.UNDONE)
        except Conflict:
            why = _("Something happened to it since; it stays as it is.")
        except BadFacts as error:
            why = " ".join(word for said in error.errors.values() for word in said)
        except StepError as error:
            why = error.message
        if why:
            with scoped(SYSTEM):
                SheetRow.objects.filter(pk=row.pk).update(state=Row.KEPT, why=[["", why]])


@every("30 3 * * *")
@job("desk.sweep_sheets", title=gettext_lazy("Drop sheets of acts sent some weeks ago"), tries=1)
def sweep() -> int:
    """Delete files sent some time ago; what was done stays noted. Returns how many."""
    old = SheetRun.objects.filter(at__lt=timezone.now() - dt.timedelta(days=KEPT_DAYS)).exclude(path="")
    for path in old.values_list("path", flat=True):
        default_storage.delete(path)
    return old.update(path="")
