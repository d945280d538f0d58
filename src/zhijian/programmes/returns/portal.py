"""The shop's own page of its pledge, the way to give one, and what everybody reads behind the code on its door."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.panels import Panel
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.party.pages import PartyPage, Say, account_act, door_panel
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.returns import effects
from zhijian.programmes.returns.flow import PLEDGE
from zhijian.programmes.returns.models import ReturnPledge


def terms_panel(matter: Matter, record: ReturnPledge, actor: Actor) -> dict[str, Any]:
    """The terms that hold today and those that follow; of a pledge that is not in force, what was declared."""
    day = calendar.today()
    now = effects.in_force(record, day) if record.accepted_on is not None else None
    return {"terms": now or record, "then": effects.to_come(record, day) if now is not None else None}


def of_pledge(matter: Matter, record: ReturnPledge, parts: Any) -> Say:
    """Where the pledge stands, and what the shop does now."""
    if matter.state == "offered":
        return Say("act", _("The office looks at your pledge."), _("You are told when it is in force."))
    if matter.state == "sent_back":
        return Say(
            "warn", _("Please correct your pledge: %(why)s") % {"why": record.why}, _("Then send it again below.")
        )
    if matter.state != "in_force":
        after = _("What was bought while it was in force is taken back all the same. Take the sign down.")
        return Say("wait", PLEDGE.state(matter.state).label, after)
    what = _("Your pledge is in force until %(day)s.") % {"day": record.valid_until}
    if record.broken:
        kept = _("It was found broken %(n)s times. Keep it: the office may end it.") % {"n": record.broken}
        return Say("warn", what, kept)
    return Say(
        "good", what, _("Hang the sign where customers see it. Better terms hold at once, worse ones from tomorrow on.")
    )


PAGE = PartyPage(
    PLEDGE, panels=[Panel("returns/party/pledge.html", terms_panel)], says=of_pledge, rights="",
    states={"offered": gettext_lazy("The office looks at it"), "sent_back": gettext_lazy("Please correct it")},
)  # fmt: skip


def at_door(premises: Premises) -> dict[str, Any] | None:
    """The pledge of the place, where it has one in force."""
    with scoped(SYSTEM):
        record = ReturnPledge.objects.filter(live=True, matter__premises=premises).first()
        terms = effects.in_force(record, calendar.today()) if record is not None else None
    return {"pledge": record, "terms": terms} if terms is not None else None


door_panel("returns/public/door.html", at_door)
account_act("returns_mine", gettext_lazy("No-reason return: pledge it, or look at your pledge"))
