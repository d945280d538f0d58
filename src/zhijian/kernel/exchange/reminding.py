"""Who is asked for a reconciliation that was not made today."""

from __future__ import annotations

from django.db.models import Q

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Jurisdiction, Person, Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import below
from zhijian.kernel.clock import calendar
from zhijian.kernel.exchange import notices
from zhijian.kernel.exchange.models import Arrival, Owed
from zhijian.kernel.exchange.tables import Table, every_table, platforms

WHO = (Role.CLERK, Role.SECTION)


def missing(table: Table) -> list[str]:
    """The offices that keep the table's account, have something over there, and made no reconciliation today."""
    level = platforms()[table.platform].keeper
    done = Arrival.objects.filter(
        platform=table.platform, table=table.code, what=Arrival.What.LIST, day=calendar.today()
    ).values_list("area", flat=True)
    over = Owed.objects.filter(platform=table.platform, table=table.code, told=True)
    offices = Jurisdiction.objects.filter(level=level).values_list("code", flat=True)
    # One that a superior made for the whole city covers its districts.
    return [
        code
        for code in offices
        if not any(code.startswith(area) for area in done) and over.filter(below("area", code)).exists()
    ]


def remind_today() -> int:
    """One notice for each person and table a day. Runs as the system."""
    today = calendar.today()
    if not calendar.is_working_day(today):
        return 0
    told = 0
    for table in every_table():
        if not table.daily:
            continue
        for person in _people(missing(table)):
            notices.remind(person, table.path, today.isoformat(), SYSTEM)
            told += 1
    return told


def _people(areas: list[str]) -> list[Person]:
    today = calendar.today()
    posts = Post.objects.filter(role__in=WHO, jurisdiction_id__in=areas, since__lte=today, person__is_active=True)
    posts = posts.filter(Q(until=None) | Q(until__gte=today)).select_related("person")
    return list({post.person_id: post.person for post in posts}.values())
