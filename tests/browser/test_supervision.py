"""The leader orders about an overdue complaint, the office answers twice; a sibling office helps with another one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from tests import world
from tests.browser.conftest import OFFICE, Site
from tests.browser.looking import BOTH, look
from tests.browser.steps import sign_in

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.programmes.complaints.flow import COMPLAINT
from zhijian.programmes.supervision.models import JointHandling, SupervisionOrder

pytestmark = [pytest.mark.browser]
HELPER = "370302001"


def _complaint(site: Site) -> Matter:
    """With the office's inspector, about the restaurant."""
    with scoped(SYSTEM):
        matter = perform(
            COMPLAINT, "register", SYSTEM, about=About("", OFFICE), by_field={"sort": "complaint"}, channel="phone",
            person="张先生", phone="13805331234", said_name="清风小馆", text="吃出异物，要求退款",
        )  # fmt: skip
        perform(matter, "name", SYSTEM, meant="confirmed", entity=site.entity.pk, premises=site.premises.pk)
        zhao = Person.objects.get(username="zhao")
        return perform(Matter.objects.get(pk=matter.pk), "assign", SYSTEM, assignee=zhao.pk)


def _step(desk: Page, label: str) -> None:
    """A step of the record page, wherever it stands: beside the title or behind "More"."""
    shown = desk.locator(".rechead .acts").get_by_role("link", name=label, exact=True)
    if not shown.first.is_visible():
        desk.locator(".rechead details.more summary").click()
    shown.first.click()


def _send(desk: Page) -> None:
    desk.locator("form.fields button.btn-primary").click()
    expect(desk.locator(".rechead h1")).to_be_visible()


def test_an_order_is_answered_sent_back_answered_and_accepted(site: Site, desk: Page) -> None:
    complaint = _complaint(site)
    with scoped(SYSTEM):
        Clock.objects.filter(matter=complaint, stopped=None).update(due=world.in_days(-2))
        Matter.objects.filter(pk=complaint.pk).update(due=world.in_days(-2))

    sign_in(desk, site.url, "wang")
    desk.goto(f"{site.url}/l/complaint/?overdue=on")
    desk.locator(f'a[href="/m/{complaint.uid}/"]').first.click()
    _step(desk, "督办")
    expect(desk.get_by_role("heading", name="督办")).to_be_visible()
    look(desk, "supervise", widths=BOTH)
    desk.fill("#id_f-what", "说明超期原因，三日内答复")
    desk.get_by_label("挂牌督办").check()
    _send(desk)
    expect(desk.locator("#supervision", has_text="说明超期原因")).to_be_visible()
    look(desk, "supervised", widths=BOTH)
    with scoped(SYSTEM):
        order = SupervisionOrder.objects.select_related("matter").get(of=complaint).matter

    sign_in(desk, site.url, "zhao")
    expect(desk.locator(f'a[href="/m/{order.uid}/"]').first).to_be_visible()  # on the to-do
    desk.goto(f"{site.url}/m/{order.uid}/")
    look(desk, "order-to-answer", widths=BOTH)
    desk.get_by_role("button", name="签收").click()
    expect(desk.get_by_text("已签收").first).to_be_visible()
    _step(desk, "答复督办")
    desk.fill("#id_f-answer", "已约谈双方")
    _send(desk)

    sign_in(desk, site.url, "wang")
    desk.get_by_role("link", name=re.compile("督办答复待认可")).click()
    expect(desk.locator(f'a[href="/m/{order.uid}/"]').first).to_be_visible()
    look(desk, "orders-to-judge", widths=BOTH)
    desk.goto(f"{site.url}/m/{order.uid}/")
    _step(desk, "退回重报")
    desk.fill("#id_f-why", "写明为何超期")
    _send(desk)

    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/m/{order.uid}/")
    expect(desk.get_by_text("写明为何超期").first).to_be_visible()
    _step(desk, "答复督办")
    desk.fill("#id_f-answer", "鉴定等了六天，附清单")
    _send(desk)

    sign_in(desk, site.url, "wang")
    desk.goto(f"{site.url}/m/{order.uid}/")
    look(desk, "order-answered", widths=BOTH)
    desk.get_by_role("button", name="认可答复").click()
    expect(desk.locator(".rechead", has_text="已认可")).to_be_visible()


def test_a_sibling_office_helps_without_seeing_the_complaint(site: Site, desk: Page) -> None:
    complaint = _complaint(site)
    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/m/{complaint.uid}/")
    _step(desk, "请求协办")
    look(desk, "joint-ask", widths=BOTH)
    desk.select_option("#id_f-area", HELPER)
    desk.fill("#id_f-subject", "协查供货单位")
    desk.fill("#id_f-what", "请查供货单位，电话13805331234")
    desk.locator("form.fields button.btn-primary").click()
    expect(desk.get_by_text("这里写到了诉求人信息").first).to_be_visible()
    desk.fill("#id_f-what", "请查供货单位的进货查验记录")
    _send(desk)
    expect(desk.locator("#supervision", has_text="协查供货单位")).to_be_visible()
    with scoped(SYSTEM):
        asked = JointHandling.objects.select_related("matter").get(of=complaint).matter

    sign_in(desk, site.url, "chu")
    assert desk.goto(f"{site.url}/m/{complaint.uid}/").status == 404  # type: ignore[union-attr]
    desk.goto(f"{site.url}/l/joint_handling/")
    desk.locator(f'a[href="/m/{asked.uid}/"]').first.click()
    look(desk, "joint-asked", widths=BOTH)
    _step(desk, "承接")
    desk.select_option("#id_f-assignee", label="楚天成")
    _send(desk)
    _step(desk, "报送协办情况")
    desk.fill("#id_f-answer", "供货单位票据齐全")
    _send(desk)

    sign_in(desk, site.url, "zhao")
    desk.get_by_role("link", name=re.compile("协办情况待认可")).click()
    expect(desk.get_by_role("heading", name="待认可的协办情况")).to_be_visible()
    look(desk, "joint-waiting", widths=BOTH)
    desk.locator("main").get_by_role("link", name=re.compile("清风")).first.click()
    expect(desk.locator("#supervision", has_text="供货单位票据齐全")).to_be_visible()
    look(desk, "joint-contributed", widths=BOTH)
    desk.locator("#supervision").get_by_role("link", name="退回补充").click()
    look(desk, "joint-send-back", widths=BOTH)
    desk.get_by_role("link", name="取消").click()
    desk.locator("#supervision").get_by_role("button", name="认可协办情况").click()
    expect(desk.locator("#supervision", has_text="已认可")).to_be_visible()
