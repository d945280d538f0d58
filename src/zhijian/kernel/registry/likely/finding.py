"""The rows of the register that may be meant: each branch by an index that the search has, all in one statement.

No branch reads more than `MOST` rows. Names are found by the bigrams that are left when any one character is wrong, by
the initials of their pinyin (what sounds alike begins alike), by former names; places by street and number; numbers by
their ends and by what one slip makes of them. What shares most bigrams with what was told is kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from zhijian.kernel.registry.likely.clues import LOCAL, Address, Clues, Name, local
from zhijian.kernel.registry.likely.compare import repaired, swapped
from zhijian.kernel.registry.likely.lore import Lore
from zhijian.kernel.registry.text import ADDRESS_SALT, grams, search_columns

MOST = 120  # rows of each branch
KEPT = 60  # candidates that are compared closely
END, BEGINNING = 5, 8  # digits by which a phone is found: one of them holds where another digit is wrong
NEAR = 300  # metres


@dataclass
class Found:
    """Entities to look at, with those premises of theirs that were found themselves."""

    entities: list[int] = field(default_factory=list)
    premises: set[int] = field(default_factory=set)


class _Query:
    """Collects branches over entities (t) and premises (t): conditions on columns that both tables have."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.args: list[Any] = []

    def add(self, where: str, args: Iterable[Any], tables: str = "ep", sure: bool = False) -> None:
        args = list(args)
        for table in tables:
            ids = {"e": "t.id, NULL::bigint", "p": "t.entity_id, t.id", "c": "t.entity_id, t.premises_id"}[table]
            name = {"e": "registry_entity", "p": "registry_premises", "c": "registry_registrationchange"}[table]
            self.parts.append(f"(SELECT {ids}, {int(sure)} FROM {name} t WHERE {where} LIMIT {MOST})")
            self.args += args

    def grams(self, sets: Iterable[Iterable[int]], tables: str = "ep") -> None:
        """Rows that hold every bigram of one of the sets."""
        wanted = [sorted(set(one)) for one in sets]
        wanted = [one for n, one in enumerate(wanted) if one and one not in wanted[:n]]
        if wanted:
            self.add(" OR ".join(["t.grams @> %s::int[]"] * len(wanted)), wanted, tables)


def find(clues: Clues, lore: Lore) -> Found:
    """One query; nothing found where nothing was told by which an index can find."""
    query = _Query()
    for code in clues.codes:
        query.add("t.code = ANY(%s) AND t.code <> ''", [[code, *repaired(code)]], "e", sure=True)
        query.add("t.old_code = %s AND t.old_code <> ''", [code], "e", sure=True)
    for phone in clues.phones:
        _phone(query, phone)
    for address in clues.addresses:
        _place(query, address)
    for name in clues.names:
        _name(query, name, lore)
        for address in clues.addresses:
            if address.road and name.trade_word:
                query.grams([{*grams(name.trade_word), *grams(address.road, ADDRESS_SALT)}])
    if clues.lat is not None and clues.lon is not None:
        _point(query, clues.lat, clues.lon)
    return _run(query, clues)


def _phone(query: _Query, phone: str) -> None:
    digits = local(phone)
    if len(digits) < LOCAL:
        return
    query.add("reverse(t.phone) LIKE %s AND t.phone <> ''", [digits[: -END - 1 : -1] + "%"], sure=True)
    if len(digits) > BEGINNING:
        query.add("t.phone LIKE %s AND t.phone <> ''", [digits[:BEGINNING] + "%"], sure=True)
    slips = swapped(digits)
    forms = slips if len(digits) > 8 else [f"{phone[: -len(digits)]}{dash}{one}" for one in slips for dash in ("", "-")]
    if forms:
        query.add("t.phone = ANY(%s) AND t.phone <> ''", [forms], sure=True)


def _place(query: _Query, address: Address) -> None:
    if address.road and address.number:
        query.grams([grams(f"{address.road}{address.number}", ADDRESS_SALT)])


def _name(query: _Query, name: Name, lore: Lore) -> None:
    body, stem = name.body, name.stem
    marks = grams(body)
    if not marks:
        return
    query.grams([marks])
    query.grams([marks], "c")
    if 1 < len(stem) < len(body):
        query.grams([grams(stem)])
    if len(body) > 2:  # a character is missing behind the first two
        query.grams([grams(body[:2])])
    query.grams(_without_one(body, len(stem)))
    if stem != body and len(stem) == 2:  # the second of two is wrong: the first one stands behind the name of a place
        query.grams([{*grams(end + stem[0]), *grams(body[2:])} for end in lore.list("place_ends")], "e")
    initials = search_columns(body)[2]
    if len(body) >= 4 and not body.isascii():
        query.add("t.initials LIKE %s", [f"%{initials}%"])


def _without_one(body: str, stem: int) -> list[set[int]]:
    """The bigrams that are left when one character is wrong; without those sets that only say the kind of shop."""
    sets = []
    for wrong in range(len(body)):
        left, right = body[:wrong], body[wrong + 1 :]
        marks = {*grams(left), *grams(right)}
        telling = len(left) > 1 or wrong + 1 < stem  # a bigram with a character of the stem is left
        if telling and len(marks) > (1 if len(body) > 3 else 0):
            sets.append(marks)
    return sets


def _point(query: _Query, lat: float, lon: float) -> None:
    north = NEAR / 111_320
    east = north / max(math.cos(math.radians(lat)), 0.01)
    where = "t.lat BETWEEN %s AND %s AND t.lon BETWEEN %s AND %s"
    query.add(where, [lat - north, lat + north, lon - east, lon + east], "p")


def _run(query: _Query, clues: Clues) -> Found:
    if not query.parts:
        return Found()
    told: set[int] = set()
    for name in clues.names:
        told.update(grams(name.body))
    for address in clues.addresses:
        told.update(grams(f"{address.road}{address.number}", ADDRESS_SALT))
    shared = "(SELECT count(*) FROM unnest({}.grams) g WHERE g = ANY(%s::int[]))"
    by_sign = f"(SELECT max({shared.format('p')}) FROM registry_premises p WHERE p.id = ANY(each.premises))"
    sql = (
        f"WITH found (entity, premises, sure) AS MATERIALIZED ({' UNION ALL '.join(query.parts)}), each AS ("
        "SELECT entity, array_remove(array_agg(DISTINCT premises), NULL) AS premises, max(sure) AS sure, "
        "count(*) AS ways FROM found GROUP BY entity) "
        "SELECT coalesce(e.merged_into_id, e.id), each.premises FROM each JOIN registry_entity e ON e.id = each.entity "
        f"ORDER BY each.sure DESC, greatest({shared.format('e')}, {by_sign}) DESC, each.ways DESC, "
        f"e.status <> 'active', e.id LIMIT {KEPT}"
    )
    marks = sorted(told)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*query.args, marks, marks])
        rows = cursor.fetchall()
    places = {pk for _, found in rows for pk in found}
    return Found(list(dict.fromkeys(pk for pk, _ in rows)), places)


EXACT = f"""
    SELECT w.n, coalesce(e.merged_into_id, e.id), found.premises
    FROM unnest(%(n)s::int[], %(what)s::text[], %(said)s::text[]) AS w(n, what, said), LATERAL (
        (SELECT id AS entity, NULL::bigint AS premises FROM registry_entity
         WHERE w.what = 'name' AND fold = w.said LIMIT {MOST})
        UNION ALL
        (SELECT entity_id, id FROM registry_premises
         WHERE w.what = 'name' AND fold = w.said AND merged_into_id IS NULL LIMIT {MOST})
        UNION ALL
        (SELECT id, NULL FROM registry_entity WHERE w.what = 'phone' AND phone = w.said AND phone <> '' LIMIT {MOST})
        UNION ALL
        (SELECT entity_id, id FROM registry_premises
         WHERE w.what = 'phone' AND phone = w.said AND phone <> '' AND merged_into_id IS NULL LIMIT {MOST})
        UNION ALL
        (SELECT id, NULL FROM registry_entity WHERE w.what = 'code' AND code = w.said AND code <> '' LIMIT {MOST})
    ) AS found JOIN registry_entity e ON e.id = found.entity
"""


def find_exact(every: Sequence[Clues]) -> list[Found]:
    """For each of many: who bears the very name, telephone or code that was told. One query, by the same indexes."""
    asked = [
        (n, what, said)
        for n, clues in enumerate(every)
        for what, words in (("name", [one.whole for one in clues.names]), ("phone", clues.phones),
                            ("code", clues.codes))
        for said in words
    ]  # fmt: skip
    found = [Found() for _ in every]
    if not asked:
        return found
    columns = zip(*asked, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(EXACT, {name: list(values) for name, values in zip(("n", "what", "said"), columns, strict=True)})
        rows = cursor.fetchall()
    for n, entity, premises in rows:
        if entity not in found[n].entities:
            found[n].entities.append(entity)
        if premises is not None:
            found[n].premises.add(premises)
    return found
