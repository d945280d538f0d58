"""What people are told, and what did not get through."""

from __future__ import annotations

from tools.pictures.album import ADMIN, BOTH, HEAD, INSPECTOR, Album

PAGES = (
    (INSPECTOR, "/notices/failed/", "undelivered"),
    (HEAD, "/notices/robots/", "robot"),
    (ADMIN, "/notices/cost/", "cost"),
)


def notices(album: Album) -> None:
    """What did not get through, as its officer sees it; the head's group; what it all cost."""
    for size, language, end in BOTH:
        with album.browser(size, language) as page:
            for who, address, name in PAGES:
                album.sign_in(page, who)
                album.open(page, address)
                album.take(page, f"notices-{name}{end}")
