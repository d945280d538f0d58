"""A new version of a record takes the place of the one that was sent: answers, findings, proposal, result and papers.

What happened because of the first version stays: the ledger, the void papers, the rows of `EarlierVersion`. What was
settled meanwhile is not touched, and a person is told (`docs/conflicts.md`).
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhijian.kernel import papers
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.packs import in_its_language
from zhijian.kernel.papers.models import Paper
from zhijian.programmes.inspection import doubts, following, publishing, rules
from zhijian.programmes.inspection.amending.models import EarlierVersion
from zhijian.programmes.inspection.judging import Judged, facts_of, fields_of, judge, write_answers
from zhijian.programmes.inspection.models import (
    Answer,
    ByList,
    Inspection,
    Lead,
    Publication,
    PublishedResult,
    Rectification,
)
from zhijian.programmes.inspection.record import Content
from zhijian.programmes.inspection.visiting import CannotPlace, Visit, people_of, refusal_of
from zhijian.programmes.inspection.wording import title_of

Flags = list[dict[str, Any]]
OPEN = ("rectifying", "closed")
JUDGED_ANEW = {
    "incomplete", "outcome_differs", "product_code", "checklist_replaced", "checklist_unknown", "no_witness",
    "marked_alone", "files_missing", "digest_wrong",
}  # fmt: skip
"""Doubts about the text of a record: those of the earlier version are over with it."""


def amend(visit: Visit) -> tuple[Matter, Flags]:
    """Take in a new version. Raises CannotPlace where the visit that it amends is not here, or cannot be amended."""
    content = visit.record.content
    inspection, flags = _amended(content, visit)
    earlier = _keep(inspection, visit)
    _settle_flags(inspection.matter, earlier.record_digest)
    common: dict[str, Any] = {"at": visit.at, "n": earlier.n, "reason": earlier.reason}
    # The visit's times stay as they were put right back then: the phone's clock may have another error by now.
    times: dict[str, Any] = {"started": inspection.started, "ended": inspection.ended}
    if content.mode == "short":
        facts: dict[str, Any] = {
            "seen": content.findings, **times, "record_id": visit.record.id,
            "record_digest": visit.record.digest, "refused": content.refused is not None,
        }  # fmt: skip
        said = {"findings": content.findings, "statement": content.statement, **refusal_of(content)}
        fields = {**people_of(content), **said}
        return perform(inspection.matter, "amend_note", visit.actor, by_field=fields, **common, **facts), flags
    judged = judge(visit, inspection.purpose)
    # Before the step: whoever hears of it looks at the answers as they are from now on.
    for rows in (inspection.answers, inspection.lists, inspection.matter.products):  # type: ignore[attr-defined]
        rows.all().delete()
    write_answers(inspection, judged, content)
    matter = perform(
        inspection.matter,
        "amend_order" if _left(inspection, judged) else "amend",
        visit.actor,
        by_field=fields_of(visit, judged),
        **common,
        **{**facts_of(visit, judged), **times},
    )
    inspection = Inspection.objects.select_related("matter").get(pk=matter.pk)
    flags += [*judged.flags, *_findings(visit, inspection, judged), *_proposal(visit, inspection, judged)]
    publishing.renew(inspection)
    _publish_anew(visit, inspection)
    matter.refresh_from_db()
    return matter, flags


def _amended(content: Content, visit: Visit) -> tuple[Inspection, Flags]:
    """The visit whose record is amended, locked, and the doubts about who amends it, when, and which version."""
    told = content.amends
    assert told is not None
    rows = Inspection.objects.select_for_update(of=("self",)).select_related("matter")
    found = rows.filter(record_id=told.record).first()
    twice = found is None
    if twice:
        found = rows.filter(pk__in=EarlierVersion.objects.filter(record_id=told.record).values("inspection")).first()
    whole = content.hindered is None and content.mode in ("full", "short") and not content.rechecks
    if found is None or not whole or found.matter.premises_id != visit.premises.pk or found.matter.state not in OPEN:
        raise CannotPlace("amends")
    if (content.mode == "short") != (not found.result):
        raise CannotPlace("amends")  # what was seen without a checklist does not become a check
    flags = [doubts.doubt("amended_twice")] if twice else []
    named = {one["certificate_no"] or one["name"] for one in found.officers}
    sender: Person = visit.device.person
    if not {sender.certificate_no, sender.name} & named:
        flags.append(doubts.doubt("amended_by_others", name=sender.name))
    days = (calendar.legal_day(visit.at) - calendar.legal_day(visit.began)).days
    if (most := rules.amend_within(visit.began)) is not None and days > most:
        flags.append(doubts.doubt("amended_late", days=days, most=most))
    return found, flags


def _publish_anew(visit: Visit, inspection: Inspection) -> None:
    """What was published is published anew by whoever publishes; until then the page says that it was amended."""
    shown = PublishedResult.objects.filter(matter_uid=inspection.matter.uid)
    if not shown.update(amended_on=calendar.legal_day(visit.at), awaits=True):
        return
    for owed in Publication.objects.filter(inspection=inspection, matter__state="published").select_related("matter"):
        perform(owed.matter, "renew", visit.actor, at=visit.at)


def _keep(inspection: Inspection, visit: Visit) -> EarlierVersion:
    """What the version in force said, before it changes."""
    told = visit.record.content.amends
    assert told is not None and inspection.record_id is not None
    return EarlierVersion.objects.create(
        inspection=inspection,
        n=inspection.earlier.count() + 1,  # type: ignore[attr-defined]
        record_id=inspection.record_id,
        record_digest=inspection.record_digest,
        told={**told_now(inspection), "photos": _photos(inspection), "photos_next": _photos_in(visit.record.content)},
        amended_at=visit.at,
        amended_by=visit.actor.label,
        amended_by_name=visit.actor.name[:60],
        reason=told.reason,
    )


def _photos_in(content: Content) -> dict[str, str]:
    """The photos that a version names: digest and item. What another version no longer names stays in the file."""
    return {one.sha256: one.item or "" for one in content.photos}


def _photos(inspection: Inspection) -> dict[str, str]:
    """The same of the version in force: as it named them when it amended another, else as they came with the visit."""
    last = inspection.earlier.order_by("-n").first()  # type: ignore[attr-defined]
    if last is not None and "photos_next" in last.told:
        return dict(last.told["photos_next"])
    rows = File.objects.filter(matter=inspection.pk, kind=File.Kind.PHOTO).exclude(expected="")
    return dict(rows.order_by("pk").values_list("expected", "item"))


def told_now(inspection: Inspection) -> dict[str, Any]:
    """What the version in force says: everything that another version may say otherwise."""
    names = ("present_name", "present_role", "findings", "statement", "refused_reason", "witness", "no_witness")
    rows = Answer.objects.filter(inspection=inspection).order_by("pk")
    return {
        "result": inspection.result,
        **{name: getattr(inspection, name) for name in names},
        "lists": [[one.checklist.code, one.checklist.version] for one in ByList.objects.filter(inspection=inspection)],
        "answers": {
            one.item: {"answer": one.answer, "value": f"{one.value} {one.unit}".strip(), "note": one.note,
                       "measure": one.measure}
            for one in rows
        },
    }  # fmt: skip


def _settle_flags(matter: Matter, digest: str) -> None:
    """Doubts about the text and the signatures of the version that is over are over with it."""
    matter.flags = [
        one for one in matter.flags if one["code"] not in JUDGED_ANEW and one.get("signed") != digest
    ]  # fmt: skip
    Matter.objects.filter(pk=matter.pk).update(flags=matter.flags)


def _standing(inspection: Inspection) -> list[Rectification]:
    """The findings that no earlier amendment struck out."""
    rows = Rectification.objects.filter(inspection=inspection).exclude(matter__state="retracted")
    return list(rows.select_related("matter").order_by("pk"))


def _left(inspection: Inspection, judged: Judged) -> bool:
    """Whether something is to be put right after it: what is new, or is not settled yet."""
    settled = {row.item for row in _standing(inspection) if row.matter.closed is not None}
    return any(given.item[:20] not in settled for given in judged.of("rectify"))


def _findings(visit: Visit, inspection: Inspection, judged: Judged) -> Flags:
    """Findings that stay are reworded, what is no finding any more is struck out, what is new is ordered."""
    flags: Flags = []
    wanted = {given.item[:20]: given for given in judged.of("rectify")}
    for row in _standing(inspection):
        given = wanted.pop(row.item, None)
        if row.matter.closed is not None:
            if given is None and row.matter.state == "accepted":
                flags.append(doubts.doubt("finding_settled"))
        elif given is None:
            perform(row.matter, "retract", visit.actor, at=visit.at, dropped=_why(visit))
        else:
            flags += _reword(
                visit, row, following.said(judged, given), title_of(judged.sheet.items.get(given.item, {}), given)
            )
    following.order(visit, inspection, judged, list(wanted.values()))
    return flags


def _reword(visit: Visit, row: Rectification, said: dict[str, Any], title: str) -> Flags:
    """Time that was given is never shortened by an amendment."""
    day = visit.record.content.deadline or row.deadline
    flags: Flags = []
    if day < row.deadline:
        flags, day = [doubts.doubt("deadline_kept", item=row.item, day=row.deadline.isoformat())], row.deadline
    if day == row.deadline and said == {"found": row.found, "required": row.required}:
        return flags
    perform(row.matter, "amend", visit.actor, at=visit.at, deadline=day, **said)
    Matter.objects.filter(pk=row.matter.pk).update(title=title[:200])
    return flags


def _proposal(visit: Visit, inspection: Inspection, judged: Judged) -> Flags:
    """The proposal to investigate says what the new version says, as long as nobody works on it."""
    told = following.grave(judged)
    rows = Lead.objects.filter(inspection=inspection).exclude(matter__state="retracted").exclude(items=[])
    lead = rows.select_related("matter").order_by("-pk").first()
    if lead is None:
        following.propose(visit, inspection, judged)
    elif told == {"items": lead.items, "found": lead.found, "basis": lead.basis}:
        pass
    elif lead.matter.state != "proposed":
        return [doubts.doubt("lead_at_work")]
    elif told:
        perform(lead.matter, "amend", visit.actor, at=visit.at, **told)
    else:
        perform(lead.matter, "retract", visit.actor, at=visit.at, reason=_why(visit))
    return []


def _why(visit: Visit) -> str:
    """The reason as papers and the ledger keep it, in the place's language."""
    told = visit.record.content.amends
    assert told is not None
    with in_its_language():
        return _("Record amended: %(reason)s") % {"reason": told.reason}


def take_back_papers(visit: Visit, matter: Matter) -> dict[str, Paper]:
    """Declare the papers of the version before void, as those of the new one come; returns them by kind."""
    if visit.record.content.amends is None:
        return {}
    before = EarlierVersion.objects.filter(inspection=matter.pk).latest("n")
    rows = Paper.objects.filter(matter=matter, state=Paper.State.ISSUED, signed_digest=before.record_digest)
    taken = {one.kind: papers.void(one, _why(visit)[:300], visit.actor) for one in rows.select_related("matter")}
    Paper.objects.filter(pk__in=[one.pk for one in taken.values()]).update(superseded=True)
    return taken
