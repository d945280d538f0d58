"""The demo city's inspections: a closed year under its own rules, and a living quarter that carries the work to do.

Every visit is a record as a phone sends it. Some hundreds go through the phone's door, in the order in which they
happened and each as of its own moment (`agenda`); what a large scale asks for beyond them is planted (`stories`). So
the demo city holds nothing that the platform could not have made itself. Of what is planted only the last quarter has
its notices: of a year that is over nobody reads them. Only made-up premises are visited: nothing invented is said of a
real firm whose rows a place brings along. Each night of the quarter is sealed.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from django.db import connection

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.seal import make_seal
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.matters.planting import BATCH
from zhijian.kernel.packs import stack
from zhijian.kernel.papers import forms, making
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection import (
    demo_amended,
    demo_counter,
    demo_detours,
    demo_fair,
    demo_partner,
    drawn,
    flow,
    rules,
)
from zhijian.programmes.inspection.agenda import Later
from zhijian.programmes.inspection.checklists import load_shipped
from zhijian.programmes.inspection.checklists.reaching import count_all
from zhijian.programmes.inspection.demo_town import TRIES, Office, Place, Town, offices
from zhijian.programmes.inspection.jobs import count_lists
from zhijian.programmes.inspection.made_up import Seen, record_of, times
from zhijian.programmes.inspection.models import Checklist, Inspection
from zhijian.programmes.inspection.onsite.usual import nightly
from zhijian.programmes.inspection.reported import report
from zhijian.programmes.inspection.route import day as days
from zhijian.programmes.inspection.stories import Performed, PlantedVisit, Story
from zhijian.programmes.inspection.wording import words

Say = Callable[[str], None]
BY_PHONE = 300  # visits of the quarter that come through the phone's door; the rest is planted
CLOSED_BY_PHONE = 150  # the same of the closed year: enough papers to look at, half a second each
READ = 500  # premises that are read together
SEALED_AFTER = dt.timedelta(days=7)  # papers older than that have their seal; younger ones wait for it on the desk
SURE = 8  # of the quarter's visits every so many-th finds something
HURRIED = 12  # of the quarter's visits the one that took but minutes, of the demo office
PHOTOGRAPHED = 60  # of the quarter's visits through the phone's door, every other one of the first so many


@dataclass(frozen=True, slots=True)
class Call:
    """A visit to be told: the n-th of its part."""

    n: int
    office: Office
    place: Place
    begun: dt.datetime
    ended: dt.datetime
    purpose: str
    percent: int
    key: bool = False
    living: bool = False  # of the last quarter: people are told, where it is planted; some have photos

    @property
    def day(self) -> dt.date:
        return calendar.legal_day(self.begun)


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
        dice, lists = random.Random(plan["seed"]), list(Checklist.objects.order_by("code", "version"))
        first = {t: one.since for one in sorted(lists, key=lambda one: one.since, reverse=True) for t in one.applies}
        town = Town(plan, dice, list(offices(dice, first)), lists, words())
    if not town.offices:
        return
    scale = 1.0 if plan.get("import") else scale
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")  # a demo city that a power cut takes away is made anew
    done = _closed_year(plan["closed_year"], scale, town)
    say(f"closed year {plan['closed_year']['year']}: {done} inspections")
    done = _quarter(plan["quarter"], scale, town)
    say(f"last quarter: {done} inspections; planned visits and findings at work")
    demo_fair.cap(plan.get("cap", {}))
    with scoped(SYSTEM):
        say(f"checklists: what {count_all()} of them reach is counted")
        count_lists.later()  # again by the worker: what others register at the places is planted after this
    say(f"time on site: counted, {nightly()} questions asked")
    if done := report(dice, town.said):
        say(f"other platforms: {done} records owed")


def _seal_originals(town: Town, matter: Matter) -> None:
    """The originals of older papers were sealed on the next morning, by the office's clerk where the demo has one."""
    kinds = [kind for kind, one in forms.forms().items() if one.sealed]
    before = calendar.start_of(calendar.today()) - SEALED_AFTER
    with scoped(SYSTEM):
        papers = list(Paper.objects.filter(matter=matter, kind__in=kinds, at__lt=before, state="issued", sealed=False))
    for paper in papers:
        morning = _at(calendar.add_working_days(calendar.legal_day(paper.at), 1)[0], 9, 0)
        town.agenda.add(morning, partial(_affix, paper, town.clerks.get(paper.area, SYSTEM), morning))


def _affix(paper: Paper, clerk: Actor, at: dt.datetime) -> None:
    with scoped(SYSTEM):
        making.affix_seal(paper, clerk, at)


def _working_day(dice: random.Random, first: dt.date, last: dt.date) -> dt.date:
    """A working day in [first, last]."""
    while True:
        day = first + dt.timedelta(days=dice.randrange((last - first).days + 1))
        if calendar.is_working_day(day):
            return day


def _at(day: dt.date, hour: int, minute: int) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=calendar.zone())


After = Callable[[Story, Call], None]


def _visits(
    town: Town, calls: list[Call], after: After, by_phone: int, night: Callable[[dt.date], object] | None = None
) -> int:
    """Tell each visit and what came after: the first through the phone's door, the rest planted. Returns how many."""
    for call in calls[:by_phone]:
        town.agenda.add(call.ended, partial(_by_phone, town, call, after))
    town.agenda.run(night)
    for start in range(by_phone, len(calls), READ):
        some = calls[start : start + READ]
        with scoped(SYSTEM):
            shops = Premises.objects.select_related("entity").prefetch_related("licences")
            rows = shops.in_bulk({call.place.pk for call in some})
        for call in some:
            raw, seen = _record(town, call, rows[call.place.pk])
            after(PlantedVisit(town.planter, raw, seen, town.news if call.living else None), call)
            town.planter.flush(BATCH)
    town.planter.flush()
    return len(calls)


def _by_phone(town: Town, call: Call, after: After) -> None:
    with scoped(SYSTEM):
        premises = Premises.objects.select_related("entity").get(pk=call.place.pk)
        raw, _seen = _record(town, call, premises)
    story = Performed(raw, call.office.device)
    _seal_originals(town, story.matter)
    after(Later(story, town.agenda), call)
    morning = _at(calendar.add_working_days(call.day, 1)[0], 9, 40)
    if (
        call.living
        and call.office.head is not None
        and not town.amended
        and morning < calendar.start_of(calendar.today())
    ):
        town.agenda.add(morning, partial(_amend, town, raw, call.office.device, morning))


def _amend(town: Town, raw: dict[str, Any], device: Device, at: dt.datetime) -> None:
    """The first of the demo office's visits that found something is amended on the next morning."""
    with scoped(SYSTEM):
        changed = demo_amended.amended(raw, town.said["amended"], at, town.dice)
    if changed is None or town.amended:
        return
    town.amended = True
    _seal_originals(town, Performed(changed, device).matter)


def _record(town: Town, call: Call, premises: Premises) -> tuple[dict[str, Any], Seen]:
    office, asked = call.office, town.asked(premises, call.day)
    absent = asked.absent(premises, town.plan)
    failed = asked.failing(town.dice, absent, call.percent, call.key)
    officers, photos = (office.first, office.second), _photos(call, failed)
    marked = _marked(call, photos)
    seen = Seen(
        premises, call.begun, call.ended, officers, office.device, asked, failed, absent, call.purpose, photos, marked,
        _penalty(call, town.plan.get("penalty", {})),
    )  # fmt: skip
    return record_of(seen, town.plan, town.words, town.dice), seen


def _photos(call: Call, failed: list[str]) -> dict[str, tuple[str, int]]:
    """Pictures of the first two findings of some visits, stored as those that a phone sends: digest and size."""
    if not call.living or call.n >= min(PHOTOGRAPHED, BY_PHONE) or call.n % 2:
        return {}
    kept = {item: files.store(drawn.photo(2 * call.n + k)) for k, item in enumerate(failed[:2])}
    return {item: (blob.sha256, blob.size) for item, blob in kept.items()}


def _marked(call: Call, photos: dict[str, tuple[str, int]]) -> dict[str, tuple[str, int]]:
    """What was drawn on the first picture of every other of these visits."""
    if not photos or call.n % 4:
        return {}
    blob = files.store(drawn.marked(2 * call.n))
    return {next(iter(photos)): (blob.sha256, blob.size)}


def _penalty(call: Call, plan: dict[str, Any]) -> dict[str, Any]:
    """What the officers of every so many-th visit of the quarter decide on the spot, in turn as the plan says."""
    if not plan or not call.living or call.n >= BY_PHONE or call.n % plan["every"]:
        return {}
    turn = plan["decided"][call.n // plan["every"] % len(plan["decided"])]
    return {**{key: plan[key] for key in ("kinds", "days", "at")}, **turn}


def _closed_year(plan: dict[str, Any], scale: float, town: Town) -> int:
    """A year that is over: everything recorded, put right, published."""
    first, last = dt.date(plan["year"], 1, 4), dt.date(plan["year"], 11, 20)
    purposes = ["special"] * scaled(plan["follow_up"], scale) + ["routine"] * scaled(plan["routine"], scale)
    calls = []
    for n, purpose in enumerate(purposes):
        day = _working_day(town.dice, first, last)
        calls.append(Call(n, *town.place(day), *times(day, town.dice), purpose, plan["failing_percent"]))
    return _visits(town, calls, lambda story, call: _settle(story, call.day, town), min(BY_PHONE, CLOSED_BY_PHONE))


def _settle(story: Story, day: dt.date, town: Town) -> None:
    """Answered, accepted, published: nothing of it is left to do, but what would be only tomorrow."""
    dice, now = town.dice, calendar.start_of(calendar.today())
    answered = _at(calendar.add_working_days(day, dice.randrange(1, 8))[0], 10, dice.randrange(60))
    published = _at(calendar.add_working_days(day, dice.randrange(9, 16))[0], 9, dice.randrange(60))
    if answered < now:
        for n in range(len(story.deadlines)):
            story.answer(n, answered, dice.choice(town.said["answer"]))
            story.accept(n, answered + dt.timedelta(hours=5))
    if published < now:
        story.publish(published)


def _quarter(plan: dict[str, Any], scale: float, town: Town) -> int:
    """The last quarter up to today: visits of every outcome, and tasks for today; most in the demo office."""
    today, dice = calendar.today(), town.dice
    favourite = next((o for o in town.offices if o.head is not None), town.offices[0])
    calls = []
    for n in range(scaled(plan["recorded"], scale)):
        # of the few that carry papers, every fourth stands in the demo office; of many it has no more than it can do
        office = favourite if n % 4 == 0 and n < BY_PHONE else None
        day = _working_day(dice, today - dt.timedelta(days=90), today - dt.timedelta(days=1))
        purpose = "special" if n % 6 == 2 else "routine"
        begun, ended = times(day, dice)
        if n == HURRIED:
            begun, ended = _hurried(begun)
            day = calendar.legal_day(begun)
        # by whatever day the city is made, some of those that may be punished on the spot have found something
        percent = 100 if n % SURE == 0 else 45
        calls.append(Call(n, *town.place(day, office), begun, ended, purpose, percent, n % 9 == 4, living=True))
    for n in range(scaled(plan["planned"], scale)):
        office = favourite if n < 6 else dice.choice(town.offices)
        day = today + dt.timedelta(days=dice.choice([-2, 0, 0, 0, 1, 3]) if n else 1)  # a pair needs one to come
        thought = _working_day(dice, min(day, today) - dt.timedelta(days=14), min(day, today) - dt.timedelta(days=3))
        outside = town.plan.get("cap", {}).get("outside", [])[n - 1 : n] if n else []
        task = partial(_task, town, office, day, "special" if n % 5 == 3 else "routine", *outside)
        town.agenda.add(_at(thought, dice.choice((8, 9, 16)), 30 + dice.randrange(30)), task)
    year = partial(demo_fair.year_plan, town.plan.get("year_plan", {}))
    town.agenda.add(_at(calendar.add_working_days(today - dt.timedelta(days=75), 1)[0], 9, 10), year)
    lots = partial(demo_fair.draw, town.plan.get("draw", {}))
    town.agenda.add(_at(demo_detours.last_working_day(), 8, 50), lots)
    joint = partial(demo_fair.beside, town.plan.get("beside", {}))
    town.agenda.add(_at(demo_detours.last_working_day(), 16, 30), joint)
    detours = partial(demo_detours.plant, town.plan.get("detours", {}), _free(town, favourite), favourite.first, dice)
    town.agenda.add(_at(demo_detours.last_working_day(), 9, 0), detours)
    town.agenda.add(_at(demo_detours.last_working_day(), 15, 40), partial(demo_counter.plant, town.said))
    passed = partial(demo_partner.plant, town.said.get("passed", ""))
    town.agenda.add(_at(demo_detours.last_working_day(), 16, 20), passed)
    done = _visits(town, calls, lambda story, call: _live(story, call.day, call.n, town), BY_PHONE, make_seal)
    town.news.tell()
    _in_order(favourite)
    return done


def _hurried(begun: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """A visit of last week that took nine minutes: the head is asked about it."""
    begun = dt.datetime.combine(
        calendar.add_working_days(calendar.today() - dt.timedelta(days=8), 1)[0], begun.timetz()
    )
    return begun, begun + dt.timedelta(minutes=9)


def _in_order(office: Office) -> None:
    """Today's way of the demo office's pair, as the morning's job leaves it."""
    for person in (office.first, office.second):
        with scoped(SYSTEM):
            days.arranged(person, calendar.today(), SYSTEM)


def _free(town: Town, first: Office) -> Iterator[demo_detours.Free]:
    """Premises that no visit is planned for, those of the first office before the others."""
    for office in (first, *(one for one in town.offices if one is not first)):
        for place in office.places:
            if place.pk not in town.planned:
                yield demo_detours.Free(place.pk, (office.first, office.second), office.device)


def _live(story: Story, day: dt.date, n: int, town: Town) -> None:
    """How far a visit of this quarter has come: settled, answered, asked for time, overdue, untouched."""
    age = (calendar.today() - day).days
    if age > 25 and n % 3:
        _settle(story, day, town)
        return
    at = _at(calendar.add_working_days(day, 2)[0], 15, 30)
    for k, deadline in enumerate(story.deadlines if at < calendar.start_of(calendar.today()) else ()):
        if (n + k) % 3 == 0:
            story.answer(k, at, town.dice.choice(town.said["promise"]))
        elif (n + k) % 3 == 1:
            until = max(deadline, calendar.today()) + dt.timedelta(days=7)
            if until <= (rules.latest_extension(deadline) or until):
                story.ask_time(k, at, until, town.dice.choice(town.said["ask_time"]))
    published = _at(calendar.add_working_days(day, 8)[0], 9, 30)
    if age > 12 and n % 2 and published < calendar.start_of(calendar.today()):
        story.publish(published)


def _task(town: Town, office: Office, day: dt.date, purpose: str, other: dict[str, Any] | None = None) -> None:
    """A planned visit, for premises that wait for none. Raises StopIteration when all of them do.

    `other`: the kind of visit that it is instead, with what calls for it.
    """
    thrown = (town.place(day, office) for _ in range(TRIES))
    others = ((one, place) for one in (office, *town.offices) for place in one.places)
    office, place = next(found for found in chain(thrown, others) if found[1].pk not in town.planned)
    town.planned.add(place.pk)
    with scoped(SYSTEM):
        premises = Premises.objects.select_related("entity").get(pk=place.pk)
        perform(
            flow.INSPECTION,
            "plan",
            SYSTEM,
            at=when.now(),
            about=About(premises.name, premises.area, premises.entity, premises),
            planned_for=day,
            assignee=office.first.pk,
            second=office.second.pk,
            **{"purpose": purpose, **(other or {})},
        )
