"""A phone: its grant is renewed with name and PIN, a contact is called; it is renamed and reported lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Handset, Site
from tests.browser.steps import enrol, sign_in, sync_until, unlock

from zhijian.kernel.accounts import demo
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.papers.models import NumberRow


@pytest.mark.slow
def test_a_phone_is_renewed_renamed_and_reported_lost(site: Site, desk: Page, handset: Handset) -> None:
    with scoped(SYSTEM):
        site.premises.contact, site.premises.contact_phone = "周店长", "13805330042"
        site.premises.save()
    phone = handset.start()
    enrol(desk, phone, site.url, "zhao")
    with scoped(SYSTEM):
        first = Device.objects.get()
        assert "Chrome" in first.name
    phone.get_by_test_id("search").fill("清风小馆")
    sync_until(phone, phone.get_by_test_id(f"shop-{site.premises.uid}"))
    phone.get_by_test_id(f"shop-{site.premises.uid}").click()
    phone.get_by_test_id("contact-show").click()
    phone.get_by_test_id("contact-why").fill("约定复查时间")
    phone.get_by_test_id("contact-why-send").click()
    expect(phone.get_by_test_id("contact-number")).to_have_attribute("href", "tel:13805330042")

    # A renewal asks for password and code, and for nothing else.
    desk.goto(f"{site.url}/me/")
    desk.locator('form[action="/me/code/"] button').click()
    shown = desk.locator("main").get_by_text(re.compile(r"^\s*\d{3}\s?\d{3}\s*$")).first.inner_text()
    phone.goto(f"{site.url}/field/#/renew")
    expect(phone.get_by_test_id("enrol-known")).to_contain_text("zhao")
    phone.get_by_test_id("enrol-password").fill(demo.PASSWORD)
    phone.get_by_test_id("enrol-code").fill(re.sub(r"\D", "", shown))
    phone.get_by_test_id("enrol-submit").click()
    expect(phone.get_by_test_id("sync-now")).to_be_enabled(timeout=20_000)
    handset.kill()
    phone = handset.start()
    unlock(phone, site.url)  # by the same PIN
    phone.get_by_test_id("sync-now").click()
    expect(phone.get_by_test_id("state-line").first).to_contain_text("在线", timeout=20_000)
    with scoped(SYSTEM):
        (same,) = Device.objects.all()
        assert (same.pk, same.name) == (first.pk, first.name)
        assert same.public_key != first.public_key
        assert same.renewed_at is not None
        assert not NumberRow.objects.exclude(state="reserved").exists()
        assert LedgerEntry.objects.get(kind="private.opened").data["why"] == "约定复查时间"

    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/me/")
    row = desk.locator("li", has_text=first.name)
    expect(row).to_contain_text("续期")
    row.locator("summary").click()
    row.locator("input[name=name]").fill("白色红米")
    row.get_by_role("button", name="保存").click()
    desk.locator("li", has_text="白色红米").get_by_role("link", name="挂失").click()
    expect(desk.locator("main")).to_contain_text("挂失不能撤销")
    desk.get_by_role("link", name="取消").click()
    with scoped(SYSTEM):
        assert Device.objects.get().revoked_at is None
    desk.locator("li", has_text="白色红米").get_by_role("link", name="挂失").click()
    desk.get_by_role("button", name="确认挂失").click()
    expect(desk.locator("li", has_text="白色红米")).to_contain_text("已")
    with scoped(SYSTEM):
        assert Device.objects.get().revoked_at is not None
