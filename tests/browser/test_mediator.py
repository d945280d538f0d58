"""A mediator: identity asked for and shown, both asked, a time, the agreement, its performance."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import OFFICE, Site
from tests.browser.looking import BOTH, look
from tests.browser.steps import complaint, sign_in

from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.appointments.offering import Plan, offer
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers.models import Paper
from zhijian.programmes.complaints.models import Mediation

pytestmark = [pytest.mark.browser]
NAME, PHONE = "欧阳震华", "13905337788"


def _step(page: Page, site: Site, matter: Matter, verb: str, **told: str) -> None:
    """A step's own page, filled in and sent."""
    page.goto(f"{site.url}/m/{matter.uid}/{verb}/")
    for name, value in told.items():
        field = page.locator(f"#id_f-{name}")
        if field.get_attribute("type") == "checkbox":
            field.check()
        else:
            field.fill(value)
    if verb in ("ask_identity", "consent", "invite", "agreement"):
        look(page, f"mediator-{verb}", widths=BOTH)
    page.locator("form.fields button.btn-primary").click()
    expect(page.locator(".rechead h1")).to_be_visible()


def test_from_the_proof_of_identity_to_the_performed_agreement(site: Site, desk: Page) -> None:
    matter, today = complaint(site, person=NAME, phone=PHONE, text="吃出异物，要求退款"), calendar.today()
    sign_in(desk, site.url, "zhao")
    _step(desk, site, matter, "ask_identity", identity_due=(today + dt.timedelta(days=5)).isoformat(),
          materials="居民身份证原件")  # fmt: skip
    expect(desk.get_by_text("限期提供身份证明材料通知书").first).to_be_visible()
    look(desk, "mediator-waiting", widths=BOTH)
    _step(desk, site, matter, "show_identity", identity_shown=today.isoformat())
    expect(desk.locator("dt", has_text="证件")).to_have_count(0)  # none was told: nothing else takes its place
    _step(desk, site, matter, "accept")
    _step(desk, site, matter, "consent", consent_named="yes")
    _step(desk, site, matter, "invite", subject="就餐时发现异物", request="退还餐费")
    with scoped(SYSTEM):
        mediation = Mediation.objects.select_related("matter").get(of=matter).matter
        link = make_link(site.entity, mediation)

    desk.goto(f"{site.url}/p/{link}/")
    expect(desk.get_by_text("就餐时发现异物").first).to_be_visible()
    assert NAME not in desk.content() and PHONE not in desk.content() and "吃出异物" not in desk.content()
    look(desk, "mediator-party", widths=BOTH)
    desk.get_by_role("button", name="参加调解", exact=True).first.click()
    desk.wait_for_load_state()
    with scoped(SYSTEM):
        assert Matter.objects.get(pk=mediation.pk).state == "agreed"
        day, _provisional = calendar.add_working_days(today, 2)
        head = actor_of(Person.objects.get(username="sun"))
        with scoped(head):
            offer(Plan("mediation.phone", OFFICE, day, day, dt.time(9), dt.time(10), 1, "电话 0533-12315"), head)

    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/times/{mediation.uid}/")
    look(desk, "mediator-times", widths=BOTH)
    desk.locator("main form button").first.click()
    desk.wait_for_load_state()
    _step(desk, site, mediation, "summon", bring="消费小票")
    _step(desk, site, mediation, "agreement", terms="退还餐费 58 元", amount="58",
          perform_by=(today + dt.timedelta(days=7)).isoformat())  # fmt: skip
    expect(desk.get_by_text("投诉调解书").first).to_be_visible()
    _step(desk, site, mediation, "sign", signed_on=today.isoformat())
    _step(desk, site, mediation, "perform", performed_on=today.isoformat(), recovered="58")
    expect(desk.locator(".rechead", has_text="协议已履行")).to_be_visible()
    look(desk, "mediator-performed", widths=BOTH)
    desk.goto(f"{site.url}/m/{matter.uid}/")
    look(desk, "mediator-complaint", widths=BOTH)
    with scoped(SYSTEM):
        paper = Paper.objects.get(matter=matter, kind="complaint_acceptance")
    answer = desk.request.get(f"{site.url}/papers/{paper.uid}.pdf")
    assert answer.ok and answer.body().startswith(b"%PDF"), "it is his duty: no reason is asked for"
    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/papers/{paper.uid}.pdf")
    expect(desk.get_by_label("查看完整内容的理由")).to_be_visible()
    look(desk, "mediator-paper", widths=BOTH)
