"""What the bureau owes other platforms."""

from __future__ import annotations

from playwright.sync_api import Page
from tools.pictures.album import BOTH, CLERK, Album, first_link

VISITS = "/exchange/t/luzhifa/visits/"


def exchange(album: Album) -> None:
    """A clerk's pages of the exchange: what is owed, a list, what came back by hand, a reconciliation."""
    for size, language, end in BOTH:
        with album.browser(size, language) as page:
            album.sign_in(page, CLERK)
            album.open(page, "/exchange/")
            album.take(page, f"exchange{end}")
            album.open(page, "/exchange/t/luzhifa/tasks/")
            album.take(page, f"exchange-list{end}")
            album.open(page, "/exchange/back/")
            album.open(page, first_link(page, 'tbody a[href^="/exchange/hand/"]'))
            album.take(page, f"exchange-back{end}")
            reconciled(album, page)
            album.take(page, f"exchange-reconciled{end}")


def reconciled(album: Album, page: Page) -> None:
    """Bring in their list: one record is lost there, one is theirs alone, the others were received."""
    album.open(page, f"{VISITS}?state=all")
    rows = [one.inner_text() for one in page.locator("tbody .c-title small").all()]
    album.open(page, VISITS)
    told = [f"{key},已归集,J{n:04d}" for n, key in enumerate(rows[1:], 1)]
    body = "\n".join(["任务编号,审核状态,结果编号", *told, "张市监检〔2026〕9999号,已归集,J9999"])
    page.set_input_files("#in-file", {"name": "检查结果清单.csv", "mimeType": "text/csv", "buffer": body.encode()})
    page.select_option("#in-what", "list")
    page.locator('form:has(#in-file) button:not([type="button"])').click()
    page.wait_for_url("**/exchange/arrivals/**")
