"""What follows from the findings of a visit: each is ordered to be put right, or proposed to be investigated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.inspection import decide, flow
from zhijian.programmes.inspection.judging import Judged
from zhijian.programmes.inspection.models import Inspection
from zhijian.programmes.inspection.record import Given
from zhijian.programmes.inspection.visiting import Visit, about
from zhijian.programmes.inspection.wording import found_of, title_of


def said(judged: Judged, given: Given) -> dict[str, Any]:
    """What was found at an item and what must be done, as its order tells it."""
    item = judged.sheet.items.get(given.item, {})
    return {"found": found_of(item, given), "required": item.get("fix") or item.get("text", given.item)}


def order(visit: Visit, inspection: Inspection, judged: Judged, findings: Sequence[Given]) -> None:
    """One finding, one child matter: each is answered, extended, accepted by itself."""
    deadline = visit.record.content.deadline or decide.default_deadline(visit.at)
    for given in findings:
        title = title_of(judged.sheet.items.get(given.item, {}), given)
        perform(
            flow.RECTIFICATION,
            "order",
            visit.actor,
            at=visit.at,
            about=about(visit, inspection.matter, title),
            by_field={"inspection": inspection},
            item=given.item[:20],
            deadline=deadline,
            **said(judged, given),
        )
    if findings:
        rows = Matter.objects.filter(parent=inspection.matter, kind=flow.RECTIFICATION.kind, closed=None)
        rows.update(assignee=inspection.matter.assignee_id, second=inspection.matter.second_id)


def grave(judged: Judged) -> dict[str, Any]:
    """What is proposed to be investigated, as the proposal tells it; empty where nothing is."""
    findings, items = judged.of("investigate"), judged.sheet.items
    if not findings:
        return {}
    return {
        "items": [given.item for given in findings],
        "found": "\n".join(title_of(items.get(given.item, {}), given) for given in findings),
        "basis": "；".join(dict.fromkeys(items.get(given.item, {}).get("basis", "") for given in findings))[:200],
    }


def propose(visit: Visit, inspection: Inspection, judged: Judged) -> None:
    """A failed key item proposes an investigation, not a date (Order 49, article 32)."""
    if told := grave(judged):
        with_visit = {"inspection": inspection}
        perform(
            flow.LEAD, "propose", visit.actor, at=visit.at, about=about(visit, inspection.matter), by_field=with_visit,
            **told,
        )  # fmt: skip
