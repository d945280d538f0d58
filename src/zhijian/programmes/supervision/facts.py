"""What the steps must be told."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhijian.kernel.matters import Facts, long
from zhijian.programmes.supervision.models import Grade

DEFAULT_DAY = _("Left empty, the time that the bureau has set counts.")


class Ordered(Facts):
    """What is ordered, how closely it is watched, and by which day it is to be answered."""

    what: Annotated[str, long(_("What is to be done or reported"), max_length=1000)]
    grade: Annotated[Grade, Field(title=_("Grade of the order"))] = Grade("ordinary")
    answer_by: Annotated[dt.date | None, Field(title=_("To be answered by"), description=DEFAULT_DAY)] = None


class Answered(Facts):
    """What was done, or how it stands."""

    answer: Annotated[str, long(_("What was done, how it stands"), max_length=2000)]


class SentBack(Facts):
    """What is missing, and the new day."""

    why: Annotated[str, long(_("What is missing"), max_length=500)]
    answer_by: Annotated[dt.date | None, Field(title=_("To be answered anew by"), description=DEFAULT_DAY)] = None


class Why(Facts):
    """Why."""

    why: Annotated[str, long(_("Why"), max_length=500)]
