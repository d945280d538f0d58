"""Daily seals: the Merkle roots (SHA-256 and SM3) over the entries since the last seal, each holding the last's digest.

Whoever keeps one published seal can later prove that no entry before it was changed, taken out or put in.

Which entries are "since the last seal"? Numbers are taken when an entry is written and seen when its transaction
commits, so a lower number may appear after a higher one. A seal therefore waits for its horizon to settle, as
CREATE INDEX CONCURRENTLY does: (1) take the highest number that is visible; (2) note who holds the lock of a writer on
the ledger; (3) wait until all of them have ended. Who took a lower number held that lock by then, since a statement
locks its table before it takes a number; who gets the lock later gets a higher number. A transaction becomes visible
before it lets go of its locks, so what is read after (3) is all there will ever be. Nobody else waits. (This holds as
long as numbers come from the column's own default.)
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Max

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import merkle
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.evidence.models import LedgerEntry, Seal

WAIT_SECONDS = 120.0
WRITERS = """
    SELECT DISTINCT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND relation = 'evidence_ledgerentry'::regclass AND granted AND pid IS DISTINCT FROM pg_backend_pid()
      AND mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""


class Unsettled(RuntimeError):
    """Somebody has been writing into the ledger for too long: the seal is made later."""


def _writers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(WRITERS)
        return {row[0] for row in cursor.fetchall()}


def horizon(wait: float | None = None) -> int:
    """The highest entry below which no entry can appear any more (0: there is none).

    Waits at most `wait` seconds for those who are writing. Raises Unsettled.
    """
    deadline = time.monotonic() + (WAIT_SECONDS if wait is None else wait)
    highest = LedgerEntry.objects.aggregate(top=Max("id"))["top"] or 0
    before = _writers()
    while before & _writers():
        if time.monotonic() > deadline:
            raise Unsettled("a transaction that writes into the ledger does not end")
        time.sleep(0.05)
    return highest


def material(seal: Seal) -> dict[str, Any]:
    """What a seal's digest is taken over."""
    return {
        "day": seal.day.isoformat(),
        "first": seal.first_entry,
        "last": seal.last_entry,
        "count": seal.count,
        "root": seal.root,
        "root_sm3": seal.root_sm3,
        "previous": seal.previous,
    }


def digest_of(seal: Seal) -> str:
    """The digest of a seal, which the next one holds."""
    return sha256_hex(canonical(material(seal)))


def _digests(first: int, last: int) -> Iterator[tuple[str, str]]:
    rows = LedgerEntry.objects.filter(id__gte=first, id__lte=last).order_by("id").values_list("sha256", "sm3")
    return rows.iterator(chunk_size=5000)


def roots(first: int, last: int) -> tuple[int, str, str]:
    """Number of entries from `first` to `last`, and the roots over their digests (SHA-256, SM3)."""
    trees = merkle.Tree("sha256"), merkle.Tree("sm3")
    for digests in _digests(first, last):
        for tree, digest in zip(trees, digests, strict=True):
            tree.add(bytes.fromhex(digest))
    return trees[0].count, trees[0].root().hex(), trees[1].root().hex()


def make_seal(day: dt.date | None = None, wait: float | None = None) -> Seal:
    """Seal the entries since the last seal; a day has one seal, made when it begins (today's, if it is there already).

    Raises Unsettled.
    """
    day = day or calendar.today()
    with scoped(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('evidence.seal', 0))")
        last = Seal.objects.order_by("id").last()
        if last is not None and last.day >= day:
            return last
        first = last.last_entry + 1 if last else 1
        top = max(horizon(wait), first - 1)
        count, root, root_sm3 = roots(first, top)
        made = Seal(
            day=day,
            first_entry=first,
            last_entry=top,
            count=count,
            root=root,
            root_sm3=root_sm3,
            previous=last.digest if last else "",
        )
        made.digest = digest_of(made)
        made.save(force_insert=True)
        return made


@dataclass(frozen=True)
class Proof:
    """That an entry stands under a seal: what stands beside its way up to the root, for both digests."""

    seal: Seal
    entry: LedgerEntry
    beside: list[tuple[merkle.Side, bytes]]
    beside_sm3: list[tuple[merkle.Side, bytes]]

    def holds(self) -> bool:
        """Whether the entry's digests lead to the seal's roots."""
        sha256 = merkle.root_from("sha256", bytes.fromhex(self.entry.sha256), self.beside)
        sm3 = merkle.root_from("sm3", bytes.fromhex(self.entry.sm3), self.beside_sm3)
        return (sha256.hex(), sm3.hex()) == (self.seal.root, self.seal.root_sm3)


def inclusion_proof(entry: LedgerEntry) -> Proof | None:
    """The proof for an entry; None while it is not sealed yet. Needs a scope that sees the whole ledger."""
    seal = Seal.objects.filter(first_entry__lte=entry.pk, last_entry__gte=entry.pk).first()
    if seal is None:
        return None
    before = LedgerEntry.objects.filter(id__gte=seal.first_entry, id__lt=entry.pk).count()
    sha256, sm3 = (_column(seal, which) for which in (0, 1))
    return Proof(
        seal, entry, merkle.path("sha256", sha256, seal.count, before), merkle.path("sm3", sm3, seal.count, before)
    )


def _column(seal: Seal, which: int) -> Iterator[bytes]:
    """One of the two digests of each entry under a seal."""
    return (bytes.fromhex(pair[which]) for pair in _digests(seal.first_entry, seal.last_entry))


def told(seal: Seal) -> dict[str, Any]:
    """A seal as it is published."""
    return {**material(seal), "digest": seal.digest, "made_at": seal.made_at.astimezone(dt.UTC).isoformat()}
