"""The desk in a real browser: at 390 and 1440 pixels, in both languages, under its own content policy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests import world as worlds
from tests.kernel.matters.test_scope import plan
from tests.openers import OPENERS

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter

pytestmark = [pytest.mark.browser]
CHROMIUM = "/usr/bin/chromium"
AXE = Path(__file__).parents[3] / "web/field/node_modules/axe-core/axe.min.js"
PICTURES = os.environ.get("ZHIJIAN_PICTURES", "")  # a folder: keep a picture of every page there
PASSWORD = "a good long word"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def city(live_site: str) -> dict[str, str]:
    """Some work in the small world, committed; addresses by name."""
    with scoped(SYSTEM):
        w = worlds.make()
        for person in (w.inspector, w.head):
            person.set_password(PASSWORD)
            person.save()
        matter = plan(w)
        others = [plan(w) for _ in range(3)]
        late = OPENERS["rectification"](w)
        OPENERS["publication"](w)
        today = calendar.today()
        for n, other in enumerate(others):
            Matter.objects.filter(pk=other.pk).update(due=calendar.add_working_days(today, n * 3 - 2)[0])
        addresses = {"record": f"/m/{late.uid}/", "visit": f"/m/{matter.uid}/", "entity": f"/e/{w.entity.uid}/"}
        addresses |= {"step": f"/m/{late.uid}/send_back/", "doors": f"/e/{w.entity.uid}/codes/"}
    return {"site": live_site, **addresses}


def sign_in(page: Page, city: dict[str, str], name: str) -> None:
    """By the form, as people do."""
    page.goto(city["site"] + "/login/")
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.click("form.fields button.btn-primary")
    page.wait_for_url(city["site"] + "/")


def look(page: Page, name: str) -> None:
    """No sideways scrolling, nothing that the policy stopped; a picture where they are kept."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
    assert wide <= 0, f"{name} is {wide} px too wide"


@pytest.mark.parametrize(("width", "language"), [(1440, "zh-CN"), (390, "zh-CN"), (1440, "en"), (390, "en")])
def test_pages_fit_the_screen_and_the_policy(browser: Browser, city: dict[str, str], width: int, language: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale=language)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(city["site"] + "/login/")
    look(page, f"login-{width}-{language}")
    sign_in(page, city, "所长")
    pages = {
        "todo": "/",
        "list": "/l/inspection/",
        "findings": "/l/rectification/",
        "record": city["record"],
        "visit": city["visit"],
        "step": city["step"],
        "entity": city["entity"],
        "doors": city["doors"],
        "search": "/search/?q=清风",
        "new": "/new/inspection/plan/",
        "account": "/me/",
    }
    for name, address in pages.items():
        page.goto(city["site"] + address, wait_until="networkidle")
        look(page, f"{name}-{width}-{language}")
    page.goto(city["site"] + "/m/00000000-0000-7000-8000-000000000000/")
    look(page, f"404-{width}-{language}")
    assert [w for w in wrong if "404" not in w] == []
    context.close()


def test_filters_rows_and_keys_work_without_leaving_the_page(browser: Browser, city: dict[str, str]) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en")
    page = context.new_page()
    sign_in(page, city, "所长")
    page.goto(city["site"] + "/l/inspection/")
    expect(page.locator("tbody tr")).to_have_count(6)
    page.select_option("#f-state", "closed")
    expect(page.locator("tbody tr")).to_have_count(0)
    assert "state=closed" in page.url
    assert "state=closed" in (page.get_attribute("#export", "href") or "")
    page.select_option("#f-state", "")
    expect(page.locator("tbody tr")).to_have_count(6)
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tbody tr").nth(1)).to_have_class("here")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    context.close()


def test_a_clock_explains_itself_in_place(browser: Browser, city: dict[str, str]) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en")
    page = context.new_page()
    sign_in(page, city, "所长")
    page.goto(city["site"] + city["record"])
    page.get_by_role("link", name="Why this day?").first.click()
    expect(page.locator("#why")).not_to_be_empty()
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/explain.png", full_page=True)
    context.close()


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed")
def test_pages_pass_axe(browser: Browser, city: dict[str, str]) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", bypass_csp=True)
    page = context.new_page()
    sign_in(page, city, "所长")
    found = []
    for address in ("/", "/l/inspection/", city["record"], city["step"], city["entity"], "/search/?q=清风", "/me/"):
        page.goto(city["site"] + address)
        page.add_script_tag(path=AXE)
        rules = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}"
        result = page.evaluate(f"axe.run({rules})")
        for one in result["violations"]:
            found += [f"{address} {one['id']}: {node['html'][:160]}" for node in one["nodes"]]
    assert found == []
    context.close()
