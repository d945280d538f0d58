"""Visits that another system recorded, out of an imported file: closed inspections with their published results.

The ledger says what happened here: that they were taken over, when, and from which source; no visit of ours.
Known by the source's id: the same file again changes nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.perform import About
from zhijian.kernel.matters.planting import BATCH, Planter
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.import_.hooks import RecordRow, register_record_importer
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection import flow, stories
from zhijian.programmes.inspection.checklists import load_shipped
from zhijian.programmes.inspection.models import Answer, ByList, Checklist, Inspection

VISIT = ledger.entry_kind("inspection.taken_over", label=_("Taken over from {source} {id}: visited on {visited}"))
RESULT = ledger.entry_kind("publication.taken_over", label=_("Taken over as published on {published}"))
RESULTS = {"pass": "compliant", "conditions": "basically_compliant", "fail": "non_compliant"}  # of `Result`
KEPT = ("id", "type", "serious", "minor", "inspector_group", "risk")
ROWS = 1000  # premises looked up at a time


def take_records(rows: Iterator[RecordRow], source: str) -> dict[str, int]:
    """Plant a closed inspection for each record whose id is not known yet; see `register_record_importer`."""
    counts = {"new": 0, "same": 0}
    planter = Planter()
    with scoped(SYSTEM):
        load_shipped()
        checklists = list(Checklist.objects.order_by("code", "version"))
        known = set(Inspection.objects.filter(imported__source=source).values_list("imported__id", flat=True))
        while chunk := list(islice(rows, ROWS)):
            premises = Premises.objects.select_related("entity").in_bulk({r["premises_id"] for r in chunk} - {None})
            for row in chunk:
                place, key = premises.get(row["premises_id"] or 0), row["data"]["id"]
                if place is None or key in known:
                    counts["same"] += key in known
                    continue
                known.add(key)
                counts["new"] += 1
                _plant(planter, place, row["data"], source, checklists)
                planter.flush(BATCH)
        planter.flush()
    return counts


def _plant(
    planter: Planter, premises: Premises, data: dict[str, Any], source: str, checklists: list[Checklist]
) -> None:
    day = dt.date.fromisoformat(data["date"])
    checklist = _checklist(checklists, premises, day)
    items = checklist.items if checklist else {}
    failed = _codes(data.get("codes"))
    keys = {no for no in failed if items.get(no, {}).get("key")}
    at = calendar.start_of(day)
    about = About(premises.name, premises.area or stack().setting("city"), premises.entity, premises)
    visit = planter.take_over(
        flow.INSPECTION,
        "closed",
        VISIT.code,
        about=about,
        day=day,
        data={"source": source, "id": data["id"], "visited": data["date"], "result": RESULTS[data["result"]]},
        started=at,
        ended=at,
        result=RESULTS[data["result"]],
        items_checked=len(items),
        failed=len(failed),
        failed_key=int(data.get("critical") or len(keys)),
        imported={"source": source} | {name: data[name] for name in KEPT if data.get(name)},
    )
    if checklist is not None:
        came_to = {name: getattr(visit.record, name) for name in ("result", "items_checked", "failed", "failed_key")}
        planter.also(ByList(inspection=visit.record, checklist=checklist, **came_to))
    planter.also(*(Answer(inspection=visit.record, item=no, key=no in keys, answer="no", at=at) for no in failed))
    planter.take_over(
        flow.PUBLICATION,
        "published",
        RESULT.code,
        about=About(about.title, about.area, about.entity, premises, visit.matter),
        day=day,
        data={"source": source, "published": data["date"]},
        inspection=visit.record,
        published_on=day,
    )
    planter.also(stories.published(visit, premises, items, failed, day))


def _codes(told: str | None) -> list[str]:
    """The codes of what did not comply: a mapping's list comes as JSON."""
    return [str(code)[:20] for code in json.loads(told)] if told else []


def _checklist(checklists: list[Checklist], premises: Premises, day: dt.date) -> Checklist | None:
    """The list for the trade in its version of that day."""
    return next(
        (
            one
            for one in checklists
            if premises.trade in one.applies and one.since <= day and (one.until is None or day <= one.until)
        ),
        None,
    )


register_record_importer("inspection", take_records)
