"""An officer's slots that are still to come go to his successor."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.appointments.declared import label_of
from zhijian.kernel.appointments.models import Slot
from zhijian.kernel.appointments.telling import said
from zhijian.kernel.clock import calendar
from zhijian.kernel.people.keeping import COUNTED, SHOWN, Row


def _coming(person: Person) -> QuerySet[Slot]:
    return Slot.objects.filter(officer=person, day__gte=calendar.today(), withdrawn_at=None)


def count(person: Person) -> int:
    """How many are still to come, counted no further than a bound."""
    return _coming(person)[: COUNTED + 1].count()


def rows(person: Person) -> list[Row]:
    """The same, the nearest first."""
    return [Row(f"{said(one)} {label_of(one.kind)}", one.place) for one in _coming(person).order_by("begins")[:SHOWN]]


def give(giver: Person, successor: Person, actor: Actor, at: dt.datetime) -> int:
    """Every slot that is still to come is the successor's, with what is booked of it."""
    return _coming(giver).update(officer=successor)
