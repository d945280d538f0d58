"""What has changed at the places of an area since a phone last asked; nothing is skipped, however writers overlap.

A sequence or a time cannot be the cursor: a transaction that took an earlier number may commit after we have read past
it. So each place carries the number of the transaction that wrote it last (`changed`, kept by triggers, migration
0002), and a page ends at the horizon: this database's oldest transaction still running. What is newer waits for the
next pull.

The cursor also holds the areas it was made for: after a transfer the phone gets its new areas from the start, and the
old places come back as removed. It holds the database's own number too, since transaction numbers mean nothing in a
restored copy; there, everything is sent again (and `after_restore` puts the stamps right).
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from .models import LASTING, Departure, Licence, Mention, Premises, PremisesStatus

Ranges = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Changes:
    """One page of changes. `cursor` goes into the next call; `more` says to make it at once."""

    rows: list[Premises]  # with entity and licences loaded
    removed: list[uuid.UUID]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class _Position:
    """Where a phone stands: places up to (changed, id) are delivered, departures up to transaction `left`."""

    changed: int = 0
    id: int = 0
    left: int = -1
    ranges: tuple[tuple[str, str], ...] = ()
    system: str = ""

    def encode(self) -> str:
        raw = json.dumps([self.changed, self.id, self.left, self.ranges, self.system], separators=(",", ":"))
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, cursor: str | None) -> _Position:
        """The position; the beginning for none and for anything that is no cursor of ours."""
        try:
            raw = json.loads(base64.urlsafe_b64decode((cursor or "") + "=" * (-len(cursor or "") % 4)))
            changed, pk, left, ranges, system = raw
            return cls(int(changed), int(pk), int(left), tuple((str(a), str(b)) for a, b in ranges), str(system))
        except (ValueError, TypeError, binascii.Error):
            return cls()


def changes_since(cursor: str | None, area_ranges: Ranges, limit: int = 500) -> Changes:
    """Places of `area_ranges` ([low, high) of area codes) that are new or changed since `cursor` (None: all of them).

    Removed are places that left the areas or closed. Rows of transactions that are still running, and of those that
    began after them, come with a later call.
    """
    ranges = tuple((str(low), str(high)) for low, high in area_ranges)
    horizon, own, system = _horizon()
    at = _Position.decode(cursor)
    removed: set[uuid.UUID] = set()
    if at.system != system or at.ranges != ranges:
        if at.system == system:
            removed |= _left_behind(at.ranges, ranges)
        at = _Position(left=horizon, ranges=ranges, system=system)
    rows = list(_after(at, ranges, horizon)[: limit + 1])
    if len(rows) > limit:
        rows = rows[:limit]
        last = rows[-1]
        new = _Position(last.changed, last.pk, at.left, ranges, system)
        return Changes(rows, sorted(removed), new.encode(), more=True)
    rows += _written_here(ranges, own) if own else []
    rows += _mentioned(at.left, horizon, own, ranges, {row.pk for row in rows})
    removed |= _departed(at.left, horizon, own, ranges)
    new = _Position(horizon - 1, 2**62, horizon, ranges, system)
    return Changes(rows, sorted(removed), new.encode(), more=False)


# A transaction of another database of the server never writes our rows, however long it lasts. Whose a running one is
# stands in the locks: each holds its own number. Who is not found there (just ended, or prepared) counts as ours.
HORIZON = """
SELECT least(own, pg_snapshot_xmax(seen)::text::bigint, (
           SELECT min(running::text::bigint) FROM pg_snapshot_xip(seen) AS running
           WHERE NOT EXISTS (
               SELECT FROM pg_locks JOIN pg_stat_activity AS other USING (pid)
               WHERE locktype = 'transactionid' AND granted AND mode = 'ExclusiveLock'
                 AND transactionid = running::xid AND other.datid <> base.oid
           )
       )),
       coalesce(own, 0),
       system_identifier::text || '.' || base.oid
FROM pg_control_system(), pg_current_snapshot() AS seen,
     (SELECT pg_current_xact_id_if_assigned()::text::bigint AS own) AS ours,
     (SELECT oid FROM pg_database WHERE datname = current_database()) AS base
"""


def _horizon() -> tuple[int, int, str]:
    """The oldest transaction of this database that may still be running, our own (0: nothing written), its number."""
    with connection.cursor() as cursor:
        cursor.execute(HORIZON)
        oldest, own, system = cursor.fetchone()
    return int(oldest), int(own), system


def _within(ranges: Ranges, field: str = "area") -> Q:
    where = Q(pk__in=[])
    for low, high in ranges:
        where |= Q(**{f"{field}__gte": low, f"{field}__lt": high})
    return where


def _open(ranges: Ranges) -> QuerySet[Premises]:
    """Open places of the areas, with entity and the licences that last."""
    licences = Prefetch("licences", Licence.objects.filter(status__in=LASTING).order_by("kind", "number"))
    rows = Premises.objects.filter(_within(ranges)).exclude(status=PremisesStatus.CLOSED)
    return rows.select_related("entity").prefetch_related(licences)


def _after(at: _Position, ranges: Ranges, horizon: int) -> QuerySet[Premises]:
    """Places after the position and before the horizon, in the order of the index (changed, id)."""
    # The ORM has no row comparison, and only that one walks the index.
    beyond = "(registry_premises.changed, registry_premises.id) > (%s::text::xid8, %s)"
    before = "registry_premises.changed < %s::text::xid8"
    rows = _open(ranges).extra(where=[beyond, before], params=[str(at.changed), at.id, str(horizon)])
    return rows.order_by("changed", "id")


def _written_here(ranges: Ranges, own: int) -> list[Premises]:
    """What this very transaction has written lies beyond the horizon: sent now and, harmlessly, once more later."""
    rows = _open(ranges).extra(where=["registry_premises.changed = %s::text::xid8"], params=[str(own)])
    return list(rows.order_by("id"))


WITHIN = "(changed >= %s::text::xid8 AND changed < %s::text::xid8) OR changed = %s::text::xid8"


def _mentioned(since: int, horizon: int, own: int, ranges: Ranges, sent: set[int]) -> list[Premises]:
    """Places of which something outside the register is new, but for those that are sent anyway."""
    new = Mention.objects.extra(where=[WITHIN], params=[str(since), str(horizon), str(own)])
    return list(_open(ranges).filter(pk__in=new.values("premises_id")).exclude(pk__in=sent).order_by("id"))


def _departed(since: int, horizon: int, own: int, ranges: Ranges) -> set[uuid.UUID]:
    """Places that left these areas or closed, and have not come back."""
    left = Departure.objects.filter(_within(ranges)).extra(where=[WITHIN], params=[str(since), str(horizon), str(own)])
    gone = set(left.values_list("premises_uid", flat=True))
    back = Premises.objects.filter(_within(ranges), uid__in=gone).exclude(status=PremisesStatus.CLOSED)
    return gone - set(back.values_list("uid", flat=True))


def _left_behind(old: Ranges, new: Ranges) -> set[uuid.UUID]:
    """Places of areas that the phone had and has no more."""
    rows = Premises.objects.filter(_within(old)).exclude(_within(new)) if old else Premises.objects.none()
    return set(rows.values_list("uid", flat=True))


def after_restore() -> int:
    """After a restore into another server: stamps from the future are those of the old one; stamp them as of now.

    Returns how many places were stamped. Until then they would not be sent.
    """
    with connection.cursor() as cursor:
        total = 0
        there = set(connection.introspection.table_names(cursor))  # a copy of an earlier release has no mentions yet
        for table in {"registry_premises", "registry_departure", "registry_mention"} & there:
            cursor.execute(
                f"UPDATE {table} SET changed = pg_current_xact_id() "
                f"WHERE changed >= pg_snapshot_xmax(pg_current_snapshot()) AND changed <> pg_current_xact_id()"
            )
            total += cursor.rowcount
        return total
