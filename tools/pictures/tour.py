"""Every page of a running site: the routes of Django's resolver, and what the links of each kind of user lead to.

A page is looked at once: as the first who may see it, in one example of each kind of thing and of each state. Who
crawls asks only by GET and follows links; what no link leads to is named at the end (`unreached`).
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import APIRequestContext, APIResponse
from tests.addresses import addresses, table
from tools.pictures.album import Album
from tools.pictures.links import Read, read, within

PUBLIC, ENTERPRISE = "public", "enterprise"
FIRST = ("sun", "zhao", "li", "zheng", "wang", "admin")  # in this order the demo's people look; then all others
OWN = ("/", "/inbox/", "/me/", "/handovers/", "/papers/")  # other for everybody
ASKED, SHOWN = 10, 14  # examples of a route: fetched for one person, photographed in all
FOR_ALL = ("/p/", "/d/", "/v/")
CODE = re.compile(r"(?:code is|验证码)\D{0,8}(\d{6})")
NO_PAGES = (
    *("export/", "records.<str:kind>", "report/", "<slug:part>/", ".pdf", ".json", ".docx", ".xml", ".xlsx", ".ics"),
    *("original", "shown", "healthz", "jsi18n/", "ca.crt", "excel/<slug:code>/", ".well-known/zhijian-visit-code"),
)


@dataclass
class Stop:
    """One page: its route, where it is, and as whom one looks at it."""

    route: str
    address: str
    who: str
    kind: str = ""


@dataclass
class Tour:
    """Crawls the site as each kind of user."""

    album: Album
    stops: list[Stop] = field(default_factory=list)
    states: dict[str, dict] = field(default_factory=dict)  # who -> cookies
    _seen: set[tuple] = field(default_factory=set)
    _shown: Counter = field(default_factory=Counter)
    _fetched: set[str] = field(default_factory=set)
    _public: list[str] = field(default_factory=list)
    _registered: list[str] = field(default_factory=list)

    def walk(self, led: list[str]) -> None:
        """Visit everything, as everybody. `led`: addresses besides, to which no link leads yet."""
        anonymous = self._asker()
        people = read(anonymous.get("/login/").text()).accounts
        ordered = [who for who in FIRST if who in people] + [who for who in people if who not in FIRST]
        for who in ordered:
            asker = self._asker()
            token = read(asker.get("/login/").text()).token
            asker.post("/login/demo/", form={"username": who, "next": "/", "csrfmiddlewaretoken": token})
            self.states[who] = asker.storage_state()
            self._crawl(who, asker, [*_plain_routes(), *led])
            print(f"  {who}: {sum(stop.who == who for stop in self.stops)} pages", flush=True)
        self.states[PUBLIC] = {"cookies": [], "origins": []}
        self._crawl(PUBLIC, anonymous, [*_plain_routes(), *led, *self._public])
        if enterprise := self._enterprise(ordered):
            self.states[ENTERPRISE] = enterprise.storage_state()
            self._crawl(ENTERPRISE, enterprise, ["/my/"])

    def unreached(self) -> list[str]:
        """Routes that somebody may open, and that nobody came to."""
        reached = {stop.route for stop in self.stops}
        return [route for route, row in table().items() if _opens(route, row) and route not in reached]

    def _asker(self) -> APIRequestContext:
        return self.album.playwright.request.new_context(
            base_url=self.album.site,
            ignore_https_errors=True,
            extra_http_headers={"Accept-Language": "zh-CN", "Referer": self.album.site},
        )

    def _crawl(self, who: str, asker: APIRequestContext, first: list[str]) -> None:
        waiting, asked = deque(first), Counter[str]()
        known = set(first)
        while waiting:
            address = waiting.popleft()
            route = route_of(address)
            again = address in self._fetched and address not in OWN
            if route is None or again or asked[route] >= (ASKED if "<" in route else 1) * _breadth(route):
                continue
            asked[route] += 1
            answer = asker.get(address, max_redirects=0)
            if answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
                continue
            self._fetched.add(address)
            page = read(answer.text())
            self._keep(route, address, who, page)
            links = dict.fromkeys([*self._leads(address, page, answer, who), *_narrowed(address, page)])
            new = [link for link in links if link not in known]
            known |= set(new)
            if route.startswith("l/") and (record := next(filter(_is_record, new), None)):
                waiting.appendleft(record)  # a record of each kind and state, before all that a long list holds
            waiting += new

    def _leads(self, address: str, page: Read, answer: APIResponse, who: str) -> Iterator[str]:
        self._public += [f"/d/{code}/" for code in page.codes]
        if "/e/" in address:
            self._registered += re.findall(r"\b9[0-9A-Z]{17}\b", answer.text())
        for link in page.links:
            to = within(link, self.album.site, urlsplit(address).path)
            if to is None:
                continue
            if to.startswith(FOR_ALL) and who != PUBLIC:
                self._public.append(to)
            else:
                yield to

    def _keep(self, route: str, address: str, who: str, page: Read) -> None:
        """Keep the page if it shows what none before showed."""
        parts = urlsplit(address)
        if address not in OWN and any(name in ("state", "after", "before") for name, _ in parse_qsl(parts.query)):
            return
        told = tuple(value for name, value in sorted(resolve(parts.path).kwargs.items()) if _word(name, value))
        about = (route, told, tuple(sorted(name for name, _ in parse_qsl(parts.query))), page.kind)
        if address in OWN:
            about = (*about, who)
        if about in self._seen or self._shown[route, told] >= SHOWN:
            return
        self._seen.add(about)
        self._shown[route, told] += 1
        self.stops.append(Stop(route, address, who, page.kind))

    def _enterprise(self, people: list[str]) -> APIRequestContext | None:
        """Somebody who signed in as an enterprise: its registered code, and the code of the simulated message."""
        reader = self.album.playwright.request.new_context(
            base_url=self.album.site, storage_state=self.states[people[0]], ignore_https_errors=True
        )
        for registered in list(dict.fromkeys(self._registered))[:4]:
            asker = self._asker()
            token = read(asker.get("/my/sign-in/").text()).token
            page = asker.post("/my/sign-in/", form={"registered": registered, "csrfmiddlewaretoken": token}).text()
            for _ in range(10):
                message = re.search(
                    r"(?:code is|验证码[^0-9]{0,8})\s?(\d{6})", reader.get("/notices/simulator/").text()
                )
                if message:
                    form = {"code": message[1], "csrfmiddlewaretoken": read(page).token}
                    if "/my/sign-in/" not in asker.post("/my/sign-in/", form=form).url:
                        return asker
        return None


def route_of(address: str) -> str | None:
    """The route that answers at an address; None where there is none."""
    try:
        return str(resolve(urlsplit(address).path).route)
    except Resolver404:
        return None


def _plain_routes() -> list[str]:
    """Every address without a parameter; the logout is not among what is opened by GET."""
    return [f"/{route}" for route in addresses() if "<" not in route and not route.startswith(("api/", "openrosa/"))]


def _word(name: str, value: object) -> bool:
    """A parameter that names a kind of page, and not a record."""
    return isinstance(value, str) and name not in ("code", "token", "seq")


def _is_record(address: str) -> bool:
    return route_of(address) == "m/<uuid:uid>/"


def _breadth(route: str) -> int:
    """Routes whose parameters are kinds of things have many examples that all differ."""
    return 8 if any(part in route for part in ("<slug:", "m/<uuid:uid>/", "p/<str:token>/")) else 1


def _narrowed(address: str, page: Read) -> list[str]:
    """The same list for each of its states: so one record of each state is found."""
    path = urlsplit(address).path
    if urlsplit(address).query:
        return []
    return [f"{path}?{urlencode({'state': state})}" for state in page.states if state]


def _opens(route: str, row: dict) -> bool:
    """Whether the table of permissions has anybody who gets a page there by GET."""
    told = row.get("GET")
    if told is None or route.startswith(("api/", "openrosa/")) or route.endswith(NO_PAGES):
        return False
    return 200 in {int(status) for status in told if status != "rest"} | {told["rest"]}
