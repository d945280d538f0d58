"""A 12345 order that nobody types twice: the dispatcher, the head, the officer on his phone, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect
from tests.browser.conftest import OFFICE, Site, phone_page
from tests.browser.looking import BOTH, look
from tests.browser.steps import sign_in
from tests.kernel.exchange.conftest import book, rows_in
from tests.programmes.complaints.conftest import order

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.programmes.complaints.models import Item, Order

pytestmark = [pytest.mark.browser]
ORDERS, REPLIES = "/exchange/t/zibo12345/orders/", "/exchange/t/zibo12345/replies/"
NUMBER = "ZB2026113000001"


def _sheet(folder: Path) -> str:
    row = order(NUMBER, 被投诉对象="清风小馆", 地址="张店区水晶街1号")
    path = folder / "12345.xlsx"
    path.write_bytes(book([list(row), list(row.values())]).read())
    return str(path)


def test_an_order_comes_in_is_settled_by_telephone_and_goes_back(
    site: Site, desk: Page, playwright: Playwright, tmp_path: Path
) -> None:
    sign_in(desk, site.url, "he")
    desk.goto(f"{site.url}{ORDERS}")
    desk.set_input_files("input[type=file]", _sheet(tmp_path))
    desk.get_by_role("button", name="收进来").click()
    expect(desk.get_by_text("12345.xlsx").first).to_be_visible()
    look(desk, "order-taken", widths=BOTH)
    with scoped(SYSTEM):
        matter = Order.objects.get(number=NUMBER).matter
    desk.goto(f"{site.url}/l/complaint/")
    look(desk, "complaints", widths=BOTH)
    desk.get_by_role("link", name="清风小馆").first.click()
    expect(desk.get_by_role("heading", name="诉求内容")).to_be_visible()
    assert "13805331234" not in desk.content() and "张先生" not in desk.content()
    look(desk, "complaint-new", widths=BOTH)
    desk.get_by_role("link", name="查找被诉主体").click()
    expect(desk.get_by_text(site.entity.name)).to_be_visible()
    look(desk, "complaint-meant", widths=BOTH)
    desk.keyboard.press("1")  # one key says which
    expect(desk.locator(".rechead", has_text=site.entity.name)).to_be_visible()
    desk.get_by_role("link", name="转下级单位").click()
    expect(desk.locator("#id_f-area")).to_have_value(OFFICE)  # the shop's own office is chosen beforehand
    desk.locator("form.fields button.btn-primary").click()
    expect(desk.locator(".rechead h1")).to_be_visible()

    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/m/{matter.uid}/assign/")
    desk.select_option("#id_f-assignee", label="赵明远")
    desk.locator("form.fields button.btn-primary").click()
    expect(desk.locator(".rechead", has_text="赵明远")).to_be_visible()

    browser, phone = phone_page(playwright)
    # Dialling leaves the browser: here as in a shell that dials itself.
    phone.add_init_script(
        "document.addEventListener('dial', (e) => { e.preventDefault(); sessionStorage.dialled = e.detail })"
    )
    sign_in(phone, site.url, "zhao")
    phone.goto(f"{site.url}/m/{matter.uid}/")
    phone.locator('[data-call="person"]').click()  # one tap: the number is opened, the try is kept
    expect(phone.get_by_role("link", name="13805331234")).to_be_visible()
    assert phone.evaluate("sessionStorage.dialled") == "13805331234"
    look(phone, "complaint-call")
    phone.get_by_label("通话内容").fill("说明情况，同意退款了结")
    phone.get_by_role("button", name="已取得联系").click()
    expect(phone.get_by_role("heading", name="通话记录")).to_be_visible()
    look(phone, "complaint-called")
    phone.get_by_role("link", name="双方达成一致").click()
    phone.fill("#id_f-why", "商家退款 58 元")
    phone.fill("#id_f-recovered", "58")
    phone.locator("form.fields button.btn-primary").click()
    phone.get_by_role("link", name="写答复").first.click()
    phone.fill("#id_f-reply", "经调解，商家已退款 58 元，您表示满意。")
    phone.locator("form.fields button.btn-primary").click()
    expect(phone.get_by_text("答复待审核").first).to_be_visible()
    browser.close()

    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/m/{matter.uid}/")
    look(desk, "complaint-approving", widths=BOTH)
    desk.get_by_role("link", name="审核通过").click()
    desk.locator("main form button.btn-primary").first.click()
    expect(desk.locator(".rechead", has_text="已答复")).to_be_visible()

    sign_in(desk, site.url, "he")
    desk.goto(f"{site.url}{REPLIES}")
    look(desk, "replies", widths=BOTH)
    desk.locator("tbody input[type=checkbox]").first.check()
    desk.get_by_role("button", name="生成导入表").click()
    with desk.expect_download() as caught:
        desk.locator("a.btn-primary[download]").click()
    sheet = rows_in(Path(caught.value.path()).read_bytes())
    told = dict(zip(sheet[0], sheet[1], strict=True))
    assert (told["工单编号"], told["办理结果"]) == (NUMBER, "已解决")
    assert told["答复内容"].startswith("经调解") and told["首次联系时间"]
    with scoped(SYSTEM):
        assert Item.objects.get(matter__orders__number=NUMBER).contacted_in_time is True
