"""A card moved by keys, a time chosen on the phone, and a bad rating that somebody else calls back."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Playwright, expect
from tests.browser.conftest import OFFICE, Site, phone_page
from tests.browser.looking import look
from tests.browser.steps import sign_in
from tests.browser.test_first_inspection import planned

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.appointments.models import Slot
from zhijian.kernel.appointments.offering import moment_of
from zhijian.kernel.clock import calendar
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.ratings.models import ReturnCall
from zhijian.programmes.inspection.flow import RECTIFICATION
from zhijian.programmes.inspection.models import Inspection

pytestmark = pytest.mark.browser


def recorded(site: Site, verb: str, failed: int = 0) -> Matter:
    """A visit that was recorded: with findings (`order`) or over (`finish`)."""
    task, now = planned(site), timezone.now()
    with scoped(SYSTEM):
        return perform(
            task, verb, SYSTEM, result="basically_compliant", failed=failed, items_checked=43, started=now, ended=now,
            record_id=uuid7(), record_digest="0" * 64,
        )  # fmt: skip


@pytest.fixture
def finding(site: Site) -> Matter:
    visit = recorded(site, "order", 1)
    with scoped(SYSTEM):
        about = About("1.2 许可证未悬挂", visit.area, site.entity, site.premises, visit)
        made = perform(
            RECTIFICATION, "order", SYSTEM, about=about, item="1.2", found="许可证未悬挂", required="当日补齐公示",
            deadline=calendar.add_working_days(calendar.today(), 5)[0],
            by_field={"inspection": Inspection.objects.get(pk=visit.pk)},
        )  # fmt: skip
        Matter.objects.filter(pk=made.pk).update(assignee=visit.assignee, second=visit.second)
        return Matter.objects.get(pk=made.pk)


def test_a_card_is_moved_by_keys_and_asks_what_it_must_know(desk: Page, site: Site, finding: Matter) -> None:
    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/l/rectification/board/?assignee=me")
    card = desk.locator(f"#c-{finding.uid}")
    look(desk, "board")
    card.locator("a.name").focus()
    desk.keyboard.press("m")
    menu = desk.locator("#moves[open]")
    expect(menu.get_by_role("link", name="验收通过")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    card.locator("a.name").focus()
    desk.keyboard.press("Shift+ArrowRight")
    expect(desk.locator(".band.soon")).to_contain_text("未移动")  # only the enterprise asks for more time
    expect(card.locator("a.name")).to_be_focused()
    desk.keyboard.press("m")
    expect(menu.get_by_role("link", name="验收通过")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(f"/m/{finding.uid}/accept/"))
    desk.locator("[name=f-on_site]").check()
    desk.locator("textarea[name=f-review_note]").fill("店主已当场挂好。")
    desk.locator("main form button.btn-primary").click()
    expect(desk).to_have_url(re.compile(r"/l/rectification/board/\?.*assignee=me"))
    expect(desk.locator(f'[data-state="accepted"] #c-{finding.uid}')).to_be_visible()
    expect(desk.locator(f"#c-{finding.uid} a.name")).to_be_focused()
    desk.set_viewport_size({"width": 390, "height": 844})
    expect(desk.locator('[data-state="ordered"]')).to_be_hidden()
    desk.locator('[data-column="ordered"]').click()
    expect(desk.locator('[data-state="ordered"]')).to_be_visible()
    expect(desk.locator('[data-state="answered"]')).to_be_hidden()
    look(desk, "board-390")


def test_a_card_that_may_not_go_there_says_why(desk: Page, site: Site, finding: Matter) -> None:
    """The head drags it: only officers accept."""
    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/l/rectification/board/")
    desk.drag_and_drop(f"#c-{finding.uid}", '[data-state="accepted"]')
    expect(desk.locator(".band.soon")).to_contain_text("未移动")
    expect(desk.locator(f'[data-state="ordered"] #c-{finding.uid}')).to_be_visible()


def test_the_enterprise_chooses_the_time_and_it_stands_in_the_officers_day(
    desk: Page, playwright: Playwright, site: Site, finding: Matter
) -> None:
    day = calendar.add_working_days(calendar.today(), 2)[0]
    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/slots/")
    desk.locator("select[name=kind]").select_option("inspection.recheck")
    for name in ("first", "last"):
        desk.locator(f"input[name={name}]").fill(f"{day}")
    for number in ("6", "7"):
        desk.locator(f'input[name=weekdays][value="{number}"]').check()
    desk.locator("input[name=begins]").fill("14:00")
    desk.locator("input[name=ends]").fill("16:00")
    desk.locator("input[name=minutes]").fill("60")
    desk.get_by_role("button", name="开放这些时段").click()
    expect(desk.locator(".band.good")).to_contain_text("已开放 2 个时段")
    with scoped(SYSTEM):
        assert Slot.objects.filter(officer__username="zhao", area=OFFICE).count() == 2
        link = f"{site.url}/p/{make_link(site.entity, Matter.objects.get(pk=finding.parent_id))}/"
    browser, phone = phone_page(playwright)
    phone.goto(link)
    phone.get_by_role("link", name="预约、改期或取消").click()
    look(phone, "times")
    phone.get_by_role("button", name="14:00–15:00").click()
    expect(phone.locator(".box.good").first).to_contain_text("14:00")
    phone.get_by_role("button", name="15:00–16:00").click()
    expect(phone.locator(".box.good").first).to_contain_text("15:00")
    phone.goto(link)
    expect(phone.locator("#times")).to_contain_text("15:00–16:00")
    browser.close()
    desk.goto(f"{site.url}/calendar/?view=day&day={day}")
    line = desk.locator(".cal li ul li", has_text="15:00")
    expect(line).to_contain_text("现场复查")
    expect(line).to_contain_text("清风小馆")
    look(desk, "calendar-day")
    desk.goto(f"{site.url}/calendar/?day={day}")
    look(desk, "calendar-month")
    assert moment_of(day, dt.time(15)) > timezone.now()


def test_a_bad_rating_is_called_back_by_somebody_else(desk: Page, playwright: Playwright, site: Site) -> None:
    visit = recorded(site, "finish")
    with scoped(SYSTEM):
        link = f"{site.url}/p/{make_link(site.entity, visit)}/"
    browser, phone = phone_page(playwright)
    phone.goto(link)
    phone.locator("#stars-1").check()
    phone.locator("#rate-words").fill("饭点来查，影响生意。")
    look(phone, "rating")
    phone.get_by_role("button", name="提交评价").click()
    expect(phone.locator("#rate")).to_contain_text("评了 1 星")
    browser.close()
    sign_in(desk, site.url, "li")
    desk.get_by_role("link", name="有 1 个回访待办").click()
    desk.locator("main table a").first.click()
    expect(desk.locator("main")).to_contain_text("饭点来查，影响生意。")
    look(desk, "return-call")
    desk.get_by_role("link", name="已接通，记录答复").click()
    desk.get_by_label("基本满意").check()
    desk.locator("textarea[name=f-words]").fill("以后错开饭点就行。")
    desk.locator("main form button.btn-primary").click()
    expect(desk.locator("h1 .tag")).to_have_text("已回访")
    address = desk.url
    with scoped(SYSTEM):
        assert ReturnCall.objects.get().satisfied == "basically"
        assert Person.objects.get(username="zhao").pk in (visit.assignee_id, visit.second_id)
    sign_in(desk, site.url, "zhao")
    assert desk.goto(address).status == 404  # type: ignore[union-attr]
