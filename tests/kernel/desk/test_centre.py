"""A command centre: every number is what the list behind it holds, and all of them agree."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests import world as places

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.desk import centre
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform

pytestmark = pytest.mark.django_db
URL = "/centre/complaints/"
LINK = re.compile(r'<a href="(/l/items/[^"]*)"[^>]*>(?:<span>[^<]*</span> )?(?:<strong class="num">)?(\d+)<')


def register(kind: str, area: str) -> Matter:
    """An item that was told on the telephone; who came left no number."""
    return perform(flow_of(kind), "register", SYSTEM, about=About("清风小馆", area), channel="phone", text="菜里有头发")


def fill(world, days=(-2, -1, 0, 0, 1, 30, None), area=places.OFFICE) -> None:
    """Items of three kinds with their nearest clock on these days from today; every second one is in charge."""
    with scoped(SYSTEM):
        for n, days_from in enumerate(days):
            made = register(("complaint", "report", "enquiry")[n % 3], area)
            due = None if days_from is None else places.in_days(days_from)
            Matter.objects.filter(pk=made.pk).update(due=due, due_at=None, assignee=world.inspector if n % 2 else None)


def links(answer) -> list[tuple[str, int]]:
    return [(html.unescape(url), int(n)) for url, n in LINK.findall(answer.content.decode())]


def test_every_number_is_what_its_list_holds(world, signed_in):
    fill(world)
    client = signed_in(world.head)
    found = links(client.get(URL))
    assert len(found) > 20
    for url, n in found:
        assert client.get(url).content.count(b"data-row") == n, url


def test_states_areas_and_people_add_up_to_the_whole(world, signed_in):
    fill(world)
    fill(world, (0, 3), places.SISTER)
    boss = world.person("区长", Role.HEAD, places.DISTRICT)
    text = signed_in(boss).get(URL).content.decode()
    tables = re.findall(r"<table.*?</table>", text, re.DOTALL)
    assert len(tables) == 3
    totals = [sum(int(row) for row in re.findall(r'</th><td class="num">(?:<a[^>]*>)?(\d+)', one)) for one in tables]
    assert totals == [9, 9, 9]


def test_a_moment_that_is_over_today_is_late_and_not_due_today(world, signed_in):
    fill(world, (0,))
    with scoped(SYSTEM):
        Matter.objects.filter(closed=None).update(due_at=timezone.now() - dt.timedelta(minutes=1))
    found = dict(links(signed_in(world.head).get(URL)))
    at = {url.rpartition("due=")[2]: n for url, n in found.items() if "due=" in url and "kind=" in url}
    assert at == {"late": 1}


def test_what_is_due_today_breaks_next_and_what_is_late_has_broken(world, signed_in):
    fill(world, (3, -1, 0, 1))
    head = world.head
    with scoped(world.actor(head.name)) as actor:
        one = centre.centre_of("complaints", actor)
        found = [matter.due for matter in centre.nearest(one, actor, places.OFFICE)]
    assert found == [places.in_days(0), places.in_days(1), places.in_days(3)]


def test_it_asks_the_same_number_of_questions_for_many_as_for_few(world, signed_in):
    client = signed_in(world.head)
    counts = []
    for _again in range(2):
        fill(world)
        client.get(URL)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(URL).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_what_is_drawn_anew_is_the_numbers_only(world, signed_in):
    fill(world)
    part = signed_in(world.head).get(URL, headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div id="standing"')
    assert "<html" not in part


def test_the_list_of_everything_has_one_button_to_register(world, signed_in):
    assert signed_in(world.head).get("/l/items/").content.count(b'href="/complaints/new/"') == 1


def test_others_have_none_and_no_area_but_their_own(world, signed_in):
    fill(world)
    assert signed_in(world.inspector).get(URL).status_code == 404
    boss = signed_in(world.stranger)
    assert {n for _url, n in links(boss.get(URL))} == {0}
    assert boss.get(f"{URL}?area={places.OFFICE}").status_code == 404
    assert boss.get(f"{URL}?area=nonsense").status_code == 404
    assert boss.get("/centre/nonsense/").status_code == 404


@pytest.mark.parametrize("day", [dt.date(2026, 9, 24), dt.date(2026, 11, 27), dt.date(2026, 11, 30)])
def test_soon_is_what_lists_call_soon(db, day):
    """Before a holiday of a week, before a weekend, within a week."""
    last = clocks.soon_until(day)
    with scoped(SYSTEM):
        assert clocks.state_of(last, day).state == "soon"
        assert clocks.state_of(last + dt.timedelta(days=1), day).state == "far"
        assert calendar.working_days_between(day, last) == 2
