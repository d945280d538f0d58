"""The yearly plan: its lines made from what is due, changed with a reason, published; and which line a visit is of."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor, subtree
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.said import area_name
from zhijian.kernel.matters import Guard, no, ok
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.models import Premises, PremisesStatus
from zhijian.programmes.inspection import kinds, rules
from zhijian.programmes.inspection.checklists.applying import in_force, reached_by
from zhijian.programmes.inspection.fair.capping import made_in
from zhijian.programmes.inspection.fair.items import REFUSE, Item, item_of, items
from zhijian.programmes.inspection.fair.models import PlanLine, PlanPlace, PublishedPlan, YearPlan
from zhijian.programmes.inspection.models import Inspection

MOST = 20_000  # premises of one plan; a city plans by district
BATCH = 2_000
LOCK = 0x706C616E  # "plan"


def _within(area: str, field: str = "area") -> Q:
    low, high = subtree(area)
    return Q(**{f"{field}__gte": low, f"{field}__lt": high})


# What is due.


def times(grade: str, last: dt.date | None, year: int) -> int:
    """How many visits a place is due in a year: by its risk grade the least that the rule names; without one, one
    visit when the time within which every item must be looked at ends in that year, or nobody was there yet.

    A place that sets neither rule makes no visit due.
    """
    first, end = dt.date(year, 1, 1), dt.date(year, 12, 31)
    by_grade = rules.VISITS_PER_YEAR.value(first, {})
    if grade in by_grade:
        return int(by_grade[grade][0])
    every = rules.FULL_LIST_EVERY.maybe(first)
    if every is None or every.limit is None:
        return 0
    return int(last is None or rules.repeat_forbidden_until(last, every.limit) <= end)


def _places(area: str) -> QuerySet[Premises]:
    open_ = Premises.objects.filter(_within(area), merged_into=None)
    return open_.exclude(status=PremisesStatus.CLOSED)


def _last_visits(area: str) -> dict[int, dt.date]:
    """The day of the last visit of each place that had one of a kind that is due by the year."""
    rows = Inspection.objects.filter(
        _within(area, "matter__area"), ended__isnull=False, purpose__in=kinds.due_ones()
    )  # fmt: skip
    last = rows.values_list("matter__premises").annotate(last=Max("ended")).order_by()
    return {place: calendar.legal_day(at) for place, at in last if place is not None}


def make_lines(plan: YearPlan) -> int:
    """Make the plan's lines anew from what is due; how many there are.

    A place that several items reach stands in the line of the first: its visit goes by all its lists (一表通查). Raises
    NotOpen where there are too many places.
    """
    day = dt.date(plan.year, 1, 1)
    with scoped(SYSTEM):
        plan.lines.all().delete()  # type: ignore[attr-defined]
        if _places(plan.of_area).count() > MOST:
            raise NotOpen(_("More than %(n)s premises: make a plan for each district or office.") % {"n": f"{MOST:,}"})
        last = _last_visits(plan.of_area)
        taken: set[int] = set()
        made = 0
        for item in items(max(day, calendar.today())):
            found = _due(plan, item, last, taken)
            for area, places in sorted(found.items()):
                made += 1
                _line(plan, item, area, places)
        return made


def _due(plan: YearPlan, item: Item, last: dict[int, dt.date], taken: set[int]) -> dict[str, list[tuple[int, int]]]:
    """The places of an item by office that are due, each with how many visits; those of earlier items left out."""
    lists = [one for one in in_force(max(dt.date(plan.year, 1, 1), calendar.today())) if one.code in item.lists]
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    if not lists:
        return found
    reached = reduce(or_, (reached_by(one.rule) for one in lists))
    for pk, area, risk in _places(plan.of_area).filter(reached).order_by("pk").values_list("pk", "area", "risk"):
        if pk in taken:
            continue
        taken.add(pk)
        if n := times(risk, last.get(pk), plan.year):
            found[area].append((pk, n))
    return found


def _line(plan: YearPlan, item: Item, area: str, places: list[tuple[int, int]]) -> PlanLine:
    line = PlanLine.objects.create(
        plan=plan, area=area, item=item.code, title=item.title[:200], basis=item.basis[:300],
        visits=sum(n for _pk, n in places),
    )  # fmt: skip
    rows = (PlanPlace(line=line, premises_id=pk, area=area, visits=n) for pk, n in places)
    PlanPlace.objects.bulk_create(rows, batch_size=BATCH)
    return line


# The steps' guards and what they do.


def open_plan(actor: Actor, about: About, facts: dict[str, Any]) -> Matter:
    """Open the plan of an area and a year."""
    from zhijian.programmes.inspection.fair.flow import VISIT_PLAN

    area, year = str(facts.get("area", "")), facts.get("year")
    title = f"{year} · {area_name(area)}"
    return perform(VISIT_PLAN, "begin", actor, about=About(title, area), at=when.now(), **facts)


def one_a_year(matter: Matter, record: YearPlan | None, actor: Actor, facts: Any) -> Guard:
    """An area has one plan for a year; two who begin it go one after the other."""
    if facts is None:
        return ok()
    if facts.area not in stack().areas:
        return no(_("There is no such area."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    with scoped(SYSTEM):
        there = YearPlan.objects.filter(of_area=facts.area, year=facts.year, stands=True).exists()
    return no(_("There is a plan for this area and year already.")) if there else ok()


def begun(matter: Matter, record: YearPlan, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The new plan has the lines of what is due."""
    record.of_area = matter.area
    record.save(update_fields=["of_area"])
    make_lines(record)


def made_anew(matter: Matter, record: YearPlan, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """What was changed by hand goes: the lines are those of what is due now."""
    make_lines(record)


def has_lines(matter: Matter, record: YearPlan, actor: Actor, facts: Any) -> Guard:
    """An empty plan is no plan."""
    return ok() if PlanLine.objects.filter(plan=record.pk, visits__gt=0).exists() else no(_("It has no visits yet."))


def another_person(matter: Matter, record: YearPlan, actor: Actor, facts: Any) -> Guard:
    """Whoever handed it in does not decide on it."""
    if actor.person_id is not None and record.submitted_by_id in actor.hands:
        return no(_("You handed it in: somebody else decides."))
    return ok()


def its_own_line(matter: Matter, record: YearPlan, actor: Actor, facts: Any) -> Guard:
    """Only lines of this plan are changed."""
    if facts is None or PlanLine.objects.filter(plan=record.pk, pk=facts.line).exists():
        return ok()
    return no(_("This plan has no such line."))


def a_new_line(matter: Matter, record: YearPlan, actor: Actor, facts: Any) -> Guard:
    """A listed item, an office of the plan's area, and no line of both yet."""
    if facts is None:
        return ok()
    if item_of(facts.item, calendar.today()) is None:
        return no(_("There is no such item in the list of inspection items."), rules.ITEMS)
    if facts.office not in stack().areas or not facts.office.startswith(record.of_area):
        return no(_("Choose an office of the plan's own area."))
    if PlanLine.objects.filter(plan=record.pk, area=facts.office, item=facts.item).exists():
        return no(_("There is a line of this office and item already: change that one."))
    return ok()


def line_added(matter: Matter, record: YearPlan, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """One more line, without places: visits to whoever the office chooses."""
    item = item_of(facts.item, calendar.today())
    assert item is not None  # the guard
    PlanLine.objects.create(
        plan=record, area=facts.office, item=item.code, title=item.title[:200], basis=item.basis[:300],
        visits=facts.visits, note=facts.note,
    )  # fmt: skip


def line_set(matter: Matter, record: YearPlan, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Another number of visits; of a published plan the public reads the new one."""
    note = {"note": facts.note} if facts.note else {}
    PlanLine.objects.filter(pk=facts.line).update(visits=facts.visits, **note)
    if matter.state == "published":
        record.changed_on = calendar.legal_day(at)
        record.save(update_fields=["changed_on"])
        show(record)


def submitted(matter: Matter, record: YearPlan, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Who handed it in."""
    record.submitted_by_id = actor.person_id
    record.save(update_fields=["submitted_by"])


def published(matter: Matter, record: YearPlan, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """From now on the public reads it."""
    record.published_on = calendar.legal_day(at)
    record.save(update_fields=["published_on"])
    show(record)


def withdrawn(matter: Matter, record: YearPlan, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Another plan of the year may be begun."""
    record.stands = False
    record.save(update_fields=["stands"])


def show(plan: YearPlan) -> None:
    """Put the plan as it stands where the public reads it: offices, items, numbers; no enterprise."""
    lines = [
        {"office": area_name(one.area), "title": one.title, "basis": one.basis, "visits": one.visits, "places": one.n}
        for one in plan.lines.annotate(n=Count("places"))  # type: ignore[attr-defined]
        if one.visits
    ]
    PublishedPlan.objects.update_or_create(
        area=plan.of_area, year=plan.year,
        defaults={"published_on": plan.published_on, "changed_on": plan.changed_on, "lines": lines},
    )  # fmt: skip


# Which line a visit is of.


def line_for(premises: Premises, day: dt.date, lists: Iterable[str] = ()) -> PlanLine | None:
    """The line of a published plan of that year that names the place, or that names none and is for its office.

    `lists`: codes of the checklists by which the visit goes, where they are known.
    """
    if premises is None:
        return None
    wanted = set(lists)
    codes = [one.code for one in items(day) if wanted & set(one.lists)] if wanted else []
    with scoped(SYSTEM):
        rows = PlanLine.objects.filter(plan__year=day.year, plan__matter__state="published", visits__gt=0)
        named = rows.filter(places__premises=premises.pk).order_by("pk")
        open_ = rows.filter(area=premises.area, places=None, item__in=codes).order_by("pk")
        return named.filter(item__in=codes).first() or named.first() or open_.first()


def still_to_visit(areas: Iterable[tuple[str, str]], year: int, most: int) -> list[int]:
    """The places that published plans of the year name in these areas, and where nobody was this year. One query."""
    where = reduce(or_, (Q(area__gte=low, area__lt=high) for low, high in areas), Q(pk__in=[]))
    visited = Inspection.objects.filter(made_in(year), matter__premises=OuterRef("premises"))
    rows = PlanPlace.objects.filter(where, line__plan__year=year, line__plan__matter__state="published", visits__gt=0)
    return list(rows.filter(~Exists(visited)).order_by("pk").values_list("premises", flat=True)[:most])


def in_the_plan(matter: Matter, record: Inspection | None, actor: Actor, facts: Any) -> Guard:
    """Where the place says so, a visit without a line of the year's plan needs a lawful exception."""
    if facts is None or matter.premises is None or facts.outside or kinds.by_itself(facts.purpose):
        return ok()
    if rules.UNPLANNED.value(facts.planned_for, "") != REFUSE:
        return ok()
    if line_for(matter.premises, facts.planned_for) is not None:
        return ok()
    return no(
        _("These premises stand in no line of the plan of %(year)s. Change the plan, or name the lawful exception.")
        % {"year": facts.planned_for.year}, rules.UNPLANNED,
    )  # fmt: skip


def done(plan: YearPlan) -> dict[int, tuple[int, int]]:
    """By line: visits that are planned or made, and those that are made."""
    with scoped(SYSTEM):
        rows = Inspection.objects.filter(line__plan=plan.pk).exclude(matter__state__in=("cancelled", "hindered"))
        found = rows.values_list("line").annotate(n=Count("pk"), made=Count("ended")).order_by()
        return {line: (n, made) for line, n, made in found}


def totals(plan: YearPlan) -> Counter[str]:
    """Visits and places of the whole plan."""
    lines = PlanLine.objects.filter(plan=plan.pk)
    visits = lines.aggregate(n=Sum("visits"))["n"] or 0
    return Counter(visits=visits, places=PlanPlace.objects.filter(line__plan=plan.pk).count(), lines=lines.count())
