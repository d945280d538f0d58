"""The staff's list of complaints that are, or are to be, counted in public."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk.columns import Cell, Column
from zhijian.kernel.desk.lists import MatterList, Panel
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.notices.panel import PANEL
from zhijian.programmes.complaints import categories
from zhijian.programmes.complaints.publication.flow import PUBLICATION
from zhijian.programmes.complaints.publication.models import Line

CATEGORY = Column(
    "category", _("Kind of problem"), ("complaint_line__category",),
    lambda m: Cell(_named(m.complaint_line.category)), lambda m: _named(m.complaint_line.category),
)  # fmt: skip


def _named(code: str) -> str:
    return categories.name_of(code) if code else ""


def line_panel(matter: Matter, record: Line, actor: Actor) -> dict[str, Any]:
    """What is counted, the objection and its answer; the complaint for those who may read it."""
    of = readable(Matter.objects.filter(pk=record.of_id), actor).only("uid", "number", "title").first()
    return {"of": of, "category": _named(record.category)}


class Publications(MatterList):
    flow = PUBLICATION
    columns = ["title", "entity", CATEGORY, "settled", "area", "state", "due", "opened"]
    exported = ["code", "objection", "answer", "shown_on"]
    filters = ("q", "state", "area", "settled", "overdue", "period")
    start: ClassVar[dict[str, str]] = {"state": "open"}
    order = "due"
    panels = (Panel("complaints/desk/line.html", line_panel), PANEL)
    rank = 27
    empty = _("A complaint that has ended, and whose shop is known, comes here by itself where the rules publish it.")
