"""A clerk's table in the browser: sent in pieces over a line that breaks, tried, mended, taken in."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, Playwright, Route, expect
from tests import world as worlds
from tests.browser.conftest import ARGS, CHROMIUM
from tests.browser.looking import look
from tests.kernel.registry.tables import HEAD, entity, write

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Jurisdiction, Person, Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.registry.models import Entity, ImportRun

pytestmark = [pytest.mark.browser]
PASSWORD = "a good long word"


@pytest.fixture
def clerk(live_site: str, settings: Any, tmp_path: Path) -> str:
    """A site with a clerk of the city's bureau."""
    settings.DATA_HOME = tmp_path
    with scoped(SYSTEM):
        worlds.jurisdictions()
        person = Person(username="clerk", name="李桂芬", home=Jurisdiction.objects.get(pk=worlds.CITY))
        person.set_password(PASSWORD)
        person.save()
        Post.objects.create(person=person, role=Role.CLERK, jurisdiction_id=worlds.CITY, since=worlds.SINCE)
    return live_site


def work() -> None:
    """What the worker would do now. In a thread of its own: the browser's driver has the loop of this one."""

    def run() -> None:
        try:
            jobs.run_pending()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}/login/")
    page.fill("#id_username", "clerk")
    page.fill("#id_password", PASSWORD)
    page.click("form.fields button.btn-primary")
    page.wait_for_url(f"{site}/")


@pytest.mark.parametrize(("width", "language"), [(1440, "zh-CN"), (390, "zh-CN"), (1440, "en"), (390, "en")])
def test_a_table_is_sent_tried_and_taken_in(
    playwright: Playwright, clerk: str, tmp_path: Path, width: int, language: str
) -> None:
    # More than two pieces; a few rows that can't be read.
    more = {"成立日期": "昨天", "企业名称": "日期写错的饭店"}
    rows = [entity(n) for n in range(1, 26_000)]
    rows[1] = entity(2, 统一社会信用代码="91370303MA3C00000A")
    rows[5] = entity(6, **more)
    path = write(tmp_path / "淄博市登记信息导出.csv", [[*HEAD, "备注"], *([*row, ""] for row in rows)])
    assert path.stat().st_size > 2 * 2**20
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
    page = browser.new_context(locale=language, viewport={"width": width, "height": 900}).new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    broken: list[str] = []

    def break_once(route: Route) -> None:
        if "offset=1048576" in route.request.url and not broken:
            broken.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/registry/import/pieces/**", break_once)
    sign_in(page, clerk)
    page.goto(f"{clerk}/registry/import/")
    look(page, f"import-empty-{width}-{language}")
    page.set_input_files("#file", path)
    page.click("[data-pieces] button")
    page.wait_for_url("**/registry/import/*-*/")
    assert broken, "the line broke once, and it went on"
    run = ImportRun.objects.get()
    assert run.size == path.stat().st_size
    look(page, f"import-waiting-{width}-{language}")
    page.evaluate("window.stayed = true")
    work()
    import_now = page.locator("form[action$='/now/'] button")
    expect(import_now).to_be_visible(timeout=10_000)
    assert page.evaluate("window.stayed"), "without loading the page anew"
    expect(page.locator("tbody tr")).to_have_count(2)
    look(page, f"import-tried-{width}-{language}")
    import_now.click()
    page.wait_for_url(lambda url: str(run.uid) not in url)
    work()
    expect(page.locator(".band.good")).to_be_visible(timeout=10_000)
    look(page, f"import-done-{width}-{language}")
    assert Entity.objects.count() == 25_997
    page.goto(f"{clerk}/registry/import/")
    expect(page.locator("tbody tr")).to_have_count(2)
    look(page, f"import-history-{width}-{language}")
    refused = write(tmp_path / "列颠倒.csv", [HEAD, *([r[1], r[0], *r[2:]] for r in rows[10:40])])
    page.set_input_files("#file", refused)
    page.click("[data-pieces] button")
    page.wait_for_url("**/registry/import/*-*/")
    work()
    expect(page.locator("#run .band.late")).to_be_visible(timeout=10_000)
    look(page, f"import-refused-{width}-{language}")
    assert wrong == []
    browser.close()
