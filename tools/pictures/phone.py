"""What an inspector does on his phone, screen by screen; whoever walks along looks at each (`look(name)`)."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from zhijian.kernel.accounts.demo import PASSWORD
from zhijian.programmes.inspection.drawn import photo

PIN = "246802"
# A browser on a desk has a camera at most by name: photos are chosen.
NO_CAMERA = "Object.defineProperty(navigator, 'mediaDevices', {value: undefined})"
Look = Callable[[str], None]


def nobody(name: str) -> None:
    """Look at nothing."""


def enrol(desk: Page, phone: Page, site: str, username: str, look: Look = nobody) -> None:
    """The one-time code of the person's own desk makes the phone his; then a PIN, and the patch arrives."""
    desk.goto(f"{site}/me/")
    desk.locator('form[action="/me/code/"] button').click()
    code = desk.locator("main").get_by_text(re.compile(r"^\s*\d{3}\s?\d{3}\s*$")).first.inner_text()
    phone.add_init_script(NO_CAMERA)
    phone.goto(f"{site}/field/")
    phone.get_by_test_id("enrol-username").fill(username)
    phone.get_by_test_id("enrol-password").fill(PASSWORD)
    phone.get_by_test_id("enrol-code").fill(re.sub(r"\D", "", code))
    look("enrol")
    phone.get_by_test_id("enrol-submit").click()
    phone.get_by_test_id("pin-new").fill(PIN)
    phone.get_by_test_id("pin-repeat").fill(PIN)
    look("pin")
    phone.get_by_test_id("pin-save").click()
    expect(phone.get_by_test_id("sync-now")).to_be_enabled(timeout=90_000)
    phone.wait_for_function("navigator.serviceWorker.ready.then(r => !!r.active)")
    everything(phone, site)


def everything(phone: Page, site: str) -> None:
    """Update until trades and colleagues are here: a pull ends at the oldest transaction that still runs."""
    for _ in range(30):
        phone.goto(f"{site}/field/#/unlisted")
        if phone.get_by_test_id("unlisted-trade").locator("option").count() > 1:
            break
        today(phone, site)
        phone.get_by_test_id("sync-now").click()
        expect(phone.get_by_test_id("sync-now")).to_be_enabled(timeout=90_000)
    today(phone, site)


def unlock(phone: Page, look: Look = nobody) -> None:
    """Open the locked app; the sixth digit of the PIN opens it by itself."""
    expect(phone.get_by_test_id("pin-input")).to_be_visible()
    look("lock")
    phone.get_by_test_id("pin-input").fill(PIN)
    expect(phone.get_by_test_id("pin-input")).to_have_count(0, timeout=30_000)


def today(phone: Page, site: str) -> None:
    """Back to the list of today."""
    phone.goto(f"{site}/field/#/today")
    expect(phone.get_by_test_id("search")).to_be_visible()


def round_the_app(phone: Page, site: str, look: Look) -> None:
    """What stands beside the visits: lists, search, the outbox, settings, renewal, the lock."""
    today(phone, site)
    look("today")
    phone.get_by_test_id("search").fill("水晶街早点摊")
    look("search")
    phone.get_by_test_id("unlisted-open").click()
    expect(phone.get_by_test_id("unlisted")).to_be_visible()
    phone.get_by_test_id("unlisted-where").fill("早市入口东侧第 3 个摊位")
    phone.get_by_test_id("unlisted-trade").select_option(index=1)
    phone.get_by_test_id("licensed-no").click()
    look("unlisted")
    for name, seen in (("outbox", "outbox-send"), ("scan", "scan-type"), ("settings", "renew")):
        phone.goto(f"{site}/field/#/{name}")
        expect(phone.get_by_test_id(seen)).to_be_visible()
        look(name)
    phone.get_by_test_id("renew").click()
    expect(phone.get_by_test_id("enrol-password")).to_be_visible()
    look("renew")
    phone.goto(f"{site}/field/#/settings")
    phone.get_by_test_id("lock").click()
    unlock(phone, look)


def at_the_door(phone: Page, open_shop: Callable[[], None], look: Look) -> None:
    """A shop, a correction, what can hinder a visit, and the page of each choice; nothing of it is kept."""
    open_shop()
    look("shop")
    phone.get_by_test_id("correct-open").click()
    expect(phone.get_by_test_id("correct")).to_be_visible()
    look("correct")
    open_shop()
    phone.get_by_test_id("hindered-open").click()
    expect(phone.get_by_test_id("hindered")).to_be_visible()
    look("hindered")
    choices = [one.get_attribute("data-testid") or "" for one in phone.locator(".choice").all()]
    for choice in choices:
        phone.get_by_test_id(choice).click()
        expect(phone.get_by_test_id("atdoor")).to_be_visible()
        look(choice)
        phone.get_by_test_id("discard").click()
        phone.get_by_test_id("hindered-open").click()
        expect(phone.get_by_test_id("hindered")).to_be_visible()


def visit(phone: Page, look: Look) -> None:
    """Answer the checklist: one item fails, with a photo; the rest complies."""
    expect(phone.get_by_test_id("check")).to_be_visible()
    phone.get_by_test_id("informed-cards").check()
    phone.get_by_test_id("informed-rights").check()
    phone.get_by_test_id("present-name").fill("周敏")
    phone.get_by_test_id("present-role").fill("店长")
    look("arrived")
    failed = ordinary_item(phone)
    failed.get_by_test_id("answer-no").click()
    failed.get_by_test_id("note-input").fill("两箱食用油直接放在地面上，未离地。")
    failed.get_by_test_id("photo-input").set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    expect(failed.get_by_test_id("photo")).to_have_count(1)
    failed.evaluate("card => window.scrollTo(0, card.getBoundingClientRect().top + scrollY - 150)")
    look("checklist")
    for section in reversed(phone.locator('[data-testid^="section-rest-"]').all()):
        section.click()
    # An answered item drops out of the selection: take the names first.
    left = [item.get_attribute("data-testid") for item in phone.locator('[data-testid^="item-"][data-answer=""]').all()]
    for name in filter(None, left):
        item = phone.get_by_test_id(name).first
        measured = item.get_by_test_id("value-input")
        absent = measured.count() and item.get_by_test_id("answer-na").count()
        if measured.count() and not absent:
            for row in item.locator(".measure").all():
                limit = re.search(r"-?\d+(\.\d+)?", row.locator(".tag").inner_text())
                row.get_by_test_id("value-input").fill(limit.group() if limit else "1")
                row.get_by_test_id("value-input").blur()
        else:
            item.get_by_test_id("answer-na" if absent else "answer-yes").click()


def ordinary_item(phone: Page) -> Locator:
    """The item about goods kept off the floor, or else the second of the list."""
    items = phone.locator('[data-testid^="item-"]')
    about = items.filter(has_text=re.compile("离墙|离地")).first
    return about if about.count() else items.nth(1)


def sign_and_keep(phone: Page, look: Look) -> str:
    """Review, sign, hand over. Returns the code by which the first paper can be verified."""
    phone.get_by_test_id("next-open").click()
    expect(phone.get_by_test_id("review")).to_be_visible()
    second = phone.get_by_test_id("second")
    if second.input_value() == "":
        second.select_option(index=1)
    look("review")
    phone.get_by_test_id("to-sign").click()
    expect(phone.get_by_test_id("sign")).to_be_visible()
    for n, who in enumerate(("inspector1", "inspector2", "party")):
        draw(phone, phone.get_by_test_id(f"sign-{who}"), n)
    phone.get_by_test_id("sign-inspector1").scroll_into_view_if_needed()
    look("sign")
    address = phone.locator("footer p").filter(has_text="/v/").first.inner_text()
    phone.get_by_test_id("submit").click()
    expect(phone.get_by_test_id("kept")).to_be_visible()
    phone.evaluate("window.scrollTo(0, 0)")
    look("paper")
    phone.get_by_test_id("print").click()
    phone.get_by_test_id("printer-change").click()
    phone.get_by_test_id("paper-58").click()
    expect(phone.get_by_test_id("slip")).to_be_visible()
    look("print")
    phone.get_by_test_id("back").click()
    expect(phone.get_by_test_id("done")).to_be_visible()
    found = re.search(r"/v/([0-9A-Z]+)", address)
    return found.group(1) if found else sys.exit("the paper names no address to verify it by")


def draw(phone: Page, pad: Locator, n: int) -> None:
    """A signature, different for each signer."""
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    for stroke in ([(0.2, 0.3), (0.3, 0.2), (0.28, 0.7)], [(0.36, 0.35), (0.52, 0.3), (0.4, 0.75), (0.6, 0.6)]):
        points = [(box["x"] + box["width"] * (x + n * 0.06), box["y"] + box["height"] * y) for x, y in stroke]
        phone.mouse.move(*points[0])
        phone.mouse.down()
        for x, y in points[1:]:
            phone.mouse.move(x, y, steps=6)
        phone.mouse.up()
