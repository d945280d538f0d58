"""A grade at a browser: what the place is is entered, the head confirms, the enterprise asks, the head answers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Playwright, expect
from tests import world
from tests.browser.conftest import Site, phone_page
from tests.browser.looking import BOTH, look
from tests.browser.steps import sign_in

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.grading.computing import settle
from zhijian.programmes.grading.models import Grading, Held

pytestmark = pytest.mark.browser


@pytest.fixture
def matter(site: Site) -> Matter:
    """The restaurant's grade with a penalty of last week, to be confirmed."""
    with scoped(SYSTEM):
        settle([site.premises.pk])
        made = Matter.objects.get(kind="grading", premises=site.premises)
        perform(made, "note", SYSTEM, what="penalty", on=world.in_days(-7), word="淄市监处〔2026〕7号")
        return made


def test_from_what_the_place_is_to_the_answer_to_a_review(
    playwright: Playwright, desk: Page, site: Site, matter: Matter
) -> None:
    desk.set_default_timeout(20_000)
    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/l/grading/")
    expect(desk.locator("main")).to_contain_text("尚未确认")
    look(desk, "grades", widths=BOTH)
    desk.get_by_role("link", name="清风小馆").first.click()
    expect(desk.locator("main")).to_contain_text("淄市监处〔2026〕7号")
    desk.get_by_role("link", name="登记静态因素").click()
    desk.fill("#f-floor", "很大")
    desk.get_by_role("button", name="保存").click()
    expect(desk.locator("#p-floor")).to_contain_text("请填写数字")
    expect(desk.locator("#f-floor")).to_have_value("很大")
    look(desk, "grade-facts", widths=BOTH)
    desk.fill("#f-floor", "3200")
    for code in ("hot", "cold", "raw", "pastry"):
        desk.select_option(f"#f-{code}", "yes")
    desk.get_by_role("button", name="保存").click()
    expect(desk.locator("main")).to_contain_text("3200 平方米")
    look(desk, "grade", widths=BOTH)
    desk.get_by_role("button", name="确认计算等级").or_(desk.get_by_role("link", name="确认计算等级")).first.click()
    desk.locator("form .btn-primary").last.click()
    expect(desk.locator("main")).to_contain_text("历次等级")
    with scoped(SYSTEM):
        assert Grading.objects.get(pk=matter.pk).grade == "C", "34 points are B, the penalty raises it by one level"
        link = make_link(site.entity, Matter.objects.get(pk=matter.pk))
    desk.goto(f"{site.url}/e/{site.entity.uid}/")
    expect(desk.locator("main")).to_contain_text("风险等级")
    look(desk, "grade-entity", widths=BOTH)
    browser, owner = phone_page(playwright)
    owner.set_default_timeout(20_000)
    owner.goto(f"{site.url}/p/{link}/")
    expect(owner.locator("main")).to_contain_text("您的风险等级是 C 级")
    look(owner, "grade-party", widths=BOTH)
    owner.get_by_role("button", name="申请复核等级").or_(owner.get_by_text("申请复核等级")).first.click()
    owner.locator("textarea").first.fill("面积登记有误，请核对。")
    owner.locator("form:has(textarea) button[type=submit], form:has(textarea) button.btn").last.click()
    expect(owner.locator("main")).to_contain_text("您已申请复核")
    desk.goto(f"{site.url}/m/{matter.uid}/keep/")
    desk.locator("textarea").fill("现场测量 3200 平方米，登记无误。")
    desk.locator("form .btn-primary").last.click()
    expect(desk.locator("main")).to_contain_text("复核后维持原等级")
    owner.reload()
    expect(owner.locator("main")).to_contain_text("现场测量 3200 平方米")
    browser.close()
    with scoped(SYSTEM):
        assert Held.objects.count() == 1
