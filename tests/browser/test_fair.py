"""Fair to enterprises at a browser: a section sets the cap, a head meets it and names the exception, plans the year."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Playwright, expect
from tests import world as worlds
from tests.browser.conftest import ARGS, CHROMIUM
from tests.browser.looking import BOTH, PICTURES, look
from tests.browser.test_joining import PASSWORD

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.programmes.inspection.checklists import load_shipped
from zhijian.programmes.inspection.models import Inspection

pytestmark = [pytest.mark.browser]
WORDS = {
    "en": [
        "Put into force",
        "Plan a visit",
        "Begin a yearly plan",
        "Hand in",
        "Lines of the plan",
        "Make it one visit",
    ],
    "zh-CN": ["生效", "安排检查", "编制年度检查计划", "报审", "计划明细", "合并为一次检查"],
}


@pytest.fixture
def site(live_site: str) -> str:
    """An office with its pair, and a section of the city."""
    with scoped(SYSTEM):
        w = worlds.make()
        w.inspector, w.second
        load_shipped()
        for name, role, area in (("section", Role.SECTION, worlds.CITY), ("head", Role.HEAD, worlds.OFFICE)):
            person = w.person(name, role, area)
            person.set_password(PASSWORD)
            person.save()
    return live_site


def enter(page: Page, site: str, name: str, to: str) -> None:
    page.goto(f"{site}/login/?next={to}")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}{to}")


def choose(page: Page, name: str, value: str) -> None:
    """Of few choices each is a button, of more a list."""
    radio = page.locator(f"input[name={name}][value={value}]")
    if radio.count():
        radio.check()
    else:
        page.select_option(f"[name={name}]", value)


def plan_visit(page: Page, site: str, uid: str, words: list[str], **outside: str) -> None:
    page.goto(f"{site}/new/inspection/plan/?e={uid}")
    page.fill("[name=f-planned_for]", calendar.today().isoformat())
    page.select_option("[name=f-assignee]", label="甲")
    page.select_option("[name=f-second]", label="乙")
    if outside:
        choose(page, "f-purpose", outside["kind"])
        page.fill("[name=f-outside_reason]", outside["reason"])
    page.get_by_role("button", name=words[1], exact=True).click()


@pytest.mark.parametrize("language", ["en", "zh-CN"] if PICTURES else ["zh-CN"])
def test_a_cap_is_set_met_and_lawfully_passed_and_the_year_planned(
    playwright: Playwright, site: str, language: str
) -> None:
    words = WORDS[language]
    with scoped(SYSTEM):
        uid = str(worlds.Entity.objects.get(code="91370303MA3C000001").uid)
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
    try:
        page = chromium.new_context(locale=language, viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(30_000)
        enter(page, site, "section", "/visits/cap/")
        page.fill("#cap-any", "1")
        page.fill("#reason", "局办公会决定")
        page.get_by_role("button", name=words[0], exact=True).click()
        expect(page.locator("dl.facts-list strong", has_text="1")).to_be_visible()
        look(page, f"cap-{language}", widths=BOTH)
        page.goto(f"{site}/visits/items/")
        look(page, f"items-{language}", widths=BOTH)
        page = chromium.new_context(locale=language, viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(30_000)
        enter(page, site, "head", "/l/visit_plan/")
        look(page, f"plans-none-{language}", widths=BOTH)
        plan_visit(page, site, uid, words)
        page.wait_for_url("**/m/**")
        plan_visit(page, site, uid, words)
        expect(page.locator(".band.late:not([hidden])")).to_be_visible()
        look(page, f"over-the-cap-{language}", widths=BOTH)
        plan_visit(page, site, uid, words, kind="complaint", reason="12315 第 2026-77 号")
        page.wait_for_url("**/m/**")
        look(page, f"outside-{language}", widths=BOTH)
        page.goto(f"{site}/visits/joint/")
        expect(page.get_by_role("button", name=words[5], exact=True)).to_be_visible()
        look(page, f"joint-{language}", widths=BOTH)
        page.goto(f"{site}/e/{uid}/")
        look(page, f"entity-year-{language}", widths=BOTH)
        page.goto(f"{site}/new/visit_plan/begin/")
        look(page, f"plan-begin-{language}", widths=BOTH)
        page.select_option("[name=f-area]", worlds.OFFICE)
        page.select_option("[name=f-year]", str(calendar.today().year + 1))
        page.get_by_role("button", name=words[2], exact=True).click()
        page.wait_for_url("**/m/**")
        expect(page.get_by_role("heading", name=words[4])).to_be_visible()
        look(page, f"plan-{language}", widths=BOTH)
        page.goto(page.url + "add_line/")
        look(page, f"plan-add-line-{language}", widths=BOTH)
    finally:
        chromium.close()
    with scoped(SYSTEM):
        assert sorted(Inspection.objects.values_list("outside", flat=True)) == ["", "complaint"]
