"""A head of office at a browser: from the map to a shop, and back to the same view; by keyboard and by the list."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from playwright.sync_api import Playwright, expect
from tests import world as worlds
from tests.browser.conftest import ARGS, CHROMIUM
from tests.browser.looking import AXE, BOTH, look
from tests.browser.test_joining import PASSWORD

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.registry import patch
from zhijian.kernel.registry.models import Entity, Premises

pytestmark = [pytest.mark.browser]
FINGERS = """async () => (await axe.run({runOnly: ['target-size']})).violations
  .flatMap((one) => one.nodes.map((node) => node.html))"""


@pytest.fixture
def site(live_site: str) -> str:
    """A district head, and a street with ninety shops beside the one of the small world."""
    with scoped(SYSTEM):
        world = worlds.make()
        world.head.set_password(PASSWORD)
        world.head.save()
        for n in range(90):
            shop = Entity.objects.create(name=f"沿街第{n}家", area=worlds.OFFICE)
            Premises.objects.create(
                entity=shop, name=shop.name, address=f"水晶街 {n} 号", area=worlds.OFFICE, trade="drug_retail",
                lat=Decimal("36.81") + Decimal(n % 10) / 1000, lon=Decimal("118.05") + Decimal(n // 10) / 1000,
            )  # fmt: skip
        patch.count_cells()
    return live_site


def test_from_the_map_to_a_shop_and_back(playwright: Playwright, site: str) -> None:
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
    try:
        page = chromium.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(20_000)
        wrong: list[str] = []
        page.on("console", lambda one: wrong.append(one.text) if one.type == "error" else None)
        page.goto(f"{site}/login/?next=/map/")
        page.fill("input[name=username]", "所长")
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator(".cluster").first).to_be_visible()
        expect(page.locator("#patch-list")).to_contain_text("91")
        look(page, "map-far", widths=BOTH)
        page.locator("#patch-list [data-go]").first.click()  # the list leads where the cluster leads
        expect(page.locator("#patch-list a").first).to_be_visible()
        # A shop may lie beneath the map's own buttons: the list beside does the same (WCAG 2.5.8, equivalent).
        look(page, "map-near", leave=(".leaflet-marker-pane",), widths=BOTH)
        page.select_option("#f-trade", "restaurant")
        expect(page.locator(".shop")).to_have_count(1)
        expect(page.locator("#patch-list a")).to_have_text(["清风小馆(水晶街店)"])
        place = page.url
        assert "trade=restaurant#36." in place
        page.locator(".shop").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/e/**")
        expect(page.locator("h1")).to_contain_text("淄博清风餐饮有限公司")
        page.go_back()
        expect(page.locator(".shop")).to_have_count(1)
        assert page.url == place
        assert not wrong, json.dumps(wrong, ensure_ascii=False)
    finally:
        chromium.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_a_finger_tells_the_clusters_of_neighbours_apart(playwright: Playwright, site: str, width: int) -> None:
    """On both sides of an edge of cells of every size: near, but not of one cell."""
    with scoped(SYSTEM):
        shop = Entity.objects.create(name="两边的店", area=worlds.OFFICE)
        for n in range(4):
            Premises.objects.create(
                entity=shop, name=f"分店{n}", address="", area=worlds.OFFICE, trade="drug_retail",
                lat=Decimal("36.75"), lon=Decimal("118.08") + Decimal("0.004") * (1 if n % 2 else -1),
            )  # fmt: skip
        patch.count_cells()
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
    try:
        page = chromium.new_context(locale="zh-CN", viewport={"width": width, "height": 900}).new_page()
        page.goto(f"{site}/login/?next=/map/")
        page.fill("input[name=username]", "所长")
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator(".cluster", has_text="4")).to_be_visible()
        page.evaluate(AXE.read_text())
        assert page.evaluate(FINGERS) == []
    finally:
        chromium.close()
