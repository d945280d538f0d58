"""What counts as no worse, and from when changed terms hold: for any terms, by the arithmetic alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from zhijian.programmes.returns import rules
from zhijian.programmes.returns.rules import Words

DAY = dt.date(2026, 3, 4)
words = st.builds(
    Words,
    goods=st.sampled_from(["all", "clothes"]),
    scope=st.sampled_from(["", "鞋"]),
    excluded=st.sampled_from(["", "内衣", "定制"]),
    days=st.integers(7, 40),
    condition=st.sampled_from(["完好", "未拆封"]),
    refund_days=st.integers(0, 7),
    valid_until=st.dates(DAY, DAY + dt.timedelta(days=900)),
)


@given(words)
def test_the_same_terms_are_no_worse(one: Words) -> None:
    assert rules.no_worse(one, one)


@given(words, words, words)
def test_no_worse_than_what_is_no_worse_is_no_worse(one: Words, two: Words, three: Words) -> None:
    if rules.no_worse(one, two) and rules.no_worse(two, three):
        assert rules.no_worse(one, three)


@given(words, st.integers(1, 30))
def test_more_days_a_quicker_refund_and_nothing_left_out_hold_at_once(one: Words, more: int) -> None:
    better = replace(one, days=one.days + more, refund_days=0, excluded="")
    assert rules.begins(better, [one], DAY) == DAY


@given(words, st.integers(1, 6))
def test_fewer_days_hold_from_tomorrow_whatever_else_is_better(one: Words, fewer: int) -> None:
    worse = replace(one, days=one.days - fewer, refund_days=0, excluded="")
    assert rules.begins(worse, [one], DAY) == DAY + dt.timedelta(days=1)


@given(words, words, words)
def test_what_is_better_than_the_newest_alone_still_waits_for_what_holds_today(a: Words, b: Words, new: Words) -> None:
    at_once = rules.begins(new, [a, b], DAY) == DAY
    assert at_once == (rules.no_worse(new, a) and rules.no_worse(new, b))


def test_the_office_is_asked_from_the_number_on_and_again_after_each_further_one() -> None:
    assert [rules.asks(n, 0, 3) for n in range(5)] == [False, False, False, True, True]
    assert not rules.asks(3, 3, 3) and rules.asks(4, 3, 3)
    assert not rules.asks(99, 0, None)
