"""Takes the pictures of the documents from a running site with a demo city.

    python tools/pictures.py [NAME …] [--site http://localhost:8000] [--into docs/pictures]

Names choose groups (see GROUPS). `field` enrols a phone for a demo inspector, makes one visit of
today's list without network, sends it, and opens the enterprise's page of that visit; so it adds a visit each time.
Wants chromium (CHROMIUM names another) and the packages of requirements.lock.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, expect, sync_playwright

from zhijian.programmes.inspection.drawn import photo

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage"]
PASSWORD, PIN = "zhijian-demo", "246802"
HEAD, INSPECTOR, LEADER, CLERK = "sun", "zhao", "wang", "li"
OFFICER = "赵明远"  # what INSPECTOR is called
LARGEST = 150_000  # bytes of a picture
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@dataclass
class Album:
    """Where the pictures go, and the site they are of."""

    playwright: Playwright
    site: str
    folder: Path

    def take(self, page: Page, name: str, *, full: bool = False) -> None:
        """Take what the page shows now (the whole page with `full`), in few colours."""
        page.wait_for_timeout(400)  # fonts and transitions settle
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        path = self.folder / f"{name}.png"
        path.write_bytes(small(page.screenshot(full_page=full)))
        print(f"{path}  {path.stat().st_size // 1000} kB{f'  {wider} px too wide' if wider > 0 else ''}", flush=True)

    @contextmanager
    def browser(self, size: dict[str, int], language: str = "zh-CN") -> Iterator[Page]:
        """A browser without memory, of the size of a desk or a phone."""
        started = self.playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        context = started.new_context(locale=language, viewport=size, device_scale_factor=scale_of(size))
        yield context.new_page()
        started.close()

    def sign_in(self, page: Page, username: str) -> None:
        """Sign in with a button of the demo."""
        page.context.clear_cookies()
        page.goto(f"{self.site}/login/")
        page.locator(f'button[value="{username}"]').first.click()
        page.wait_for_url(f"{self.site}/")

    def open(self, page: Page, address: str) -> None:
        """Open an address of the site and wait until nothing moves."""
        page.goto(address if address.startswith("http") else self.site + address, wait_until="networkidle")


def scale_of(size: dict[str, int]) -> float:
    """Phones have fine screens."""
    return 2 if size is NARROW else 1


def small(shot: bytes) -> bytes:
    """The picture with as many colours as fit into the largest size."""
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    for colours in (128, 64, 32, 16):
        out = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= LARGEST:
            return out.getvalue()
    return small(_half(image))


def _half(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()


def first_link(page: Page, selector: str) -> str:
    """The address of the first such link; says what is missing if there is none."""
    link = page.locator(selector).first
    if link.count() == 0:
        sys.exit(f"{page.url} has no {selector}: is the demo city there?")
    return link.get_attribute("href") or ""


# The desk


def desk(album: Album) -> None:
    """The desk at both widths, and the most telling pages in English."""
    for size, end in ((WIDE, ""), (NARROW, "-390")):
        with album.browser(size) as page:
            album.open(page, "/login/")
            album.take(page, f"login{end}")
            desk_of_the_head(album, page, end)
            album.sign_in(page, LEADER)
            album.open(page, "/figures/")
            album.take(page, f"desk-figures{end}")
            figure = first_link(page, 'main a[href^="/figures/"]')
            album.open(page, figure)
            album.take(page, f"desk-figure{end}")
    with album.browser(WIDE, "en-GB") as page:
        desk_of_the_head(album, page, "-en")


def desk_of_the_head(album: Album, page: Page, end: str) -> None:
    """To-do, list, a finding whose clock runs, that clock explained, the file of its shop."""
    album.sign_in(page, HEAD)
    album.take(page, f"desk-todo{end}")
    album.open(page, "/l/inspection/")
    album.take(page, f"desk-list{end}")
    album.open(page, "/l/rectification/?state=ordered")
    album.open(page, first_link(page, 'tbody a[href^="/m/"]'))
    record = page.url
    album.take(page, f"desk-record{end}")
    entity = first_link(page, 'main a[href^="/e/"]')
    why = page.locator('main a[href*="/clock/"]').first
    if why.count():
        album.open(page, why.get_attribute("href") or record)
        album.take(page, f"desk-clock{end}")
    album.open(page, entity)
    album.take(page, f"desk-entity{end}")
    twice = page.request.get(f"{album.site}{entity}merge/").text()  # the demo city has one enterprise on file twice
    if found := re.search(r'href="(/e/[^"]+merge/\?e=[^"]+)"', twice):
        album.open(page, found[1])
        album.take(page, f"desk-merge{end}")
    album.open(page, "/map/")
    expect(page.locator(".cluster, .shop").first).to_be_visible()
    album.take(page, f"desk-map{end}")


# Papers


def papers(album: Album) -> None:
    """Seals asked for, the list, serving one paper, blanks: at both widths, as the clerk and the officer see them."""
    for size, end in ((WIDE, ""), (NARROW, "-390")):
        with album.browser(size) as page:
            album.sign_in(page, CLERK)
            for address, name in (
                ("/papers/requests/", "papers-requests"),
                ("/papers/", "papers-list"),
                ("/papers/blanks/", "papers-blanks"),
            ):
                album.open(page, address)
                album.take(page, f"{name}{end}")
            album.sign_in(page, INSPECTOR)
            album.open(page, "/papers/?state=force&served=no")
            album.open(page, first_link(page, 'tbody a[href^="/m/"]'))
            album.open(page, first_link(page, 'main a[href$="/serve/"]'))
            album.take(page, f"papers-serve{end}", full=True)


def staff(album: Album) -> None:
    """The people of an office, one of them, and what hangs on him."""
    with album.browser(WIDE) as page:
        album.sign_in(page, HEAD)
        album.open(page, "/people/")
        album.take(page, "desk-people")
        person = first_link(page, f'tbody a[href^="/people/"]:has-text("{OFFICER}")')
        album.open(page, person)
        album.take(page, "desk-person")
        album.open(page, f"{person}handover/")
        album.take(page, "desk-handover")


# Other platforms


def exchange(album: Album) -> None:
    """A clerk's pages of the exchange: what is owed, a list, what came back by hand, a reconciliation."""
    table = "/exchange/t/luzhifa/visits/"
    with album.browser(WIDE) as page:
        album.sign_in(page, CLERK)
        album.open(page, "/exchange/")
        album.take(page, "exchange")
        album.open(page, f"{table}?state=all")
        rows = [one.inner_text() for one in page.locator("tbody .c-title small").all()]
        album.open(page, "/exchange/t/luzhifa/tasks/")
        album.take(page, "exchange-list")
        album.open(page, "/exchange/back/")
        album.open(page, first_link(page, 'tbody a[href^="/exchange/hand/"]'))
        album.take(page, "exchange-back")
        album.open(page, table)
        # Their list: one is lost there, one is theirs alone, the others were received.
        told = [f"{key},已归集,J{n:04d}" for n, key in enumerate(rows[1:], 1)]
        body = "\n".join(["任务编号,审核状态,结果编号", *told, "张市监检〔2026〕9999号,已归集,J9999"])
        page.set_input_files("#in-file", {"name": "检查结果清单.csv", "mimeType": "text/csv", "buffer": body.encode()})
        page.select_option("#in-what", "list")
        page.get_by_role("button", name="收进来").click()
        page.wait_for_url("**/exchange/arrivals/**")
        album.take(page, "exchange-reconciled")


# The field app


@contextmanager
def phone_of(album: Album, language: str = "zh-CN") -> Iterator[BrowserContext]:
    """A phone with a memory on disk, which stands in the office's patch."""
    with tempfile.TemporaryDirectory() as folder:
        context = album.playwright.chromium.launch_persistent_context(
            folder,
            executable_path=CHROMIUM,
            args=ARGS,
            locale=language,
            timezone_id="Asia/Shanghai",
            viewport=NARROW,
            device_scale_factor=scale_of(NARROW),
            has_touch=True,
            permissions=["geolocation"],
            geolocation={"latitude": 36.7811, "longitude": 118.0541, "accuracy": 12},
        )
        yield context
        context.close()


def enrol(album: Album, desk: Page, phone: Page) -> None:
    """The one-time code of the person's own desk makes the phone his; then a PIN, and the patch arrives."""
    album.sign_in(desk, INSPECTOR)
    album.open(desk, "/me/")
    desk.locator('form[action="/me/code/"] button').click()
    code = desk.locator("main").get_by_text(re.compile(r"^\s*\d{3}\s?\d{3}\s*$")).first.inner_text()
    phone.goto(f"{album.site}/field/")
    phone.get_by_test_id("enrol-username").fill(INSPECTOR)
    phone.get_by_test_id("enrol-password").fill(PASSWORD)
    phone.get_by_test_id("enrol-code").fill(re.sub(r"\D", "", code))
    phone.get_by_test_id("enrol-submit").click()
    phone.get_by_test_id("pin-new").fill(PIN)
    phone.get_by_test_id("pin-repeat").fill(PIN)
    phone.get_by_test_id("pin-save").click()
    expect(phone.locator('[data-testid^="task-"]').first).to_be_visible(timeout=90_000)
    expect(phone.get_by_test_id("sync-now")).to_be_enabled(timeout=90_000)
    phone.wait_for_function("navigator.serviceWorker.ready.then(r => !!r.active)")


def field(album: Album) -> None:
    """One visit from the list of today to the paper, and what the enterprise gets of it."""
    with album.browser(WIDE) as desk, phone_of(album) as context:
        phone = context.pages[0]
        phone.set_default_timeout(30_000)
        enrol(album, desk, phone)
        album.take(phone, "field-today")
        phone.locator('[data-testid^="task-"]').filter(has_not_text="复查").first.click()
        shop = phone.locator("h1").first.inner_text()
        album.take(phone, "field-shop")
        phone.get_by_test_id("start").click()
        expect(phone.get_by_test_id("check")).to_be_visible()
        context.set_offline(True)
        visit(album, phone)
        code = sign_and_send(album, phone)
        context.set_offline(False)
        expect(phone.get_by_test_id("arrived")).to_be_visible(timeout=90_000)
        album.take(phone, "field-arrived")
        enterprise(album, desk, shop)
    with album.browser(NARROW) as page:
        album.open(page, f"/v/{code}")
        album.take(page, "verify")


def visit(album: Album, phone: Page) -> None:
    """Answer the checklist without network: one item fails, with a photo; the rest complies."""
    phone.get_by_test_id("informed-cards").check()
    phone.get_by_test_id("informed-rights").check()
    phone.get_by_test_id("present-name").fill("周敏")
    phone.get_by_test_id("present-role").fill("店长")
    failed = ordinary_item(phone)
    failed.get_by_test_id("answer-no").click()
    failed.get_by_test_id("note-input").fill("两箱食用油直接放在地面上，未离地。")
    failed.get_by_test_id("photo-input").set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    expect(failed.get_by_test_id("photo")).to_have_count(1)
    failed.evaluate("card => window.scrollTo(0, card.getBoundingClientRect().top + scrollY - 150)")
    album.take(phone, "field-checklist")
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


def sign_and_send(album: Album, phone: Page) -> str:
    """Review, sign, send without network. Returns the code by which the first paper can be verified."""
    phone.get_by_test_id("next-open").click()
    expect(phone.get_by_test_id("review")).to_be_visible()
    second = phone.get_by_test_id("second")
    if second.input_value() == "":
        second.select_option(index=1)
    album.take(phone, "field-review")
    phone.get_by_test_id("to-sign").click()
    expect(phone.get_by_test_id("sign")).to_be_visible()
    for n, who in enumerate(("inspector1", "inspector2", "party")):
        draw(phone, phone.get_by_test_id(f"sign-{who}"), n)
    phone.get_by_test_id("sign-inspector1").scroll_into_view_if_needed()
    album.take(phone, "field-sign")
    address = phone.locator("footer p").filter(has_text="/v/").first.inner_text()
    phone.get_by_test_id("submit").click()
    expect(phone.get_by_test_id("kept")).to_be_visible()
    phone.evaluate("window.scrollTo(0, 0)")
    album.take(phone, "field-paper")
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


# What enterprises and the public see


def enterprise(album: Album, desk: Page, shop: str) -> None:
    """The message that the enterprise got, and the page behind its link."""
    album.sign_in(desk, HEAD)
    link = ""
    for _ in range(45):  # the worker sends within seconds
        album.open(desk, "/notices/simulator/")
        link = first_link(desk, 'main a[href*="/p/"]') if desk.locator('main a[href*="/p/"]').count() else ""
        if link and shop in desk.locator("main").inner_text():
            break
        time.sleep(2)
    album.take(desk, "desk-messages")
    with album.browser(NARROW) as page:
        album.open(page, album.site + link[link.index("/p/") :])
        album.take(page, "enterprise", full=True)


def public(album: Album) -> None:
    """The page behind the code on a door, at both widths, and in English."""
    with album.browser(WIDE) as page:
        album.sign_in(page, HEAD)
        album.open(page, "/l/publication/?state=published")
        album.open(page, first_link(page, 'tbody a[href^="/m/"]'))
        album.open(page, first_link(page, 'main a[href^="/e/"]') + "codes/")
        code = page.locator(".door p.num").first.inner_text().replace(" ", "")
    for size, language, end in ((NARROW, "zh-CN", ""), (WIDE, "zh-CN", "-1440"), (NARROW, "en-GB", "-en")):
        with album.browser(size, language) as page:
            album.open(page, f"/d/{code}/")
            album.take(page, f"shop{end}")
    with album.browser(NARROW) as page:
        album.open(page, "/v/")
        album.take(page, "verify-form")


# Visits that do not go to plan


def detours(album: Album) -> None:
    """What the phone offers when no check can be made, and what the desk makes of it."""
    for size, language, end in ((WIDE, "zh-CN", ""), (NARROW, "zh-CN", "-390"), (WIDE, "en-GB", "-en")):
        with album.browser(size, language) as page:
            album.sign_in(page, HEAD)
            album.open(page, "/corrections/")
            album.take(page, f"desk-corrections{end}")
            album.open(page, "/held/")
            album.open(page, first_link(page, 'main a[href^="/held/"]'))
            album.take(page, f"desk-matching{end}")
            album.sign_in(page, LEADER)
            album.open(page, "/l/unreachable/?state=sought")
            album.open(page, first_link(page, 'tbody a[href^="/m/"]'))
            album.take(page, f"desk-unreachable{end}")
    with album.browser(WIDE) as desk, phone_of(album) as context:
        phone = context.pages[0]
        phone.set_default_timeout(30_000)
        enrol(album, desk, phone)
        context.set_offline(True)
        at_the_door(album, phone)


def at_the_door(album: Album, phone: Page) -> None:
    """Six choices, the page of the photo, a place of no file, a correction; nothing of it is sent."""
    task = phone.locator('[data-testid^="task-"]').first
    for choice in ("repair", "refused"):
        task.click()
        phone.get_by_test_id("hindered-open").click()
        expect(phone.get_by_test_id("hindered")).to_be_visible()
        if choice == "repair":
            album.take(phone, "field-hindered")
        phone.get_by_test_id(f"hindered-{choice}").click()
        expect(phone.get_by_test_id("atdoor")).to_be_visible()
        album.take(phone, f"field-{choice}", full=True)
        phone.get_by_test_id("discard").click()
        expect(phone.get_by_test_id("hindered-open")).to_be_visible()
        if choice == "refused":
            phone.get_by_test_id("correct-open").click()
            album.take(phone, "field-correct")
        phone.goto(f"{album.site}/field/#/today")
    phone.get_by_test_id("search").fill("水晶街早点摊")
    phone.get_by_test_id("unlisted-open").click()
    phone.get_by_test_id("unlisted-where").fill("早市入口东侧第 3 个摊位")
    phone.get_by_test_id("unlisted-trade").select_option(index=1)
    phone.get_by_test_id("licensed-no").click()
    album.take(phone, "field-unlisted")


GROUPS: dict[str, Callable[[Album], None]] = {
    one.__name__: one for one in (desk, papers, staff, exchange, field, public, detours)
}


def main() -> None:
    """Take the groups that were named, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("groups", nargs="*", help=", ".join(GROUPS))
    parser.add_argument("--site", default="http://localhost:8000")
    parser.add_argument("--into", type=Path, default=Path(__file__).parents[1] / "docs" / "pictures")
    args = parser.parse_args()
    if unknown := set(args.groups) - set(GROUPS):
        parser.error(f"{', '.join(sorted(unknown))}: unknown; there are {', '.join(GROUPS)}")
    if not CHROMIUM:
        sys.exit("No chromium on this machine: `apt-get install chromium`, or name one in CHROMIUM.")
    args.into.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        album = Album(playwright, args.site.rstrip("/"), args.into)
        for name in args.groups or GROUPS:
            GROUPS[name](album)


if __name__ == "__main__":
    main()
