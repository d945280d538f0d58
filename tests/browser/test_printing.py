"""Papers on a receipt printer and on A4, in a kitchen without signal: by the Android shell, and by the system."""

from __future__ import annotations

import base64
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from tests.browser.conftest import Handset, Site
from tests.browser.looking import PICTURES, look
from tests.browser.steps import answer, enrol, sign, type_door_code, unanswered
from tests.browser.test_first_inspection import review, tap_yes

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.papers.models import NumberRow

ROOT = Path(__file__).parents[2]
SHELL = """
window.printed = []; window.says = {ok: true, printer: 'P2 mini'};
window.zhijianShell = {
  onmessage: null,
  postMessage(text) {
    const asked = JSON.parse(text);
    window.printed.push(asked);
    setTimeout(() => this.onmessage({data: JSON.stringify({id: asked.id, ...window.says})}), 20);
  },
};
"""
"""A shell that keeps the contract of docs/android-shell.md."""
SHARE = """() => {
  navigator.canShare = () => true;
  navigator.share = async ({ files }) => {
    const pictures = await Promise.all(files.map((one) => createImageBitmap(one)));
    window.shared = pictures.map(({ width, height }) => [width, height]);
  };
}"""
READ = """
const jsqr = require("jsqr"); const {width, height, bits, from} = JSON.parse(require("fs").readFileSync(0));
const bytes = Buffer.from(bits, "base64"), line = Math.ceil(width / 8), found = new Set();
for (let top = from; top < height; top += 40) {
  const n = Math.min(260, height - top), rgba = new Uint8ClampedArray(width * n * 4);
  for (let y = 0; y < n; y++) for (let x = 0; x < width; x++) {
    const ink = bytes[(top + y) * line + (x >> 3)] & (0x80 >> (x & 7)), at = (y * width + x) * 4;
    rgba.fill(ink ? 0 : 255, at, at + 3); rgba[at + 3] = 255;
  }
  const code = jsqr(rgba, width, n); if (code) found.add(code.data);
}
console.log(JSON.stringify([...found]));
"""


def codes_on(picture: dict[str, Any], last: int = 1_500) -> set[str]:
    """What a phone's camera reads on a printed slip: the QR codes in its `last` lines of dots."""
    told = {"width": picture["width"], "height": picture["height"], "bits": picture["bits"]}
    told["from"] = max(0, picture["height"] - last)
    ran = subprocess.run(
        ["node", "-e", READ], input=json.dumps(told), capture_output=True, text=True, check=True, cwd=ROOT / "web/field"
    )
    return set(json.loads(ran.stdout))


def keep(picture: dict[str, Any], name: str) -> None:
    """The slip as a picture, where pictures are kept."""
    if PICTURES:
        from PIL import Image, ImageOps

        bits = base64.b64decode(picture["bits"])
        ImageOps.invert(Image.frombytes("1", (picture["width"], picture["height"]), bits).convert("L")).save(
            f"{PICTURES}/{name}.png"
        )


def in_both_languages(phone: Page) -> None:
    """The preview as the handbook shows it, where pictures are kept."""
    if not PICTURES:
        return
    here = phone.url
    for tail in ("", "-en"):
        phone.get_by_test_id("printer-change").click()
        phone.evaluate("window.scrollTo(0, 0)")
        phone.screenshot(path=f"{PICTURES}/field-print{tail}.png")
        phone.goto(here.split("#")[0] + "#/settings")
        phone.get_by_test_id("language").click()
        phone.goto(here)
        expect(phone.get_by_test_id("slip")).to_be_visible()
        phone.get_by_test_id("printer-change").click()


def visit_with_a_finding(phone: Page, site: Site) -> None:
    """A check with one failed item, signed, in the outbox."""
    type_door_code(phone, site.premises.door_code)
    answer(phone, "1.2", "no").get_by_test_id("note-input").fill("许可证未悬挂在醒目位置")
    for section in phone.locator('[data-testid^="section-rest-"]').all()[::-1]:
        section.click()
    for testid in unanswered(phone):
        tap_yes(phone, testid)
    review(phone)
    for who in ("inspector1", "inspector2", "party"):
        sign(phone, who)
    phone.get_by_test_id("print").click()  # before it is handed over: to be read on paper
    expect(phone.locator("article.paper")).to_have_count(3)
    phone.get_by_test_id("back").click()
    phone.get_by_test_id("submit").click()
    expect(phone.get_by_test_id("done")).to_be_visible()


@pytest.mark.slow
def test_papers_come_out_of_the_printer_without_a_network(
    site: Site, desk: Page, handset: Handset, tmp_path: Path
) -> None:
    phone = handset.start()
    phone.add_init_script(SHELL)
    enrol(desk, phone, site.url, "zhao")
    handset.cut(True)
    visit_with_a_finding(phone, site)
    phone.evaluate(SHARE)
    phone.get_by_test_id("share").click()
    phone.wait_for_function("window.shared && window.shared.length === 3")
    assert all(width == 1440 and height > 1440 for width, height in phone.evaluate("window.shared"))
    numbers = [one.inner_text() for one in phone.get_by_test_id("paper-number").all()]
    phone.get_by_test_id("print").click()

    # What the phone knows first is A4 by the system's window: all papers, whole.
    phone.evaluate("() => { window.opened = 0; window.print = () => { window.opened += 1 } }")
    expect(phone.get_by_test_id("printer")).to_contain_text("A4")
    expect(phone.locator("article.paper")).to_have_count(3)
    look(phone, "print-a4", axe=False)
    phone.get_by_test_id("print-go").click()
    assert phone.evaluate("window.opened") == 1
    pages(phone, tmp_path, "a4", (595, 842), begin=3)

    # The device has a printer of its own: 58 mm, the summary first.
    phone.get_by_test_id("printer-change").click()
    phone.get_by_test_id("way-shell").click()
    phone.get_by_test_id("paper-58").click()
    slip = phone.get_by_test_id("slip")
    for told in (*numbers, "许可证未悬挂在醒目位置", "改正期限", "本小票是上列文书的摘要"):
        expect(slip).to_contain_text(told)
    expect(slip).to_contain_text("还在执法终端上")
    expect(slip.locator(".signs svg")).to_have_count(3)
    look(phone, "print-58", axe=False)
    in_both_languages(phone)
    phone.evaluate("window.says = {ok: false, why: 'no_paper'}")
    phone.get_by_test_id("print-go").click()
    expect(phone.get_by_test_id("print-trouble")).to_contain_text("没有纸")
    look(phone, "print-trouble", axe=False)
    phone.evaluate("window.says = {ok: true, printer: 'P2 mini'}; window.printed = []")
    phone.get_by_test_id("print-go").click()
    expect(phone.get_by_test_id("printed")).to_be_visible()
    expect(phone.get_by_test_id("printer")).to_contain_text("P2 mini")
    (short,) = phone.evaluate("window.printed")
    keep(short, "slip-58")
    assert short["width"] == 384
    with scoped(SYSTEM):
        codes = NumberRow.objects.filter(number__in=numbers).values_list("code", flat=True)
        assert codes_on(short) == {f"{site.url}/v/{code}" for code in codes}

    # The whole papers on 80 mm; each is cut off by itself.
    phone.evaluate("window.printed = []")
    phone.get_by_test_id("paper-80").click()
    phone.get_by_test_id("what-all").click()
    look(phone, "print-80", axe=False)
    phone.get_by_test_id("print-go").click()
    expect(phone.get_by_test_id("printed")).to_be_visible(timeout=20_000)
    whole = phone.evaluate("window.printed")
    assert [one["width"] for one in whole] == [576] * 3
    for n, picture in enumerate(whole):
        keep(picture, f"whole-80-{n}")
        assert [code.startswith(f"{site.url}/v/") for code in codes_on(picture, 500)] == [True], "one code each"

    # By the system on a roll: as wide as the roll, as long as the slip.
    phone.get_by_test_id("way-system").click()
    for paper, points in ((58, 164), (80, 227)):
        phone.get_by_test_id(f"paper-{paper}").click()
        phone.get_by_test_id("what-slip").click()
        pages(phone, tmp_path, str(paper), (points, None), of=1)

    # Remembered, with a test page in the settings; the record went its way untouched.
    phone.goto(f"{site.url}/field/#/settings")
    expect(phone.get_by_test_id("paper-80")).to_have_attribute("aria-pressed", "true")
    phone.get_by_test_id("way-shell").click()
    phone.evaluate("window.printed = []")
    phone.get_by_test_id("print-test").click()
    phone.wait_for_function("window.printed.length === 1")
    (page,) = phone.evaluate("window.printed")
    keep(page, "test-page")
    assert codes_on(page) == {"ZHIJIAN TEST 0123456789"}
    look(phone, "print-settings", axe=False)
    phone.emulate_media(media="print")
    expect(phone.get_by_test_id("test-page")).to_be_visible()
    for apart in ("way-shell", "print-test", "lock", "renew"):
        expect(phone.get_by_test_id(apart)).to_be_hidden()
    phone.emulate_media(media="screen")
    handset.cut(False)
    phone.goto(f"{site.url}/field/#/outbox")
    phone.get_by_test_id("outbox-send").click()
    expect(phone.locator('[data-testid^="sent-item-"]')).to_have_count(1, timeout=30_000)


def pages(
    phone: Page, folder: Path, name: str, size: tuple[int, int | None], of: int | None = None, begin: int = 1
) -> None:
    """Print as the system's window would, and look at the size and the number of its pages."""
    phone.evaluate(
        """() => { window.print = () => { window.rules = [...document.adoptedStyleSheets] } }""",
    )
    phone.get_by_test_id("print-go").click()
    phone.evaluate("document.adoptedStyleSheets = window.rules")
    data = phone.pdf(prefer_css_page_size=True, path=str(folder / f"{name}.pdf"))
    phone.evaluate("document.adoptedStyleSheets = []")
    if PICTURES:
        Path(PICTURES, f"system-{name}.pdf").write_bytes(data)
    found = PdfReader(io.BytesIO(data)).pages
    if of is not None:
        assert len(found) == of, f"{name}: {len(found)} pages"
    heads = [page.extract_text()[:60] for page in found]
    assert sum("〔" in head for head in heads) == begin or of, "each paper begins on a page of its own"
    assert not any(head.startswith("当事") for head in heads), "no signature stands alone on a page"
    width, height = float(found[0].mediabox.width), float(found[0].mediabox.height)
    assert abs(width - size[0]) < 2 and (size[1] is None or abs(height - size[1]) < 2), (width, height)
