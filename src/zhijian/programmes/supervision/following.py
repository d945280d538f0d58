"""What hangs on a matter hears of its steps: it goes where the matter goes, ends with it, and stands in its timeline.

Whoever does a step of an order or of a request holds the matter first (`Flow.follows`), so that neither overtakes the
other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import SYSTEM, Actor, prompted_by
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import hand_over_area, perform, record_of
from zhijian.kernel.packs import stack
from zhijian.programmes.supervision.effects import falls_to, kept_from
from zhijian.programmes.supervision.models import JointHandling, SupervisionOrder

KINDS: dict[str, Any] = {"supervision": SupervisionOrder, "joint_handling": JointHandling}
OWN = ("go_with", "matter_ended")  # what the matter itself has in its timeline already


def _said(facts: dict[str, Any]) -> str:
    """The step of what hangs on the matter, in the reader's language: the entry holds codes."""
    flow, areas = flow_of(str(facts["kind"])), stack().areas
    step = next((one for one in flow.steps if one.verb == facts["verb"]), None)
    area = str(facts["area"])
    return _now("{kind} {number}, {office}: {step}").format(
        kind=flow.title, number=facts["number"], office=areas[area].short if area in areas else area,
        step=step.label if step is not None else facts["verb"],
    )  # fmt: skip


TOLD = ledger.entry_kind("supervision.told", label=_("Supervision and joint handling"), describe=_said)


def hear(flow: Flow, step: Step, matter: Matter, actor: Actor, at: dt.datetime) -> None:
    """A step was done: of a matter on which something may hang, or of what hangs on one."""
    if flow.kind in KINDS:
        _tell_parent(step, matter, actor, at)
    elif step.froms and something_hangs_on(matter):  # on what was opened just now nothing hangs
        _lead(step, matter, actor, at)


def something_hangs_on(matter: Matter) -> bool:
    """Whether an order or a request was ever made about it. One query of two small indexes: each step of each matter
    asks it, and each record page."""
    one, other = (model.objects.filter(of=matter).values("pk") for model in KINDS.values())
    return bool(one.union(other).exists())


def _tell_parent(step: Step, child: Matter, actor: Actor, at: dt.datetime) -> None:
    """The matter's own timeline says so, by the system's hand: whoever acted need not see the matter."""
    if step.verb in OWN or step.quiet:
        return
    with scoped(SYSTEM):
        parent = Matter.objects.get(pk=child.parent_id)
        about = {"kind": child.kind, "number": child.number, "verb": step.verb, "area": child.area}
        ledger.record(
            TOLD.code, actor=prompted_by(actor), subject=f"matter:{parent.pk}", matter=parent, data=about, at=at,
            inner=True,
        )  # fmt: skip


def _lead(step: Step, of: Matter, actor: Actor, at: dt.datetime) -> None:
    with scoped(SYSTEM):
        for child in Matter.objects.filter(parent=of, kind__in=KINDS, closed=None).order_by("pk"):
            for verb in _what_follows(step, child, record_of(child)):
                child = perform(child, verb, prompted_by(actor), at=at)


def _what_follows(step: Step, child: Matter, record: Any) -> Iterator[str]:
    """The steps by which what hangs on a matter comes after it."""
    of = record.of
    ended = of.closed is not None and step.to is not None and flow_of(of.kind).state(step.to).final
    if isinstance(record, JointHandling):
        if ended or of.area == child.area:
            yield "matter_ended" if ended else "let_go"
        elif (of.area, of.entity_id, of.premises_id) != (record.by_area, child.entity_id, child.premises_id):
            yield "go_with"
        return
    if not of.area.startswith(record.by_area):
        yield "let_go"
        return
    if astray(child, record):
        yield "go_with"
    if ended:
        yield "matter_ended"


def astray(child: Matter, record: SupervisionOrder) -> bool:
    """Whether its matter lies elsewhere by now, with somebody else, or is about somebody else."""
    of, person = record.of, falls_to(record.of, record.ordered_by_id)
    where = (of.area, of.entity_id, of.premises_id, of.title, person.pk if person is not None else None)
    return where != (child.area, child.entity_id, child.premises_id, child.title, child.assignee_id)


def go_with(child: Matter, of: Matter, person: Person | None) -> None:
    """Put it where its matter lies; what is of an enterprise is kept from that one."""
    child.title, child.entity, child.premises, child.assignee = of.title, of.entity, of.premises, person
    child.kept_from = kept_from(of)
    child.save(update_fields=["title", "entity", "premises", "assignee", "kept_from"])
    if child.area != of.area:
        hand_over_area(child, of.area)
