"""The staff's door: pieces of equipment, orders about them, calls from lifts."""

from __future__ import annotations

from typing import Any

import segno
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import menu
from zhijian.kernel.desk.columns import Cell, Column
from zhijian.kernel.desk.forms import Asked, Options, choices
from zhijian.kernel.desk.lists import MatterList, Panel
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.addresses import public_url
from zhijian.kernel.notices.panel import PANEL
from zhijian.kernel.registry.door import shown_door_code
from zhijian.programmes.equipment import catalogue, doubts, due, rules
from zhijian.programmes.equipment import firms as firms  # puts its page on the menu
from zhijian.programmes.equipment.flow import CALL, EQUIPMENT, ORDER
from zhijian.programmes.equipment.models import Equipment, LiftCall, Maintenance, Order

VISITS, CALLS, SOON = 10, 10, 60


def standing(matter: Matter, record: Equipment) -> Cell:
    """Where it stands: the state that is kept, and for one in use what its clock says."""
    state = EQUIPMENT.state(matter.state)
    if matter.state != "in_use":
        return Cell(str(state.label), tone=state.tone)
    if record.failed_on is not None:
        return Cell(_("Did not pass"), tone="bad")
    if record.next_on is None:
        return Cell(_("In use, no day known"), tone="warn")
    left = (record.next_on - calendar.today()).days
    if left < 0:
        return Cell(_("Overdue"), tone="bad")
    return Cell(_("Soon due"), tone="warn") if left <= SOON else Cell(str(state.label), tone="good")


STANDING = Column(
    "standing", gettext_lazy("State"), ("state", "equipment__next_on", "equipment__failed_on"),
    lambda m: standing(m, m.equipment), lambda m: standing(m, m.equipment).text,
)  # fmt: skip
CATEGORY = Column(
    "category", gettext_lazy("Category"), ("equipment__category",),
    lambda m: Cell(catalogue.name_of(m.equipment.category), sub=m.equipment.category),
    lambda m: catalogue.name_of(m.equipment.category),
)  # fmt: skip


def piece_panel(matter: Matter, record: Equipment, actor: Actor) -> dict[str, Any]:
    """The piece: what it is, whose, its last inspection and the next, and the code to put on it."""
    address = public_url(reverse("equipment_public", args=[record.door_code]))
    picture = segno.make(address, error="m").svg_inline(scale=3, border=2, omitsize=True, dark="#1b2430")
    told = {
        "piece": record,
        "cell": standing(matter, record),
        "category": catalogue.name_of(record.category),
        "ground": due.ground_of(record),
        "code": shown_door_code(record.door_code),
        "address": address,
        "picture": mark_safe(picture),
    }
    if not record.is_lift:
        return told
    late = record.maintain_by is not None and matter.state == "in_use" and record.maintain_by < calendar.today()
    return (
        told
        | {
            "visits": list(record.maintenance.order_by("-at")[:VISITS]),  # type: ignore[attr-defined]
            "calls": list(record.calls.select_related("matter").order_by("-pk")[:CALLS]),  # type: ignore[attr-defined]
            "every": rules.maintain_days(calendar.today()),
            "late": late,
        }
    )


def _doubtful(asked: Asked) -> Options:
    """The doubtful visits of the lift that nobody has looked at yet, each with its reason."""
    flags = {doubts.visit_of(flag): flag for flag in asked.matter.flags} if asked.matter is not None else {}
    begun = dict(Maintenance.objects.filter(pk__in=flags).values_list("pk", "at"))
    hours = {pk: f"{calendar.local(at):%H:%M} · " for pk, at in begun.items()}
    return [(str(pk), hours.get(pk, "") + doubts.sentence(flag)) for pk, flag in flags.items()]


choices("doubtful_visit", _doubtful)


def order_panel(matter: Matter, record: Order, actor: Actor) -> dict[str, Any]:
    """What the order says, and how the piece stands now."""
    of = record.equipment
    return {"piece": of, "of": of.matter, "cell": standing(of.matter, of)}


def call_panel(matter: Matter, record: LiftCall, actor: Actor) -> dict[str, Any]:
    """The call: who is inside, which lift, whom to telephone."""
    of = record.equipment
    called, user = matter.entity, of.matter.entity  # who keeps the lift by now may be another firm
    chain = [(called.name, called.phone)] if called is not None else []
    if user is not None and user != called:
        chain.append((user.name, user.phone))
    chain.append((_("Hotline"), str(rules.HOTLINE.value(calendar.today(), ""))))
    chain = [(who, number) for who, number in chain if number]
    late = rules.minutes_late(matter, record.arrived) if record.in_time is False else None
    return {"piece": of, "of": of.matter, "chain": chain, "late": late}


menu.heading("equipment", gettext_lazy("Special equipment"), 30)


class Equipments(MatterList):
    flow = EQUIPMENT
    columns = ["number", "title", CATEGORY, "entity", "area", STANDING, "next_what", "due"]
    exported = ["certificate", "place", "maker", "installer", "maintainer", "body", "inspected_on", "tested_on", "code"]
    filters = ["q", "group", "state", "area", "overdue"]
    start = {"state": "open"}
    bulk = ["register", "inspect", "put_away", "scrap"]
    order = "due"
    panels = [Panel("equipment/desk/piece.html", piece_panel), PANEL]
    rank = 30
    empty = gettext_lazy(
        "Pieces of special equipment come here by a table of the registry, or are registered one by one."
    )


class Orders(MatterList):
    flow = ORDER
    columns = ["number", "title", "entity", "area", "state", "assignee", "due"]
    filters = ["q", "state", "area", "assignee", "overdue", "period"]
    order = "due"
    panels = [Panel("equipment/desk/order.html", order_panel), PANEL]
    rank = 31
    empty = gettext_lazy("An order given about a piece of equipment stands here until it was looked at again.")


class Calls(MatterList):
    flow = CALL
    columns = ["number", "title", "what", "area", "state", "opened", "due"]
    filters = ["q", "what", "state", "area", "overdue", "period"]
    panels = [Panel("equipment/desk/call.html", call_panel), PANEL]
    rank = 32
    empty = gettext_lazy(
        "Whoever is trapped in a lift, or reports a fault, does so by the code in it; it appears here."
    )
