"""A year's rating: the formula by itself, what is counted, and what the head decides."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from tests import openers, world
from tests.programmes.stations.conftest import do, fresh, send, station
from tests.programmes.stations.test_stations import client_of

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.errors import NotOpen
from zhijian.programmes.stations import rating, rules
from zhijian.programmes.stations.models import LogEntry, Rating, Station

PARTS = st.lists(
    st.builds(
        lambda have, of, weight: rules.Part("settled", min(have, of), of, Decimal(weight)),
        st.integers(0, 50), st.integers(0, 50), st.integers(1, 60),
    ),
    max_size=5,
)  # fmt: skip


@given(PARTS)
def test_a_score_is_of_a_hundred_or_nothing(parts: list[rules.Part]) -> None:
    found = rules.score(parts)
    assert (found is None) == (not any(one.of for one in parts))
    assert found is None or 0 <= found <= 100


@given(PARTS, st.integers(1, 60))
def test_a_part_with_nothing_to_count_changes_nothing(parts: list[rules.Part], weight: int) -> None:
    assert rules.score([*parts, rules.Part("log", 0, 0, Decimal(weight))]) == rules.score(parts)


@given(PARTS, st.integers(0, 20), st.integers(1, 20), st.integers(1, 60))
def test_one_more_settled_never_lowers_it(parts: list[rules.Part], have: int, more: int, weight: int) -> None:
    of = have + more
    less, better = (rules.score([*parts, rules.Part("log", n, of, Decimal(weight))]) for n in (have, of))
    assert less is not None and better is not None and less <= better


@pytest.mark.parametrize(("points", "wanted"), [("100", "A"), ("90", "A"), ("89.9", "B"), ("60", "C"), ("59.9", "D")])
def test_the_grade_is_the_best_whose_mark_is_reached(db: None, points: str, wanted: str) -> None:
    assert rules.grade(Decimal(points), calendar.today()) == wanted


@pytest.fixture
def one(w: world.World) -> Station:
    """In force since January of last year, with two months of its log, a dispute settled and one that lapsed."""
    made = station("水晶社区服务站", "community")
    year = calendar.today().year
    with scoped(SYSTEM):
        made.approved_on = dt.date(year - 1, 1, 1)
        made.save()
        for month in (1, 1, 2):
            LogEntry.objects.create(
                station=made, area=world.OFFICE, day=dt.date(year - 1, month, 9), what="退货", ended="settled",
                made_at=calendar.start_of(dt.date(year - 1, month, 10)),
            )  # fmt: skip
    for verb, told in (("settle", {"done": "已退款"}), ("fail", {"why": "各执一词"})):
        sent = send(w.actor("甲"), openers.item(w, "complaint"), made)
        do(SYSTEM, sent, verb, **told)
    return made


def test_what_is_counted_of_a_year(one):
    day, year = calendar.today(), calendar.today().year
    with scoped(SYSTEM):
        last, this = rating.counted(one, year - 1, day), rating.counted(one, year, day)
    assert [(part.part, part.have, part.of) for part in last.parts] == [
        ("settled", 0, 0), ("in_time", 0, 0), ("log", 2, 12), ("standard", 100, 100),
    ]  # fmt: skip
    assert (last.score, last.grade) == (Decimal("72.2"), "C")  # (10 * 2 / 12 + 20) of 30
    assert [(part.have, part.of) for part in this.parts[:2]] == [(1, 2), (2, 2)]


def test_the_head_decides_with_a_reason_where_he_differs(w, one):
    year = calendar.today().year - 1
    page = client_of(w, "所长")
    address = reverse("station_rate", args=[one.matter.uid, year])
    text = page.get(address).content.decode()
    assert "72.2" in text and "2 / 12" in text
    assert page.post(address, {"decided": "B", "reason": ""}).status_code == 409
    assert page.post(address, {"decided": "B", "reason": "台账另有纸质记录"}).status_code == 302
    with scoped(SYSTEM):
        kept = Rating.objects.get()
        now = Station.objects.get(pk=one.pk)
    assert (kept.score, kept.computed, kept.grade, kept.by) == (Decimal("72.2"), "C", "B", w.head)
    assert (now.grade, now.rated_year) == ("B", year)
    public = Client().get(reverse("station_public", args=[now.code])).content.decode()
    assert "台账另有纸质记录" in public and "2 / 12" in public and "72.2" in public
    with pytest.raises(NotOpen, match="已经评价"):
        do(w.actor("所长"), one.matter, "rate", year=year, decided="C")
    with pytest.raises(NotOpen, match="不在册"):
        do(w.actor("所长"), one.matter, "rate", year=year - 1, decided="C")
    assert page.get(address).status_code == 404
    assert fresh(one.matter).state == "in_force"


def test_the_months_are_counted(one):
    with scoped(SYSTEM):
        found = rating.months(one, calendar.today())
    assert found[0] == {
        "month": calendar.today().replace(day=1), "log": {"came": 0, "settled": 0},
        "sent": {"month": found[0]["sent"]["month"], "came": 2, "settled": 1},
    }  # fmt: skip
