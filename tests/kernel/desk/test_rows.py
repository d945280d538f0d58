"""What rows say: nothing twice, dates with their year, a day's work gathered by shop, people in people's words."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import world as worlds
from tests.kernel.matters.test_scope import plan
from tests.openers import OPENERS

from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock.calendar import today
from zhijian.kernel.desk.lists import list_of
from zhijian.kernel.desk.waiting import lines, waits
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.inspection.desk import _measure
from zhijian.programmes.inspection.models import Answer, Inspection

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    """The page's words without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_premises_stand_in_a_list_only_where_they_are_called_otherwise(world, signed_in):
    plan(world)
    client = signed_in(world.head)
    assert world.premises.name in text(client.get("/l/inspection/"))
    Premises.objects.filter(pk=world.premises.pk).update(name=world.entity.name)
    page = client.get("/l/inspection/").content.decode()
    assert page.count(f">{world.entity.name}<") == 1
    assert 'class="c-premises' not in page


def test_an_overdue_day_says_its_year(world, signed_in):
    matter = plan(world)
    last_year = dt.date(today().year - 1, 12, 30)
    Matter.objects.filter(pk=matter.pk).update(due=last_year)
    for address in ("/", "/l/inspection/"):
        assert f"{last_year}" in text(signed_in(world.inspector).get(address)), address


def test_a_days_tasks_are_gathered_by_shop(world, signed_in):
    finding, visit = OPENERS["rectification"](world), plan(world)
    Matter.objects.filter(pk__in=[finding.pk, visit.pk]).update(due=today())
    other = Premises.objects.create(entity=world.entity, name="清风二店", area=worlds.OFFICE, trade="restaurant")
    between = plan(world)
    Matter.objects.filter(pk=between.pk).update(due=today(), premises=other, title=other.name)
    page = signed_in(world.inspector).get("/").content.decode()
    section = page[page.index('id="s-today"') :]
    section = section[: section.index("</section>")]
    assert section.count('class="shop"') == 1
    own = [section.index(f"/m/{one.uid}/") for one in (finding, visit)]
    assert not min(own) < section.index(f"/m/{between.uid}/") < max(own)


def test_the_heads_empty_page_does_not_send_him_to_himself(world, signed_in):
    page = text(signed_in(world.head).get("/"))
    assert "Nothing is assigned to you." in page
    assert "head of office" not in page
    assert "head of office" in text(signed_in(world.inspector).get("/"))


def test_demo_accounts_say_name_office_and_role(world, settings):
    settings.DEMO = True
    page = text(Client(headers={"accept-language": "en"}).get("/login/"))
    assert "孙建国" in page
    assert re.search(r"孙建国 \S+ · Head of office", page)
    assert "370303009" not in page


def test_of_a_closed_visit_nothing_is_still_to_be_put_right(world):
    matter = plan(world)
    record = Inspection.objects.get(pk=matter.pk)
    failed = Answer(inspection=record, item="1.2", answer="no", measure="rectify")
    assert _measure(failed, matter, record, right=False) == failed.get_measure_display()
    assert _measure(failed, matter, record, right=True) != failed.get_measure_display()
    matter.closed = matter.opened
    assert _measure(failed, matter, record, right=False) != failed.get_measure_display()
    record.imported = {"source": "elsewhere"}
    assert _measure(failed, matter, record, right=False) == ""


def test_what_waits_is_shown_to_its_roles_while_there_is_some(world, signed_in):
    seen = []
    waits("test", [Role.HEAD], lambda actor: seen.append(actor) or 3, lambda n: f"{n} things", "figures")
    try:
        assert ("3 things", "/figures/") in [(one.words, one.url) for one in lines(world.actor(world.head.name))]
        assert "3 things" not in text(signed_in(world.inspector).get("/"))
        assert len(seen) == 1
        waits("test", [Role.HEAD], lambda actor: 0, lambda n: f"{n} things", "figures")
        assert "0 things" not in text(signed_in(world.head).get("/"))
    finally:
        from zhijian.kernel.desk import waiting

        del waiting._kinds["test"]


def test_many_tasks_ask_as_much_as_one(world, signed_in):
    client = signed_in(world.head)

    def asked() -> int:
        client.get("/")
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/").status_code == 200
        return len(caught)

    two = [plan(world).pk for _ in range(2)]  # of one place: they are proposed to be joined, however many there are
    Matter.objects.filter(pk__in=two).update(due=today() - dt.timedelta(days=1))
    few = asked()
    late = [plan(world).pk for _ in range(29)]
    Matter.objects.filter(pk__in=late).update(due=today() - dt.timedelta(days=1))
    assert asked() == few


def test_a_list_of_one_office_asks_for_one_code(world):
    """Equality, not a range nor all of his places: only then the index (kind, area, -id) gives the newest unsorted."""
    world.person("两处", Role.HEAD, worlds.NEIGHBOUR_OFFICE)
    world.person("两处", Role.HEAD, worlds.OFFICE)
    actor = world.actor("两处")
    found = list_of("inspection", actor)
    assert found is not None
    asked = str(found.narrowed(actor, {"area": worlds.OFFICE}).query)
    assert f'"area" = {worlds.OFFICE}' in asked
    assert '"area" >=' not in asked
    assert '"area" >=' in str(found.narrowed(actor, {"area": worlds.DISTRICT}).query)
    assert worlds.NEIGHBOUR_OFFICE not in asked
    assert not found.narrowed(actor, {"area": worlds.SISTER}), "what is asked for is not what he may see"


def test_an_industry_stands_in_words(world, signed_in):
    Entity.objects.filter(pk=world.entity.pk).update(industry="H62")
    assert "住宿和餐饮业 H62" in text(signed_in(world.head).get(f"/e/{world.entity.uid}/"))
