"""Finds pairs of files that may be one: each rule is one pass over an index or a table, and gives small groups only.

A value that many files share tells nothing (the phone of an agent who registers for hundreds): it is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, islice
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.jobs import every, job
from zhijian.kernel.registry.likely import likeness
from zhijian.kernel.registry.models import MISREAD, Entity, Twin
from zhijian.kernel.registry.text import fold

FEW = 8  # files that share a value, at most
SAME_NAME = 20  # files of one name, at most: then their addresses decide
LIKE = 0.6  # how alike two names must be beside the same phone, 0 to 1
MOST = 50_000  # pairs that are kept; more is no list for people
BATCH = 2_000
STANDS = "merged_into_id IS NULL"
CODE = f"translate(upper(code), '{MISREAD[0]}', '{MISREAD[1]}')"
Pair = tuple[int, int]
Pairs = dict[Pair, set[str]]
Keep = Callable[[Any, Any], bool]


def grouped(expression: str, where: str, *, table: str = "registry_entity", key: str = "id", most: int = FEW) -> str:
    """SQL: the keys of rows that share the expression, as one array for each value that few share."""
    return (
        f"SELECT array_agg(DISTINCT {key}) FROM {table} WHERE {where} GROUP BY {expression} "
        f"HAVING count(DISTINCT {key}) BETWEEN 2 AND {most}"
    )


GROUPS = {
    "code": grouped(CODE, f"code <> '' AND {STANDS}"),
    "organisation": grouped(
        f"substr({CODE}, 9, 9)", f"scheme = 'uscc' AND length(code) = 18 AND {STANDS}"
    ),
    "name_address": grouped("fold", f"fold <> '' AND address <> '' AND {STANDS}", most=SAME_NAME),
    "phone_name": grouped("phone", f"phone <> '' AND {STANDS}"),
    "licence": grouped(
        f"translate(upper(number), '{MISREAD[0]}', '{MISREAD[1]}')",
        f"number <> '' AND e.{STANDS}",
        table="registry_licence l JOIN registry_entity e ON e.id = l.entity_id",
        key="l.entity_id",
    ),
}  # fmt: skip
# The former number of one is the present code of the other.
RENUMBERED = f"""SELECT ARRAY[a.id, b.id] FROM registry_entity a JOIN registry_entity b ON b.code = a.old_code
    WHERE a.old_code <> '' AND a.id <> b.id AND a.{STANDS} AND b.{STANDS}"""


def _same_address(one: Entity, other: Entity) -> bool:
    return fold(one.address) == fold(other.address)


def _like_name(one: Entity, other: Entity) -> bool:
    return likeness(one.name, other.name) >= LIKE


# Rules whose groups are only candidates: what the database can't compare is compared here.
CLOSER: dict[str, Keep] = {"name_address": _same_address, "phone_name": _like_name}


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


def pairs() -> Pairs:
    """Every pair with its reasons, at most `MOST`; those with a surer rule first."""
    found: Pairs = defaultdict(set)

    def add(reason: str, given: Iterator[Pair]) -> None:
        for pair in given:
            if pair in found or len(found) < MOST:
                found[pair].add(reason)

    add("code", _pairs(_groups(GROUPS["code"]), None))
    add("code", _pairs(_groups(RENUMBERED), None))
    for reason in ("licence", "organisation", "name_address", "phone_name"):
        add(reason, _pairs(_groups(GROUPS[reason]), CLOSER.get(reason)))
    return found


@every("40 2 * * *")
@job("registry.find_twins", title=_("Look for enterprises that are on file twice"), tries=2, lock="registry.twins")
def find() -> int:
    """Renew the list: new pairs are added, those that no rule gives any more go, what people said stays."""
    with transaction.atomic():
        found, at = pairs(), timezone.now()
        keys = sorted(found)
        for start in range(0, len(keys), BATCH):
            _keep({pair: found[pair] for pair in keys[start : start + BATCH]}, at)
        Twin.objects.filter(state=Twin.State.OPEN, found_at__lt=at).delete()
    return len(keys)


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
