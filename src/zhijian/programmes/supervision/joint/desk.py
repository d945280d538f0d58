"""A request's page for the office that was asked, and what the office that asked sees of it beside the matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk import said
from zhijian.kernel.desk.forms import Asked, Options
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.flow import State
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.programmes.supervision.joint.flow import JOINT
from zhijian.programmes.supervision.joint.private import covered, on_duty
from zhijian.programmes.supervision.models import JointHandling

SHOWN = 20


def any_office(asked: Asked) -> Options:
    """Every office of the city but the one where the matter lies, below its district."""
    depth = {"city": "", "district": "\u3000", "office": "\u3000\u3000"}
    areas = sorted(stack().areas.values(), key=lambda one: one.code)
    return [(one.code, depth.get(one.level, "") + (one.short or one.name)) for one in areas if one.code != asked.area]


def joint_panel(matter: Matter, record: JointHandling, actor: Actor) -> dict[str, Any]:
    """What is asked, what may be seen of the matter, and what was contributed. Who came stands covered."""
    duty = on_duty(matter, actor)
    return {
        "by": said.area_name(record.by_area),
        "by_name": record.asked_by.name if record.asked_by is not None else "",
        "of_title": flow_of(record.of_kind).title,
        "excerpt": str(record.excerpt) if record.excerpt and duty else "",
        "kept_excerpt": bool(record.excerpt) and not duty,
        "who_came": covered(record),
        "answered_name": record.answered_by.name if record.answered_by is not None else "",
    }


@dataclass(frozen=True)
class Beside:
    """A request as the page of its matter shows it: the office that asked can't open it."""

    uid: str
    number: str
    record: JointHandling
    state: State
    office: str
    held_by: str
    due: Any


def asked_of_others(of: Matter, actor: Actor) -> list[Beside]:
    """What was asked of other offices about a matter that the actor reads, the newest last."""
    with scoped(SYSTEM):
        rows = JointHandling.objects.filter(of=of).select_related("matter__assignee", "answered_by").order_by("pk")
        return [
            Beside(
                str(one.matter.uid), one.matter.number, one, JOINT.state(one.matter.state),
                said.area_name(one.matter.area), one.matter.assignee.name if one.matter.assignee is not None else "",
                said.due_of(one.matter.due, one.matter.due_at) if one.matter.closed is None else None,
            )
            for one in rows[:SHOWN]
        ]  # fmt: skip
