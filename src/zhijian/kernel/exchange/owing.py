"""What becomes owed by a step, by when, and what is owed again because it changed here."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.accounts.scope import current_actor, scoped
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.clock.declared import declared as rules
from zhijian.kernel.exchange.declared import KEY, Owing, Row, owed
from zhijian.kernel.exchange.models import TOLD, Owed, State
from zhijian.kernel.exchange.tables import Table, cells, every_table, platforms, table_of
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter

DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 0?0:00(?::00)?)?")
CHANGED = gettext_noop("It changed here after it went over.")
TAKEN_BACK = gettext_noop("It no longer holds here: take it back there.")


def heard(flow: Flow, step: Step, matter: Matter, actor: Actor, at: dt.datetime) -> None:
    """What `perform` tells of every step: records begin to be owed, end, or have changed since they went over."""
    concerned = [one for one in owed().values() if flow.kind in one.kinds or flow.kind in one.changes]
    if not concerned or not platforms():
        return
    with _as_system():
        for one in concerned:
            _hear(one, flow, step, matter, at)


def heard_opened(flow: Flow, step: Step, matters: Sequence[Matter], actor: Actor) -> None:
    """The same of matters that were opened together: of what is new nothing went over yet; it may begin to be owed, or
    change what another matter told."""
    if any(flow.kind in one.changes or (flow.kind in one.kinds and step.verb in one.begins) for one in owed().values()):
        for matter in matters:
            heard(flow, step, matter, actor, matter.opened)


def _hear(one: Owing, flow: Flow, step: Step, matter: Matter, at: dt.datetime) -> None:
    if flow.kind in one.kinds:
        if step.verb in one.begins:
            begin(one, matter, at)
        elif step.verb in one.ends:
            _withdraw(one, matter, at)
        else:
            look_again(one, matter, at)
    elif (other := one.changes[flow.kind](matter)) is not None:
        look_again(one, other, at)


def handed(matter: Matter, at: dt.datetime) -> None:
    """A matter has other officers: what went over and names them is owed again, as after a step that names others."""
    concerned = [one for one in owed().values() if matter.kind in one.kinds or matter.kind in one.changes]
    if not concerned or not platforms():
        return
    with _as_system():
        for one in concerned:
            other = matter if matter.kind in one.kinds else one.changes[matter.kind](matter)
            if other is not None:
                look_again(one, other, at)


@contextmanager
def _as_system() -> Iterator[None]:
    """What is owed is no matter of who may see it; entered once for a step, since it costs three queries."""
    if current_actor() == SYSTEM:
        yield
        return
    with scoped(SYSTEM):
        yield


def tables_for(one: Owing, day: dt.date) -> list[Table]:
    """The tables that want the record, of those that are there on `day`."""
    return [t for t in every_table() if t.owing and t.record == one.record and t.since <= day]


def begin(one: Owing, matter: Matter, at: dt.datetime) -> list[Owed]:
    """The record is owed to every table that wants it; what was owed already is looked at again."""
    made = []
    for table in tables_for(one, calendar.legal_day(at)):
        with _as_system():
            if (key := one.key(matter, table.platform)) is None:
                continue
            row, is_new = Owed.objects.get_or_create(
                platform=table.platform,
                table=table.code,
                matter=matter,
                defaults={
                    "area": matter.area,
                    "key": key[:80],
                    "due": due_of(table, one, matter, at),
                    "since": at,
                    "changed": at,
                },
            )
        made.append(row)
        if not is_new:
            _once_more(row, one, matter, at)
    return made


def due_of(table: Table, one: Owing, matter: Matter, at: dt.datetime, *, again: bool = False) -> dt.date | None:
    """The last day for reporting, by the pack's rule in force on the day from which it counts; None without one.

    `again`: what changed after it went over has its time from the change on.
    """
    values = row_of(one, matter, table.platform) if table.due.keys() & {"from", "day"} else {}
    if day := table.due.get("day"):
        value = values[day]
        return calendar.legal_day(value) if isinstance(value, dt.datetime) else value
    if "rule" not in table.due:
        return None
    start = at if again else values.get(table.due.get("from", "")) or at
    if not isinstance(start, dt.datetime):
        start = calendar.start_of(start)
    row = rules()[table.due["rule"]].maybe(calendar.legal_day(start))
    return clocks.count(row, start).due if row is not None and row.limit is not None else None


def row_of(one: Owing, matter: Matter, platform: str) -> Row:
    """The record's named values, the key among them. Reads as the system: what is told is no matter of who exports."""
    with _as_system():
        return {KEY: (one.key(matter, platform) or "")[:80], **one.row(matter)}


def mark(text: str) -> str:
    """A keyed digest of a compared cell; a day is the same however it is written (2026/11/20, 2026年11月20日)."""
    day = DAY.fullmatch(text.strip())
    said = f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}" if day else text
    return blind_index(said, "exchange")


def digests(table: Table, shown: list[str]) -> tuple[str, dict[str, str]]:
    """Keyed digests of a row: of the whole, and of each compared cell (by its heading)."""
    whole = blind_index("\x1f".join(shown), "exchange")
    compared = {column.head: mark(text) for column, text in zip(table.columns, shown, strict=True) if column.compare}
    return whole, compared


def look_again(one: Owing, matter: Matter, at: dt.datetime) -> None:
    """What went over is owed again where it says something else by now."""
    with _as_system():
        told = list(Owed.objects.filter(matter=matter, told=True, state__in=TOLD))
    for row in told:
        _once_more(row, one, matter, at)


def _once_more(row: Owed, one: Owing, matter: Matter, at: dt.datetime) -> None:
    table = known_table(row)
    if table is None or table.record != one.record or row.state == State.TO_REPORT:
        return
    shown, _bad = cells(table, row_of(one, matter, table.platform))
    if row.told and row.state != State.WITHDRAWN and digests(table, shown)[0] == row.digest:
        return
    owe_again(row, CHANGED if row.told else "", due_of(table, one, matter, at, again=row.told), at)


def owe_again(row: Owed, why: str, due: dt.date | None, at: dt.datetime) -> None:
    """Put it back among those to report, for another round."""
    with _as_system():
        row = Owed.objects.select_for_update().get(pk=row.pk)
        row.state, row.why, row.due, row.changed = State.TO_REPORT, why, due, at
        row.round += 1 if row.told else 0
        row.version += 1
        row.save()


def known_table(row: Owed) -> Table | None:
    """The row's table; None where the pack no longer has it."""
    try:
        return table_of(row.platform, row.table)
    except KeyError:
        return None


def _withdraw(one: Owing, matter: Matter, at: dt.datetime) -> None:
    """It is no longer so. What is there already must be taken back there: the reconciliation goes on asking."""
    mine = [(table.platform, table.code) for table in tables_for(one, calendar.legal_day(at))]
    with _as_system():
        for row in Owed.objects.select_for_update().filter(matter=matter).exclude(state=State.WITHDRAWN):
            if (row.platform, row.table) in mine:
                row.state, row.why, row.changed = State.WITHDRAWN, TAKEN_BACK if row.told else "", at
                row.version += 1
                row.save()


def gather(one: Owing, matters: Iterable[Matter], at: dt.datetime | None = None) -> int:
    """Make owed what came to be before the table was there, or beside `perform` (bulk). Returns how many are new."""
    made = 0
    for matter in matters:
        since = at or matter.closed or matter.opened or timezone.now()
        before = Owed.objects.filter(matter=matter).count()
        begin(one, matter, since)
        made += Owed.objects.filter(matter=matter).count() - before
    return made


def values_of(row: Owed) -> tuple[Table, Owing, dict[str, Any]]:
    """Everything about a row that is to be shown or sent. Raises KeyError where the pack no longer has its table."""
    table = table_of(row.platform, row.table)
    one = owed()[table.record]
    return table, one, row_of(one, row.matter, table.platform)
