"""That a pledge was broken: said at the end of a complaint, counted at the pledge, taken back where it was an error.

The complaint's own words and who came stay with the complaint: the shop hears that a complaint found its pledge broken,
and nothing else of it. Of reports nothing is ever said.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor, prompted_by
from zhijian.kernel.accounts.roles import HEAD, MEDIATOR
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.errors import BadFacts, NotAllowed, NotFound, NotOpen
from zhijian.kernel.matters.facts import parse
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.packs import in_its_language
from zhijian.programmes.returns import effects, facts
from zhijian.programmes.returns.models import Broken, ReturnPledge

KIND = "complaint"  # of the matters at whose end it is said: never a report
ENDED = ("concluded", "approving", "answered")
MOST = 20  # pledges of one enterprise to choose from
SAID = ledger.entry_kind("returns.broken", label=gettext_lazy("The shop broke its return pledge: {what}"))
STRUCK = ledger.entry_kind("returns.struck", label=gettext_lazy("No broken return pledge after all: {why}"))
OTHER = ledger.entry_kind("returns.other_shop", label=gettext_lazy("No broken return pledge: another shop is meant"))


def may_say(of: Matter, actor: Actor) -> bool:
    """Whether it is his to say of this matter: whoever handles it, a mediator or the head of its office."""
    if of.kind != KIND or of.entity_id is None or actor.looks_on:
        return False
    if actor.kind == "system":
        return True
    his = {of.assignee_id, of.second_id} & set(actor.hands)
    return bool(his or actor.roles_at(of.area) & {HEAD, MEDIATOR})


def pledges_of(of: Matter) -> list[ReturnPledge]:
    """The pledges of the shop that a complaint is about, of its enterprise where no shop is known; also past ones."""
    theirs = {"matter__premises": of.premises_id} if of.premises_id is not None else {"matter__entity": of.entity_id}
    with scoped(SYSTEM):
        rows = ReturnPledge.objects.filter(accepted_on__isnull=False, **theirs).select_related("matter")
        return list(rows.order_by("-pk")[:MOST])


def breaks_of(of: Matter) -> QuerySet[Broken]:
    """What was said at the end of this complaint, the newest last."""
    return Broken.objects.filter(of=of).select_related("pledge__matter", "found_by").order_by("pk")


def why_not_now(of: Matter, actor: Actor) -> str:
    """The sentence that says why it can't be said now; empty where it can. Raises NotAllowed."""
    if not may_say(of, actor):
        raise NotAllowed(_("Whoever handles the complaint says so, or the head of its office."))
    if of.state not in ENDED:
        return _("Say it when the complaint has ended: until then it is not known.")
    if not pledges_of(of):
        return _("This shop has not pledged no-reason return.")
    return ""


def say(of: Matter, actor: Actor, *, at: dt.datetime | None = None, **told: Any) -> Broken:
    """Count a broken pledge. Once for each complaint and pledge. Raises StepError."""
    at = at or when.now()
    given = parse(facts.Found, told)
    assert isinstance(given, facts.Found)
    with transaction.atomic():
        held = readable(Matter.objects.select_for_update(of=("self",)), actor).filter(pk=of.pk).first()
        if held is None:
            raise NotFound(_("There is no such matter."))
        if why := why_not_now(held, actor):
            raise NotOpen(why)
        record = next((one for one in pledges_of(held) if one.pk == given.pledge), None)
        if record is None:
            raise BadFacts({"pledge": [_("Please choose one of those offered.")]})
        _fits(record, held, given, calendar.legal_day(at))
        with scoped(SYSTEM):
            made = Broken.objects.create(
                pledge=record, of=held, bought_on=given.bought_on, what=given.what, found_on=calendar.legal_day(at),
                found_by_id=actor.person_id,
            )  # fmt: skip
            perform(record.matter, "count", prompted_by(actor), at=at)
        _enter(SAID, held, actor, at, what=given.what, pledge=record.matter.number)
        return made


def _fits(record: ReturnPledge, of: Matter, given: facts.Found, day: dt.date) -> None:
    """What was bought on a day on which the pledge held, and was not said before. Raises BadFacts, NotOpen."""
    if given.bought_on > day:
        raise BadFacts({"bought_on": [_("That day is still to come.")]})
    over = record.matter.closed
    ended = over is not None and given.bought_on > calendar.legal_day(over)
    with scoped(SYSTEM):
        if ended or effects.in_force(record, given.bought_on) is None:
            raise BadFacts({"bought_on": [_("On that day the pledge was not in force.")]})
        if Broken.objects.filter(of=of, pledge=record, struck_on=None).exists():
            raise NotOpen(_("This was said of the complaint already."))


def found(uid: UUID, actor: Actor) -> Broken:
    """What was said of a complaint that is his to end. Raises NotFound, NotAllowed."""
    with scoped(SYSTEM):
        one = Broken.objects.select_related("pledge__matter", "of", "found_by").filter(uid=uid).first()
    if one is None or not readable(Matter.objects.filter(pk=one.of_id), actor).exists():
        raise NotFound(_("There is no such matter."))
    if not may_say(one.of, actor):
        raise NotAllowed(_("Whoever handles the complaint says so, or the head of its office."))
    return one


def strike(uid: UUID, actor: Actor, *, at: dt.datetime | None = None, **told: Any) -> Broken:
    """Take it back: it counts no more. Raises StepError."""
    given = parse(facts.Struck, told)
    assert isinstance(given, facts.Struck)
    with transaction.atomic():
        one = found(uid, actor)
        Matter.objects.select_for_update(of=("self",)).only("pk").get(pk=one.of_id)
        one.refresh_from_db(fields=["struck_on"])
        if one.struck_on is not None:
            raise NotOpen(_("It was taken back already."))
        at = at or when.now()
        _strike(one, actor, at, given.why)
        _enter(STRUCK, one.of, actor, at, why=given.why, pledge=one.pledge.matter.number)
        return one


def _strike(one: Broken, actor: Actor, at: dt.datetime, why: str) -> None:
    with scoped(SYSTEM):
        one.struck_on, one.struck_why = calendar.legal_day(at), why
        one.save(update_fields=["struck_on", "struck_why"])
        perform(one.pledge.matter, "count_off", prompted_by(actor), at=at)


def _enter(kind: ledger.EntryKind, of: Matter, actor: Actor, at: dt.datetime, **data: str) -> None:
    ledger.record(kind.code, actor=actor, subject=f"matter:{of.pk}", matter=of, data=data, at=at, inner=True)


def hear(flow: Flow, step: Step, matter: Matter, actor: Actor, at: dt.datetime) -> None:
    """Where it turns out that another shop is meant, the pledge of the first one was not broken by it."""
    if flow.kind != KIND or step.verb != "name":
        return
    with scoped(SYSTEM):
        for one in breaks_of(matter).filter(struck_on=None).exclude(pledge__matter__entity=matter.entity_id):
            with in_its_language():
                _strike(one, SYSTEM, at, _("Another shop is meant."))
            _enter(OTHER, matter, SYSTEM, at, pledge=one.pledge.matter.number)
