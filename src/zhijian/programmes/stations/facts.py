"""What the steps of a station and of a dispute that lies with one must be told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhijian.kernel.matters import Facts, long, text
from zhijian.programmes.stations.models import LogEnd, StationSort, YearGrade

AMOUNT: Any = Field(title=_("Recovered for the consumer (¥)"), ge=0, max_digits=14, decimal_places=2)


class Described(Facts):
    """Where it is, and when somebody is there."""

    name: Annotated[str, text(_("Name of the station"), min_length=2, max_length=100)]
    address: Annotated[str, text(_("Its address"), min_length=2, max_length=200)]
    phone: Annotated[str, text(_("Its telephone, for everybody"), min_length=7, max_length=40)]
    hours: Annotated[str, text(_("When somebody is there"), min_length=2, max_length=100)]
    serves: Annotated[str, text(_("Whom it serves (a street, a market, its own customers)"), max_length=200)] = ""


class Applied(Described):
    """What an enterprise applies for."""

    sort: Annotated[StationSort, Field(title=_("Kind of station"))]


class Entered(Applied):
    """The same, entered by an office: whose it is, and which area it serves."""

    area: Annotated[str, Field(title=_("Which area it serves"), json_schema_extra={"widget": "own_office"})]
    holder: Annotated[
        str,
        Field(
            title=_("Registered code of the enterprise that keeps it"),
            description=_("An ODR enterprise has one; a community or an association that has none leaves it empty."),
            max_length=40,
        ),
    ] = ""


class Looked(Facts):
    """What was found by the items of the standard, by their numbers."""

    given: Annotated[dict[str, int], Field(title=_("Points of each item"))]
    found: Annotated[dict[str, str], Field(title=_("What was found"))] = {}


class Why(Facts):
    """Why."""

    why: Annotated[str, long(_("Why"), max_length=500)]


class Logged(Facts):
    """One dispute that a station received by itself."""

    day: Annotated[dt.date, Field(title=_("Received on"))]
    what: Annotated[
        str,
        Field(title=_("What it was about, what was done"), description=_("Name nobody."), min_length=2, max_length=300),
    ]
    ended: Annotated[LogEnd, Field(title=_("How it ended"))]
    amount: Annotated[Decimal | None, AMOUNT] = None


class Rated(Facts):
    """Which year, and what the head decides."""

    year: int
    decided: Annotated[YearGrade, Field(title=_("Grade"))]
    reason: Annotated[str, text(_("Why, where it is not what the formula says"), max_length=300)] = ""


class Sent(Facts):
    """What the station is told of the complaint."""

    summary: Annotated[
        str,
        Field(
            title=_("What the station is told"),
            description=_("What it needs to settle the dispute, and no more."),
            min_length=5,
            max_length=2000,
            json_schema_extra={"widget": "long", "personal": True},
        ),
    ]
    request: Annotated[str, text(_("What is asked for"), max_length=300)] = ""


class Reached(Facts):
    """That the consumer was spoken to."""

    note: Annotated[str, text(_("What was said"), max_length=300)] = ""


class Done(Facts):
    """How the two agreed."""

    done: Annotated[str, long(_("What was agreed, what was done"), max_length=1000)]
    recovered: Annotated[Decimal | None, AMOUNT] = None


class Needed(Facts):
    """Why the number is needed."""

    reason: Annotated[str, text(_("Why you need it"), min_length=2, max_length=200)]
