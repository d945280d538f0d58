"""What each step must be told."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, Field

from zhijian.kernel.matters import Facts, long, person, pictures, text
from zhijian.kernel.packs import stack
from zhijian.programmes.inspection.classes import DrawnClass
from zhijian.programmes.inspection.models import Hindered, Outside, Purpose, Result

Count = Annotated[int, Field(ge=0, le=32_000)]


class Plan(Facts):
    """A planned visit."""

    purpose: Annotated[Purpose, Field(title=_("Purpose"), json_schema_extra={"widget": "kind"})] = Purpose("routine")
    checklist: Annotated[int | None, Field(title=_("Checklist"), json_schema_extra={"widget": "checklist"})] = None
    planned_for: Annotated[dt.date, Field(title=_("Day of the visit"))]
    assignee: Annotated[int, person(_("First officer"), "inspector")]
    second: Annotated[int, person(_("Second officer"), "inspector")]
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


class Assign(Facts):
    """Another pair of officers, or another day."""

    planned_for: Annotated[dt.date | None, Field(title=_("Day of the visit"))] = None
    assignee: Annotated[int, person(_("First officer"), "inspector")]
    second: Annotated[int, person(_("Second officer"), "inspector")]


class Pair(Facts):
    """Another pair of officers."""

    assignee: Annotated[int, person(_("First officer"), "inspector")]
    second: Annotated[int, person(_("Second officer"), "inspector")]


class Urge(Facts):
    """What the head wants to be done, and by when."""

    word: Annotated[str, long(_("What is to be done"))]


class Joined(Facts):
    """The visit into which this one goes."""

    into: Annotated[str, Field(max_length=60)]


class Start(Facts):
    """A visit started by the scan, without a task."""

    purpose: Purpose = Purpose("routine")
    checklist: int | None = None
    assignee: int
    second: int | None = None


class NotedPlace(Start):
    """A place of which the register knew nothing: what was seen there."""

    seen: Annotated[str, long(_("What was seen"))]


class Reason(Facts):
    """Why."""

    reason: Annotated[str, long(_("Reason"))]


class Classified(Facts):
    """As which class of a double-random check the result is published, and on what ground."""

    drawn: Annotated[
        DrawnClass, Field(title=_("Class of the double-random check"), json_schema_extra={"widget": "drawn_class"})
    ]
    drawn_reason: Annotated[
        str, long(_("On what ground"), max_length=1000, description=_("Stays on the desk; nobody outside reads it."))
    ]


class Looked(Facts):
    """What a person says to the doubts of a record from the field."""

    word: Annotated[str, long(_("What you found out"))]


class Recorded(Facts):
    """What the phone recorded, as the ledger keeps it; the record itself is kept byte for byte."""

    result: Result
    failed: Count = 0
    failed_key: Count = 0
    items_checked: Count = 0
    started: dt.datetime
    ended: dt.datetime
    record_id: UUID
    record_digest: Annotated[str, Field(max_length=64)]
    refused: bool = False


class Noted(Facts):
    """What the officers saw and wrote down without a checklist; the record itself is kept byte for byte."""

    seen: Annotated[str, Field(max_length=4000)]
    started: dt.datetime
    ended: dt.datetime
    record_id: UUID
    record_digest: Annotated[str, Field(max_length=64)]
    refused: bool = False


class Amended(Recorded):
    """A new version of what was recorded: the number of the one that it takes the place of, and why."""

    n: Count
    reason: Annotated[str, Field(max_length=300)]


class AmendedNote(Noted):
    """The same of what was written down without a checklist."""

    n: Count
    reason: Annotated[str, Field(max_length=300)]


class Reworded(Facts):
    """A finding as the new version of the record tells it."""

    found: str
    required: str
    deadline: dt.date


class AtTheDoor(Facts):
    """Why the visit could not be made, as the phone recorded it; the record itself is kept byte for byte."""

    hindered: Hindered
    note: Annotated[str, Field(max_length=1000)] = ""
    planned_for: dt.date | None = None
    address: Annotated[str, Field(max_length=300)] = ""
    report: UUID
    digest: Annotated[str, Field(max_length=64)]


class Again(Facts):
    """The visit is to be made after all, on this day."""

    planned_for: Annotated[dt.date, Field(title=_("Day of the visit"))]


def _known(area: str) -> str:
    if area not in stack().areas:
        raise ValueError(_("There is no such area."))
    return area


class HandedOver(Facts):
    """The office of the new address."""

    area: Annotated[str, Field(max_length=16), AfterValidator(_known)]


class Sought(Facts):
    """Where it was sought in vain."""

    address: Annotated[str, Field(max_length=300)] = ""


class Letter(Facts):
    """A letter to the registered address that came back unsigned."""

    sent_on: Annotated[dt.date, Field(title=_("Sent on"))]
    returned_on: Annotated[dt.date, Field(title=_("Came back on"))]


class Grounds(Facts):
    """What calls for an investigation, in words."""

    found: str
    basis: Annotated[str, Field(max_length=200)] = ""


class Order(Facts):
    """One finding that must be put right."""

    item: Annotated[str, Field(max_length=20)]
    found: str
    required: str
    deadline: dt.date


class Answered(Facts):
    """What the enterprise did about it."""

    answer: Annotated[str, long(_("What was done"))]
    photos: Annotated[list[UUID], pictures(_("Photos"))] = []


class MoreTime(Facts):
    """The enterprise asks for more time."""

    asked_until: Annotated[dt.date, Field(title=_("Until when"), json_schema_extra={"within": "extension"})]
    asked_reason: Annotated[str, long(_("Why"))]


class Deadline(Facts):
    """A new day by which it must be put right."""

    deadline: Annotated[
        dt.date, Field(title=_("New deadline"), json_schema_extra={"from": "asked_until", "within": "extension"})
    ]


class Review(Facts):
    """The inspector is satisfied."""

    review_note: Annotated[str, long(_("Note"), min_length=0, max_length=1000)] = ""
    on_site: Annotated[bool, Field(title=_("Checked on the spot"))] = False


class Return(Facts):
    """The inspector is not satisfied yet."""

    return_reason: Annotated[str, long(_("What is still missing"))]
    deadline: Annotated[
        dt.date | None, Field(title=_("New deadline"), json_schema_extra={"within": "another_time"})
    ] = None
    on_site: Annotated[bool, Field(title=_("Checked on the spot"))] = False


class Dropped(Facts):
    """Why a finding cannot be put right any more: nobody trades there, the order fell."""

    dropped: Annotated[str, long(_("Why it no longer applies"), max_length=1000)]


class Found(Facts):
    """Failed key items that call for an investigation."""

    items: list[str]
    found: str
    basis: Annotated[str, Field(max_length=200)] = ""
