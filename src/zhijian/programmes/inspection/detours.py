"""What follows from a visit that could not be made, and from a place that the register did not have."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import SYSTEM, Actor, prompted_by
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.packs import in_its_language
from zhijian.kernel.packs.areas import office_named
from zhijian.kernel.registry.models import Premises, PremisesStatus, Proposal, What
from zhijian.kernel.registry.proposals import after_accepting, propose
from zhijian.kernel.words import listed
from zhijian.programmes.inspection import doubts, flow, publishing, rules, twice
from zhijian.programmes.inspection.models import Attempt, Hindered, Inspection, Unreachable
from zhijian.programmes.inspection.visiting import Visit, about, people_of, refusal_of, start, task_of

OPEN = ("planned", "rectifying")
AGAIN = (Hindered.SHUT, Hindered.REPAIR)


def hinder(visit: Visit) -> tuple[Matter, list[dict[str, Any]]]:
    """The officers stood at the door in vain: the attempt is kept, and the lawful next step of what they found."""
    content = visit.record.content
    told = content.hindered
    assert told is not None
    kind = Hindered(told.kind)
    task = task_of(visit)
    flags = doubts.of_task(task, content.task is not None, visit.actor.hands, states=OPEN)
    if task is None or task.state not in OPEN or task.area != visit.premises.area:
        task = start(visit)
    again = told.again if told.again and told.again >= calendar.legal_day(visit.at) else None
    if told.again is not None and again is None:
        flags.append(doubts.doubt("again_over", day=told.again.isoformat()))
    matter = perform(
        task,
        str(kind),
        visit.actor,
        at=visit.at,
        hindered=kind,
        note=told.note,
        planned_for=(again or rules.visit_again(visit.at)) if kind in AGAIN else None,
        address=told.address,
        report=visit.record.id,
        digest=visit.record.digest,
    )
    # With the attempt: at a re-check the visit's own fields tell of the record that was made back then.
    if content.refused is not None:
        Attempt.objects.filter(record_id=visit.record.id).update(**refusal_of(content))
    _then(kind, visit, matter)
    matter.refresh_from_db()
    if matter.state == "hindered":
        _ended_at_the_door(visit, matter)
    if matter.state == "planned" and visit.device.person.only_helps(calendar.legal_day(visit.at)):
        flags += _without_helper(visit, matter)
    return matter, flags


def _without_helper(visit: Visit, matter: Matter) -> list[dict[str, Any]]:
    """A helper may find the door shut; who comes again are two officers, whom the head names."""
    if matter.assignee_id != visit.device.person_id:
        return []
    matter.assignee = None
    Matter.objects.filter(pk=matter.pk).update(assignee=None)
    return [doubts.doubt("nobody_named")]


def _then(kind: Hindered, visit: Visit, matter: Matter) -> None:
    """What else the outcome calls for, beyond the step itself."""
    told = visit.record.content.hindered
    assert told is not None
    inspection = Inspection.objects.get(pk=matter.pk)
    if kind == Hindered.SHUT and rules.too_often(inspection.attempts.filter(kind=kind).count(), visit.at):
        perform(matter, "too_often", visit.actor, at=visit.at)
    elif kind == Hindered.CLOSED_DOWN:
        _propose(visit, matter, "status", {"text": str(PremisesStatus.CLOSED)}, told.note)
    elif kind == Hindered.MOVED:
        office = office_named(told.address)
        new = {"text": told.address, "area": office.code if office else visit.premises.area}
        _propose(visit, matter, "address", new, told.note)
    elif kind == Hindered.NOT_FOUND:
        _seek(visit, inspection)
    elif kind == Hindered.REFUSED:
        with in_its_language():
            said = "：".join(filter(None, [_("Entry was refused"), told.note]))
        report(visit, inspection, said, rules.REFUSED_ENTRY)


def _ended_at_the_door(visit: Visit, matter: Matter) -> None:
    """Who was there is kept, as of any visit; what was drawn is published though nobody could go in."""
    Inspection.objects.filter(pk=matter.pk).update(officers=people_of(visit.record.content)["officers"])
    inspection = Inspection.objects.select_related("matter").get(pk=matter.pk)
    if publishing.at_the_door(inspection):
        owed = publishing.awaited(inspection)
        perform(flow.PUBLICATION, "await", visit.actor, at=visit.at, about=about(visit, matter), by_field=owed)


def _propose(visit: Visit, matter: Matter, what: str, new: dict[str, str], note: str) -> None:
    propose(visit.premises, what, new, visit.actor, record=visit.record.id, at=visit.at, note=note, matter=matter)


def _seek(visit: Visit, inspection: Inspection) -> None:
    """Not to be found: the first time it opens a matter of its own, then it counts."""
    known = Unreachable.objects.filter(matter__premises=visit.premises, matter__closed=None).first()
    if known is not None:
        perform(known.matter, "seek_again", visit.actor, at=visit.at)
        return
    whom = about(visit, inspection.matter, visit.premises.entity.name)
    perform(flow.UNREACHABLE, "seek", visit.actor, at=visit.at, about=whom, address=visit.premises.address, by_field={
        "inspection": inspection
    })  # fmt: skip


def report(visit: Visit, inspection: Inspection, found: str, of: Any) -> None:
    """Propose an investigation for what was seen; the rule `of` names the article."""
    perform(
        flow.LEAD,
        "report",
        visit.actor,
        at=visit.at,
        about=about(visit, inspection.matter),
        by_field={"inspection": inspection},
        found=found[:4000],
        basis=rules.ground(of, calendar.legal_day(visit.at), visit.trade)[:200],
    )


def note_place(visit: Visit) -> tuple[Matter, list[dict[str, Any]]]:
    """Only that the place is there: a visit to it is to be made."""
    return start(visit, "note_place", seen=_seen(visit)), []


def _seen(visit: Visit) -> str:
    """Sign, licence and place of what the register did not have, in words."""
    told = visit.record.content.unlisted
    if told is None:
        return visit.premises.name
    with in_its_language():
        licensed = _licence(told.licensed)
        return listed([told.name, licensed, *filter(None, [told.where])])[:4000]


def _licence(said: str) -> str:
    licensed = {"yes": _("licensed"), "no": _("no licence"), "not_shown": _("licence not shown")}
    return licensed[said]


def write_down(visit: Visit) -> tuple[Matter, list[dict[str, Any]]]:
    """What the officers saw at a place, in their own words: recorded and signed, without a checklist."""
    content, first = visit.record.content, twice.first_of(visit)
    matter = perform(
        start(visit),
        "note_down",
        visit.actor,
        at=visit.at,
        seen=content.findings,
        started=visit.began,
        ended=visit.at,
        record_id=visit.record.id,
        record_digest=visit.record.digest,
        refused=content.refused is not None,
        by_field={
            **people_of(content),
            "findings": content.findings,
            "statement": content.statement,
            **refusal_of(content),
            "clock_ahead": visit.ahead or None,
            "twice_of": first.matter if first else None,
        },
    )
    return matter, twice.doubts_of(first, [])


def unlicensed(visit: Visit, matter: Matter) -> None:
    """Who was seen to trade without a licence at a place of no file is proposed to be investigated."""
    told = visit.record.content.unlisted
    if told is None or told.licensed != "no":
        return
    with in_its_language():
        found = _("Trades without a licence: %(name)s, %(where)s") % {"name": told.name, "where": told.where or "—"}
    report(visit, Inspection.objects.select_related("matter").get(pk=matter.pk), found, rules.UNLICENSED)


@after_accepting
def hand_over(of: Proposal, actor: Actor, replaced: dict[str, str]) -> None:
    """An accepted new address takes its visits along: to the office that it lies in, or back into this one's plan.

    A visit whose findings are still open goes with them, and with the days that were set.
    """
    if of.what != What.ADDRESS or of.premises is None:
        return
    area = of.premises.area
    with scoped(SYSTEM):
        for matter in _visits_of(of.premises, "away").filter(pk=of.matter_id):
            if area != matter.area:
                perform(matter, "hand_over", prompted_by(actor), area=area)
            else:
                perform(matter, "visit_again", prompted_by(actor), planned_for=rules.visit_again(timezone.now()))
        for matter in _visits_of(of.premises, "rectifying").exclude(area=area):
            findings = list(Matter.objects.filter(parent=matter, kind=flow.RECTIFICATION.kind, closed=None))
            for one in (matter, *findings):
                perform(one, "hand_over", prompted_by(actor), area=area)


@after_accepting
def end_at_closed(of: Proposal, actor: Actor, replaced: dict[str, str]) -> None:
    """Nobody trades there any more: what was planned is cancelled, and what was to be put right no longer applies."""
    if of.what != What.STATUS or of.premises is None or of.premises.status != PremisesStatus.CLOSED:
        return
    with in_its_language():
        why = _("The premises are closed: nobody trades there any more.")
    with scoped(SYSTEM):
        for matter in _visits_of(of.premises, "planned", "away"):
            perform(matter, "cancel", prompted_by(actor), reason=why)
        left = Matter.objects.filter(premises=of.premises, kind=flow.RECTIFICATION.kind, closed=None)
        for finding in left.order_by("pk"):
            perform(finding, "drop", prompted_by(actor), dropped=why)


def _visits_of(premises: Premises, *states: str) -> QuerySet[Matter]:
    rows = Matter.objects.filter(premises=premises, kind=flow.INSPECTION.kind, closed=None, state__in=states)
    return rows.order_by("pk")
