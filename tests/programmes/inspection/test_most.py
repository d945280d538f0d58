"""The number of visits of an enterprise is a figure that should fall: beside last year's, with its records."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests import world
from tests.openers import closed_visit
from tests.programmes.inspection.test_capping import today_and

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.figures import compute, declared
from zhijian.kernel.figures.period import Period
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.inspection.fair.most import most_visited
from zhijian.programmes.inspection.models import Inspection


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.head, made.inspector, made.second
        return made


def made_on(w: world.World, day: dt.date, outside: str = "") -> Matter:
    """A visit that was made on that day."""
    matter = closed_visit(w)
    at = calendar.start_of(day) + dt.timedelta(hours=10)
    with scoped(SYSTEM):
        Inspection.objects.filter(pk=matter.pk).update(started=at, ended=at, outside=outside)
    return matter


THIS = calendar.today()
LAST = dt.date(THIS.year - 1, 1, 1)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)), st.integers(0, 400))
def test_the_year_before_is_as_long_to_a_day_and_lies_a_year_earlier(start: dt.date, days: int) -> None:
    period = Period(start, min(start + dt.timedelta(days=days), dt.date(2100, 12, 31)))
    before = period.year_before
    assert (before.start.year, before.end.year) == (period.start.year - 1, period.end.year - 1)
    assert abs((before.end - before.start).days - (period.end - period.start).days) <= 1


def test_those_visited_most_stand_first_with_last_year_beside(w: world.World) -> None:
    for day in (THIS, THIS, THIS, LAST):
        made_on(w, day)
    today_and(w)  # only planned
    cancelled = today_and(w)
    with scoped(SYSTEM):
        perform(cancelled, "cancel", SYSTEM, reason="重复")
    with scoped(w.actor("所长")) as head:
        assert [(one.entity.pk, one.now, one.last, one.tone) for one in most_visited(head)] == [
            (w.entity.pk, 3, 1, "warn")
        ]
    w.stranger
    with scoped(w.actor("外区")) as stranger:
        assert most_visited(stranger) == []


def test_one_visit_is_not_many(w: world.World) -> None:
    made_on(w, THIS)
    with scoped(w.actor("所长")) as head:
        assert most_visited(head) == []


def test_the_figure_tells_which_way_is_good_and_the_year_before(w: world.World, client: Client) -> None:
    for day in (THIS, THIS, LAST):
        made_on(w, day)
    made_on(w, THIS, outside="complaint")
    client.force_login(w.head)
    page = client.get("/figures/inspection.visits_per_entity/", headers={"accept-language": "en"}).content.decode()
    assert "the less the better" in page
    assert '<strong class="num">1.00</strong>' in page
    assert "rose" in page
    other = client.get("/figures/inspection.finished/", headers={"accept-language": "en"}).content.decode()
    assert "A year before" not in other
    with scoped(w.actor("所长")) as head:
        period = Period(dt.date(THIS.year, 1, 1), THIS)
        assert compute.value(declared()["inspection.outside_cap"], period, world.OFFICE, head).number == 1
    most = client.get("/visits/most/", headers={"accept-language": "en"}).content.decode()
    assert w.entity.name in most
