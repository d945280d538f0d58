"""The doors: whoever scans a shop's code can tell the bureau about it; the enterprise sees of it only a mediation.

A mediation is told in the officer's words; of reports there is nothing.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.party.pages import PartyPage, door_panel
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.complaints import papers
from zhijian.programmes.complaints.handling.mediation import MEDIATION
from zhijian.programmes.complaints.publication.portal import PAGE as PUBLISHED

PAGE = PartyPage(
    MEDIATION,
    title=_("Mediation of a consumer's complaint"),
    panels=["complaints/party.html"],
    states={"asked": _("Please say whether you take part"), "agreed": _("You take part: choose a time"),
            "performing": _("Please perform what was agreed")},
    papers=papers.TO_ENTERPRISE,
    asks=_("{organ}: {title}: a consumer's complaint is to be mediated. Please say whether you take part: {link}"),
    rights="",
)  # fmt: skip

__all__ = ["PAGE", "PUBLISHED"]


def at_door(premises: Premises) -> dict[str, Any]:
    """Wherever a code hangs, also where nobody trades any more."""
    return {"code": premises.door_code}


door_panel("complaints/public/door.html", at_door)
