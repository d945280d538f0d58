"""When a step of a return pledge is open, and the sentence that says why not."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.matters import Guard, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.returns import rules
from zhijian.programmes.returns.models import ReturnPledge

OPEN = ("offered", "sent_back", "in_force")


def has_a_shop(matter: Matter, record: Any, actor: Actor, told: Any) -> Guard:
    """A pledge hangs on a door: of a chain each shop gives its own."""
    if matter.premises_id is None:
        return no(_("Choose the shop: a pledge is given for one shop, and its sign hangs there."))
    if matter.premises is not None and matter.premises.status == "closed":
        return no(_("This shop is closed down."))
    return ok()


def one_at_a_time(matter: Matter, record: Any, actor: Actor, told: Any) -> Guard:
    """One pledge of a shop is open. Whoever pledges holds the shop's row, so that two at once are told one by one."""
    if told is not None:
        Premises.objects.select_for_update(of=("self",)).only("pk").filter(pk=matter.premises_id).first()
    rows = Matter.objects.filter(premises=matter.premises_id, kind="return_pledge", state__in=OPEN)
    if matter.premises_id is not None and rows.exclude(pk=matter.pk).exists():
        return no(_("This shop has a pledge already: change that one."))
    return ok()


def within_the_rules(matter: Matter, record: Any, actor: Actor, told: Any) -> Guard:
    """Not fewer days, no later refund and no longer than the rules of the place say; and a day that is to come."""
    if told is None:
        return ok()
    day = matter.day
    least, refund, longest = (rules.number(one, day) for one in (rules.DAYS_LEAST, rules.REFUND_MOST, rules.VALID_MOST))
    if least is not None and told.days < least:
        return no(_("A pledge gives at least %(n)s days.") % {"n": least}, rules.DAYS_LEAST)
    if refund is not None and told.refund_days > refund:
        return no(_("The money is back within %(n)s days at the latest.") % {"n": refund}, rules.REFUND_MOST)
    if told.valid_until <= day:
        return no(_("Name a day that is still to come."))
    if longest is not None and told.valid_until > day + dt.timedelta(days=longest):
        last = day + dt.timedelta(days=longest)
        return no(_("At most until %(day)s.") % {"day": last}, rules.VALID_MOST)
    return ok()


def something_changes(matter: Matter, record: ReturnPledge, actor: Actor, told: Any) -> Guard:
    """Other terms than those that were declared last."""
    if told is not None and rules.words_of(told) == rules.words_of(record):
        return no(_("These are the terms that hold already."))
    return ok()


def still_valid(matter: Matter, record: ReturnPledge, actor: Actor, told: Any) -> Guard:
    """A pledge whose day is over is given anew."""
    return ok() if record.valid_until >= matter.day else no(_("Its last day is over: the shop pledges anew."))


def was_accepted(matter: Matter, record: ReturnPledge, actor: Actor, told: Any) -> Guard:
    """What was never in force is pledged anew."""
    return ok() if record.accepted_on is not None else no(_("It was never in force: the shop pledges anew."))


def is_asked(matter: Matter, record: ReturnPledge, actor: Actor, told: Any) -> Guard:
    """Only where the office was asked."""
    return ok() if record.asked else no(_("It was not broken so often that this is asked."), rules.BROKEN_MOST)
