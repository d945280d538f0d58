"""What the public sees."""

from __future__ import annotations

from tools.pictures.album import HEAD, PHONE, WIDE, Album, first_link


def public(album: Album) -> None:
    """The page behind the code on a door."""
    with album.browser(WIDE) as page:
        album.sign_in(page, HEAD)
        album.open(page, "/l/publication/?state=published&order=newest")
        album.open(page, first_link(page, 'tbody a[href^="/m/"]'))
        album.open(page, first_link(page, 'main a[href^="/e/"]') + "codes/")
        code = page.locator(".door p.num").first.inner_text().replace(" ", "")
    for size, language, end in PHONE:
        with album.browser(size, language) as page:
            album.open(page, f"/d/{code}/")
            album.take(page, f"shop{end}")
