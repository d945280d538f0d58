"""Grades, the yearly plan, the cap, and visits that are joined."""

from __future__ import annotations

from tools.pictures.album import BOTH, HEAD, LEADER, Album, first_link


def fair(album: Album) -> None:
    """The list of grades, one explained; the plan as its office and the public see it; cap, most visited, joined."""
    for size, language, end in BOTH:
        with album.browser(size, language) as page:
            album.sign_in(page, HEAD)
            album.open(page, "/l/grading/?state=proposed")
            album.take(page, f"desk-grades{end}")
            album.open(page, first_link(page, 'tbody a[href^="/m/"]'))
            album.take(page, f"desk-grade{end}")
            album.open(page, "/l/visit_plan/")
            album.open(page, first_link(page, 'tbody a[href^="/m/"]'))
            album.take(page, f"desk-plan{end}")
            public = first_link(page, 'main a[href^="/plan/"]')
            album.open(page, "/visits/cap/")
            album.take(page, f"desk-cap{end}")
            album.open(page, "/visits/joint/")
            album.take(page, f"desk-joint{end}")
            album.sign_in(page, LEADER)
            album.open(page, "/visits/most/")
            album.take(page, f"desk-most{end}")
            album.open(page, public)
            album.take(page, f"plan{end}")
