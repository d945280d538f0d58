"""What inspections owe to other platforms, and what they take: the task that gets an inspection code, the result.

Which platform wants which of these, in which columns and by when, stands in the pack (`exchange/*.toml`).
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.clock import calendar
from zhijian.kernel.exchange import PLATFORM, Attachment, Unfit, owes, takes
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.kernel.papers import render
from zhijian.kernel.papers.models import Paper
from zhijian.programmes.inspection import kinds
from zhijian.programmes.inspection.checklists import applicable
from zhijian.programmes.inspection.flow import INSPECTION, PUBLICATION, RECTIFICATION
from zhijian.programmes.inspection.models import Answer, Inspection, Publication, Rectification
from zhijian.programmes.inspection.record import Given
from zhijian.programmes.inspection.wording import found_of

Row = dict[str, Any]
COMMON = {
    "entity_code": gettext_lazy("Code of the enterprise"),
    "entity_name": gettext_lazy("Name of the enterprise"),
    "address": gettext_lazy("Address of the premises"),
    "organ": gettext_lazy("Office that inspects"),
    "officers": gettext_lazy("Officers"),
    "certificates": gettext_lazy("Numbers of their certificates"),
    "purpose": gettext_lazy("Purpose"),
    "check_code": gettext_lazy("Inspection code"),
}
VISITED = {
    "visited_at": gettext_lazy("When the visit ended"),
    "result": gettext_lazy("Result"),
    "items_checked": gettext_lazy("Items checked"),
    "failed": gettext_lazy("Items that did not comply"),
    "failed_items": gettext_lazy("Which items did not comply"),
    "putting_right": gettext_lazy("Whether it is put right (none, open, done)"),
}


def _common(visit: Inspection) -> Row:
    """Whom it is about, who inspects."""
    matter = visit.matter
    place, entity = matter.premises, matter.entity
    # Whoever holds the matter today may not have been there.
    planned = [one for one in (matter.assignee, matter.second) if one is not None]
    officers = visit.officers or [{"name": one.name, "certificate_no": one.certificate_no} for one in planned]
    return {
        "entity_code": entity.code if entity else "",
        "entity_name": entity.name if entity else matter.title,
        "address": place.address if place else "",
        "organ": stack().organ(matter.area).name,
        "officers": [one["name"] for one in officers],
        "certificates": [one["certificate_no"] for one in officers if one["certificate_no"]],
        "purpose": kinds.told(visit.purpose),
        "check_code": visit.check_code,
    }


def _visited(visit: Inspection) -> Row:
    """What was found, and whether it is put right by now."""
    texts = visit.sheet.items
    failed = visit.answers.filter(answer=Answer.Value.NO).order_by("pk")  # type: ignore[attr-defined]
    found = visit.rectifications.exclude(matter__state="retracted")  # type: ignore[attr-defined]
    orders = list(found.values_list("matter__state", flat=True))
    left = any(state != "accepted" for state in orders)
    return {
        "visited_at": visit.ended or visit.matter.opened,
        "result": visit.result,
        "items_checked": visit.items_checked,
        "failed": visit.failed,
        "failed_items": [f"{a.item} {_found(a, texts.get(a.item, {}))}" for a in failed],
        "putting_right": "open" if left else "done" if orders else "none",
    }


def _found(one: Answer, item: dict[str, Any]) -> str:
    """What was found, in the words of the papers."""
    kept = {name: getattr(one, name) for name in ("item", "answer", "at", "value", "unit", "note")}
    return found_of(item, Given(**kept))


def _visit(matter: Matter) -> Inspection:
    rows = Inspection.objects.select_related("matter__entity", "matter__premises", "matter__assignee", "matter__second")
    return rows.select_related("checklist").prefetch_related("lists").get(pk=matter.pk)


def _visit_of_publication(matter: Matter) -> Inspection:
    return _visit(Publication.objects.select_related("inspection__matter").get(pk=matter.pk).inspection.matter)


def task_row(matter: Matter) -> Row:
    """A planned visit."""
    visit = _visit(matter)
    asked = [visit.checklist] if visit.checklist else applicable(matter.premises, calendar.today())
    basis = "；".join(dict.fromkeys(one.basis for one in asked))
    return {**_common(visit), "day": visit.planned_for or calendar.legal_day(matter.opened), "basis": basis}


def visit_row(matter: Matter) -> Row:
    """A visit that was made."""
    visit = _visit(matter)
    return {**_common(visit), **_visited(visit)}


def result_row(matter: Matter) -> Row:
    """A result that was published."""
    visit = _visit_of_publication(matter)
    owed = Publication.objects.get(pk=matter.pk)
    found = _visited(visit)
    if not visit.ended and visit.matter.state == "hindered":
        # Nobody could look: not even that nothing is to be put right.
        found |= {"visited_at": visit.matter.closed, "putting_right": ""}
    told = owed.drawn or visit.result
    return {**_common(visit), **found, "published_as": told, "published_on": owed.published_on}


def _papers(matter: Matter) -> list[Attachment]:
    """The result sheets of the visit as PDF."""
    rows = Paper.objects.select_related("matter", "file__blob").filter(
        Paper.in_force(), matter=matter, kind="result_sheet"
    )
    return [Attachment(".pdf", partial(render.pdf, paper)) for paper in rows.order_by("pk")]


def _publication_of(matter: Matter) -> Matter | None:
    """The publication whose result a finding belongs to."""
    inspection = Rectification.objects.values_list("inspection", flat=True).get(pk=matter.pk)
    found = Publication.objects.select_related("matter").filter(inspection=inspection).first()
    return found.matter if found is not None else None


def _publication_of_visit(matter: Matter) -> Matter | None:
    """The publication of a visit, whose record may have been amended."""
    found = Publication.objects.select_related("matter").filter(inspection=matter.pk).first()
    return found.matter if found is not None else None


def _visit_of_finding(matter: Matter) -> Matter | None:
    return Rectification.objects.select_related("inspection__matter").get(pk=matter.pk).inspection.matter


def keep_code(matter: Matter, platform: str, number: str) -> None:
    """The platform's inspection code belongs to the visit."""
    Inspection.objects.filter(pk=matter.pk).update(check_code=number[:40])


TASK = owes(
    "inspection_task",
    gettext_lazy("Planned visit"),
    kinds=[INSPECTION.kind],
    begins=["plan", "start", "assign", "finish", "order"],  # what was only noted is filed once it is gone to
    ends=["cancel"],
    values={**COMMON, "day": gettext_lazy("Day of the visit"), "basis": gettext_lazy("Basis of the checklist")},
    row=task_row,
    kept=keep_code,
)
VISIT = owes(
    "inspection_visit",
    gettext_lazy("Visit that was made"),
    kinds=[INSPECTION.kind],
    begins=["finish", "order"],
    values={**COMMON, **VISITED},
    row=visit_row,
    files=_papers,
    changes={RECTIFICATION.kind: _visit_of_finding},
)
RESULT = owes(
    "inspection_result",
    gettext_lazy("Published result"),
    kinds=[PUBLICATION.kind],
    begins=["publish"],
    values={
        **COMMON,
        **VISITED,
        "published_on": gettext_lazy("published on"),
        "published_as": gettext_lazy("Result; of a double-random check, its class"),
    },
    row=result_row,
    key=lambda matter, platform: _visit_of_publication(matter).matter.number,
    files=lambda matter: _papers(_visit_of_publication(matter).matter),
    changes={RECTIFICATION.kind: _publication_of, INSPECTION.kind: _publication_of_visit},
)


def take_code(row: Row) -> Matter:
    """A code that somebody applied for on the platform: the visit to that enterprise on that day gets it."""
    try:
        day = dt.date.fromisoformat(row["day"].replace("/", "-")[:10])
    except ValueError:
        raise Unfit(_("“%(day)s” is no day; write it as 2026-03-05.") % {"day": row["day"]}) from None
    visits = Inspection.objects.filter(matter__entity__code=row["entity_code"], planned_for=day)
    found = list(visits.select_related("matter").exclude(matter__state="cancelled")[:2])
    if len(found) != 1:
        raise Unfit(
            _("No visit to this enterprise is planned for that day.") if not found
            else _("Several visits to this enterprise are planned for that day: enter the code on the visit's page,"
                   " under “On other platforms”.")
        )  # fmt: skip
    if found[0].check_code not in ("", row["key"][:40]):
        told = _(
            "The visit bears the code %(code)s already. Where this one is right, enter it on the visit's page, under"
            " “On other platforms”."
        )
        raise Unfit(told % {"code": found[0].check_code})
    keep_code(found[0].matter, row[PLATFORM], row["key"])
    return found[0].matter


CODE = takes(
    "inspection_code",
    gettext_lazy("Inspection code"),
    values={"entity_code": COMMON["entity_code"], "day": gettext_lazy("Day of the visit")},
    take=take_code,
)
