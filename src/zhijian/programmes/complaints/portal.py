"""The enterprise's door: only the mediation of a complaint, in the officer's words. Of reports there is nothing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.party.pages import PartyPage
from zhijian.programmes.complaints import papers
from zhijian.programmes.complaints.handling.mediation import MEDIATION

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
