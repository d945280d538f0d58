"""Opening many matters at once, in live work: each as `perform` opens it, written set by set.

A draft is checked by the same function as for `perform` (role, guards, facts, what the step fills in); clocks are
counted and entries made by the same ones, too. Whoever follows is told in the same transaction. What asks the database
for each matter by itself is left to `perform`: a step that does more than the table says, or makes a paper.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters import numbers
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.matters.followers import follow_opened
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import Draft, entry_of
from zhijian.kernel.matters.running import Running
from zhijian.kernel.writing import insert_all


@dataclass(frozen=True)
class Also:
    """A clock that whoever opens the matter starts besides: from `at` on, counted, or up to a day that was set."""

    rule: Any
    at: Any
    until: Any = None


def together(step: Step) -> bool:
    """Whether matters can be opened together by this step."""
    asks = step.does, step.papers, step.clocks("suspends"), step.clocks("resumes")
    return not step.froms and not any(asks)


def open_all(drafts: Sequence[tuple[Draft, Sequence[Also]]], actor: Actor) -> list[Matter]:
    """Write what was drafted; all of it or, where something is raised, nothing. Returns the matters, in that order.

    Raises ValueError for a step that cannot open matters together.
    """
    if not all(together(new.step) for new, _also in drafts):
        raise ValueError("a step that does more than its table says opens one matter at a time")
    with transaction.atomic():
        _number([new for new, _also in drafts])
        clocks = [clock for new, also in drafts for clock in _clocks(new, also)]
        matters = [new.matter for new, _also in drafts]
        insert_all(matters)
        records = defaultdict(list)
        for new, _also in drafts:
            if new.record is not None:
                records[type(new.record)].append(new.record)
        for rows in records.values():
            insert_all(rows)
        insert_all(clocks)
        for some in _by_step(new for new, _also in drafts):
            flow, step = some[0].flow, some[0].step
            ledger.record_all(flow.entry_kind(step), [_entry(new) for new in some], actor=actor)
            follow_opened(flow, step, [new.matter for new in some], actor)
    return matters


def _clocks(new: Draft, also: Sequence[Also]) -> list[Clock]:
    """Every clock that begins with it, one that began anew and was stopped by that among them."""
    running = Running(new.matter)
    for rule in (*new.step.clocks("starts"), *new.besides):
        running.start(rule, new.at)
    for one in also:
        running.start(one.rule, one.at, until=one.until)
    if new.matter.closed is not None:
        running.stop_all(new.at)
    return running.clocks


def _entry(new: Draft) -> ledger.New:
    data, personal = entry_of(new.flow, new.step, new.matter, new.facts)
    return ledger.New(f"matter:{new.matter.pk}", new.matter, data=data, personal=personal, at=new.at)


def _by_step(drafts: Iterable[Draft]) -> list[list[Draft]]:
    found: dict[tuple[str, str], list[Draft]] = defaultdict(list)
    for new in drafts:
        found[new.flow.kind, new.step.verb].append(new)
    return list(found.values())


def _number(drafts: Iterable[Draft]) -> None:
    """Official numbers in the order of the drafts, those of one kind, area and year by one query."""
    groups: dict[tuple[str, str, int], list[Draft]] = defaultdict(list)
    for new in drafts:
        if new.flow.numbered:
            groups[new.matter.kind, new.matter.area, calendar.legal_day(new.at).year].append(new)
    for (kind, area, year), some in groups.items():
        for new, number in zip(some, numbers.numbers_for(kind, area, year, len(some)), strict=True):
            new.matter.number = number
