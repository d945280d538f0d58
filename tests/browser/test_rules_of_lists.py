"""A section at a browser: another rule for a list is tried on the register, put into force, and taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Playwright, expect
from tests import world as worlds
from tests.browser.conftest import ARGS, CHROMIUM
from tests.browser.looking import BOTH, look
from tests.browser.test_joining import PASSWORD

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.inspection.checklists import load_shipped
from zhijian.programmes.inspection.checklists.reaching import count_all
from zhijian.programmes.inspection.models import ListRule

pytestmark = [pytest.mark.browser]


@pytest.fixture
def site(live_site: str) -> str:
    """A section, a restaurant, and three stalls of the night market that no list is for."""
    with scoped(SYSTEM):
        world = worlds.make()
        load_shipped()
        section = world.person("section", Role.SECTION, worlds.CITY)
        section.set_password(PASSWORD)
        section.save()
        for n, area in enumerate((worlds.OFFICE, worlds.OFFICE, worlds.NEIGHBOUR_OFFICE)):
            owner = Entity.objects.create(name=f"夜市烧烤{n + 1}号", area=area)
            Premises.objects.create(entity=owner, name=owner.name, address="水晶街夜市", area=area, trade="market")
        count_all()
    return live_site


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_rule_is_tried_put_into_force_and_taken_back(playwright: Playwright, site: str, language: str) -> None:
    words = {
        "en": ["Try it on the register", "Put into force", "Go back to it", "Go back to the workbook", "own rule"],
        "zh-CN": ["用登记底册试算", "生效", "恢复工作簿的规定", "恢复工作簿的规定", "本局规则"],
    }[language]
    try_it, do_it, open_back, back, own = words
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
    try:
        page = chromium.new_context(locale=language, viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{site}/login/?next=/checklists/")
        page.fill("input[name=username]", "section")
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{site}/checklists/")
        look(page, f"lists-{language}", widths=BOTH)
        page.goto(f"{site}/checklists/test.food/")
        page.locator("input[name=trade][value=market]").check()
        page.get_by_role("button", name=try_it).click()
        expect(page.locator("#trial a", has_text="夜市烧烤")).to_have_count(3)
        look(page, f"list-tried-{language}", widths=BOTH)
        page.fill("#reason", "夜市摊点归餐饮检查")
        page.get_by_role("button", name=do_it, exact=True).click()
        expect(page.get_by_text("夜市摊点归餐饮检查").first).to_be_visible()
        look(page, f"list-ruled-{language}", widths=BOTH)
        page.goto(f"{site}/checklists/")
        expect(page.get_by_text(own)).to_have_count(1)
        page.goto(f"{site}/checklists/test.food/")
        page.locator("summary", has_text=open_back).click()
        page.fill("#back-reason", "试行结束")
        page.get_by_role("button", name=back, exact=True).click()
        expect(page.get_by_text("试行结束").first).to_be_visible()
        page.goto(f"{site}/checklists/")
        expect(page.get_by_text(own)).to_have_count(0)
    finally:
        chromium.close()
    with scoped(SYSTEM):
        assert [one.back for one in ListRule.objects.order_by("pk")] == [False, True]
