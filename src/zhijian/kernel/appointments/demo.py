"""The demo city's appointments: hours for re-checks, the counter's hours, and two enterprises that chose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from zhijian.kernel import when
from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import SYSTEM, actor_of, party_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.appointments import acts
from zhijian.kernel.appointments.declared import COUNTER, bookables
from zhijian.kernel.appointments.models import Slot
from zhijian.kernel.appointments.offering import Plan, offer
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices import sending
from zhijian.kernel.packs import stack

DAYS = 8  # working days that are offered
CHOSE = 2  # enterprises that have chosen


def plant(say: Callable[[str], None]) -> None:
    """Offer the slots of `demo.toml` (`[appointments]`) at the demo office, and let two enterprises choose; once."""
    told = stack().table("demo").get("appointments")
    with scoped(SYSTEM):
        if not told or Slot.objects.exists():
            return
    accounts = people.accounts()
    head = next(one for one in accounts if one.role == Role.HEAD)
    signs = next(one for one in accounts if one.area == head.area and one.certificate)
    officer = Person.objects.get(username=signs.username)
    today = calendar.today()
    first, last = (calendar.add_working_days(today, n)[0] for n in (1, DAYS))
    with when.as_of(calendar.start_of(today) - dt.timedelta(hours=14)):
        with scoped(actor_of(Person.objects.get(username=head.username))) as actor:
            for kind in (one for one in bookables().values() if one.visits):
                offer(_plan(kind.code, head.area, first, last, (14, 16), 1, officer=officer, minutes=60), actor)
            counter = _plan(COUNTER.code, head.area, first, last, (9, 11), 3, place=str(told["place"]), weekdays=(2, 4))
            offer(counter, actor)
        chose = sum(_choose(matter) for matter in _waiting(officer, head.area))
    say(f"appointments: slots of {DAYS} working days, {chose} booked")


def _plan(
    kind: str, area: str, first: dt.date, last: dt.date, hours: tuple[int, int], capacity: int, *, place: str = "",
    officer: Person | None = None, minutes: int = 0, weekdays: tuple[int, ...] = (1, 2, 3, 4, 5),
) -> Plan:  # fmt: skip
    begins, ends = (dt.time(hour) for hour in hours)
    return Plan(kind, area, first, last, begins, ends, capacity, place, officer, frozenset(weekdays), minutes)


def _waiting(officer: Person, area: str) -> list[Matter]:
    """Matters of the officer for which a time can be chosen."""
    with scoped(SYSTEM):
        rows = Matter.objects.filter(assignee=officer, area=area, closed=None, entity__isnull=False)
        found = rows.select_related("entity", "assignee", "second").order_by("-opened", "pk")[:60]
        fit = [one for one in found if any(kind.visits and not why for kind, why in acts.kinds_for(one))]
    return fit[:CHOSE]


def _choose(matter: Matter) -> bool:
    """The first free time, chosen by the enterprise on its page."""
    wish = acts.wish_of(matter)
    kind = next(kind for kind, why in acts.kinds_for(matter) if kind.visits and not why)
    with scoped(party_of(wish.entity)) as party:
        free = acts.free(wish, kind)
        if not free:
            return False
        acts.book(free[0][0], wish, party)
    sending.send_waiting(wish.entity)
    return True
