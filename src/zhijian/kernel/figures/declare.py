"""The declaration of a figure: code, title, unit, official definition, and the function that returns its records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.utils.functional import Promise

from zhijian.kernel.accounts.roles import READING_ROLES, Role

Text: TypeAlias = str | Promise
Select: TypeAlias = Callable[[Any, Any, Any], Any]


@dataclass(frozen=True)
class Figure:
    """A number that can be opened.

    `select(t, period, area)` returns the records as an Ibis table with the columns `id` and `area`. The number is how
    many different values of `count` they hold, or the sum of the column `sum`, or the ratio of two other figures. A
    ratio whose unit is "%" is shown in hundredths. `good` says which way is good ("less" or "more"): its page then
    shows the year before beside it. `roles` are those to whom it is there at all.
    """

    code: str
    title: Text
    unit: Text
    definition: Text
    count: str = "id"
    sum: str = ""
    ratio: tuple[str, str] | None = None
    select: Select | None = None
    places: int = 0
    roles: frozenset[Role] = READING_ROLES
    good: str = ""

    @property
    def percent(self) -> bool:
        """Whether a ratio is shown in hundredths."""
        return str(self.unit) == "%"

    @property
    def module(self) -> str:
        """Where it is declared; a ratio, where the first of its figures is."""
        return self.select.__module__ if self.ratio is None else _figures[self.ratio[0]].module


_figures: dict[str, Figure] = {}


def figure(
    code: str,
    title: Text,
    *,
    unit: Text,
    definition: Text,
    count: str = "id",
    sum: str = "",
    ratio: tuple[str, str] | None = None,
    places: int | None = None,
    roles: frozenset[Role] = READING_ROLES,
    good: str = "",
) -> Callable[[Select], Figure]:
    """Declare a figure over the function below it; a ratio of two figures stands by itself, without a function.

    `places` are the decimals of a ratio (1 for "%", otherwise 2).
    """
    if places is None:
        places = 0 if ratio is None else 1 if str(unit) == "%" else 2

    def declare(select: Select | None) -> Figure:
        if code in _figures and _figures[code].title != title:
            raise ValueError(f"two figures are called {code}")
        made = Figure(code, title, unit, definition, count, sum, ratio, select, places, roles, good)
        _figures[code] = made
        return made

    if ratio is not None:
        declare(None)
    return declare


def declared() -> Mapping[str, Figure]:
    """Every figure of the programmes and of the kernel, by code."""
    from zhijian.kernel.matters.catalogue import KERNEL, furniture

    furniture("figures")
    furniture("figures", KERNEL)
    return _figures
