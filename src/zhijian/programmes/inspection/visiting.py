"""A record on its way in: whose visit it is, which task and checklist it names, and how its matter begins."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from zhijian.kernel.accounts.actor import SYSTEM, Actor, PostFact, actor_of
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection import flow
from zhijian.programmes.inspection.fair import capping
from zhijian.programmes.inspection.models import Checklist
from zhijian.programmes.inspection.record import Content, Record, Refused


class CannotPlace(Exception):
    """The record names premises or findings that are not here: a person has to place it."""


@dataclass(frozen=True)
class Visit:
    """A record on its way in: what came, from which phone, and who acted."""

    record: Record
    raw: dict[str, Any]
    sha256: str
    device: Device
    premises: Premises
    actor: Actor
    ahead: dt.timedelta = dt.timedelta()  # of the phone's clock; the record's own times stand on its papers

    @property
    def at(self) -> dt.datetime:
        """When it was really laid down, as the visit ended or later: legal days follow, papers keep what was told."""
        return self.record.content.laid - self.ahead

    @property
    def ended(self) -> dt.datetime:
        return self.record.content.ended - self.ahead

    @property
    def began(self) -> dt.datetime:
        return self.record.content.started - self.ahead

    @property
    def trade(self) -> str:
        """What is traded at the place: by the register, or by what was seen at one that it does not have."""
        told = self.record.content.unlisted
        return told.trade if told is not None and told.trade else self.premises.trade

    @property
    def reference(self) -> str:
        return str(self.record.id)


def on_site(device: Device, day: dt.date, area: str) -> Actor:
    """The phone's person as he stood there: an inspector in that place, whatever his posts say (a doubt tells it)."""
    return there(actor_of(device.person, day, device=str(device.uid)), area)


def there(actor: Actor, area: str) -> Actor:
    return replace(actor, posts=(*actor.posts, PostFact(Role.INSPECTOR, area)))


def task_of(visit: Visit) -> Matter | None:
    named = visit.record.content.task
    if named is None:
        return None
    with scoped(SYSTEM):  # it may have moved to another area meanwhile
        return Matter.objects.filter(uid=named, kind=flow.INSPECTION.kind).first()


def checklists_of(content: Content) -> list[Checklist]:
    """The lists that it went by, in its order; none at all if one of them is unknown: its numbers would mean others."""
    named = [(one.id, one.version) for one in content.checklists]
    rows = Checklist.objects.filter(code__in=[code for code, _ in named]) if named else []
    known = {(row.code, row.version): row for row in rows}
    return [known[each] for each in named] if known.keys() >= set(named) else []


def about(visit: Visit, parent: Matter | None = None, title: str = "") -> About:
    premises = visit.premises
    return About(title or premises.name, premises.area, premises.entity, premises, parent)


def refusal_of(content: Content) -> dict[str, str]:
    """The fields of the visit that tell why the person in charge did not sign, and who witnessed it: empty where he did
    not refuse, since a new version may take a refusal back."""
    of = content.refused or Refused()
    return {"refused_reason": of.reason, "witness": of.witness[:80], "no_witness": of.no_witness[:200]}


def start(visit: Visit, verb: str = "start", **more: Any) -> Matter:
    """A matter without a task: a visit that began at the door, or (`note_place`) one that is to be made."""
    content = visit.record.content
    others = [officer.id for officer in content.inspectors if officer.id != visit.device.person_id]
    return perform(
        flow.INSPECTION,
        verb,
        visit.actor,
        about=about(visit),
        at=visit.began,
        purpose=content.purpose,
        assignee=visit.device.person_id,
        second=others[0] if others else None,
        by_field=_outside(visit),
        **more,
    )


def _outside(visit: Visit) -> dict[str, str]:
    """The lawful exception that was named when it was begun at a reached cap."""
    told = visit.record.outside
    return capping.named(told.ground, told.reason, calendar.legal_day(visit.began)) if told else {}


def people_of(content: Content) -> dict[str, Any]:
    """Who was there, on either side: what a visit keeps of it. Its matter may be others' later on."""
    return {
        "officers": [{"name": one.name, "certificate_no": one.certificate_no} for one in content.inspectors],
        "present_name": content.present.name if content.present else "",
        "present_role": content.present.role if content.present else "",
    }
