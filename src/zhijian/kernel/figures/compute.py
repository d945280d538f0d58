"""Computing a figure: its number, its records, its areas, and how much of it the viewer is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from zhijian.kernel.accounts.actor import SYSTEM, Actor, subtree
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import current_actor, scoped
from zhijian.kernel.figures.declare import Figure, Select, declared
from zhijian.kernel.figures.engines import Engine, Live, compile_for, compiled, number
from zhijian.kernel.figures.period import Period
from zhijian.kernel.figures.tables import Tables

Number = int | Decimal
NOTHING = "—"
# Who may know how many records there are beyond those that he may open.
TOTALS = frozenset({Role.HEAD, Role.SECTION, Role.LEADER, Role.AUDITOR, Role.ADMIN, Role.DISPATCHER})


@dataclass(frozen=True)
class Area:
    """`area` in a figure: the chosen area and the viewer's own ranges (None: all), as constants, on every engine."""

    code: str
    ranges: tuple[tuple[str, str], ...] | None

    def __call__(self, column: Any) -> Any:
        """Whether a column of area codes lies in it."""
        import ibis

        low, high = subtree(self.code) if self.code else ("", "~")
        chosen = (column >= low) & (column < high)
        if self.ranges is None:
            return chosen
        mine = [(column >= a) & (column < b) for a, b in self.ranges]
        return chosen & reduce(or_, mine) if mine else ibis.literal(False)


@dataclass(frozen=True)
class Value:
    """A figure's number. `number` None: there is nothing to divide by. `withheld` None: not the viewer's to know."""

    figure: Figure
    number: Number | None
    withheld: int | None = None
    parts: tuple[Number, Number] | None = None

    @property
    def text(self) -> str:
        """As people read it: 1,234 or 87.5 or —; the unit stands apart."""
        if self.number is None:
            return NOTHING
        return f"{self.number:,.{self.figure.places}f}" if self.figure.ratio else f"{self.number:,}"


def divide(above: Number, below: Number, places: int, percent: bool = False) -> Decimal | None:
    """Two exact numbers, divided once and rounded half up to `places` decimals; None for a zero below."""
    if below == 0:
        return None
    exact = Fraction(above) / Fraction(below) * (100 if percent else 1) * 10**places
    whole = (abs(exact) + Fraction(1, 2)).__floor__()
    return Decimal(whole if exact >= 0 else -whole).scaleb(-places)


def seen_by(viewer: Actor) -> AbstractContextManager[Any]:
    """The viewer's scope; nothing to do where it is open already, as in his own request."""
    return nullcontext() if current_actor() == viewer else scoped(viewer)


def _area(code: str, viewer: Actor) -> Area:
    return Area(code, None if viewer.kind == "system" else tuple(viewer.scopes()))


def records_of(figure: Figure, period: Period, area: str, viewer: Actor) -> Any:
    """What the figure counts, as an Ibis table of records. Raises ValueError for a ratio."""
    if figure.select is None:
        raise ValueError(f"{figure.code} is a ratio: its records are those of its two figures")
    return figure.select(Tables(), period, _area(area, viewer))


def _measure(count: str, total: str, records: Any) -> Any:
    """The number as an expression over the records: a sum of the column `total`, else how many of `count`."""
    if total:
        return records[total].sum()
    # `id` is different in every record (a test sees to it): counting rows is several times cheaper than distinct ids.
    return records.count() if count == "id" else records[count].nunique()


def value(
    figure: Figure,
    period: Period,
    area: str,
    viewer: Actor,
    engine: Engine | None = None,
    known: dict[str, Number] | None = None,
) -> Value:
    """The number that `viewer` sees for `area` ("" is everything), and how much is withheld from him.

    `known` keeps numbers between calls with the same period, area and viewer: ratios need those of other figures again.
    """
    engine, known = engine or Live(), {} if known is None else known
    if figure.ratio is not None:
        above, below = (declared()[code] for code in figure.ratio)
        a, b = (_once(one, period, area, viewer, engine, known) for one in (above, below))
        return Value(figure, divide(a, b, figure.places, figure.percent), parts=(a, b))
    shown = _once(figure, period, area, viewer, engine, known)
    return Value(figure, shown, withheld(figure, period, area, viewer, shown, engine))


def _once(figure: Figure, period: Period, area: str, viewer: Actor, engine: Engine, known: dict[str, Number]) -> Number:
    if figure.code not in known:
        known[figure.code] = _number(figure, period, area, viewer, engine)
    return known[figure.code]


def _number(figure: Figure, period: Period, area: str, viewer: Actor, engine: Engine) -> Number:
    if figure.select is None:
        raise ValueError(f"{figure.code} is a ratio: it has no number of its own")
    sql = _number_sql(figure.select, figure.count, figure.sum, period, _area(area, viewer), engine.dialect)
    with seen_by(viewer):
        return number(engine.rows(sql)[0][0])


@lru_cache(maxsize=2048)
def _number_sql(select: Select, count: str, total: str, period: Period, area: Area, dialect: str) -> str:
    """The number's SQL. A figure is a pure function of period and area, and to compile one takes some 20 ms: a page of
    all figures was two seconds of that each time."""
    return compiled(_measure(count, total, select(Tables(), period, area)), dialect)


def may_know_totals(viewer: Actor) -> bool:
    """Whether somebody may know how much there is beyond what he may open."""
    return viewer.kind == "system" or bool(viewer.roles_at() & TOTALS)


def withheld(
    figure: Figure, period: Period, area: str, viewer: Actor, shown: Number, engine: Engine | None = None
) -> int | None:
    """ "n not shown to you": shown and withheld add up to the whole. None where the viewer may not know the whole.

    The one place that counts outside the viewer's scope, and a number is all that leaves it. Sums don't say how much
    is withheld: of a sum the difference would be a fact about somebody.
    """
    if figure.sum or not may_know_totals(viewer):
        return None
    if viewer.kind == "system" or any(low <= area and subtree(area)[1] <= high for low, high in viewer.scopes()):
        return 0
    return int(_number(figure, period, area, SYSTEM, engine or Live()) - shown)


def by_area(
    figure: Figure, period: Period, areas: Sequence[str], viewer: Actor, engine: Engine | None = None
) -> dict[str, Value]:
    """The figure for each of several areas that don't overlap, in one query (two for a ratio)."""
    engine = engine or Live()
    if figure.ratio is not None:
        above, below = (by_area(declared()[code], period, areas, viewer, engine) for code in figure.ratio)
        return {
            code: Value(figure, divide(_n(above[code]), _n(below[code]), figure.places, figure.percent),
                        parts=(_n(above[code]), _n(below[code])))
            for code in areas
        }  # fmt: skip
    found = _grouped(figure, period, areas, viewer, engine) if areas else {}
    return {code: Value(figure, found.get(code, 0)) for code in areas}


def _n(value: Value) -> Number:
    return value.number if value.number is not None else 0


def _grouped(figure: Figure, period: Period, areas: Sequence[str], viewer: Actor, engine: Engine) -> dict[str, Number]:
    import ibis

    with seen_by(viewer):
        records = records_of(figure, period, "", viewer)
        where = [((records.area >= code) & (records.area < subtree(code)[1]), code) for code in areas]
        placed = records.mutate(place=ibis.cases(*where, else_=""))
        measured = placed.group_by("place").aggregate(n=_measure(figure.count, figure.sum, placed))
        return {place: number(n) for place, n in engine.rows(compile_for(engine, measured)) if place}
