"""The rules that complaints, reports and enquiries need; what they are here and since when stands in the pack.

Order 20 held until 2026-04-14, Order 121 since: 45 working days against 60 days, other grounds. Which of the two an
item follows that was open on that day is a setting (`complaints.open_on_change`).
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

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
# How it is handled: papers, proof of identity, mediation, reward, return call.
FORMS = rule("complaints.forms", _("Which forms the papers of complaints and reports are made in, by what they say"))
IDENTITY_WITHIN = rule(
    "complaints.identity_within",
    _("Within what time whoever complains proves their identity where it is asked for"),
    label=_("Proof of identity"),
    starts="asked for",
    stops="shown",
    theirs=True,
)
IDENTITY_GROUND = rule("complaints.identity_ground", _("On which ground an unproven identity is refused"))
RECUSAL_DAYS = rule("complaints.recusal_days", _("Within how many days a mediator is objected to"))
PERFORM_WITHIN = rule(
    "mediation.perform_within",
    _("Within what time an agreement is performed where it names no day"),
    label=_("Performance of the agreement"),
    starts="agreed",
    stops="performed or broken",
    theirs=True,
)
REWARD_SHARE = rule("reports.reward_share", _("What part of the fine is the reward, in hundredths, by level"))
REWARD_LEAST = rule("reports.reward_least", _("What the reward is at least, in yuan, by level"))
REWARD_MOST = rule("reports.reward_most", _("What the reward is at most, in yuan"))
REWARD_WITHIN = rule(
    "reports.reward_within",
    _("Within what time a reward is picked up"),
    label=_("Picking up the reward"),
    starts="code given",
    stops="paid",
    theirs=True,
)
RECALL_PERCENT = rule("complaints.recall_percent", _("How many of a hundred answered items another unit calls back"))
RECALL_WITHIN = rule(
    "complaints.recall_within",
    _("By when a drawn item is called back"),
    label=_("Return call"),
    starts="drawn",
    stops="called or given up",
)
RECALL_TRIES = rule("complaints.recall_tries", _("After how many tries a return call is given up"))


def law_day(matter: Matter, at: dt.datetime) -> dt.date:
    """The day whose law the item follows: of its receipt, or of what is being done, as the place has set it."""
    today = calendar.legal_day(at)
    if OPEN_ON_CHANGE.value(today, "receipt") == "today":
        return today
    return calendar.legal_day(matter.opened or at)


def grounds(of: Rule, matter: Matter, at: dt.datetime) -> dict[str, str]:
    """The printed grounds of the form by their number, of the law that the item follows."""
    return {str(number): str(words) for number, words in dict(of.value(law_day(matter, at), {})).items()}


def reward(level: str, fined: Decimal, day: dt.date) -> Decimal | None:
    """The reward by the table of that day; None where the place has none."""
    share, least, most = (of.value(day, None) for of in (REWARD_SHARE, REWARD_LEAST, REWARD_MOST))
    if not share or not least or most is None:
        return None
    return amount_of(fined, Decimal(str(share[level])), Decimal(str(least[level])), Decimal(str(most)))


def amount_of(fined: Decimal, share: Decimal, least: Decimal, most: Decimal) -> Decimal:
    """So many hundredths of what was fined, at least and at most so much.

    >>> amount_of(Decimal(20000), Decimal(3), Decimal(3000), Decimal(1000000))
    Decimal('3000')
    """
    part = (fined * share / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return min(max(part, least), most)
