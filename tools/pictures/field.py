"""The field app: one visit from the list of today to the paper, and visits that do not go to plan."""

from __future__ import annotations

import time

from playwright.sync_api import Page, expect
from tools.pictures import phone as steps
from tools.pictures.album import BOTH, HEAD, INSPECTOR, NARROW, WIDE, Album, first_link

OF_FIELD = {
    "zh": ("today", "map", "near", "checklist", "sign", "paper", "print"),
    "en": ("today", "map", "near", "checklist", "print"),
}


def field(album: Album) -> None:
    """One visit from the list of today to the paper, and what the enterprise gets of it; in English without sending."""
    one_visit(album, "en", "-en", send=False)
    one_visit(album, "zh", "", send=True)


def one_visit(album: Album, language: str, end: str, *, send: bool) -> None:
    """Enrol, visit without network, sign; send it if told."""
    with album.browser(WIDE) as desk, album.phone(language) as context:
        phone = context.pages[0]

        def look(name: str) -> None:
            if name in OF_FIELD[language]:
                album.take(phone, f"field-{name}{end}")

        album.sign_in(desk, INSPECTOR)
        steps.enrol(desk, phone, album.site, INSPECTOR)
        expect(phone.locator('[data-testid^="task-"]').first).to_be_visible(timeout=90_000)
        look("today")
        for name in ("map", "near"):
            phone.get_by_test_id(f"{name}-open").click()
            expect(phone.locator(f'[data-testid^="{"spot" if name == "map" else "near"}-"]').first).to_be_visible()
            look(name)
            phone.go_back()
        phone.locator('[data-testid^="task-"]').filter(has_not_text="复查").filter(
            has_not_text="Re-check"
        ).first.click()
        shop = phone.locator("h1").first.inner_text()
        look("shop")
        phone.get_by_test_id("start").click()
        context.set_offline(True)
        steps.visit(phone, look)
        code = steps.sign_and_keep(phone, look)
        if not send:
            return
        context.set_offline(False)
        expect(phone.get_by_test_id("arrived")).to_be_visible(timeout=90_000)
        enterprise(album, desk, shop)
    for tongue, tail in (("zh", ""), ("en", "-en")):
        with album.browser(NARROW, tongue) as page:
            album.open(page, f"/v/{code}")
            album.take(page, f"verify{tail}")


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
    for language, end in (("zh", ""), ("en", "-en")):
        with album.browser(NARROW, language) as page:
            album.open(page, album.site + link[link.index("/p/") :])
            album.take(page, f"enterprise{end}", full=True)


def detours(album: Album) -> None:
    """What the desk makes of visits that do not go to plan, and what the phone offers at the door."""
    for size, language, end in BOTH:
        with album.browser(size, language) as page:
            album.sign_in(page, HEAD)
            album.open(page, "/corrections/")
            album.take(page, f"desk-corrections{end}")
            album.open(page, "/held/")
            album.open(page, first_link(page, 'main a[href^="/held/"]'))
            album.take(page, f"desk-matching{end}")
    with album.browser(WIDE) as desk, album.phone() as context:
        phone = context.pages[0]
        album.sign_in(desk, INSPECTOR)
        steps.enrol(desk, phone, album.site, INSPECTOR)
        expect(phone.locator('[data-testid^="task-"]').first).to_be_visible(timeout=90_000)
        context.set_offline(True)
        walk_detours(album, phone)


def walk_detours(album: Album, phone: Page) -> None:
    """Nothing of it is sent."""

    def look(name: str) -> None:
        if name in ("hindered", "unlisted"):
            album.take(phone, f"field-{name}")

    def open_shop() -> None:
        steps.today(phone, album.site)
        phone.locator('[data-testid^="task-"]').first.click()

    steps.at_the_door(phone, open_shop, look)
    steps.round_the_app(phone, album.site, look)
