"""At the desk: cards for the doors of an office, acts by a sheet that comes back, two files that may be one."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from tests.browser.conftest import OFFICE, Site
from tests.browser.looking import BOTH, look
from tests.browser.steps import drain, sign_in
from tests.browser.test_first_inspection import planned
from tests.browser.test_papers import stored

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.kernel.registry.twins import finding

pytestmark = pytest.mark.browser


def street(n: int) -> None:
    """Shops along two streets of the demo office, in no order."""
    with scoped(SYSTEM):
        for m in range(n):
            name = f"第{m}号{'面馆' if m % 2 else '烧烤店'}"
            entity = Entity.objects.create(name=f"张店区{name}", area=OFFICE, representative="王乐")
            Premises.objects.create(
                entity=entity, name=name, area=OFFICE, trade="restaurant",
                address=f"张店区马尚街道{'柳泉路' if m % 3 else '共青团西路'}{97 * m % 200 + 1}号",
            )  # fmt: skip


def test_cards_of_an_office_are_printed_handed_out_and_one_is_replaced(site: Site, desk: Page) -> None:
    street(29)
    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/doors/")
    expect(desk.locator(".bulkbar")).to_contain_text("30 家店")
    look(desk, "cards", widths=BOTH)
    desk.locator("#print-all").click()
    expect(desk.locator("#run")).to_contain_text("0 / 30")
    look(desk, "cards-running", widths=BOTH)
    drain()
    expect(desk.locator("#run")).to_contain_text("30 张码牌，按街路排列，共 3 页")
    look(desk, "cards-done", widths=BOTH)
    uid = re.search(r"/doors/runs/([^/]+)/", desk.url).group(1)  # type: ignore[union-attr]
    answer = desk.request.get(f"{site.url}/doors/runs/{uid}.pdf")
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(answer.body())).pages]
    assert len(pages) == 3 and "共青团西路" in pages[0] and site.premises.door_code[:5] in "".join(pages)
    desk.goto(f"{site.url}/doors/runs/")
    expect(desk.locator("tbody")).to_contain_text("赵")
    look(desk, "cards-runs", widths=BOTH)

    desk.goto(f"{site.url}/e/{site.entity.uid}/codes/")
    expect(desk.locator(".door article")).to_contain_text("打印过卡片")
    look(desk, "door", widths=BOTH)
    desk.get_by_role("link", name="卡片遗失或损坏").click()
    desk.get_by_label("码牌丢了").check()
    look(desk, "card-replace", widths=BOTH)
    desk.get_by_role("button", name="换新码").click()
    expect(desk.locator(".band.good")).to_contain_text("已失效")
    desk.get_by_role("button", name="打印卡片").click()
    expect(desk.locator("#run")).to_contain_text("1 张码牌，按街路排列，共 1 页")
    desk.context.clear_cookies()
    desk.goto(f"{site.url}/d/{site.premises.door_code}/")
    expect(desk.locator("h1")).to_have_text("这张码牌已失效")
    look(desk, "old-code", widths=BOTH)


def saved_by_somebody(rows: list[list[object]], changes: dict[str, str]) -> bytes:
    """The rows as a spreadsheet saves them, with the cells of some headings changed."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for n, row in enumerate(rows):
        for m, cell in enumerate(row):
            told = changes.get(str(rows[0][m]), cell) if n else cell
            if told not in (None, ""):
                sheet.write(n, m, told)
    book.close()
    return out.getvalue()


def test_visits_are_given_to_another_officer_by_a_sheet_and_taken_back(site: Site, desk: Page, tmp_path: Path) -> None:
    for _ in range(3):
        matter = planned(site)
    second = stored(lambda: Person.objects.get(pk=matter.second_id).name)
    with scoped(SYSTEM):
        other = Person.objects.get(pk=Matter.objects.get(pk=matter.pk).second_id)
        third = Person.objects.create(
            username="third", name="周新", home_id=OFFICE, certificate_no="鲁C-999", certificate_until="2040-01-01"
        )
        third.posts.create(role="inspector", jurisdiction_id=OFFICE, since="2020-01-01")
    assert other.name == second
    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/l/inspection/?state=planned")
    desk.locator("#by-sheet").click()
    look(desk, "sheet-send", widths=BOTH)
    with desk.expect_download() as coming:
        desk.get_by_role("link", name="下载办理表").click()
    path = tmp_path / "out.xlsx"
    coming.value.save_as(path)
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    (tmp_path / "acts.xlsx").write_bytes(saved_by_somebody(rows, {"办理": "改派", "协办执法人员": "周新"}))
    desk.set_input_files("#file", tmp_path / "acts.xlsx")
    desk.get_by_role("button", name="试办").click()
    expect(desk.locator("#run")).to_contain_text("试办：3 项可办，0 项退回")
    look(desk, "sheet-tried", widths=BOTH)
    desk.get_by_role("button", name="办理 3 项").click()
    expect(desk.locator("#run")).to_contain_text("已办 3 项，退回 0 项")
    assert stored(lambda: {m.second_id for m in Matter.objects.all()}) == {third.pk}
    look(desk, "sheet-done", widths=BOTH)
    desk.get_by_role("link", name="撤回").click()
    desk.get_by_role("button", name="撤回").click()
    expect(desk.locator("#run")).to_contain_text("已撤回 3 项")
    assert stored(lambda: {m.second_id for m in Matter.objects.all()}) == {other.pk}

    desk.goto(f"{site.url}/l/inspection/sheet/")
    (tmp_path / "bad.xlsx").write_bytes(saved_by_somebody(rows, {"办理": "改派", "协办执法人员": "无此人"}))
    desk.set_input_files("#file", tmp_path / "bad.xlsx")
    desk.get_by_role("button", name="试办").click()
    expect(desk.locator("#run")).to_contain_text("试办：0 项可办，3 项退回")
    expect(desk.locator("#run")).to_contain_text("可选项里没有“无此人”")
    look(desk, "sheet-refused", widths=BOTH)


def test_a_list_is_kept_under_a_name_and_opened_from_the_to_do(site: Site, desk: Page) -> None:
    planned(site)
    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/l/inspection/")
    desk.locator("#f-state").select_option("planned")
    desk.wait_for_url("**state=planned**")
    desk.locator(".kept summary").click()
    desk.fill("#keep-name", "我的张店待查")
    look(desk, "keep", widths=BOTH)
    desk.locator(".kept .pop button").click()
    expect(desk.locator(".kept")).to_contain_text("我的张店待查")
    desk.goto(site.url)
    look(desk, "todo-kept", widths=BOTH)
    desk.get_by_role("link", name="我的张店待查").click()
    desk.wait_for_url("**/l/inspection/?state=planned")
    desk.goto(f"{site.url}/kept/")
    look(desk, "kept", widths=BOTH)


def test_two_files_that_may_be_one_are_compared_or_said_to_be_two(site: Site, desk: Page) -> None:
    with scoped(SYSTEM):
        for _ in range(2):
            Entity.objects.create(name="好再来面馆", address="张店区柳泉路9号", area=OFFICE, phone="05332111111")
        Entity.objects.create(name="清风餐饮", area=OFFICE, phone=site.entity.phone)
        assert finding.find() == 2
    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/duplicates/")
    expect(desk.locator("tbody tr")).to_have_count(2)
    look(desk, "twins", widths=BOTH)
    desk.locator("tr", has_text="好再来面馆").get_by_role("button", name=re.compile("不是同一家")).click()
    expect(desk.locator("tbody tr")).to_have_count(1)
    desk.goto(f"{site.url}/duplicates/?state=apart")
    expect(desk.locator("tbody")).to_contain_text("好再来面馆")
    look(desk, "twins-apart", widths=BOTH)
    desk.goto(f"{site.url}/duplicates/")
    desk.locator("tr", has_text="清风餐饮").get_by_role("link", name="比对").click()
    expect(desk.locator("h1")).to_contain_text("合并")
