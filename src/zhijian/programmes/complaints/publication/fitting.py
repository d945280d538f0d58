"""Whether a complaint is counted in public: what it must be, by the rules of the day on which it ended."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters import Guard, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.complaints.models import Item, Line, Link, Outcome
from zhijian.programmes.complaints.publication import rules

OPEN = ("waiting", "objected", "shown")
NEEDED = ("meant", "outcome", "unreasonable_sure", "consent_publish", "secret", "result", "category")


def fits(of: Matter, item: Item, day: dt.date) -> bool:
    """A confirmed shop, an outcome of the rule, nothing secret and nothing that was found without ground."""
    known = item.meant == Link.CONFIRMED and of.entity_id is not None
    agreed = item.consent_publish or not rules.CONSENT.value(day, False)
    real = item.outcome != Outcome.UNREASONABLE and item.unreasonable_sure_id is None
    return known and real and agreed and not item.secret and rules.publishes(item.result, day)


def has_line(of: Matter) -> bool:
    """Whether a line of the complaint is open: there is never more than one."""
    return Line.objects.filter(of=of, matter__state__in=OPEN).exists()


def still_holds(matter: Matter, record: Line, actor: Actor, told: Any) -> Guard:
    """Only while the complaint is over as it was, and about this shop."""
    of = record.of
    item = Item.objects.only(*NEEDED).get(pk=of.pk)
    same = of.closed is not None and (of.entity_id, of.premises_id) == (matter.entity_id, matter.premises_id)
    if not same or not fits(of, item, calendar.legal_day(of.closed)) or has_line(of):
        return no(_("The complaint is handled again, is about another shop, or is not of those that are published."))
    return ok()
