"""What the steps of a return pledge must be told."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhijian.kernel.matters import Facts, long, text
from zhijian.programmes.returns.models import Goods


class Pledged(Facts):
    """What is taken back, until when, in which condition, and when the money comes."""

    goods: Annotated[Goods, Field(title=_("What you sell for the most part"))]
    scope: Annotated[
        str, text(_("Goods that are taken back"), max_length=300, description=_("Left empty: all that the shop sells."))
    ] = ""
    excluded: Annotated[
        str,
        text(
            _("Goods that are not taken back"),
            max_length=300,
            description=_("Fresh food, underwear, made to measure …"),
        ),
    ] = ""
    days: Annotated[
        int, Field(title=_("Days to return"), ge=1, le=365, description=_("Counted from the day after the purchase."))
    ]
    condition: Annotated[
        str, text(
            _("Condition in which goods are taken back"), min_length=2, max_length=300,
            description=_("Unused, complete, with the receipt …"),
        )
    ]  # fmt: skip
    refund_days: Annotated[
        int,
        Field(title=_("Days to the refund"), ge=0, le=365, description=_("Counted from the return; 0: on the spot.")),
    ]
    valid_until: Annotated[dt.date, Field(title=_("The pledge holds until"))]


class Why(Facts):
    """Why."""

    why: Annotated[str, long(_("Why"), max_length=500)]


class SentBack(Facts):
    """What the shop must add or put right."""

    why: Annotated[str, long(_("What is missing or must be changed"), max_length=500)]


class Found(Facts):
    """That a pledge was broken, told at the end of a complaint."""

    pledge: Annotated[int, Field(title=_("Pledge"), json_schema_extra={"widget": "return_pledge_of"})]
    bought_on: Annotated[dt.date, Field(title=_("Bought on"))]
    what: Annotated[str, long(_("How the pledge was broken"), max_length=500)]


class Struck(Facts):
    """Why it was no broken pledge after all."""

    why: Annotated[str, long(_("Why it counts no more"), max_length=300)]
