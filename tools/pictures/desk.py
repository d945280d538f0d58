"""The desk: to-do, lists, records, figures; and the people of an office."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from tools.pictures.album import ADMIN, BOTH, HEAD, LEADER, OFFICER, Album, first_link

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.demo import accounts
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.registry.models import Premises


def desk(album: Album) -> None:
    """The desk, in both languages."""
    for size, language, end in BOTH:
        with album.browser(size, language) as page:
            desk_of_the_head(album, page, end)
            album.sign_in(page, LEADER)
            album.open(page, "/figures/")
            album.take(page, f"desk-figures{end}")
            figure = first_link(page, 'main a[href^="/figures/"]')
            album.open(page, figure)
            album.take(page, f"desk-figure{end}")


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
    album.open(page, f"/e/{on_file_twice()}/merge/")
    album.open(page, first_link(page, 'main a[href*="merge/?e="]'))
    album.take(page, f"desk-merge{end}")
    album.open(page, "/map/")
    expect(page.locator(".cluster, .shop").first).to_be_visible()
    album.take(page, f"desk-map{end}")
    album.open(page, "/day/")
    expect(page.locator(".map .stop").first).to_be_visible()
    album.take(page, f"desk-day{end}")


def draws(album: Album) -> None:
    """Kinds of visits, and the draw that waits for the head."""
    for size, language, end in BOTH:
        with album.browser(size, language) as page:
            album.sign_in(page, HEAD)
            album.open(page, "/visits/kinds/")
            album.take(page, f"desk-kinds{end}")
            album.open(page, "/l/visit_draw/")
            album.open(page, first_link(page, 'tbody a[href^="/m/"]'))
            album.take(page, f"desk-draw{end}")


def on_file_twice() -> str:
    """The enterprise that the demo city has twice (`registry/demo.py`)."""
    area = next(one.area for one in accounts() if one.username == HEAD)
    with scoped(SYSTEM):
        shop = Premises.objects.filter(area=area).exclude(trade="").select_related("entity").order_by("pk")[0]
        return str(shop.entity.uid)


def staff(album: Album) -> None:
    """The people of an office, and what hangs on one of them; what runs by itself."""
    for size, language, end in BOTH:
        with album.browser(size, language) as page:
            album.sign_in(page, HEAD)
            album.open(page, "/people/")
            album.take(page, f"desk-people{end}")
            person = first_link(page, f'tbody a[href^="/people/"]:has-text("{OFFICER}")')
            album.open(page, f"{person}handover/")
            album.take(page, f"desk-handover{end}")
            album.sign_in(page, ADMIN)
            album.open(page, "/jobs/")
            album.take(page, f"desk-jobs{end}")
