"""What a step does beyond its table: the due day, the order's own matter, the clocks of a call."""

from __future__ import annotations

import datetime as dt
from typing import Any

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.programmes.equipment import catalogue, doubts, due, maintenance, reach, rules
from zhijian.programmes.equipment.models import Conclusion, Equipment, LiftCall, Order, What


def registered(matter: Matter, record: Equipment, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The category comes from the code; the piece is found by it, and its day is counted."""
    record.category, record.group = record.code[:4], record.code[:1]
    record.save()
    matter.number, matter.title = record.code, catalogue.title_of(record)
    matter.save(update_fields=["number", "title"])
    due.settle(matter, record, at)


def taken_over(matter: Matter, record: Equipment, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Another table says something else now."""
    matter.title = catalogue.title_of(record)
    matter.save(update_fields=["title"])
    for what, day in (("inspection", facts.inspected_on), ("testing", facts.tested_on)):
        if day is not None and facts.failed_on is None:
            _passed(record, what, day)
    if record.maintain_by is None:
        maintenance.run_from(record, calendar.legal_day(at))
    record.save()
    due.settle(matter, record, at)


def _passed(record: Equipment, what: str, day: dt.date) -> None:
    """An inspection makes up for whatever was not passed up to its day, a testing for a testing alone. Not saved."""
    if record.failed_on is None or day < record.failed_on:
        return
    if what == What.INSPECTION or record.failed_what == What.TESTING:
        record.failed_on, record.failed_what, record.failed_report = None, "", ""


def _failed(record: Equipment, facts: Any) -> None:
    """Keep what it did not pass: of two the later one, but a testing never in place of an inspection. Not saved."""
    later = record.failed_on is None or facts.done_on >= record.failed_on
    if later or (facts.what == What.INSPECTION and record.failed_what == What.TESTING):
        record.failed_on, record.failed_what, record.failed_report = facts.done_on, facts.what, facts.report


def inspected(matter: Matter, record: Equipment, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Keep the last inspection or testing that it passed; after one that it did not pass it must not run.

    One of long ago that is entered late stands in the history alone: it moves no day back.
    """
    if facts.outcome == Conclusion.FAILED:
        _failed(record, facts)
    elif facts.what == What.TESTING:
        record.tested_on = max(facts.done_on, record.tested_on or facts.done_on)
    elif record.inspected_on is None or facts.done_on >= record.inspected_on:
        record.inspected_on, record.told_next = facts.done_on, facts.next_told
        record.conclusion, record.report_no = facts.outcome, facts.report or record.report_no
        record.body = facts.by_body or record.body
    if facts.outcome != Conclusion.FAILED:
        _passed(record, facts.what, facts.done_on)
    record.save()
    due.settle(matter, record, at)


def resumed(matter: Matter, record: Equipment, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """It runs again; a lift that was inspected after a long rest counts from that month on."""
    if record.is_lift and record.inspected_on and record.idle_since and record.inspected_on >= record.idle_since:
        record.base_month = record.inspected_on.month
    record.idle_since = None
    maintenance.run_from(record, calendar.legal_day(at))
    record.save()
    due.settle(matter, record, at)


def entrusted(matter: Matter, record: Equipment, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Another firm keeps the lift from that day on: calls go to it, and its days run."""
    record.maintainer = maintenance.firm_named(facts.firm) or maintenance.firm_entered(
        facts.firm, facts.phone, matter.area
    )
    maintenance.run_from(record, calendar.legal_day(at))
    record.save()


def put_away(matter: Matter, record: Equipment, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Out of use: nothing is due."""
    due.settle(matter, record, at)


def looked_at(matter: Matter, record: Equipment, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """A person has looked at a doubtful visit; it counts where he found that it took place. The others wait on."""
    maintenance.found(record, facts.visit, facts.finding, stands_here=facts.stands_here)
    matter.flags = [flag for flag in matter.flags if doubts.visit_of(flag) != facts.visit]
    Matter.objects.filter(pk=matter.pk).update(flags=matter.flags)


def order(matter: Matter, record: Equipment, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Open the order's own matter, with its paper and its clock."""
    from zhijian.programmes.equipment.flow import ORDER

    about = About(matter.title, matter.area, matter.entity, matter.premises, matter)
    perform(
        ORDER, "give", actor, about=about, at=at, by_field={"equipment": record}, ground=facts.ground,
        problem=facts.problem, required=facts.required, stop=facts.stop, deadline=facts.deadline,
        assignee=facts.first, second=facts.other,
    )  # fmt: skip


def run_deadline(matter: Matter, record: Order, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The user's time runs up to the day that the order names."""
    clocks.start(matter, rules.PUT_RIGHT, at, until=record.deadline, by=actor.name if actor.kind == "staff" else "")


def called(matter: Matter, record: LiftCall, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """A call from a lift cannot wait for the morning; of a firm that gets no message the office knows at once."""
    matter.urgency = Matter.Urgency.CRITICAL if record.what == LiftCall.Kind.TRAPPED else Matter.Urgency.URGENT
    matter.flags = reach.flags_of(matter)
    matter.save(update_fields=["urgency", "flags"])


def heard(matter: Matter, record: LiftCall, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The firm knows of it, or need not know any more: nobody has to ring it."""
    matter.flags = []
    Matter.objects.filter(pk=matter.pk).update(flags=[])


def on_the_way(matter: Matter, record: LiftCall, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The firm has answered."""
    heard(matter, record, facts, actor, at)
    LiftCall.objects.filter(pk=record.pk).update(taken=at)


def at_the_lift(matter: Matter, record: LiftCall, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Rescuers are there: in time or not, by the clock that ran."""
    heard(matter, record, facts, actor, at)
    clock = matter.clocks.filter(rule=rules.RESCUE_WITHIN.name).order_by("-started").first()  # type: ignore[attr-defined]
    in_time = None if clock is None or clock.due_at is None else at <= clock.due_at
    LiftCall.objects.filter(pk=record.pk).update(arrived=at, in_time=in_time)


def settled(matter: Matter, record: LiftCall, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Nobody is inside any more, or the fault is put right."""
    LiftCall.objects.filter(pk=record.pk).update(settled=at)
