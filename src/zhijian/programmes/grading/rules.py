"""The rules that grades need, by name and meaning; what they are here and since when stands in the pack."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_noop as _

from zhijian.kernel.clock import Rule, rule
from zhijian.programmes.grading.points import Ground, Tables

CUTOFFS = rule("grading.cutoffs", _("Up to which risk points each grade reaches"))
VISITS_PER_YEAR = rule("grading.visits_per_year", _("How many visits a year each grade gets: [least, usual most]"))
CATERING_CUTOFFS = rule("grading.catering_cutoffs", _("From which points each grade of food service begins"))
LINES = rule("grading.lines", _("By which table of risk points each trade is graded"))
STATIC = {
    "making": rule("grading.static_making", _("Static risk points of food production, by factor")),
    "sale": rule("grading.static_sale", _("Static risk points of food sale, by factor")),
    "service": rule("grading.static_service", _("Static risk points of food service, by factor")),
}
DYNAMIC = rule("grading.dynamic", _("Dynamic risk points: what an item that failed at a visit counts, for how long"))
ADJUST = rule("grading.adjust", _("What raises a risk grade and what lowers it, and by how many levels"))
CATERING = rule("grading.catering", _("How the annual grade of food service is counted, and when none is given"))

NEEDED: dict[str, Rule] = {
    "lines": LINES, "dynamic": DYNAMIC, "adjust": ADJUST, "cutoffs": CUTOFFS, "visits": VISITS_PER_YEAR,
    **{f"static_{line}": one for line, one in STATIC.items()},
}  # fmt: skip
BESIDES: dict[str, Rule] = {"catering": CATERING, "catering_cutoffs": CATERING_CUTOFFS}


def tables(day: date) -> Tables | None:
    """The tables in force on a day; None in a place that grades nobody."""
    rows = {name: one.maybe(day) for name, one in NEEDED.items()}
    if any(row is None for row in rows.values()):
        return None
    rows |= {name: one.maybe(day) for name, one in BESIDES.items()}
    value: dict[str, Any] = {name: row.value for name, row in rows.items() if row is not None}
    return Tables(
        day, value["lines"], {line: value[f"static_{line}"] for line in STATIC}, value["dynamic"], value["adjust"],
        value["cutoffs"], value["visits"],
        {
            name: Ground(row.name, f"{row.basis} {row.article}".strip(), row.since, row.unverified)
            for name, row in rows.items()
            if row is not None
        },
        value.get("catering"), value.get("catering_cutoffs", ()),
    )  # fmt: skip
