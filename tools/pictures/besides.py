"""What no link leads to before somebody does something: a draft letter, one that waits for its seal, acts by a sheet,
answers of another platform, a call from a lift. Done once, at the site that is photographed, as its users do it.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter
from playwright.sync_api import Page
from python_calamine import CalamineWorkbook
from tools.pictures.album import CLERK, HEAD, WIDE, Album

READER = Path(__file__).parents[2] / "web/field/node_modules/jsqr/dist/jsQR.js"
DECODE = """async png => {
  const picture = new Image();
  picture.src = "data:image/png;base64," + png;
  await picture.decode();
  const canvas = Object.assign(document.createElement("canvas"), {width: picture.width, height: picture.height});
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const {data, width, height} = context.getImageData(0, 0, canvas.width, canvas.height);
  return jsQR(data, width, height)?.data ?? "";
}"""


def besides(album: Album) -> list[str]:
    """Do all of it; the addresses to which it led."""
    with album.browser(WIDE) as page:
        album.sign_in(page, CLERK)
        led = [*_letters(album, page), _answers(album, page)]
        album.sign_in(page, HEAD)
        led += _sheet(album, page)
        return [*led, _call(album, page)]


def _letters(album: Album, page: Page) -> Iterator[str]:
    """One is issued and waits for its seal, the other stays a draft."""
    for issued in (True, False):
        page.goto(f"{album.site}/l/inspection/?state=closed")
        page.locator("tbody tr a[href*='/m/']").first.click()
        page.locator("form[action*='/papers/letter/'] button").click()
        yield _path(page)
        if issued:
            for name in page.locator("form[action$='/draft/words/'] [name]:not([type=hidden])").all():
                if name.is_visible() and name.input_value() == "":
                    name.fill("请贵单位于收到本函后五个工作日内书面回复。")
            page.locator("form[action$='/draft/words/'] button").click()
            page.locator("form[action$='/draft/issue/'] button").first.click()
            page.locator("form[action$='/draft/issue/']:has([name=go]) button").click()
            page.wait_for_url(f"{album.site}/m/**")
            yield _path(page)


def _answers(album: Album, page: Page) -> str:
    """Their sheet names a number that nobody here has reported."""
    page.goto(f"{album.site}/exchange/t/luzhifa/tasks/")
    columns = re.findall("“([^”]+)”", page.locator("form:has(#in-file) + p").inner_text())
    page.set_input_files("#in-file", _file("answers.xlsx", [columns, ["张市监检〔2026〕9999号", "已备案"]]))
    page.locator("form:has(#in-file) button.btn").click()
    page.wait_for_url(f"{album.site}/exchange/arrivals/**")
    return _path(page)


def _sheet(album: Album, page: Page) -> Iterator[str]:
    """Visits are given to other days by a sheet: tried, done, and the page of taking them back."""
    page.goto(f"{album.site}/l/inspection/?state=planned")
    page.locator("#by-sheet").click()
    with page.expect_download() as coming:
        page.locator("a[href*='sheet.xlsx']").click()
    rows = CalamineWorkbook.from_path(str(coming.value.path())).get_sheet_by_index(0).to_python()
    heading, act = rows[0], [str(cell) for cell in rows[0]].index("办理")
    rows = [heading, *([*row[:act], "改派", *row[act + 1 :]] for row in rows[1:3])]
    page.set_input_files("#file", _file("acts.xlsx", rows))
    page.locator("form:has(#file) button.btn-primary").click()
    page.locator("#run form button.btn-primary").click()
    page.locator("#run a[href$='/undo/']").wait_for()
    yield _path(page)
    yield f"{_path(page)}undo/"


def _call(album: Album, page: Page) -> str:
    """Somebody touches "I am trapped" on the page of a lift's code."""
    page.goto(f"{album.site}/l/equipment/?category=3000")
    page.locator("tbody tr a[href*='/m/']").first.click()
    code = page.locator("a[href*='/t/']").first.get_attribute("href") or ""
    page.goto(album.site + _within(code))
    page.locator("button[value=trapped]").click()
    page.wait_for_url(f"{album.site}/t/*/call/*/")
    return _path(page)


def _path(page: Page) -> str:
    return _within(page.url)


def _within(address: str) -> str:
    return re.sub(r"^https?://[^/]+", "", address)


def _file(name: str, rows: list[list[object]]) -> str:
    """A workbook on disk, as a spreadsheet saves it."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for n, row in enumerate(rows):
        for m, cell in enumerate(row):
            if cell not in (None, ""):
                sheet.write(n, m, cell)
    book.close()
    path = Path(tempfile.mkdtemp()) / name
    path.write_bytes(out.getvalue())
    return str(path)
