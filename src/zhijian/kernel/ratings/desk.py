"""The clerk's list of return calls, and what the caller must know before he rings."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk.lists import MatterList
from zhijian.kernel.desk.panels import Panel
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.ratings.flow import MAY_RING, RETURN_CALL
from zhijian.kernel.ratings.models import ReturnCall

# Headings of the record's own columns are looked up by the fields' names.
HEADINGS = (_("Cause"), _("Tries in vain"), _("Last try"))


def call_panel(matter: Matter, record: ReturnCall, actor: Actor) -> dict[str, Any]:
    """Whom to ring about what, and for whoever may ring, while the call is to be made, what they said in writing."""
    about = record.about
    place = about.premises or about.entity
    return {
        "call": record,
        "about": about,
        "kind": flow_of(about.kind).title,
        "place": place,
        "phone": (place.phone if place is not None else "") or (about.entity.phone if about.entity else ""),
        "rating": record.rating if matter.closed is None and actor.roles_at(matter.area) & set(MAY_RING) else None,
    }


class ReturnCalls(MatterList):
    """Return calls, those to be made first."""

    flow = RETURN_CALL
    columns = ("title", "area", "cause", "tries", "last_try", "state", "due")
    filters = ("q", "state", "area", "cause", "overdue", "period")
    start = {"state": "open"}
    order = "due"
    panels = (Panel("ratings/desk/call.html", call_panel),)
    rank = 60
    empty = _("A bad rating brings a return call here, and so does the daily draw among the matters that were closed.")
