"""The rules that stations need, and the arithmetic of a rating: pure, so that the public page can show each number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.clock import rule
from zhijian.kernel.clock.declared import Rule
from zhijian.programmes.stations.models import StationSort

SETTLE_WITHIN = rule(
    "stations.settle_within", _("How long a dispute lies with a service station before it goes up again"),
    label=_("Settlement by the service station"), starts="sent", stops="settled or gone up again", theirs=True,
)  # fmt: skip
ODR_WITHIN = rule(
    "stations.odr_within", _("How long a dispute lies with an ODR enterprise before it goes up again"),
    label=_("Settlement by the ODR enterprise"), starts="sent", stops="settled or gone up again", theirs=True,
)  # fmt: skip
STANDARD = rule("stations.standard", _("The items of the standard of a service station, and the points of each"))
ODR_STANDARD = rule(
    "stations.odr_standard", _("The items of the standard of an ODR enterprise, and the points of each")
)
PASS_MARK = rule("stations.pass_mark", _("How many points a station needs to be approved"))
WEIGHTS = rule("stations.rating_weights", _("What each part of a station's yearly rating weighs, in hundredths"))
GRADES = rule("stations.rating_grades", _("From which score on a year's rating is A, B or C"))

PARTS = {
    "settled": _("Disputes settled, of those that were sent to it and are over"),
    "in_time": _("Disputes dealt with in time, of those that were sent to it and are over"),
    "log": _("Months with an entry in its log, of the months in which it was in force"),
    "standard": _("Points of the standard, of all there are"),
}


def within(sort: str) -> Rule:
    """Whose clock runs while a dispute lies there."""
    return ODR_WITHIN if sort == StationSort.ODR else SETTLE_WITHIN


def standard(sort: str, day: dt.date) -> dict[str, int]:
    """The items of the standard of that day and the points of each; empty where the place has none."""
    of = ODR_STANDARD if sort == StationSort.ODR else STANDARD
    return {str(what): int(most) for what, most in dict(of.value(day, {})).items()}


def pass_mark(day: dt.date) -> int:
    """How many points are needed that day."""
    return int(PASS_MARK.value(day, 0))


@dataclass(frozen=True)
class Part:
    """One part of a rating: how much there is of how much, and what it weighs. Nothing to count weighs nothing."""

    part: str
    have: int
    of: int
    weight: Decimal

    @property
    def counts(self) -> bool:
        return self.of > 0

    @property
    def points(self) -> Decimal:
        """What it adds before the others' weight is known."""
        return self.weight * self.have / self.of if self.counts else Decimal(0)


def weights(day: dt.date) -> dict[str, Decimal]:
    """What each part weighs that day."""
    given: Mapping[str, object] = dict(WEIGHTS.value(day, {}))
    return {part: Decimal(str(given[part])) for part in PARTS if part in given}


def score(parts: Sequence[Part]) -> Decimal | None:
    """The points of the parts that can be counted, of a hundred; None where none can.

    >>> score([Part("settled", 9, 10, Decimal(60)), Part("log", 6, 12, Decimal(40))])
    Decimal('74.0')
    >>> score([Part("settled", 0, 0, Decimal(60)), Part("log", 6, 12, Decimal(40))])
    Decimal('50.0')
    """
    counted = [one for one in parts if one.counts]
    whole = sum((one.weight for one in counted), Decimal(0))
    if not whole:
        return None
    made = sum((one.points for one in counted), Decimal(0))
    return (made * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def grade(points: Decimal, day: dt.date) -> str:
    """The grade of a score: the best whose mark it reaches, else D."""
    marks = sorted(
        ((Decimal(str(mark)), str(name)) for name, mark in dict(GRADES.value(day, {})).items()), reverse=True
    )
    return next((name for mark, name in marks if points >= mark), "D")
