"""What people do with records that are owed; one transaction each, an entry in the ledger for each record."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter, scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.exchange import entries, notices
from zhijian.kernel.exchange.declared import owed as declared
from zhijian.kernel.exchange.models import Owed, State
from zhijian.kernel.exchange.owing import digests, due_of, look_again, owe_again, row_of
from zhijian.kernel.exchange.tables import Bad, Table, cells, table_of
from zhijian.kernel.matters.errors import Conflict, NotAllowed, NotOpen

WORKERS = (Role.CLERK, Role.HEAD, Role.SECTION, Role.DISPATCHER)  # who report for their offices, or take in
READERS = (*WORKERS, Role.LEADER, Role.AUDITOR)
COUNTED = 1000
OVER = (State.EXPORTED, State.RECEIPT, State.DONE_THERE, State.SENT_BACK)  # it went over once


def visible(actor: Actor) -> QuerySet[Owed]:
    """The records in the actor's area, where he may look at what goes over."""
    return Owed.objects.filter(area_filter(actor, roles=READERS))


def workable(actor: Actor) -> QuerySet[Owed]:
    """Those that he may report himself."""
    return Owed.objects.filter(area_filter(actor, roles=WORKERS))


def sent_back_count(actor: Actor) -> int:
    """How many of his offices' records were sent back, counted no further than `COUNTED`."""
    return workable(actor).filter(state=State.SENT_BACK)[:COUNTED].count()


def late_count(actor: Actor) -> int:
    """How many should have gone over before today, counted no further than `COUNTED`."""
    late = workable(actor).filter(state__in=[State.TO_REPORT, State.SENT_BACK], due__lt=calendar.today())
    return late[:COUNTED].count()


def locked(row: Owed, actor: Actor, version: int | None = None) -> Owed:
    """The record as it stands now, locked. Raises NotAllowed, or Conflict where somebody was there before."""
    now = workable(actor).select_for_update(of=("self",)).select_related("matter").filter(pk=row.pk).first()
    if now is None:
        raise NotAllowed(_("Only clerks, heads and sections of its area report it."))
    if version is not None and now.version != version:
        raise Conflict(version, now.version)
    return now


def put(row: Owed, state: str, at: dt.datetime, **more: Any) -> None:
    """Write a record's new state."""
    row.state, row.changed = state, at
    row.version += 1
    for name, value in more.items():
        setattr(row, name, value)
    row.save()


def note(kind: str, row: Owed, actor: Actor, at: dt.datetime, **data: Any) -> None:
    """The entry of an act, in the chain of the record's matter."""
    ledger.record(
        kind, actor=actor, subject=f"matter:{row.matter_id}", matter=row.matter, data={"table": row.path, **data}, at=at
    )


def told_now(row: Owed, table: Table) -> tuple[list[str], list[Bad]]:
    """The record's cells as they would go over now."""
    return cells(table, row_of(declared()[table.record], row.matter, table.platform))


def done_there(row: Owed, number: str, actor: Actor, version: int | None = None) -> Owed:
    """Somebody entered it on the other side by hand; `number` is what they call it there (may be empty)."""
    with transaction.atomic():
        row = locked(row, actor, version)
        if row.state not in (State.TO_REPORT, State.SENT_BACK):
            raise NotOpen(_("It went over already: %(state)s.") % {"state": row.get_state_display()})
        table, at = table_of(row.platform, row.table), when.now()
        shown, _bad = told_now(row, table)
        whole, sent = digests(table, shown)
        told = {"told": True, "digest": whole, "sent": sent, "why": "", "number": number[:80] or row.number}
        put(row, str(State.DONE_THERE), at, **told)
        note(entries.DONE_THERE, row, actor, at, number=row.number)
        keep_number(row)
    return row


def mended(row: Owed, reason: str, actor: Actor, version: int | None = None) -> Owed:
    """What was sent back is to go over again: it was put right, or nothing was wrong with it (`reason` says which)."""
    if row.state != State.SENT_BACK:
        raise NotOpen(_("It was not sent back: %(state)s.") % {"state": row.get_state_display()})
    return report_again(row, reason, actor, version)


def report_again(row: Owed, reason: str, actor: Actor, version: int | None = None) -> Owed:
    """What went over once goes over again; `reason` says what was put right or what is wrong there, as it was typed.

    Raises NotAllowed, Conflict, or NotOpen: without a word, or where it is still to be reported or withdrawn.
    """
    reason = reason.strip()
    if not reason:
        raise NotOpen(_("Say what was put right, or what is wrong there."))
    with transaction.atomic():
        row = locked(row, actor, version)
        if row.state not in OVER:
            raise NotOpen(_("It is not over there: %(state)s.") % {"state": row.get_state_display()})
        table, at = table_of(row.platform, row.table), when.now()
        due = row.due if row.state == State.SENT_BACK else due_of(table, declared()[table.record], row.matter, at,
                                                                    again=True)  # fmt: skip
        owe_again(row, reason[:300], due, at)
        note(entries.MENDED, row, actor, at, reason=reason[:300])
    return row


def answered(row: Owed, state: str, number: str, reason: str, actor: Actor, at: dt.datetime | None = None) -> bool:
    """The other side's answer to a record that is locked already. False where it says nothing new."""
    at = at or when.now()
    if state == State.EXPORTED:  # still being looked at there
        if not number or number == row.number:
            return False
        put(row, row.state, at, number=number[:80])
        keep_number(row)
        return True
    same = row.state == state and (not number or number == row.number)
    if same and (state != State.SENT_BACK or reason[:300] == row.why):
        return False
    why = reason[:300] if state == State.SENT_BACK else ""
    put(row, state, at, number=number[:80] or row.number, why=why, told=True)
    if state == State.SENT_BACK:
        note(entries.SENT_BACK, row, actor, at, reason=why or "-")
        notices.tell_sent_back(row, actor)
    else:
        note(entries.RECEIPT, row, actor, at, number=row.number or "-")
    keep_number(row)
    return True


def keep_number(row: Owed) -> None:
    """Tell the programme what the other side calls its record (an inspection code, a number of publication)."""
    one = declared().get(table_of(row.platform, row.table).record)
    if one is not None and one.kept is not None and row.number:
        with scoped(SYSTEM):
            one.kept(row.matter, row.platform, row.number)
        for other in declared().values():  # the number may be a column elsewhere
            if other is not one and other.kinds & one.kinds:
                look_again(other, row.matter, row.changed)
