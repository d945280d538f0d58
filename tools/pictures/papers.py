"""Papers: seals asked for, and serving."""

from __future__ import annotations

from tools.pictures.album import BOTH, CLERK, INSPECTOR, Album, first_link


def papers(album: Album) -> None:
    """Seals asked for, as the clerk sees them; a paper that is on its way, as the officer does."""
    for size, language, end in BOTH:
        with album.browser(size, language) as page:
            album.sign_in(page, CLERK)
            album.open(page, "/papers/requests/")
            album.take(page, f"papers-requests{end}")
            album.sign_in(page, INSPECTOR)
            album.open(page, "/papers/?state=force&served=way")
            album.open(page, first_link(page, 'tbody a[href^="/m/"]'))
            album.open(page, first_link(page, 'main a[href$="/serve/"]'))
            album.take(page, f"papers-serve{end}", full=True)
