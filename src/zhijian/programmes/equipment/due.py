"""Due days in the database: one piece after a step, and all of them each night."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.matters import State
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.equipment import maintenance, periods, rules
from zhijian.programmes.equipment.models import Equipment
from zhijian.programmes.equipment.periods import Due, Law, Piece

FACTS = (
    "category", "grade", "in_use_since", "supervised_on", "base_month", "inspected_on", "tested_on", "told_next",
    "failed_on", "failed_what",
)  # fmt: skip
COLUMNS = ", ".join(f"e.{name}" for name in FACTS)
RUNNING = f"""
    SELECT e.matter_id, e.next_on, e.next_what, {COLUMNS} FROM equipment_equipment e
    JOIN matters_matter m ON m.id = e.matter_id WHERE m.kind = 'equipment' AND m.state = 'in_use'
"""


def write(record: Equipment, found: Due | None) -> None:
    """Put the due day into the record (not saved); another day begins its reminders anew."""
    if (found.day if found else None) != record.next_on:
        record.reminded = 0
    record.next_on = found.day if found else None
    record.next_what = found.what if found else ""
    record.next_rule = found.rule if found else ""


def ground_of(record: Equipment) -> str:
    """By which rule it is due that day."""
    of = rules.BY_NAME.get(record.next_rule)
    return rules.ground(of, record.next_on) if of is not None and record.next_on else ""


def settle(matter: Matter, record: Equipment, at: dt.datetime, law: Law | None = None) -> None:
    """Count the due day of one piece anew, keep it, and let its clock run up to it; out of use nothing runs."""
    law = law or rules.law(calendar.legal_day(at))
    write(record, periods.due(record.piece, law) if matter.state == "in_use" else None)
    record.save(update_fields=["next_on", "next_what", "next_rule", "reminded"])
    if record.next_on is None:
        clocks.stop(matter, rules.INSPECT_BY, at)
    else:
        clocks.start(matter, rules.INSPECT_BY, at, until=record.next_on, by=ground_of(record))


def changed(law: Law) -> list[int]:
    """The pieces in use whose due day is another one by the rules as they stand (a rule or a year has changed)."""
    with connection.cursor() as cursor:
        cursor.execute(RUNNING)
        rows = cursor.fetchall()
    return [pk for pk, day, what, *facts in rows if not _stands(periods.due(Piece(*facts), law), day, what)]


def _stands(found: Due | None, day: dt.date | None, what: str) -> bool:
    return (found is None and day is None) or (found is not None and found.day == day and found.what == what)


def settle_all() -> int:
    """Count every due day anew, write only what has changed. Returns how many.

    Lifts that nobody has given a day of maintenance yet get one.
    """
    at = when.now()
    law = rules.law(calendar.legal_day(at))
    with scoped(SYSTEM):
        keys = changed(law)
        maintenance.run_all(calendar.legal_day(at))
        for matter in Matter.objects.filter(pk__in=keys).select_related("equipment").order_by("pk").iterator(1000):
            settle(matter, matter.equipment, at, law)  # type: ignore[attr-defined]
    return len(keys)


def is_overdue(record: Equipment, day: dt.date) -> bool:
    """Whether it must not run: its day is over, or it did not pass."""
    return record.failed_on is not None or (record.next_on is not None and record.next_on < day)


def barred(matter: Matter, record: Equipment) -> tuple[State, str] | None:
    """How a piece in use stands that did not pass: it waits for no day, it must not run (Safety Law art. 84)."""
    if matter.state != "in_use" or record.failed_on is None:
        return None
    told = {"what": record.get_failed_what_display(), "day": record.failed_on}  # type: ignore[attr-defined]
    return (
        State("failed", _("Did not pass"), tone="bad"),
        _("It did not pass its %(what)s on %(day)s: it must not run.") % told,
    )


def planted(record: Equipment, law: Law) -> Any:
    """The clock's last day of a piece that is planted, after its due day is written."""
    write(record, periods.due(record.piece, law))
    return record.next_on
