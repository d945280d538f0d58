"""The shop's page of a complaint that is to be counted in public: what is counted, until when it may object."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk.panels import Panel
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.party.pages import PartyPage, Say
from zhijian.programmes.complaints import categories
from zhijian.programmes.complaints.publication.flow import PUBLICATION
from zhijian.programmes.complaints.publication.models import Line


def line_panel(matter: Matter, record: Line, actor: Actor) -> dict[str, Any]:
    """The two things that are counted."""
    return {"category": categories.name_of(record.category) if record.category else ""}


def of_line(matter: Matter, record: Line, parts: Any) -> Say:
    """Where it stands, and what the shop can do."""
    if matter.state == "waiting":
        what = _("A consumer's complaint about you has ended: it is to be counted on the public page.")
        return Say(
            "act", what, _("You need do nothing. If it is wrong, object below by %(day)s.") % {"day": matter.due}
        )
    if matter.state == "objected":
        return Say(
            "act", _("You have objected."), _("It is not shown before the office has decided; you are told then.")
        )
    if matter.state == "shown":
        return Say("warn", _("The complaint is counted on the public page."), _("It is counted until %(day)s.")
                   % {"day": matter.due} if matter.due else "")  # fmt: skip
    return Say("good", PUBLICATION.state(matter.state).label)


PAGE = PartyPage(
    PUBLICATION,
    panels=[Panel("complaints/party_line.html", line_panel)],
    says=of_line,
    states={"waiting": gettext_lazy("To be published: you may object")},
    asks=gettext_lazy(
        "{organ}: {title}: a complaint is to be counted in public. If it is wrong, object by {day}: {link}"
    ),
    rights="",
)
