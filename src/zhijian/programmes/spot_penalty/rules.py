"""The rules that a penalty on the spot needs, by name and meaning; what they are and since when stands in the pack.

The day that chooses the row is that of the decision. In a place that knows no such procedure they are absent, and the
field app offers nothing.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop as _

from zhijian.kernel.clock import Rule, calendar, clocks, rule
from zhijian.kernel.packs.rows import RuleRow
from zhijian.programmes.spot_penalty import citing, law
from zhijian.programmes.spot_penalty.law import Limits

CITIZEN = rule("spot_penalty.fine_citizen", _("The highest fine that may be decided on the spot against a citizen"))
ENTITY = rule("spot_penalty.fine_entity", _("The same against a legal person or another organisation"))
AS_CITIZEN = rule("spot_penalty.as_citizen", _("Which kinds of enterprises have the limit of a citizen"))
OFFICERS_MIN = rule("spot_penalty.officers_min", _("How many officers a penalty on the spot needs"))
GROUNDS = rule(
    "spot_penalty.grounds", _("What may be punished on the spot: provision that was broken, and its penalty")
)
CASH_MOST = rule("spot_penalty.cash_most", _("Up to which fine the money may be taken on the spot"))
CASH_GROUNDS = rule("spot_penalty.cash_grounds", _("On which grounds the money may be taken on the spot"))
PAY_AT = rule("spot_penalty.pay_at", _("Where a fine is paid"))
PUBLISHED = rule("spot_penalty.published", _("Whether a penalty decided on the spot is published"))
PERCENT = rule("spot_penalty.additional_percent", _("What part of the fine is added for each day of delay, in percent"))
WAIVE = rule("spot_penalty.waive", _("Whether what was added for delay may be waived"))
FILE_WITHIN = rule(
    "spot_penalty.file_within",
    _("By when a decision made on the spot is filed with the office"),
    label=_("Filing the decision"),
    starts="decided",
    stops="filed",
)
PAY_WITHIN = rule(
    "spot_penalty.pay_within",
    _("By when the fine is paid"),
    label=_("Payment of the fine"),
    starts="served",
    stops="paid",
    theirs=True,
)
HAND_IN_WITHIN = rule(
    "spot_penalty.hand_in_within",
    _("By when money that was taken on the spot is handed in"),
    label=_("Handing in the money"),
    starts="taken",
    stops="handed in",
)
REVIEW_WITHIN = rule("appeal.review_within", _("By when a party may ask for reconsideration"))
COURT_WITHIN = rule("appeal.court_within", _("By when a party may sue"))
REVIEW_FIRST = rule("spot_penalty.review_first", _("Whether reconsideration must be asked for before suing"))


def limits(day: dt.date) -> Limits | None:
    """The limits of a day; None in a place (or before a day) that knows no penalty on the spot."""
    citizen, entity = CITIZEN.maybe(day), ENTITY.maybe(day)
    if citizen is None or entity is None:
        return None
    return Limits(
        citizen=int(citizen.value),
        entity=int(entity.value),
        as_citizen=frozenset(AS_CITIZEN.value(day, [])),
        cash_most=int(CASH_MOST.value(day, 0)),
        cash_grounds=frozenset(CASH_GROUNDS.value(day, [])),
    )


def limit_rule(kind: str, day: dt.date) -> Rule:
    """The rule whose row is the limit for a party of that kind."""
    return CITIZEN if law.side_of(kind, AS_CITIZEN.value(day, [])) is law.Side.CITIZEN else ENTITY


def review_first(day: dt.date) -> RuleRow | None:
    """The rule's row where reconsideration comes first on a day; None where the party chooses."""
    row = REVIEW_FIRST.maybe(day)
    return row if row is not None and row.value else None


def ground_of(basis: str, day: dt.date) -> dict[str, Any] | None:
    """The row of the place's list whose article a decision names, as it stood on its day; None for any other."""
    rows = GROUNDS.value(day, [])
    n = citing.cited([one["basis"] for one in rows], basis)
    return dict(rows[n]) if n is not None else None


def officers_min(day: dt.date) -> int:
    """How many officers it needed on a day."""
    return int(OFFICERS_MIN.value(day, 1))


def percent(day: dt.date) -> Decimal:
    """The daily part of the fine that is added, in percent; 0 where the place adds nothing."""
    return Decimal(str(PERCENT.value(day, 0)))


def last_day_to_pay(served: dt.date) -> dt.date | None:
    """The last day for paying a fine whose decision was served on a day; None where the place sets no time."""
    row = PAY_WITHIN.maybe(served)
    return clocks.count(row, calendar.start_of(served)).due if row is not None else None


def article(of: Rule, day: dt.date) -> str:
    """Law and article of a rule on a day, as they stand in the pack."""
    row = of.maybe(day)
    return f"{row.basis} {row.article}".strip() if row is not None else ""


def for_phone(day: dt.date) -> dict[str, Any] | None:
    """What the phone must know to decide offline; None where there is no penalty on the spot."""
    of = limits(day)
    if of is None:
        return None
    pay, taken = PAY_WITHIN.maybe(day), CASH_MOST.maybe(day)
    return {
        "citizen": _limit(CITIZEN, day),
        "entity": _limit(ENTITY, day),
        "as_citizen": {"kinds": sorted(of.as_citizen), **_ground(AS_CITIZEN, day)},
        "officers": officers_min(day),
        "grounds": [dict(one) for one in GROUNDS.value(day, [])],
        "cash": {"most": of.cash_most, "grounds": sorted(of.cash_grounds), **_ground(CASH_MOST, day)}
        if taken
        else None,
        "pay": {"days": pay.limit.n if pay and pay.limit else None, "at": str(PAY_AT.value(day, ""))},
    }


def _limit(of: Rule, day: dt.date) -> dict[str, Any]:
    return {"most": int(of.on(day).value), **_ground(of, day)}


def _ground(of: Rule, day: dt.date) -> dict[str, Any]:
    row = of.maybe(day)
    return {"basis": article(of, day), "unverified": row is not None and row.unverified}
