"""No-reason return, from the shop's account to the door, the list and the map; and broken at the end of a complaint."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Playwright, expect
from tests import world
from tests.browser.conftest import Site, phone_page
from tests.browser.looking import BOTH, look
from tests.browser.steps import complaint, enter_account, sign_in

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.returns.models import ReturnPledge

pytestmark = pytest.mark.browser


def ended_complaint(site: Site) -> Matter:
    """About the shop, settled by one of the office's officers."""
    of = complaint(site, text="七天内不给退货")
    with scoped(SYSTEM):
        return perform(of, "settle", SYSTEM, why="同意退货")


def test_from_the_shop_s_account_to_the_door_and_a_broken_pledge(
    desk: Page, playwright: Playwright, site: Site
) -> None:
    browser, phone = phone_page(playwright)
    enter_account(phone, site.url, site.entity.code)
    phone.get_by_role("link", name=re.compile("无理由退货")).click()
    phone.get_by_label(re.compile("主营商品")).select_option("all")
    phone.get_by_label(re.compile("退货天数")).fill("3")
    phone.get_by_label(re.compile("商品完好标准")).fill("未拆封，带购物小票")
    phone.get_by_label(re.compile("有效期至")).fill(f"{world.in_days(300)}")
    look(phone, "returns-new")
    phone.get_by_role("button", name="承诺").click()
    expect(phone.locator(".box.bad")).to_contain_text("不少于 7 天")
    phone.get_by_label(re.compile("退货天数")).fill("15")
    phone.get_by_role("button", name="承诺").click()
    expect(phone.locator("main")).to_contain_text("正在审核")
    mine = phone.url

    sign_in(desk, site.url, "li")
    expect(desk.locator("main")).to_contain_text("份退货承诺待审核")
    desk.get_by_role("link", name=re.compile("份退货承诺待审核")).click()
    desk.locator("table a, .rowlink").filter(has_text=re.compile("退诺")).first.click()
    look(desk, "returns-record", widths=BOTH)
    desk.set_viewport_size({"width": 1440, "height": 900})
    desk.get_by_role("button", name="接受承诺").click()
    expect(desk.locator("main")).to_contain_text("有效")

    phone.goto(mine)
    expect(phone.locator("main")).to_contain_text("有效期至")
    look(phone, "returns-mine")
    phone.goto(f"{site.url}/d/{site.premises.door_code}/")
    phone.get_by_role("link", name=re.compile("15 天")).click()
    expect(phone.locator("main")).to_contain_text("15 天内无理由退货")
    look(phone, "returns-public")
    phone.get_by_role("link", name=re.compile("其他无理由退货承诺店")).click()
    expect(phone.locator("main")).to_contain_text(site.premises.name)
    look(phone, "returns-list", widths=BOTH)
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.get_by_role("link", name="看地图").click()
    expect(phone.locator(".map .shop")).to_be_visible()
    look(phone, "returns-map", leave=(".leaflet-marker-pane",), widths=BOTH)
    expect(phone.locator("#patch-list")).to_contain_text(site.premises.name)

    of = ended_complaint(site)
    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/m/{of.uid}/")
    more = desk.get_by_role("link", name="认定未履行退货承诺")
    if not more.is_visible():
        desk.locator(".more summary").first.click()
    more.click()
    look(desk, "returns-broken", widths=BOTH)
    desk.set_viewport_size({"width": 1440, "height": 900})
    desk.get_by_label(re.compile("购买日期")).fill(f"{calendar.today()}")
    desk.get_by_label(re.compile("如何未履行")).fill("以特价商品为由拒绝")
    desk.get_by_role("button", name="认定商家未履行退货承诺").click()
    expect(desk.locator("#return-pledge")).to_contain_text("以特价商品为由拒绝")
    with scoped(SYSTEM):
        assert ReturnPledge.objects.get().broken == 1
    phone.goto(mine)
    expect(phone.locator("main")).to_contain_text("1 次被认定未履行")
    expect(phone.locator("main")).not_to_contain_text("特价")
    browser.close()
