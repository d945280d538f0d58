"""Whether one person can take another's place: the same roles at the same offices, and a certificate where he signs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Max
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import actor_of, subtree
from zhijian.kernel.accounts.models import Person, Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import said
from zhijian.kernel.matters import handing
from zhijian.kernel.words import listed

# They keep the house or read: nobody's matters hang on these posts.
NO_MATTERS = frozenset({Role.ADMIN, Role.AUDITOR})
# Who inspects does all that a helper does.
ALSO = {Role.HELPER: (Role.INSPECTOR,)}


def lacks(
    person: Person, other: Person, until: dt.date | None = None, areas: Collection[str] | None = None
) -> list[str]:
    """What `other` lacks to take the place of `person` from today (to `until`), each as a sentence; empty: nothing.

    Asked are the posts at which something lies that goes over (`areas`); all of them when None, or when nothing does.
    """
    day = calendar.today()
    if other.pk == person.pk:
        return [_("Choose somebody else.")]
    if not other.is_active:
        return [_("%(name)s's account is locked.") % {"name": other.name}]
    posts = [post for post in person.posts.all() if post.holds_on(day) and post.role not in NO_MATTERS]
    asked = [post for post in posts if areas is None or _lies_at(post, areas)] or posts
    found = []
    for post in asked:
        if not _holds(other, post, day):
            where, role = said.area_name(post.jurisdiction_id), Role(post.role)
            found.append(
                _("%(name)s is not %(role)s at %(area)s.") % {"name": other.name, "role": role.label, "area": where}
            )
        elif until is not None and post.holds_on(until) and not _holds(other, post, until):
            told = {"name": other.name, "area": said.area_name(post.jurisdiction_id), "day": until}
            found.append(_("%(name)s is not at %(area)s any more on %(day)s: his post there ends before.") % told)
    signs = any(post.role == Role.INSPECTOR for post in asked)
    if signs and not (other.signs_on(day) and other.signs_on(until or day)):
        found.append(_("%(name)s has no certificate in force for that time.") % {"name": other.name})
    return found


def _lies_at(post: Post, areas: Collection[str]) -> bool:
    low, high = subtree(post.jurisdiction_id)
    return any(low <= area < high for area in areas)


def _holds(other: Person, wanted: Post, day: dt.date) -> bool:
    """Whether he holds the role of that post, or one that does all of it, for the whole of its area."""
    roles = (wanted.role, *ALSO.get(Role(wanted.role), ()))
    return any(
        post.role in roles and post.holds_on(day) and _lies_at(post, [wanted.jurisdiction_id])
        for post in other.posts.all()
    )


def areas_of(giver: Person) -> list[str]:
    """The offices in which open matters of `giver` lie. Asked as the system."""
    return list(handing.open_of(giver).order_by("area").values_list("area", flat=True).distinct())


def out_of_reach(successor: Person, areas: Collection[str]) -> list[str]:
    """Those of `areas` that `successor` may not see, by name."""
    theirs = actor_of(successor)
    return [said.area_name(area) for area in areas if not theirs.can_read(area)]


def gone_by_then(giver: Person, successor: Person) -> list[str]:
    """Where what goes over is due after the successor's post ends (a loan), each as a sentence. Asked as the system."""
    found = []
    last = handing.open_of(giver).order_by().filter(due__isnull=False).values("area").annotate(day=Max("due"))
    for row in last:
        if row["day"] > calendar.today() and not actor_of(successor, row["day"]).can_read(row["area"]):
            told = {"name": successor.name, "area": said.area_name(row["area"]), "day": row["day"]}
            found.append(_("%(name)s is not at %(area)s any more on %(day)s, when the last of it is due.") % told)
    return found


def why_not(person: Person, others: Collection[Person], areas: Collection[str] | None, most: int = 3) -> list[str]:
    """Why those who are there cannot take his place, one reason each; first, where things lie at several offices."""
    found = []
    if areas is not None and len(areas) > 1:
        told = {"offices": listed(said.area_name(area) for area in areas)}
        found.append(_("Things lie at %(offices)s: whoever takes over works at all of them. Else give those of one"
                       " office to others from its list first, then hand over the rest.") % told)  # fmt: skip
    for other in others:
        if len(found) > most:
            break
        if other.pk != person.pk and (wrong := lacks(person, other, areas=areas)):
            found.append(wrong[0])
    return found


def able(person: Person, others: Collection[Person], areas: Collection[str] | None = None) -> list[Person]:
    """Those of `others` (with their posts fetched) who can take his place today."""
    found = [other for other in others if not lacks(person, other, areas=areas)]
    return found if areas is None else [other for other in found if not out_of_reach(other, areas)]
