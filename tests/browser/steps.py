"""What people do with their thumbs, as the journeys tell it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.db import connection
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import Site

from zhijian.kernel.accounts import demo
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.jobs import run_pending
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.notices.models import SimulatedMessage
from zhijian.programmes.complaints.flow import COMPLAINT

PIN = "246802"


def sign_in(desk: Page, url: str, username: str) -> None:
    """Sign in on the desk by the demo button."""
    desk.context.clear_cookies()
    desk.goto(f"{url}/login/")
    desk.locator(f'button[value="{username}"]').first.click()
    desk.wait_for_load_state()


def room(desk: Page, part: str, name: str) -> Locator:
    """A line of the menu, whose part is opened for it."""
    folded = desk.locator(f"nav.side details[data-part={part}]:not([open]) > summary")
    if folded.count():
        folded.click()
    return desk.locator("nav.side").get_by_role("link", name=name)


def complaint(site: Site, **told: Any) -> Matter:
    """A complaint about the site's shop that came by telephone; its shop is confirmed, and zhao has it."""
    with scoped(SYSTEM):
        of = perform(
            COMPLAINT, "register", SYSTEM, about=About("", site.premises.area), by_field={"sort": "complaint"},
            channel="phone", **{"person": "张先生", "phone": "13805331234", "said_name": "清风"} | told,
        )  # fmt: skip
        perform(of, "name", SYSTEM, meant="confirmed", entity=site.entity.pk, premises=site.premises.pk)
        zhao = Person.objects.get(username="zhao")
        return perform(Matter.objects.get(pk=of.pk), "assign", SYSTEM, assignee=zhao.pk)


def enter_account(phone: Page, url: str, code: str) -> None:
    """Sign an enterprise in to its account with the code that comes by message."""
    phone.goto(f"{url}/my/sign-in/")
    phone.locator("input[name=registered]").fill(code)
    phone.locator("form button.primary").click()
    drain()
    with scoped(SYSTEM):
        told = re.search(r"\b\d{6}\b", SimulatedMessage.objects.latest("pk").text)
    assert told is not None
    phone.locator("input[name=code]").fill(told.group())
    phone.locator("form button.primary").click()
    expect(phone).to_have_url(re.compile(r"/my/$"))


def enrol(desk: Page, phone: Page, url: str, username: str) -> None:
    """Get the one-time code on the person's own desk, enrol the phone with it, choose a PIN, and wait for the patch."""
    sign_in(desk, url, username)
    desk.goto(f"{url}/me/")
    desk.locator('form[action="/me/code/"] button').click()
    shown = desk.locator("main").get_by_text(re.compile(r"^\s*\d{3}\s?\d{3}\s*$")).first.inner_text()
    phone.goto(f"{url}/field/")
    phone.get_by_test_id("enrol-username").fill(username)
    phone.get_by_test_id("enrol-password").fill(demo.PASSWORD)
    phone.get_by_test_id("enrol-code").fill(re.sub(r"\D", "", shown))
    phone.get_by_test_id("enrol-submit").click()
    phone.get_by_test_id("pin-new").fill(PIN)
    phone.get_by_test_id("pin-repeat").fill(PIN)
    phone.get_by_test_id("pin-save").click()
    expect(phone.get_by_test_id("sync-now")).to_be_enabled(timeout=20_000)
    # The app must be able to open without network: its service worker holds it whole.
    phone.wait_for_function("navigator.serviceWorker.ready.then(r => !!r.active)")


def sync_until(phone: Page, wanted: Locator) -> None:
    """Press "sync" until it is there: a pull ends at the oldest transaction that still runs, perhaps a job's."""
    for _ in range(30):
        if wanted.count():
            break
        phone.get_by_test_id("sync-now").click()
        phone.wait_for_timeout(2000)
    expect(wanted).to_be_visible()


def unlock(phone: Page, url: str) -> None:
    """Open the app again; the sixth digit of the PIN opens it by itself."""
    phone.goto(f"{url}/field/")
    phone.get_by_test_id("pin-input").fill(PIN)
    expect(phone.get_by_test_id("pin-input")).to_have_count(0, timeout=20_000)


def type_door_code(phone: Page, code: str) -> None:
    """Type the code that stands on the door, and start the visit."""
    phone.get_by_test_id("scan-open").click()
    phone.get_by_test_id("scan-type").fill(code)
    phone.get_by_test_id("scan-look").click()
    phone.get_by_test_id("start").click()
    expect(phone.get_by_test_id("check")).to_be_visible()


def unanswered(phone: Page) -> list[str]:
    """The test ids of the items that nobody has touched yet."""
    return [
        item.get_attribute("data-testid") or ""
        for item in phone.locator('[data-testid^="item-"][data-answer=""]').all()
    ]


def answer(phone: Page, no: str, value: str) -> Locator:
    """Answer one item by tapping."""
    item = phone.get_by_test_id(f"item-{no}").first
    item.get_by_test_id(f"answer-{value}").click()
    return item


def sign(phone: Page, who: str) -> None:
    """Draw a signature with a finger."""
    pad = phone.get_by_test_id(f"sign-{who}")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    phone.mouse.move(box["x"] + 30, box["y"] + 40)
    phone.mouse.down()
    for n in range(8):
        phone.mouse.move(box["x"] + 30 + n * 22, box["y"] + 40 + (n % 3) * 18)
    phone.mouse.up()


def photo_file(folder: Path, name: str, seed: int) -> Path:
    """A photo on disk to be chosen."""
    from tests.phone import picture

    path = folder / name
    path.write_bytes(picture(seed))
    return path


def drain() -> None:
    """Run what the queue holds, in a thread of its own: the browser's driver has an event loop in this one."""

    def work() -> None:
        run_pending()
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()
