"""The law's arithmetic, held with the field app to one fixture, and by properties that no table of examples shows."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijian.kernel.packs.loader import Stack
from zhijian.programmes.spot_penalty import citing, law
from zhijian.programmes.spot_penalty.law import Limits, Side

SHARED = json.loads((Path(__file__).parents[2] / "fixtures/spot_penalty.json").read_text(encoding="utf-8"))
RULES = SHARED["rules"]
LIMITS = Limits(
    RULES["citizen"], RULES["entity"], frozenset(RULES["as_citizen"]), RULES["cash_most"],
    frozenset(RULES["cash_grounds"]),
)  # fmt: skip
DAY = dt.date(2026, 3, 2)
DIGITS = {digit: n for n, digit in enumerate(law.DIGITS)}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}
yuan = st.integers(0, 10**12 - 1)
fines = st.decimals("0.01", "100000", places=2)
percents = st.decimals("0", "10", places=1)


def test_the_phone_and_the_server_reckon_alike() -> None:
    for amount, words in SHARED["capital"]:
        assert law.capital(amount) == words
    for kind, fine, allowed in SHARED["limits"]:
        assert law.within(fine, kind, LIMITS) is allowed, (kind, fine)
    for fine, ground, allowed in SHARED["cash"]:
        assert law.cash_allowed(fine, ground, LIMITS) is allowed, (fine, ground)
    for basis, ground in SHARED["cited"]:
        assert citing.cited(SHARED["grounds"], basis) == ground, basis


def spoken(words: str) -> int:
    """An amount in capital figures, read back by its own rules."""
    whole, group, digit = 0, 0, 0
    for sign in words.removesuffix("元整"):
        if sign in DIGITS:
            digit = DIGITS[sign]
        elif sign in PLACES:
            group, digit = group + digit * PLACES[sign], 0
        else:
            whole, group, digit = (whole + group + digit) * (10**4 if sign == "万" else 10**8), 0, 0
    return whole + group + digit


@given(yuan)
def test_an_amount_in_words_is_that_amount(amount: int) -> None:
    head, tail = divmod(amount, 10**8)
    said = law.capital(amount)
    if head and tail:
        front, back = said.split("亿")
        assert spoken(front) * 10**8 + spoken(back) == amount
    else:
        assert spoken(said) == amount
    assert ("零零" not in said and not said.startswith("零")) or amount == 0


@pytest.mark.parametrize("amount", [-1, 10**12])
def test_what_is_no_amount_is_not_written_in_words(amount: int) -> None:
    with pytest.raises(ValueError, match="no amount"):
        law.capital(amount)


@given(st.integers(0, 10_000), st.sampled_from(["", "9500", "1100", "other"]))
def test_who_may_be_fined_more_may_be_fined_less(fine: int, kind: str) -> None:
    if law.within(fine, kind, LIMITS):
        assert all(law.within(less, kind, LIMITS) for less in {0, fine // 2, fine})
    assert law.within(fine, "", LIMITS) <= law.within(fine, kind, LIMITS), "an unknown party has the lower limit"


def test_whose_limit_is_a_row_of_the_pack() -> None:
    assert law.side_of("9500", {"9500"}) is Side.CITIZEN
    assert law.side_of("9500", ()) is Side.ENTITY, "a bureau that says otherwise has the other limit"
    assert law.side_of("", ()) is Side.CITIZEN


@given(st.integers(-10, 5000), st.sampled_from(["", "small", "hard", "remote"]))
def test_money_is_taken_on_a_ground_only(fine: int, ground: str) -> None:
    allowed = law.cash_allowed(fine, ground, LIMITS)
    assert not (allowed and (fine <= 0 or ground not in LIMITS.cash_grounds))
    assert not (allowed and ground == "small" and fine > LIMITS.cash_most)


@given(fines, percents, st.integers(-5, 400))
def test_what_is_added_grows_and_never_passes_the_fine(fine: Decimal, percent: Decimal, late: int) -> None:
    added, more = law.additional(fine, percent, late), law.additional(fine, percent, late + 1)
    assert 0 <= added <= more <= fine
    assert isinstance(added, Decimal) and added == added.quantize(law.CENT)
    assert late > 0 or added == 0


def test_three_percent_a_day_reach_the_fine_on_the_34th_day() -> None:
    of = [law.additional(Decimal(200), Decimal(3), late) for late in (1, 10, 33, 34, 100)]
    assert of == [Decimal("6.00"), Decimal("60.00"), Decimal("198.00"), Decimal("200.00"), Decimal("200.00")]


@given(st.integers(0, 120), st.integers(0, 120), st.integers(0, 120))
def test_the_days_of_a_review_do_not_count(late: int, first: int, length: int) -> None:
    until = DAY + dt.timedelta(days=late)
    since = DAY + dt.timedelta(days=first)
    pause = (since, since + dt.timedelta(days=length))
    plain, rested = law.days_late(DAY, until), law.days_late(DAY, until, [pause])
    inside = sum(pause[0] <= DAY + dt.timedelta(days=n) <= pause[1] for n in range(1, late + 1))
    assert (plain, rested) == (late, late - inside)
    assert law.days_late(DAY, until, [(since, None)]) == max(0, min(late, first - 1) if first else 0)
    assert law.days_late(DAY, until, [pause, pause]) == rested, "a day is left out once"


def test_the_limits_of_the_law_by_the_day_of_the_decision() -> None:
    """Penalty Law of 2021, in force since 2021-07-15: 200 and 3,000 yuan; before it 50 and 1,000, from knowledge."""
    lines = Stack.read("cn_zibo").timelines
    citizen, entity = lines["spot_penalty.fine_citizen"], lines["spot_penalty.fine_entity"]
    old, new = dt.date(2021, 7, 14), dt.date(2021, 7, 15)
    rows = [(citizen.shipped(day), entity.shipped(day)) for day in (old, new)]
    assert [(c.value, e.value, c.verified) for c, e in rows if c and e] == [(50, 1000, "K"), (200, 3000, "V")]
    cash = lines["spot_penalty.cash_most"]
    assert (cash.shipped(old).value, cash.shipped(new).value) == (20, 100)  # type: ignore[union-attr]
    household = lines["spot_penalty.as_citizen"].shipped(new)
    assert household is not None and household.local and household.verified == "K"
    assert lines["spot_penalty.published"].shipped(dt.date(2025, 12, 25)).value is False  # type: ignore[union-attr]


def test_chicago_knows_no_penalty_on_the_spot() -> None:
    lines = Stack.read("us_chicago").timelines
    rows = [row for name, line in lines.items() if name.startswith("spot_penalty.") for row in line.all_rows()]
    assert len(rows) == 15 and all(row.absent and row.note for row in rows)
