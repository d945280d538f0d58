"""A row in words, as pages, notes and the timeline say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.desk.said import area_name
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.complaints import categories
from zhijian.programmes.complaints.models import Channel
from zhijian.programmes.complaints.routing import sets
from zhijian.programmes.complaints.routing.matching import DISTRICT, OFFICE, Row, read


def what(row: Row) -> str:
    """Which items the row takes."""
    said = [str(flow_of(row.kind).plural) if row.kind in sets.LISTS else row.kind] if row.kind else []
    if row.channel:
        said.append(_("by %(channel)s") % {"channel": _label(Channel, row.channel)})
    if row.category:
        said.append(_("about %(category)s") % {"category": categories.name_of(row.category)})
    if row.area:
        said.append(_("in %(area)s") % {"area": area_name(row.area)})
    if row.urgency:
        said.append(_("%(urgency)s at least") % {"urgency": _label(Matter.Urgency, row.urgency)})
    return " · ".join(said) or _("Every item")


def where(row: Row) -> str:
    """Where it sends them."""
    if row.to == OFFICE:
        return _("the office of the shop")
    return _("the district of the shop") if row.to == DISTRICT else area_name(row.to)


def how(row: Row) -> str:
    """Whether it sends by itself, and into whose hands."""
    if row.hands in sets.HANDS:
        return _("straight, to the %(role)s with the fewest") % {"role": Role(row.hands).label}
    return _("straight") if row.straight else _("proposed")


def sentence(row: Row) -> str:
    """The whole row: "Reports · about food · Urgent at least → the district of the shop, straight"."""
    return _("%(what)s → %(where)s, %(how)s") % {"what": what(row), "where": where(row), "how": how(row)}


def of_code(facts: Mapping[str, Any]) -> str:
    """The row that an entry holds, in the reader's language; as it stands where it is none any more."""
    code = str(facts.get("rule", ""))
    try:
        return sentence(read(code))
    except ValueError:
        return code


def _label(choices: Any, value: Any) -> str:
    return str(choices(value).label) if value in choices.values else str(value)
