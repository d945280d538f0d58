"""What a step of a grade does beyond its table: the decision is kept for ever, the days of visits follow from it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.grading import computing, rules
from zhijian.programmes.grading.models import Counted, Event, Grading, Held

DECIDED = ("grade", "since", "decided", "needed", "usual", "left")


def held_of(record: Grading, facts: Any, actor: Actor, at: dt.datetime) -> Held:
    """The decision as it is kept: everything that was computed, the grade, who, and why where it differs."""
    same = {one.name: getattr(record, one.name) for one in Counted._meta.get_fields()}
    return Held(
        grading=record, grade=getattr(facts, "to", None) or record.computed, since=calendar.legal_day(at),
        reason=(getattr(facts, "reason", "") or getattr(facts, "answer", ""))[:400],
        by_id=actor.person_id if actor.kind == "staff" else None, by_name=actor.name if actor.kind == "staff" else "",
        made_at=at, **same,
    )  # fmt: skip


def put_in_force(record: Grading, held: Held) -> None:
    """The grade that is in force from now on, and how often it asks for a visit (not saved)."""
    if record.grade != held.grade:
        record.grade, record.since = held.grade, held.since  # the same grade, confirmed once more, goes on
    record.decided = held.computed
    if (tables := rules.tables(held.since)) is not None:
        computing.reckon(record, tables)


def hold(matter: Matter, record: Grading, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """A person has decided."""
    held = held_of(record, facts, actor, at)
    held.save(force_insert=True)
    put_in_force(record, held)
    record.save(update_fields=DECIDED)
    matter.due = computing.due_of(record, held.since)
    Matter.objects.filter(pk=matter.pk).update(due=matter.due)
    # The register holds it too: caps, the yearly plan and the phones go by what stands there.
    Premises.objects.filter(pk=matter.premises_id).exclude(risk=held.grade).update(risk=held.grade)


def entered(matter: Matter, record: Grading, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Something that raises the grade: kept, and the grade counted anew."""
    Event.objects.create(
        grading=record,
        kind=facts.what,
        on=facts.on,
        word=facts.word,
        by_name=actor.name if actor.kind == "staff" else "",
    )
    recount(matter, record, facts, actor, at)


def struck(matter: Matter, record: Grading, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """An entry is taken back by another one; both stay."""
    of = Event.objects.get(pk=facts.event, grading=record)
    name = actor.name if actor.kind == "staff" else ""
    Event.objects.create(grading=record, kind=of.kind, on=of.on, word=facts.reason, strikes=of, by_name=name)
    recount(matter, record, facts, actor, at)


def recount(matter: Matter, record: Grading, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """What staff entered counts at once."""
    if matter.premises_id is not None:
        computing.settle([matter.premises_id])


def over(matter: Matter, record: Grading, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Nothing is due any more."""
    matter.due = None
    Matter.objects.filter(pk=matter.pk).update(due=None)
