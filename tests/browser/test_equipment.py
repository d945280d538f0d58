"""Trapped in a lift, from the scan to the closed matter; a boiler past its day, from the list to the lifted order."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Playwright, expect
from tests import world
from tests.browser.conftest import ARGS, CHROMIUM, OFFICE, Site, phone_page
from tests.browser.looking import look
from tests.browser.steps import sign_in

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.registry.models import Entity
from zhijian.programmes.equipment import maintenance
from zhijian.programmes.equipment.facts import Visit
from zhijian.programmes.equipment.flow import EQUIPMENT
from zhijian.programmes.equipment.models import Equipment, LiftCall

pytestmark = pytest.mark.browser


def piece(site: Site, code: str, **told: object) -> Matter:
    with scoped(SYSTEM):
        about = About(code, OFFICE, site.entity, site.premises)
        return perform(EQUIPMENT, "register", SYSTEM, about=about, code=code, place="张店区水晶街 1 号", **told)


@pytest.fixture
def firm(site: Site) -> Entity:
    with scoped(SYSTEM):
        return Entity.objects.create(name="淄博捷安电梯维保有限公司", area=OFFICE, phone="13905330011")


@pytest.fixture
def lift(site: Site, firm: Entity) -> Equipment:
    matter = piece(
        site, "31103703032024000001", name="乘客电梯", inner_no="1#", certificate="梯11鲁C00001(24)",
        supervised_on=world.in_days(-500), inspected_on=world.in_days(-140),
    )  # fmt: skip
    with scoped(SYSTEM):
        Equipment.objects.filter(pk=matter.pk).update(maintainer=firm)
        made = Equipment.objects.select_related("matter__premises").get(pk=matter.pk)
        maintenance.visit(made, firm, SYSTEM, Visit(note="半月维保"), None)
        return made


def both(page: Page, name: str) -> None:
    """Pictures of a desk page, wide and narrow."""
    look(page, name)
    page.set_viewport_size({"width": 390, "height": 844})
    look(page, f"{name}-390")
    page.set_viewport_size({"width": 1440, "height": 900})


def test_trapped_from_the_scan_to_rescued_and_closed(
    desk: Page, playwright: Playwright, site: Site, lift: Equipment, firm: Entity
) -> None:
    browser, citizen = phone_page(playwright)
    citizen.goto(f"{site.url}/t/{lift.door_code}/")
    expect(citizen.locator("main")).to_contain_text("梯11鲁C00001(24)")
    look(citizen, "lift")
    citizen.get_by_role("button", name="我被困在电梯里").click()
    expect(citizen.locator(".box").first).to_contain_text("尚无应答")
    expect(citizen.locator(".box").first).to_contain_text("分钟")
    look(citizen, "lift-call")
    waiting = citizen.url
    with scoped(SYSTEM):
        call = LiftCall.objects.select_related("matter").get()
        link = f"{site.url}/p/{make_link(firm, call.matter)}/"
    technician = citizen.context.new_page()
    technician.goto(link)
    look(technician, "lift-firm")
    technician.get_by_role("button", name="已出发").click()
    expect(technician.locator("main")).to_contain_text("正在赶来")
    citizen.goto(waiting)
    expect(citizen.locator(".box").first).to_contain_text("正在赶来")
    technician.get_by_role("button", name="已到现场").click()
    expect(technician.locator("main")).to_contain_text("已到现场")
    technician.locator("[name=word]").fill("一人平安走出轿厢")
    technician.get_by_role("button", name="人员已救出").click()
    expect(technician.locator("main")).to_contain_text("正在查明原因")
    citizen.goto(waiting)
    expect(citizen.locator(".box").first).to_contain_text("现场已处置")
    browser.close()
    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/l/lift_call/")
    both(desk, "desk-calls")
    desk.goto(f"{site.url}/m/{call.matter.uid}/")
    both(desk, "desk-call-lift")
    desk.locator(".rechead").get_by_role("link", name="办结").click()
    desk.locator("[name=f-cause]").fill("层门门锁触点接触不良，已更换。")
    desk.locator("main form button.btn-primary").click()
    expect(desk.locator(".rechead .tag").first).to_contain_text("办结")
    desk.goto(f"{site.url}/m/{lift.matter.uid}/")
    both(desk, "desk-piece")
    with scoped(SYSTEM):
        call.refresh_from_db()
        assert call.in_time is True and Matter.objects.get(pk=call.pk).state == "closed"


def test_past_its_day_ordered_reported_and_looked_at_again(desk: Page, playwright: Playwright, site: Site) -> None:
    boiler = piece(
        site, "11003703032019000002", name="蒸汽锅炉", inspected_on=world.in_days(-380), told_next=world.in_days(-15)
    )
    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/l/equipment/?overdue=1")
    expect(desk.locator("table")).to_contain_text("已超期")
    both(desk, "desk-equipment")
    desk.goto(f"{site.url}/m/{boiler.uid}/")
    desk.locator(".rechead").get_by_role("link", name="发出监察指令").click()
    desk.locator("[name=f-problem]").fill("锅炉检验期限已过，仍在使用。")
    desk.locator("[name=f-required]").fill("停止使用，申请检验，合格后方可使用。")
    desk.locator("[name=f-deadline]").fill(f"{world.in_days(7)}")
    for field, name in (("f-first", "赵明远"), ("f-other", "钱晓雯")):
        desk.locator(f"[name={field}]").select_option(label=name)
    look(desk, "desk-order-form")
    desk.locator("main form button.btn-primary").click()
    expect(desk.locator("main")).to_contain_text("特种设备指令")
    with scoped(SYSTEM):
        order = Matter.objects.get(kind="equipment_order")
        paper = Paper.objects.get(matter=order)
        link = f"{site.url}/p/{make_link(site.entity, order)}/"
    assert "特令" in paper.number
    browser, owner = phone_page(playwright)
    owner.goto(link)
    expect(owner.locator("main")).to_contain_text("立即停止使用")
    look(owner, "order-owner")
    owner.locator("[name=answer]").fill("已停用，今天检验合格。")
    owner.get_by_role("button", name="报告整改情况").click()
    expect(owner.locator(".box.good").first).to_contain_text("谢谢")
    browser.close()
    desk.goto(f"{site.url}/m/{boiler.uid}/inspect/")
    desk.locator("[name=f-done_on]").fill(f"{world.in_days(0)}")
    desk.locator("[name=f-report]").fill("GL-2026-17")
    desk.locator("main form button.btn-primary").click()
    expect(desk.locator("main")).to_contain_text("GL-2026-17")
    desk.goto(f"{site.url}/m/{order.uid}/")
    both(desk, "desk-order")
    expect(desk.locator("main")).to_contain_text("复查")
    desk.locator(".rechead").get_by_role("link", name="已整改：解除指令").click()
    desk.locator("[name=f-note]").fill("检验合格，恢复使用。")
    desk.locator("main form button.btn-primary").click()
    expect(desk.locator(".rechead .tag").first).to_contain_text("指令解除")


def test_a_technician_records_a_visit_where_he_stands(playwright: Playwright, site: Site, lift: Equipment) -> None:
    from zhijian.kernel.party.doors import KEY, sealed  # the code by message is told in test_party

    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
    context = browser.new_context(
        locale="zh-CN", viewport={"width": 390, "height": 844}, permissions=["geolocation"],
        geolocation={"latitude": 36.7811, "longitude": 118.0541, "accuracy": 12},
    )  # fmt: skip
    page = context.new_page()
    page.goto(f"{site.url}/t/{lift.door_code}/maintenance/")
    expect(page.locator("main")).to_contain_text("只有这台电梯的维保单位")
    look(page, "lift-who")
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store[KEY] = sealed("13905330011")
    store.save()
    context.add_cookies([{"name": "sessionid", "value": store.session_key or "", "url": site.url}])
    page.goto(f"{site.url}/t/{lift.door_code}/maintenance/")
    expect(page.locator("[data-where]")).to_contain_text("已取得位置")
    look(page, "lift-maintain")
    page.locator("[name=note]").fill("半月维保")
    page.get_by_role("button", name="记录这次维保").click()
    expect(page.locator(".box.good")).to_contain_text("已记录")
    with scoped(SYSTEM):
        newest = Equipment.objects.get(pk=lift.pk).maintenance.order_by("-pk").first()  # type: ignore[attr-defined]
        assert newest.doubt == "" and newest.metres < 100
    browser.close()
