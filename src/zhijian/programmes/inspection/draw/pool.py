"""What a draw is made from: the open places of the area that were asked for, and the officers who can go to them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from zhijian.kernel.accounts.models import Leave, Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import below
from zhijian.kernel.registry.models import Premises, PremisesStatus
from zhijian.programmes.inspection.draw.models import Recusal

MOST_PLACES = 20_000  # of one pool; a city draws by district
Place = list[object]  # uid, grade, area, certificates that are recused
Officer = list[object]  # certificate, areas


def open_places(area: str, trade: str, grade: str) -> QuerySet[Premises]:
    """The places that may be drawn: somebody trades there, of that trade and risk grade where one is named."""
    rows = Premises.objects.filter(below("area", area), merged_into=None).exclude(status=PremisesStatus.CLOSED)
    rows = rows.filter(trade=trade) if trade else rows
    return rows.filter(risk=grade) if grade else rows


def places(rows: QuerySet[Premises], officers: Iterable[Person]) -> list[Place]:
    """The pool of places by uid, each with the officers who must not go there."""
    recused: dict[int, list[str]] = defaultdict(list)
    for entity, certificate in Recusal.objects.filter(person__in=list(officers)).values_list(
        "entity", "person__certificate_no"
    ):
        recused[entity].append(certificate)
    found = rows.order_by("uid").values_list("uid", "risk", "area", "entity")
    return [[str(uid), risk, area, sorted(recused[entity]) if entity in recused else []]
            for uid, risk, area, entity in found]  # fmt: skip


def able(area: str, first: dt.date, last: dt.date) -> list[Person]:
    """The inspectors of the area who can go on every day of the period: post and certificate hold, none is on leave."""
    people = Person.objects.filter(
        Q(posts__until=None) | Q(posts__until__gte=last), is_active=True, posts__role=Role.INSPECTOR,
        posts__since__lte=first,
    ).exclude(certificate_no="").exclude(certificate_until__lt=last)  # fmt: skip
    away = Leave.objects.filter(since__lte=last, until__gte=first)
    people = people.exclude(pk__in=away.values("person")).distinct().prefetch_related("posts")
    return [one for one in people.order_by("certificate_no") if areas_of(one, area, first, last)]


def areas_of(person: Person, area: str, first: dt.date, last: dt.date) -> list[str]:
    """The areas in which he inspects during the whole period, as far as they meet the area of the draw."""
    own = {
        post.jurisdiction_id
        for post in person.posts.all()  # type: ignore[attr-defined]
        if post.role == Role.INSPECTOR and post.holds_on(first) and post.holds_on(last)
    }
    return sorted(one for one in own if one.startswith(area) or area.startswith(one))


def officers(people: Iterable[Person], area: str, first: dt.date, last: dt.date) -> list[Officer]:
    """The pool of officers by certificate."""
    return [[one.certificate_no, areas_of(one, area, first, last)] for one in people]


def who_can(place: Place, pool: Iterable[Officer], besides: Iterable[str] = ()) -> list[str]:
    """The certificates of those who can go to a place: in whose area it lies, none of them recused."""
    _uid, _grade, area, recused = place
    never = {*recused, *besides}  # type: ignore[misc]
    return [
        str(certificate)
        for certificate, areas in pool
        if certificate not in never and any(str(area).startswith(one) for one in areas)  # type: ignore[attr-defined]
    ]
