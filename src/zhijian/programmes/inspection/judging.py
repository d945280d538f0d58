"""What the answers of a record come to, and the columns of the visit that follow: first and later versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zhijian.kernel.clock import calendar
from zhijian.programmes.inspection import decide, doubts, kinds
from zhijian.programmes.inspection.found import answer_of, by_list
from zhijian.programmes.inspection.joining import Sheet, join
from zhijian.programmes.inspection.models import Answer, ByList, Checklist, Inspection, SeenProduct
from zhijian.programmes.inspection.onsite import products
from zhijian.programmes.inspection.record import Content, Given
from zhijian.programmes.inspection.visiting import Visit, checklists_of, people_of, refusal_of
from zhijian.programmes.inspection.wording import findings_of

Flags = list[dict[str, Any]]


@dataclass(frozen=True)
class Judged:
    """The lists that it went by, as one; the result and the measures that were signed, else those of the rules."""

    lists: Sequence[Checklist]
    sheet: Sheet
    result: str
    measures: dict[str, str]
    failed: list[Given]
    keys: set[str]
    flags: Flags

    def of(self, measure: str) -> list[Given]:
        """The failed items that led to it."""
        return [given for given in self.failed if self.measures.get(given.item) == measure]


def judge(visit: Visit, purpose: str) -> Judged:
    """Judge the answers by the rules; where the phone came to something else, what was signed holds, with a doubt."""
    content = visit.record.content
    lists = checklists_of(content)
    sheet = join([one.data for one in lists])
    day = calendar.legal_day(visit.began)
    flags = [doubts.doubt("product_code", digits=code) for code in products.mistyped(content)]
    flags += doubts.of_checklists(visit.record, lists, sheet, day, kinds.of(purpose, day).scope != "asked")
    ours = decide.judge(sheet, [a.model_dump() for a in content.answers])
    result, measures, by_lists = ours.result, ours.measures, ours.lists
    if (told := content.outcome) is not None:
        result, measures = told.result, {i.item: i.measure for i in told.items}
        by_lists = {one.id: one.result for one in told.lists}
    if (result, measures, by_lists) != (ours.result, ours.measures, ours.lists):
        flags.append(doubts.doubt("outcome_differs", ours=ours.result))
    failed = [given for given in content.answers if given.answer == "no"]
    keys = {no for no, item in sheet.items.items() if item["key"]}
    return Judged(lists, sheet, result, measures, failed, keys, flags)


def facts_of(visit: Visit, judged: Judged) -> dict[str, Any]:
    """What the step is told (`facts.Recorded`)."""
    content = visit.record.content
    return {
        "result": judged.result,
        "failed": len(judged.failed),
        "failed_key": sum(given.item in judged.keys for given in judged.failed),
        "items_checked": sum(given.answer != "na" for given in content.answers),
        "started": visit.began,
        "ended": visit.ended,
        "record_id": visit.record.id,
        "record_digest": visit.record.digest,
        "refused": content.refused is not None,
    }


def fields_of(visit: Visit, judged: Judged) -> dict[str, Any]:
    """The visit's columns that no step tells: who was there, what was seen and said."""
    content = visit.record.content
    return {
        **people_of(content),
        "findings": findings_of(content, judged.sheet.items.values()),
        "statement": content.statement,
        **refusal_of(content),
    }


def write_answers(inspection: Inspection, judged: Judged, content: Content) -> None:
    """The rows of the answers, of the lists, and of the products that were looked at."""
    ByList.objects.bulk_create(by_list(inspection, judged.lists, judged.sheet, content))
    Answer.objects.bulk_create(answer_of(inspection, one, judged.keys, judged.measures) for one in content.answers)
    SeenProduct.objects.bulk_create(products.rows_of(inspection.matter, content))
