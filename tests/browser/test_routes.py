"""A day's way in a browser: in order at the desk, moved by hand, gone offline with the phone, and what is due near."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import OFFICE, Handset, Site
from tests.browser.looking import BOTH, look
from tests.browser.steps import enrol, sync_until

from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.packs.models import LocalRule
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.grading.computing import settle
from zhijian.programmes.grading.models import Grading
from zhijian.programmes.inspection.flow import INSPECTION

pytestmark = [pytest.mark.browser]
WHERE = {"南头小馆": "36.776", "水晶街面馆": "36.786", "北头小馆": "36.796"}


def shop(site: Site, name: str, lat: str) -> Premises:
    return Premises.objects.create(
        entity=site.entity, name=name, address=f"张店区水晶街，{name}", area=OFFICE, trade="restaurant",
        lat=Decimal(lat), lon=Decimal("118.054"),
    )  # fmt: skip


@pytest.fixture
def shops(site: Site) -> dict[str, Premises]:
    """Three shops along a street that are to be visited today; a fourth next door is due by its grade."""
    with scoped(SYSTEM):
        # Of today the hours that are left are planned: short visits in a long day fit at whatever hour this is run.
        for rule, value in (("routing.hours", ["00:00", "23:59"]), ("routing.visit_minutes", 5)):
            LocalRule.objects.create(
                rule=rule, since=calendar.today(), value=value, basis="本局决定", reason="测试", by_name="", replaces=""
            )
        made = {name: shop(site, name, lat) for name, lat in WHERE.items()}
        pair = [Person.objects.get(username=name).pk for name in ("zhao", "qian")]
        head = actor_of(Person.objects.get(username="sun"))
    for name in ("北头小馆", "南头小馆", "水晶街面馆"):
        with scoped(head):
            perform(
                INSPECTION, "plan", head, about=About(name, OFFICE, site.entity, made[name]),
                planned_for=calendar.today(), assignee=pair[0], second=pair[1],
            )  # fmt: skip
    with scoped(SYSTEM):
        made["隔壁便当"] = near = shop(site, "隔壁便当", "36.7815")
        settle([near.pk])
        matter = Matter.objects.get(kind="grading", premises=near)
        Matter.objects.filter(pk=matter.pk).update(due=calendar.today())
        Grading.objects.filter(pk=matter.pk).update(left=1)
    return made


def route(phone: Page) -> list[str]:
    """The shops of today's route, as they stand below each other."""
    return phone.get_by_test_id("route").locator("strong").all_inner_texts()


def test_a_day_in_order_at_the_desk_and_in_the_hand(
    site: Site, desk: Page, handset: Handset, shops: dict[str, Premises]
) -> None:
    phone = handset.start()
    enrol(desk, phone, site.url, "zhao")
    desk.goto(f"{site.url}/day/")
    desk.get_by_role("button", name="排好顺序").click()
    names = desk.locator(".stops a")
    expect(names).to_have_count(3)
    order = names.all_inner_texts()
    assert order in (list(WHERE), list(WHERE)[::-1])
    expect(desk.locator(".map .stop")).to_have_count(3)
    desk.get_by_role("button", name=f"{order[0]}：下移一位").click()
    expect(names.first).to_have_text(order[1])
    look(desk, "day", widths=BOTH, leave=[".leaflet-container"])

    wanted = phone.get_by_test_id("round")
    sync_until(phone, wanted.filter(has_text="按所里手工排的顺序"))
    assert route(phone) == [order[1], order[0], order[2]]
    handset.cut(True)
    phone.get_by_test_id("anew").click()
    expect(wanted).to_contain_text("从您现在的位置排")
    assert route(phone) == ["南头小馆", "水晶街面馆", "北头小馆"], "the shortest way from where the phone is"
    look(phone, "field-today")

    phone.get_by_test_id("map-open").click()
    spots = phone.locator("[data-testid^=spot-]")
    expect(spots).to_have_count(3)
    look(phone, "field-map")
    phone.go_back()
    phone.get_by_test_id("near-open").click()
    expect(phone.get_by_test_id("near-count")).to_have_text("500 米内有 1 家")
    look(phone, "field-near")
    phone.get_by_test_id(f"near-{shops['隔壁便当'].uid}").click()
    expect(phone.get_by_role("heading", name="隔壁便当")).to_be_visible()
    expect(phone.get_by_test_id("start")).to_be_visible()
