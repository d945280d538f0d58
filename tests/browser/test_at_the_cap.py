"""At the cap an officer begins a visit at the door: the phone asks for the lawful exception, the office reads it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Handset, Site
from tests.browser.steps import enrol, sign, unanswered
from tests.browser.test_amended import review, sent, tap_yes
from tests.programmes.inspection.test_capping import cap

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.programmes.inspection.models import Inspection

pytestmark = [pytest.mark.browser]


def test_the_phone_asks_for_the_exception_and_the_office_reads_it(site: Site, desk: Page, handset: Handset) -> None:
    cap(0)
    phone = handset.start()
    enrol(desk, phone, site.url, "zhao")
    phone.get_by_test_id("scan-open").click()
    phone.get_by_test_id("scan-type").fill(site.premises.door_code)
    phone.get_by_test_id("scan-look").click()
    expect(phone.get_by_test_id("year-door")).to_be_visible()
    phone.get_by_test_id("start").click()
    begin = phone.get_by_test_id("outside-begin")
    expect(begin).to_be_disabled()
    phone.get_by_test_id("outside-complaint").click()
    expect(begin).to_be_disabled()
    phone.get_by_test_id("outside-reason").fill("12315 转 7 号")
    begin.click()
    expect(phone.get_by_test_id("check")).to_be_visible()
    for section in phone.locator('[data-testid^="section-rest-"]').all()[::-1]:
        section.click()
    for testid in unanswered(phone):
        tap_yes(phone, testid)
    review(phone)
    for who in ("party", "inspector1", "inspector2"):
        sign(phone, who)
    assert "12315" not in phone.get_by_test_id("sign").inner_text(), "nothing of it stands on what the shop signs"
    phone.get_by_test_id("submit").click()
    expect(phone.get_by_test_id("done")).to_be_visible()
    sent(phone, site)
    with scoped(SYSTEM):
        visit = Inspection.objects.get(matter__premises=site.premises)
        assert (visit.outside, visit.outside_reason) == ("complaint", "12315 转 7 号")
        assert "over_cap" not in {flag["code"] for flag in visit.matter.flags}
