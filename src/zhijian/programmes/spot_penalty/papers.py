"""The papers of a penalty: the decision (form 44), made of what was signed on the phone, and its withdrawal.

The phone shows the same facts from the same JSON (`web/field/src/penalty.ts`); `tests/fixtures/spot_decision.json`
holds both sides to it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from zhijian.kernel.accounts.models import Person
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.kernel.papers.making import data_source
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection.actions import paper_facts
from zhijian.programmes.spot_penalty.models import SpotPenalty
from zhijian.programmes.spot_penalty.told import Told, read
from zhijian.programmes.spot_penalty.wording import words_of

DECISION, WITHDRAWAL = "spot_decision", "spot_withdrawal"


def decision_facts(told: Told) -> dict[str, Any]:
    """What the decision says beside the facts of the visit. Amounts are whole yuan, as text and in capital figures."""
    return {
        "item": told.item,
        "facts": told.facts,
        "ordered": told.ordered,
        "violated": told.violated,
        "basis": told.basis,
        "warning": told.warning,
        "fine": str(told.fine) if told.fine else "",
        "fine_words": words_of(told.fine) if told.fine else "",
        "told": told.told,
        "statement": told.statement,
        "heard": told.heard.value,
        "answer": told.answer,
        "payment": told.payment.value,
        "cash_ground": told.cash_ground,
        "receipt": told.receipt,
        "days": str(told.days) if told.days is not None else "",
        "pay_at": told.at,
    }


@data_source(DECISION)
def decision(matter: Matter, record: Any, facts: Any, at: dt.datetime) -> dict[str, Any]:
    """The decision that was handed over (当场行政处罚决定书)."""
    told = read(record.content.penalty)
    assert told is not None
    premises = Premises.objects.select_related("entity").get(uid=record.content.premises)
    return {**paper_facts(record, premises), **decision_facts(told)}


@data_source(WITHDRAWAL)
def withdrawal(matter: Matter, record: SpotPenalty, facts: Any, at: dt.datetime) -> dict[str, Any]:
    """That the decision is taken back, and why; what was paid is owed back."""
    of = Paper.objects.filter(matter=matter, kind=DECISION).order_by("pk").last()
    entity, premises, organ = matter.entity, matter.premises, stack().organ(matter.area)
    refund = int(record.refund) if record.refund == int(record.refund) else record.refund
    return {
        "organ": organ.name,
        "party": {
            "name": entity.name if entity else matter.title,
            "code": entity.code if entity else "",
            "address": premises.address if premises else "",
        },
        "decision": {"number": of.number if of else "", "day": calendar.legal_day(matter.opened).isoformat()},
        "reason": record.reason,
        "refund": str(refund) if refund else "",
        "phone": organ.phone,
    }


def officers_of(record: SpotPenalty) -> list[Person]:
    """The officers who decided, as far as they are known by their certificates."""
    numbers = [one["certificate_no"] for one in record.officers if one["certificate_no"]]
    known = {one.certificate_no: one for one in Person.objects.filter(certificate_no__in=numbers)}
    return [known[no] for no in numbers if no in known]
