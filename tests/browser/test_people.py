"""An officer leaves and another takes over; an officer is on leave and another stands in."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from playwright.sync_api import Page, expect
from tests.browser.conftest import OFFICE, Site
from tests.browser.looking import look
from tests.browser.steps import sign_in
from tests.browser.test_first_inspection import planned

from zhijian.kernel.accounts import people
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Handover, Leave, Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.programmes.inspection.flow import RECTIFICATION
from zhijian.programmes.inspection.models import Inspection

PASSWORD = "stand-in-for-zhao"


def in_days(n: int) -> str:
    return (calendar.today() + dt.timedelta(days=n)).isoformat()


def sign_in_by_name(page: Page, url: str, username: str, password: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{url}/login/")
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"{url}/")


def to_person(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/people/?q={name}")
    page.locator(".zj-table").get_by_role("link", name=name).click()
    expect(page.locator("h1")).to_contain_text(name)


def opened(page: Page, words: str) -> None:
    page.locator("summary", has_text=words).click()


def test_a_successor_is_made_takes_over_and_the_account_is_closed(desk: Page, site: Site) -> None:
    matter = planned(site)
    url = site.url
    # The administrator makes the account: post, certificate, a password that is shown once.
    sign_in(desk, url, "admin")
    desk.goto(f"{url}/people/new/")
    desk.locator("input[name=username]").fill("ding")
    desk.locator("input[name=name]").fill("丁一鸣")
    desk.locator("select[name=area]").select_option(OFFICE)
    desk.locator("main form .btn-primary").click()
    expect(desk.locator("h1")).to_contain_text("丁一鸣")
    opened(desk, "安排")
    desk.locator("select[name=post-role]").select_option("inspector")
    desk.locator("select[name=post-area]").select_option(OFFICE)
    desk.locator('form[action$="/do/post/"] .btn-primary').click()
    expect(desk.locator(".band.good")).to_be_visible()
    opened(desk, "登记执法证")
    desk.locator("input[name=certificate-number]").fill("鲁C-0303-1029")
    desk.locator("input[name=certificate-until]").fill(in_days(400))
    desk.locator('form[action$="/do/certificate/"] .btn-primary').click()
    expect(desk.locator("main")).to_contain_text(in_days(400))
    desk.locator('form[action$="/password/"] button').click()
    password = desk.locator("[data-password]").inner_text()
    # Nobody is closed while matters are open on him: the page leads to the handover.
    to_person(desk, url, "赵明远")
    desk.locator('form[action$="/do/lock/"] button').click()
    expect(desk.locator("main > .band.late:not([hidden])")).to_contain_text("请先移交")
    expect(desk.locator("main > .band.late a")).to_be_visible()
    # The head proposes.
    sign_in(desk, url, "sun")
    to_person(desk, url, "赵明远")
    look(desk, "person")
    desk.locator(".rechead .btn-primary").click()
    expect(desk.locator("main")).to_contain_text(matter.title)
    look(desk, "handover")
    desk.locator("select[name=successor]").select_option(label="丁一鸣")
    desk.locator("main form .btn-primary").click()
    expect(desk.locator("h1")).to_contain_text("待移交人确认")
    # He confirms it himself, from his own to-do page.
    sign_in(desk, url, "zhao")
    desk.locator('main a[href="/handovers/"]').click()
    desk.locator("main a[href^='/handovers/']").first.click()
    desk.locator('form[action$="/confirm/"] button').click()
    expect(desk.locator("h1")).to_contain_text("待接任人确认")
    # The successor finds it on his to-do page, looks, and confirms.
    sign_in_by_name(desk, url, "ding", password)
    desk.locator('main a[href="/handovers/"]').click()
    desk.locator("main a[href^='/handovers/']").first.click()
    expect(desk.locator("main")).to_contain_text(matter.title)
    desk.locator('form[action$="/confirm/"] button').click()
    expect(desk.locator("h1")).to_contain_text("完成")
    look(desk, "handover-done")
    desk.goto(f"{url}/")
    expect(desk.locator("main")).to_contain_text(matter.title)
    desk.goto(f"{url}/m/{matter.uid}/")
    expect(desk.locator("main")).to_contain_text("由 赵明远 移交给 丁一鸣")
    # Now the account can be closed.
    sign_in(desk, url, "admin")
    to_person(desk, url, "赵明远")
    desk.locator('form[action$="/do/lock/"] button').click()
    expect(desk.locator("h1 .tag.bad")).to_be_visible()
    with scoped(SYSTEM):
        assert Matter.objects.get(pk=matter.pk).assignee.username == "ding"
        assert Handover.objects.get().confirmed_at is not None


def asks_for_time(site: Site) -> Matter:
    """A finding in the hands of 赵明远, whose enterprise asks for more time."""
    task, now = planned(site), timezone.now()
    with scoped(SYSTEM):
        visit = perform(
            task, "order", SYSTEM, result="basically_compliant", failed=1, items_checked=43, started=now, ended=now,
            record_id=uuid7(), record_digest="0" * 64,
        )  # fmt: skip
        finding = perform(
            RECTIFICATION, "order", SYSTEM, item="2.3", found="冷藏柜 12 ℃", required="调整温度并记录",
            about=About("2.3 冷藏柜 12 ℃", visit.area, site.entity, site.premises, visit),
            deadline=calendar.add_working_days(calendar.today(), 5)[0],
            by_field={"inspection": Inspection.objects.get(pk=visit.pk)},
        )  # fmt: skip
        Matter.objects.filter(pk=finding.pk).update(assignee=Person.objects.get(username="zhao"))
        return perform(
            Matter.objects.get(pk=finding.pk), "ask_time", SYSTEM, asked_reason="等配件",
            asked_until=calendar.today() + dt.timedelta(days=20),
        )  # fmt: skip


def test_a_stand_in_sees_and_does_what_the_absent_one_holds(desk: Page, site: Site) -> None:
    finding = asks_for_time(site)
    with scoped(SYSTEM):
        bing = people.add("bing", "冰清", PASSWORD, OFFICE, actor=SYSTEM, certificate="鲁C-0303-1030")
        people.give_post(bing, Role.INSPECTOR, OFFICE, calendar.today(), actor=SYSTEM)
    url = site.url
    sign_in(desk, url, "sun")
    to_person(desk, url, "赵明远")
    opened(desk, "登记请假")
    form = desk.locator('form[action$="/do/leave/"]')
    form.locator("input[name=leave-until]").fill(in_days(7))
    form.locator("select[name=leave-stand_in]").select_option(label="冰清")
    form.locator(".btn-primary").click()
    expect(desk.locator("main")).to_contain_text("由 冰清 代理")
    sign_in_by_name(desk, url, "bing", PASSWORD)
    heading = desk.locator("section", has=desk.locator("h2", has_text="代 赵明远 办理"))
    expect(heading).to_contain_text("冷藏柜")
    look(desk, "stand-in")
    heading.locator("a", has_text="冷藏柜").first.click()
    desk.goto(f"{url}/m/{finding.uid}/refuse_time/")
    desk.locator("textarea").fill("配件本地有售，不同意延期。")
    desk.locator("main form .btn-primary").click()
    desk.wait_for_url(f"{url}/m/{finding.uid}/")
    expect(desk.locator(".timeline")).to_contain_text("冰清 代 赵明远")
    # He is back: from now on 冰清 holds nothing of his.
    sign_in(desk, url, "sun")
    to_person(desk, url, "赵明远")
    desk.locator('form[action*="/leave/"][action$="/end/"] button').click()
    expect(desk.locator(".band.good")).to_be_visible()
    sign_in_by_name(desk, url, "bing", PASSWORD)
    expect(desk.locator("main")).not_to_contain_text("代 赵明远 办理")
    with scoped(SYSTEM):
        assert not Leave.objects.between(calendar.today()).exists()
