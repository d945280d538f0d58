"""The city's dispatcher writes a row, tries it on what happened, puts it in force; the next order goes straight."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from tests.browser.conftest import OFFICE, Site
from tests.browser.looking import BOTH, look
from tests.browser.steps import drain, room, sign_in
from tests.kernel.exchange.conftest import book
from tests.programmes.complaints.conftest import do, matter_of, order, take_in

from zhijian.kernel.accounts.actor import SYSTEM, Actor, actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.programmes.complaints.models import RouteSet
from zhijian.programmes.complaints.routing import sets

pytestmark = [pytest.mark.browser]
BEFORE, NEXT = "ZB2026112900001", "ZB2026113000002"
PRICE = {"诉求分类": "价格投诉", "标题": "多收钱", "诉求内容": "菜单标38元，结账收48元，要求退还。"}


def _actor(name: str) -> Actor:
    with scoped(SYSTEM):
        return actor_of(Person.objects.get(username=name))


def _concluded(site: Site) -> None:
    """An order that the office settled before there were rules."""
    he, head, officer = _actor("he"), _actor("sun"), _actor("zhao")
    take_in(he, order(BEFORE, **PRICE))
    drain()
    do(he, matter_of(BEFORE), "pass_on", area=OFFICE)
    do(head, matter_of(BEFORE), "name", meant="confirmed", entity=site.entity.pk, premises=site.premises.pk)
    do(head, matter_of(BEFORE), "assign", assignee=officer.person_id)
    do(officer, matter_of(BEFORE), "settle", why="退还差价 10 元", recovered="10.00")


def _write_a_row(desk: Page) -> None:
    desk.select_option("#r-kind", "complaint")
    desk.select_option("#r-category", "P08")
    desk.select_option("#r-to", OFFICE)
    desk.select_option("#r-how", "straight")
    desk.get_by_role("button", name="加在最后").click()
    expect(desk.locator("#rows li")).to_have_count(2)


def _arrives(desk: Page, site: Site, folder: Path) -> None:
    now = f"{calendar.local(timezone.now()):%Y-%m-%d %H:%M:%S}"  # not before the set is in force
    rows = [order(NEXT, **PRICE, 受理时间=now)]
    path = folder / "12345.xlsx"
    path.write_bytes(book([list(rows[0]), list(rows[0].values())]).read())
    desk.goto(f"{site.url}/exchange/t/zibo12345/orders/")
    desk.set_input_files("input[type=file]", str(path))
    desk.get_by_role("button", name="收进来").click()
    expect(desk.get_by_text("12345.xlsx").first).to_be_visible()
    drain()


def test_a_row_is_written_tried_put_in_force_and_the_next_order_goes_straight(
    site: Site, desk: Page, tmp_path: Path
) -> None:
    _concluded(site)
    sign_in(desk, site.url, "he")
    room(desk, "complaints", "分派规则").click()
    expect(desk.get_by_text("尚未设定规则时的默认规则")).to_be_visible()
    look(desk, "routes-none", widths=BOTH)
    desk.get_by_role("link", name="修改并试算").click()
    look(desk, "routes-change", widths=BOTH)
    _write_a_row(desk)
    desk.get_by_role("button", name="上移第 2 行").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#rows li").first).to_contain_text("价格投诉")
    look(desk, "routes-changed", widths=BOTH)
    desk.get_by_role("button", name="用往期件试算").click()
    mine = desk.locator("#trial tbody tr").first
    expect(mine.locator("td").nth(2)).to_have_text("1")
    desk.locator("#trial summary").first.click()
    expect(desk.locator("#trial li a").first).to_be_visible()
    look(desk, "routes-tried", widths=BOTH)
    desk.fill("#reason", "价格投诉集中受理")
    desk.get_by_role("button", name="生效", exact=True).click()
    expect(desk.get_by_text("价格投诉集中受理").first).to_be_visible()
    look(desk, "routes-set", widths=BOTH)

    _arrives(desk, site, tmp_path)
    matter = matter_of(NEXT)
    assert (matter.area, matter.state) == (OFFICE, "received")
    desk.goto(f"{site.url}/m/{matter.uid}/")
    expect(desk.get_by_text("直接转办").first).to_be_visible()
    look(desk, "item-went-straight", widths=BOTH)


def test_on_a_phone_rows_are_changed_and_an_older_set_is_put_in_force_again(site: Site, desk: Page) -> None:
    with scoped(SYSTEM):
        today = calendar.today()
        old = sets.put_in_force(sets.FIRST, since=today, reason="原来的", seen=0, actor=SYSTEM)
        sets.put_in_force([], since=today, reason="暂停", seen=old.pk, actor=SYSTEM)
    desk.set_viewport_size({"width": 390, "height": 844})
    sign_in(desk, site.url, "he")
    desk.goto(f"{site.url}/complaints/routes/")
    desk.get_by_role("link", name="修改并试算").click()
    expect(desk.get_by_text("每件都由人分派")).to_be_visible()
    desk.get_by_role("button", name="加在最后").click()  # the browser asks for the office first
    desk.select_option("#r-to", "office")
    desk.get_by_role("button", name="加在最后").click()
    expect(desk.locator("#rows li")).to_have_count(1)
    desk.get_by_role("link", name="更改第 1 行").click()
    desk.select_option("#r-to", "district")
    desk.get_by_role("button", name="改好这一行").click()
    expect(desk.locator("#rows li")).to_contain_text("店铺所在区县")
    look(desk, "routes-on-a-phone")
    desk.goto(f"{site.url}/complaints/routes/")
    desk.locator("summary", has_text="恢复这一套").click()
    desk.fill(f"#reason-{old.pk}", "恢复")
    desk.get_by_role("button", name="恢复生效").click()
    expect(desk.get_by_text("店铺所在监管所").first).to_be_visible()
    with scoped(SYSTEM):
        assert [one.reason for one in RouteSet.objects.order_by("pk")] == ["原来的", "暂停", "恢复"]
        assert sets.in_force(today).rows == sets.FIRST
