"""The staff's door: pledges by shop, state and how often broken; what stands of one at the end of a complaint."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.columns import Cell, Column
from zhijian.kernel.desk.forms import Asked, Options, choices
from zhijian.kernel.desk.lists import MatterList, Panel
from zhijian.kernel.desk.panels import matter_act, matter_panel
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.notices.panel import PANEL
from zhijian.programmes.returns import breaking, effects
from zhijian.programmes.returns.flow import PLEDGE
from zhijian.programmes.returns.models import ReturnPledge

SHOWN = 20

BROKEN = Column(
    "broken", _("Times broken"), ("return_pledge__broken", "return_pledge__asked"),
    lambda m: Cell(str(m.return_pledge.broken or ""), tone="bad" if m.return_pledge.asked else ""),
    lambda m: m.return_pledge.broken,
)  # fmt: skip


def pledge_panel(matter: Matter, record: ReturnPledge, actor: Actor) -> dict[str, Any]:
    """The terms that hold, those to come and the older ones; the complaints at whose end it was found broken."""
    day = calendar.today()
    rows = list(record.breaks.select_related("of").order_by("-pk")[:SHOWN])  # type: ignore[attr-defined]
    seen = readable(Matter.objects.filter(pk__in=[one.of_id for one in rows]), actor).values_list("pk", flat=True)
    may_see = set(seen) if rows else set()
    return {
        "now": effects.in_force(record, day),
        "then": effects.to_come(record, day),
        "versions": list(record.versions.order_by("-pk")[:SHOWN]),  # type: ignore[attr-defined]
        "breaks": [(one, one.of if one.of_id in may_see else None) for one in rows],
    }


class Pledges(MatterList):
    flow = PLEDGE
    columns = ["number", "title", "goods", "days", "area", "state", BROKEN, "due"]
    exported = [
        "entity", "code", "address", "scope", "excluded", "condition", "refund_days", "valid_until", "accepted_on",
    ]  # fmt: skip
    filters = ("q", "state", "area", "goods", "asked", "overdue", "period")
    start: ClassVar[dict[str, str]] = {"state": "open"}
    bulk = ("pledge", "accept", "end")
    panels = (Panel("returns/desk/pledge.html", pledge_panel), PANEL)
    rank = 42
    empty = _("Shops pledge on their own account; an office enters what was brought on paper, one by one or by Excel.")


def _theirs(asked: Asked) -> Options:
    """The pledges of the shop that the complaint is about."""
    found = breaking.pledges_of(asked.matter) if asked.matter is not None else []
    return [(str(one.pk), f"{one.matter.title} · {one.matter.number}") for one in found]


def at_its_end(matter: Matter, actor: Actor) -> dict[str, Any] | None:
    """Of a complaint: the pledges that were found broken by it."""
    if matter.kind != breaking.KIND:
        return None
    rows = list(breaking.breaks_of(matter)[:SHOWN])
    return {"rows": rows, "may": breaking.may_say(matter, actor)} if rows else None


choices("return_pledge_of", _theirs)
matter_panel("returns/desk/beside.html", at_its_end)
matter_act("return_broken", _("The return pledge was broken"), lambda matter, actor: matter.kind == breaking.KIND
           and matter.state in breaking.ENDED and breaking.may_say(matter, actor)
           and bool(breaking.pledges_of(matter)))  # fmt: skip
