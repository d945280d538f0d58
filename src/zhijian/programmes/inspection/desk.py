"""The staff's door: visits, findings, proposals to investigate, results to publish."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.appointments.shown import PANEL as APPOINTMENTS
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import forms, menu
from zhijian.kernel.desk.columns import Cell, Column
from zhijian.kernel.desk.lists import MatterList, Panel
from zhijian.kernel.desk.panels import entity_panel
from zhijian.kernel.evidence.models import File
from zhijian.kernel.exchange.panel import OWED
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.panel import PANEL
from zhijian.kernel.recordings.panel import PANEL as FILMS
from zhijian.kernel.registry.models import Entity
from zhijian.programmes.inspection import classes, doubts, kinds, publishing, rules
from zhijian.programmes.inspection.amending.shown import versions
from zhijian.programmes.inspection.checklists import applicable
from zhijian.programmes.inspection.draw.desk import VisitDraws
from zhijian.programmes.inspection.fair import capping, shown
from zhijian.programmes.inspection.fair.desk import VisitPlans
from zhijian.programmes.inspection.flow import INSPECTION, LEAD, PUBLICATION, RECTIFICATION, UNREACHABLE
from zhijian.programmes.inspection.models import Answer, Checklist, Inspection, Measure, Publication, PublishedResult
from zhijian.programmes.inspection.onsite.desk import VisitQuestions

__all__ = [
    "Findings", "Inspections", "Leads", "NotReached", "Publications", "VisitDraws", "VisitPlans", "VisitQuestions",
]  # fmt: skip

# Headings of the record's own columns are looked up by the fields' names.
HEADINGS = (_("Sought"), _("Letters"), _("Found"))


def _checklists(asked: forms.Asked) -> forms.Options:
    """The lists that apply to the premises today; every list in force where the premises have no trade."""
    rows = applicable(asked.premises, calendar.today()) or list(Checklist.objects.filter(until=None).order_by("code"))
    return [(str(row.pk), f"{row.title} ({row.version})") for row in rows]


forms.choices("checklist", _checklists)


def _kinds(asked: forms.Asked) -> forms.Options:
    """The kinds that somebody may plan here; a draw and open findings bring their own."""
    return [(one.purpose.value, str(one.purpose.label)) for one in kinds.plannable(calendar.today())]


def _kinds_said(asked: forms.Asked) -> str:
    """Which of them the enterprise never hears of beforehand, and what it then reads."""
    never = [one for one in kinds.plannable(calendar.today()) if one.notice == "never"]
    said = [_t("%(kind)s: the enterprise is not told beforehand and reads “%(told)s”.")
            % {"kind": one.purpose.label, "told": one.told.label} for one in never]  # fmt: skip
    return " ".join(said)


forms.choices("kind", _kinds, _kinds_said)


def _exceptions(asked: forms.Asked) -> forms.Options:
    """The lawful exceptions that the place knows today."""
    return [(one.value, str(one.label)) for one in capping.allowed(calendar.today())]


def _year(asked: forms.Asked) -> str:
    """How the enterprise's year stands, for whoever plans one more visit."""
    if asked.premises is None:
        return str(_("Only for a visit that is not to count: it must fall under one of these."))
    return shown.sentence(capping.standing(asked.premises.entity, calendar.today(), premises=asked.premises))


forms.choices("outside", _exceptions, _year)


def visit_panel(matter: Matter, record: Inspection, actor: Actor) -> dict[str, Any]:
    """What was found: failed items first, then how many complied, and by section."""
    answers = list(record.answers.order_by("pk"))
    items = record.sheet.items
    marked: dict[str, list[File]] = {}
    for file in File.objects.filter(matter=matter, drawn_on__isnull=False, blob__isnull=False).order_by("pk"):
        marked.setdefault(file.item, []).append(file)
    right = set(record.rectifications.filter(matter__state="accepted").values_list("item", flat=True))
    for answer in answers:
        answer.text = items.get(answer.item, {}).get("text", "")
        answer.basis = items.get(answer.item, {}).get("basis", "")
        answer.marked = marked.get(answer.item, [])
        answer.measure_said = _measure(answer, matter, record, answer.item in right)
    return {
        "visit": record,
        **_kind_of(matter, record),
        "year": shown.year_of(matter, record),
        "lists": list(record.lists.all()),
        "asked": applicable(matter.premises, calendar.today()) if record.ended is None and not record.checklist else [],
        "versions": versions(record),
        "first": next((flag["first"] for flag in matter.flags if flag.get("first")), ""),
        "attempts": list(record.attempts.order_by("-at")[:20]),
        "failed": [a for a in answers if a.answer == Answer.Value.NO],
        "complied": [a for a in answers if a.answer == Answer.Value.YES],
        "absent": [a for a in answers if a.answer == Answer.Value.NA],
        "products": list(matter.products.order_by("pk")),  # type: ignore[attr-defined]
        "by_section": sum(a.by_section for a in answers),
    }


def _kind_of(matter: Matter, record: Inspection) -> dict[str, Any]:
    """As what it is told outside where that is another kind, and the class of a double-random check."""
    kind = kinds.of(record.purpose, record.planned_for or matter.day)
    drawn = ""
    if kind.result == "random":
        owed = publishing.of_visits([record.pk]).get(record.pk)
        drawn = classes.name(publishing.class_of(owed) if owed else publishing.of_record(record))
    return {"told": kind.told.label if kind.told != record.purpose else "", "drawn": drawn}


def _measure(answer: Answer, matter: Matter, record: Inspection, right: bool) -> str:
    """What a failed item led to. A closed visit has nothing left to put right; of one taken over we know no more."""
    if (matter.closed is None and not right) or answer.measure != Measure.RECTIFY:
        return str(answer.get_measure_display())
    return "" if record.imported else str(_("Put right"))


def published_panel(entity: Entity, actor: Actor) -> dict[str, Any] | None:
    """The last published result of each of the entity's premises."""
    rows = PublishedResult.objects.filter(premises__entity=entity).select_related("premises")
    last = list(rows.order_by("premises_id", "-visited_on").distinct("premises_id")[:20])
    return {"results": last} if last else None


entity_panel("inspection/desk/published.html", published_panel)
entity_panel("inspection/desk/year.html", shown.year_panel)


def _visited(matter: Matter) -> dt.date | None:
    """The day of the visit: of one that was taken over, the day on which it was closed."""
    ended = matter.inspection.ended or (matter.closed if matter.state == "closed" else None)  # type: ignore[attr-defined]
    return calendar.legal_day(ended) if ended else None


def _in_vain(matter: Matter) -> dt.date | None:
    """The day on which the officers stood before a place that nobody could inspect: the visit ended with it."""
    return calendar.legal_day(matter.closed) if matter.closed and matter.state == "hindered" else None


def _day(matter: Matter) -> Cell:
    if day := _visited(matter):
        return Cell(f"{day:%Y-%m-%d}")
    if day := _in_vain(matter):
        return Cell(f"{day:%Y-%m-%d}", sub=str(_("at the door in vain")))
    planned = matter.inspection.planned_for  # type: ignore[attr-defined]
    return Cell(f"{planned:%Y-%m-%d}", sub=str(_("planned"))) if planned else Cell("")


def _failed(matter: Matter) -> Cell:
    failed = matter.inspection.failed  # type: ignore[attr-defined]
    return Cell(str(failed), tone="bad") if failed else Cell("")


def _result(matter: Matter) -> str:
    """The result; of a visit that could not be made, why."""
    visit: Inspection = matter.inspection  # type: ignore[attr-defined]
    return str(visit.get_hindered_display() if matter.state == "hindered" else visit.result_name)


DAY = Column(
    "day", _("Day of the visit"), ("inspection__ended", "inspection__planned_for", "closed"), _day,
    lambda m: _visited(m) or _in_vain(m) or m.inspection.planned_for,
)  # fmt: skip
KIND = Column(
    "purpose", _("Purpose"), ("inspection__purpose",), lambda m: Cell(str(m.inspection.get_purpose_display())),
    lambda m: str(m.inspection.get_purpose_display()),
)  # fmt: skip
RESULT = Column(
    "result", _("Result"), ("inspection__result", "inspection__hindered"), lambda m: Cell(_result(m)), _result,
    long=True,
)  # fmt: skip
FAILED = Column("failed", _("Problems"), ("inspection__failed",), _failed, lambda m: m.inspection.failed)


menu.heading("inspection", _("Inspections"), 20, "spot_penalty", "grading", "ratings")


class Inspections(MatterList):
    flow = INSPECTION
    columns = ["number", "entity", KIND, "area", "state", "assignee", DAY, RESULT, FAILED, "due"]
    exported = ["premises", "second", "code", "address", "check_code"]
    filters = ["q", "state", "purpose", "area", "assignee", "overdue", "period"]
    bulk = ["plan", "assign", "cancel", "close"]
    panels = [Panel("inspection/desk/visit.html", visit_panel), FILMS, APPOINTMENTS, PANEL, OWED]
    rank = 10
    empty = _("Visits appear here when the head plans one, or when an inspector scans a door.")


class Findings(MatterList):
    flow = RECTIFICATION
    columns = ["number", "title", "entity", "area", "state", "assignee", "due"]
    exported = ["premises", "second", "code", "address", "opened", "closed"]
    filters = ["q", "state", "area", "assignee", "overdue", "period"]
    bulk = ["accept", "reassign", "urge"]
    order = "due"
    panels = [Panel("inspection/desk/finding.html"), PANEL]
    rank = 11
    empty = _("Each item that did not comply and must be put right appears here.")


class Leads(MatterList):
    flow = LEAD
    columns = ["title", "found", "area", "state", "opened", "due"]
    exported = ["entity", "premises", "code", "address"]
    order = "due"
    panels = [Panel("inspection/desk/lead.html")]
    rank = 12
    empty = _("A failed key item proposes an investigation; it appears here for the head.")


def sought_panel(matter: Matter, record: Any, actor: Actor) -> dict[str, Any]:
    """How often it must have been sought before listing may be proposed, with the rules that say so."""
    named = {"visits": rules.SOUGHT_MIN, "letters": rules.LETTERS_MIN, "gap": rules.LETTER_GAP}
    return {name: of.maybe(matter.day) for name, of in named.items()}


class NotReached(MatterList):
    flow = UNREACHABLE
    columns = ["title", "area", "state", "sought", "letters", "opened", "due"]
    filters = ["q", "state", "area", "overdue", "period"]
    order = "due"
    panels = [Panel("inspection/desk/unreachable.html", sought_panel), PANEL]
    rank = 14
    empty = _(
        "Who was not to be found at the registered address appears here, on the way to the list of abnormal operations."
    )


def _proposed(asked: forms.Asked) -> str:
    """The class that follows from the record of the visit whose result is published."""
    visit = Inspection.objects.select_related("matter").filter(publication=asked.matter and asked.matter.pk).first()
    return publishing.of_record(visit) if visit else ""


def _drawn_classes(asked: forms.Asked) -> forms.Options:
    """What follows from the record first, then what is a judgement."""
    own = _proposed(asked)
    return [(one, classes.name(one)) for one in dict.fromkeys([own, *classes.JUDGED]) if one]


def _drawn_said(asked: forms.Asked) -> str:
    own = _proposed(asked)
    return _t("From the record follows: %(name)s.") % {"name": classes.name(own)} if own else ""


forms.choices("drawn_class", _drawn_classes, _drawn_said)


def publication_panel(matter: Matter, record: Publication, actor: Actor) -> dict[str, Any]:
    """As which class it is published, where it was drawn; and what is still in doubt about the visit's record."""
    in_doubt = [doubts.sentence(flag) for flag in record.inspection.matter.flags if not record.published_on]
    return {"drawn": classes.name(publishing.class_of(record)), "in_doubt": in_doubt}


DRAWN = Column(
    "drawn", _("Class of the double-random check"), ("publication__drawn",),
    lambda m: Cell(classes.name(m.publication.drawn)), lambda m: classes.name(m.publication.drawn),
)  # fmt: skip


class Publications(MatterList):
    flow = PUBLICATION
    columns = ["title", "entity", "area", "state", DRAWN, "opened", "due"]
    bulk = ["publish"]
    order = "due"
    panels = [Panel("inspection/desk/publication.html", publication_panel), OWED]
    rank = 13
    empty = _("Each recorded visit must be published within 20 working days; it waits here.")
