"""A wrong answer is noticed after the record was sent: the officers sign a new version, with no signal, killed once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Playwright, expect
from tests.browser.conftest import ARGS, CHROMIUM, DURABLE_S, Handset, Site, phone_page
from tests.browser.looking import PICTURES, look
from tests.browser.steps import answer, enrol, sign, sign_in, type_door_code, unanswered, unlock
from tests.browser.test_first_inspection import review, tap_yes

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.papers.models import Paper
from zhijian.programmes.inspection.models import EarlierVersion, Inspection


def sent(phone: Page, site: Site) -> None:
    phone.goto(f"{site.url}/field/#/outbox")
    phone.get_by_test_id("outbox-send").click()
    expect(phone.locator('[data-testid^="outbox-item-"]')).to_have_count(0, timeout=30_000)


@pytest.mark.slow
def test_a_sent_record_is_amended_without_signal_and_both_versions_are_kept(
    site: Site, desk: Page, handset: Handset, playwright: Playwright
) -> None:
    phone = handset.start()
    enrol(desk, phone, site.url, "zhao")
    type_door_code(phone, site.premises.door_code)
    answer(phone, "1.2", "no").get_by_test_id("note-input").fill("许可证未悬挂")
    for section in phone.locator('[data-testid^="section-rest-"]').all()[::-1]:
        section.click()
    for testid in unanswered(phone):
        tap_yes(phone, testid)
    review(phone)
    for who in ("inspector1", "inspector2", "party"):
        sign(phone, who)
    number = phone.get_by_test_id("paper-onsite_record").get_by_test_id("paper-number").inner_text()
    phone.get_by_test_id("submit").click()
    expect(phone.get_by_test_id("done")).to_be_visible()
    sent(phone, site)

    # On the way to the next shop, with no signal: the licence hung on the other wall.
    handset.cut(True)
    look(phone, "amended-outbox-390", axe=False)
    phone.locator('[data-testid^="amend-"]').click()
    expect(phone.get_by_test_id("amending")).to_be_visible()
    assert unanswered(phone) == [], "it begins with all that was answered"
    phone.get_by_test_id("item-1.2").first.get_by_test_id("answer-yes").click()
    phone.wait_for_timeout(1000 * DURABLE_S)
    handset.kill()
    phone = handset.start()
    unlock(phone, site.url)
    expect(phone.locator('[data-testid^="draft-"]')).to_contain_text("更正")
    phone.locator('[data-testid^="draft-"]').click()
    expect(phone.get_by_test_id("item-1.2").first).to_have_attribute("data-answer", "yes")
    look(phone, "amended-check-390", axe=False)
    phone.goto(phone.url.replace("#/check", "#/review"))
    expect(phone.get_by_test_id("obstacles")).to_contain_text("更正原因")
    phone.get_by_test_id("amends").get_by_role("button", name="检查项选错").click()
    phone.get_by_test_id("amends-absent").check()
    look(phone, "amended-review-390", axe=False)
    phone.get_by_test_id("to-sign").click()
    paper = phone.get_by_test_id("paper-onsite_record")
    expect(paper).to_contain_text(f"更正并代替{number}")
    expect(phone.get_by_test_id("sign-party")).to_have_count(0)
    for who in ("inspector1", "inspector2"):
        sign(phone, who)
    look(phone, "amended-sign-390", axe=False)
    phone.get_by_test_id("submit").click()
    expect(phone.get_by_test_id("kept")).to_be_visible()
    handset.cut(False)
    sent(phone, site)
    expect(phone.locator('[data-testid^="sent-item-"]')).to_have_count(2)
    expect(phone.get_by_text("已由新版本代替")).to_have_count(1)
    expect(phone.locator('[data-testid^="amend-"]')).to_have_count(1)  # and the new one may be amended in its turn
    look(phone, "amended-sent-390", axe=False)

    with scoped(SYSTEM):
        visit = Inspection.objects.select_related("matter").get()
        assert (visit.failed, visit.matter.state) == (0, "closed")
        assert EarlierVersion.objects.get().told["answers"]["1.2"]["note"] == "许可证未悬挂"
        old = Paper.objects.get(number=number)
        assert old.state == "void" and old.replacement.state == "issued"
        uid = visit.matter.uid
    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/m/{uid}/")
    expect(desk.locator("main")).to_contain_text("记录的先前版本")
    expect(desk.locator("main")).to_contain_text("检查项选错")
    look(desk, "amended-desk-1440", axe=False)
    desk.goto(f"{site.url}/v/{old.code}")
    expect(desk.locator("main")).to_contain_text(old.replacement.number)
    browser, public = phone_page(playwright)
    public.goto(f"{site.url}/v/{old.code}")
    look(public, "amended-verify-390", axe=False)
    browser.close()
    if PICTURES:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        english = browser.new_context(locale="en-GB", viewport={"width": 1440, "height": 900}).new_page()
        sign_in(english, site.url, "sun")
        english.goto(f"{site.url}/m/{uid}/")
        look(english, "amended-desk-en-1440", axe=False)
        browser.close()
