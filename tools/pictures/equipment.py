"""Special equipment: the overdue, an order, a lift's code, and what its caller sees."""

from __future__ import annotations

from tools.pictures.album import HEAD, NARROW, WIDE, Album, first_link


def equipment(album: Album) -> None:
    """The list and an order on the desk; the page behind a lift's code, and a call from it (which is made)."""
    with album.browser(WIDE) as page:
        album.sign_in(page, HEAD)
        album.open(page, "/l/equipment/?overdue=1")
        album.take(page, "desk-equipment")
        album.open(page, "/l/equipment_order/")
        album.open(page, first_link(page, 'tbody a[href^="/m/"]'))
        album.take(page, "desk-equipment-order")
        album.open(page, "/l/equipment/?group=3")
        album.open(page, first_link(page, 'tbody a[href^="/m/"]'))
        code = (page.locator('main details a[href*="/t/"]').get_attribute("href") or "").rstrip("/").rsplit("/", 1)[-1]
    with album.browser(NARROW) as page:
        album.open(page, f"/t/{code}/")
        album.take(page, "lift", full=True)
        page.locator('button[value="trapped"]').click()
        page.wait_for_load_state()
        album.take(page, "lift-call", full=True)
