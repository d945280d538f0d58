"""The staff's door: the list of orders, an order's page, and what stands of it on its matter's page."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk import said
from zhijian.kernel.desk.columns import Cell, Column
from zhijian.kernel.desk.forms import choices
from zhijian.kernel.desk.lists import MatterList, Panel
from zhijian.kernel.desk.panels import matter_act, matter_panel
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.matters.saying import reads
from zhijian.programmes.supervision import actions
from zhijian.programmes.supervision.flow import SUPERVISION
from zhijian.programmes.supervision.following import something_hangs_on
from zhijian.programmes.supervision.joint import acts
from zhijian.programmes.supervision.joint.desk import any_office, asked_of_others, joint_panel
from zhijian.programmes.supervision.joint.flow import JOINT
from zhijian.programmes.supervision.models import SupervisionOrder

SHOWN = 20

BY = Column(
    "by_area", _("Ordered by"), ("supervision__by_area",),
    lambda m: Cell(said.area_name(m.supervision.by_area)), lambda m: said.area_name(m.supervision.by_area),
)  # fmt: skip
FROM = Column(
    "by_area", _("Asked by"), ("joint_handling__by_area",),
    lambda m: Cell(said.area_name(m.joint_handling.by_area)), lambda m: said.area_name(m.joint_handling.by_area),
)  # fmt: skip


def order_panel(matter: Matter, record: SupervisionOrder, actor: Actor) -> dict[str, Any]:
    """About which matter, by whom, what; the answer, and what was said to it."""
    of = readable(Matter.objects.filter(pk=record.of_id), actor).only("uid", "kind", "number", "title", "state").first()
    return {
        "of": of,
        "of_kind": flow_of(of.kind).title if of is not None else "",
        "of_state": flow_of(of.kind).state(of.state) if of is not None else None,
        "by": said.area_name(record.by_area),
        "by_name": record.ordered_by.name if record.ordered_by is not None else "",
        "answered_name": record.answered_by.name if record.answered_by is not None else "",
    }


class Supervisions(MatterList):
    flow = SUPERVISION
    columns = ["number", "title", "grade", BY, "area", "state", "assignee", "due", "opened"]
    filters = ("q", "state", "area", "grade", "assignee", "overdue", "period")
    start: ClassVar[dict[str, str]] = {"state": "open"}
    order = "due"
    bulk = ("accept",)
    exported = ["what", "answer_by", "answer", "in_time", "times_back"]
    panels = (Panel("supervision/desk/order.html", order_panel),)
    rank = 14
    empty = _("Orders are made from the page of the matter that they are about, or from its list for many at once.")


class JointHandlings(MatterList):
    flow = JOINT
    columns = ["number", "title", FROM, "area", "state", "assignee", "due", "opened"]
    filters = ("q", "state", "area", "assignee", "overdue", "period")
    start: ClassVar[dict[str, str]] = {"state": "open"}
    order = "due"
    bulk = ("take",)
    exported = ["of_number", "what", "answer_by", "answer", "in_time", "times_back"]
    panels = (Panel("supervision/desk/joint.html", joint_panel),)
    rank = 15
    empty = _("What other offices ask of yours stands here. Yours asks from the page of the matter that it holds.")


def beside(matter: Matter, actor: Actor) -> dict[str, Any] | None:
    """What hangs on the matter and may be seen, the newest last. What another office holds is told by the request."""
    if flow_of(matter.kind).follows or not something_hangs_on(matter):
        return None
    rows = readable(Matter.objects.filter(parent=matter, kind=SUPERVISION.kind), actor)
    orders = list(rows.select_related("supervision", "assignee").order_by("pk")[:SHOWN])
    joint = asked_of_others(matter, actor)
    if not orders and not joint:
        return None
    shown = [
        (one, SUPERVISION.state(one.state), said.due_of(one.due, one.due_at), said.area_name(one.supervision.by_area))
        for one in orders
    ]
    return {"orders": shown, "joint": joint, "judges": bool(joint) and acts.may_ask(matter, actor)}


choices("any_office", any_office)
reads("any_office", said.area_name)
matter_panel("supervision/desk/beside.html", beside)
matter_act("supervise", _("Order supervision"), lambda matter, actor: matter.closed is None
           and actions.may_order(matter, actor))  # fmt: skip
matter_act("joint_ask", _("Ask for joint handling"), lambda matter, actor: matter.closed is None
           and acts.may_ask(matter, actor))  # fmt: skip
