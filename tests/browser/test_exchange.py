"""A result on its way to the superiors' platform, in the browser: exported, sent back, mended, received."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, Playwright, expect
from tests import world as worlds
from tests.browser.conftest import ARGS, CHROMIUM, OFFICE, Site
from tests.browser.looking import look
from tests.browser.steps import sign_in
from tests.kernel.exchange import conftest as told

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.exchange.models import Owed
from zhijian.kernel.matters.perform import About, perform
from zhijian.programmes.inspection import flow
from zhijian.programmes.inspection.models import Inspection

LIST = "/exchange/t/gsxt/results/"
PAGES = {
    "exchange": "/exchange/",
    "empty": LIST,
    "late": "/exchange/late/",
    "codes": "/exchange/t/luzhifa/codes/",
    "visits": "/exchange/t/luzhifa/visits/",
}


def made_visits(site: Site, count: int) -> list[str]:
    """Visits of the demo office that were made, with their results still to be published; their numbers."""
    keys = []
    with scoped(SYSTEM):
        zhao, qian = (Person.objects.get(username=name) for name in ("zhao", "qian"))
        for _ in range(count):
            about = About(site.premises.name, OFFICE, site.entity, site.premises)
            made = perform(
                flow.INSPECTION, "plan", SYSTEM, about=about, planned_for=worlds.in_days(0), assignee=zhao.pk,
                second=qian.pk,
            )  # fmt: skip
            made = perform(made, "finish", SYSTEM, **told.recorded())
            perform(
                flow.PUBLICATION, "await", SYSTEM, about=About(made.title, OFFICE, site.entity, site.premises, made),
                by_field={"inspection": Inspection.objects.get(pk=made.pk)},
            )  # fmt: skip
            keys.append(made.number)
    return keys


def answers(folder: Path, *rows: list[str]) -> str:
    """Their sheet with answers, on disk."""
    path = folder / "审核结果.xlsx"
    path.write_bytes(told.book([["抽查检查结果审核情况"], told.HEAD, *rows]).read())
    return str(path)


def send_in(page: Page, path: str) -> None:
    page.set_input_files("#in-file", path)
    page.get_by_role("button", name="收进来").click()
    page.wait_for_url("**/exchange/arrivals/**")


def export_all(page: Page) -> list[list[str]]:
    """Choose all, make the sheet, take it; what stands in it."""
    page.locator("[data-all]").check()
    page.get_by_role("button", name="生成导入表").click()
    page.wait_for_url("**/exchange/batches/**")
    with page.expect_download() as caught:
        page.locator("a.btn-primary[download]").click()
    return told.rows_in(Path(caught.value.path()).read_bytes())


def test_a_result_goes_up_comes_back_is_mended_and_received(site: Site, desk: Page, tmp_path: Path) -> None:
    good, bad = made_visits(site, 2)
    sign_in(desk, site.url, "li")
    # Both are published on the desk, and thereby owed.
    desk.goto(f"{site.url}/l/publication/")
    desk.locator("[data-all]").check()
    desk.locator("button[data-bulk]").click()
    desk.locator("main form button.btn-primary").click()
    expect(desk.locator(".band.good")).to_be_visible()
    desk.goto(f"{site.url}/exchange/")
    look(desk, "exchange-1440")
    desk.goto(f"{site.url}{LIST}")
    expect(desk.locator("tbody tr")).to_have_count(2)
    look(desk, "exchange-list-1440")
    sheet = export_all(desk)
    assert {row[0] for row in sheet[2:]} == {good, bad}
    look(desk, "exchange-batch-1440")
    # One is sent back.
    desk.goto(f"{site.url}{LIST}")
    send_in(desk, answers(tmp_path, [good, "已公示", "G-1", ""], [bad, "退回", "", "企业名称与登记不一致"]))
    expect(desk.locator("main .band a", has_text="被退回")).to_be_visible()
    look(desk, "exchange-answers-1440")
    # It stands on the to-do; mended there, it goes over again.
    desk.goto(f"{site.url}/")
    desk.get_by_role("link", name="1 条报送被退回").click()
    desk.get_by_role("link", name="去更正").click()
    expect(desk.get_by_text("企业名称与登记不一致")).to_be_visible()
    look(desk, "exchange-back-1440")
    desk.fill("#reason", "名称已更正")
    desk.get_by_role("button", name="重新报送").click()
    expect(desk.locator(".tag.act").first).to_be_visible()
    desk.goto(f"{site.url}{LIST}")
    assert [row[0] for row in export_all(desk)[2:]] == [bad]
    desk.goto(f"{site.url}{LIST}")
    send_in(desk, answers(tmp_path, [bad, "已公示", "G-2", ""]))
    desk.goto(f"{site.url}{LIST}?state=receipt")
    expect(desk.locator("tbody tr")).to_have_count(2)
    expect(desk.get_by_text("G-2")).to_be_visible()
    # Their whole list lacks one of them: chosen in the reconciliation it is reported again.
    desk.goto(f"{site.url}{LIST}")
    desk.select_option("#in-what", "list")
    send_in(desk, answers(tmp_path, [good, "已公示", "G-1", ""]))
    lost = desk.locator("tbody tr", has_text=bad)
    again = desk.get_by_role("button", name="所选重新报送")
    expect(again).to_be_disabled()
    lost.locator("input").check()
    desk.fill("#why", "对方漏收")
    again.click()
    expect(desk.locator(".band.good")).to_be_visible()
    desk.goto(f"{site.url}{LIST}")
    expect(desk.locator("tbody tr")).to_have_count(1)
    assert [row[0] for row in export_all(desk)[2:]] == [bad]
    desk.goto(f"{site.url}{LIST}")
    send_in(desk, answers(tmp_path, [bad, "已公示", "G-2", ""]))
    desk.goto(f"{site.url}{LIST}?state=receipt")
    # The matter's own page says it too.
    desk.locator("tbody tr", has_text="G-2").locator("a").first.click()
    expect(desk.get_by_text("在其他平台")).to_be_visible()
    look(desk, "exchange-record-1440")


def test_by_hand_one_key_copies_each_field(playwright: Playwright, site: Site) -> None:
    made_visits(site, 1)
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    sign_in(page, site.url, "li")
    page.goto(f"{site.url}/exchange/t/luzhifa/visits/")
    look(page, "exchange-list-390")
    page.get_by_role("link", name="手工录入").click()
    expect(page.locator("#x-1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#x-2")).to_be_focused()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#x-1").input_value()
    page.keyboard.press("c")
    page.keyboard.press("c")
    expect(page.locator("#x-4")).to_be_focused()
    assert page.evaluate("navigator.clipboard.readText()") == "91370303MA3C0R6E9X"
    look(page, "exchange-hand-390")
    # Where the clipboard has no interface the old command does it; where that fails too, the field is chosen.
    page.evaluate("void (navigator.clipboard.writeText = () => Promise.reject(new Error()))")
    page.locator("#x-4").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#x-5")).to_be_focused()
    page.evaluate("void (document.execCommand = () => false)")
    page.locator('[data-copy="#x-3"]').click()
    expect(page.locator("#copied")).to_contain_text("Ctrl+C")
    assert page.evaluate("getSelection().toString()") == "91370303MA3C0R6E9X"
    page.fill("#number", "L-7")
    page.get_by_role("button", name="已在对方录入").click()
    expect(page.locator(".band.good")).to_be_visible()
    with scoped(SYSTEM):
        row = Owed.objects.get(table="visits")
    assert (row.state, row.number) == ("done_there", "L-7")
    assert wrong == []
    browser.close()


def test_the_pages_in_english_and_on_a_phone(playwright: Playwright, site: Site) -> None:
    made_visits(site, 1)
    for width, language in [(1440, "en"), (390, "en"), (390, "zh-CN")]:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = browser.new_context(locale=language, viewport={"width": width, "height": 844}).new_page()
        sign_in(page, site.url, "li")
        name = f"{width}-{language}"
        for what, address in PAGES.items():
            page.goto(site.url + address)
            expect(page.locator("h1")).to_be_visible()
            look(page, f"{what}-{name}")
        browser.close()
