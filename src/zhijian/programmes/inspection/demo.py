"""The demo city's inspections: a closed year under its own rules, and a living quarter that carries the work to do.

Every visit is a record as a phone sends it and goes through the same door (`record_visit`), so the demo city holds
nothing that the platform could not have made itself.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import SYSTEM, actor_of, party_of
from zhijian.kernel.accounts.models import Device, Jurisdiction, Person, Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection import decide, flow
from zhijian.programmes.inspection.actions import record_visit
from zhijian.programmes.inspection.checklists import applicable, load_shipped
from zhijian.programmes.inspection.models import Checklist, Inspection, Rectification
from zhijian.programmes.inspection.record import read

Say = Callable[[str], None]
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗", "伟芳娜敏静磊洋艳勇军杰娟涛明超霞平刚"
STROKES = [
    [[x * 7, 40 + (x * x * 13) % 30, x * 12] for x in range(14)],
    [[20 + y, y * 6, 200 + y * 9] for y in range(8)],
]


@dataclass
class Office:
    """A local office with its pair of officers, their phone, and its food premises."""

    area: str
    first: Person
    second: Person
    head: Person | None
    device: Device
    premises: list[Premises]


def scaled(count: int, scale: float) -> int:
    """A count at a scale: rounded half up, at least 1, nothing of nothing."""
    return max(1, int(count * scale + 0.5)) if count else 0


def plant(scale: float, say: Say) -> None:
    """Plant the programme's part once."""
    with scoped(SYSTEM):
        load_shipped()
        if Inspection.objects.exists():
            return
        plan = stack().table("demo")
        dice = random.Random(plan["seed"])
        offices = list(_offices(dice, plan))
    if not offices:
        return
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")  # a demo city that a power cut takes away is made anew
    done = _closed_year(plan["closed_year"], scale, dice, offices)
    say(f"closed year {plan['closed_year']['year']}: {done} inspections")
    done = _quarter(plan["quarter"], scale, dice, offices)
    say(f"last quarter: {done} inspections; planned visits and findings at work")


def _offices(dice: random.Random, plan: dict[str, Any]) -> Iterator[Office]:
    """The offices that have food premises; each gets a certified pair."""
    today = calendar.today()
    demo = {(a.area, a.role): a.username for a in people.accounts()}
    named = [a.username for a in people.accounts() if a.certificate]
    shops: dict[str, list[Premises]] = {}
    trades = {trade for checklist in Checklist.objects.all() for trade in checklist.applies}
    for row in Premises.objects.select_related("entity").filter(trade__in=trades).order_by("pk").iterator():
        shops.setdefault(row.area, []).append(row)
    for office in Jurisdiction.objects.filter(level="office").order_by("code"):
        if not shops.get(office.code):
            continue
        own = list(Person.objects.filter(home=office, username__in=named).order_by("pk"))
        pair = own[:2] + [_officer(dice, office, n, today) for n in range(2 - len(own[:2]))]
        head = Person.objects.filter(username=demo.get((office.code, Role.HEAD), "")).first()
        device = Device.objects.create(
            person=pair[0], name="demo", public_key={}, grant_until=dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
        )
        yield Office(office.code, pair[0], pair[1], head, device, shops[office.code])


def _officer(dice: random.Random, office: Jurisdiction, n: int, today: dt.date) -> Person:
    person = Person.objects.create(
        username=f"{office.code.lower()}-{n + 1}",
        name=dice.choice(SURNAMES) + dice.choice(GIVEN) + dice.choice(GIVEN),
        home=office,
        certificate_no=f"{office.code}-{n + 1:03d}",
        certificate_until=today + dt.timedelta(days=700),
        password="!",
    )
    Post.objects.create(person=person, role=Role.INSPECTOR, jurisdiction=office, since=dt.date(2020, 1, 1))
    return person


def _working_day(dice: random.Random, first: dt.date, last: dt.date) -> dt.date:
    """A working day in [first, last]."""
    while True:
        day = first + dt.timedelta(days=dice.randrange((last - first).days + 1))
        if calendar.is_working_day(day):
            return day


def _at(day: dt.date, hour: int, minute: int) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=calendar.zone())


def _sent(
    office: Office,
    premises: Premises,
    checklist: Checklist,
    day: dt.date,
    failed: list[str],
    dice: random.Random,
    purpose: str = "routine",
) -> Matter:
    """A visit as the phone would have sent it, taken in by the same door."""
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
    raw = {
        "schema": 1,
        "id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        "kind": "inspection",
        "content": content,
        "digest": sha256_hex(canonical(content)),
        "signatures": [{"who": who, "name": name, "strokes": STROKES, "at": content["ended"]} for who, name in signers],
    }
    return record_visit(read(raw), raw, sha256_hex(canonical(raw)), office.device)


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


def _closed_year(plan: dict[str, Any], scale: float, dice: random.Random, offices: list[Office]) -> int:
    """A year that is over: everything recorded, put right, published."""
    first, last = dt.date(plan["year"], 1, 4), dt.date(plan["year"], 11, 20)
    visits = ["special"] * scaled(plan["follow_up"], scale) + ["routine"] * scaled(plan["routine"], scale)
    made = 0
    for purpose in visits:
        office = dice.choice(offices)
        premises = dice.choice(office.premises)
        day = _working_day(dice, first, last)
        checklist = _checklist(premises, day)
        if checklist is None:
            continue
        failed = _failing(dice, checklist, plan["failing_percent"])
        matter = _sent(office, premises, checklist, day, failed, dice, purpose=purpose)
        _settle(office, matter, day, dice)
        made += 1
    return made


def _checklist(premises: Premises, day: dt.date) -> Checklist | None:
    """The list for premises; for a day before the first version, the first one (the demo's own liberty)."""
    found = applicable(premises, day) or applicable(premises, calendar.today())
    return found[0] if found else None


def _settle(office: Office, matter: Matter, day: dt.date, dice: random.Random) -> None:
    """Answered, accepted, published: nothing of the closed year is left to do."""
    answered = _at(calendar.add_working_days(day, dice.randrange(1, 8))[0], 10, 5)
    for finding in _findings(matter):
        with scoped(party_of(matter.entity)) as party:
            perform(finding.matter, "answer", party, at=answered, answer="已按要求整改到位。", photos=[])
        with scoped(SYSTEM):
            perform(finding.matter, "accept", _inspector(office), at=answered + dt.timedelta(hours=5))
    _publish(matter, _at(calendar.add_working_days(day, dice.randrange(9, 16))[0], 9, 0))


def _findings(matter: Matter) -> list[Rectification]:
    with scoped(SYSTEM):  # outside a scope the matters behind the findings are not to be seen
        return list(Rectification.objects.filter(inspection=matter.pk).select_related("matter"))


def _inspector(office: Office) -> Any:
    return actor_of(office.first)


def _publish(matter: Matter, at: dt.datetime) -> None:
    with scoped(SYSTEM):
        waiting = Matter.objects.get(parent=matter, kind=flow.PUBLICATION.kind)
        perform(waiting, "publish", SYSTEM, at=at)


def _quarter(plan: dict[str, Any], scale: float, dice: random.Random, offices: list[Office]) -> int:
    """The last quarter up to today: visits of every outcome, and tasks for today; most in the demo office."""
    today = calendar.today()
    favourite = next((o for o in offices if o.head is not None), offices[0])
    made = 0
    for n in range(scaled(plan["recorded"], scale)):
        office = favourite if n % 4 == 0 else dice.choice(offices)
        premises = dice.choice(office.premises)
        day = _working_day(dice, today - dt.timedelta(days=90), today - dt.timedelta(days=1))
        checklist = _checklist(premises, day)
        if checklist is None:
            continue
        matter = _sent(office, premises, checklist, day, _failing(dice, checklist, 45, key=n % 9 == 4), dice)
        _live(office, matter, day, n, dice)
        made += 1
    for n in range(scaled(plan["planned"], scale)):
        office = favourite if n < 6 else dice.choice(offices)
        _task(office, dice.choice(office.premises), today + dt.timedelta(days=dice.choice([-2, 0, 0, 0, 1, 3])))
    return made


def _live(office: Office, matter: Matter, day: dt.date, n: int, dice: random.Random) -> None:
    """How far a visit of this quarter has come: settled, answered, asked for time, overdue, untouched."""
    age = (calendar.today() - day).days
    if age > 25 and n % 3:
        _settle(office, matter, day, dice)
        return
    for k, finding in enumerate(_findings(matter)):
        at = min(_at(calendar.add_working_days(day, 2)[0], 15, 30), _at(calendar.today(), 0, 1))
        with scoped(party_of(matter.entity)) as party:
            if (n + k) % 3 == 0:
                perform(finding.matter, "answer", party, at=at, answer="已整改,照片随后补充。", photos=[])
            elif (n + k) % 3 == 1:
                perform(
                    finding.matter, "ask_time", party, at=at, asked_reason="设备厂家排期,需延后安装。",
                    asked_until=finding.deadline + dt.timedelta(days=7),
                )  # fmt: skip
    if age > 12 and n % 2:
        _publish(matter, _at(calendar.add_working_days(day, 8)[0], 9, 30))


def _task(office: Office, premises: Premises, day: dt.date) -> None:
    checklist = _checklist(premises, day)
    with scoped(SYSTEM):
        perform(
            flow.INSPECTION,
            "plan",
            SYSTEM,
            about=About(premises.name, premises.area, premises.entity, premises),
            planned_for=day,
            assignee=office.first.pk,
            second=office.second.pk,
            checklist=checklist.pk if checklist else None,
        )
