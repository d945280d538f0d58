"""What is counted of grades: how many places in each, and visits that are still due this year."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.figures import Period, figure


def _graded(t: Any, period: Period, area: Any) -> Any:
    rows = t.grading
    return rows.filter(rows.closed_on.isnull(), rows.grade != "", rows.since <= period.as_of, area(rows.area))


@figure(
    "grading.graded", _("Places with a risk grade"), unit=_("places"),
    definition=_("Food businesses with a confirmed risk grade that is in force now, decided by the end of the period."),
)  # fmt: skip
def graded(t: Any, period: Period, area: Any) -> Any:
    return _graded(t, period, area)


def _of_grade(grade: str, title: Any, definition: Any) -> None:
    def places(t: Any, period: Period, area: Any) -> Any:
        rows = _graded(t, period, area)
        return rows.filter(rows.grade == grade)

    figure(f"grading.grade_{grade.lower()}", title, unit=_("places"), definition=definition)(places)


_of_grade("A", _("Places of grade A"), _("Of the places with a risk grade: those of grade A."))
_of_grade("B", _("Places of grade B"), _("Of the places with a risk grade: those of grade B."))
_of_grade("C", _("Places of grade C"), _("Of the places with a risk grade: those of grade C."))
_of_grade("D", _("Places of grade D"), _("Of the places with a risk grade: those of grade D."))
figure(
    "grading.share_a", _("Grade A, of all graded"), unit="%",
    definition=_("Places of grade A, divided by places with a risk grade."),
    ratio=("grading.grade_a", "grading.graded"),
)  # fmt: skip
figure(
    "grading.share_d", _("Grade D, of all graded"), unit="%",
    definition=_("Places of grade D, divided by places with a risk grade."),
    ratio=("grading.grade_d", "grading.graded"),
)  # fmt: skip


@figure(
    "grading.visits_left", _("Visits still due this year by grade"), unit=_("visits"), sum="left",
    definition=_("Of the visits that the grades ask for this year: those not made yet, as of now."),
)  # fmt: skip
def visits_left(t: Any, period: Period, area: Any) -> Any:
    rows = t.grading
    return rows.filter(rows.closed_on.isnull(), rows.left > 0, area(rows.area))


@figure(
    "grading.reviews", _("Reviews of grades that wait"), unit=_("places"),
    definition=_("Grades of which the enterprise has asked for a review that is not answered yet."),
)  # fmt: skip
def reviews(t: Any, period: Period, area: Any) -> Any:
    rows = t.grading
    return rows.filter(rows.state == "asked", area(rows.area))
