"""The law's arithmetic of a penalty on the spot. Pure: no Django, no I/O; the values come from the pack's rows.

The field app reckons alike (`web/field/src/penalty.ts`); `tests/fixtures/spot_penalty.json` holds both sides to it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

CENT = Decimal("0.01")
DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")
HIGHEST = 10**12


class Side(StrEnum):
    """Whose limit holds (Penalty Law art. 51): a citizen's, or that of a legal person or another organisation."""

    CITIZEN = "citizen"
    ENTITY = "entity"


class Heard(StrEnum):
    """What became of the statement and defence (Penalty Law art. 45: it must be heard, and adopted where it holds)."""

    NONE = "none"
    ADOPTED = "adopted"
    DECLINED = "declined"


class Payment(StrEnum):
    """How the fine is paid: not at all (a warning), at the bank within its time, or collected on the spot."""

    NONE = "none"
    BANK = "bank"
    CASH = "cash"


class Ground(StrEnum):
    """Why money may be taken on the spot (Penalty Law arts. 68, 69)."""

    SMALL = "small"
    HARD = "hard"
    REMOTE = "remote"


@dataclass(frozen=True)
class Limits:
    """The values of a day: the most for either side, whose kinds count as citizens, what may be taken in cash."""

    citizen: int
    entity: int
    as_citizen: frozenset[str] = frozenset()
    cash_most: int = 0
    cash_grounds: frozenset[str] = frozenset()


def side_of(kind: str, as_citizen: Collection[str]) -> Side:
    """Whose limit holds for a party of that kind. One whose kind nobody knows gets the lower limit, as a citizen."""
    return Side.CITIZEN if not kind or kind in as_citizen else Side.ENTITY


def most_for(kind: str, limits: Limits) -> int:
    """The highest fine that may be decided on the spot, in whole yuan."""
    return limits.citizen if side_of(kind, limits.as_citizen) is Side.CITIZEN else limits.entity


def within(fine: Decimal | int, kind: str, limits: Limits) -> bool:
    """Whether the fine may be decided on the spot; “up to” includes the limit (Penalty Procedure Rules art. 84)."""
    return 0 <= fine <= most_for(kind, limits)


def cash_allowed(fine: Decimal | int, ground: str, limits: Limits) -> bool:
    """Whether the officers may take the money: for a small fine, or on another ground that the place knows."""
    if fine <= 0 or ground not in limits.cash_grounds:
        return False
    return fine <= limits.cash_most if ground == Ground.SMALL else True


def days_late(due: dt.date, until: dt.date, pauses: Iterable[tuple[dt.date, dt.date | None]] = ()) -> int:
    """The days after `due` up to and with `until`, but those of a review or a law suit (Penalty Law art. 73).

    A pause holds from its first to its last day, both included; None: it still runs.
    """
    rest = [(first, min(last or until, until)) for first, last in pauses]
    days = (due + dt.timedelta(days=n) for n in range(1, (until - due).days + 1))
    return sum(not any(first <= day <= last for first, last in rest) for day in days)


def additional(fine: Decimal, percent: Decimal, late: int) -> Decimal:
    """The additional fine after so many days: a share of the fine for each, never above the fine itself (art. 72)."""
    if late <= 0 or fine <= 0:
        return Decimal(0).quantize(CENT)
    grown = (fine * percent / 100 * late).quantize(CENT, rounding=ROUND_HALF_UP)
    return min(grown, fine.quantize(CENT))


def yuan(amount: Decimal) -> str:
    """An amount as pages show it: without cents where there are none."""
    return f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"


def capital(amount: int) -> str:
    """Whole yuan in the capital figures of banks and courts: 叁佰元整. Raises ValueError for what is no such amount."""
    if amount < 0 or amount >= HIGHEST:
        raise ValueError(f"no amount to be written in words: {amount}")
    if amount == 0:
        return DIGITS[0] + "元整"
    said, zero, n = "", False, 0
    while amount:
        amount, group = divmod(amount, 10_000)
        if group:
            said = _group(group) + GROUPS[n] + (DIGITS[0] if zero and said else "") + said
            zero = group < 1000
        else:
            zero = bool(said)
        n += 1
    return said + "元整"


def _group(n: int) -> str:
    """Up to four digits: 2030 is 贰仟零叁拾."""
    said, zero = "", False
    for place in range(3, -1, -1):
        digit = n // 10**place % 10
        if digit == 0:
            zero = bool(said)
            continue
        said += (DIGITS[0] if zero else "") + DIGITS[digit] + PLACES[place]
        zero = False
    return said
