"""The offices of the demo city with their officers, their premises, and the lists that are for these."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Max, prefetch_related_objects

from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import Actor, actor_of
from zhijian.kernel.accounts.models import Device, Jurisdiction, Person, Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.planting import Planter
from zhijian.kernel.registry.generate import SOURCE
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection.agenda import Agenda
from zhijian.programmes.inspection.checklists import applying
from zhijian.programmes.inspection.made_up import Asked, made_name
from zhijian.programmes.inspection.models import Checklist
from zhijian.programmes.inspection.stories import News
from zhijian.programmes.inspection.wording import Words

TRIES = 20  # throws of the dice for premises that were there on a day


@dataclass(frozen=True, slots=True)
class Place:
    """Premises: since when the entity and a list for its trade exist, and until when the licence holds."""

    pk: int
    since: dt.date
    until: dt.date


@dataclass
class Office:
    """A local office with its pair of officers, their phone, and its premises for which there is a list."""

    area: str
    first: Person
    second: Person
    head: Person | None
    device: Device
    places: list[Place]

    def place(self, dice: random.Random, day: dt.date) -> Place | None:
        """One of the premises that were there on that day, if the dice find any: rather with a licence that held."""
        thrown = [place for place in (dice.choice(self.places) for _ in range(TRIES)) if place.since <= day]
        return next((place for place in thrown if day <= place.until), thrown[0] if thrown else None)


@dataclass
class Town:
    """Everything that the stories are made of."""

    plan: dict[str, Any]
    dice: random.Random
    offices: list[Office]
    lists: list[Checklist]
    words: Words
    planter: Planter = field(default_factory=Planter)
    news: News = field(default_factory=News)
    agenda: Agenda = field(default_factory=Agenda)
    planned: set[int] = field(default_factory=set)  # premises that a visit is planned for
    amended: bool = False  # whether a record was amended already: one is enough to look at
    joined: dict[tuple[int, ...], Asked] = field(default_factory=dict)  # by the lists' keys

    @property
    def said(self) -> dict[str, Any]:
        """What enterprises say, in the place's language."""
        return self.plan["said"]

    @cached_property
    def clerks(self) -> dict[str, Actor]:
        """Who keeps the seal of an office, by its area."""
        rows = Post.objects.filter(role=Role.CLERK).select_related("person")
        return {post.jurisdiction_id: actor_of(post.person) for post in rows}

    def place(self, day: dt.date, office: Office | None = None) -> tuple[Office, Place]:
        """Premises that were there on a day: of the office, if it has any, else of another."""
        for _ in range(TRIES):
            office = office or self.dice.choice(self.offices)
            if (found := office.place(self.dice, day)) is not None:
                return office, found
            office = None
        office = self.dice.choice(self.offices)
        return office, min(office.places, key=lambda place: (place.since, place.pk))

    def asked(self, premises: Premises, day: dt.date) -> Asked:
        """The lists for premises on a day; before there was any, the first ones (the demo's own liberty)."""
        place = applying.Place.of(premises)
        there = [one for one in self.lists if one.since <= day <= (one.until or dt.date.max)]
        chosen = applying.fitting(there, place) or applying.fitting(self.lists, place)[:1]
        key = tuple(one.pk for one in chosen)
        if key not in self.joined:
            self.joined[key] = Asked.of(chosen, self.plan)
        return self.joined[key]


def offices(dice: random.Random, trades: dict[str, dt.date]) -> Iterator[Office]:
    """The offices that have premises for which there is a list; each gets a certified pair."""
    today = calendar.today()
    demo = {(a.area, a.role): a.username for a in people.accounts()}
    named = [a.username for a in people.accounts() if a.certificate]
    shops = _shops(trades)
    for office in Jurisdiction.objects.filter(level="office").order_by("code"):
        if not shops.get(office.code):
            continue
        own = list(Person.objects.filter(home=office, username__in=named).order_by("pk"))
        pair = own[:2] + [_officer(dice, office, n, today) for n in range(2 - len(own[:2]))]
        prefetch_related_objects(pair, "posts")
        head = Person.objects.filter(username=demo.get((office.code, Role.HEAD), "")).first()
        device = Device.objects.create(
            person=pair[0], name="demo", public_key={}, grant_until=dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
        )
        yield Office(office.code, pair[0], pair[1], head, device, shops[office.code])


def _shops(trades: dict[str, dt.date]) -> dict[str, list[Place]]:
    """The made-up premises of the trades, by area; none is visited before there was a list for its trade."""
    shops: dict[str, list[Place]] = {}
    rows = (
        Premises.objects.filter(trade__in=trades, entity__source=SOURCE)
        .annotate(until=Max("licences__valid_until"))
        .order_by("pk")
    )
    for area, pk, trade, since, until in rows.values_list("area", "pk", "trade", "entity__established", "until"):
        shops.setdefault(area, []).append(Place(pk, max(since or dt.date.min, trades[trade]), until or dt.date.max))
    return shops


def _officer(dice: random.Random, office: Jurisdiction, n: int, today: dt.date) -> Person:
    person = Person.objects.create(
        username=f"{office.code.lower()}-{n + 1}",
        name=made_name(dice),
        home=office,
        certificate_no=f"{office.code}-{n + 1:03d}",
        certificate_until=today + dt.timedelta(days=700),
        password="!",
    )
    Post.objects.create(person=person, role=Role.INSPECTOR, jurisdiction=office, since=dt.date(2020, 1, 1))
    return person
