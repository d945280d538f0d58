"""The rules that complaints, reports and enquiries need; what they are here and since when stands in the pack.

Order 20 held until 2026-04-14, Order 121 since: 45 working days against 60 days, other grounds. Which of the two an
item follows that was open on that day is a setting (`complaints.open_on_change`).
"""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_noop as _

from zhijian.kernel.clock import calendar, rule
from zhijian.kernel.clock.declared import Rule
from zhijian.kernel.matters.models import Matter

OPEN_ON_CHANGE = rule(
    "complaints.open_on_change", _("Which law an item follows that was open when the law changed: of receipt, or today")
)
ACCEPT_WITHIN = rule(
    "complaints.accept_within",
    _("Within what time it is decided whether a complaint is accepted"),
    label=_("Decision on acceptance"),
    starts="received",
    stops="accepted, not accepted or settled",
)
MEDIATE_WITHIN = rule(
    "complaints.mediate_within",
    _("Within what time mediation ends where there is no agreement"),
    label=_("Mediation"),
    starts="accepted",
    stops="settled or ended",
)
TELL_WITHIN = rule(
    "complaints.tell_end_within",
    _("Within what time both are told that mediation ended"),
    label=_("Telling of the end"),
    starts="mediation ended",
    stops="answered",
)
REFUSAL_GROUNDS = rule("complaints.refusal_grounds", _("The grounds on which a complaint is not accepted"))
END_GROUNDS = rule("complaints.end_grounds", _("The grounds on which mediation ends"))
VERIFY_WITHIN = rule(
    "reports.verify_within",
    _("Within what time a report is verified and it is decided whether a case is opened"),
    label=_("Verification of the report"),
    starts="received",
    stops="decided",
)
VERIFY_MORE = rule("reports.verify_more", _("By how much the verification of a report may be extended"))
REPORT_TELL_WITHIN = rule(
    "reports.tell_within",
    _("Within what time whoever reported under a true name is told the decision"),
    label=_("Telling who reported"),
    starts="decided",
    stops="answered",
)
CONTACT_WITHIN = rule(
    "complaints.contact_within",
    _("Within what time whoever came is spoken to for the first time"),
    label=_("First contact"),
    starts="received",
    stops="somebody was reached",
)
ANSWER_WITHIN = rule(
    "complaints.answer_within",
    _("Within what time an enquiry or a suggestion is answered"),
    label=_("Answer"),
    starts="received",
    stops="answered",
)
HOTLINE_REPLY = rule(
    "hotline.reply_within",
    _("Within what time a work order of the hotline is answered"),
    label=_("Answer to 12345"),
    starts="received",
    stops="answered or given back",
)
HOTLINE_RETURN = rule(
    "hotline.return_within",
    _("Within what time a work order that is not ours goes back to the hotline"),
    label=_("Giving back to 12345"),
    starts="received",
    stops="taken or given back",
)

PORTAL_COUNTS = rule(
    "complaints.portal_counts", _("Whether a complaint or a report that is told on our own pages counts as received")
)
PORTAL_WITHIN = rule(
    "complaints.portal_within",
    _("Within what time what was told on our own pages is registered"),
    label=_("Registration of what was told online"),
    starts="told",
    stops="registered or not",
)


def law_day(matter: Matter, at: dt.datetime) -> dt.date:
    """The day whose law the item follows: of its receipt, or of what is being done, as the place has set it."""
    today = calendar.legal_day(at)
    if OPEN_ON_CHANGE.value(today, "receipt") == "today":
        return today
    return calendar.legal_day(matter.opened or at)


def grounds(of: Rule, matter: Matter, at: dt.datetime) -> dict[str, str]:
    """The printed grounds of the form by their number, of the law that the item follows."""
    return {str(number): str(words) for number, words in dict(of.value(law_day(matter, at), {})).items()}
