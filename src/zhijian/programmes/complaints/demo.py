"""The demo city's complaints: orders of 12345 from the last days, about made-up shops, at every stage of their way.

They are taken in as the exchange takes a row, and every step is done by whose it is; the people who came are made up.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor, actor_of, party_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.exchange import arriving
from zhijian.kernel.exchange.tables import Table, every_table
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.generate import SOURCE
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.complaints import alerts, calling, together, traces
from zhijian.programmes.complaints.handling import recall
from zhijian.programmes.complaints.models import Mediation, Order, Reward
from zhijian.programmes.complaints.publication.flow import PUBLICATION
from zhijian.programmes.complaints.routing import sets, straight
from zhijian.programmes.complaints.routing.matching import read

LATER = True
Say = Callable[[str], None]
# Steps of what belongs to the item: by whom, on which matter.
BESIDE = ("agree", "agreement", "reward_ok", "recall")
PEOPLE = ("dispatcher", "head", "first", "second")


@dataclass(frozen=True)
class Team:
    """Who does what in the story."""

    dispatcher: Actor
    head: Actor
    officers: tuple[Actor, ...]
    area: str


def plant(scale: float, say: Say) -> None:
    """Plant the programme's part once; nothing where no hotline gives orders or the story has no people."""
    story = stack().table("demo").get("orders", {})
    table = next((one for one in every_table() if one.record == "hotline_order"), None)
    if table is None or not story:
        return
    with scoped(SYSTEM):
        team = _team(story)
        if team is None or Order.objects.exists() or not (known := _shops(team.area)):
            return
        _route(story, team)
        shops, meant, stories = cycle(known), dict[int, Premises](), []
        for n, told in enumerate(story["told"]):
            meant[n + 1] = meant[int(told["same"])] if "same" in told else next(shops)
            stories.append(_story(table, team, n, told, meant[n + 1]))
        _in_order(stories)
        _published()
        traces.make(1000)
        with when.as_of(calendar.start_of(calendar.today()) - dt.timedelta(hours=10)):  # nobody is told tonight
            alerts.look()
        say(f"complaints: {len(story['told'])} orders of the hotline")


def _team(story: dict[str, Any]) -> Team | None:
    known = {person.username: person for person in Person.objects.filter(username__in=[story[name] for name in PEOPLE])}
    if len(known) < len(PEOPLE):
        return None
    names = {name: known[story[name]] for name in PEOPLE}
    actors = {name: actor_of(person) for name, person in names.items()}
    area = str(names["head"].home_id)
    return Team(actors["dispatcher"], actors["head"], (actors["first"], actors["second"]), area)


def _route(story: dict[str, Any], team: Team) -> None:
    """The routing rules that the city's dispatcher set before the first order of the story came."""
    day = calendar.today() - dt.timedelta(days=int(story["routes_since"]))
    with when.as_of(calendar.start_of(day) + dt.timedelta(hours=9)):
        rows = [read(code) for code in story["routes"]]
        sets.put_in_force(rows, since=day, reason=story["routes_reason"], seen=0, actor=team.dispatcher)


def _shops(area: str) -> list[Premises]:
    rows = Premises.objects.filter(entity__source=SOURCE, area=area, trade="restaurant").select_related("entity")
    return list(rows.defer("grams", "fold", "initials").order_by("pk")[:40])


def _moments(days_ago: int, hour: int) -> Iterator[dt.datetime]:
    """The moments of a story, one every half hour of the day on which it came."""
    start = calendar.start_of(calendar.today() - dt.timedelta(days=days_ago)) + dt.timedelta(hours=hour)
    for n in range(12):
        yield start + dt.timedelta(minutes=30 * n)


def _in_order(stories: list[Iterator[dt.datetime]]) -> None:
    """What happened first is written down first, whosever story it is: numbers are taken in that order."""
    due = [(next(story), n, story) for n, story in enumerate(stories)]
    heapq.heapify(due)
    while due:
        _at, n, story = heapq.heappop(due)
        if (then := next(story, None)) is not None:
            heapq.heappush(due, (then, n, story))


def _story(table: Table, team: Team, n: int, told: dict[str, Any], shop: Premises) -> Iterator[dt.datetime]:
    """One order, as far as its story goes: tells when the next thing happens, then does it."""
    at = _moments(int(told["days"]), int(told.get("hour", 9)))
    first = next(at)
    yield first
    number = _number(first, n)
    values = {
        "received_at": f"{calendar.local(first):%Y-%m-%d %H:%M:%S}", "person": str(told["person"]),
        "phone": f"1380533{7000 + n * 37:04d}", "sort": str(told["sort"]), "category": str(told["category"]),
        "title": str(told["title"]), "text": str(told["text"]), "said_name": str(told.get("name", shop.name)),
        "district": stack().areas[team.area[:6]].short or "", "address": shop.address, "urgency": "normal",
    }  # fmt: skip
    with when.as_of(first):
        arriving.take_row(table, number, values, str(stack().setting("city")), team.dispatcher)
    matter = Order.objects.select_related("matter").get(platform=table.platform, number=number).matter
    for step in str(told.get("steps", "")).split():
        then = next(at)
        yield then
        matter = _step(matter, step, team, n, told, shop, then)


def _published() -> None:
    """Lines to which no shop objected in its time, as the clock published them on the next morning."""
    waiting = Matter.objects.filter(kind=PUBLICATION.kind, state="waiting", due__lt=calendar.today())
    for line in waiting.order_by("due", "pk"):
        assert line.due is not None
        at = calendar.start_of(line.due + dt.timedelta(days=1)) + dt.timedelta(minutes=5)
        if at < calendar.start_of(calendar.today()):
            with when.as_of(at):
                perform(line, "publish", SYSTEM, at=at)


def _number(at: dt.datetime, n: int) -> str:
    return f"ZB{calendar.local(at):%Y%m%d}{n + 1:05d}"


def _leading(told: dict[str, Any]) -> Matter:
    """The one that the story joins: the order of that place in the list, which came before."""
    return Order.objects.select_related("matter").get(number__endswith=f"{int(told['joins']):05d}").matter


def _step(
    matter: Matter, step: str, team: Team, n: int, told: dict[str, Any], shop: Premises, at: dt.datetime
) -> Matter:
    officer = team.officers[n % len(team.officers)]
    who = {"pass_on": team.dispatcher, "give_back": team.dispatcher, "name": team.head, "assign": team.head,
           "approve": team.head, "categorise": team.dispatcher, "join": team.head}.get(step, officer)  # fmt: skip
    facts: dict[str, Any] = {
        "categorise": {"category": told.get("is", "")},
        "pass_on": {"area": team.area},
        "name": {"meant": "confirmed", "entity": shop.entity_id, "premises": shop.pk},
        "assign": {"assignee": officer.person_id},
        "settle": {"why": told.get("why", ""), "recovered": told.get("recovered")},
        "decide": {"why": told.get("why", ""), "filed": bool(told.get("filed"))},
        "ask_identity": {
            "identity_due": calendar.legal_day(at) + dt.timedelta(days=7), "materials": told.get("materials", ""),
        },
        "consent": {"consent_how": "phone", "consent_named": True},
        "invite": {"subject": told.get("subject", ""), "request": told.get("request", "")},
        "propose_reward": {"level": "2", "fined": told.get("fined", "0"), "merit": told.get("merit", "")},
        "reply": {"reply": told.get("reply", ""), "outcome": told.get("outcome", "solved")},
        "give_back": {"reason": told.get("why", "")},
    }.get(step, {})  # fmt: skip
    if step == "straight":
        return _straight(matter, at)
    if step in BESIDE:
        return _beside(matter, step, team, officer, told, shop, at)
    with when.as_of(at), scoped(who):
        if step == "contact":
            call = calling.begun(matter, "person", who)
            facts = {"call": call.uid, "whom": "person", "reached": True}
        if step == "join":
            together.join(_leading(told), [Matter.objects.get(pk=matter.pk)], who, at=at)
            return Matter.objects.get(pk=matter.pk)
        return perform(Matter.objects.get(pk=matter.pk), step, who, at=at, **facts)


def _straight(matter: Matter, at: dt.datetime) -> Matter:
    """What a row sends by itself, as the job would have done it then."""
    with when.as_of(at), scoped(SYSTEM):
        straight.send(matter.pk, at)
        return Matter.objects.get(pk=matter.pk)


def _beside(
    matter: Matter, step: str, team: Team, officer: Actor, told: dict[str, Any], shop: Premises, at: dt.datetime
) -> Matter:
    """A step about the mediation, the reward or the return call of an item."""
    with when.as_of(at):
        if step == "recall":
            with scoped(SYSTEM):
                recall.ask(Matter.objects.get(pk=matter.pk), at)
        elif step == "reward_ok":
            with scoped(team.head):
                perform(Reward.objects.select_related("matter").get(of=matter).matter, "approve", team.head, at=at)
        else:
            who = party_of(shop.entity) if step == "agree" else officer
            facts = {"terms": told.get("why", ""), "amount": told.get("recovered")} if step == "agreement" else {}
            with scoped(SYSTEM):
                mediation = Mediation.objects.select_related("matter").get(of=matter).matter
            with scoped(who):
                perform(Matter.objects.get(pk=mediation.pk), step, who, at=at, **facts)
    return matter
