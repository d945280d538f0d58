"""The list of items that may be inspected (检查事项清单): no visit is planned by a checklist that stands in no item.

The list is the value of the rule `inspection.items`; the bureau puts its own in its place, whole, from a day on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.matters import Guard, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.words import listed
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.checklists import applicable
from zhijian.programmes.inspection.models import Checklist, Inspection

REFUSE, DOUBT, TELL = "refuse", "doubt", "tell"
LEVELS = {"key": _("key item"), "general": _("general item")}


@dataclass(frozen=True)
class Item:
    """What may be inspected: on what ground, by whom, how, how often, and by which checklists."""

    code: str
    title: str
    category: str = ""
    level: str = "general"
    who: str = ""
    how: str = ""
    frequency: str = ""
    basis: str = ""
    lists: tuple[str, ...] = ()

    @property
    def level_name(self) -> str:
        """Key or general, in words."""
        return str(LEVELS.get(self.level, self.level))

    def told(self) -> dict[str, Any]:
        """As the rule keeps it."""
        return {**asdict(self), "lists": list(self.lists)}


def items(day: dt.date) -> list[Item]:
    """The items in force on a day, in their order."""
    rows: Iterable[dict[str, Any]] = rules.ITEMS.value(day, [])
    return [Item(**{**row, "lists": tuple(row.get("lists", ()))}) for row in rows]


def item_of(code: str, day: dt.date) -> Item | None:
    """The item of that code."""
    return next((one for one in items(day) if one.code == code), None)


def unlisted(checklists: Iterable[Checklist], day: dt.date) -> list[Checklist]:
    """Those of the checklists that stand in no item."""
    known = {code for one in items(day) for code in one.lists}
    return [one for one in checklists if one.code not in known]


def asked(matter: Matter, checklist: int | None, day: dt.date) -> list[Checklist]:
    """The checklists by which a visit would go: the one that is named, else all that are for the place."""
    if checklist is not None:
        return list(Checklist.objects.filter(pk=checklist))
    return applicable(matter.premises, day) if matter.premises is not None else []


def only_listed(matter: Matter, record: Inspection | None, actor: Actor, facts: Any) -> Guard:
    """No check beyond the list (清单之外无检查), whatever the visit comes from."""
    if facts is None or rules.UNLISTED.value(facts.planned_for, TELL) != REFUSE:
        return ok()
    beyond = unlisted(asked(matter, facts.checklist, facts.planned_for), facts.planned_for)
    if not beyond:
        return ok()
    return no(
        _("No item of the list of inspection items covers: %(lists)s. Choose a checklist of a listed item.")
        % {"lists": listed(one.title for one in beyond)}, rules.UNLISTED,
    )  # fmt: skip
