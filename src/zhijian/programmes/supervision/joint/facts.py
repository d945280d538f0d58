"""What the steps of a joint handling must be told."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhijian.kernel.accounts.roles import CASE_OFFICER, CLERK, HEAD, INSPECTOR, MEDIATOR, SECTION
from zhijian.kernel.matters import Facts, long, person, pictures, text
from zhijian.programmes.supervision.facts import DEFAULT_DAY

WORKS = (INSPECTOR, CASE_OFFICER, MEDIATOR, CLERK, HEAD, SECTION)  # who may hold a request
HELP_WHO = _("Only of a complaint, where they can't contribute without it. Name nobody in the texts above.")


class Asked(Facts):
    """Whom, what, by when; and what of the matter they may see."""

    area: Annotated[str, Field(title=_("Which office"), json_schema_extra={"widget": "any_office"})]
    subject: Annotated[str, text(_("In a line: what it is about"), min_length=2, max_length=120)]
    what: Annotated[str, long(_("What they are asked to contribute"), max_length=1000)]
    answer_by: Annotated[dt.date | None, Field(title=_("To be answered by"), description=DEFAULT_DAY)] = None
    excerpt: Annotated[
        str, long(_("Words of the matter that they may read"), min_length=0, max_length=4000, personal=True)
    ] = ""
    files: Annotated[list[UUID], Field(title=_("Photos that they may see"), max_length=20)] = []
    tell_who: Annotated[bool, Field(title=_("They need to know who came"), description=HELP_WHO)] = False
    who_reason: Annotated[str, text(_("Why they need to know who came"), max_length=300)] = ""


class Taken(Facts):
    """By whom it is taken over."""

    assignee: Annotated[int, person(_("Taken over by"), *WORKS)]


class Contributed(Facts):
    """What they contribute."""

    answer: Annotated[str, long(_("What was found, what is contributed"), max_length=4000)]
    photos: Annotated[list[UUID], pictures(_("Photos"), max_length=9)] = []


class SentBack(Facts):
    """What is missing, and the new day."""

    why: Annotated[str, long(_("What is missing"), max_length=500)]
    answer_by: Annotated[dt.date | None, Field(title=_("To be answered anew by"), description=DEFAULT_DAY)] = None


class Why(Facts):
    """Why."""

    why: Annotated[str, long(_("Why"), max_length=500)]
