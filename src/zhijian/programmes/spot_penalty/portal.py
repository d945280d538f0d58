"""The enterprise's door: what was decided against it, how it pays, and how it can have the decision looked at."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.panels import Panel
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.kernel.party.pages import PartyPage, Say
from zhijian.programmes.spot_penalty import rules, shown
from zhijian.programmes.spot_penalty.flow import SPOT_PENALTY
from zhijian.programmes.spot_penalty.law import yuan
from zhijian.programmes.spot_penalty.models import SpotPenalty
from zhijian.programmes.spot_penalty.papers import DECISION, WITHDRAWAL


def penalty_panel(matter: Matter, record: SpotPenalty, actor: Actor) -> dict[str, Any]:
    """What was decided, where and by when to pay, what is added, and both ways to have it looked at."""
    record.matter = matter
    day, organ = calendar.legal_day(matter.opened), stack().organ(matter.area)
    return {
        **shown.told_of(record),
        "ordered": shown.ordered_before(record),
        "say": says(matter, record, ()),
        "organ": organ,
        "unpaid": _owes(record) and not record.reason,
        "review": rules.REVIEW_WITHIN.maybe(day),
        "court": rules.COURT_WITHIN.maybe(day),
        "first": rules.review_first(day),
    }


def says(matter: Matter, record: SpotPenalty, parts: Any) -> Say:
    """What is the case, and what is to be done by when."""
    record.matter = matter
    what = shown.punished(record)
    if record.reason:
        return Say("good", _("The decision was withdrawn."), _back(record))
    if record.rest:
        told = {"amount": yuan(record.rest), "day": record.paid_on}
        return Say(
            "bad", what, _("The fine was paid on %(day)s. ¥%(amount)s added for delay is still to be paid.") % told
        )
    if not _owes(record):
        return Say("act" if record.paid_on is None and not record.fine else "good", what, _paid(record))
    told = {"amount": shown.told_of(record)["whole"], "day": record.pay_by}
    if record.pay_by is None:
        return Say("warn", what)
    if calendar.today() > record.pay_by:
        return Say("bad", what, _("The time to pay is over. Pay ¥%(amount)s today.") % told)
    return Say("warn", what, _("Pay ¥%(amount)s by %(day)s.") % told)


def _owes(record: SpotPenalty) -> bool:
    """Whether anything is still to be paid at the bank: the fine, or what was added to it."""
    return record.payment == SpotPenalty.Payment.BANK and (record.money_open or record.rest > 0)


def _back(record: SpotPenalty) -> str:
    told = {"amount": yuan(record.refund), "day": record.refunded_on}
    if record.refunded_on is not None:
        return _("What you paid, ¥%(amount)s, was refunded on %(day)s.") % told
    return _("What you paid, ¥%(amount)s, is refunded.") % told if record.refund else ""


def _paid(record: SpotPenalty) -> str:
    if record.paid_on is not None and record.waived:
        told = {"day": record.paid_on, "amount": yuan(record.waived)}
        return _("Paid on %(day)s. ¥%(amount)s added for delay was waived.") % told
    if record.paid_on is not None:
        return _("Paid on %(day)s.") % {"day": record.paid_on}
    if record.payment == SpotPenalty.Payment.CASH:
        return _("Paid on the spot, receipt %(no)s.") % {"no": record.receipt or "—"}
    return _("There is nothing to pay.")


def in_short(matter: Matter, record: SpotPenalty) -> str:
    """What the text message about the visit says of it."""
    return _("On the spot: %(what)s.") % {"what": shown.punished(record)}


PAGE = PartyPage(
    SPOT_PENALTY,
    happened={
        "pay": gettext_lazy("The fine is paid"),
        "pay_part": gettext_lazy("The fine is paid; what was added is still owed"),
        "pay_rest": gettext_lazy("All is paid"),
        "waive": gettext_lazy("What was added is waived"),
        "remind_pay": gettext_lazy("Time to pay over"),
        "appeal_over": gettext_lazy("The decision was upheld"),
    },
    panels=[Panel("spot_penalty/party/penalty.html", penalty_panel)],
    states={
        "open": gettext_lazy("Decided"),  # what is to be paid is said beside it: cash is paid by then
        "paying": gettext_lazy("Decided"),
        "filing": gettext_lazy("Decided"),
        "closed": gettext_lazy("Settled"),
    },
    papers=[DECISION, WITHDRAWAL],
    says=says,
    beside=True,
    adds=in_short,
)
