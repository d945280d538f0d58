"""The staff's lists of mediations, rewards and return calls, and the part of an item's page that leads to them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.crypto import mask
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.appointments.shown import PANEL as APPOINTMENTS
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import menu
from zhijian.kernel.desk.columns import Cell, Column
from zhijian.kernel.desk.lists import MatterList, Panel
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import why_not
from zhijian.kernel.matters.reading import readable
from zhijian.programmes.complaints import papers, private
from zhijian.programmes.complaints.handling.mediation import MEDIATION
from zhijian.programmes.complaints.handling.recall import RECALL
from zhijian.programmes.complaints.handling.reward import REWARD
from zhijian.programmes.complaints.models import Item, Mediation, Outcome, Recall, Reward

BELONGING = 10
menu.item(
    "reward_counter", _("Pay out a reward"), "reward_counter", [Role.CLERK, Role.HEAD], order=78, under="complaints"
)


def handling_panel(matter: Matter, record: Item, actor: Actor) -> dict[str, Any]:
    """What is asked, agreed and waited for, and the matters that belong to the item."""
    about = Q(mediation__of=matter) | Q(reward__of=matter) | Q(part_of__of=matter) | Q(parts__matter=matter)
    about |= Q(caused_by__of=matter)
    seen = readable(Matter.objects.filter(about), actor).distinct()[:BELONGING]
    return {
        "belongs": [(one, flow_of(one.kind).title, flow_of(one.kind).state(one.state)) for one in seen],
        "excluded": papers.excluded(matter) if matter.kind == "complaint" else [],
        "late": record.identity_due is not None and record.identity_shown is None
        and record.identity_due < calendar.today(),
    }  # fmt: skip


HANDLING = Panel("complaints/desk/handling.html", handling_panel)


def mediation_panel(matter: Matter, record: Mediation, actor: Actor) -> dict[str, Any]:
    """The complaint that it is about, for those who may read it."""
    rows = readable(Matter.objects.filter(pk=record.of_id), actor)
    return {"complaint": rows.first(), "item": Item.objects.filter(pk=record.of_id).first()}


def reward_panel(matter: Matter, record: Reward, actor: Actor) -> dict[str, Any]:
    """The report, for those who may read it; whether the code is to be given."""
    return {
        "report": readable(Matter.objects.filter(pk=record.of_id), actor).first(),
        "may_give": not why_not(matter, "give_code", actor),
    }


def recall_panel(matter: Matter, record: Recall, actor: Actor) -> dict[str, Any]:
    """What the office wrote beside what is said; the number, covered."""
    item = Item.objects.select_related("matter").get(pk=record.of_id)
    open_ = private.recalls(matter, actor)
    return {
        "item": readable(Matter.objects.filter(pk=record.of_id), actor).first(),
        "reply": str(item.reply or "") if open_ else "",
        "written": Outcome(record.written).label if record.written else "",
        "told": Outcome(record.said).label if record.said else "",
        "phone": mask(str(item.phone)) if item.phone else "",
        "words": str(record.words) if record.words and open_ else "",
    }


def _amount(matter: Matter) -> Cell:
    return Cell(f"¥{matter.reward.amount}")  # type: ignore[attr-defined]


AMOUNT = Column("amount", _("reward"), ("reward__amount",), _amount, lambda m: m.reward.amount)


class Mediations(MatterList):
    flow = MEDIATION
    columns = ["number", "title", "area", "state", "assignee", "due", "opened"]
    exported = ["entity", "amount", "perform_by", "performed_on"]
    filters = ("q", "state", "area", "assignee", "overdue", "period")
    start = {"state": "open"}
    order = "due"
    panels = (Panel("complaints/desk/mediation.html", mediation_panel), APPOINTMENTS)
    rank = 13
    empty = _("A mediation is begun on the page of an accepted complaint.")


class Rewards(MatterList):
    flow = REWARD
    columns = ["number", "title", "area", "state", AMOUNT, "due", "opened"]
    filters = ("q", "state", "area", "overdue", "period")
    start = {"state": "open"}
    panels = (Panel("complaints/desk/reward.html", reward_panel),)
    rank = 14
    empty = _("A reward is proposed on the page of a report on which a case was opened.")


class Recalls(MatterList):
    flow = RECALL
    columns = ["title", "area", "state", "due", "opened"]
    exported = ["written", "said", "process", "satisfied", "differs"]
    filters = ("q", "state", "area", "overdue", "period")
    start = {"state": "open"}
    order = "due"
    panels = (Panel("complaints/desk/recall.html", recall_panel),)
    rank = 15
    empty = _("Answered items are drawn each morning, under the seal of the night.")
