"""Complaints counted in public: the shop objects by phone, the head decides, everybody reads; and it goes at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Playwright, expect
from tests.browser.conftest import Site, phone_page
from tests.browser.looking import BOTH, look
from tests.browser.steps import complaint, enter_account, sign_in

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.complaints.models import Line

pytestmark = pytest.mark.browser
NAME, PHONE = "欧阳震华", "13905337788"


def answered_complaint(site: Site) -> Matter:
    """About the shop, settled and answered."""
    of = complaint(site, person=NAME, phone=PHONE, text="吃出异物，要求退款")
    with scoped(SYSTEM):
        perform(of, "settle", SYSTEM, why="商家退款")
        perform(of, "reply", SYSTEM, reply="双方的情况已经答复。", outcome="solved")
        return perform(of, "approve", SYSTEM)


def test_from_the_shop_s_objection_to_the_public_page_and_away_from_it(
    desk: Page, playwright: Playwright, site: Site
) -> None:
    of = answered_complaint(site)
    with scoped(SYSTEM):
        line = Line.objects.select_related("matter").get(of=of).matter
    browser, phone = phone_page(playwright)
    enter_account(phone, site.url, site.entity.code)
    phone.locator(f"a[href*='{line.uid}']").first.click()
    expect(phone.locator("main")).to_contain_text("将计入公示")
    look(phone, "publication-asked")
    for word in (NAME, PHONE, "异物"):
        assert word not in phone.content(), "the complaint is kept from its enterprise"
    phone.get_by_label(re.compile("不应公示的理由")).fill("投诉的是隔壁店")
    phone.get_by_role("button", name="对公示提出异议").click()
    expect(phone.locator("main")).to_contain_text("您已提出异议")
    mine = phone.url
    phone.goto(f"{site.url}/c/shops/")
    expect(phone.locator("main")).to_contain_text("目前没有公示的投诉")
    expect(phone.locator("main")).not_to_contain_text(site.premises.name)

    sign_in(desk, site.url, "sun")
    desk.get_by_role("link", name=re.compile("投诉公示异议待处理")).click()
    desk.locator(f"main a[href*='{line.uid}']").first.click()
    expect(desk.locator("main")).to_contain_text("投诉的是隔壁店")
    look(desk, "publication-record", widths=BOTH)
    desk.set_viewport_size({"width": 1440, "height": 900})
    desk.get_by_role("link", name="异议不成立，予以公示").click()
    desk.get_by_label(re.compile("异议答复")).fill("核对过小票，是本店")
    desk.get_by_role("button", name="异议不成立，予以公示").click()
    expect(desk.locator("main")).to_contain_text("核对过小票，是本店")

    phone.goto(mine)
    expect(phone.locator("main")).to_contain_text("已计入公示")
    look(phone, "publication-mine")
    phone.goto(f"{site.url}/c/shops/")
    expect(phone.locator("main")).to_contain_text(site.premises.name)
    expect(phone.locator("main")).to_contain_text("1 件")
    look(phone, "publication-shops", widths=BOTH)
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.get_by_role("link", name="按问题类型看").click()
    expect(phone.locator("main")).to_contain_text("1 件")
    look(phone, "publication-kinds", widths=BOTH)

    with scoped(SYSTEM):
        perform(Matter.objects.get(pk=of.pk), "reopen", SYSTEM, reason="诉求人补充证据")
    phone.goto(f"{site.url}/c/shops/")
    expect(phone.locator("main")).not_to_contain_text(site.premises.name)
    browser.close()
