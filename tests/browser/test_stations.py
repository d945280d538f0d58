"""A station from its application to its plaque; its worker settles a dispute on a phone; the office ends it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Playwright, expect
from tests.browser.conftest import OFFICE, Site, phone_page
from tests.browser.looking import BOTH, look
from tests.browser.steps import sign_in
from tests.browser.test_supervision import _complaint, _send, _step

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.programmes.stations.models import Station, StationDispute

pytestmark = [pytest.mark.browser]
NAME = "水晶社区消费维权服务站"


def _entered(site: Site, desk: Page) -> Station:
    """An application that the office's clerk enters."""
    desk.goto(f"{site.url}/new/station/enter/")
    desk.get_by_label("社区服务站").check()
    for name, words in {
        "name": NAME, "address": "水晶街 3 号", "phone": "0533-2180088", "hours": "8:30—17:00",
    }.items():  # fmt: skip
        desk.fill(f"#id_f-{name}", words)
    desk.select_option("#id_f-area", OFFICE)
    look(desk, "station-enter", widths=BOTH)
    desk.locator("form.fields button.btn-primary").click()
    expect(desk.locator(".rechead h1", has_text=NAME)).to_be_visible()
    with scoped(SYSTEM):
        return Station.objects.select_related("matter").get(name=NAME)


def test_a_station_gets_its_plaque_and_settles_a_dispute(site: Site, desk: Page, playwright: Playwright) -> None:
    sign_in(desk, site.url, "zhao")
    made = _entered(site, desk)
    desk.get_by_role("link", name="按标准验收").first.click()
    for n, most in enumerate((15, 15, 15, 15, 15, 15, 10), 1):
        desk.fill(f"#p{n}", str(most))
    desk.fill("#f1", "挂在门口")
    look(desk, "station-look", widths=BOTH)
    desk.locator("form.fields button.btn-primary").click()
    expect(desk.locator(".rechead", has_text="已验收，待审批")).to_be_visible()

    sign_in(desk, site.url, "sun")
    expect(desk.get_by_text("1 个服务站待审批")).to_be_visible()
    desk.goto(f"{site.url}/m/{made.matter.uid}/")
    _step(desk, "批准授牌")
    desk.locator("form.fields button.btn-primary").click()
    expect(desk.locator(".rechead", has_text="在册")).to_be_visible()
    look(desk, "station", widths=BOTH)
    desk.get_by_role("button", name="站点口令").click()
    link = desk.locator("[data-link]").inner_text()
    look(desk, "station-key", widths=BOTH)

    complaint = _complaint(site)
    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/m/{complaint.uid}/")
    _step(desk, "转交服务站")
    look(desk, "station-send", widths=BOTH)
    desk.fill("#id_f-request", "退款 58 元")
    _send(desk)
    expect(desk.locator("#stations", has_text=NAME)).to_be_visible()
    with scoped(SYSTEM):
        sent = StationDispute.objects.select_related("matter").get()

    browser, phone = phone_page(playwright)
    phone.goto(link)
    expect(phone.get_by_role("heading", name=NAME)).to_be_visible()
    look(phone, "station-door", widths=BOTH)
    phone.locator(f'a[href$="{sent.matter.uid}/"]').click()
    expect(phone.get_by_text("吃出异物")).to_be_visible()
    expect(phone.get_by_text("13805331234")).to_have_count(0)
    phone.locator("summary", has_text="查看完整电话").click()
    phone.locator("form", has_text="查看理由").get_by_label("查看理由").fill("联系消费者")
    phone.get_by_role("button", name="查看完整电话").click()
    expect(phone.get_by_role("link", name="13805331234")).to_be_visible()
    look(phone, "station-dispute", widths=BOTH)
    phone.fill("[name=done]", "商家退款并致歉")
    phone.fill("[name=recovered]", "58")
    phone.get_by_role("button", name="已和解").click()
    expect(phone.get_by_text("待办结投诉")).to_be_visible()
    phone.get_by_role("link", name="返回站点").click()
    phone.locator("summary", has_text="登记台账").click()
    phone.fill("[name=what]", "退货纠纷，当场退款")
    phone.get_by_label("双方和解").check()
    phone.locator("[name=day]").evaluate("field => { field.value = new Date().toISOString().slice(0, 10) }")
    phone.get_by_role("button", name="登记台账").click()
    phone.locator("summary", has_text="台账").last.click()
    expect(phone.get_by_text("退货纠纷，当场退款")).to_be_visible()

    desk.goto(f"{site.url}/m/{complaint.uid}/")
    expect(desk.locator("#stations", has_text="商家退款并致歉")).to_be_visible()
    desk.get_by_role("link", name="按和解结果办结投诉").click()
    expect(desk.locator("#id_f-why")).to_have_value("商家退款并致歉")
    look(desk, "station-end", widths=BOTH)
    desk.locator("form.fields button.btn-primary").click()
    expect(desk.locator("#stations", has_text="服务站和解")).to_be_visible()

    phone.goto(f"{site.url}/stations/")
    phone.get_by_role("link", name=NAME).click()
    expect(phone.get_by_text("在册").first).to_be_visible()
    look(phone, "station-public", widths=BOTH)
    browser.close()
