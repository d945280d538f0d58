"""What a return call's steps must be told."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhijian.kernel.matters import Facts, long
from zhijian.kernel.ratings.models import Satisfied


class NotReached(Facts):
    """Nobody answered, or not somebody who can say."""

    note: Annotated[str, long(_("What happened"), min_length=0, max_length=500, personal=True)] = ""


class Answer(Facts):
    """What was said on the telephone."""

    satisfied: Annotated[Satisfied, Field(title=_("How satisfied"))]
    words: Annotated[str, long(_("In their own words"), min_length=0, max_length=2000, personal=True)] = ""
