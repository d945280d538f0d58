"""Nothing serious for anybody who hears, tabs or needs contrast: axe, in a real browser, on every page there is.

Pages are found by themselves: every address of the resolver that gives somebody HTML, with what permissions.toml puts
into it. A new address of which no page comes makes the first test fail; MORE and NO_PAGE below say what it needs.
`make test` looks at each page once, in Chinese, at the width where it is used most, and whether fingers find what they
mean on a phone; ZHIJIAN_LONG=1 as every role, at both widths, in both languages, with every step of every kind of
matter.
"""

from __future__ import annotations

import datetime as dt
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Playwright
from tests import world
from tests.addresses import addresses, filled, names, table
from tests.browser.conftest import ARGS, CHROMIUM, Handset, Site
from tests.browser.steps import sign_in
from tests.kernel.appointments.conftest import slot_of, visit_of
from tests.kernel.desk.test_browser import hold
from tests.kernel.matters.test_scope import plan
from tests.openers import closed_visit
from tests.test_permissions import Things, things
from tools.pictures import phone as walk

from zhijian.config.places import CHECKOUT
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.models import Handover, Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import lists
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.models import Notice, SimulatedMessage
from zhijian.kernel.papers.printing.models import PrintRun
from zhijian.kernel.party.doors import KEY, sealed
from zhijian.kernel.ratings.models import Rating
from zhijian.kernel.registry.models import ImportRun
from zhijian.ops import tls
from zhijian.programmes.inspection.models import PublishedResult

pytestmark = [pytest.mark.browser]
LONG = bool(os.environ.get("ZHIJIAN_LONG"))
AXE = CHECKOUT / "web/desk/node_modules/axe-core/axe.min.js"
SERIOUS = """async (only) => (await axe.run({resultTypes: ['violations'], iframes: false, ...only})).violations
  .filter((one) => ['serious', 'critical'].includes(one.impact))
  .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`))"""
# Off unless it is asked for: room for a finger, 24 × 24 px or as much distance (WCAG 2.2, 2.5.8). On phones it matters.
EVERYTHING = {"rules": {"target-size": {"enabled": True}}}
FINGERS = {"runOnly": ["target-size"]}
ANYBODY, ENTERPRISE = "anybody", "enterprise"
PHONE, SCREEN = ({"width": width, "height": 900} for width in (390, 1440))
PUBLIC = ("p/", "d/", "r/", "v/", "my/", "station/")  # read on phones
# What stands in an address where the table of permissions asks for nothing in particular.
MORE: dict[str, dict[str, str]] = {
    "ratings/<str:area>/<str:kind>/": {"area": "=370303006", "kind": "=inspection"},
    "handovers/<uuid:uid>/": {"uid": "handover"},
    "held/<uuid:uid>/": {"uid": "held"},
    "held/<uuid:uid>/place/": {"uid": "held"},
    "papers/print/<uuid:uid>/": {"uid": "printing"},
    "registry/import/<uuid:uid>/": {"uid": "import"},
    "my/<uuid:matter>/address/": {"matter": "inspection"},
    "my/<uuid:matter>/times/": {"matter": "rectifying"},
    "p/<str:token>/times/": {"token": "rectifying_token"},
    "my/<uuid:matter>/rating/": {"matter": "closed"},
    "p/<str:token>/rating/": {"token": "closed_token"},
}
# Addresses that answer a GET with no page of their own, and why.
NO_PAGE = {
    "complaints/new/shops/": "lines below a field; the journey of what is told looks at the page with them",
    "c/<str:code>/": "behind a code that nobody else has; the journey of what is told online looks at it",
    "complaints/labels/": "only for a dispatcher of the city; the journey of what is dealt with together looks at it",
    "complaints/<uuid:uid>/calls/<uuid:call>/": "a call that is going on; the journey of an order looks at it",
    "complaints/papers/<uuid:uid>/": "a file, or the reason for it; the journey of a mediator looks at it",
    "complaints/rewards/<uuid:uid>/code/": "a code, shown once to a POST",
    ".well-known/zhijian-visit-code": "a key, as JSON",
    "doors/runs/<uuid:uid>.pdf": "a file",
    "exchange/open311/unfit/": "for the city's centre only; test_served reads it",
    "exchange/open311/unfit/<uuid:uid>/": "likewise, while an order waits there",
    "held/<uuid:uid>/raw.json": "a file",
    "held/<uuid:uid>/submission.xml": "a file",
    "inbox/<uuid:uid>/": "leads on to the matter",
    "kept/<uuid:uid>/": "leads on to the list with its filters",
    "language/": "leads back",
    "m/<uuid:uid>/entry/<int:seq>/proof.json": "a file, once the day is sealed",
    "map/data/": "for the map's script",
    "r/map/data/": "for the map's script",
    "r/<str:code>/sign.pdf": "a file",
    "my/<uuid:matter>/<uuid:uid>/<str:verb>/": "leads back to the page with its form",
    "my/<uuid:matter>/paper/<uuid:uid>.pdf": "a file",
    "my/<uuid:matter>/photo/<uuid:uid>.jpg": "a file",
    "notices/robots/": "leads on where there is one office; test_notices looks at the list",
    "stations/<uuid:uid>/code/": "a code, shown once to a POST",
    "stations/<str:code>/plaque.pdf": "a file",
    "station/<str:key>/<uuid:uid>/<str:verb>/": "only a POST; leads back to the page with its form",
    "supervision/joint/<uuid:uid>/<str:verb>/": "for whoever asked another office; the journey of it looks",
    "p/<str:token>/<uuid:uid>/<str:verb>/": "leads back to the page with its form",
    "p/<str:token>/new/": "only for a link that is spent; leads back",
    "p/<str:token>/paper/<uuid:uid>.pdf": "a file",
    "p/<str:token>/photo/<uuid:uid>.jpg": "a file",
    "papers/print/<uuid:uid>.pdf": "a file",
    "papers/templates/<uuid:uid>.docx": "a file",
    "recordings/<uuid:uid>/play": "a film, once it was opened with its reason",
    "registry/import/<uuid:uid>/rejected/": "a file",
    "type/": "leads back",
    "sheets/<uuid:uid>/refused.xlsx": "a file",
}


@dataclass(frozen=True)
class Stop:
    """A page to look at, and as whom."""

    address: str
    who: str


@dataclass
class City:
    """The site, what stands in it, and a signed-in client for everybody."""

    url: str
    known: Things
    clients: dict[str, Client]


@pytest.fixture
def city(live_site: str, settings: Any) -> City:
    """The small world, with what the table of permissions puts into addresses, and some more."""
    settings.DEMO = True  # the simulator of messages has a page in a demo only
    tls.ensure()
    with scoped(SYSTEM):
        w = world.make()
        known = things(w)
        people = {role.value: w.person(f"x-{role}", role, world.OFFICE) for role in Role}
        people["owner"] = w.inspector  # whose phone, finding and blank it is
        head = people["head"]
        run = ImportRun.objects.create(
            file_name="名册.csv", mapping="registration", state="done", dry_run=True, who=people["admin"],
            who_name="管理员", counts={"rows": 3, "created": 2, "updated": 0, "unchanged": 0, "rejected": 1},
        )  # fmt: skip
        closed, rectifying = closed_visit(w), visit_of(w)
        single = [plan(w).pk for _n in range(3)]  # a handover left them with one officer
        Matter.objects.filter(pk__in=single).update(second=None)
        handed = Handover(giver=w.second, successor=w.inspector, proposed_by=head, single=single)
        handed.agreed_at = handed.confirmed_at = timezone.now()
        handed.save()
        # A trial that an import followed, and a message with its link: both stand in running text.
        ImportRun.objects.create(
            file_name="名册.csv", mapping="registration", state="done", who=people["admin"], who_name="管理员",
            parent=run, counts={"rows": 3, "created": 2, "updated": 0, "unchanged": 0, "rejected": 1},
        )  # fmt: skip
        told = Notice.objects.order_by("pk").first()
        assert told is not None
        text = "张店区市场监督管理局：“清风小馆”有 2 项请您办理并答复：https://zj.example/p/7k3m9q2x/"
        SimulatedMessage.objects.create(notice=told, number="13853300000", text=text, parts=2)
        slot_of(w, w.inspector)
        day = calendar.today()
        PublishedResult.objects.create(
            premises=w.premises, matter_uid=closed.uid, visited_on=day, published_on=day, result="compliant"
        )
        for stars in range(1, 6):  # as many as are told together
            Rating.objects.create(
                matter=closed_visit(w), area=world.OFFICE, entity=w.entity, stars=stars, words="检查很仔细",
                rated_at=calendar.start_of(day) - dt.timedelta(days=20),
            )  # fmt: skip
        known |= {
            "closed": str(closed.uid),
            "closed_token": make_link(w.entity, closed),
            "rectifying": str(rectifying.uid),
            "rectifying_token": make_link(w.entity, rectifying),
            "handover": str(Handover.objects.create(giver=w.second, successor=w.inspector, proposed_by=head).uid),
            "handed": str(handed.uid),
            "held": str(hold(w)),
            "printing": str(PrintRun.objects.create(person=head, papers=[]).uid),
            "import": str(run.uid),
        }
    clients = {ANYBODY: Client(), ENTERPRISE: Client()}
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[KEY] = sealed(w.entity.phone)
    session.save()
    clients[ENTERPRISE].cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    for name in ("head", "clerk", "inspector", "admin", "section", "leader", *sorted(people)):
        if name not in clients:
            clients[name] = Client()
            clients[name].force_login(Person.objects.get(pk=people[name].pk))
    return City(live_site, known, clients)


def variants(route: str, args: dict[str, str]) -> Iterator[dict[str, str]]:
    """What stands in an address: every list, every kind of matter; in the long form every step."""
    if route == "l/<slug:name>/":
        yield from ({"name": f"={name}"} for name in lists.load())
    elif route == "handovers/<uuid:uid>/":
        yield from ({"uid": which} for which in ("handover", "handed"))
    elif route == "m/<uuid:uid>/":
        yield from ({"uid": kind} for kind in flows())
    elif LONG and route == "m/<uuid:uid>/<slug:verb>/":
        yield from ({"uid": kind, "verb": f"={step.verb}"} for kind, flow in flows().items() for step in flow.steps)
    else:
        yield args


def stops(city: City) -> tuple[list[Stop], list[str]]:
    """Every page with those who may see it (in the short form the first), and addresses of which no page came."""
    found: list[Stop] = []
    missing: list[str] = []
    listed = table()
    for route, methods in addresses().items():
        if "GET" not in methods or route.startswith(("api/", "openrosa/", "open311/")) or route in NO_PAGE:
            continue
        args = MORE.get(route) or listed.get(route, {}).get("args", {})
        if set(args) != set(names(route)):
            missing.append(route)
            continue
        pages: list[Stop] = []
        no_page = False
        for told in variants(route, args):
            seen, other = _who_sees(city, filled(route, told, city.known))
            pages, no_page = pages + seen, no_page or other
        found += pages
        if not pages and not no_page:
            missing.append(route)
    return found, missing


def _who_sees(city: City, address: str) -> tuple[list[Stop], bool]:
    """Who gets a page (in the short form the first); and whether it is a file, or only for POST."""
    seen = []
    for who, client in city.clients.items():
        answer = client.get(address)
        if answer.status_code == 405 or (answer.status_code == 200 and not _is_page(answer)):
            return [], True
        if _is_page(answer):
            seen.append(Stop(address, who))
            if not LONG:
                break
    return seen, False


def _is_page(answer: Any) -> bool:
    return answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("text/html")


def look(page: Page, name: str, only: dict[str, Any] | None = None) -> list[str]:
    """What axe calls serious or critical on the page."""
    page.evaluate(AXE.read_text())
    return [f"{name} {fault}" for fault in page.evaluate(SERIOUS, only or EVERYTHING)]


def test_every_address_has_its_page_and_none_has_a_serious_fault(playwright: Playwright, city: City) -> None:
    found, missing = stops(city)
    assert not missing, (
        f"Nobody looks at {', '.join(missing)}: no page came. Let `args` in tests/permissions.toml (or MORE here) "
        "name a record for which there is one, or say in NO_PAGE why there is none."
    )
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
    wrong: list[str] = []
    by_person: dict[str, list[str]] = defaultdict(list)
    for stop in found:
        by_person[stop.who].append(stop.address)
    for language in ("zh-CN", "en-GB") if LONG else ("zh-CN",):
        for width in (390, 1440) if LONG else (0,):
            for who, pages in by_person.items():
                context = browser.new_context(locale=language, viewport={"width": width or 1440, "height": 900})
                cookies = city.clients[who].cookies
                context.add_cookies([{"name": k, "value": one.value, "url": city.url} for k, one in cookies.items()])
                wrong += _looked_at(context, city.url, who, pages, width)
                context.close()
    browser.close()
    assert not wrong, "\n".join(wrong)


def _looked_at(context: BrowserContext, url: str, who: str, pages: list[str], width: int) -> list[str]:
    page, wrong = context.new_page(), []
    for address in pages:
        if not width:
            narrow = address[1:].startswith(PUBLIC)
            page.set_viewport_size(PHONE if narrow else SCREEN)
        answer = page.goto(url + address)
        assert answer is not None and answer.status == 200, f"{address} as {who}: the browser got another answer"
        wrong += look(page, f"{address} as {who}:")
        if not width and not narrow:
            page.set_viewport_size(PHONE)
            wrong += look(page, f"{address} as {who} on a phone:", FINGERS)
    return wrong


@pytest.mark.parametrize("language", ["zh", "en"] if LONG else ["zh"])
def test_no_screen_of_the_field_app_has_a_serious_fault(
    site: Site, desk: Page, handset: Handset, language: str
) -> None:
    phone, wrong = handset.start(), []
    if language == "en":
        phone.add_init_script("localStorage.setItem('zhijian-field-language', 'en')")

    def seen(name: str) -> None:
        wrong.extend(look(phone, f"field {name}:"))

    def open_shop() -> None:
        walk.today(phone, site.url)
        phone.get_by_test_id("search").fill("清风")
        phone.locator('[data-testid^="shop-"]').first.click()

    sign_in(desk, site.url, "zhao")
    walk.enrol(desk, phone, site.url, "zhao", seen)
    handset.cut(True)
    walk.round_the_app(phone, site.url, seen)
    walk.at_the_door(phone, open_shop, seen)
    open_shop()
    phone.get_by_test_id("start").click()
    walk.visit(phone, seen)
    walk.sign_and_keep(phone, seen)
    assert not wrong, "\n".join(wrong)
