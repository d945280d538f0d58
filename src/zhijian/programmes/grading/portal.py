"""The enterprise's door: its own grade, why, in plain words, and how to ask for a review."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk.panels import Panel
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.party.pages import PartyPage, Say
from zhijian.programmes.grading import explaining
from zhijian.programmes.grading.flow import GRADING
from zhijian.programmes.grading.models import Grading

TONES = {"A": "good", "B": "good", "C": "warn", "D": "bad"}


def of_grade(matter: Matter, record: Grading, parts: Any) -> Say:
    """The grade in force, and what it means for visits; not what is only computed."""
    if matter.closed is not None or not record.grade:
        return Say("act", _("No grade is in force."))
    what = _("Your risk grade is %(grade)s (A is the best, D the worst).") % {"grade": record.grade}
    visits = ngettext(
        "With it you are visited at least once a year.", "With it you are visited at least %(n)s times a year.",
        record.needed,
    ) % {"n": record.needed}  # fmt: skip
    if matter.state == "asked":
        visits = _("You have asked for a review; you will be told what comes of it.")
    return Say(TONES[record.grade], what, visits)  # type: ignore[arg-type]


def why_panel(matter: Matter, record: Grading, actor: Actor) -> dict[str, Any]:
    """The decision that holds, with its reasons as they were on that day."""
    held = explaining.in_force(record)
    return {"held": held, "parts": explaining.parts(held) if held else []}


PAGE = PartyPage(
    GRADING,
    panels=[Panel("grading/party/grade.html", why_panel)],
    states={"proposed": gettext_lazy("In force"), "held": gettext_lazy("In force")},
    says=of_grade,
    rights=gettext_lazy(
        "If you hold the grade to be wrong, ask for a review here; the office answers with its reasons."
    ),
)
