"""The rows that a record's answers become, made alike for a phone's record and for the demo's."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from zhijian.programmes.inspection import decide
from zhijian.programmes.inspection.joining import Sheet
from zhijian.programmes.inspection.models import Answer, ByList, Checklist, Inspection
from zhijian.programmes.inspection.record import Content, Given


def answer_of(inspection: Inspection, given: Given, keys: Container[str], measures: Mapping[str, str]) -> Answer:
    """The row of one answer. `keys` are the numbers of the key items, `measures` what the failed ones led to."""
    return Answer(
        inspection=inspection,
        item=given.item,
        key=given.item in keys,
        answer=given.answer,
        by_section=given.by == "section",
        at=given.at,
        value=given.measured()[:200] if given.readings else given.value[:200],
        unit=given.unit[:12],
        note=given.note,
        safety=given.safety,
        measure=measures.get(given.item, ""),
    )


def by_list(inspection: Inspection, lists: Sequence[Checklist], sheet: Sheet, content: Content) -> list[ByList]:
    """What the visit came to by each of its lists: the result that was signed, else the one of the rules."""
    signed = {one.id: one.result for one in content.outcome.lists} if content.outcome else {}
    ours = decide.judge(sheet, [given.model_dump() for given in content.answers]).lists
    return [
        ByList(
            inspection=inspection,
            checklist=one,
            place=n,
            result=signed.get(one.code) or ours[one.code],
            **_counted(content.answers, sheet.of(one.code)),
        )
        for n, one in enumerate(lists)
    ]


def _counted(answers: Iterable[Given], items: Mapping[str, Mapping[str, object]]) -> dict[str, int]:
    own = [given for given in answers if given.item in items]
    failed = [given for given in own if given.answer == "no"]
    return {
        "items_checked": sum(given.answer != "na" for given in own),
        "failed": len(failed),
        "failed_key": sum(bool(items[given.item]["key"]) for given in failed),
    }


def told_by_list(rows: Iterable[ByList]) -> list[dict[str, str]]:
    """What the public reads of each list, where a visit went by several."""
    told = [{"title": row.checklist.title, "result": row.result} for row in rows]
    return told if len(told) > 1 else []
