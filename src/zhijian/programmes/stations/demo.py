"""The demo city's service stations and ODR enterprises, in every state, and open complaints that went to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor, actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.generate import SOURCE
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.stations import actions, rating, rules
from zhijian.programmes.stations.flow import STATION
from zhijian.programmes.stations.guards import STILL_OPEN
from zhijian.programmes.stations.models import Station

LATER = True  # about complaints that other programmes have planted
Say = Callable[[str], None]
PACE = dt.timedelta(minutes=40)
DESCRIBED = ("name", "address", "phone", "hours", "serves")


def plant(scale: float, say: Say) -> None:
    """Plant the programme's part once; nothing where the pack tells no stories."""
    plan = stack().table("demo").get("stations", {})
    with scoped(SYSTEM):
        if not plan or Station.objects.exists() or not Person.objects.filter(username=plan["decides"]).exists():
            return
        firms = _firms(str(plan["area"]))
        for told in sorted(plan["told"], key=lambda one: -int(one["days"])):
            firm = firms[int(told["firm"]) % len(firms)] if "firm" in told and firms else None
            _station(plan, told, firm)
        sent = sum(_dispute(told, of) for told, of in zip(plan["sent"], _open(plan), strict=False))
        say(f"stations: {len(plan['told'])} stations, {sent} disputes")


def _firms(area: str) -> list[Entity]:
    """Made-up enterprises of the office; the first shops have stories of their own."""
    rows = Premises.objects.filter(entity__source=SOURCE, area=area).select_related("entity").order_by("-pk")
    return list({place.entity_id: place.entity for place in rows[:20]}.values())


def _open(plan: dict[str, Any]) -> list[Matter]:
    """Open complaints of the office that somebody holds, and that may go to a station."""
    before = calendar.start_of(calendar.today())
    rows = Matter.objects.filter(kind__in=actions.kinds(), area=plan["area"], state__in=STILL_OPEN, opened__lt=before)
    found = list(rows.exclude(assignee=None).select_related("assignee").order_by("opened", "pk")[:20])
    return [one for one in found if (what := actions.dispute_of(one)) is not None and not what.never]


def _person(username: str) -> Actor:
    return actor_of(Person.objects.get(username=username))


def _station(plan: dict[str, Any], told: dict[str, Any], firm: Entity | None) -> None:
    """One station, as far as its story goes: a step each few days."""
    at = calendar.start_of(calendar.today() - dt.timedelta(days=int(told["days"]))) + dt.timedelta(hours=10)
    facts = {name: told[name] for name in DESCRIBED if name in told}
    with when.as_of(at):
        about = About(str(told["name"]), str(plan["area"]), firm)
        made = perform(STATION, "apply", SYSTEM, about=about, at=at, sort=told["sort"], **facts)
    for n, step in enumerate(str(told.get("steps", "")).split(), 1):
        then = min(at + n * dt.timedelta(days=4), at + (when.now() - at) * n / 8)
        _step(plan, told, made, step, then)


def _step(plan: dict[str, Any], told: dict[str, Any], made: Matter, step: str, at: dt.datetime) -> None:
    if step == "log":
        for line in told["log"]:
            _logged(made, line)
        return
    who = _person(str(plan["looks" if step in ("look", "give_up") else "decides"]))
    matter = Matter.objects.get(pk=made.pk)
    if step == "rate":
        _rate(matter, who)
        return
    with when.as_of(at), scoped(who):
        perform(matter, step, who, at=at, **_facts(step, told, at))


def _facts(step: str, told: dict[str, Any], at: dt.datetime) -> dict[str, Any]:
    if step == "look":
        items = list(rules.standard(told["sort"], calendar.legal_day(at)).values())
        less = int(told.get("less", 0))
        given = {str(n): max(most - (less if n == len(items) else 0), 0) for n, most in enumerate(items, 1)}
        return {"given": given, "found": {str(len(items)): told["found"]} if "found" in told else {}}
    return {"why": told["why"]} if step in ("refuse", "withdraw", "give_up") else {}


def _logged(made: Matter, line: dict[str, Any]) -> None:
    day = calendar.today() - dt.timedelta(days=int(line["days"]))
    at = calendar.start_of(day) + dt.timedelta(hours=16)
    amount: dict[str, Any] = {"amount": Decimal(str(line["amount"]))} if "amount" in line else {}
    with when.as_of(at):
        perform(Matter.objects.get(pk=made.pk), "log", SYSTEM, at=at, day=day, what=line["what"],
                ended=line.get("ended", "settled"), **amount)  # fmt: skip


def _rate(matter: Matter, who: Actor) -> None:
    """The year before, as the formula says: on the last afternoon, so that nothing of the city happened tonight."""
    at = calendar.start_of(calendar.today()) - dt.timedelta(hours=8)
    day, record = calendar.legal_day(at), Station.objects.get(pk=matter.pk)
    found = rating.counted(record, day.year - 1, day)
    if found.score is not None and record.approved_on is not None and record.approved_on.year < day.year:
        with when.as_of(at), scoped(who):
            perform(matter, "rate", who, at=at, year=day.year - 1, decided=found.grade)


def _dispute(told: dict[str, Any], of: Matter) -> int:
    """One complaint that went to a station, by whoever holds it. Returns how many there are."""
    assert of.assignee is not None
    at, who = max(calendar.start_of(calendar.today()), of.opened) - dt.timedelta(hours=12), actor_of(of.assignee)
    at = max(at, of.opened + dt.timedelta(hours=6))
    to = next((one for one in actions.choices(of) if one.name == told["to"]), None)
    if to is None:
        return 0
    with when.as_of(at), scoped(who):
        made = actions.send(of, to.matter.uid, who, at=at, summary=told["summary"], request=told.get("request", ""))
    for n, step in enumerate(str(told.get("steps", "")).split(), 1):
        facts: dict[str, Any] = {"settle": {"done": told.get("done", "")}, "open_phone": {"reason": "联系消费者"},
                                 "fail": {"why": told.get("why", "")},
                                 "hand_back": {"why": told.get("why", "")}}.get(step, {})  # fmt: skip
        if step == "settle" and "recovered" in told:
            facts["recovered"] = Decimal(str(told["recovered"]))
        with when.as_of(at + n * PACE):
            perform(Matter.objects.get(pk=made.pk), step, SYSTEM, at=at + n * PACE, **facts)
    return 1
