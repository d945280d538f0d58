"""The demo city's penalties on the spot: decided at its visits; here is what the desk made of them since.

The decisions come with the visits' records, through the phone's door. Older ones are filed and paid as of their own
days; of the last weeks some wait for the clerk, and one was not paid in time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor, actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.packs import stack
from zhijian.programmes.spot_penalty.flow import SPOT_PENALTY
from zhijian.programmes.spot_penalty.models import SpotPenalty

LATER = True  # the decisions are made at visits, whose demo comes first
FILED_AFTER, PAID_AFTER, HANDED_AFTER = 4, 6, 1  # working days
Say = Callable[[str], None]


def plant(scale: float, say: Say) -> None:
    """File and settle what is old enough, once; nothing in a place that punishes nobody on the spot."""
    plan = stack().table("demo").get("penalty", {})
    with scoped(SYSTEM):
        rows = list(SpotPenalty.objects.select_related("matter").order_by("matter__opened"))
        done = any(one.filed_on or one.paid_on or one.handed_on for one in rows)
        person = Person.objects.filter(username=plan.get("clerk", "")).first()
    if done or not rows or person is None:
        return
    for n, one in enumerate(rows):
        _settle(one, n, actor_of(person))
    say(f"penalties on the spot: {len(rows)} decisions, filed and settled as far as they are old enough")


def _settle(one: SpotPenalty, n: int, clerk: Actor) -> None:
    """What the clerk did about one: files it, books its payment; every sixth fine is still unpaid."""
    number = f"{n + 1:04d}"
    who = clerk if one.matter.area.startswith(tuple(post.area for post in clerk.posts)) else SYSTEM
    if one.payment == SpotPenalty.Payment.CASH:
        _later(one.matter, "hand_in", HANDED_AFTER, who, voucher=f"缴（演示）{number}", day="handed_on")
    _later(one.matter, "file", FILED_AFTER, who, note="")
    if one.payment == SpotPenalty.Payment.BANK and n % 6 != 5:
        _later(one.matter, "pay", PAID_AFTER, who, receipt=f"鲁非税（演示）{number}", day="paid_on")


def _later(matter: Matter, verb: str, days: int, who: Actor, *, day: str = "", **facts: Any) -> None:
    """The step so many working days after the decision, as of that moment; not yet where that is still to come."""
    on = calendar.add_working_days(calendar.legal_day(matter.opened), days)[0]
    at = dt.datetime.combine(on, dt.time(10, 15), calendar.zone())
    if on >= calendar.today():
        return
    with when.as_of(at), scoped(SYSTEM):
        state = Matter.objects.values_list("state", flat=True).get(pk=matter.pk)
        if SPOT_PENALTY.find(verb, state, on) is not None:
            told: dict[str, Any] = {**facts, **({day: on} if day else {})}
            perform(matter, verb, who, at=at, **told)
