"""When a step of a penalty is open, and the sentence that says why not."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters import Guard, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.spot_penalty import rules
from zhijian.programmes.spot_penalty.models import SpotPenalty


def at_the_bank(matter: Matter, record: SpotPenalty, actor: Actor, facts: Any) -> Guard:
    """The bank's way is that of whoever did not pay on the spot."""
    if record.payment == SpotPenalty.Payment.CASH:
        return no(_("The money was taken on the spot: it is handed in by those who took it."), rules.HAND_IN_WITHIN)
    return ok()


def taken_on_the_spot(matter: Matter, record: SpotPenalty, actor: Actor, facts: Any) -> Guard:
    """Only money that was taken is handed in."""
    if record.payment != SpotPenalty.Payment.CASH:
        return no(_("No money was taken on the spot: the party pays at the bank."), rules.PAY_WITHIN)
    return ok()


def paid_plausibly(matter: Matter, record: SpotPenalty, actor: Actor, facts: Any) -> Guard:
    """Once, between the decision and today, and no more than had been added by then (Penalty Law art. 72)."""
    if record.paid_on is not None:
        return no(_("The fine was paid on %(day)s.") % {"day": record.paid_on})
    if facts is None:
        return ok()
    if not (day := _between(matter, facts.paid_on)):
        return day
    most = record.additional_on(facts.paid_on)
    if facts.additional > most:
        said = _("By that day ¥%(most)s had been added: no more than that can be paid.") % {"most": most}
        return no(said, rules.PERCENT)
    return ok()


def paid_whole(matter: Matter, record: SpotPenalty, actor: Actor, facts: Any) -> Guard:
    """What was added stays owed until it is paid: only with it nothing is open."""
    if facts is None or facts.additional == (added := record.additional_on(facts.paid_on)):
        return ok()
    said = _(
        "By that day ¥%(added)s had been added. Where less was paid, book it under “Paid, not all that was added”."
    )
    return no(said % {"added": added}, rules.PERCENT)


def paid_in_part(matter: Matter, record: SpotPenalty, actor: Actor, facts: Any) -> Guard:
    """The fine came late and without all that had been added by its day."""
    added = record.additional_on(facts.paid_on) if facts is not None else record.added_today
    if added <= 0:
        return no(_("Nothing had been added."), rules.PERCENT)
    if facts is not None and facts.additional >= added:
        return no(_("That is all that had been added: book it under “The fine is paid”."), rules.PERCENT)
    return ok()


def rest_owed(matter: Matter, record: SpotPenalty, actor: Actor, facts: Any) -> Guard:
    """A rest is paid where one is left, not before the fine and not after today."""
    if record.rest <= 0:
        return no(_("Nothing that was added is still owed."), rules.PERCENT)
    if facts is not None and facts.rest_on < record.paid_on:
        return no(_("The fine was paid on %(day)s: tell that day or a later one.") % {"day": record.paid_on})
    return ok() if facts is None else _between(matter, facts.rest_on)


def waivable(matter: Matter, record: SpotPenalty, actor: Actor, facts: Any) -> Guard:
    """What was added may be waived once the fine is paid, where the law of the place knows it.

    A rest that a review took away afterwards is closed in the same way.
    """
    if not rules.WAIVE.value(matter.day, False):
        return no(_("The law of this place knows no waiver of what was added."), rules.WAIVE)
    if record.paid_on is None:
        return no(_("First the fine itself is paid."), rules.WAIVE)
    if record.rest <= 0 and matter.closed is not None:
        return no(_("Nothing that was added is still owed."), rules.PERCENT)
    return ok()


def handed_plausibly(matter: Matter, record: SpotPenalty, actor: Actor, facts: Any) -> Guard:
    """Between the decision and today."""
    return ok() if facts is None else _between(matter, facts.handed_on)


def no_review_runs(matter: Matter, record: SpotPenalty, actor: Actor, facts: Any) -> Guard:
    """One after the other."""
    return no(_("A review or a law suit runs already.")) if record.under_review else ok()


def review_runs(matter: Matter, record: SpotPenalty, actor: Actor, facts: Any) -> Guard:
    """What ended had begun."""
    return ok() if record.under_review else no(_("No review and no law suit runs."))


def review_plausible(matter: Matter, record: SpotPenalty, actor: Actor, facts: Any) -> Guard:
    """Between the decision (or the end of the one before) and today."""
    if facts is None:
        return ok()
    ended = [until for _since, until in record.rests if until is not None]
    if ended and facts.since <= max(ended):
        return no(_("The one before ended on %(day)s: tell a later day.") % {"day": max(ended)})
    return _between(matter, facts.since)


def end_plausible(matter: Matter, record: SpotPenalty, actor: Actor, facts: Any) -> Guard:
    """Not before it began, not after today."""
    if facts is None or not record.pauses:
        return ok()
    since = record.rests[-1][0]
    if facts.until < since:
        return no(_("It began on %(day)s: tell that day or a later one.") % {"day": since})
    return _between(matter, facts.until)


def stands(matter: Matter, record: SpotPenalty, actor: Actor, facts: Any) -> Guard:
    """A decision is taken back once."""
    return no(_("The decision was withdrawn already.")) if record.reason else ok()


def refund_owed(matter: Matter, record: SpotPenalty, actor: Actor, facts: Any) -> Guard:
    """What was paid for a decision that was withdrawn goes back once, and not before."""
    if not record.refund_owed:
        return no(_("Nothing is owed back."))
    if facts is not None and record.withdrawn_on is not None and facts.refunded_on < record.withdrawn_on:
        said = _("The decision was withdrawn on %(day)s: tell that day or a later one.")
        return no(said % {"day": record.withdrawn_on})
    return ok() if facts is None else _between(matter, facts.refunded_on)


def in_doubt(matter: Matter, record: SpotPenalty, actor: Actor, facts: Any) -> Guard:
    """Only what is in doubt is looked at."""
    return ok() if matter.flags else no(_("Nothing about this penalty is in doubt."))


def no_helper_decided(matter: Matter, record: SpotPenalty, actor: Actor, facts: Any) -> Guard:
    """No look makes a helper's signature that of an officer: such a decision is withdrawn."""
    if any(flag["code"] == "helper_signed" for flag in matter.flags) and matter.state != "withdrawn":
        return no(_("A helper signed it as an officer: withdraw the decision."), rules.OFFICERS_MIN)
    return ok()


def _between(matter: Matter, day: dt.date) -> Guard:
    """A day from that of the decision to today."""
    first = calendar.legal_day(matter.opened)
    if day < first:
        return no(_("The decision is of %(day)s: tell that day or a later one.") % {"day": first})
    return no(_("That day is still to come.")) if day > matter.day else ok()
