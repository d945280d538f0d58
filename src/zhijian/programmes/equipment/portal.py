"""The doors of special equipment: what users read of their pieces, and maintenance firms of calls from lifts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.panels import Panel
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.party.pages import PartyPage, Say, Told
from zhijian.programmes.equipment import due, rules
from zhijian.programmes.equipment.flow import CALL, EQUIPMENT, ORDER
from zhijian.programmes.equipment.models import Equipment, LiftCall


def piece_panel(matter: Matter, record: Equipment, actor: Actor) -> dict[str, Any]:
    """What is due when, for its user."""
    return {"late": matter.state == "in_use" and due.is_overdue(record, calendar.today())}


def of_piece(matter: Matter, record: Equipment, parts: Any) -> Say:
    """What is due next, or that nothing is."""
    if matter.state != "in_use" or record.next_on is None:
        return Say("wait", EQUIPMENT.state(matter.state).label)
    told = {"what": record.get_next_what_display(), "day": record.next_on}  # type: ignore[attr-defined]
    if record.failed_on is not None:
        return Say(
            "bad", _("It did not pass its %(what)s on %(day)s: it must not run.")
            % {"what": record.get_failed_what_display(), "day": record.failed_on},  # type: ignore[attr-defined]
            _("Have it repaired and inspected anew, and stop it until then."),
        )  # fmt: skip
    if due.is_overdue(record, calendar.today()):
        return Say(
            "bad", _("Its %(what)s was due on %(day)s: it must not run.") % told,
            _("Ask the inspection body for a date, and stop it until then."),
        )  # fmt: skip
    return Say("good", _("The next %(what)s is due by %(day)s.") % told, _("Ask for it a month before."))


def of_call(matter: Matter, record: LiftCall, parts: Any) -> Say:
    """What the firm must do now."""
    inside = record.people
    what = _("People are trapped in the lift.") if record.what == LiftCall.Kind.TRAPPED else _("A fault was reported.")
    if inside:
        what += " " + _("Inside: %(n)s.") % {"n": inside}
    tones = {"called": "bad", "coming": "warn", "there": "act", "settled": "act"}
    return Say(tones.get(matter.state, "good"), what, _by_when(matter))  # type: ignore[arg-type]


def _by_when(matter: Matter) -> Any:
    """By what time somebody must be at the lift, while nobody is; else how it stands."""
    clock = matter.clocks.filter(rule=rules.RESCUE_WITHIN.name, stopped=None).first()  # type: ignore[attr-defined]
    if clock is None or clock.due_at is None:
        return CALL.state(matter.state).label
    told = {"time": f"{calendar.local(clock.due_at):%H:%M}"}
    if clock.due_at < when.now():
        return _("The time to be at the lift was over at %(time)s: hurry, and say here when you are there.") % told
    return _("Be at the lift by %(time)s.") % told


def sms_of_call(told: Told) -> Any:
    """What the firm must know before it opens the page: trapped, a fault, or that it is late; and by when."""
    verbs = {verb for _kind, verb in told.steps}
    clock = told.matter.clocks.filter(rule=rules.RESCUE_WITHIN.name, stopped=None).first()
    by = {"at": f"{calendar.local(clock.due_at):%H:%M}"} if clock is not None and clock.due_at is not None else None
    if "too_late" in verbs and by:
        return _("{organ}: {title}: people are trapped, rescuers were due by %(at)s. Go there at once: {link}") % by
    if "trapped" in verbs and by:
        return _("{organ}: {title}: people are trapped. Answer at once, be there by %(at)s: {link}") % by
    if "fault" in verbs:
        return _("{organ}: {title}: a fault was reported. Say here when you come: {link}")
    return ""


PIECE = PartyPage(
    EQUIPMENT, panels=[Panel("equipment/party/piece.html", piece_panel)], children=[ORDER], says=of_piece, rights=""
)
ORDERED = PartyPage(
    ORDER,
    panels=["equipment/party/order.html"],
    buttons={"report": gettext_lazy("Report what was done")},
    papers=["safety_instruction"],
    asks=gettext_lazy("{organ}: {title}: an order about your special equipment. Obey and report by {day}: {link}"),
)
CALLED = PartyPage(
    CALL,
    panels=["equipment/party/call.html"],
    says=of_call,
    sms=sms_of_call,
    asks=gettext_lazy("{organ}: {title}: a call from the lift. Say here at once that you are coming: {link}"),
    rights="",
)
