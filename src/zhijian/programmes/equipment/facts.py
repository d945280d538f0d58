"""What each step about equipment must be told."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhijian.kernel.matters import Facts, long, person, pictures, text
from zhijian.programmes.equipment.models import Conclusion, LiftCall, Maintenance, Order, What

Short = Annotated[str | None, Field(max_length=120)]


def day(title: Any, **more: Any) -> Any:
    """A day to be told."""
    return Field(title=title, **more)


class Registered(Facts):
    """A piece is put on the register by hand."""

    code: Annotated[str, text(_("Equipment code"), min_length=4, max_length=40)]
    name: Annotated[str, text(_("Product"), max_length=120)] = ""
    inner_no: Annotated[str, text(_("Number at the user's"), max_length=40)] = ""
    certificate: Annotated[str, text(_("Registration certificate"), max_length=60)] = ""
    place: Annotated[str, text(_("Where it stands"), max_length=300)] = ""
    grade: Annotated[str, text(_("Safety grade"), max_length=4)] = ""
    in_use_since: Annotated[dt.date | None, day(_("Taken into use on"))] = None
    supervised_on: Annotated[dt.date | None, day(_("First inspection after installation"))] = None
    inspected_on: Annotated[dt.date | None, day(_("Last inspection"))] = None
    told_next: Annotated[dt.date | None, day(_("Next inspection as reported"))] = None


class TakenOver(Facts):
    """What a table of another system says of it now; what it leaves empty stays. (The firm is told by its row.)"""

    name: Short = None
    model: Annotated[str | None, Field(max_length=80)] = None
    serial: Annotated[str | None, Field(max_length=80)] = None
    inner_no: Annotated[str | None, Field(max_length=40)] = None
    certificate: Annotated[str | None, Field(max_length=60)] = None
    registered_with: Short = None
    place: Annotated[str | None, Field(max_length=300)] = None
    grade: Annotated[str | None, Field(max_length=4)] = None
    maker: Short = None
    installer: Short = None
    body: Short = None
    made_on: dt.date | None = None
    in_use_since: dt.date | None = None
    supervised_on: dt.date | None = None
    inspected_on: dt.date | None = None
    tested_on: dt.date | None = None
    failed_on: dt.date | None = None
    failed_what: What | None = None
    failed_report: Annotated[str | None, Field(max_length=60)] = None
    conclusion: Conclusion | None = None
    report_no: Annotated[str | None, Field(max_length=60)] = None
    told_next: dt.date | None = None


class Inspected(Facts):
    """An inspection or a testing took place. Named unlike the record's columns: the form begins empty."""

    what: Annotated[What, Field(title=_("What took place"))] = What("inspection")
    done_on: Annotated[dt.date, day(_("Day of it"))]
    outcome: Annotated[Conclusion, Field(title=_("Conclusion"))] = Conclusion("passed")
    report: Annotated[str, text(_("Report"), max_length=60)] = ""
    by_body: Annotated[str, text(_("Inspection body"), max_length=120)] = ""
    next_told: Annotated[dt.date | None, day(_("Next inspection as reported"))] = None


class Stopped(Facts):
    """It no longer runs."""

    idle_since: Annotated[dt.date, day(_("Out of use since"))]
    reason: Annotated[str, text(_("Why"), min_length=2, max_length=200)]


class Reason(Facts):
    """Why."""

    reason: Annotated[str, text(_("Why"), min_length=2, max_length=200)]


class Entrusted(Facts):
    """Which firm maintains the lift from now on."""

    firm: Annotated[str, text(_("Name or credit code of the firm"), min_length=2, max_length=120)]
    phone: Annotated[str, text(_("Its telephone, where it is not on the register"), max_length=40)] = ""


class Looked(Facts):
    """What the head says of a doubtful maintenance visit."""

    visit: Annotated[int, Field(title=_("Doubtful maintenance"), json_schema_extra={"widget": "doubtful_visit"})]
    finding: Annotated[Maintenance.Finding, Field(title=_("The maintenance"))]
    stands_here: Annotated[bool, Field(title=_("Where it was recorded is where the lift stands"))] = False
    word: Annotated[str, long(_("What you found"))]


class Ordered(Facts):
    """What the order says, and who gives it."""

    ground: Annotated[Order.Ground, Field(title=_("Ground"))] = Order.Ground("uninspected")
    problem: Annotated[str, long(_("What was found"))]
    required: Annotated[str, long(_("What must be done"))]
    stop: Annotated[bool, Field(title=_("Stop it at once"))] = True
    deadline: Annotated[dt.date, day(_("Deadline"))]
    first: Annotated[int, person(_("Officer"), "inspector")]
    other: Annotated[int, person(_("Second officer"), "inspector")]


class Given(Facts):
    """The same as the order's own matter keeps it."""

    ground: Order.Ground
    problem: str
    required: str
    stop: bool
    deadline: dt.date
    assignee: int | None
    second: int | None


class Reported(Facts):
    """What the user has done."""

    answer: Annotated[str, long(_("What was done"))]
    photos: Annotated[list[UUID], pictures(_("Photos"))] = []


class Seen(Facts):
    """What was seen when it was looked at again."""

    note: Annotated[str, long(_("What was seen at the re-check"), max_length=1000)]


class Again(Facts):
    """Not obeyed: another day."""

    note: Annotated[str, long(_("What is still missing"))]
    deadline: Annotated[dt.date, day(_("New deadline"))]


class Anew(Facts):
    """The day that another paper names."""

    deadline: Annotated[dt.date, day(_("New deadline"))]


class Called(Facts):
    """What somebody at the lift says; the number for calling back is sealed."""

    people: Annotated[int | None, Field(title=_("People inside"), ge=0, le=99)] = None
    injured: Annotated[bool, Field(title=_("Somebody is hurt or unwell"))] = False
    words: Annotated[str, long(_("What happened"), min_length=0, max_length=500)] = ""
    phone: Annotated[str, text(_("Number for calling back"), max_length=20, personal=True)] = ""


class Faulty(Called):
    """A fault is told in words: a technician must know what to bring."""

    words: Annotated[str, long(_("What happened"), max_length=500)]


class OnTheWay(Facts):
    """Who comes."""

    who: Annotated[str, text(_("Who is coming"), max_length=40, personal=True)] = ""


class Freed(Facts):
    """How it ended at the lift."""

    word: Annotated[str, text(_("How it ended"), min_length=2, max_length=200)]


class Cause(Facts):
    """Why the lift stopped."""

    cause: Annotated[str, long(_("Cause of it"), max_length=1000)]


class Visit(Facts):
    """A maintenance visit as the firm records it."""

    work: Annotated[Maintenance.Work, Field(title=_("Kind of maintenance"))] = Maintenance.Work("half_month")
    note: Annotated[str, text(_("What was maintained"), min_length=2, max_length=400)]


CALLED = {LiftCall.Kind.TRAPPED: "trapped", LiftCall.Kind.FAULT: "fault"}
