"""A penalty on the spot, end to end: decided in a kitchen without signal, killed once, read, signed, filed and paid.

ZHIJIAN_PICTURES=… keeps pictures of what each person saw.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Playwright, expect
from tests.browser.conftest import Handset, Site, phone_page
from tests.browser.looking import PICTURES, picture
from tests.browser.steps import PIN, answer, drain, enrol, sign, sign_in, sync_until, type_door_code, unanswered, unlock
from tests.browser.test_first_inspection import open_draft, planned, tap_yes

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers.models import NumberRow, Paper, Service
from zhijian.kernel.registry.models import Entity
from zhijian.programmes.spot_penalty.models import SpotPenalty

FACTS = "菜单上六种凉菜没有标明价格"


def to_review(phone: Page) -> None:
    for tick in ("informed-cards", "informed-rights"):
        phone.get_by_test_id(tick).check()
    phone.get_by_test_id("present-name").fill("王清")
    phone.get_by_test_id("present-role").fill("店长")
    phone.get_by_test_id("next-open").click()
    expect(phone.get_by_test_id("review")).to_be_visible()
    if phone.get_by_test_id("second").input_value() == "":
        phone.get_by_test_id("second").select_option(index=1)


def obstacles(phone: Page) -> list[str]:
    return phone.get_by_test_id("obstacle").all_inner_texts()


@pytest.mark.slow
def test_decided_at_the_counter_and_settled_at_the_desk(
    site: Site, desk: Page, handset: Handset, playwright: Playwright
) -> None:
    with scoped(SYSTEM):
        Entity.objects.filter(pk=site.entity.pk).update(kind="1100")
    task = planned(site)
    phone = handset.start()
    enrol(desk, phone, site.url, "zhao")
    sync_until(phone, phone.get_by_test_id(f"task-{task.uid}"))

    handset.cut(True)
    type_door_code(phone, site.premises.door_code.lower())
    answer(phone, "1.2", "no")
    for one in unanswered(phone):
        tap_yes(phone, one)
    to_review(phone)
    thin = phone.get_by_test_id("thin")
    expect(thin).to_contain_text("1.2 没有写明具体情况，也没有照片")
    thin.get_by_role("button").click()  # straight to the item
    phone.get_by_test_id("item-1.2").first.get_by_test_id("note-input").fill("许可证未悬挂")
    phone.get_by_test_id("next-open").click()
    expect(thin).to_contain_text("1.2 没有照片")
    phone = decide(phone, site, handset)
    number = read_and_sign(phone)

    handset.cut(False)
    expect(phone.get_by_test_id("arrived")).to_be_visible(timeout=30_000)
    with scoped(SYSTEM):
        matter = Matter.objects.get(kind="spot_penalty")
        assert (matter.parent_id, matter.state, matter.number, matter.flags) == (task.pk, "open", number, [])
        paper = Paper.objects.get(matter=matter, kind="spot_decision")
        assert Service.objects.get(paper=paper).served_on == calendar.today()
        assert NumberRow.objects.get(paper=paper).state == "used"
        code, link = paper.code, make_link(site.entity, matter)
    drain()
    the_enterprise_reads(playwright, site, link)
    anybody_checks_the_paper(playwright, site, code, number)
    the_clerk_settles_it(desk, site, matter)


def decide(phone: Page, site: Site, handset: Handset) -> Page:
    """The officer types what was done; the phone is killed in between, and refuses what the law does not allow."""
    phone.get_by_test_id("penalty-open").click()
    phone.get_by_test_id("penalty-facts").fill(FACTS)
    phone.get_by_test_id("penalty-ground").select_option(label="不按规定明码标价")
    expect(phone.get_by_test_id("penalty-basis")).to_have_value("《中华人民共和国价格法》第42条")
    phone.get_by_test_id("penalty-fine").fill("5000")
    expect(phone.get_by_test_id("penalty-limit")).to_contain_text("3000")
    expect(phone.get_by_test_id("penalty-limit")).to_contain_text("第66条")
    expect(phone.get_by_test_id("penalty-told")).to_be_disabled()
    picture(phone, "penalty-above-the-limit")
    phone.wait_for_timeout(2_000)  # what was typed so long before a kill must be there afterwards
    handset.kill()
    phone = handset.start()
    unlock(phone, site.url)
    open_draft(phone)
    phone.get_by_test_id("next-open").click()
    expect(phone.get_by_test_id("penalty-facts")).to_have_value(FACTS)
    expect(phone.get_by_test_id("penalty-fine")).to_have_value("5000")
    assert any("超过限额 3000 元" in text for text in obstacles(phone))
    phone.get_by_test_id("penalty-fine").fill("300")
    expect(phone.get_by_test_id("penalty-limit")).to_contain_text("叁佰元整")
    phone.get_by_test_id("penalty-cash").click()
    expect(phone.get_by_test_id("penalty-cash-small")).to_be_disabled()
    phone.get_by_test_id("penalty-bank").click()
    assert any("还没有告知" in text for text in obstacles(phone))
    phone.get_by_test_id("penalty-told").check()
    phone.get_by_test_id("penalty-stated").click()
    phone.get_by_test_id("penalty-statement").fill("菜单是新印的，漏了")
    phone.get_by_test_id("penalty-declined").click()
    phone.get_by_test_id("penalty-answer").fill("经营者应当标明价格，漏印不是免责的理由")
    assert obstacles(phone) == []
    picture(phone, "penalty-filled-in")
    if PICTURES:
        in_english(phone)
    return phone


def in_english(phone: Page) -> None:
    """The same page in English, for the pictures."""
    for language, name in (("en", "filled-in-en"), ("zh", "filled-in-again")):
        phone.evaluate(f"localStorage.setItem('zhijian-field-language', '{language}')")
        phone.reload()
        phone.get_by_test_id("pin-input").fill(PIN)
        expect(phone.get_by_test_id("penalty-facts")).to_be_visible()
        picture(phone, f"penalty-{name}")


def read_and_sign(phone: Page) -> str:
    """The decision lies on the table with its number, is read, signed by all three, and comes out of the printer."""
    phone.get_by_test_id("to-sign").click()
    expect(phone.get_by_test_id("sign")).to_be_visible()
    paper = phone.get_by_test_id("paper-spot_decision")
    for words in ("叁佰元整", FACTS, "第42条", "百分之三", "行政复议", "漏印不是免责的理由", "赵明远"):
        expect(paper).to_contain_text(words)
    number = paper.get_by_test_id("paper-number").inner_text()
    assert number.startswith("张市监当罚〔")
    for who in ("inspector1", "inspector2", "party"):
        sign(phone, who)
    if PICTURES:
        paper.screenshot(path=f"{PICTURES}/penalty-paper.png")
    phone.get_by_test_id("print").click()
    phone.get_by_test_id("what-spot_decision").click()
    expect(phone.get_by_test_id("paper-spot_decision")).to_be_visible()
    expect(phone.get_by_test_id("paper-onsite_record")).to_have_count(0)
    picture(phone, "penalty-printing")
    phone.go_back()
    phone.get_by_test_id("submit").click()
    expect(phone.get_by_test_id("kept")).to_be_visible()
    expect(phone.get_by_test_id("done")).to_contain_text(number)
    return number


def the_enterprise_reads(playwright: Playwright, site: Site, link: str) -> None:
    browser, owner = phone_page(playwright)
    owner.goto(f"{site.url}/p/{link}/")
    for words in ("罚款 300 元", "怎样缴款", "申请行政复议", "不公示", FACTS):
        expect(owner.locator("main")).to_contain_text(words)
    picture(owner, "penalty-enterprise")
    browser.close()


def anybody_checks_the_paper(playwright: Playwright, site: Site, code: str, number: str) -> None:
    browser, citizen = phone_page(playwright)
    citizen.goto(f"{site.url}/v/{code}")
    expect(citizen.locator("main")).to_contain_text(number)
    picture(citizen, "penalty-verify")
    browser.close()


def the_clerk_settles_it(desk: Page, site: Site, matter: Matter) -> None:
    """Filed and paid: two forms on the record page, and the list says so."""
    sign_in(desk, site.url, "li")
    desk.goto(f"{site.url}/l/spot_penalty/")
    expect(desk.locator("main")).to_contain_text("罚款 300 元")
    picture(desk, "penalty-list")
    desk.goto(f"{site.url}/m/{matter.uid}/")
    picture(desk, "penalty-record")
    desk.goto(f"{site.url}/m/{matter.uid}/file/")
    desk.locator("[name=f-note]").fill("2026 当罚卷 1")
    desk.locator("main form.fields button.btn-primary").click()
    desk.wait_for_load_state()
    desk.goto(f"{site.url}/m/{matter.uid}/pay/")
    desk.locator("[name=f-paid_on]").fill(f"{calendar.today():%Y-%m-%d}")
    desk.locator("[name=f-receipt]").fill("鲁非税 0099")
    picture(desk, "penalty-pay")
    desk.locator("main form.fields button.btn-primary").click()
    desk.wait_for_load_state()
    expect(desk.locator("main")).to_contain_text("已备案，已了结")
    with scoped(SYSTEM):
        matter.refresh_from_db()
        record = SpotPenalty.objects.get(pk=matter.pk)
        visit = Matter.objects.get(pk=matter.parent_id)
    assert (matter.state, record.filed_on, record.paid_on) == ("closed", calendar.today(), calendar.today())
    desk.goto(f"{site.url}/m/{visit.uid}/")
    expect(desk.locator("main")).to_contain_text("当场处罚")
    picture(desk, "penalty-visit")
