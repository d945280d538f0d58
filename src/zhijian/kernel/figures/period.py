"""A period of local days, both ends included."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


def _today() -> dt.date:
    from zhijian.kernel.clock import calendar

    return calendar.today()


def _month(day: dt.date, by: int = 0) -> dt.date:
    """The first day of the month that lies `by` months from `day`'s."""
    months = day.year * 12 + day.month - 1 + by
    return dt.date(months // 12, months % 12 + 1, 1)


def _earlier(day: dt.date) -> dt.date:
    """The same day of the year before."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


@dataclass(frozen=True)
class Period:
    """From `start` to `end`. `today` is the day as of which things are late: fixed in tests."""

    start: dt.date
    end: dt.date
    today: dt.date = field(default_factory=_today)
    do_not_call_in_templates: ClassVar[bool] = True  # Django's templates call whatever can be called

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("a period ends after it begins")

    def __call__(self, column: Any) -> Any:
        """Whether a DATE column lies in it."""
        return column.between(self.start, self.end)

    @property
    def as_of(self) -> dt.date:
        """The day that "at the end of the period" means: its last day, or today while it lasts."""
        return min(self.end, self.today)

    @property
    def year_before(self) -> Period:
        """The same days a year earlier; of 29 February the 28th."""
        return Period(_earlier(self.start), _earlier(self.end), self.today)

    def over(self, column: Any) -> Any:
        """Whether a last day lies in the period and has passed, so that it can be judged."""
        return self(column) & (column < self.today)

    @classmethod
    def named(cls, name: str, today: dt.date | None = None) -> Period:
        """One of `NAMES`. Raises KeyError."""
        today = today or _today()
        quarter = _month(today, -((today.month - 1) % 3))
        starts = {
            "this_month": (_month(today), today),
            "last_month": (_month(today, -1), _month(today) - dt.timedelta(days=1)),
            "this_quarter": (quarter, today),
            "this_year": (dt.date(today.year, 1, 1), today),
            "last_year": (dt.date(today.year - 1, 1, 1), dt.date(today.year - 1, 12, 31)),
        }
        return cls(*starts[name], today=today)


NAMES: dict[str, Promise] = {
    "this_month": _("This month"),
    "last_month": _("Last month"),
    "this_quarter": _("This quarter"),
    "this_year": _("This year"),
    "last_year": _("Last year"),
}
