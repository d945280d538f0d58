"""What the rows of its day say of an item: where it should go, by which row."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.said import area_name
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import why_not
from zhijian.kernel.packs import stack
from zhijian.programmes.complaints.models import Item, Link, Trace
from zhijian.programmes.complaints.routing import sets, words
from zhijian.programmes.complaints.routing.matching import Case, Found, first


def proposal(record: Item) -> Found | None:
    """Where the item should go from where it lies; None: a person routes."""
    rows = holding(record.matter).rows
    return first(rows, case_of(record, sorted_=any(row.category for row in rows)))


def holding(matter: Matter) -> sets.InForce:
    """The set of the day on which it arrived."""
    return sets.in_force(calendar.legal_day(matter.opened))


def case_of(record: Item, *, sorted_: bool = True, proposed: str | None = None) -> Case:
    """The item as rows look at it. `sorted_`: some row asks for its category; `proposed`: the one that its trace holds,
    where that is known."""
    matter = record.matter
    place = (matter.premises or matter.entity) if record.meant == Link.CONFIRMED else None
    shop = str(place.area) if place is not None else ""
    category = _category(record, proposed) if sorted_ else ""
    return Case(matter.kind, record.channel, category, matter.urgency, matter.area, shop, district_of(shop))


def _category(record: Item, proposed: str | None) -> str:
    """What a person confirmed, else what was proposed as it came."""
    if record.category or proposed is not None:
        return str(record.category or proposed)
    return Trace.objects.filter(matter=record.matter_id).values_list("proposed", flat=True).first() or ""


def district_of(code: str) -> str:
    """The district of an area; empty for none."""
    area = stack().areas.get(code)
    while area is not None and area.level != "district":
        area = stack().areas.get(area.parent)
    return area.code if area is not None else ""


def by_row(found: Found) -> str:
    """Which row proposes it, in words."""
    return _("by row %(n)s of the routing rules: %(row)s") % {"n": found.number, "row": words.sentence(found.row)}


def says(matter: Matter | None) -> str:
    """What whoever passes an item on reads below the office; empty where nothing is proposed."""
    record = Item.objects.filter(pk=matter.pk).first() if matter is not None else None
    if record is None or matter is None:
        return ""
    record.matter = matter
    found = proposal(record)
    return _("Proposed %(by)s") % {"by": by_row(found)} if found is not None else ""


def panel(matter: Matter, record: Item, actor: Actor) -> dict[str, Any]:
    """What the item's page says to whoever routes it: where it should go, by which row."""
    if matter.state != "received" or why_not(matter, "pass_on", actor):
        return {"to_route": False}
    found = proposal(record)
    return {
        "to_route": True, "proposal": found, "office": area_name(found.area) if found is not None else "",
        "by": by_row(found) if found is not None else "", "reads_routes": bool(actor.roles_at() & set(sets.READERS)),
    }  # fmt: skip
