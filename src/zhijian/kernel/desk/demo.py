"""The desk's part of the demo city: a list that the head of an office keeps, and why older limits were not kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils.translation import gettext as _

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import breaking, calendar
from zhijian.kernel.desk.lists import load
from zhijian.kernel.desk.models import SavedList
from zhijian.kernel.packs import in_its_language

SAID_AFTER = dt.timedelta(days=7)  # the reason of what was over before that stands there


def plant(heads: list[tuple[str, str]]) -> None:
    """For each head (user name, office), what is late in the first list that leads to a day. Does nothing twice."""
    room = next((one for one in load().values() if one.order == "due" and "overdue" in one.filters), None)
    if room is None:
        return
    with in_its_language():
        for username, area in heads:
            person = Person.objects.filter(username=username).first()
            if person is not None:
                values = {"query": "overdue=1", "shared": area}
                told = {"person": person, "room": room.slug(), "name": _("Overdue in my area")}
                SavedList.objects.get_or_create(**told, defaults=values)


def explain(usernames: list[str], say: Callable[[str], None]) -> None:
    """Each of these people said yesterday morning why what was over by then had not been kept. Does nothing twice."""
    breaking.mark()
    morning = calendar.start_of(calendar.today()) - dt.timedelta(hours=15)
    grounds, n = list(breaking.grounds()), 0
    for person in Person.objects.filter(username__in=usernames).order_by("pk"):
        actor = actor_of(person)
        with when.as_of(morning), scoped(actor):
            rows = breaking.broken(actor).filter(breaking.sayable(actor), matter__closed__lt=morning - SAID_AFTER)
            for pk, matter in list(rows.values_list("pk", "matter_id")):
                n += breaking.say([pk], grounds[matter % (len(grounds) - 1)], "", actor)  # the last one needs words
    say(f"desk: the reason of {n} time limits that were not kept")
