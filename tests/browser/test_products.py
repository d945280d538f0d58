"""A bottle past its date, with no signal: its code before the camera, another one typed, and both found on the desk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import DURABLE_S, Handset, Site
from tests.browser.steps import answer, enrol, sign, sign_in, type_door_code, unanswered, unlock
from tests.browser.test_first_inspection import open_draft, review, tap_yes

MILK, WATER = "6901234567892", "96385074"
SIZE = (640, 480)
LEFT = ("0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011")
EVEN = ("0100111", "0110011", "0011011", "0100001", "0011101", "0111001", "0000101", "0010001", "0001001", "0010111")
PARITY = ("LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL")


def bars(code: str) -> str:
    """The bars of an EAN-13, one character for each module (GS1 General Specifications, 5.2)."""
    sides = PARITY[int(code[0])]
    first = "".join((LEFT if side == "L" else EVEN)[int(d)] for side, d in zip(sides, code[1:7], strict=True))
    last = "".join("".join("10"[int(bit)] for bit in LEFT[int(d)]) for d in code[7:])
    return f"101{first}01010{last}101"


def film(code: str, path: Path) -> Path:
    """What a camera sees of a code held before it, as a film of ten pictures."""
    picture = np.full((SIZE[1], SIZE[0]), 205, np.uint8)
    for n, bar in enumerate(bars(code)):
        if bar == "1":
            picture[140:340, 80 + n * 5 : 85 + n * 5] = 40
    grey = np.full(SIZE[0] * SIZE[1] // 2, 128, np.uint8).tobytes()
    frame = b"FRAME\n" + picture.tobytes() + grey
    path.write_bytes(f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 10)
    return path


@pytest.mark.slow
def test_a_product_is_scanned_without_signal_and_found_on_the_desk(
    site: Site, desk: Page, handset: Handset, tmp_path: Path
) -> None:
    handset.sees = film(MILK, tmp_path / "milk.y4m")
    phone = handset.start()
    refused: list[str] = []
    phone.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    enrol(desk, phone, site.url, "zhao")
    handset.cut(True)
    type_door_code(phone, site.premises.door_code)
    failed = answer(phone, "1.2", "no")
    failed.get_by_test_id("note-input").fill("过期")

    failed.get_by_test_id("product-scan").click()
    product = failed.get_by_test_id("product").filter(has_text=MILK)
    expect(product).to_be_visible(timeout=15_000)
    product.get_by_test_id("product-name").fill("纯牛奶")
    product.get_by_test_id("product-lot").fill("A1")
    product.get_by_test_id("product-lot").blur()
    product.get_by_test_id("product-remove").click()
    expect(product).to_have_count(0)
    failed.get_by_test_id("product-known").filter(has_text="纯牛奶").click()
    expect(product.get_by_test_id("product-name")).to_have_value("纯牛奶")
    phone.wait_for_timeout(1000 * DURABLE_S)

    handset.kill()
    handset.sees = None
    phone = handset.start()
    unlock(phone, site.url)
    open_draft(phone)
    failed = phone.get_by_test_id("item-1.2")
    failed.get_by_test_id("product-scan").click()
    phone.get_by_test_id("product-type").fill("96385075")
    phone.get_by_test_id("product-take").click()
    expect(phone.get_by_test_id("product-wrong")).to_contain_text("校验位不对")
    phone.get_by_test_id("product-type").fill("9638 5074")
    phone.get_by_test_id("product-take").click()
    expect(failed.get_by_test_id("product")).to_have_count(2)

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
    assert refused == []

    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/visits/products/?code={MILK}")
    expect(desk.locator("table")).to_contain_text("纯牛奶")
    expect(desk.locator("[data-row]")).to_have_count(1)
    desk.locator('[data-row] a[href^="/m/"]').click()
    expect(desk.locator("main")).to_contain_text(WATER)
    expect(desk.locator("main")).to_contain_text("现场用时")
