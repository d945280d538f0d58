"""What touches more than one matter: a phone's record becomes the inspection and all that follows from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from zhijian.kernel import papers
from zhijian.kernel.accounts.actor import Actor, actor_of, prompted_by
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import files, ledger
from zhijian.kernel.evidence.models import Blob, File
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.registry.models import Premises
from zhijian.kernel.words import listed
from zhijian.programmes.inspection import (
    beside,
    decide,
    detours,
    doubts,
    flow,
    following,
    kinds,
    publishing,
    rules,
    twice,
)
from zhijian.programmes.inspection.amending.acts import amend, take_back_papers
from zhijian.programmes.inspection.beside import on_recorded, paper_facts
from zhijian.programmes.inspection.doubts import sentence as doubt_sentence
from zhijian.programmes.inspection.fair import capping
from zhijian.programmes.inspection.judging import facts_of, fields_of, judge, write_answers
from zhijian.programmes.inspection.models import Inspection, Purpose, Rectification
from zhijian.programmes.inspection.onsite import minutes
from zhijian.programmes.inspection.record import Record, Refused
from zhijian.programmes.inspection.seen import SeenVisit, seen_at
from zhijian.programmes.inspection.visiting import CannotPlace, Visit, about, start, task_of, there

# What gateways and other programmes may ask of inspections.
__all__ = [
    "CannotPlace", "SeenVisit", "Visit", "about", "doubt_sentence", "on_recorded", "paper_facts", "plan_after",
    "record_visit", "seen_at",
]  # fmt: skip

COMPLAINT = Purpose("complaint").value
RECHECKED = ledger.entry_kind(
    "inspection.rechecked", label=_("Re-checked on the spot: {accepted} put right, {back} not yet")
)


def _unsigned(facts: dict[str, Any]) -> str:
    why = facts.get("no_witness")
    said = _t("No witness: {no_witness}") if why else _t("Witness: {witness}")
    return f"{_t('The record of the re-check was not signed: {reason}')} {said}".format_map(ledger.Shown(facts))


OTHER_CHECKLIST = ledger.entry_kind(
    "inspection.other_checklist", label=_("The task asked for the checklist “{asked}”; “{used}” was used")
)
UNSIGNED = ledger.entry_kind(
    "inspection.recheck_unsigned",
    label=_("The record of the re-check was not signed: {reason}"),
    personal=("witness",),
    describe=_unsigned,
)


def plan_after(
    premises: Premises,
    reference: str,
    actor: Actor,
    at: dt.datetime,
    *,
    planned_for: dt.date,
    assignee: int,
    second: int,
) -> Matter:
    """Plan a visit that a complaint or a report calls for. `reference` is its number: it stays on the desk.

    What the enterprise, its code, its papers and the public hear of it is a visit like any other (`kinds.told`), and so
    is its parent: none. Runs as the system, prompted by `actor`. Raises what planning raises.
    """
    with scoped(prompted_by(actor)) as system:
        return perform(
            flow.INSPECTION, "plan", system, at=at,
            about=About(premises.name, premises.area, premises.entity, premises),
            purpose=COMPLAINT, planned_for=planned_for, assignee=assignee, second=second,
            outside=kinds.by_itself(COMPLAINT) or None, outside_reason=reference,
        )  # fmt: skip


def record_visit(
    record: Record, raw: dict[str, Any], sha256: str, device: Device, received: dt.datetime | None = None
) -> Matter:
    """Make of a phone's record all that follows from it, in one transaction; doubts are flagged on the matter.

    Legal days follow the server's clock (the phone's, put right by its error; never later than `received`). Raises
    CannotPlace when the premises are unknown.
    """
    content = record.content
    premises = Premises.objects.select_related("entity").filter(uid=content.premises).first()
    if premises is None:
        raise CannotPlace("unlisted" if content.unlisted else "premises")
    ahead = doubts.clock_ahead(content, received)
    day = calendar.legal_day(content.started - ahead)
    actor = actor_of(device.person, day, device=str(device.uid))
    visit = Visit(record, raw, sha256, device, premises, there(actor, premises.area), ahead)
    flags = [
        *doubts.of_record(record, raw, ahead),
        *doubts.of_device(device, visit.began, visit.at),
        *doubts.of_place(record, premises),
        *doubts.of_officers(record, day),
        *doubts.of_posts(record, premises.area, day),
    ]
    if not actor.can_read(premises.area):
        flags.append(doubts.doubt("outside_area"))
    with scoped(visit.actor):
        matter, more = _make(visit)(visit)
        if content.amends is None:
            detours.unlicensed(visit, matter)
        if record.outside is not None and matter.opened == visit.began:
            capping.say_outside(matter, Inspection.objects.get(pk=matter.pk), visit.actor, visit.began)
        if matter.opened == visit.began and (year := capping.over_cap(matter, day)) and year.tightest:
            flags.append(doubts.doubt("over_cap", n=year.tightest[0], cap=year.tightest[1]))
        _keep_evidence(visit, matter)
        more += _make_papers(visit, matter)
        more += beside.tell(visit, matter, [*flags, *more])
        matter.flags = [*matter.flags, *(one for one in [*flags, *more] if one not in matter.flags)]
        Matter.objects.filter(pk=matter.pk).update(flags=matter.flags)
    return matter


def _make(visit: Visit) -> Callable[[Visit], tuple[Matter, list[dict[str, Any]]]]:
    """What kind of visit it was."""
    content = visit.record.content
    if content.amends is not None:
        return amend
    if content.hindered is not None:
        return detours.hinder
    if content.mode == "note":
        return detours.note_place
    if content.mode == "short":
        return detours.write_down
    return _recheck if content.purpose == "recheck" else _inspect


def _inspect(visit: Visit) -> tuple[Matter, list[dict[str, Any]]]:
    """A first visit: the task's own, or one started at the door."""
    content = visit.record.content
    task = task_of(visit)
    flags = doubts.of_task(task, content.task is not None, visit.actor.hands)
    purpose = task.inspection.purpose if task is not None and task.kind == "inspection" else content.purpose  # type: ignore[attr-defined]
    judged, first = judge(visit, purpose), twice.first_of(visit)
    flags += twice.doubts_of(first, flags)
    to_order = twice.still_to_order(judged, first)
    other: list[dict[str, Any]] = []
    if task is None or task.state != "planned" or task.area != visit.premises.area:
        task = start(visit)
    else:
        asked = Inspection.objects.select_related("checklist").get(pk=task.pk).checklist
        other = doubts.of_other_checklist(asked, judged.lists, calendar.legal_day(visit.began))
    matter = perform(
        task,
        "order" if to_order else "repeat" if first else "finish",
        visit.actor,
        at=visit.at,
        by_field={
            **fields_of(visit, judged),
            "clock_ahead": visit.ahead or None,
            "twice_of": first.matter if first else None,
            **minutes.fields(visit.record, rules.pause_after(visit.at)),
        },
        **facts_of(visit, judged),
    )
    for told_of in other:
        _say_other_checklist(visit, matter, told_of)
    inspection = Inspection.objects.select_related("matter").get(pk=matter.pk)
    write_answers(inspection, judged, content)
    following.order(visit, inspection, judged, to_order)
    if not twice.proposed(first):
        following.propose(visit, inspection, judged)
    if first is None:  # else the first record's result is the one that is published
        owed = publishing.awaited(inspection)
        perform(flow.PUBLICATION, "await", visit.actor, at=visit.at, about=about(visit, matter), by_field=owed)
    matter.refresh_from_db()
    return matter, [*flags, *judged.flags, *other]


def _say_other_checklist(visit: Visit, matter: Matter, flag: dict[str, Any]) -> None:
    """The list is part of what was ordered: that another one was used stays in the ledger when the doubt is settled."""
    ledger.record(
        OTHER_CHECKLIST.code, actor=visit.actor, subject=f"matter:{matter.pk}", matter=matter, at=visit.at,
        data={"asked": flag["asked"], "used": flag["used"], "record": visit.reference},
    )  # fmt: skip


def _recheck(visit: Visit) -> tuple[Matter, list[dict[str, Any]]]:
    """A re-check: each open finding is accepted or sent back on the spot."""
    content = visit.record.content
    flags: list[dict[str, Any]] = []
    found = {
        row.matter.uid: row
        for row in Rectification.objects.select_related("matter", "inspection__matter").filter(
            matter__uid__in=[check.rectification for check in content.rechecks]
        )
    }
    task = task_of(visit) or next((row.inspection.matter for row in found.values()), None)
    if task is None:
        raise CannotPlace("task")
    for check in content.rechecks:
        row = found.get(check.rectification)
        if row is None or row.matter.closed is not None:
            flags.append(doubts.doubt("finding_settled"))
        elif check.accepted:
            perform(row.matter, "accept", visit.actor, at=visit.at, on_site=True, review_note=check.note[:1000])
        else:
            if content.deadline is not None and content.deadline < row.deadline:
                flags.append(doubts.doubt("deadline_kept", item=row.item, day=row.deadline.isoformat()))
            perform(
                row.matter, "send_back", visit.actor, at=visit.at, on_site=True, return_reason=check.note or "-" * 2,
                deadline=_new_day(row.deadline, content.deadline),
            )  # fmt: skip
    task.refresh_from_db()
    Inspection.objects.filter(pk=task.pk).update(hindered="")  # somebody was there: no new day is waited for
    accepted = sum(check.accepted for check in content.rechecks)
    ledger.record(
        RECHECKED.code, actor=visit.actor, subject=f"matter:{task.pk}", matter=task, at=visit.at,
        data={"accepted": accepted, "back": len(content.rechecks) - accepted, "record": visit.reference},
    )  # fmt: skip
    if content.refused is not None:
        _say_refusal(visit, task, content.refused)
    return task, flags


def _say_refusal(visit: Visit, task: Matter, refused: Refused) -> None:
    """The record of a re-check was not signed: the visit's own page tells why, and who witnessed it."""
    personal = {"witness": refused.witness} if refused.witness else {}
    ledger.record(
        UNSIGNED.code, actor=visit.actor, subject=f"matter:{task.pk}", matter=task, at=visit.at,
        data={"reason": refused.reason, "no_witness": refused.no_witness, "record": visit.reference}, personal=personal,
    )  # fmt: skip


def _new_day(running: dt.date, told: dt.date | None) -> dt.date | None:
    """The day for what is sent back; None leaves the one that runs. Time that was granted is never shortened."""
    if told is not None:
        return told if told >= running else None
    return decide.default_deadline(timezone.now()) if running < calendar.today() else None


def _keep_evidence(visit: Visit, matter: Matter) -> None:
    """Photos and voice notes are expected by fingerprint until their bytes arrive."""
    content = visit.record.content
    taken_by = listed(officer.name for officer in content.inspectors)
    photos = [files.Expected(p.sha256, p.taken, p.item or "", p.lat, p.lon, p.accuracy, p.of) for p in content.photos]
    photos += [
        files.Expected(v.sha256, v.taken, v.item or "", v.lat, v.lon, v.accuracy, kind=str(File.Kind.VOICE))
        for v in content.voices
    ]
    files.expect(matter, photos, actor=visit.actor, caption=taken_by)
    _hang_on(visit, matter)


def _hang_on(visit: Visit, matter: Matter) -> None:
    """Originals that came with it: the form of another client, and signatures that are pictures."""
    record = visit.record
    told, signers = {one.sha256: one for one in record.files}, {one.image: one.name for one in record.signatures}
    for blob in Blob.objects.filter(pk__in=told):
        one, caption = told[blob.pk], signers.get(blob.pk, "")[:200]
        files.attach(matter, blob, actor=visit.actor, kind=one.kind, name=one.name, caption=caption)


def _make_papers(visit: Visit, matter: Matter) -> list[dict[str, Any]]:
    """The papers that were handed over, from the same JSON, with the numbers and the times that stood on them."""
    flags = []
    printed = visit.record.content.laid if visit.ahead else None
    before = take_back_papers(visit, matter)
    for reference in visit.record.content.papers:
        if reference.kind in beside.others_papers():
            continue
        old = before.pop(reference.kind, None)
        try:
            papers.make_from_record(
                reference.kind, matter, visit.record, reference, visit.actor, visit.at, printed, replaces=old
            )
        except papers.NumberForeign:
            flags.append(doubts.doubt("number_foreign", number=reference.number))
    return flags
