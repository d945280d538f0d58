"""The first inspection, end to end: from the door code without network to the public page.

SEED=… repeats a run: it chooses the moments at which the phone is killed.
"""

from __future__ import annotations

import os
import random
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect
from tests.browser.conftest import Handset, Site, phone_page
from tests.browser.steps import (
    answer,
    drain,
    enrol,
    photo_file,
    sign,
    sign_in,
    sync_until,
    type_door_code,
    unanswered,
    unlock,
)

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.notices.models import SimulatedMessage
from zhijian.programmes.inspection.flow import INSPECTION
from zhijian.programmes.inspection.models import Answer, Checklist, Inspection

KILLS = 12 if os.environ.get("ZHIJIAN_LONG") else 3
SEED = int(os.environ.get("SEED", random.randrange(10**6)))


def planned(site: Site) -> Matter:
    """A visit that the head planned for today."""
    with scoped(SYSTEM):
        zhao, qian = (Person.objects.get(username=name) for name in ("zhao", "qian"))
        return perform(
            INSPECTION, "plan", SYSTEM, about=About(site.premises.name, site.premises.area, site.entity, site.premises),
            planned_for=calendar.today(), assignee=zhao.pk, second=qian.pk,
            checklist=Checklist.objects.filter(applies__contains=["restaurant"]).latest("version").pk,
        )  # fmt: skip


def open_draft(phone: Page) -> None:
    phone.locator('[data-testid^="draft-"]').first.click()
    expect(phone.get_by_test_id("check")).to_be_visible()


def within_limits(no: str, of: str) -> str:
    """A measured value that the item's own limits allow for what is measured (empty where it is but one thing)."""
    wanted = Checklist.objects.filter(applies__contains=["restaurant"]).latest("version").items[no]["answer"]
    limit = next((limit for limit in wanted.get("limits", []) if limit["of"] == of), wanted)
    return limit.get("min") or limit.get("max") or "1"


def tap_yes(phone: Page, testid: str) -> None:
    item = phone.get_by_test_id(testid).first
    for measured in item.get_by_test_id("value-input").all():
        measured.fill(within_limits(testid.removeprefix("item-"), measured.get_attribute("data-of") or ""))
        measured.blur()
    if item.get_attribute("data-answer") != "yes":
        item.get_by_test_id("answer-yes").click()
    expect(item).to_have_attribute("data-answer", "yes")


def answer_the_rest(phone: Page, site: Site, handset: Handset, dice: random.Random) -> Page:
    """Item by item; killed at random moments in between, and opened again, still offline.

    A tap in the very milliseconds of the kill may be lost; every earlier one is there.
    """
    items = unanswered(phone)
    moments = set(dice.sample(range(2, len(items)), KILLS))
    for n, testid in enumerate(items):
        if n in moments:
            handset.kill()
            phone = handset.start()
            unlock(phone, site.url)
            open_draft(phone)
            again = [one for one in unanswered(phone) if one in items[:n]]
            assert len(again) <= 1, f"more than the last tap was lost: {again}"
            for one in again:
                tap_yes(phone, one)
        tap_yes(phone, testid)
    assert unanswered(phone) == []
    return phone


@pytest.mark.slow
def test_from_the_door_to_the_public_page(
    site: Site, desk: Page, handset: Handset, playwright: Playwright, tmp_path: Path
) -> None:
    print(f"SEED={SEED}")
    dice = random.Random(SEED)
    task = planned(site)
    phone = handset.start()
    enrol(desk, phone, site.url, "zhao")
    sync_until(phone, phone.get_by_test_id(f"task-{task.uid}"))

    # In the kitchen there is no signal.
    handset.cut(True)
    type_door_code(phone, site.premises.door_code.lower())
    # What is for school canteens is answered beforehand; one tap for a section can't call it compliant.
    expect(phone.get_by_test_id("item-1.4").first).to_have_attribute("data-answer", "na")
    expect(phone.get_by_test_id("item-K10.1").first).to_have_attribute("data-answer", "na")
    failed = answer(phone, "1.2", "no")
    failed.get_by_test_id("note-input").fill("许可证未悬挂")
    more = failed.get_by_test_id("photo-more")
    if more.count():
        more.click()
    no_photo = {"name": "no.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff but no picture"}
    failed.get_by_test_id("photo-input").set_input_files([no_photo])
    expect(phone.get_by_text("这不是能打开的照片")).to_be_visible()
    failed.get_by_test_id("photo-input").set_input_files(str(photo_file(tmp_path, "one.jpg", 11)))
    failed.get_by_test_id("photo").click()
    phone.get_by_test_id("photo-remove").click()  # deleting asks once more
    phone.keyboard.press("Escape")
    expect(failed.get_by_test_id("photo")).to_have_count(1)
    phone = answer_the_rest(phone, site, handset, dice)
    expect(phone.get_by_test_id("item-1.2").first.get_by_test_id("photo")).to_have_count(1)
    review(phone)
    number = phone.get_by_test_id("paper-onsite_record").get_by_test_id("paper-number").inner_text()
    for who in ("inspector1", "inspector2", "party"):
        sign(phone, who)
    phone.get_by_test_id("submit").click()
    expect(phone.get_by_test_id("done")).to_be_visible()
    expect(phone.get_by_test_id("kept")).to_be_visible()

    # Killed once more before anything was sent; then the network is back.
    handset.kill()
    handset.offline = False
    phone = handset.start()
    unlock(phone, site.url)
    expect(phone.get_by_test_id("outbox-button")).to_contain_text("0", timeout=30_000)

    with scoped(SYSTEM):
        matter = Matter.objects.get(uid=task.uid)
        assert (matter.state, matter.flags) == ("rectifying", [])
        visit = Inspection.objects.get(pk=matter.pk)
        assert visit.items_checked == Answer.objects.filter(inspection=visit).exclude(answer="na").count()
        assert (visit.failed, visit.failed_key, visit.result) == (1, 0, "basically_compliant")
        photo = File.objects.get(matter=matter, kind="photo", original=None)
        assert photo.blob_id == photo.expected, "the bytes that were fingerprinted at capture are here"
        assert matter.papers.get(kind="onsite_record").number == number
        finding = Matter.objects.get(parent=matter, kind="rectification")
    drain()
    with scoped(SYSTEM):
        message = SimulatedMessage.objects.latest("pk")

    the_enterprise_answers(playwright, site, str(message.text), tmp_path)
    the_desk_accepts_and_publishes(desk, site, matter, finding)
    a_citizen_looks(playwright, site)


def review(phone: Page) -> None:
    """From the checklist to the pads: who was there, who is the second officer, what was told."""
    for tick in ("informed-cards", "informed-rights"):
        box = phone.get_by_test_id(tick)
        if not box.is_checked():
            box.check()
    phone.get_by_test_id("present-name").fill("王清")
    phone.get_by_test_id("present-role").fill("店长")
    phone.get_by_test_id("next-open").click()
    expect(phone.get_by_test_id("review")).to_be_visible()
    second = phone.get_by_test_id("second")
    if second.input_value() == "":
        second.select_option(index=1)
    phone.get_by_test_id("to-sign").click()
    expect(phone.get_by_test_id("sign")).to_be_visible()


def the_enterprise_answers(playwright: Playwright, site: Site, message: str, tmp_path: Path) -> None:
    """The owner opens the link of the message on his phone and answers with a photo."""
    link = re.search(r"/p/[\w-]+/?", message)
    assert link is not None, message
    browser, owner = phone_page(playwright)
    owner.goto(site.url + link.group())
    owner.locator("textarea[name=answer]").fill("已将许可证悬挂在收银台上方。")
    owner.locator("input[name=photos]").last.set_input_files(str(photo_file(tmp_path, "two.jpg", 12)))
    owner.get_by_role("button", name="提交整改情况").click()
    owner.wait_for_load_state()
    expect(owner.locator("main")).to_contain_text("已将许可证悬挂在收银台上方")
    browser.close()


def the_desk_accepts_and_publishes(desk: Page, site: Site, matter: Matter, finding: Matter) -> None:
    """The inspector accepts on his desk, which closes the visit; the head publishes; the file shows every step."""
    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/m/{finding.uid}/accept/")
    desk.locator("main form.fields button.btn-primary").click()
    desk.wait_for_load_state()
    with scoped(SYSTEM):
        matter.refresh_from_db()
        assert matter.state == "closed"
        publication = Matter.objects.get(parent=matter, kind="publication")
    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/m/{publication.uid}/publish/")
    desk.locator("main form.fields button.btn-primary").click()
    desk.wait_for_load_state()
    desk.goto(f"{site.url}/m/{matter.uid}/")
    expect(desk.locator("main")).to_contain_text("王清")
    desk.goto(f"{site.url}/e/{site.entity.uid}/")
    expect(desk.locator("main")).to_contain_text(matter.number)


def a_citizen_looks(playwright: Playwright, site: Site) -> None:
    """The code on the door shows the published result."""
    browser, citizen = phone_page(playwright)
    citizen.goto(f"{site.url}/d/{site.premises.door_code}/")
    expect(citizen.locator("main")).to_contain_text(site.premises.name)
    expect(citizen.locator("main")).to_contain_text(str(calendar.today()))
    browser.close()
