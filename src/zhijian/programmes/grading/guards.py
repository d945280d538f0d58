"""When a step of a grade is open, and the sentence that says why not."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.matters import Guard, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.programmes.grading import rules
from zhijian.programmes.grading.models import Grading


def is_another(matter: Matter, record: Grading, actor: Actor, facts: Any) -> Guard:
    """Whoever differs sets another grade than the computed one."""
    if facts is not None and facts.to == record.computed:
        return no(_("This is the computed grade: confirm it instead."))
    return ok()


def is_changed(matter: Matter, record: Grading, actor: Actor, facts: Any) -> Guard:
    """A review that changes the grade names another one."""
    if facts is not None and facts.to == record.grade:
        return no(_("This is the grade in force: say why it stays instead."))
    return ok()


def is_an_area(matter: Matter, record: Grading, actor: Actor, facts: Any) -> Guard:
    """A place belongs to an office that there is."""
    return ok() if facts is None or facts.area in stack().areas else no(_("There is no such area."))


def has_happened(matter: Matter, record: Grading, actor: Actor, facts: Any) -> Guard:
    """Only what has happened raises a grade."""
    if facts is not None and facts.on > matter.day:
        return no(_("Enter it once it has happened."), rules.ADJUST)
    return ok()


def was_entered(matter: Matter, record: Grading, actor: Actor, facts: Any) -> Guard:
    """Only what stands can be taken back."""
    standing = record.events.filter(strikes=None, struck_by=None)  # type: ignore[attr-defined]
    if facts is None:
        return ok() if standing.exists() else no(_("Nothing that raises the grade is entered here."))
    return ok() if standing.filter(pk=facts.event).exists() else no(_("This entry does not stand here any more."))
