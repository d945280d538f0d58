"""The office's group gets its robot and a test; a text message that did not arrive is seen and settled on the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, expect
from tests.browser.conftest import OFFICE, Site
from tests.browser.looking import look
from tests.browser.steps import drain, room, sign_in
from tests.browser.test_first_inspection import planned

from zhijian.config import places
from zhijian.kernel.accounts import PARTY
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices import receipts
from zhijian.kernel.notices.channels.outside import Outside
from zhijian.kernel.notices.telling import step_data, tell
from zhijian.kernel.simulating import serve
from zhijian.programmes.inspection.flow import INSPECTION

KEY = "693a1316-7a0c-4bc4-97a0-0ec2b5fa5a7d"
ADDRESS = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
SWITCHED_OFF = "13800099998"
WIDTHS = (1440, 390)


@pytest.fixture
def outside(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    """The providers, by HTTP on this machine."""
    with serve(Outside()) as (url, made):
        settings.ROBOT_ORIGINS, settings.SMS_URL = {"wecom": url, "dingtalk": url}, url
        monkeypatch.setenv("ZHIJIAN_SECRET_SMS", made.token)
        places.secret.cache_clear()
        yield made
    places.secret.cache_clear()


def aside(work: Callable[[], Any]) -> Any:
    """Work with the database in a thread of its own: the browser's driver has an event loop in this one."""

    def done() -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(done).result()


def pictures(page: Page, name: str) -> None:
    """The page at both widths, with everything that is held of a page."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        look(page, f"{name}-{width}")
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})


def told(matter: Matter) -> None:
    """The enterprise is sent a text message."""
    with scoped(SYSTEM):
        tell(
            PARTY, matter=matter, template="step", data=step_data(INSPECTION, INSPECTION.steps[0], matter), actor=SYSTEM
        )


def test_the_head_gives_the_office_its_robot(desk: Page, site: Site, outside: Outside) -> None:
    sign_in(desk, site.url, "sun")
    room(desk, "office", "工作群机器人").click()
    desk.wait_for_url(f"{site.url}/notices/robots/{OFFICE}/")
    pictures(desk, "robot-none")
    # An address of somewhere else is refused beside its field, and nothing is lost.
    form = desk.locator("main form.fields")
    form.locator("select[name=digest_at]").select_option("09:00")
    form.locator("input[name=address]").fill("https://example.com/hook")
    form.locator(".btn-primary").click()
    expect(form.locator(".field.bad")).to_contain_text("qyapi.weixin.qq.com")
    expect(form.locator("select[name=digest_at]")).to_have_value("09:00")
    form.locator("input[name=address]").fill(ADDRESS)
    form.locator("button.btn").click()
    expect(desk.locator("main > .band.good")).to_contain_text("已保存")
    expect(desk.locator("main")).not_to_contain_text(KEY)
    # The group does not know the robot yet: the page says what the provider said. Then it does.
    desk.locator('form[action$="/test/"] button').click()
    expect(desk.locator("main > .band.late:not([hidden])")).to_contain_text("已从群里移除")
    outside.robots[KEY] = ""
    desk.locator('form[action$="/test/"] button').click()
    expect(desk.locator("main > .band.good")).to_contain_text("已发到群里")
    assert [key for key, _body in outside.said] == [KEY]
    pictures(desk, "robot")
    desk.locator(".me button[name=language]").click()
    expect(desk.locator("h1")).to_contain_text("The group of")
    pictures(desk, "robot-en")
    # The administrator sees every office's group.
    sign_in(desk, site.url, "admin")
    desk.goto(f"{site.url}/notices/robots/")
    expect(desk.locator("tr[data-row]", has_text="马尚所")).to_contain_text("企业微信群机器人")
    pictures(desk, "robots")


def test_a_message_that_did_not_arrive_is_settled_by_the_officer(desk: Page, site: Site, outside: Outside) -> None:
    matter = planned(site)
    site.entity.phone = SWITCHED_OFF
    site.entity.save()
    told(matter)
    drain()
    assert aside(receipts.collect) == 1
    sign_in(desk, site.url, "zhao")
    line = desk.locator("main").get_by_role("link", name="1 条短信没有送达")
    expect(line).to_be_visible()
    desk.goto(f"{site.url}/m/{matter.uid}/")
    expect(desk.locator("main")).to_contain_text("发给企业的短信没有送达：运营商没能送达")
    desk.goto(f"{site.url}/")
    line.click()
    expect(desk.locator("tr[data-row]")).to_contain_text("关机")
    pictures(desk, "undelivered")
    desk.locator(".me button[name=language]").click()
    pictures(desk, "undelivered-en")
    desk.locator("tr[data-row] .btn-primary").click()
    expect(desk.locator("main code")).to_contain_text("/p/")
    desk.goto(f"{site.url}/")
    expect(desk.locator("main")).not_to_contain_text("did not get through")
    # What it cost stands on the administrator's page.
    sign_in(desk, site.url, "admin")
    desk.goto(f"{site.url}/notices/cost/")
    expect(desk.locator("tr[data-row]")).to_have_count(1)
    pictures(desk, "cost")
    desk.locator(".me button[name=language]").click()
    pictures(desk, "cost-en")
    desk.locator("tr[data-row] a").click()
    expect(desk.locator("tr[data-row]")).to_contain_text(site.entity.name)
    pictures(desk, "cost-office")


def test_everybody_chooses_how_he_is_told(desk: Page, site: Site) -> None:
    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/inbox/")
    desk.locator("main").get_by_role("link", name="通知设置").click()
    expect(desk.locator('input[name=new][value="limits"]')).to_be_disabled()
    desk.locator("input[name=email]").fill("zhao@scjg.example")
    desk.locator('input[name=mail][value="matters"]').check()
    desk.locator("input[name=quiet_from]").fill("22:00")
    desk.locator("main .btn-primary").click()
    expect(desk.locator(".field.bad")).to_contain_text("起止两个时间")
    desk.locator("input[name=quiet_until]").fill("07:00")
    pictures(desk, "preferences")
    desk.locator("main .btn-primary").click()
    expect(desk.locator("main > .band.good")).to_be_visible()
    drain()
    desk.goto(f"{site.url}/notices/simulator/")
    expect(desk.locator("main")).to_contain_text("通知将发到此邮箱")
    pictures(desk, "simulator")
    desk.goto(f"{site.url}/me/notices/")
    expect(desk.locator('input[name=mail][value="matters"]')).to_be_checked()
    desk.locator(".me button[name=language]").click()
    pictures(desk, "preferences-en")
