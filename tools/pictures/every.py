"""Every page, photographed at 390 and 1440 in both languages, and what is wrong with any of them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import BrowserContext, Page
from tools.pictures import phone as steps
from tools.pictures import sheet
from tools.pictures.album import INSPECTOR, LANGUAGES, NARROW, WIDE, Album
from tools.pictures.besides import DECODE, READER, besides
from tools.pictures.tour import PUBLIC, Stop, Tour
from tools.pictures.watch import Watch

SIZES = {"390": NARROW, "1440": WIDE}
TALLEST = 4000  # px of a picture; a longer page is cut


def every(album: Album, widths: list[str], languages: list[str], only: str) -> int:
    """Photograph every page; returns the number of faults. `only` is a part of a route."""
    tour = Tour(album)
    tour.walk(besides(album))
    stops = [stop for stop in tour.stops if only in stop.route]
    pages = [sheet.Shown(f"/{stop.route}", f"{stop.who} · {stop.kind} · {stop.address}") for stop in stops]
    for width in widths:
        for language in languages:
            print(f"  {len(stops)} pages at {width} in {language}", flush=True)
            _web(album, tour, stops, pages, width, language)
    _report(album, pages, [])
    if only in "field/":
        for language in languages:
            pages += _field(album, tour, widths, language)
    unreached = [route for route in tour.unreached() if only in route]
    print(f"No link leads to: {', '.join(unreached) or 'nothing; every page was reached'}")
    return _report(album, pages, unreached)


def _report(album: Album, pages: list[sheet.Shown], unreached: list[str]) -> int:
    print(sheet.write(album.folder, pages, unreached), flush=True)
    return sum(len(page.faults) for page in pages)


def _web(album: Album, tour: Tour, stops: list[Stop], pages: list[sheet.Shown], width: str, language: str) -> None:
    """All pages in one size and language, each person in a browser context of his own."""
    browser = album.launch(language)
    contexts: dict[str, tuple[Page, Watch]] = {}
    for n, (stop, shown) in enumerate(zip(stops, pages, strict=True)):
        if stop.who not in contexts:
            context = browser.new_context(
                locale=LANGUAGES[language],
                viewport=SIZES[width],
                storage_state=tour.states[stop.who],
                ignore_https_errors=True,
            )
            page = context.new_page()
            contexts[stop.who] = page, Watch(page)
        page, watch = contexts[stop.who]
        page.goto(album.site + stop.address, wait_until="networkidle" if "map" in stop.route else "load")
        name = f"{n:03}-{re.sub(r'[^a-z0-9]+', '-', stop.route).strip('-') or 'todo'}-{language}-{width}.jpg"
        _shoot(page, album.folder / name)
        shown.pictures.append((f"{language} {width}", name))
        _note(shown, [f"{language} {width}: {fault}" for fault in watch.faults(language == "en")])
    browser.close()


def _note(page: sheet.Shown, faults: list[str]) -> None:
    page.faults += faults
    for fault in faults:
        print(f"{page.title} ({page.about}) {fault}", flush=True)


def _shoot(page: Page, path: Path) -> None:
    height = min(int(page.evaluate("document.documentElement.scrollHeight")), TALLEST)
    size = page.viewport_size or WIDE
    clip = {"x": 0, "y": 0, "width": size["width"], "height": max(height, size["height"])}
    page.screenshot(path=str(path), type="jpeg", quality=70, full_page=True, clip=clip)  # type: ignore[arg-type]


def _field(album: Album, tour: Tour, widths: list[str], language: str) -> Iterator[sheet.Shown]:
    """The screens of the field app, without sending anything."""
    shown: list[sheet.Shown] = []
    with album.browser(WIDE) as desk, album.phone(language, fine=False) as context:
        phone = context.pages[0]
        watch = Watch(phone)

        def look(name: str) -> None:
            one = sheet.Shown(f"/field/ {name}", INSPECTOR)
            for width in widths:
                phone.set_viewport_size(SIZES[width])  # type: ignore[arg-type]
                file = f"field-{name}-{language}-{width}.jpg"
                _shoot(phone, album.folder / file)
                one.pictures.append((f"{language} {width}", file))
                _note(one, [f"{language} {width}: {fault}" for fault in watch.faults(language == "en")])
            phone.set_viewport_size(NARROW)  # type: ignore[arg-type]
            shown.append(one)

        album.sign_in(desk, INSPECTOR)
        steps.enrol(desk, phone, album.site, INSPECTOR, look)
        code = _walk(album, context, look)
        tour.stops.append(Stop("I/<str:code>", code, PUBLIC))
        one = sheet.Shown("/I/<str:code>", f"{PUBLIC} · {code}")
        for width in widths:
            with album.browser(SIZES[width], language) as page:
                watch = Watch(page)
                page.goto(album.site + code)
                _shoot(page, album.folder / f"visit-code-{language}-{width}.jpg")
                one.pictures.append((f"{language} {width}", f"visit-code-{language}-{width}.jpg"))
                _note(one, [f"{language} {width}: {fault}" for fault in watch.faults(language == "en")])
        shown.append(one)
    yield from shown


def _walk(album: Album, context: BrowserContext, look: steps.Look) -> str:
    """Round the app, to the door, and a whole visit; the phone is offline, and forgotten afterwards.

    Returns the address in the visit's code, as the shop's phone reads it.
    """
    phone = context.pages[0]
    tasks = phone.locator('[data-testid^="task-"]')
    tasks.first.wait_for(timeout=90_000)
    rechecks = tasks.filter(has_text=re.compile("复查|Re-check"))

    def open_shop() -> None:
        steps.today(phone, album.site)
        tasks.filter(has_not_text=re.compile("复查|Re-check")).first.click()

    context.set_offline(True)
    steps.round_the_app(phone, album.site, look)
    steps.at_the_door(phone, open_shop, look)
    steps.today(phone, album.site)
    tasks.first.wait_for()
    if rechecks.count():
        rechecks.first.click()
        look("shop with a re-check")
        phone.get_by_test_id("start").click()
        phone.get_by_test_id("recheck").wait_for()
        look("recheck")
    steps.today(phone, album.site)
    tasks.first.wait_for()
    for n in range(tasks.count()):  # of a visit that was not planned there is no code
        steps.today(phone, album.site)
        tasks.nth(n).click()
        phone.get_by_test_id("start").wait_for()
        if phone.get_by_test_id("visit-code").count():
            break
    code = _code(album, phone, look)
    open_shop()
    phone.get_by_test_id("start").click()
    steps.visit(phone, look)
    steps.sign_and_keep(phone, look)
    return code


def _code(album: Album, phone: Page, look: steps.Look) -> str:
    """The code of the visit on the phone's screen, read as another phone's camera reads it."""
    phone.get_by_test_id("visit-code").click()
    picture = base64.b64encode(phone.get_by_test_id("visit-qr").screenshot()).decode()
    look("visit code")
    phone.get_by_test_id("visit-code-close").click()
    with album.browser(NARROW) as reader:
        reader.add_script_tag(path=str(READER))
        address = str(reader.evaluate(DECODE, picture))
    return "/I/" + address.partition("/I/")[2]
