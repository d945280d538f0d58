"""The demo's agenda: what happened is told in the order in which it happened, with a night before each day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from zhijian.kernel import when
from zhijian.kernel.clock import calendar
from zhijian.programmes.inspection.agenda import Agenda

FIRST = dt.datetime(2026, 3, 4, 1, tzinfo=dt.UTC)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 90)), min_size=1, max_size=12))
def test_acts_run_in_order_with_every_night_between(acts: list[tuple[int, int]]) -> None:
    """Each act, some hours after the first morning, puts a further one on the agenda, some hours later."""
    agenda, done = Agenda(), []

    def act(more: int) -> None:
        done.append(("act", when.now()))
        if more:
            agenda.add(when.now() + dt.timedelta(hours=more), lambda: act(0))

    for hours, more in acts:
        agenda.add(FIRST + dt.timedelta(hours=hours), lambda more=more: act(more))  # type: ignore[misc]
    agenda.run(lambda day: done.append(("night", day)))
    moments: list[Any] = [one for what, one in done if what == "act"]
    nights: list[Any] = [one for what, one in done if what == "night"]
    assert moments == sorted(moments) and len(moments) == len(acts) + sum(more > 0 for _, more in acts)
    days = (nights[-1] - nights[0]).days + 1
    assert nights == [nights[0] + dt.timedelta(days=n) for n in range(days)]
    assert (nights[0], nights[-1]) == (calendar.legal_day(moments[0]), calendar.legal_day(moments[-1]))
    latest = None
    for what, one in done:
        latest = one if what == "night" else latest
        assert what == "night" or calendar.legal_day(one) == latest


def test_of_one_moment_the_first_added_goes_first() -> None:
    agenda, done = Agenda(), []
    for n in range(5):
        agenda.add(FIRST, lambda n=n: done.append(n))  # type: ignore[misc]
    agenda.run()
    assert done == [0, 1, 2, 3, 4]
