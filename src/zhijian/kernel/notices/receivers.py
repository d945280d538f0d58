"""Who is meant by a role or a relation of a matter."""

from __future__ import annotations

from django.db.models import Q

from zhijian.kernel.accounts.models import Person, Post
from zhijian.kernel.accounts.roles import Relation, Role
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Entity

Receiver = Person | Entity
To = Role | Relation | Person | Entity


def receivers(to: To, matter: Matter | None) -> list[Receiver]:
    """The people or the enterprise to tell. A role without a matter means nobody."""
    if isinstance(to, Person | Entity):
        return [to]
    if matter is None:
        return []
    if isinstance(to, Role):
        return list(holders(to, matter.area))
    found: dict[Relation, Receiver | None] = {
        Relation.ASSIGNEE: matter.assignee,
        Relation.SECOND: matter.second,
        Relation.PARTY: matter.entity,
    }
    receiver = found.get(to)
    return [receiver, *_stand_ins(receiver)] if receiver is not None else []


def _stand_ins(receiver: Receiver) -> list[Person]:
    """Who stands in today for somebody on leave: both are told."""
    if not isinstance(receiver, Person):
        return []
    day = calendar.today()
    leaves = receiver.leaves.between(day, day).filter(stand_in__is_active=True)
    return [leave.stand_in for leave in leaves.select_related("stand_in")]


def holders(role: Role, area: str) -> list[Person]:
    """Who holds `role` in the office of `area`, or in the nearest one above that has somebody."""
    today = calendar.today()
    posts = (
        Post.objects.filter(role=role, jurisdiction_id__in=[area[:end] for end in range(1, len(area) + 1)])
        .filter(Q(until=None) | Q(until__gte=today), since__lte=today, person__is_active=True)
        .select_related("person")
    )
    by_office: dict[str, dict[int, Person]] = {}
    for post in posts:
        by_office.setdefault(post.jurisdiction_id, {})[post.person_id] = post.person
    nearest = max(by_office, key=len, default=None)
    return list(by_office[nearest].values()) if nearest else []
