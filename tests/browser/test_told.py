"""A citizen scans a door and tells it; staff register it; a caller's words are written down by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Playwright, expect
from tests.browser.conftest import OFFICE, Site, phone_page
from tests.browser.looking import BOTH, look
from tests.browser.steps import sign_in

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.programmes.complaints.models import Item

pytestmark = [pytest.mark.browser]


def test_a_citizen_tells_it_at_the_door_and_follows_it(site: Site, desk: Page, playwright: Playwright) -> None:
    browser, phone = phone_page(playwright)
    phone.goto(f"{site.url}/d/{site.premises.door_code}/")
    phone.get_by_role("link", name="投诉、举报这家店").click()
    expect(phone.get_by_role("heading", name="查询进展")).to_be_visible()
    look(phone, "told-start", widths=BOTH)
    phone.get_by_role("link", name="举报").click()
    expect(phone.get_by_text(site.premises.name)).to_be_visible()
    look(phone, "told-form", widths=BOTH)
    phone.fill("[name=text]", "后厨有老鼠，冷藏柜里有过期的肉，请查处。")
    phone.get_by_role("button", name="提交").click()
    expect(phone.locator("#code")).to_be_visible()
    code = phone.locator("#code").inner_text()
    look(phone, "told-arrived", widths=BOTH)

    sign_in(desk, site.url, "xu")
    expect(desk.get_by_text("1 件网上提交待登记")).to_be_visible()
    with scoped(SYSTEM):
        matter = Item.objects.select_related("matter").get(channel="door").matter
    desk.goto(f"{site.url}/m/{matter.uid}/take_in/")
    desk.locator("form.fields button.btn-primary").click()
    expect(desk.locator(".rechead", has_text="待分派")).to_be_visible()

    phone.goto(f"{site.url}/c/?code={code.lower()}")  # as somebody types it later
    expect(phone.get_by_text("将转到负责的单位")).to_be_visible()
    phone.locator("summary", has_text="补充内容").click()
    phone.fill("[name=more]", "昨天又看到一次。")
    phone.get_by_role("button", name="提交").click()
    expect(phone.get_by_text("已附在您的诉求之后")).to_be_visible()
    look(phone, "told-more", widths=BOTH)
    browser.close()


def test_a_call_is_written_down_by_keyboard_alone(site: Site, desk: Page) -> None:
    sign_in(desk, site.url, "he")
    desk.goto(f"{site.url}/complaints/new/?sort=complaint")
    expect(desk.locator("#id_f-phone")).to_be_focused()
    look(desk, "call", widths=(390, 1440))
    desk.locator("#id_f-phone").focus()
    keys = desk.keyboard
    keys.type("13805331234")
    keys.press("Tab")
    keys.type("张先生")
    keys.press("Tab")
    keys.type(site.entity.name[:4])
    expect(desk.locator("#shops [role=option]").first).to_be_visible()
    look(desk, "call-shops")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(desk.locator("#chosen")).to_contain_text("已选")
    keys.press("Tab")
    keys.type("吃出头发，要求退款 68 元。")
    keys.press("Control+Enter")
    expect(desk.get_by_text("已转马尚所。")).to_be_visible()
    with scoped(SYSTEM):
        item = Item.objects.select_related("matter").get(channel="phone")
    assert (item.meant, item.matter.area, str(item.person)) == ("confirmed", OFFICE, "张先生")
