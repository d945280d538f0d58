"""A clerk at a browser: two files of one shop become one, and it is taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Playwright, expect
from tests import world as worlds
from tests.browser.conftest import ARGS, CHROMIUM
from tests.browser.looking import BOTH, look

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.registry.models import Entity, Premises

pytestmark = [pytest.mark.browser]
PASSWORD = "a good long word"


@pytest.fixture
def site(live_site: str) -> str:
    """A clerk, a restaurant, and the same restaurant once more with an O in its code."""
    with scoped(SYSTEM):
        world = worlds.make()
        clerk = world.person("clerk", Role.CLERK, worlds.OFFICE)
        clerk.set_password(PASSWORD)
        clerk.save()
        twin = Entity.objects.create(
            scheme="uscc", code="9137O303MA3C000001", name="清风餐饮公司", area=worlds.OFFICE, phone="13805330000",
            representative="王清",
        )  # fmt: skip
        Entity.objects.filter(pk=twin.pk).update(name="清风餐饮有限公司")
        Premises.objects.create(
            entity=twin,
            name=world.premises.name,
            address=world.premises.address,
            area=worlds.OFFICE,
            trade="restaurant",
        )
    return live_site


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_two_shops_become_one_and_two_again(playwright: Playwright, site: str, language: str) -> None:
    words = {
        "en": ["Merge with another file", "Look once more", "Merge the two files", "Also stands for", "Take it back",
               "Confirm: take it back", "More", "Split the file"],
        "zh-CN": ["与另一份档案合并", "再看一遍", "合并两份档案", "同时代表", "撤回", "确认撤回", "更多", "拆分档案"],
    }[language]  # fmt: skip
    merge, once_more, do_it, stands_for, back, confirm, more, split = words
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
    try:
        page = chromium.new_context(locale=language, viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{site}/login/?next=/search/?q=91370303MA3C000001")
        page.fill("input[name=username]", "clerk")
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.locator(".found a", has_text="淄博清风餐饮有限公司").click()
        kept = page.url
        page.locator(".rechead summary", has_text=more).click()
        page.get_by_role("link", name=merge).click()
        expect(page.locator(".found a", has_text="清风餐饮有限公司")).to_be_visible()
        look(page, f"merge-who-{language}", widths=BOTH)
        page.locator(".found a", has_text="清风餐饮有限公司").click()
        page.locator("input[name=place]").check()
        page.fill("#reason", "营业执照号录错")
        look(page, f"merge-{language}", widths=BOTH)
        page.get_by_role("button", name=once_more).click()
        expect(page.get_by_role("button", name=do_it)).to_be_visible()
        look(page, f"merge-confirm-{language}", widths=BOTH)
        page.get_by_role("button", name=do_it).click()
        expect(page.get_by_text(stands_for).first).to_be_visible()
        assert page.url == kept
        look(page, f"merged-{language}", widths=BOTH)
        page.locator("#joins ~ ul a").first.click()
        page.get_by_role("button", name=back, exact=True).click()
        expect(page.get_by_role("button", name=confirm)).to_be_visible()
        look(page, f"join-{language}", widths=BOTH)
        page.get_by_role("button", name=confirm).click()
        page.wait_for_url("**/e/**")
        assert page.url != kept  # the other file stands again, under its own address
        expect(page.locator("h1", has_text="清风餐饮有限公司")).to_be_visible()
        page.goto(f"{kept}split/")
        expect(page.locator("h1", has_text=split)).to_be_visible()
        look(page, f"split-{language}", widths=BOTH)
    finally:
        chromium.close()
