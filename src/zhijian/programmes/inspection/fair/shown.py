"""How an enterprise's year of visits is told on the desk: in the form, on the visit's page, in its file."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Entity
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.fair.capping import Standing, cause_of, standing
from zhijian.programmes.inspection.models import Inspection, Outside


def sentence(year: Standing) -> str:
    """The year in one sentence: what counts, of how many, and what stands outside the cap."""
    bound = year.tightest
    if bound is None:
        said = ngettext(
            "%(year)s so far: %(n)s visit of this enterprise counts, made or planned; no cap is set.",
            "%(year)s so far: %(n)s visits of this enterprise count, made or planned; no cap is set.", year.counted,
        ) % {"year": year.year, "n": year.counted}  # fmt: skip
    else:
        said = ngettext(
            "%(year)s so far: %(n)s visit of this enterprise counts, made or planned; the cap is %(cap)s.",
            "%(year)s so far: %(n)s visits of this enterprise count, made or planned; the cap is %(cap)s.", bound[0],
        ) % {"year": year.year, "n": bound[0], "cap": bound[1]}  # fmt: skip
    if year.outside:
        said += " " + ngettext(
            "%(n)s more is outside it.", "%(n)s more are outside it.", year.outside
        ) % {"n": year.outside}  # fmt: skip
    if year.reached:
        said += " " + _("One more needs a lawful exception.")
    return said


def year_of(matter: Matter, record: Inspection) -> dict[str, Any]:
    """For a visit's page while it is planned: how the year stands; its line of the plan, its exception, always."""
    cause = cause_of(record.purpose, record.outside)
    told: dict[str, Any] = {"line": record.line}
    if cause in Outside.values:
        row = rules.EXCEPTIONS[cause].maybe(record.planned_for or calendar.today())
        told |= {"outside": Outside(cause).label, "reason": record.outside_reason, "row": row}
    if matter.closed is None and record.ended is None and matter.entity is not None:
        day = record.planned_for or calendar.today()
        now = standing(matter.entity, day, record.purpose, premises=matter.premises)
        told |= {"said": sentence(now), "full": now.over, "unplanned": record.line is None and not told.get("outside")}
    return told


def year_panel(entity: Entity, actor: Actor) -> dict[str, Any]:
    """For an enterprise's file: this year's visits beside last year's."""
    today = calendar.today()
    last = standing(entity, today.replace(year=today.year - 1, day=1))
    return {"now": standing(entity, today), "last": last}
