"""One hand free, in the dark, without signal: a face blurred, a fault circled, a remark spoken, a phone killed."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Page, expect
from tests.browser.conftest import Handset, Site
from tests.browser.steps import answer, enrol, sign, sign_in, type_door_code, unanswered, unlock
from tests.browser.test_first_inspection import open_draft, review, tap_yes
from tests.kernel.evidence import pictures

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.models import Matter

DARK = re.compile(r"\bdark\b")
QUARTER = (0.25, 0.25, 0.75, 0.75)  # of the picture: the place that is blurred


def draw(phone: Page, kind: str, box: tuple[float, float, float, float]) -> None:
    """Drag a mark over a part of the picture, given as shares of its sides."""
    phone.get_by_test_id(f"mark-{kind}").click()
    at = phone.get_by_test_id("mark-canvas").bounding_box()
    assert at is not None
    point = lambda x, y: (at["x"] + at["width"] * x, at["y"] + at["height"] * y)  # noqa: E731
    phone.mouse.move(*point(*box[:2]))
    phone.mouse.down()
    phone.mouse.move(*point(*box[2:]), steps=4)
    phone.mouse.up()


def mark(phone: Page) -> None:
    """Blur the middle of the first photo, and circle something beside it."""
    phone.get_by_test_id("photo").first.click()
    phone.get_by_test_id("photo-mark").click()
    expect(phone.get_by_test_id("mark-save")).to_be_disabled()
    expect(phone.get_by_test_id("mark-canvas")).to_have_js_property("width", 640)
    draw(phone, "blur", QUARTER)
    draw(phone, "circle", (0.05, 0.05, 0.2, 0.2))
    phone.get_by_test_id("mark-save").click()
    expect(phone.locator('[data-testid=photo][data-marked="true"]')).to_have_count(1)


def speak(phone: Page) -> None:
    """Say something for two seconds."""
    phone.get_by_test_id("voice-record").first.click()
    expect(phone.get_by_test_id("voice-record").first).to_contain_text("0:02")
    phone.get_by_test_id("voice-record").first.click()
    expect(phone.get_by_test_id("voice")).to_have_count(1)


def middle(file: File) -> float:
    """How much the pixels differ within the tiles of the place that was to be blurred (0: not at all)."""
    picture = Image.open(io.BytesIO(files.read_blob(file.blob)))  # type: ignore[arg-type]
    left, top = int(picture.width * 0.25), int(picture.height * 0.25)
    tile = picture.convert("L").crop((left + 8, top + 8, left + 44, top + 44))  # inside the first tile of 54 pixels
    return ImageStat.Stat(tile).stddev[0]


@pytest.mark.slow
def test_what_a_hand_can_do_in_the_dark(site: Site, desk: Page, handset: Handset, tmp_path: Path) -> None:
    photo = tmp_path / "one.jpg"
    photo.write_bytes(pictures.noise(640, 480))
    handset.hears = True
    phone = handset.start()
    enrol(desk, phone, site.url, "zhao")
    phone.goto(f"{site.url}/field/#/settings")
    phone.get_by_test_id("theme-dark").click()
    phone.get_by_test_id("back").click()

    handset.cut(True)
    type_door_code(phone, site.premises.door_code)
    expect(phone.locator("html")).to_have_class(DARK)
    failed = answer(phone, "1.2", "no")
    failed.get_by_test_id("note-input").fill("许可证未悬挂")
    failed.get_by_test_id("photo-input").set_input_files(photo)
    expect(phone.get_by_test_id("photo")).to_have_count(1)
    mark(phone)
    speak(phone)

    handset.kill()
    phone = handset.start()
    unlock(phone, site.url)
    expect(phone.locator("html")).to_have_class(DARK)
    open_draft(phone)
    expect(phone.get_by_test_id("voice")).to_have_count(1)
    expect(phone.get_by_test_id("photo")).to_have_count(2)
    for section in phone.locator('[data-testid^="section-rest-"]').all()[::-1]:
        section.click()
    for testid in unanswered(phone):
        tap_yes(phone, testid)
    review(phone)
    for who in ("inspector1", "inspector2", "party"):
        sign(phone, who)
    phone.get_by_test_id("submit").click()
    expect(phone.get_by_test_id("kept")).to_be_visible()
    handset.cut(False)
    phone.goto(f"{site.url}/field/#/outbox")
    phone.get_by_test_id("outbox-send").click()
    expect(phone.locator('[data-testid^="sent-item-"]')).to_have_count(1, timeout=30_000)

    with scoped(SYSTEM):
        matter = Matter.objects.get(kind="inspection", premises=site.premises)
        assert matter.flags == []
        drawn = File.objects.select_related("blob", "drawn_on__blob").get(
            matter=matter, original=None, drawn_on__isnull=False
        )
        voice = File.objects.select_related("blob").get(matter=matter, kind="voice")
        assert drawn.drawn_on is not None and drawn.drawn_on.blob_id == drawn.drawn_on.expected, (
            "the photo is untouched"
        )
        assert (voice.blob_id, voice.item) == (voice.expected, "1.2")
        assert middle(drawn.drawn_on) > 20 > 4 > middle(drawn), (
            "what stood there is gone from the copy, and from it alone"
        )
    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/m/{matter.uid}/")
    expect(desk.locator(".photos").last).to_contain_text("标注件")
    heard = desk.locator(".voices audio")
    heard.evaluate("sound => { sound.muted = true; return sound.play() }")
    expect(heard).to_have_js_property("error", None)
    assert heard.evaluate("sound => sound.duration") > 1

    # The next time that this item fails, what he wrote is one tap away.
    phone.goto(f"{site.url}/field/#/shop/{site.premises.uid}")
    phone.get_by_test_id("unplanned").click()
    phone.get_by_test_id("start").click()
    expect(phone.get_by_test_id("check")).to_be_visible()
    again = answer(phone, "1.2", "no")
    again.get_by_test_id("own-remarks").get_by_role("button", name="许可证未悬挂").click()
    expect(again.get_by_test_id("note-input")).to_have_value("许可证未悬挂")
