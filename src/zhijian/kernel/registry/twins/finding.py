"""Finds pairs of files that may be one: each rule is one pass over an index or a table, and gives small groups only.

A value that many files share tells nothing (the phone of an agent who registers for hundreds): it is left out.

After a first look at everything, each night only files that were written since are compared, with whatever shares a
value with them. Once a week everything is looked at again: what a file no longer shares may be known by others only.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.jobs import every, job
from zhijian.kernel.registry.likely.seen import likeness
from zhijian.kernel.registry.models import MISREAD, Entity, Twin, TwinLook
from zhijian.kernel.registry.text import fold

FEW = 8  # files that share a value, at most
SAME_NAME = 20  # files of one name, at most: then their addresses decide
LIKE = 0.6  # how alike two names must be beside the same phone, 0 to 1
MOST = 50_000  # pairs that are kept; more is no list for people
BATCH = 2_000
WHOLE = dt.timedelta(days=6, hours=12)  # so old a look at everything is done again
SHARE = 0.2  # of all files that changed: from here on, looking at everything is the shorter way
STANDS = "merged_into_id IS NULL"
CODE = f"translate(upper(code), '{MISREAD[0]}', '{MISREAD[1]}')"
Pair = tuple[int, int]
Pairs = dict[Pair, set[str]]
Keep = Callable[[Any, Any], bool]


CHANGED = "(SELECT id FROM twin_changed)"


@dataclass(frozen=True)
class Rule:
    """Files that share the value of `expression` may be one, where few do."""

    expression: str
    where: str
    table: str = "registry_entity"
    key: str = "id"
    most: int = FEW

    def sql(self, *, whole: bool) -> str:
        """The keys of each group as an array: of all groups, or of those with a file that changed."""
        source, among = f"FROM {self.table} WHERE {self.where}", ""
        if not whole:
            among = f" AND {self.expression} IN (SELECT {self.expression} {source} AND {self.key} IN {CHANGED})"
        return (
            f"SELECT array_agg(DISTINCT {self.key}) {source}{among} GROUP BY {self.expression} "
            f"HAVING count(DISTINCT {self.key}) BETWEEN 2 AND {self.most}"
        )


GROUPS = {
    "code": Rule(CODE, f"code <> '' AND {STANDS}"),
    # As the index `entity_organisation` has it: how many codes have 18 places PostgreSQL can't guess.
    "organisation": Rule(
        f"SUBSTRING({CODE}, 9, 9)", f"code <> '' AND scheme = 'uscc' AND length(code) = 18 AND {STANDS}"
    ),
    "name_address": Rule("fold", f"fold <> '' AND address <> '' AND {STANDS}", most=SAME_NAME),
    "phone_name": Rule("phone", f"phone <> '' AND {STANDS}"),
    "licence": Rule(
        f"translate(upper(number), '{MISREAD[0]}', '{MISREAD[1]}')",
        f"number <> '' AND e.{STANDS}",
        table="registry_licence l JOIN registry_entity e ON e.id = l.entity_id",
        key="l.entity_id",
    ),
}
# The former number of one is the present code of the other.
RENUMBERED = f"""SELECT ARRAY[a.id, b.id] FROM registry_entity a JOIN registry_entity b ON b.code = a.old_code
    WHERE a.old_code <> '' AND a.id <> b.id AND a.{STANDS} AND b.{STANDS}"""
RENUMBERED_SINCE = f"{RENUMBERED} AND (a.id IN {CHANGED} OR b.id IN {CHANGED})"
# Rows written since a transaction, by the system column that each row has: no trigger, no index, nothing for imports to
# keep. It counts 32 bits, so what lies less than 2^31 beyond the mark is new.
WRITTEN = "((xmin::text::bigint - %(mark)s) & 4294967295) < 2147483648"
RUNNING = """SELECT coalesce(max(age), 0) FROM (
    SELECT (%s - l.transactionid::text::bigint) & 4294967295 AS age FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted AND a.datname = current_database()
    ) AS running WHERE age < 2147483648"""
SINCE = f"""CREATE TEMP TABLE twin_changed ON COMMIT DROP AS SELECT id FROM registry_entity WHERE {WRITTEN}
    UNION SELECT entity_id FROM registry_licence WHERE {WRITTEN}"""


def same_address(one: Entity, other: Entity) -> bool:
    """Whether both stand at one address, however it is written."""
    return fold(one.address) == fold(other.address)


def like_name(one: Entity, other: Entity) -> bool:
    """Whether the names are alike enough, beside the same phone."""
    return likeness(one.name, other.name) >= LIKE


# Rules whose groups are only candidates: what the database can't compare is compared here.
CLOSER: dict[str, Keep] = {"name_address": same_address, "phone_name": like_name}


def _groups(sql: str) -> Iterator[list[int]]:
    """The groups, fetched a part at a time."""
    with connection.cursor() as cursor:
        cursor.execute(f"DECLARE zj_twins NO SCROLL CURSOR FOR {sql}")
        while True:
            cursor.execute(f"FETCH {BATCH} FROM zj_twins")
            rows = cursor.fetchall()
            if not rows:
                break
            yield from (row[0] for row in rows)
        cursor.execute("CLOSE zj_twins")


def _pairs(groups: Iterable[list[int]], keep: Keep | None) -> Iterator[Pair]:
    blocks = iter(groups)
    while block := list(islice(blocks, BATCH)):
        rows: dict[int, Entity] = {}
        if keep is not None:
            wanted = {pk for group in block for pk in group}
            rows = Entity.objects.only("id", "name", "address").in_bulk(wanted)
        for group in block:
            for one, other in combinations(sorted(group), 2):
                if keep is None or (one in rows and other in rows and keep(rows[one], rows[other])):
                    yield one, other


def pairs(*, whole: bool = True) -> Pairs:
    """Every pair with its reasons (or those that changed files may have changed), at most `MOST`; surer rules first."""
    found: Pairs = defaultdict(set)

    def add(reason: str, sql: str) -> None:
        for pair in _pairs(_groups(sql), CLOSER.get(reason)):
            if pair in found or len(found) < MOST:
                found[pair].add(reason)

    add("code", GROUPS["code"].sql(whole=whole))
    add("code", RENUMBERED if whole else RENUMBERED_SINCE)
    for reason in ("licence", "organisation", "name_address", "phone_name"):
        add(reason, GROUPS[reason].sql(whole=whole))
    return found


def _moment() -> tuple[int, int]:
    """The oldest transaction of this database that still runs, and the next one of all. `pg_snapshot_xmin` would name
    the oldest of all databases on the server, and wait for another one's backup."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        now = int(cursor.fetchone()[0])
        cursor.execute(RUNNING, [now])
        age = cursor.fetchone()[0]
    return now - age, now


def _look(look: TwinLook, now: int) -> bool:
    """Whether everything is to be looked at; otherwise the table `twin_changed` says what."""
    if look.whole_at is None or timezone.now() - look.whole_at > WHOLE or not 0 <= now - look.mark < 2**31:
        return True  # also after a restore into another server, which counts anew
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.twin_changed")
        cursor.execute(SINCE, {"mark": look.mark})
        cursor.execute("ANALYZE twin_changed")
        cursor.execute("SELECT (SELECT count(*) FROM twin_changed) > %s * count(*) FROM registry_entity", [SHARE])
        return bool(cursor.fetchone()[0])


@every("40 2 * * *")
@job("registry.find_twins", title=_("Look for enterprises that are on file twice"), tries=2, lock="registry.twins")
def find() -> int:
    """Renew the list: new pairs are added, those that no rule gives any more go, what people said stays. Returns how
    many pairs this look has found."""
    with transaction.atomic():
        look, at = TwinLook.objects.select_for_update().get_or_create(pk=1)[0], timezone.now()
        mark, now = _moment()
        whole = _look(look, now)
        found = pairs(whole=whole)
        keys = sorted(found)
        for start in range(0, len(keys), BATCH):
            _keep({pair: found[pair] for pair in keys[start : start + BATCH]}, at)
        _drop(at, whole=whole)
        look.mark, look.whole_at = mark, at if whole else look.whole_at
        look.save()
    return len(keys)


def _drop(at: dt.datetime, *, whole: bool) -> None:
    """Take away the open pairs that were looked at and not found again."""
    gone = Twin.objects.filter(state=Twin.State.OPEN, found_at__lt=at)
    if not whole:
        changed = RawSQL("SELECT id FROM twin_changed", [])
        gone = gone.filter(Q(one_id__in=changed) | Q(other_id__in=changed))
    gone.delete()


def _keep(some: Pairs, at: Any) -> None:
    areas = dict(Entity.objects.filter(pk__in={pk for pair in some for pk in pair}).values_list("pk", "area"))
    rows = [
        Twin(
            one_id=one, other_id=other, area=areas[one], other_area=areas[other], found_at=at,
            reasons=sorted(reasons, key=list(GROUPS).index),
        )
        for (one, other), reasons in some.items()
    ]  # fmt: skip
    Twin.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["one", "other"],
        update_fields=["area", "other_area", "reasons", "found_at"],
    )
