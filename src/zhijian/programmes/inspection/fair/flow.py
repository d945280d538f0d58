"""What can happen to a yearly plan of inspections: from what is due to what the public reads."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhijian.kernel.accounts import CLERK, HEAD, INSPECTOR, SECTION
from zhijian.kernel.matters import Facts, Flow, State, Step, long, text
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.fair import planning
from zhijian.programmes.inspection.fair.models import YearPlan

Number = Annotated[int, Field(title=_("Visits in the year"), ge=0, le=30_000)]
Note = Annotated[str, text(_("Note"), max_length=300)]


class Begin(Facts):
    """Whose plan, and for which year."""

    area: Annotated[str, Field(title=_("Area"), max_length=16, json_schema_extra={"widget": "plan_area"})]
    year: Annotated[int, Field(title=_("Year"), ge=2020, le=2099, json_schema_extra={"widget": "plan_year"})]


class Line(Facts):
    """Another number of visits of a line."""

    line: Annotated[int, Field(title=_("Line"), json_schema_extra={"widget": "plan_line"})]
    visits: Number
    note: Note = ""


class Change(Line):
    """The same once it is published: with the reason."""

    reason: Annotated[str, long(_("Reason"))]


class NewLine(Facts):
    """A line that nothing due calls for: a special campaign of the office."""

    office: Annotated[str, Field(title=_("Office"), max_length=16, json_schema_extra={"widget": "plan_office"})]
    item: Annotated[str, Field(title=_("Item"), max_length=40, json_schema_extra={"widget": "plan_item"})]
    visits: Number
    note: Note = ""


class Why(Facts):
    """Why."""

    reason: Annotated[str, long(_("Reason"))]


PLANNERS = [HEAD, SECTION, CLERK]

VISIT_PLAN = Flow(
    kind="visit_plan",
    title=_("Yearly plan"),
    plural=_("Yearly plans"),
    record=YearPlan,
    numbered=False,
    of_area=True,
    reads=(INSPECTOR,),
    states=[
        State("draft", _("Draft"), tone="act"),
        State("submitted", _("Handed in"), tone="wait"),
        State("approved", _("Approved"), tone="act"),
        State("published", _("Published"), final=True, tone="good"),
        State("withdrawn", _("Withdrawn"), final=True, void=True),
    ],
    steps=[
        Step(
            "begin",
            to="draft",
            who=PLANNERS,
            label=_("Begin a yearly plan"),
            facts=Begin,
            said=_("Plan begun from what is due"),
            when=planning.one_a_year,
            does=planning.begun,
        ),
        Step(
            "submit",
            "draft",
            "submitted",
            who=PLANNERS,
            label=_("Hand in"),
            likely=True,
            said=_("Handed in for approval"),
            when=planning.has_lines,
            does=planning.submitted,
            confirm=True,
        ),
        Step(
            "set_line",
            "draft",
            "draft",
            who=PLANNERS,
            label=_("Change a line"),
            facts=Line,
            said=_("Line changed to {visits} visits"),
            when=planning.its_own_line,
            does=planning.line_set,
        ),
        Step(
            "add_line",
            "draft",
            "draft",
            who=PLANNERS,
            label=_("Add a line"),
            facts=NewLine,
            said=_("Line added with {visits} visits"),
            when=planning.a_new_line,
            article=rules.ITEMS,
            does=planning.line_added,
        ),
        Step(
            "make_anew",
            "draft",
            "draft",
            who=PLANNERS,
            label=_("Make the lines anew from what is due"),
            said=_("Lines made anew from what is due"),
            confirm=True,
            does=planning.made_anew,
        ),
        Step(
            "approve",
            "submitted",
            "approved",
            who=[HEAD, SECTION],
            label=_("Approve the plan"),
            likely=True,
            said=_("Plan approved"),
            when=planning.another_person,
            confirm=True,
        ),
        Step(
            "send_back",
            "submitted",
            "draft",
            who=[HEAD, SECTION],
            label=_("Send the plan back"),
            facts=Why,
            said=_("Plan sent back: {reason}"),
            when=planning.another_person,
        ),
        Step(
            "publish",
            "approved",
            "published",
            who=PLANNERS,
            label=_("Publish the plan"),
            likely=True,
            said=_("Plan published"),
            does=planning.published,
            confirm=True,
        ),
        Step(
            "change",
            "published",
            "published",
            who=[HEAD, SECTION],
            label=_("Change the published plan"),
            facts=Change,
            said=_("Line changed to {visits} visits: {reason}"),
            when=planning.its_own_line,
            does=planning.line_set,
        ),
        Step(
            "withdraw",
            ("draft", "submitted", "approved"),
            "withdrawn",
            who=[HEAD, SECTION],
            label=_("Withdraw the plan"),
            facts=Why,
            said=_("Plan withdrawn: {reason}"),
            confirm=True,
            does=planning.withdrawn,
        ),
    ],
)
