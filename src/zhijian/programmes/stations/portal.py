"""The enterprise's door: its station or its part as an ODR enterprise, and the disputes that lie with it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.crypto import mask
from zhijian.kernel.desk.panels import Panel
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.party.pages import PartyPage, Say, account_act
from zhijian.programmes.stations.flow import DISPUTE, STATION, THERE
from zhijian.programmes.stations.models import LogEntry, Station, StationDispute

LINES = 20


def station_panel(matter: Matter, record: Station, actor: Actor) -> dict[str, Any]:
    """What stands on its plaque, what was found, and the newest of its log."""
    return {"log": LogEntry.objects.filter(station=record).order_by("-day", "-pk")[:LINES]}


def dispute_panel(matter: Matter, record: StationDispute, actor: Actor) -> dict[str, Any]:
    """What it is about, and who complained: covered, but for a number that was opened with a reason while it lies
    there."""
    there = matter.state in THERE
    opened = there and record.opened_phone is not None and bool(record.phone)
    return {
        "summary": str(record.summary),
        "who": mask(str(record.person)) if record.person else "",
        "phone": str(record.phone) if opened else "",
        "covered": mask(str(record.phone)) if record.phone and not opened else "",
        "there": there,
    }


def of_station(matter: Matter, record: Station, parts: Any) -> Say | None:
    """What stands in the way, or that it is in force."""
    if matter.state == "in_force":
        return Say("good", _("Your station is in force."), _("What is sent to it stands among your matters."))
    if matter.state in ("refused", "withdrawn", "given_up"):
        return Say("warn", STATION.state(matter.state).label, record.why)
    return Say("wait", _("Your application has arrived."), _("The office comes to look at it by the standard."))


PAGE = PartyPage(
    STATION,
    title=_("Service station or ODR enterprise"),
    panels=[Panel("stations/party/station.html", station_panel)],
    says=of_station,
    rights="",
)
DISPUTED = PartyPage(
    DISPUTE,
    title=_("A consumer's dispute, sent to your station"),
    panels=[Panel("stations/party/dispute.html", dispute_panel)],
    states={"sent": _("Please speak to the consumer"), "working": _("You are at it"),
            "settled": _("You settled it: the office ends the complaint")},
    rights="",
)  # fmt: skip
account_act("party_station", _("Apply for a service station, or to be an ODR enterprise"), whole=True)
