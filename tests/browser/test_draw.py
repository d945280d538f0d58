"""A double-random check at a browser: the head draws, recuses an officer, confirms, and visits are planned."""

from __future__ import annotations

import pytest
from playwright.sync_api import Playwright, expect
from tests import world as worlds
from tests.browser.conftest import ARGS, CHROMIUM
from tests.browser.looking import BOTH, PICTURES, look
from tests.browser.test_fair import enter
from tests.browser.test_joining import PASSWORD
from tests.programmes.inspection.test_draw import shops
from tests.world import in_days

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.programmes.inspection.models import DrawnPlace, Inspection

pytestmark = [pytest.mark.browser]
WORDS = {
    "en": ["Draw at random", "Recuse an officer", "Confirm and plan the visits", "comes out alike"],
    "zh-CN": ["随机抽取", "执法人员回避", "确认并安排检查", "一致"],
}


@pytest.fixture
def site(live_site: str) -> str:
    """An office with three officers and six shops of the worst grade."""
    with scoped(SYSTEM):
        w = worlds.make()
        w.inspector, w.second
        w.person("丙", Role.INSPECTOR, worlds.OFFICE, "鲁C-003")
        head = w.person("head", Role.HEAD, worlds.OFFICE)
        head.set_password(PASSWORD)
        head.save()
    shops(w, 6)
    return live_site


@pytest.mark.parametrize("language", ["en", "zh-CN"] if PICTURES else ["zh-CN"])
def test_a_draw_is_shown_changed_and_confirmed(playwright: Playwright, site: str, language: str) -> None:
    words = WORDS[language]
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
    try:
        page = chromium.new_context(locale=language, viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(30_000)
        enter(page, site, "head", "/visits/kinds/")
        look(page, f"kinds-{language}", widths=BOTH)
        page.goto(f"{site}/l/visit_draw/")
        look(page, f"draws-none-{language}", widths=BOTH)
        page.goto(f"{site}/new/visit_draw/draw/")
        look(page, f"draw-begin-{language}", widths=BOTH)
        page.select_option("[name=f-area]", worlds.OFFICE)
        page.fill("[name=f-first]", in_days(1).isoformat())
        page.fill("[name=f-last]", in_days(14).isoformat())
        page.get_by_role("button", name=words[0], exact=True).click()
        page.wait_for_url("**/m/**")
        record = page.url
        expect(page.locator(".tag.good", has_text=words[3])).to_be_visible()
        expect(page.locator("tr[data-row]")).to_have_count(7)
        look(page, f"drawn-{language}", widths=BOTH)
        with scoped(SYSTEM):
            gone = DrawnPlace.objects.get(order=1).first.name
        page.goto(f"{record}recuse/")
        look(page, f"draw-recuse-{language}", widths=BOTH)
        page.select_option("[name=f-place]", "1")
        page.select_option("[name=f-person]", label=gone)
        page.fill("[name=f-reason]", "店主系其亲属")
        page.get_by_role("button", name=words[1], exact=True).click()
        page.wait_for_url(record)
        expect(page.locator("tr[data-row]").first).not_to_contain_text(gone)
        page.goto(f"{record}confirm/")
        page.get_by_role("button", name=words[2]).click()
        expect(page.locator("tr[data-row] a")).to_have_count(7)
        look(page, f"draw-confirmed-{language}", widths=BOTH)
        page.goto(f"{site}/l/inspection/?purpose=random")
        look(page, f"visits-random-{language}", widths=BOTH)
        page.goto(f"{site}/new/inspection/plan/?e={_entity()}")
        look(page, f"plan-kind-{language}", widths=BOTH)
    finally:
        chromium.close()
    with scoped(SYSTEM):
        assert Inspection.objects.filter(purpose="random", matter__state="planned").count() == 7


def _entity() -> str:
    with scoped(SYSTEM):
        return str(worlds.Entity.objects.get(code="91370303MA3C000001").uid)
