"""Planting: thousands of matters at once, as `perform` would have written them.

For histories that come from elsewhere (an import) or are made up (the demo city). The flow's table is followed step by
step in memory: states, versions, facts, numbers, the chained ledger with both digests, clocks. Left out are guards,
what a step `does` or `fills` in (the caller does that on his rows), papers, and telling people: what is long over is
news to nobody. Live work of today that comes in numbers is opened by `opening`.
Written set by set: COPY into a temporary table, then INSERT … SELECT, since row security forbids COPY into the tables
that it protects.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, connections, models

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.digest import canonical, sha256_hex, sm3_hex
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters import numbers
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.matters.facts import assign, parse, told
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, Record, may
from zhijian.kernel.matters.running import Running
from zhijian.kernel.packs import stack

BATCH = 3000  # matters that are written together
IDS = 500  # ids taken from the sequence at a time


@dataclass
class Planted:
    """A matter that is not written yet: itself, its record, its clocks, and the end of its chain."""

    flow: Flow
    matter: Matter
    record: Record
    running: Running
    seq: int = 0
    sha256: str = ledger.START
    sm3: str = ledger.START


class Planter:
    """Collects matters and writes them in batches. Call `flush(BATCH)` after each story, `flush()` at the end.

    A matter goes on only until it is flushed. Reads and writes as the system.
    """

    def __init__(self) -> None:
        self.planted: list[Planted] = []
        self.entries: list[LedgerEntry] = []
        self.others: dict[type[models.Model], list[models.Model]] = defaultdict(list)
        self._ids: Iterator[int] = iter(())

    def perform(
        self,
        target: Flow | Planted,
        verb: str,
        actor: Actor,
        *,
        at: dt.datetime,
        about: About | None = None,
        by_field: dict[str, Any] | None = None,
        **facts: Any,
    ) -> Planted:
        """Do a step as `matters.perform` does, without its guards. Raises NotOpen, NotAllowed, BadFacts."""
        day = calendar.legal_day(at)
        if isinstance(target, Flow):
            if about is None:
                raise ValueError("a matter is opened about somebody: give `about`")
            step = _step(target, verb, None, day)
            _allowed(step, None, actor, about.area)
            planted = self._new(target, step.to or "", about, at, by_field or {})
        else:
            planted, matter = target, target.matter
            step = _step(target.flow, verb, matter.state, day)
            _allowed(step, matter, actor, matter.area)
            if step.to is not None:
                matter.state = step.to
                matter.closed = at if target.flow.state(step.to).final else None
            matter.version += 1
            for name, value in (by_field or {}).items():
                setattr(planted.record, name, value)
        parsed = parse(step.facts, facts)
        planted.matter.partner = planted.flow.asks_partner(planted.matter.state, day)
        was = assign(planted.matter, parsed)
        if planted.record is not None:
            was |= assign(planted.record, parsed)
        data, personal = told(parsed)
        if personal:
            raise ValueError("sealed values are given by people, they cannot be planted")
        if was and not isinstance(target, Flow):
            data["was"] = was
        self._enter(planted, planted.flow.entry_kind(step), actor, at, data)
        self._clocks(planted, step, at)
        return planted

    def take_over(
        self, flow: Flow, state: str, entry: str, *, about: About, day: dt.date, data: dict[str, Any], **record: Any
    ) -> Planted:
        """A matter that another system dealt with on `day`: its end state, and one entry, made now, that says so."""
        at = calendar.start_of(day)
        planted = self._new(flow, state, about, at, record)
        self._enter(planted, entry, SYSTEM, when.now(), data)
        return planted

    def also(self, *rows: models.Model) -> None:
        """Further rows, which need no id before they are written."""
        for row in rows:
            self.others[type(row)].append(row)

    def start_clock(
        self, planted: Planted, rule: Any, at: dt.datetime, until: dt.date | None = None, by: str = ""
    ) -> None:
        """Start a clock as `clocks.start` does: counted, or up to a day that `by` set."""
        planted.running.start(rule, at, until, by)

    def stop_clock(self, planted: Planted, rule: Any, at: dt.datetime) -> None:
        """Stop the rule's clock, if it runs."""
        planted.running.stop(rule, at)

    def flush(self, least: int = 1) -> None:
        """Write what there is, if it is at least so many matters."""
        if len(self.planted) < least:
            return
        with scoped(SYSTEM):
            _number(self.planted)
            _write(Matter, [one.matter for one in self.planted])
            records = defaultdict(list)
            for one in self.planted:
                if one.record is not None:
                    records[type(one.record)].append(one.record)
            for model, rows in records.items():
                _write(model, rows)
            _write(Clock, [clock for one in self.planted for clock in one.running.clocks])
            _write(LedgerEntry, self.entries)
            for model, others in self.others.items():
                _write(model, others)
        self.planted, self.entries = [], []
        self.others.clear()

    def _new(self, flow: Flow, state: str, about: About, at: dt.datetime, record: dict[str, Any]) -> Planted:
        matter = Matter(
            pk=self._id(),
            kind=flow.kind,
            title=about.title[:200],
            entity=about.entity,
            premises=about.premises,
            area=about.area,
            parent=about.parent,
            urgency=about.urgency,
            state=state,
            opened=at,
            closed=at if flow.state(state).final else None,
        )
        if about.uid is not None:
            matter.uid = about.uid
        made = Planted(flow, matter, flow.record(matter=matter, **record) if flow.record else None, Running(matter))
        self.planted.append(made)
        return made

    def _id(self) -> int:
        taken = next(self._ids, None)
        if taken is None:
            self._ids = iter(_take_ids(Matter, IDS))
            taken = next(self._ids)
        return taken

    def _enter(self, planted: Planted, kind: str, actor: Actor, at: dt.datetime, data: dict[str, Any]) -> None:
        """The next entry of the matter's chain. Its id comes from the column's default at writing: seals rely on it."""
        matter = planted.matter
        planted.seq += 1
        entry = LedgerEntry(
            subject=f"matter:{matter.pk}",
            seq=planted.seq,
            kind=kind,
            at=at,
            actor=actor.label,
            actor_name=actor.name if actor.kind in ("staff", "party") else "",
            matter=matter,
            entity_id=matter.entity_id,
            area=matter.area,
            data={"state": matter.state, "version": matter.version, **data},
        )
        planted.sha256 = entry.sha256 = sha256_hex(canonical(ledger.material(entry, planted.sha256)))
        planted.sm3 = entry.sm3 = sm3_hex(canonical(ledger.material(entry, planted.sm3)))
        self.entries.append(entry)

    def _clocks(self, planted: Planted, step: Step, at: dt.datetime) -> None:
        if step.clocks("suspends") or step.clocks("resumes"):
            raise ValueError("a step that lets clocks rest cannot be planted")
        for rule in step.clocks("stops"):
            self.stop_clock(planted, rule, at)
        for rule in step.clocks("starts"):
            self.start_clock(planted, rule, at)
        if planted.matter.closed is not None:
            planted.running.stop_all(at)


def _step(flow: Flow, verb: str, state: str | None, day: dt.date) -> Step:
    step = flow.find(verb, state, day)
    if step is None:
        raise NotOpen(f"{flow.kind}.{verb} is no step from {state}")
    return step


def _allowed(step: Step, matter: Matter | None, actor: Actor, area: str) -> None:
    if not may(step, matter, actor, area):
        raise NotAllowed(f"{actor.label} may not {step.verb}")


def _take_ids(model: type[models.Model], count: int) -> list[int]:
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, column, count]
        )
        return [row[0] for row in cursor.fetchall()]


def _number(planted: Iterable[Planted]) -> None:
    """Official numbers in the order of opening within the batch, all of one kind, organ and year by one query."""
    groups: dict[tuple[str, str, int], list[Matter]] = defaultdict(list)
    for one in planted:
        if one.flow.numbered:
            organ = stack().organ(one.matter.area)
            groups[one.matter.kind, organ.code, calendar.legal_day(one.matter.opened).year].append(one.matter)
    for (kind, organ_code, year), matters in groups.items():
        shape, taken = stack().number_format(kind), numbers.take_many(kind, organ_code, year, len(matters))
        for n, matter in zip(taken, sorted(matters, key=lambda m: m.opened), strict=True):
            organ = stack().organ(matter.area)
            matter.number = shape.format(organ=organ, year=year, n=n, area=matter.area)


def _write(model: type[models.Model], rows: list[Any]) -> None:
    """COPY into a temporary table, then one INSERT; an id that is not known yet comes from the column's default."""
    if not rows:
        return
    fields = [f for f in model._meta.concrete_fields if not (f.primary_key and f.value_from_object(rows[0]) is None)]
    names = ", ".join(f'"{f.column}"' for f in fields)
    table = model._meta.db_table
    real = connections["default"]  # the proxy's lookup costs a twentieth of the time
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMP TABLE planted ON COMMIT DROP AS SELECT {names} FROM "{table}" WITH NO DATA')
        with cursor.copy(f"COPY planted ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([f.get_db_prep_save(f.pre_save(row, True), real) for f in fields])
        cursor.execute(f'INSERT INTO "{table}" ({names}) SELECT {names} FROM planted')
        cursor.execute("DROP TABLE planted")


__all__ = ["BATCH", "Planted", "Planter"]
