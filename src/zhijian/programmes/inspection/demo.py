"""The demo city's inspections: a closed year under its own rules, and a living quarter that carries the work to do.

Every visit is a record as a phone sends it. Some hundreds go through the phone's door; what a large scale asks for
beyond them is planted (`stories`), so the demo city holds nothing that the platform could not have made itself.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import prefetch_related_objects

from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Device, Jurisdiction, Person, Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.matters.planting import BATCH, Planter
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection import decide, flow
from zhijian.programmes.inspection.checklists import load_shipped
from zhijian.programmes.inspection.models import Checklist, Inspection
from zhijian.programmes.inspection.stories import Performed, PlantedVisit, Story

Say = Callable[[str], None]
BY_PHONE = 300  # visits of each part that come through the phone's door; the rest is planted
STROKES = [
    [[x * 7, 40 + (x * x * 13) % 30, x * 12] for x in range(14)],
    [[20 + y, y * 6, 200 + y * 9] for y in range(8)],
]


@dataclass
class Office:
    """A local office with its pair of officers, their phone, and its food premises (ids)."""

    area: str
    first: Person
    second: Person
    head: Person | None
    device: Device
    premises: list[int]


@dataclass
class Town:
    """Everything that the stories are made of."""

    dice: random.Random
    offices: list[Office]
    checklists: list[Checklist]
    said: dict[str, str]  # what enterprises say, in the place's language
    planter: Planter = field(default_factory=Planter)

    def place(self, office: Office) -> Premises:
        """One of the office's premises."""
        return Premises.objects.select_related("entity").get(pk=self.dice.choice(office.premises))

    def checklist(self, premises: Premises, day: dt.date) -> Checklist:
        """The list for premises; for a day before the first version, the first one (the demo's own liberty)."""
        fitting = [one for one in self.checklists if premises.trade in one.applies]
        return next((c for c in fitting if c.since <= day and (c.until is None or day <= c.until)), fitting[0])


def scaled(count: int, scale: float) -> int:
    """A count at a scale: rounded half up, at least 1, nothing of nothing."""
    return max(1, int(count * scale + 0.5)) if count else 0


def plant(scale: float, say: Say) -> None:
    """Plant the programme's part once. A place whose register is a sample of real rows has one size only."""
    with scoped(SYSTEM):
        load_shipped()
        if Inspection.objects.filter(imported={}).exists():
            return
        plan = stack().table("demo")
        dice, checklists = random.Random(plan["seed"]), list(Checklist.objects.order_by("code", "version"))
        town = Town(dice, list(_offices(dice, checklists)), checklists, plan["said"])
    if not town.offices:
        return
    scale = 1.0 if plan.get("import") else scale
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")  # a demo city that a power cut takes away is made anew
    done = _closed_year(plan["closed_year"], scale, town)
    say(f"closed year {plan['closed_year']['year']}: {done} inspections")
    done = _quarter(plan["quarter"], scale, town)
    say(f"last quarter: {done} inspections; planned visits and findings at work")


def _offices(dice: random.Random, checklists: list[Checklist]) -> Iterator[Office]:
    """The offices that have food premises; each gets a certified pair."""
    today = calendar.today()
    demo = {(a.area, a.role): a.username for a in people.accounts()}
    named = [a.username for a in people.accounts() if a.certificate]
    shops: dict[str, list[int]] = {}
    trades = {trade for checklist in checklists for trade in checklist.applies}
    for area, pk in Premises.objects.filter(trade__in=trades).order_by("pk").values_list("area", "pk"):
        shops.setdefault(area, []).append(pk)
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


def _officer(dice: random.Random, office: Jurisdiction, n: int, today: dt.date) -> Person:
    person = Person.objects.create(
        username=f"{office.code.lower()}-{n + 1}",
        name=_name(dice, office, n),
        home=office,
        certificate_no=f"{office.code}-{n + 1:03d}",
        certificate_until=today + dt.timedelta(days=700),
        password="!",
    )
    Post.objects.create(person=person, role=Role.INSPECTOR, jurisdiction=office, since=dt.date(2020, 1, 1))
    return person


def _name(dice: random.Random, office: Jurisdiction, n: int) -> str:
    """A made name from the pack's words: characters are joined as the Chinese do, whole names as others do."""
    try:
        words = stack().table("names")
    except FileNotFoundError:
        return f"{office.short} {n + 1}"
    surname, given = words["surnames"], words["given"]
    if isinstance(surname, str):
        return dice.choice(surname) + dice.choice(given) + dice.choice(given)
    return f"{dice.choice(given)} {dice.choice(surname)}"


def _working_day(dice: random.Random, first: dt.date, last: dt.date) -> dt.date:
    """A working day in [first, last]."""
    while True:
        day = first + dt.timedelta(days=dice.randrange((last - first).days + 1))
        if calendar.is_working_day(day):
            return day


def _at(day: dt.date, hour: int, minute: int) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=calendar.zone())


def record_of_visit(
    office: Office,
    premises: Premises,
    checklist: Checklist,
    day: dt.date,
    failed: list[str],
    dice: random.Random,
    purpose: str = "routine",
) -> dict[str, Any]:
    """A visit's record as the phone would have sent it."""
    begun = _at(day, dice.randrange(9, 17), dice.randrange(60))
    answers = [
        {
            "item": no,
            "answer": "no" if no in failed else "yes",
            "by": "tap" if item["key"] or no in failed else "section",
            "at": (begun + dt.timedelta(seconds=20 * n)).isoformat(),
        }
        for n, (no, item) in enumerate(checklist.items.items())
    ]
    judged = decide.decide(checklist.items, answers)
    rectify = "rectify" in judged.measures.values()
    papers = [{"kind": kind, "number": None, "code": None} for kind in _kinds(rectify)]
    content: dict[str, Any] = {
        "task": None,
        "purpose": purpose,
        "premises": str(premises.uid),
        "checklist": {"id": checklist.code, "version": checklist.version},
        "mode": "full",
        "device": str(office.device.uid),
        "app": "1.0.0",
        "started": begun.isoformat(),
        "ended": (begun + dt.timedelta(minutes=dice.randrange(14, 35))).isoformat(),
        "clock_skew_ms": 0,
        "place": {"lat": str(premises.lat), "lon": str(premises.lon), "accuracy": 12}
        if premises.lat is not None
        else None,
        "inspectors": [
            {"id": p.pk, "name": p.name, "certificate_no": p.certificate_no} for p in (office.first, office.second)
        ],
        "present": {"name": premises.entity.representative or premises.entity.name[:8], "role": ""},
        "informed": {"cards_shown": True, "rights_told": True, "recusal": "no"},
        "answers": answers,
        "photos": [],
        "findings": "",
        "statement": "",
        "outcome": {
            "result": judged.result,
            "items": [{"item": no, "measure": measure} for no, measure in judged.measures.items()],
            "rules_version": decide.table()["version"],
        },
        "deadline": calendar.add_working_days(day, 10)[0].isoformat() if rectify else None,
        "refused": None,
        "rechecks": [],
        "papers": papers,
    }
    signers = [
        ("inspector1", office.first.name),
        ("inspector2", office.second.name),
        ("party", content["present"]["name"]),
    ]
    return {
        "schema": 1,
        "id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        "kind": "inspection",
        "content": content,
        "digest": sha256_hex(canonical(content)),
        "signatures": [{"who": who, "name": name, "strokes": STROKES, "at": content["ended"]} for who, name in signers],
    }


def _kinds(rectify: bool) -> list[str]:
    return ["onsite_record", "result_sheet", *(["rectification_order"] if rectify else [])]


def _failing(dice: random.Random, checklist: Checklist, percent: int, key: bool = False) -> list[str]:
    """Which items fail at a visit: none, or one to three; key ones only when asked."""
    if dice.randrange(100) >= percent:
        return []
    general = [no for no, item in checklist.items.items() if not item["key"]]
    found = dice.sample(general, dice.randrange(1, min(4, len(general))))
    if key:
        found.append(dice.choice([no for no, item in checklist.items.items() if item["key"]]))
    return found


def _story(
    town: Town, office: Office, n: int, day: dt.date, percent: int, key: bool = False, purpose: str = "routine"
) -> Story:
    """The n-th visit of a part: through the phone's door, or planted when there are many."""
    premises = town.place(office)
    checklist = town.checklist(premises, day)
    failed = _failing(town.dice, checklist, percent, key)
    raw = record_of_visit(office, premises, checklist, day, failed, town.dice, purpose)
    if n < BY_PHONE:
        return Performed(raw, office.device)
    return PlantedVisit(town.planter, raw, office.device, premises, checklist)


def _closed_year(plan: dict[str, Any], scale: float, town: Town) -> int:
    """A year that is over: everything recorded, put right, published."""
    first, last = dt.date(plan["year"], 1, 4), dt.date(plan["year"], 11, 20)
    visits = ["special"] * scaled(plan["follow_up"], scale) + ["routine"] * scaled(plan["routine"], scale)
    for n, purpose in enumerate(visits):
        office, day = town.dice.choice(town.offices), _working_day(town.dice, first, last)
        _settle(_story(town, office, n, day, plan["failing_percent"], purpose=purpose), day, town)
        town.planter.flush(BATCH)
    town.planter.flush()
    return len(visits)


def _settle(story: Story, day: dt.date, town: Town) -> None:
    """Answered, accepted, published: nothing of it is left to do."""
    answered = _at(calendar.add_working_days(day, town.dice.randrange(1, 8))[0], 10, 5)
    for n in range(len(story.deadlines)):
        story.answer(n, answered, town.said["answer"])
        story.accept(n, answered + dt.timedelta(hours=5))
    story.publish(_at(calendar.add_working_days(day, town.dice.randrange(9, 16))[0], 9, 0))


def _quarter(plan: dict[str, Any], scale: float, town: Town) -> int:
    """The last quarter up to today: visits of every outcome, and tasks for today; most in the demo office."""
    today, dice = calendar.today(), town.dice
    favourite = next((o for o in town.offices if o.head is not None), town.offices[0])
    visits = scaled(plan["recorded"], scale)
    for n in range(visits):
        # of the few that carry papers, every fourth stands in the demo office; of many it has no more than it can do
        office = favourite if n % 4 == 0 and n < BY_PHONE else dice.choice(town.offices)
        day = _working_day(dice, today - dt.timedelta(days=90), today - dt.timedelta(days=1))
        _live(_story(town, office, n, day, 45, key=n % 9 == 4), day, n, town)
        town.planter.flush(BATCH)
    town.planter.flush()
    for n in range(scaled(plan["planned"], scale)):
        office = favourite if n < 6 else dice.choice(town.offices)
        _task(town, office, today + dt.timedelta(days=dice.choice([-2, 0, 0, 0, 1, 3])))
    return visits


def _live(story: Story, day: dt.date, n: int, town: Town) -> None:
    """How far a visit of this quarter has come: settled, answered, asked for time, overdue, untouched."""
    age = (calendar.today() - day).days
    if age > 25 and n % 3:
        _settle(story, day, town)
        return
    for k, deadline in enumerate(story.deadlines):
        at = min(_at(calendar.add_working_days(day, 2)[0], 15, 30), _at(calendar.today(), 0, 1))
        if (n + k) % 3 == 0:
            story.answer(k, at, town.said["promise"])
        elif (n + k) % 3 == 1:
            story.ask_time(k, at, deadline + dt.timedelta(days=7), town.said["ask_time"])
    if age > 12 and n % 2:
        story.publish(_at(calendar.add_working_days(day, 8)[0], 9, 30))


def _task(town: Town, office: Office, day: dt.date) -> None:
    premises = town.place(office)
    with scoped(SYSTEM):
        perform(
            flow.INSPECTION,
            "plan",
            SYSTEM,
            about=About(premises.name, premises.area, premises.entity, premises),
            planned_for=day,
            assignee=office.first.pk,
            second=office.second.pk,
            checklist=town.checklist(premises, day).pk,
        )
