"""Kinds of visits: what holds for each stands in the pack (`inspection.kind_…`), and everything else asks here.

A rule's value is a table:

- `notice`: "may" be told beforehand, or "never".
- `scope`: "all" items of the lists, only the "open" findings, or what is "asked": the officer answers what he looks at.
- `result`: classes of the result "sheet", those of a "random" check, or "none" of its own.
- `cap`: the visit "counts" to the yearly cap unless one of `grounds` is named, or "never" does: then the first of them
  is named by itself.
- `grounds`: the lawful exceptions (`Outside`) that a visit of the kind may name.
- `frequency`: whether it is one of the visits that are due in the year.
- `publish`: whether its result is published.
- `told`: as which kind the enterprise and the public hear of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters import Guard, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import RuleRow
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.models import Outside, Purpose

if TYPE_CHECKING:
    from zhijian.programmes.inspection.models import Inspection

ROUTINE = Purpose("routine")
ALL = tuple(Purpose(value) for value in Purpose.values)
# What a complaint set off is nobody's business outside, whatever a row says: whoever complained could be found by it.
OPENLY = tuple(one for one in ALL if one is not Purpose.COMPLAINT)
BY_HAND = tuple(one for one in ALL if one not in (Purpose.RECHECK, Purpose.RANDOM))  # the others come about


@dataclass(frozen=True)
class Kind:
    """What holds for a kind of visit on a day."""

    purpose: Purpose
    notice: Literal["may", "never"] = "may"
    scope: Literal["all", "open", "asked"] = "all"
    result: Literal["sheet", "random", "none"] = "sheet"
    cap: Literal["counts", "never"] = "counts"
    grounds: tuple[Outside, ...] = ()
    frequency: bool = True
    publish: bool = True
    told: Purpose = ROUTINE
    row: RuleRow | None = field(default=None, compare=False)

    @property
    def by_itself(self) -> str:
        """The ground that a visit of the kind stands on without anybody naming it; empty where it counts."""
        return self.grounds[0].value if self.cap == "never" and self.grounds else ""


def made(purpose: Purpose, value: Mapping[str, Any], row: RuleRow | None = None) -> Kind:
    """The kind as a rule's value has it; what it leaves out is as for a routine visit."""
    as_ = Purpose(value.get("told", purpose))
    return Kind(
        purpose, value.get("notice", "may"), value.get("scope", "all"), value.get("result", "sheet"),
        value.get("cap", "counts"), tuple(Outside(one) for one in value.get("grounds", [])),
        bool(value.get("frequency", True)), bool(value.get("publish", True)),
        as_ if as_ in OPENLY else ROUTINE, row,
    )  # fmt: skip


def known(purpose: str, day: dt.date) -> Kind | None:
    """What the place says of the kind on that day; None where it knows no such kind."""
    row = rules.KINDS[Purpose(purpose).value].maybe(day)
    return None if row is None else made(Purpose(purpose), row.value or {}, row)


def of(purpose: str, day: dt.date) -> Kind:
    """The same for a visit that is there, whatever the place says: without a row as a routine one."""
    return known(purpose, day) or made(Purpose(purpose), {})


def told(purpose: str, day: dt.date | None = None) -> str:
    """As which kind the enterprise, its papers, its code and the public hear of a visit."""
    return of(purpose, day or calendar.today()).told.value


def by_itself(purpose: str) -> str:
    """The ground that a visit of the kind stands on by itself; empty where it counts to the cap."""
    return of(purpose, calendar.today()).by_itself


def plannable(day: dt.date) -> list[Kind]:
    """The kinds that somebody may plan by hand, as the place knows them."""
    return [kind for one in BY_HAND if (kind := known(one, day)) is not None]


def counting(day: dt.date) -> list[Kind]:
    """The kinds that the place knows and that count to the cap."""
    return [kind for one in ALL if (kind := known(one, day)) is not None and kind.cap == "counts"]


def due_ones() -> list[str]:
    """The kinds of which a visit is one of those that are due in the year."""
    return [one.value for one in ALL if of(one, calendar.today()).frequency]


def can_be_planned(matter: Matter, record: Inspection | None, actor: Actor, facts: Any) -> Guard:
    """Of a kind that the place knows and that somebody plans; a draw and open findings bring their own."""
    if facts is None:
        return ok()
    if facts.purpose == Purpose.RECHECK:
        return no(_("A re-check looks at open findings: name officers at the visit that found them."))
    if facts.purpose == Purpose.RANDOM:
        return no(_("A double-random visit comes from a draw: draw, look, confirm."))
    return in_force(matter, record, actor, facts)


def in_force(matter: Matter, record: Inspection | None, actor: Actor, facts: Any) -> Guard:
    """Only kinds that the place knows on the day."""
    if facts is None or known(facts.purpose, facts.planned_for) is not None:
        return ok()
    return no(_("No visits of this kind are made here."))


def may_be_shown(purpose: str, planned_for: dt.date | None) -> bool:
    """Whether its inspection code is given to the officer yet: of what is never told beforehand, on the day itself."""
    today = calendar.today()
    return of(purpose, today).notice == "may" or planned_for is None or planned_for <= today
