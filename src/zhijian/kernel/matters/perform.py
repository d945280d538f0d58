"""The one function that changes a matter, and the one that says what may happen next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import RELATION_LABELS, ROLE_LABELS, Relation
from zhijian.kernel.accounts.scope import in_scope, scoped, within_reach
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock import clocks as clock
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.behalf import Behalf, is_partys, may_speak_for, told_of
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.errors import Conflict, NotAllowed, NotFound, NotOpen
from zhijian.kernel.matters.facts import Facts, assign, parse, told
from zhijian.kernel.matters.flow import Flow, Step, article_of
from zhijian.kernel.matters.followers import Done, follow
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.numbers import number_for
from zhijian.kernel.registry.models import Entity, Premises

Record: TypeAlias = models.Model | None
LEDGER = LedgerEntry._meta.label


@dataclass(frozen=True)
class About:
    """Whom a new matter is about, and where it belongs."""

    title: str
    area: str
    entity: Entity | None = None
    premises: Premises | None = None
    parent: Matter | None = None
    uid: UUID | None = None
    urgency: int = 0


@dataclass(frozen=True)
class Offer:
    """A step as it stands before somebody: open, or why it is not."""

    step: Step
    open: bool
    why: str = ""
    article: str = ""

    @property
    def asks(self) -> bool:
        """Whether a page comes before it: to be told something, or to ask once more. (A template that tested
        `step.facts` would call that class, and take its refusal to be made of nothing for False.)"""
        return self.step.facts is not None or self.step.confirm


def record_of(matter: Matter, flow: Flow | None = None) -> Record:
    """The programme's own facts of a matter."""
    model = (flow or flow_of(matter.kind)).record
    return model._default_manager.get(pk=matter.pk) if model else None


def relations(matter: Matter, actor: Actor) -> set[Relation]:
    """What the actor is to this matter: by himself, or for somebody on leave."""
    found = set()
    if matter.assignee_id in actor.hands:
        found.add(Relation.ASSIGNEE)
    if matter.second_id in actor.hands:
        found.add(Relation.SECOND)
    if actor.kind == "party" and matter.entity_id is not None and actor.entity_id == matter.entity_id:
        found.add(Relation.PARTY)
    return found


def may(step: Step, matter: Matter | None, actor: Actor, area: str) -> bool:
    """Whether role or relation allows the actor this step."""
    if actor.kind == "system":
        return True
    if step.by is not None:
        return False
    mine: set[Any] = set(actor.roles_at(area))
    if matter is not None:
        mine |= relations(matter, actor)
    return any(who in mine for who in step.whos)


def _about_itself(step: Step, about: About, actor: Actor) -> bool:
    """Whether an enterprise opens a matter about itself, by a step that is its own."""
    itself = actor.kind == "party" and about.entity is not None and actor.entity_id == about.entity.pk
    return itself and Relation.PARTY in step.whos and step.by is None


def may_for_party(step: Step, matter: Matter, actor: Actor) -> bool:
    """Whether the actor may enter this step for the matter's enterprise, which speaks before him."""
    return is_partys(step) and may_speak_for(matter, actor)


def _names(step: Step) -> str:
    labels = [RELATION_LABELS[w] if isinstance(w, Relation) else ROLE_LABELS[w] for w in step.whos]
    return _(" or ").join(str(label) for label in labels)


def offers(
    matter: Matter, actor: Actor, record: Record = None, day: dt.date | None = None, *, for_party: bool = False
) -> list[Offer]:
    """The steps that lead on from the matter's state, for this actor: those open, and those shut with the reason.

    Steps that belong to other people or to the clock are left out, unless nobody's are open. `for_party`: those of the
    enterprise that he may enter for it.
    """
    flow = flow_of(matter.kind)
    record = record if record is not None else record_of(matter, flow)
    day = day or calendar.today()
    found = []
    for step in flow.steps:
        if matter.state not in step.froms or not step.in_force(day) or step.by is not None or step.hidden:
            continue
        if not (may_for_party(step, matter, actor) if for_party else may(step, matter, actor, matter.area)):
            continue
        shut = next((g for guard in step.guards if not (g := guard(matter, record, actor, None))), None)
        if shut is None:
            found.append(Offer(step, True, article=article_of(step.article, day)))
        elif not step.quiet:
            found.append(Offer(step, False, str(shut.why), article_of(shut.article, day)))
    return found


def why_not(matter: Matter, verb: str, actor: Actor, *, for_party: bool = False) -> str:
    """The sentence that answers "why can't I?"; empty when the step is open. `for_party`: entered for it."""
    flow, day = flow_of(matter.kind), calendar.today()
    step = flow.find(verb, matter.state, day)
    if step is None:
        return _("This is not possible while it is “%(state)s”.") % {"state": flow.state(matter.state).label}
    if not (may_for_party(step, matter, actor) if for_party else may(step, matter, actor, matter.area)):
        return _("Only %(who)s can do this.") % {"who": _names(step) or _("the system")}
    record = record_of(matter, flow)
    return next((str(g.why) for guard in step.guards if not (g := guard(matter, record, actor, None))), "")


def _lock(matter: Matter, actor: Actor, version: int | None) -> Matter:
    if matter.parent_id is not None and flow_of(matter.kind).follows:
        with scoped(SYSTEM):  # the parent first, also one that is not his to see: its steps go on to this one
            Matter.objects.select_for_update(of=("self",)).only("pk").get(pk=matter.parent_id)
    rows = within_reach(Matter.objects.select_for_update(of=("self",)), actor)
    locked = rows.filter(pk=matter.pk).first()
    if locked is None:
        raise NotFound(_("There is no such matter."))
    if version is not None and version != locked.version:
        raise Conflict(version, locked.version)
    return locked


def perform(
    target: Matter | Flow,
    verb: str,
    actor: Actor,
    *,
    about: About | None = None,
    version: int | None = None,
    at: dt.datetime | None = None,
    by_field: dict[str, Any] | None = None,
    behalf: Behalf | None = None,
    **facts: Any,
) -> Matter:
    """Do a step: scope, role, guards, lock and version check, facts, ledger, clocks, paper, notices; one transaction.

    `target` is a matter, or a flow together with `about` for the step that opens one. `at` is when it happened (a step
    that a phone reports was done earlier). `by_field` are values for the record that no person tells (made by code).
    `behalf`: a step of the enterprise that staff enter for whoever speaks for it.
    Returns the changed matter. Raises a StepError; then nothing has happened.
    """
    with transaction.atomic():
        if isinstance(target, Flow):
            if about is None or behalf is not None:
                raise ValueError("a matter is opened about somebody (give `about`), and for nobody else")
            new = draft(target, verb, actor, about=about, at=at or timezone.now(), by_field=by_field, **facts)
            return _open(new, actor)
        matter = _lock(target, actor, version)
        with _room(matter, actor):
            return _go_on(matter, verb, actor, at or timezone.now(), by_field or {}, facts, behalf)


def _room(matter: Matter, actor: Actor) -> AbstractContextManager[Any]:
    """Where the step is written. A partner sees no area, only matters that wait for it: its step is the system's hand,
    once the matter was found to be within its reach; `may` still asks whether the step is its own."""
    outside = actor.kind == "staff" and not actor.can_read(matter.area)
    return scoped(SYSTEM) if outside else nullcontext()


@dataclass
class Draft:
    """A matter that is about to be opened: checked, and not written yet. `besides` are rules whose clocks begin too."""

    flow: Flow
    step: Step
    matter: Matter
    record: Record
    facts: Facts | None
    at: dt.datetime
    besides: Sequence[Any] = ()


def draft(
    flow: Flow,
    verb: str,
    actor: Actor,
    /,
    *,
    about: About,
    at: dt.datetime,
    by_field: dict[str, Any] | None = None,
    **facts: Any,
) -> Draft:
    """All of opening a matter but the writing: role, guards, facts, and what the step fills in. Raises a StepError."""
    day = calendar.legal_day(at)
    step = flow.find(verb, None, day)
    if step is None or step.to is None:
        raise NotOpen(_("Nothing of this kind can be opened this way."))
    if not may(step, None, actor, about.area) and not _about_itself(step, about, actor):
        raise NotAllowed(_("Only %(who)s can do this.") % {"who": _names(step)})
    parsed = parse(step.facts, facts)
    matter = Matter(
        uid=about.uid or uuid7(),
        kind=flow.kind,
        title=about.title[:200],
        entity=about.entity,
        premises=about.premises,
        area=about.area,
        parent=about.parent,
        urgency=about.urgency,
        state=step.to,
        opened=at,
    )
    matter.happening = at
    _guarded(step, matter, None, actor, parsed)
    assign(matter, parsed)
    _keep_from_its_enterprise(flow, matter)
    matter.closed = at if flow.state(step.to).final else None
    matter.partner = flow.asks_partner(matter.state, day)
    record = flow.record(matter=matter, **(by_field or {})) if flow.record is not None else None
    if record is not None:
        assign(record, parsed)
    besides = step.fills(matter, record, parsed, at) if step.fills is not None else ()
    return Draft(flow, step, matter, record, parsed, at, besides)


def _open(new: Draft, actor: Actor) -> Matter:
    matter, record = new.matter, new.record
    if new.flow.numbered:
        matter.number = number_for(matter.kind, matter.area, calendar.legal_day(new.at))
    matter.save(force_insert=True)
    if record is not None:
        record.save(force_insert=True)
    _follow(Done(new.flow, new.step, matter, record, actor, new.facts, new.at), besides=new.besides)
    return matter


def _go_on(
    matter: Matter,
    verb: str,
    actor: Actor,
    at: dt.datetime,
    extra: dict[str, Any],
    given: dict[str, Any],
    behalf: Behalf | None,
) -> Matter:
    flow = flow_of(matter.kind)
    step = flow.find(verb, matter.state, calendar.legal_day(at))
    if step is None:
        raise NotOpen(_("This is not possible while it is “%(state)s”.") % {"state": flow.state(matter.state).label})
    if not (may_for_party(step, matter, actor) if behalf else may(step, matter, actor, matter.area)):
        raise NotAllowed(_("Only %(who)s can do this.") % {"who": _names(step)})
    record = record_of(matter, flow)
    facts = parse(step.facts, given)
    matter.happening = at
    _guarded(step, matter, record, actor, facts)
    area = matter.came_from = matter.area
    was = assign(matter, facts)
    _keep_from_its_enterprise(flow, matter)
    if matter.area != area and actor.kind == "staff" and actor.can_read(area) and not actor.can_read(matter.area):
        raise NotAllowed(_("This would move the matter out of your own area."))  # row security would say it in English
    if step.to is not None:
        matter.state = step.to
        matter.closed = (matter.closed or at) if flow.state(step.to).final else None
    matter.partner = flow.asks_partner(matter.state, calendar.legal_day(at))
    matter.version += 1
    matter.save()
    if record is not None:
        was |= assign(record, facts)
        for name, value in extra.items():
            setattr(record, name, value)
        record.save()
    if matter.area != area:
        _move(matter)
        if (
            actor.can_read(area)
            and actor.kind != "system"
            and not in_scope(Matter.objects.filter(pk=matter.pk), actor).exists()
        ):
            raise NotAllowed(_("This would move the matter out of your own area."))
    _follow(Done(flow, step, matter, record, actor, facts, at), was, behalf)
    return matter


def _keep_from_its_enterprise(flow: Flow, matter: Matter) -> None:
    """Of a flow that no enterprise sees; before the first entry, so that none of them stands in its file."""
    if flow.unseen:
        others = [label for label in matter.kept_from if not label.startswith("entity:")]
        matter.kept_from = [*others, *([f"entity:{matter.entity_id}"] if matter.entity_id is not None else [])]


def _move(matter: Matter) -> None:
    """What stands beneath the matter goes with it to the other office; the ledger keeps where each thing happened."""
    for relation in Matter._meta.related_objects:
        columns = {field.name for field in relation.related_model._meta.concrete_fields}
        if "area" in columns and relation.related_model._meta.label not in (Matter._meta.label, LEDGER):
            rows = relation.related_model._default_manager.filter(**{relation.field.name: matter})
            rows.update(area=matter.area)


def hand_over_area(matter: Matter, area: str) -> None:
    """Put the matter and all beneath it into an area that whoever acts need not see: it is handed up, by the system."""
    with scoped(SYSTEM):
        matter.area = area
        Matter.objects.filter(pk=matter.pk).update(area=area)
        _move(matter)


def _guarded(step: Step, matter: Matter, record: Record, actor: Actor, facts: Facts | None) -> None:
    for guard in step.guards:
        answer = guard(matter, record, actor, facts)
        if not answer:
            raise NotOpen(answer.why, article_of(answer.article, calendar.today()))


def _follow(
    done: Done, was: dict[str, Any] | None = None, behalf: Behalf | None = None, besides: Sequence[Any] = ()
) -> None:
    """What follows from a step: the ledger's entry, clocks, the step's own work, papers, and telling people."""
    step, matter, at = done.step, done.matter, done.at
    data, personal = entry_of(done.flow, step, matter, done.facts)
    spoken, speaker = told_of(behalf, matter)
    ledger.record(
        done.flow.entry_kind(step),
        actor=done.actor,
        subject=f"matter:{matter.pk}",
        matter=matter,
        data={**data, **({"was": was} if was else {}), **spoken},
        personal={**personal, **speaker},
        at=at,
    )
    for rule in step.clocks("stops"):
        clock.stop(matter, rule, at)
    for rule in step.clocks("suspends"):
        clock.suspend(matter, rule, at)
    for rule in step.clocks("resumes"):
        clock.resume(matter, rule, at)
    for rule in (*step.clocks("starts"), *besides):
        clock.start(matter, rule, at)
    if matter.closed is not None:
        clock.stop_all(matter, at)
    if step.does is not None:
        step.does(matter, done.record, done.facts, done.actor, at)
    follow(done)


def entry_of(flow: Flow, step: Step, matter: Matter, facts: Facts | None) -> tuple[dict[str, Any], dict[str, str]]:
    """What the ledger's entry of a step holds in clear, and what is sealed beside it."""
    data, personal = told(facts)
    return {"state": matter.state, "version": matter.version, **data}, personal
