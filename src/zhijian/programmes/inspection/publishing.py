"""What is published of a visit, as which class of a double-random check, and who may say that it is another one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import CLERK, HEAD
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.matters import Guard, Step, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.inspection import facts, kinds
from zhijian.programmes.inspection.classes import AT_THE_DOOR, JUDGED
from zhijian.programmes.inspection.models import Inspection, Publication


def of_record(visit: Inspection) -> str:
    """The class that follows from the record of a double-random visit; empty while it has not ended, or of others."""
    if kinds.of(visit.purpose, visit.planned_for or visit.matter.day).result != "random":
        return ""
    if not visit.ended:
        return AT_THE_DOOR.get(visit.hindered, "") if visit.matter.state == "hindered" else ""
    proposed = visit.leads.exclude(matter__state="retracted")  # type: ignore[attr-defined]
    if visit.answers.filter(measure="investigate").exists() or proposed.exists():  # type: ignore[attr-defined]
        return "pending"
    return "ordered" if visit.failed else "clean"


def class_of(owed: Publication) -> str:
    """As which class it is published, or proposed to be."""
    return owed.drawn or ("" if owed.published_on else of_record(owed.inspection))


def renew(visit: Inspection) -> str:
    """The class as it stands now, kept with the duty to publish: what was judged stays, else what the record says."""
    owed = Publication.objects.filter(inspection=visit).first()
    if owed is None:
        return ""
    if owed.drawn not in JUDGED or not owed.drawn_reason:
        owed.drawn = of_record(visit)
        owed.save(update_fields=["drawn"])
    return owed.drawn


def awaited(visit: Inspection) -> dict[str, Any]:
    """With what the duty to publish begins: the visit, and the class that is proposed for it."""
    return {"inspection": visit, "drawn": of_record(visit)}


def at_the_door(visit: Inspection) -> bool:
    """Whether a visit that ended at the door is published: only what was drawn is, so that no draw loses a place."""
    kind = kinds.of(visit.purpose, visit.planned_for or visit.matter.day)
    return kind.publish and bool(of_record(visit)) and not visit.ended


def another_class(matter: Matter, record: Publication, actor: Actor, told: Any) -> Guard:
    """Of a double-random check alone; what follows from the record, or one of those that are a judgement."""
    proposed = of_record(record.inspection)
    if not proposed:
        return no(_("Only the result of a double-random check has such a class."))
    if told is not None and str(told.drawn) not in (proposed, *JUDGED):
        return no(_("The record says otherwise: choose what follows from it, or what the officers judge."))
    return ok()


CLASSIFY = Step(
    "classify",
    "waiting",
    "waiting",
    who=[HEAD, CLERK],  # whoever publishes answers for the class
    label=_("Choose another class"),
    facts=facts.Classified,
    said=_("Published as another class: {drawn_reason}"),
    when=another_class,
    quiet=True,
)


def of_visits(visits: Iterable[int | None]) -> dict[int, Publication]:
    """The publications of some visits by the visit's key, in one query; without those that the reader may not see."""
    rows = Publication.objects.filter(inspection__in=[pk for pk in visits if pk]).select_related("matter")
    return {row.inspection_id: row for row in rows}  # type: ignore[attr-defined]
