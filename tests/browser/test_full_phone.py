"""A phone whose storage is full, in a real browser: nothing kept is lost, what is not kept is said, work goes on.

The browser's own quota is taken away by its protocol; it looks at it every half minute, so the test waits for it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Handset, Site
from tests.browser.steps import PIN, answer, enrol, sync_until, type_door_code, unlock

HELD = """async () => {
  const held = (await indexedDB.databases()).some(one => one.name === "zhijian-reserve");
  if (!held) return false;
  const asked = indexedDB.open("zhijian-reserve");
  const db = await new Promise(r => { asked.onsuccess = () => r(asked.result) });
  const count = db.transaction("rows").objectStore("rows").count();
  const rows = await new Promise(r => { count.onsuccess = () => r(count.result) });
  db.close();
  return rows === 24;
}"""
UNTIL_FULL = (Path(__file__).parents[2] / "web/field/dev/until_full.js").read_text("utf-8")


def give_room(phone: Page, url: str, quota: int | None) -> None:
    """So many bytes for the site, or as many as there are."""
    session = phone.context.new_cdp_session(phone)
    room = {} if quota is None else {"quotaSize": quota}
    session.send("Storage.overrideQuotaForOrigin", {"origin": url, **room})
    if quota is not None:
        phone.evaluate(UNTIL_FULL)


@pytest.mark.slow
def test_a_full_phone_loses_nothing(site: Site, desk: Page, handset: Handset) -> None:
    phone = handset.start()
    enrol(desk, phone, site.url, "zhao")
    phone.get_by_test_id("search").fill("清风")
    sync_until(phone, phone.get_by_test_id(f"shop-{site.premises.uid}"))
    handset.cut(True)
    type_door_code(phone, site.premises.door_code)
    answer(phone, "1.2", "no").get_by_test_id("note-input").fill("许可证未悬挂")
    phone.get_by_test_id("present-name").fill("王清")
    phone.wait_for_timeout(500)
    where = phone.evaluate("location.hash")

    # The reserve is held by now. With no other room it is given up: told before it hurts, in the middle of a visit.
    phone.wait_for_function(HELD)
    usage = phone.context.new_cdp_session(phone).send("Storage.getUsageAndQuota", {"origin": site.url})["usage"]
    give_room(phone, site.url, int(usage))
    kept = answer(phone, "2.1", "yes")
    expect(phone.get_by_test_id("room-tight")).to_be_visible(timeout=40_000)
    expect(kept).to_have_attribute("data-answer", "yes", timeout=40_000)
    expect(phone.get_by_test_id("room-full")).to_have_count(0)
    expect(phone.get_by_test_id("trouble")).to_have_count(0)

    give_room(phone, site.url, 1)
    other = answer(phone, "1.3", "yes")
    expect(phone.get_by_test_id("trouble")).to_be_visible(timeout=45_000)  # what waits for the reserve, does so so long
    expect(phone.get_by_test_id("room-full")).to_be_visible()
    expect(other).to_have_attribute("data-answer", "")  # a tap that is not kept is not shown as if it were

    # Killed while full, and opened again with the phone still offline.
    handset.kill()
    phone = handset.start()
    give_room(phone, site.url, None)
    unlock(phone, site.url)
    phone.goto(f"{site.url}/field/{where}")
    unlock_if_asked(phone)
    expect(phone.get_by_test_id("item-1.2")).to_have_attribute("data-answer", "no", timeout=20_000)
    expect(phone.get_by_test_id("item-1.2").get_by_test_id("note-input")).to_have_value("许可证未悬挂")
    expect(phone.get_by_test_id("present-name")).to_have_value("王清")

    # Full once more: what is typed stays on the screen, is tried again, and is kept as soon as there is room.
    give_room(phone, site.url, 1)
    phone.get_by_test_id("present-role").fill("店长")
    expect(phone.get_by_test_id("trouble")).to_be_visible()
    give_room(phone, site.url, None)
    expect(phone.get_by_test_id("trouble")).to_have_count(0, timeout=20_000)
    expect(phone.get_by_test_id("room-full")).to_have_count(0, timeout=20_000)
    answer(phone, "1.3", "yes")
    expect(phone.get_by_test_id("item-1.3")).to_have_attribute("data-answer", "yes")
    phone.reload()
    unlock_if_asked(phone)
    expect(phone.get_by_test_id("present-role")).to_have_value("店长", timeout=20_000)


def unlock_if_asked(phone: Page) -> None:
    """The PIN, when the page was loaded anew."""
    phone.wait_for_timeout(500)
    if phone.get_by_test_id("pin-input").count():
        phone.get_by_test_id("pin-input").fill(PIN)
