"""What a step of a joint handling does beyond its table."""

from __future__ import annotations

import datetime as dt
from typing import Any

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import HEAD
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.receivers import holders
from zhijian.kernel.notices.telling import step_data, tell
from zhijian.programmes.supervision import rules
from zhijian.programmes.supervision.effects import kept_from
from zhijian.programmes.supervision.models import JointHandling


def tell_askers(matter: Matter, record: JointHandling, verb: str, actor: Actor) -> None:
    """Tell whoever holds the matter, else whoever asked, else the head there; the notice leads to the matter, since
    what lies with the other office is not theirs to open."""
    flow = flow_of(matter.kind)
    step = next(one for one in flow.steps if one.verb == verb)
    with scoped(SYSTEM):
        of = Matter.objects.select_related("assignee", "parent").get(pk=record.of_id)
        people: list[Person | None] = [of.assignee, record.asked_by]
        found = next((one for one in people if one is not None and one.is_active), None)
        for person in [found] if found is not None else holders(HEAD, of.area):
            tell(
                person, matter=of, template="step", data=step_data(flow, step, matter), actor=actor,
                dedupe=f"{matter.pk}:{matter.version}:{verb}",
            )  # fmt: skip


def _runs(matter: Matter, record: JointHandling, day: dt.date | None, actor: Actor, at: dt.datetime) -> None:
    clock = clocks.start(matter, rules.JOINT_WITHIN, at, until=day, by=actor.extra.get("prompted_by") or actor.name)
    record.answer_by = clock.due if clock is not None else day


def asked(matter: Matter, record: JointHandling, told: Any, actor: Actor, at: dt.datetime) -> None:
    """The day runs; from whomever the matter is kept, the request is."""
    matter.kept_from = kept_from(record.of)
    matter.save(update_fields=["kept_from"])
    _runs(matter, record, told.answer_by, actor, at)
    record.save(update_fields=["answer_by"])


def declined(matter: Matter, record: JointHandling, told: Any, actor: Actor, at: dt.datetime) -> None:
    """Whoever asked is told why."""
    tell_askers(matter, record, "decline", actor)


def contributed(matter: Matter, record: JointHandling, told: Any, actor: Actor, at: dt.datetime) -> None:
    """What was answered waits for whoever asked; its photos are photos of the matter as well, and in no enterprise's
    file."""
    record.answered_by_id, record.answered_at, record.waits = actor.person_id, at, True
    if record.in_time is None:
        record.in_time = record.answer_by is None or calendar.legal_day(at) <= record.answer_by
    record.save()
    with scoped(SYSTEM):
        of = Matter.objects.get(pk=record.of_id)
        for one in File.objects.filter(matter=matter, uid__in=told.photos).exclude(blob=None).select_related("blob"):
            files.attach(of, one.blob, kind=one.kind, actor=actor, name=one.name, caption=matter.number, inner=True)
    tell_askers(matter, record, "answer", actor)


def judged(matter: Matter, record: JointHandling, told: Any, actor: Actor, at: dt.datetime) -> None:
    """It waits for nobody any more."""
    record.waits = False
    record.save(update_fields=["waits"])


def sent_back(matter: Matter, record: JointHandling, told: Any, actor: Actor, at: dt.datetime) -> None:
    """The day runs anew."""
    record.times_back += 1
    record.waits = False
    _runs(matter, record, told.answer_by, actor, at)
    record.save(update_fields=["times_back", "waits", "answer_by"])


def late(matter: Matter, record: JointHandling, told: Any, actor: Actor, at: dt.datetime) -> None:
    """It counts, and whoever asked is told."""
    record.overdue = True
    record.save(update_fields=["overdue"])
    tell_askers(matter, record, "late", actor)


def went_with(matter: Matter, record: JointHandling, told: Any, actor: Actor, at: dt.datetime) -> None:
    """Whoever holds the matter now is who asks; what is of an enterprise is kept from that one."""
    with scoped(SYSTEM):
        of = Matter.objects.get(pk=record.of_id)
        record.by_area, matter.entity_id, matter.premises_id = of.area, of.entity_id, of.premises_id
        matter.kept_from = kept_from(of)
        matter.save(update_fields=["entity", "premises", "kept_from"])
        record.save(update_fields=["by_area"])
