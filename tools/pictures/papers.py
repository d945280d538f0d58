"""Papers: seals asked for, the list, serving, blanks."""

from __future__ import annotations

from tools.pictures.album import CLERK, INSPECTOR, NARROW, WIDE, Album, first_link

PAGES = (("/papers/requests/", "papers-requests"), ("/papers/", "papers-list"), ("/papers/blanks/", "papers-blanks"))


def papers(album: Album) -> None:
    """Seals asked for, the list, serving one paper, blanks, as the clerk and the officer see them."""
    for size, language, end in ((WIDE, "zh", ""), (NARROW, "zh", "-390"), (WIDE, "en", "-en")):
        with album.browser(size, language) as page:
            album.sign_in(page, CLERK)
            for address, name in PAGES:
                album.open(page, address)
                album.take(page, f"{name}{end}")
            album.sign_in(page, INSPECTOR)
            album.open(page, "/papers/?state=force&served=way")
            album.open(page, first_link(page, 'tbody a[href^="/m/"]'))
            album.open(page, first_link(page, 'main a[href$="/serve/"]'))
            album.take(page, f"papers-serve{end}", full=True)
