"""Which row takes an item: the first that fits and leads below where it lies; what can never be reached is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijian.programmes.complaints.routing.matching import (
    DISTRICT,
    OFFICE,
    Case,
    Row,
    covers,
    first,
    fits,
    hidden,
    is_below,
    read,
    target,
)

CITY, ONE, TWO = "3703", "370303", "370302"
AREAS = [CITY, ONE, TWO, f"{ONE}006", f"{ONE}005", f"{TWO}001"]
KINDS, CHANNELS, CATEGORIES = ["complaint", "report"], ["hotline", "phone"], ["P04", "P0401", "P08", "R01"]

rows = st.builds(
    Row,
    to=st.sampled_from([OFFICE, DISTRICT, *AREAS[1:]]),
    kind=st.sampled_from(["", *KINDS]),
    channel=st.sampled_from(["", *CHANNELS]),
    category=st.sampled_from(["", "P", *CATEGORIES]),
    area=st.sampled_from(["", *AREAS]),
    urgency=st.integers(0, 2),
    straight=st.booleans(),
)
shops = st.sampled_from(["", *AREAS[3:]])
cases = st.builds(
    lambda shop, **more: Case(shop=shop, district=shop[:6], **more),
    shop=shops,
    kind=st.sampled_from(KINDS),
    channel=st.sampled_from(CHANNELS),
    category=st.sampled_from(["", *CATEGORIES]),
    urgency=st.integers(0, 2),
    area=st.sampled_from(AREAS),
)
some = st.lists(rows, max_size=8)


@given(some, cases)
def test_the_first_row_that_fits_and_leads_somewhere_takes_it_and_none_where_none_does(
    these: list[Row], case: Case
) -> None:
    found = first(these, case)
    able = [n for n, row in enumerate(these, 1) if fits(row, case) and target(row, case)]
    assert (found.number if found else None) == (able[0] if able else None)
    if found is not None:
        assert found.row == these[found.number - 1]
        assert is_below(found.area, case.area), "it always goes down"


@given(some, rows, cases)
def test_a_row_at_the_end_takes_nothing_from_those_before(these: list[Row], more: Row, case: Case) -> None:
    if (found := first(these, case)) is not None:
        assert first([*these, more], case) == found


@given(some, cases)
def test_a_row_that_is_called_hidden_takes_nothing(these: list[Row], case: Case) -> None:
    found = first(these, case)
    assert found is None or found.number not in dict(hidden(these))


@given(rows, rows, cases)
def test_a_row_that_covers_another_takes_what_that_one_takes(one: Row, other: Row, case: Case) -> None:
    if covers(one, other) and first([other], case) is not None:
        assert first([one], case) is not None


@given(rows)
def test_a_row_comes_back_from_its_address(row: Row) -> None:
    assert read(row.code) == row


@pytest.mark.parametrize("code", ["", "a~b", "~~~~x~office~", "~~~~10~office~", "~~~~0~office~yes", "~~~~0~office~s~"])
def test_what_is_no_row_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="is no row"):
        read(code)


def test_what_cannot_be_reached_from_where_it_lies_is_passed_over() -> None:
    these = [Row(f"{TWO}001"), Row(DISTRICT), Row(OFFICE)]
    case = Case("complaint", "hotline", "", 0, ONE, f"{ONE}006", ONE)
    assert first(these, case) is not None and first(these, case).number == 3  # type: ignore[union-attr]
    assert first(these, Case("complaint", "hotline", "", 0, ONE)) is None, "no shop is confirmed"
    assert first(these, Case("complaint", "hotline", "", 0, f"{ONE}006", f"{ONE}006", ONE)) is None, "it is there"


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (Row(OFFICE), Row(OFFICE, kind="report"), True),
        (Row(OFFICE), Row(DISTRICT), True),
        (Row(DISTRICT), Row(OFFICE), False),  # within the district, only the office can be reached
        (Row(OFFICE), Row(ONE), False),  # without a shop
        (Row(f"{ONE}006"), Row(ONE), True),
        (Row(ONE), Row(f"{ONE}006"), False),
        (Row(OFFICE, urgency=1), Row(OFFICE), False),
        (Row(OFFICE, category="P"), Row(OFFICE, category="P04"), True),
        (Row(OFFICE, area=ONE), Row(OFFICE), False),
    ],
)
def test_which_row_hides_which(one: Row, other: Row, said: bool) -> None:
    assert hidden([one, other]) == ([(2, 1)] if said else [])
