"""What each step of a grade must be told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhijian.kernel.matters import Facts, long, text
from zhijian.programmes.grading.models import Grade, Grave


class Computed(Facts):
    """What came out, and why it was counted anew."""

    computed: Grade
    points: Annotated[Decimal, Field(ge=0, le=100)]


class Moved(Facts):
    """The office to which the place belongs now."""

    area: Annotated[str, Field(max_length=16)]


class Described(Facts):
    """What the place is, by the factors of its table."""

    known: dict[str, str]


class Differ(Facts):
    """Another grade than the computed one, and why."""

    to: Annotated[Grade, Field(title=_("Grade"))]
    reason: Annotated[str, long(_("Why it differs from the computed one"), min_length=4, max_length=400)]


class Ask(Facts):
    """Why the enterprise holds its grade to be wrong."""

    review: Annotated[str, long(_("What you hold to be wrong, and why"), min_length=4, max_length=2000)]


class Answered(Facts):
    """Why the grade stays."""

    answer: Annotated[str, long(_("Why the grade stays"), min_length=4, max_length=1000)]


class Reviewed(Facts):
    """Another grade after a review, and why."""

    to: Annotated[Grade, Field(title=_("Grade"))]
    answer: Annotated[str, long(_("Why it is changed"), min_length=4, max_length=1000)]


class Noted(Facts):
    """Something that raises the grade."""

    what: Annotated[Grave, Field(title=_("What happened"))]
    on: Annotated[dt.date, Field(title=_("Day on which it happened"))]
    word: Annotated[str, text(_("Document and number"), min_length=2, max_length=200)]


class Struck(Facts):
    """What was entered wrongly, and why it is taken back."""

    event: Annotated[int, Field(title=_("Which entry"), json_schema_extra={"widget": "grading_event"})]
    reason: Annotated[str, text(_("Why"), min_length=2, max_length=200)]


class Ended(Facts):
    """Why it is graded no more."""

    reason: Annotated[str, Field(max_length=40)]
