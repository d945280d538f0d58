"""What can happen to a draw: drawn, shown, confirmed; or discarded, which stays on record as well."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhijian.kernel.accounts import CLERK, HEAD, SECTION
from zhijian.kernel.matters import Facts, Flow, State, Step, long, text
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.draw import acts
from zhijian.programmes.inspection.draw.models import Draw


class Wish(Facts):
    """From what is drawn, and when the visits are made."""

    area: Annotated[str, Field(title=_("Area"), max_length=16, json_schema_extra={"widget": "plan_area"})]
    trade: Annotated[str, Field(title=_("Trade"), max_length=40, json_schema_extra={"widget": "draw_trade"})] = ""
    grade: Annotated[str, Field(title=_("Risk grade"), max_length=10, json_schema_extra={"widget": "draw_grade"})] = ""
    first: Annotated[dt.date, Field(title=_("First day of the visits"))]
    last: Annotated[dt.date, Field(title=_("Last day of the visits"))]


class Recused(Facts):
    """Who must not go to which place."""

    place: Annotated[int, Field(title=_("Place"), json_schema_extra={"widget": "drawn_place"})]
    person: Annotated[int, Field(title=_("Officer"), json_schema_extra={"widget": "drawn_officer"})]
    reason: Annotated[str, text(_("Reason"), max_length=300, description=_("Interest or kinship; no names."))]


class Why(Facts):
    """Why."""

    reason: Annotated[str, long(_("Reason"))]


VISIT_DRAW = Flow(
    kind="visit_draw",
    title=_("Random draw"),
    plural=_("Random draws"),
    record=Draw,
    numbered=False,
    of_area=True,
    states=[
        State("drawn", _("Drawn, to be confirmed"), tone="act"),
        State("confirmed", _("Confirmed, visits planned"), final=True, tone="good"),
        State("discarded", _("Discarded"), final=True),
    ],
    steps=[
        Step(
            "draw",
            to="drawn",
            who=[HEAD, SECTION, CLERK],
            label=_("Draw at random"),
            facts=Wish,
            said=_("Drawn at random for visits from {first} to {last}"),
            when=acts.can_be_drawn,
            article=rules.RANDOM_SHARE,
            does=acts.drawn,
        ),
        Step(
            "confirm",
            "drawn",
            "confirmed",
            who=[HEAD, SECTION],
            label=_("Confirm and plan the visits"),
            likely=True,
            confirm=True,
            said=_("Draw confirmed, visits planned"),
            does=acts.confirmed,
        ),
        Step(
            "recuse",
            "drawn",
            "drawn",
            who=[HEAD, SECTION, CLERK],
            label=_("Recuse an officer"),
            facts=Recused,
            said=_("An officer was recused and another one drawn"),
            when=acts.a_pair_is_left,
            does=acts.recused,
        ),
        Step(
            "discard",
            "drawn",
            "discarded",
            who=[HEAD, SECTION],
            label=_("Discard the draw"),
            facts=Why,
            confirm=True,
            said=_("Draw discarded: {reason}"),
        ),
    ],
)
