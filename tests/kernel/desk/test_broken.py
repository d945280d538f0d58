"""The page of the time limits that were not kept: a reason for many at once, or on the record for one."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.kernel.clock.test_clocks import RECHECK, at
from tests.kernel.desk.test_pages import text
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import clocks
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.matters.models import Matter

pytestmark = pytest.mark.django_db
URL = "/broken/"


@pytest.fixture
def two(world) -> list[Matter]:
    """Two matters whose re-check was late."""
    with scoped(SYSTEM):
        found = [plan(world), plan(world)]
        for matter in found:
            clocks.start(matter, RECHECK, at("2026-11-02"))
            clocks.stop(matter, RECHECK, at("2026-11-20"))
    return found


def keys() -> list[int]:
    with scoped(SYSTEM):
        return list(Clock.objects.filter(broken=True).order_by("pk").values_list("pk", flat=True))


def test_the_reason_of_several_is_noted_at_once_and_the_to_do_line_goes(world, signed_in, two):
    client = signed_in(world.head)
    assert "2 time limits were not kept" in text(client.get("/"))
    page = client.get(URL)
    assert page.content.count(b"data-row") == 2
    answer = client.post(URL, {"pk": keys(), "ground": "load", "reason": ""}, follow=True)
    assert "The reason of 2 time limits is noted" in text(answer)
    assert client.get(URL).content.count(b"data-row") == 0
    told = text(client.get(f"{URL}?said=1"))
    assert told.count("人手不足") == 2 + 1, "each row, and nothing is hidden of the list to choose from"
    assert "time limits were not kept" not in text(client.get("/"))


def test_what_is_wrong_is_said_and_what_was_ticked_stays(world, signed_in, two):
    answer = signed_in(world.head).post(URL, {"pk": keys(), "ground": "other", "reason": ""})
    assert answer.status_code == 422
    assert "Say in a few words" in text(answer)
    assert answer.content.count(b" checked") == 2
    answer = signed_in(world.head).post(URL, {"ground": "load"})
    assert answer.status_code == 422
    assert "Tick what the reason is for" in text(answer)


def test_the_record_asks_and_shows_it(world, signed_in, two):
    client, matter = signed_in(world.head), two[0]
    record = text(client.get(f"/m/{matter.uid}/"))
    assert "Why was it not kept?" in record
    with scoped(SYSTEM):
        clock = matter.clocks.get()
    address = reverse("explain", args=[matter.uid, clock.pk])
    assert "Note the reason" in text(client.get(address))
    answer = client.post(address, {"ground": "other", "reason": "停电"}, follow=True)
    shown = text(answer)
    assert "Not kept: 停电" in shown
    assert "Why was it not kept?" not in shown
    assert "停电" in text(client.get(f"/m/{matter.uid}/")), "and in what happened"


def test_others_see_nothing_of_it(world, signed_in, two):
    client = signed_in(world.stranger)
    assert client.get(URL).content.count(b"data-row") == 0
    with scoped(SYSTEM):
        clock = two[0].clocks.get()
    assert client.post(reverse("explain", args=[two[0].uid, clock.pk]), {"ground": "load"}).status_code == 404
    answer = client.post(URL, {"pk": keys(), "ground": "load"})
    assert answer.status_code == 422
    with scoped(SYSTEM):
        assert not Clock.objects.exclude(broken_ground="").exists()
