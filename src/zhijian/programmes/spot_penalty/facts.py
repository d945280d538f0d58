"""What each step of a penalty must be told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhijian.kernel.matters import Facts, long, text


class Decided(Facts):
    """What was decided at the visit, as the phone recorded it; the record itself is kept byte for byte."""

    decided: Annotated[str, Field(max_length=120)]  # in the place's words
    item: Annotated[str, Field(max_length=20)] = ""
    found: str
    violated: Annotated[str, Field(max_length=300)] = ""
    basis: Annotated[str, Field(max_length=300)] = ""
    warning: bool = False
    fine: int = 0


class Served(Facts):
    """The day on which the decision counts as served."""

    served_on: dt.date


class Filed(Facts):
    """The decision lies with the office."""

    note: Annotated[str, text(_("Number or place in the file"), max_length=300)] = ""


class Paid(Facts):
    """The bank has the money."""

    paid_on: Annotated[dt.date, Field(title=_("Paid on"))]
    receipt: Annotated[str, text(_("Number of the receipt"), min_length=2, max_length=60)]
    additional: Annotated[
        Decimal,
        Field(
            title=_("Additional fine paid with it"),
            description=_("What had been added by the day of payment."),
            ge=0,
            decimal_places=2,
            json_schema_extra={"from": "added_today"},
        ),
    ] = Decimal(0)


class PartPaid(Paid):
    """The bank has the fine, but not all that had been added: how much came is told, never guessed."""

    additional: Annotated[
        Decimal,
        Field(
            title=_("Additional fine paid with it"),
            description=_("Less than what had been added by the day of payment; 0 where nothing of it came."),
            ge=0,
            decimal_places=2,
        ),
    ]


class RestPaid(Facts):
    """What had been added and was still owed has come as well."""

    rest_on: Annotated[dt.date, Field(title=_("Paid on"), json_schema_extra={"told": "rest_words"})]
    rest_receipt: Annotated[str, text(_("Number of the receipt"), min_length=2, max_length=60)]


class Waived(Facts):
    """Why what had been added is not collected."""

    waived_why: Annotated[str, long(_("Why it is waived"), min_length=4, max_length=1000, told="rest_words")]


class HandedIn(Facts):
    """Money that was taken on the spot lies with the office."""

    handed_on: Annotated[dt.date, Field(title=_("Money handed in on"))]
    voucher: Annotated[str, text(_("Number of the voucher"), min_length=2, max_length=60)]


class Appealed(Facts):
    """The party asked for reconsideration, or sued."""

    since: Annotated[dt.date, Field(title=_("Accepted on"))]
    what: Annotated[str, text(_("Before whom, and the number"), min_length=2, max_length=120)]


class AppealOver(Facts):
    """The review or the law suit is over and the decision stands."""

    until: Annotated[dt.date, Field(title=_("Ended on"))]


class Refunded(Facts):
    """The party has its money back."""

    refunded_on: Annotated[dt.date, Field(title=_("Refunded on"))]
    refund_receipt: Annotated[str, text(_("Number of the receipt"), min_length=2, max_length=60)]


class Looked(Facts):
    """What a person says to the doubts of a record from the field."""

    word: Annotated[str, long(_("What you found out"))]


class Withdrawn(Facts):
    """Why the decision is taken back."""

    reason: Annotated[str, long(_("Why it is withdrawn"), min_length=4, max_length=1000)]
