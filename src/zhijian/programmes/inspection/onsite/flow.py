"""A question to a head about visits: he reads the facts and answers with a word, or has somebody look again."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhijian.kernel.accounts import HEAD
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import CLOCK, calendar
from zhijian.kernel.desk import forms
from zhijian.kernel.matters import Facts, Flow, Guard, State, Step, long, no, ok, person, text
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.models import Inspection, Outside, Purpose
from zhijian.programmes.inspection.onsite.models import VisitQuestion
from zhijian.programmes.inspection.seen import RECORDED

SHOWN = 40  # of the visits of a stretch, the last


class Short(Facts):
    """A visit far below its usual time."""

    minutes: int
    usual: int
    compared: int


class Nothing(Facts):
    """An office whose visits found nothing over a stretch."""

    since: dt.date
    until: dt.date
    visits: int
    elsewhere: int
    compared: int


class Explained(Facts):
    """What the head knows about it."""

    word: Annotated[str, long(_("How it is explained"))]


class LookAgain(Facts):
    """Somebody goes there once more: where, when, who, and why it may be one visit more."""

    word: Annotated[str, long(_("Why somebody looks again"))]
    visit: Annotated[int, Field(title=_("Where to look again"), json_schema_extra={"widget": "question_visit"})]
    planned_for: Annotated[dt.date, Field(title=_("Day of the visit"))]
    first: Annotated[
        int, person(_("First officer"), "inspector", description=_("Best somebody who was not there the first time."))
    ]
    other: Annotated[int, person(_("Second officer"), "inspector")]
    outside: Annotated[
        Outside | None, Field(title=_("Outside the yearly cap"), json_schema_extra={"widget": "outside"})
    ] = None
    outside_reason: Annotated[
        str,
        text(
            _("What calls for it"), max_length=300,
            description=_("The number of the complaint or of the document; no names of people."),
        ),
    ] = ""  # fmt: skip


def visits_of(record: VisitQuestion) -> QuerySet[Inspection]:
    """The visits that a question is about: the short one, or those of the office in the stretch, the last first."""
    rows = Inspection.objects.select_related("matter__premises__entity")
    if record.inspection_id is not None:
        return rows.filter(pk=record.inspection_id)
    assert record.since is not None
    assert record.until is not None
    begin, end = calendar.start_of(record.since), calendar.start_of(record.until + dt.timedelta(days=1))
    rows = rows.filter(
        matter__kind="inspection", matter__state__in=RECORDED, matter__area__startswith=record.matter.area
    )
    return rows.filter(ended__gte=begin, ended__lt=end).order_by("-ended", "-pk")


def _options(asked: forms.Asked) -> forms.Options:
    """The visits at whose place somebody may look again."""
    if asked.matter is None:
        return []
    rows = visits_of(asked.matter.visit_question)[:SHOWN]  # type: ignore[attr-defined]
    return [(str(one.pk), f"{one.matter.title} {one.matter.number}") for one in rows]


forms.choices("question_visit", _options)


def one_of_its_visits(matter: Matter, record: Any, actor: Actor, facts: Any) -> Guard:
    """Somebody looks again where one of the visits was that the question is about."""
    if facts is None or visits_of(record).filter(pk=facts.visit, matter__premises__isnull=False).exists():
        return ok()
    return no(_("Choose one of the visits that the question is about."))


def look_again(matter: Matter, record: VisitQuestion, facts: LookAgain, actor: Actor, at: dt.datetime) -> None:
    """Plan the visit, by the same guards as any other; whoever goes is told nothing of the question."""
    from zhijian.programmes.inspection.flow import INSPECTION

    place = visits_of(record).get(pk=facts.visit).matter.premises
    assert place is not None
    outside: dict[str, Any] = (
        {"outside": facts.outside, "outside_reason": facts.outside_reason} if facts.outside else {}
    )
    made = perform(
        INSPECTION, "plan", actor, at=at, about=About(place.name, place.area, place.entity, place),
        purpose=Purpose.ROUTINE, planned_for=facts.planned_for, assignee=facts.first, second=facts.other, **outside,
    )  # fmt: skip
    VisitQuestion.objects.filter(pk=record.pk).update(relook=made)


VISIT_QUESTION = Flow(
    kind="visit_question",
    title=_("Question about visits"),
    plural=_("Questions about visits"),
    numbered=False,
    of_area=True,
    record=VisitQuestion,
    states=[
        State("asked", _("To be answered"), tone="act"),
        State("explained", _("Explained"), final=True, tone="good"),
        State("again", _("Is looked at again"), final=True),
    ],
    steps=[
        Step(
            "ask_short",
            to="asked",
            by=CLOCK,
            label=_("Ask about a short visit"),
            facts=Short,
            hidden=True,
            said=_("A visit of {minutes} minutes, where {usual} are usual (the median of {compared} like visits)"),
            tells=HEAD,
            article=rules.SHORT_PERCENT,
        ),
        Step(
            "ask_nothing",
            to="asked",
            by=CLOCK,
            label=_("Ask about visits that found nothing"),
            facts=Nothing,
            hidden=True,
            said=_("{visits} visits since {since} found nothing, where {elsewhere}% do elsewhere"),
            tells=HEAD,
            article=rules.NOTHING_CHANCE,
        ),
        Step(
            "explain",
            "asked",
            "explained",
            who=HEAD,
            label=_("It is explained"),
            facts=Explained,
            likely=True,
            said=_("Explained: {word}"),
        ),
        Step(
            "look_again",
            "asked",
            "again",
            who=HEAD,
            label=_("Somebody will look again"),
            facts=LookAgain,
            said=_("Somebody will look again on {planned_for}: {word}"),
            when=one_of_its_visits,
            article=rules.OFFICERS_MIN,
            does=look_again,
        ),
    ],
)
