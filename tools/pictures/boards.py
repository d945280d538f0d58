"""Boards, calendar and appointments, ratings and return calls."""

from __future__ import annotations

import re

from tools.pictures.album import CLERK, HEAD, INSPECTOR, NARROW, WIDE, Album, first_link


def boards(album: Album) -> None:
    """A board at both widths, calendar, slots, a return call, draws; and an enterprise that chooses and rates."""
    for size, end in ((WIDE, ""), (NARROW, "-390")):
        with album.browser(size) as page:
            album.sign_in(page, HEAD)
            album.open(page, "/l/rectification/board/")
            album.take(page, f"desk-board{end}")
    with album.browser(WIDE) as page:
        album.sign_in(page, INSPECTOR)
        album.open(page, "/calendar/?view=week")
        album.open(page, "/calendar/" + (page.locator('main a[rel="next"]').get_attribute("href") or ""))
        album.take(page, "desk-calendar")
        album.open(page, "/slots/")
        album.take(page, "desk-slots")
        album.sign_in(page, CLERK)
        album.open(page, "/l/return_call/?state=open&order=oldest")
        album.open(page, first_link(page, 'tbody a[href^="/m/"]'))
        album.take(page, "desk-call")
        album.open(page, "/notices/simulator/")
        links = page.locator("main").get_by_text("/p/").all_inner_texts()
        album.sign_in(page, "zheng")
        album.open(page, "/ratings/draws/")
        album.take(page, "desk-draws")
    found = [link for text in links for link in re.findall(r"/p/[\w-]+/", text)]
    with album.browser(NARROW) as page:
        for mark, to, name in (
            ("#times >> text=现场复查", "times/", "enterprise-times"),
            ("#rate", "", "enterprise-rating"),
        ):
            for link in found:
                page.goto(f"{album.site}{link}")
                if page.locator(mark).count():
                    page.goto(f"{album.site}{link}{to}")
                    album.take(page, name, full=True)
                    break
