"""What an estimate of a day on the road goes by; the numbers are the place's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.utils.translation import gettext_noop as _

from zhijian.kernel.clock import rule

DETOUR = rule("routing.detour", _("How much longer roads are than the straight line, in per cent of it"))
SPEED = rule("routing.speed", _("How fast one gets through the place, in km/h"))
HOURS = rule("routing.hours", _("From when to when visits are made"))
VISIT = rule("routing.visit_minutes", _("How many minutes a visit takes, in the estimate of a day"))
AGAIN = rule("routing.recheck_minutes", _("How many minutes a re-check takes, in the estimate of a day"))


@dataclass(frozen=True)
class Pace:
    """The place's numbers on a day: per cent, km/h, minutes; hours in seconds after midnight."""

    detour: int
    speed: int
    begins: int
    ends: int
    visit: int
    again: int

    def as_json(self) -> dict[str, int]:
        """For the phone, whose estimate goes by the same."""
        return dict(vars(self))


def pace(day: date) -> Pace:
    """What holds on a day. A place that sets nothing gets a plain town's day."""
    begins, ends = (_seconds(one) for one in HOURS.value(day, ["08:30", "17:30"]))
    numbers = [int(of.value(day, usual)) for of, usual in ((DETOUR, 130), (SPEED, 25), (VISIT, 45), (AGAIN, 20))]
    detour, speed, visit, again = numbers
    return Pace(detour, speed, begins, ends, visit, again)


def _seconds(of: Any) -> int:
    at = time.fromisoformat(str(of))
    return at.hour * 3600 + at.minute * 60
