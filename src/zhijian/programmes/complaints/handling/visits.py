"""A visit that an item calls for: planned from its page, like any other for everybody outside; its end is told there.

The link stands with the item alone, in rows that no enterprise ever sees. The visit has no parent; its papers, code,
messages and pages are those of a routine visit (Order 121 art. 37; `inspection.kinds.told`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import ASSIGNEE, HEAD, SECOND
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters import Flow, Guard, Step, no, ok
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.complaints.handling import facts
from zhijian.programmes.complaints.models import CausedVisit, Item, Link
from zhijian.programmes.inspection.actions import plan_after


def _stands(told: Mapping[str, Any]) -> str:
    return str(flow_of("inspection").state(str(told["state"])).label)


VISITED = ledger.entry_kind(
    "item.visited", label=_("The visit {number} that it called for: {state}"), says={"state": _stands}
)


def at_a_known_shop(matter: Matter, record: Item, actor: Actor, told: Any) -> Guard:
    """It is known which shop is meant: a visit is made at a door."""
    if record.meant != Link.CONFIRMED or matter.premises is None:
        return no(_("Say first which shop is meant: the visit is planned there."))
    return ok()


def planned(matter: Matter, record: Item, told: Any, actor: Actor, at: dt.datetime) -> None:
    """The visit lies with the office of the shop; what set it off is noted with the item."""
    assert matter.premises is not None
    visit = plan_after(
        matter.premises, matter.number, actor, at, planned_for=told.planned_for, assignee=told.visit_first,
        second=told.visit_second,
    )  # fmt: skip
    CausedVisit.objects.create(matter=visit, of=matter)


def hear(flow: Flow, step: Step, matter: Matter, actor: Actor, at: dt.datetime) -> None:
    """Whoever handles the item reads there how the visit went."""
    if flow.kind != "inspection" or not step.froms or step.to is None:
        return
    with scoped(SYSTEM):
        caused = CausedVisit.objects.select_related("of").filter(matter=matter).first()
        if caused is not None:
            data = {"number": matter.number, "state": matter.state}
            ledger.record(
                VISITED.code, actor=SYSTEM, subject=f"matter:{caused.of_id}", matter=caused.of, data=data, at=at
            )


def steps(states: tuple[str, ...]) -> list[Step]:
    """Planning a visit, while the item is in `states`."""
    return [
        Step(
            "visit", states, who=[ASSIGNEE, SECOND, HEAD], label=_("Plan a visit there"), facts=facts.VisitPlanned,
            quiet=True, said=_("A visit is planned for {planned_for}"), when=at_a_known_shop, does=planned,
        ),
    ]  # fmt: skip
