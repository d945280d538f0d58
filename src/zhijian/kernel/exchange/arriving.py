"""Sheets that come in: answers change states, a list is reconciled, records are taken. What does not fit is listed."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.accounts.scope import below, scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.exchange import acts, entries
from zhijian.kernel.exchange.compare import Difference, Here, There, compare
from zhijian.kernel.exchange.declared import KEY, PLATFORM, Unfit, taken
from zhijian.kernel.exchange.models import Arrival, ArrivalLine, Owed, State, Taken
from zhijian.kernel.exchange.owing import mark
from zhijian.kernel.exchange.sheets import BadSheet, Line, Sheet, read
from zhijian.kernel.exchange.tables import Answer, Table
from zhijian.kernel.matters.errors import NotAllowed
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.writing import insert_all

What = Arrival.What
AT_ONCE = 200  # rows that are taken together
log = logging.getLogger(__name__)


@dataclass
class Found:
    """What a sheet brought: how many rows of each kind, and the lines to look at."""

    counts: Counter[str] = field(default_factory=Counter)
    lines: list[ArrivalLine] = field(default_factory=list)

    def note(
        self,
        code: str,
        n: int,
        key: str,
        *,
        here: str = "",
        there: str = "",
        row: Owed | None = None,
        said: Sequence[str] = (),
    ) -> None:
        """A line that a person has to look at."""
        self.counts[code] += 1
        self.lines.append(
            ArrivalLine(n=n, code=code, key=key[:80], here=here[:120], there=there[:400], owed=row, said=list(said))
        )


def wanted(table: Table, what: str) -> list[str]:
    """The headings that a sheet must have."""
    if what == What.RECORDS:
        return [column.head for column in table.columns if column.needed or column.value == KEY]
    if table.answer is None:
        raise BadSheet(_("How their answers read is not in the pack: this table has no [answer]."))
    return [table.answer.key, table.answer.state]


def take_in(table: Table, what: str, file: UploadedFile, area: str, actor: Actor) -> Arrival:
    """Take a sheet in for one of the actor's offices. Raises BadSheet or NotAllowed; then nothing was changed."""
    if area not in {post.area for post in actor.posts if post.role in acts.WORKERS}:
        raise NotAllowed(_("Choose one of your own offices."))
    if (what == What.RECORDS) == table.owing:
        raise BadSheet(_("This table does not go that way."))
    sheet = read(file, wanted(table, what))
    with transaction.atomic():
        work: Callable[[Table, Sheet, str, Actor], Found] = {
            What.ANSWERS: _answers, What.LIST: _list, What.RECORDS: _records,
        }[What(what)]  # fmt: skip
        return _keep(table, what, sheet, area, actor, work(table, sheet, area, actor))


def _keep(table: Table, what: str, sheet: Sheet, area: str, actor: Actor, found: Found) -> Arrival:
    at = timezone.now()
    arrival = Arrival.objects.create(
        platform=table.platform,
        table=table.code,
        area=area,
        what=what,
        name=sheet.name,
        blob=sheet.blob,
        rows=len(sheet.lines),
        counts=dict(found.counts),
        day=calendar.legal_day(at),
        made_by=actor.label,
        made_by_name=actor.name,
        made_at=at,
    )
    for line in found.lines:
        line.arrival, line.area = arrival, area
    ArrivalLine.objects.bulk_create(found.lines, batch_size=1000)
    ledger.record(
        entries.ARRIVAL,
        actor=actor,
        subject=f"exchange:{table.path}",
        area=area,
        data={"table": table.path, "name": sheet.name, "count": len(sheet.lines), "sha256": sheet.blob.sha256,
              "arrival": str(arrival.uid), "what": str(what)},
        at=at,
    )  # fmt: skip
    return arrival


def _ours(table: Table, area: str) -> QuerySet[Owed]:
    rows = Owed.objects.filter(below("area", area), platform=table.platform, table=table.code)
    return rows.select_related("matter")


# -- answers --------------------------------------------------------------------------------------------------------


def _answers(table: Table, sheet: Sheet, area: str, actor: Actor) -> Found:
    """Each answer to the record of its key. A key that stands twice with different answers is applied to neither."""
    answer, found = table.answer, Found()
    assert answer is not None
    keys = {line.cells.get(answer.key, "") for line in sheet.lines}
    rows: dict[str, list[Owed]] = {}
    for row in _ours(table, area).filter(key__in=keys).select_for_update(of=("self",)).order_by("pk"):
        rows.setdefault(row.key, []).append(row)
    said: dict[str, set[tuple[str, ...]]] = {}
    for line in sheet.lines:
        said.setdefault(line.cells.get(answer.key, ""), set()).add(_told(answer, line))
    for line in sheet.lines:
        key = line.cells.get(answer.key, "")
        _answer(answer, line, rows.get(key, []), len(said[key]) > 1, actor, found)
    return found


def _told(answer: Answer, line: Line) -> tuple[str, str, str]:
    """State, number and reason of a row, as they stand in the sheet."""
    return line.cells.get(answer.state, ""), line.cells.get(answer.number, ""), line.cells.get(answer.reason, "")


def _answer(answer: Answer, line: Line, rows: list[Owed], torn: bool, actor: Actor, found: Found) -> None:
    key = line.cells.get(answer.key, "")
    state, number, reason = _told(answer, line)
    there = " · ".join(part for part in (state, number, reason) if part)
    row = rows[0] if len(rows) == 1 else None
    here = row.state if row is not None else ""
    if torn or len(rows) > 1:
        found.note("doubled", line.n, key, here=here, there=there, row=row)
    elif row is None:
        found.note("unmatched", line.n, key, there=there)
    elif state not in answer.states:
        found.note("unknown_state", line.n, key, here=here, there=there, row=row)
    elif row.state in (State.TO_REPORT, State.WITHDRAWN):
        found.note("not_waiting", line.n, key, here=here, there=there, row=row)
    else:
        meant = answer.states[state]
        new = acts.answered(row, meant, number, reason, actor)
        found.counts[meant if new else "same"] += 1


# -- reconciliation -------------------------------------------------------------------------------------------------


def _list(table: Table, sheet: Sheet, area: str, actor: Actor) -> Found:
    """Their list against ours; nothing is changed, a person settles what differs."""
    answer, found = table.answer, Found()
    assert answer is not None
    ours = [
        Here(row.key, row.state, row.told, row.state != State.WITHDRAWN, row.sent, row)
        for row in _ours(table, area).select_related(None).iterator(chunk_size=2000)
    ]
    compared = {column.head for column in table.columns if column.compare}
    theirs = [
        There(
            line.cells.get(answer.key, ""),
            answer.states.get(line.cells.get(answer.state, ""), ""),
            {head: mark(text) for head, text in line.cells.items() if head in compared},
            line.n,
        )
        for line in sheet.lines
    ]
    words = {line.n: line for line in sheet.lines}
    for one in compare(ours, theirs):
        _note_difference(table, one, words, found)
    found.counts["here"] = sum(one.told and one.held for one in ours)
    found.counts["there"] = len(theirs)
    found.counts["agree"] = found.counts["there"] - len({line.n for line in found.lines if line.n})
    return found


def _note_difference(table: Table, one: Difference[Owed], words: dict[int, Line], found: Found) -> None:
    """A difference as a line; where the content differs, with both values of each column."""
    answer = table.answer
    assert answer is not None
    row = one.here.ref if one.here is not None else None
    line = words[one.there.n] if one.there is not None else None
    said = _told(answer, line) if line is not None else ()
    parts = [f"{head}={line.cells[head]}" for head in one.heads] if line is not None and one.heads else said
    there = " · ".join(part for part in parts if part)
    here = row.state if row is not None else ""
    if row is not None and one.heads:
        shown = dict(zip((column.head for column in table.columns), acts.told_now(row, table)[0], strict=True))
        here = " · ".join(f"{head}={shown[head]}" for head in one.heads)
    found.note(one.code, line.n if line else 0, one.key, here=here, there=there, row=row, said=said)


# -- records taken --------------------------------------------------------------------------------------------------


def _records(table: Table, sheet: Sheet, area: str, actor: Actor) -> Found:
    """Each row to the programme that takes such records; the same row again is nothing."""
    found, head = Found(), table.key_column.head
    for begin in range(0, len(sheet.lines), AT_ONCE):
        some = sheet.lines[begin : begin + AT_ONCE]
        rows: dict[str, dict[str, Any]] = {}
        for line in some:
            with suppress(Unfit):  # said below, in its turn
                rows.setdefault(line.cells.get(head, ""), values_of(table, line))
        new = dict.fromkeys(together(table, rows, actor))
        for line in some:
            key = line.cells.get(head, "")
            if key in new:
                found.counts["new"] += 1
                del new[key]
                continue
            _record(table, line, key, area, actor, found)
    return found


def _record(table: Table, line: Line, key: str, area: str, actor: Actor, found: Found) -> None:
    """One row, in a transaction of its own."""
    if not key:
        found.note("no_key", line.n, "")
        return
    try:
        with transaction.atomic():
            found.counts[take_row(table, key, values_of(table, line), area, actor)] += 1
    except Unfit as error:
        found.note("unfit", line.n, key, there=str(error))


def together(table: Table, rows: Mapping[str, dict[str, Any]], actor: Actor) -> Mapping[str, Matter]:
    """What `take_new` takes; nothing where anything goes wrong: then each row is taken, or told of, by itself."""
    try:
        with transaction.atomic():
            return take_new(table, {key: values for key, values in rows.items() if key}, actor)
    except Exception:
        log.exception("%s rows of %s could not be taken together", len(rows), table.path)
        return {}


def values_of(table: Table, line: Line) -> dict[str, str]:
    """A row's cells by the names that the programme knows, their words turned into ours."""
    values: dict[str, str] = {}
    for column in table.columns:
        text = line.cells.get(column.head, "")
        if column.needed and not text:
            raise Unfit(_("%(head)s is empty, but needed.") % {"head": column.head})
        if column.codes and text:
            theirs = {word: ours for ours, word in table.codes[column.codes].items()}
            if text not in theirs:
                raise Unfit(_("%(head)s holds a word that the pack does not know: %(word)s") % {
                    "head": column.head, "word": text
                })  # fmt: skip
            text = theirs[text]
        if column.value:
            values[column.value] = text
    return values


def take_row(table: Table, key: str, values: dict[str, Any], area: str, actor: Actor) -> str:
    """Take one record that `actor` sent in: "new", "changed" or "same". Raises Unfit."""
    at = when.now()
    digest = _digest(values)
    with scoped(SYSTEM):
        known = (
            Taken.objects.select_for_update().filter(platform=table.platform, table=table.code, key=key[:80]).first()
        )
        if known is not None and known.digest == digest:
            return "same"
        matter = taken()[table.record].take({**values, KEY: key, PLATFORM: table.platform})
        about = {"digest": digest, "last_at": at, "matter": matter, "area": matter.area if matter else area}
        Taken.objects.update_or_create(
            platform=table.platform, table=table.code, key=key[:80], defaults=about,
            create_defaults={**about, "first_at": at},
        )  # fmt: skip
        if matter is not None:
            ledger.record_all(entries.CODE, [_entry(table, key, matter, at)], actor=actor)
    return "new" if known is None else "changed"


def take_new(table: Table, told: Mapping[str, dict[str, Any]], actor: Actor) -> Mapping[str, Matter]:
    """Take at once those of the rows (by key) that are new and that the programme can take together; their matters.

    What is written is what `take_row` writes for each; what is left out is for it. Everything or nothing.
    """
    with scoped(SYSTEM):
        keys = {key[:80] for key in told}
        known = Taken.objects.filter(platform=table.platform, table=table.code, key__in=keys)
        before = set(known.values_list("key", flat=True))
        new = {key: values for key, values in told.items() if key[:80] not in before}
        found = taken()[table.record].take_new(
            [{**values, KEY: key, PLATFORM: table.platform} for key, values in new.items()]
        )
        at = when.now()
        rows = [
            Taken(platform=table.platform, table=table.code, key=key[:80], digest=_digest(new[key]), first_at=at,
                  last_at=at, matter=matter, area=matter.area)
            for key, matter in found.items()
        ]  # fmt: skip
        insert_all(rows)
        ledger.record_all(entries.CODE, [_entry(table, key, matter, at) for key, matter in found.items()], actor=actor)
    return found


def _digest(values: dict[str, Any]) -> str:
    return blind_index("\x1f".join(f"{name}={values[name]}" for name in sorted(values)), "exchange")


def _entry(table: Table, key: str, matter: Matter, at: dt.datetime) -> ledger.New:
    data = {"table": table.path, "number": key[:80]}
    return ledger.New(f"matter:{matter.pk}", matter, data=data, at=at)


def settle(arrival: Arrival, table: Table, actor: Actor) -> int:
    """Take over what their list says of states that differ: their word is an answer. Returns how many."""
    answer = table.answer
    lines = arrival.lines.filter(code="state", owed__isnull=False).select_related("owed")  # type: ignore[attr-defined]
    done = 0
    with transaction.atomic():
        for line in lines:
            assert answer is not None and line.owed is not None
            row = acts.locked(line.owed, actor)
            state, number, reason = line.said
            meant = answer.states.get(state, "")
            if meant and row.state not in (State.TO_REPORT, State.WITHDRAWN):
                done += acts.answered(row, meant, number, reason, actor)
    return done
