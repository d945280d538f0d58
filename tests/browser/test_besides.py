"""Ticked rows taken back at once; an owner who has his manager told, and wants no invitations; an old code offline."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import OFFICE, Handset, Site
from tests.browser.looking import look
from tests.browser.steps import drain, enrol, sign_in, sync_until
from tests.browser.test_first_inspection import planned
from tests.browser.test_papers import stored
from tests.browser.test_party import Open, phone  # noqa: F401 -- a fixture

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.notices.models import SimulatedMessage
from zhijian.kernel.party import access
from zhijian.kernel.ratings.models import Uninvited
from zhijian.kernel.registry.cards.replacing import replace
from zhijian.kernel.when import now

pytestmark = pytest.mark.browser
MANAGER = "13805330071"


def test_ticked_rows_are_given_to_another_officer_and_taken_back_on_the_spot(site: Site, desk: Page) -> None:
    matters = [planned(site) for _ in range(3)]
    with scoped(SYSTEM):
        second = Matter.objects.get(pk=matters[0].pk).second_id
        third = Person.objects.create(
            username="third", name="周新", home_id=OFFICE, certificate_no="鲁C-999", certificate_until="2040-01-01"
        )
        third.posts.create(role="inspector", jurisdiction_id=OFFICE, since="2020-01-01")
        first = Matter.objects.get(pk=matters[0].pk).assignee_id
    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/l/inspection/?state=planned")
    for box in desk.locator("tbody input[name=uid]").all()[:2]:
        box.check()
    desk.locator("[data-bulk]", has_text="改派").click()
    desk.locator("[name=f-assignee]").select_option(str(first))
    desk.locator("[name=f-second]").select_option(str(third.pk))
    desk.locator("main form .btn-primary").click()
    expect(desk.locator(".band.good")).to_contain_text("撤回")
    look(desk, "ticked-done")
    assert stored(lambda: Matter.objects.filter(second=third).count()) == 2
    with scoped(SYSTEM):  # meanwhile one of them is cancelled
        gone = Matter.objects.filter(second=third).order_by("pk").first()
        perform(gone, "cancel", SYSTEM, reason="店已关")
    desk.locator(".band.good a").click()
    expect(desk.locator("main")).to_contain_text("以下事项之后又有变动，不再撤回，保持现状")
    expect(desk.locator("main [data-row]")).to_contain_text(gone.number)
    look(desk, "ticked-undo")
    desk.get_by_role("button", name="撤回").click()
    expect(desk.locator("#run")).to_contain_text("已撤回 1 项")
    look(desk, "ticked-undone")
    assert stored(lambda: Matter.objects.filter(second=second, state="planned").count()) == 2


def closed(site: Site) -> Matter:
    task, at = planned(site), now()
    with scoped(SYSTEM):
        return perform(
            task, "finish", SYSTEM, result="compliant", failed=0, items_checked=43, started=at, ended=at,
            record_id=uuid7(), record_digest="0" * 64,
        )  # fmt: skip


def told() -> dict[str, str]:
    """What went out now, by number."""
    drain()
    with scoped(SYSTEM):
        found = {one.number: one.text for one in SimulatedMessage.objects.all()}
        SimulatedMessage.objects.all().delete()
    return found


def test_the_manager_is_told_too_and_the_owner_wants_no_invitations(site: Site, phone: Open) -> None:  # noqa: F811
    with scoped(SYSTEM):
        access.give(site.entity, site.premises, access.Person(who="李店长", phone=MANAGER), SYSTEM, told=True)
    told()
    closed(site)
    messages = told()
    assert set(messages) == {MANAGER, site.entity.phone}
    assert all("查看和评价：" in text for text in messages.values())
    page = phone()
    page.goto(messages[MANAGER].split("：")[-1])
    page.get_by_role("link", name="您的评价").click()
    expect(page.locator("h1")).to_have_text("您的评价")
    look(page, "rating-page")
    page.goto(messages[site.entity.phone].split("：")[-1])
    page.get_by_role("button", name="短信里不用再请我评价").click()
    expect(page.locator("#rate")).to_contain_text("短信里不再请您评价")
    look(page, "rating-uninvited")
    assert stored(lambda: Uninvited.objects.filter(entity=site.entity).count()) == 1
    closed(site)
    assert not any("评价" in text for text in told().values())


def test_an_old_code_leads_to_its_shop_without_network(site: Site, desk: Page, handset: Handset) -> None:
    with scoped(SYSTEM):
        old = site.premises.door_code
        replace(site.premises, old, "lost", SYSTEM)
        site.premises.refresh_from_db()
    app = handset.start()
    enrol(desk, app, site.url, "zhao")
    app.get_by_test_id("search").fill("清风")
    sync_until(app, app.locator('[data-testid^="shop-"]'))
    handset.cut(True)
    app.get_by_test_id("scan-open").click()
    app.get_by_test_id("scan-type").fill(old)
    app.get_by_test_id("scan-look").click()
    expect(app.get_by_test_id("scan-old")).to_contain_text(site.premises.door_code)
    expect(app.get_by_test_id("scan-old")).to_contain_text("旧门牌码")
    look(app, "scan-old")
    app.get_by_test_id("scan-old-open").click()
    expect(app.locator("h1")).to_contain_text("清风小馆")
