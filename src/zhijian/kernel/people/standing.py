"""Whether one person can take another's place: the same roles at the same offices, and a certificate where he signs."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import said
from zhijian.kernel.matters import handing

# They keep the house or read: nobody's matters hang on these posts.
NO_MATTERS = frozenset({Role.ADMIN, Role.AUDITOR})


def lacks(person: Person, other: Person, until: dt.date | None = None) -> list[str]:
    """What `other` lacks to take the place of `person` from today (to `until`), each as a sentence; empty: nothing."""
    day = calendar.today()
    if other.pk == person.pk:
        return [_("Choose somebody else.")]
    if not other.is_active:
        return [_("%(name)s's account is locked.") % {"name": other.name}]
    theirs = actor_of(other, day)
    found = []
    signs = False
    for post in person.posts.all():
        role = Role(post.role)
        if not post.holds_on(day) or role in NO_MATTERS:
            continue
        signs |= role is Role.INSPECTOR
        if not theirs.has(role, post.jurisdiction_id):
            where = said.area_name(post.jurisdiction_id)
            found.append(
                _("%(name)s is not %(role)s at %(area)s.") % {"name": other.name, "role": role.label, "area": where}
            )
    if signs and not (other.signs_on(day) and other.signs_on(until or day)):
        found.append(_("%(name)s has no certificate in force for that time.") % {"name": other.name})
    return found


def out_of_reach(giver: Person, successor: Person) -> list[str]:
    """Offices in which open matters of `giver` lie that `successor` may not see, by name. Asked as the system."""
    theirs = actor_of(successor)
    areas = handing.open_of(giver).order_by("area").values_list("area", flat=True).distinct()
    return [said.area_name(area) for area in areas if not theirs.can_read(area)]
