"""A visit's record decides a penalty: what that touches; and what a case programme takes over of one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zhijian.kernel import papers
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.serving import on_site
from zhijian.programmes.inspection.actions import Visit, about
from zhijian.programmes.spot_penalty import doubts, flow, law, rules, wording
from zhijian.programmes.spot_penalty.models import SpotPenalty
from zhijian.programmes.spot_penalty.papers import DECISION
from zhijian.programmes.spot_penalty.told import Told, read

Flags = list[dict[str, Any]]


def decide_at_visit(visit: Visit, parent: Matter, flags: Flags) -> Flags:
    """Make of a visit's record the penalty that it decides: a child of the visit, its paper, its service, its doubts.

    A fact from the field is never refused: what the law says against it is a doubt on the penalty's own page, and the
    visit says that there are some.
    """
    told = read(visit.record.content.penalty)
    if visit.record.content.amends is not None and _stands(parent, visit.record.content.amends.reason):
        return []
    if told is None:
        return []
    day = calendar.legal_day(visit.at)
    matter = _decide(visit, parent, told, day)
    found = [*doubts.of_decision(told, visit, day), *doubts.of_procedure(told, visit, day), *doubts.of_visit(flags)]
    found += _hand_over(visit, matter)
    matter.refresh_from_db()
    matter.flags = found
    Matter.objects.filter(pk=matter.pk).update(flags=found)
    return [doubts.doubt("penalty_doubted", n=len(found))] if found else []


def _stands(parent: Matter, reason: str) -> bool:
    """Whether the visit decided a penalty before its record was amended: it was handed over and stands, the head looks.

    Only a withdrawal takes a decision back (Penalty Law art. 75); no new version of a record does.
    """
    rows = list(Matter.objects.filter(parent=parent, kind=flow.SPOT_PENALTY.kind, spot_penalty__reason=""))
    for matter in rows:
        matter.flags = [*matter.flags, doubts.doubt("record_amended", reason=reason[:300])]
        Matter.objects.filter(pk=matter.pk).update(flags=matter.flags)
    return bool(rows)


def _decide(visit: Visit, parent: Matter, told: Told, day: dt.date) -> Matter:
    content, kind, limits = visit.record.content, visit.premises.entity.kind, rules.limits(day)
    matter = perform(
        flow.SPOT_PENALTY,
        "decide" if told.fine else "warn",
        visit.actor,
        at=visit.at,
        about=about(visit, parent, wording.title(told.item, told.facts)),
        by_field={
            "side": law.side_of(kind, limits.as_citizen if limits else ()).value,
            "most": law.most_for(kind, limits) if limits else None,
            "told": told.told,
            "statement": told.statement,
            "heard": told.heard.value,
            "answer": told.answer,
            "payment": told.payment.value if told.fine else law.Payment.NONE.value,
            "cash_ground": told.cash_ground if told.cash else "",
            "receipt": told.receipt,
            "pay_at": told.at,
            "officers": [{"name": one.name, "certificate_no": one.certificate_no} for one in content.inspectors],
            "record_id": visit.record.id,
            "record_digest": visit.record.digest,
        },
        decided=wording.decided(told.warning, told.fine),
        item=told.item,
        found=told.facts,
        violated=told.violated,
        basis=told.basis,
        warning=told.warning,
        fine=told.fine,
    )
    others = [one.id for one in content.inspectors if one.id != visit.device.person_id]
    known = Person.objects.filter(pk__in=others).values_list("pk", flat=True)
    people = {"assignee": visit.device.person_id, "second": next(iter(known), None)}
    Matter.objects.filter(pk=matter.pk).update(**people)
    matter.refresh_from_db()
    return matter


def _hand_over(visit: Visit, matter: Matter) -> Flags:
    """The decision under the number that stood on it, and its service where the signatures prove one."""
    record, content = visit.record, visit.record.content
    reference = next((one for one in content.papers if one.kind == DECISION), None)
    if reference is None:
        return [doubts.doubt("no_paper"), doubts.doubt("not_served")]
    flags: Flags = []
    printed = content.ended if visit.ahead else None
    try:
        papers.make_from_record(DECISION, matter, record, reference, visit.actor, visit.at, printed)
    except papers.NumberForeign:
        flags.append(doubts.doubt("penalty_number"))
    paper = Paper.objects.select_related("matter").get(matter=matter, kind=DECISION)
    Matter.objects.filter(pk=matter.pk).update(number=paper.number)
    signed = [one.id for one in content.inspectors]
    officers = sorted(Person.objects.filter(pk__in=signed), key=lambda one: signed.index(one.pk))
    served = on_site.handed_over(
        paper, visit.at, officers, visit.actor,
        receiver=content.present.name if content.present else "",
        relation=content.present.role if content.present else "",
        witness=content.refused.witness if content.refused else "",
        place=visit.premises.address,
    )  # fmt: skip
    return flags if served is not None else [*flags, doubts.doubt("not_served")]


@dataclass(frozen=True)
class TakenOver:
    """What a case programme takes over of a penalty that was decided on the spot, as of a day.

    For whoever keeps the bureau's cases: the decision is one more closed or running case of the simple procedure (简易
    程序); where it was withdrawn, its facts are the clue of a case. Amounts are yuan. `paper` is the decision as it was
    signed, `record` the phone's record that both sides signed, `files` the visit's pictures by fingerprint.
    """

    matter: str
    number: str
    visit: str
    entity: str
    area: str
    state: str
    decided_on: dt.date
    officers: list[dict[str, str]]
    facts: str
    violated: str
    basis: str
    warning: bool
    fine: Decimal
    additional: Decimal
    statement: str
    heard: str
    answer: str
    served_on: dt.date | None
    pay_by: dt.date | None
    paid_on: dt.date | None
    handed_on: dt.date | None
    filed_on: dt.date | None
    withdrawn: str
    refund: Decimal
    paper: str
    record: str
    digest: str
    files: list[str]


def taken_over(matter: Matter, day: dt.date | None = None) -> TakenOver:
    """Everything that a case programme needs of one penalty, in the caller's scope; additional fine as of `day`."""
    of = SpotPenalty.objects.select_related("matter__parent", "matter__entity").get(pk=matter.pk)
    row, paper = of.matter, Paper.objects.filter(matter=matter.pk, kind=DECISION).order_by("pk").last()
    pictures = File.objects.filter(matter=row.parent_id, expected__gt="").order_by("pk")
    return TakenOver(
        matter=str(row.uid),
        number=row.number,
        visit=str(row.parent.uid) if row.parent else "",
        entity=str(row.entity.uid) if row.entity else "",
        area=row.area,
        state=row.state,
        decided_on=calendar.legal_day(row.opened),
        officers=list(of.officers),
        facts=of.found,
        violated=of.violated,
        basis=of.basis,
        warning=of.warning,
        fine=of.fine,
        additional=of.additional_on(day or calendar.today()),
        statement=of.statement,
        heard=of.heard,
        answer=of.answer,
        served_on=of.served_on,
        pay_by=of.pay_by,
        paid_on=of.paid_on,
        handed_on=of.handed_on,
        filed_on=of.filed_on,
        withdrawn=of.reason,
        refund=of.refund,
        paper=str(paper.uid) if paper else "",
        record=str(of.record_id),
        digest=of.record_digest,
        files=list(pictures.values_list("expected", flat=True)),
    )
