"""Maintenance visits of a firm to its lifts, and the firm's score: visits in time ÷ visits due."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import area_filter, scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry import text
from zhijian.kernel.registry.likely.seen import metres_between
from zhijian.kernel.registry.models import Entity
from zhijian.programmes.equipment import rules
from zhijian.programmes.equipment.facts import Visit
from zhijian.programmes.equipment.models import Equipment, Group, Maintenance

MAINTAINED = ledger.entry_kind("equipment.maintained", label=_("Maintained by {firm}: {note}"))
SCORED = 365  # days of the score
FIRMS = "equipment.firms"  # namespace of maintenance firms that no register holds
Place = tuple[Decimal, Decimal]


def firm_named(said: str) -> Entity | None:
    """The firm of that name or credit code, where the register has it; of one that was merged, the row that stands."""
    said = said.strip()
    rows = Entity.objects.filter(Q(code=said.upper()) | Q(fold=text.fold(said)[:200]))
    rows = rows.select_related("merged_into").order_by(F("merged_into").asc(nulls_first=True), "pk")
    found = rows.defer("grams", "fold", "initials").first() if said else None
    return found.stands if found is not None else None


def firm_entered(name: str, phone: str, area: str) -> Entity:
    """A firm that the register does not have: a row that bears no more than its name and telephone."""
    return Entity.objects.create(name=name, phone=phone, area=area, source=FIRMS, source_key=name[:80])


def place_of(record: Equipment) -> Place | None:
    """Where it stands: its own position, else that of the premises."""
    if record.lat is not None and record.lon is not None:
        return record.lat, record.lon
    shop = record.matter.premises
    return (shop.lat, shop.lon) if shop is not None and shop.lat is not None and shop.lon is not None else None


def doubt_of(record: Equipment, place: Place | None, day: dt.date) -> tuple[str, int | None]:
    """(doubt, metres): far away, nowhere, at a lift of which nobody knows where it stands, or none."""
    if place is None:
        return "nowhere", None
    there = place_of(record)
    if there is None:
        return "unplaced", None
    metres = metres_between(*place, *there)
    far = rules.FAR_FROM_LIFT.value(day, None)
    return ("far" if far is not None and metres is not None and metres > int(far) else ""), metres


def visit_of(record: Equipment, firm: Entity, at: dt.datetime, told: Visit, place: Place | None) -> Maintenance:
    """The visit as it is kept, not saved yet: in time or not, days since the one before, and what is doubtful."""
    day = calendar.legal_day(at)
    doubt, metres = doubt_of(record, place, day)
    gap = (day - record.maintained_on).days if record.maintained_on else None
    told_twice = gap is not None and gap <= 0
    return Maintenance(
        equipment=record, area=record.matter.area, firm=firm, at=at, work=told.work, note=told.note,
        lat=place[0] if place else None, lon=place[1] if place else None, metres=metres, doubt=doubt,
        gap=None if gap is None else max(gap, 0),
        in_time=None if doubt or told_twice or record.maintain_by is None else day <= record.maintain_by,
    )  # fmt: skip


def run_from(record: Equipment, day: dt.date) -> None:
    """The rule's days to the next maintenance run from that day on; with no firm there is nobody to be late. Not saved.

    They run from the last visit, or from the day since when the firm is known to keep the lift, or it runs again: a
    firm that records nothing is late like every other.
    """
    every = rules.maintain_days(day) if record.is_lift and record.maintainer_id is not None else None
    record.maintain_by = day + dt.timedelta(days=every) if every is not None else None


def run_all(day: dt.date) -> int:
    """Let the days run of lifts in use that have a firm and no day yet: taken over before anybody counted them."""
    every = rules.maintain_days(day)
    rows = Equipment.objects.filter(
        matter__state="in_use", group=Group.LIFT, maintain_by=None, maintainer__isnull=False
    )
    return rows.update(maintain_by=day + dt.timedelta(days=every)) if every is not None else 0


def remember(record: Equipment, day: dt.date) -> None:
    """The lift was maintained that day; when it must be again follows from the rule. Not saved."""
    record.maintained_on = day
    run_from(record, day)


def visit(record: Equipment, firm: Entity, actor: Actor, told: Visit, place: Place | None) -> Maintenance:
    """Record a visit of the firm that keeps the lift. What is doubtful is recorded all the same, and flagged.

    What is flagged counts once the head has found that it took place; a second visit of a day counts as the first.
    """
    at = when.now()
    with transaction.atomic(), scoped(SYSTEM):
        record = Equipment.objects.select_for_update(of=("self",)).select_related("matter__premises").get(pk=record.pk)
        made = visit_of(record, firm, at, told, place)
        made.save()
        if made.doubt:
            flag(record.matter, made)
        else:
            remember(record, calendar.legal_day(at))
            record.save(update_fields=["maintained_on", "maintain_by"])
        ledger.record(
            MAINTAINED.code, actor=actor, subject=f"matter:{record.pk}", matter=record.matter,
            data={"firm": firm.name, "note": told.note, "work": str(told.work), "doubt": made.doubt, "visit": made.pk},
        )  # fmt: skip
    return made


def found(record: Equipment, pk: int, finding: Maintenance.Finding, *, stands_here: bool) -> None:
    """The head has looked at a doubtful visit. One that took place counts like others, unless a later one does already;
    `stands_here`: where it was recorded is where the lift stands."""
    made = Maintenance.objects.filter(equipment=record, pk=pk).first()
    if made is None:
        return
    made.finding, day = finding, calendar.legal_day(made.at)
    if finding == Maintenance.Finding.MADE and (record.maintained_on is None or day > record.maintained_on):
        made.in_time = None if record.maintain_by is None else day <= record.maintain_by
        remember(record, day)
    made.save(update_fields=["finding", "in_time"])
    if stands_here:
        record.lat, record.lon = made.lat, made.lon
    record.save(update_fields=["maintained_on", "maintain_by", "lat", "lon"])


def flag(matter: Matter, made: Maintenance) -> None:
    """Let the head look at a doubtful visit."""
    day = calendar.legal_day(made.at).isoformat()
    told = {"code": made.doubt, "day": day, "metres": made.metres, "visit": made.pk}
    locked = Matter.objects.select_for_update(of=("self",)).get(pk=matter.pk)
    Matter.objects.filter(pk=matter.pk).update(flags=[*locked.flags, told])


@dataclass(frozen=True)
class Score:
    """A firm's maintenance of the last year: `in_time` of `due` visits; `late` lifts are past their day now.

    Of its `lifts`, `never` have no visit on record at all.
    """

    firm: Entity
    lifts: int
    made: int
    in_time: int
    late: int
    never: int

    @property
    def due(self) -> int:
        """Visits whose time can be told, and those that are missing now."""
        return self.made + self.late

    @property
    def percent(self) -> int | None:
        """In time, of those due; None where nothing was due yet."""
        return round(100 * self.in_time / self.due) if self.due else None


def scores(actor: Actor, today: dt.date) -> list[Score]:
    """Every firm that keeps lifts in the actor's area, the lowest score first. Three queries."""
    running = Equipment.objects.filter(area_filter(actor, "matter__area"), matter__kind="equipment")
    running = running.filter(matter__state="in_use", group="3").exclude(maintainer=None)
    late = Q(maintain_by__lt=today)
    kept = {
        row["maintainer"]: (row["n"], row["late"], row["never"])
        for row in running.values("maintainer").annotate(
            n=Count("pk"), late=Count("pk", filter=late), never=Count("pk", filter=Q(maintained_on=None))
        )
    }
    since = calendar.start_of(today - dt.timedelta(days=SCORED))
    visits = Maintenance.objects.filter(area_filter(actor, "area"), firm__in=kept, at__gte=since)
    timed = (
        visits.exclude(in_time=None).values("firm").annotate(n=Count("pk"), good=Count("pk", filter=Q(in_time=True)))
    )
    made = {row["firm"]: (row["n"], row["good"]) for row in timed}
    found = [
        Score(firm, kept[firm.pk][0], *made.get(firm.pk, (0, 0)), *kept[firm.pk][1:])
        for firm in Entity.objects.filter(pk__in=kept).defer("grams", "fold", "initials")
    ]
    return sorted(found, key=lambda one: (one.percent is None, one.percent, one.firm.name))
