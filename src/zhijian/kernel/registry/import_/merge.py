"""From staging into the register: a handful of set-based statements for each table, in the import's transaction.

The rules: a row that is new is written once, straight into the table; a row that stands is updated only where a value
differs; an empty cell never erases; an area that a person has pinned stays. So the same file again writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..models.files import LASTING
from ..text import fold, search_columns
from .compare import compare
from .mapping import Mapping, Section
from .rows import NULLABLE, SEARCH, STAGED

_REFRESH = 5_000  # rows whose search columns are made anew at a time


@dataclass(slots=True)
class Counts:
    """What a merge did, or in a trial would do."""

    new: int = 0
    changed: int = 0
    same: int = 0


@dataclass(frozen=True)
class Target:
    """A table of the register and how staged rows find their place in it."""

    kind: str
    person: str  # the column whose bigrams are searched beside the name's; "" where there is no name
    defaults: dict[str, str]
    links: dict[str, str]  # target column → expression over the joins
    joins: str = ""  # resolves keys of other staged rows

    @property
    def table(self) -> str:
        return f"registry_{self.kind}"

    @property
    def columns(self) -> list[str]:
        """Columns that a file may fill and change."""
        fixed = {
            "line",
            "k",
            "entity_k",
            "premises_k",
            "uid",
            "door_code",
            "scheme",
            "code",
            "source_key",
            "number",
            *SEARCH,
        }
        if self.kind == "licence":
            fixed.add("kind")
        return [c for c in STAGED[self.kind] if c not in fixed]


# A standing name as the converter of names would read it (`convert.name_converter`).
_AS_READ = (
    "regexp_replace(translate(normalize(t.name, NFKC), '()', '（）'), "
    "'([\u2e80-\u9fff）])\\s+(?=[\u2e80-\u9fff（])', '\\1', 'g')"
)
_LASTING = "({})".format(", ".join(f"'{one}'" for one in LASTING))
_ENTITY_JOIN = " LEFT JOIN match_entity en ON en.k = s.entity_k"
_PREMISES_JOIN = " LEFT JOIN match_premises pr ON pr.k = s.premises_k"
TARGETS = {
    "entity": Target("entity", "representative", {"status": "active"}, {}),
    "premises": Target("premises", "contact", {"status": "open"}, {"entity_id": "en.id"}, _ENTITY_JOIN),
    "licence": Target(
        "licence",
        "",
        {"status": "valid"},
        {"entity_id": "en.id", "premises_id": "pr.id"},
        _ENTITY_JOIN + _PREMISES_JOIN,
    ),
}


class Merge:
    """The merge of one staged file. `dry` only counts; `comparing` also finds what would change, field by field."""

    def __init__(self, cursor: Any, mapping: Mapping, dry: bool, comparing: bool = False) -> None:
        self.cursor, self.mapping, self.dry, self.comparing = cursor, mapping, dry, comparing
        self.changes: list[dict[str, Any]] = []
        self.args = {"source": mapping.source}
        entity = mapping.section("entity")
        assert entity is not None
        self.by_code = entity.key == "code"

    def _run(self, sql: str) -> int:
        self.cursor.execute(sql, self.args)
        return self.cursor.rowcount

    def table(self, section: Section) -> Counts:
        """Merge one staged table into its target."""
        target = TARGETS[section.kind]
        self._match(target)
        if target.kind == "entity" and not self.dry and any(c.to == "old_code" for c in section.columns):
            self._adopt_former_codes()
        placed = target.kind == "premises" and self.mapping.section("licence") is not None
        if placed:
            self._find_by_licence(first=True)
            found = self._find_by_address()
            self._belong(self._unlicensed(found))
        counts = Counts(changed=self._update(target, fill=section.mode == "fill"))
        if placed:
            self._find_by_licence(first=False)
            self._belong(found)
        counts.new = self._insert(target)
        staged = self._count(f"stage_{target.kind}")
        counts.same = staged - counts.new - counts.changed
        if target.person and not self.dry:
            self._refresh(target)
            self._follow_merges(target)
        return counts

    def _follow_merges(self, target: Target) -> None:
        """What hangs on a row that was merged into another one belongs to that one."""
        self._run(
            f"UPDATE match_{target.kind} m SET id = t.merged_into_id FROM {target.table} t "
            "WHERE t.id = m.id AND t.merged_into_id IS NOT NULL"
        )

    def _count(self, table: str, where: str = "") -> int:
        self.cursor.execute(f"SELECT count(*) FROM {table} {where}", self.args)
        return int(self.cursor.fetchone()[0])

    def _match(self, target: Target) -> None:
        """match_KIND: the staged keys that stand in the register already."""
        if target.kind == "entity" and self.by_code:
            on = "t.scheme = s.scheme AND t.code = s.code AND t.code <> ''"
        elif target.kind == "licence":
            on = "t.kind = s.kind AND t.number = s.number"
        else:
            on = "t.source = %(source)s AND t.source_key = s.source_key AND t.source_key <> ''"
        self._run(
            f"CREATE TEMP TABLE match_{target.kind} ON COMMIT DROP AS "
            f"SELECT s.k, t.id FROM stage_{target.kind} s JOIN {target.table} t ON {on}"
        )
        self.cursor.execute(f"ANALYZE match_{target.kind}")

    def _find_by_licence(self, *, first: bool) -> None:
        """Premises that another source brought are those to which the row's licence belongs already.

        Of several licences of one place the `first` row says what stands there; the others only belong to it. Where
        another licence brought the place, or was there before, it is that one that says it, in whatever file it comes.
        """
        only = (
            "AND NOT EXISTS (SELECT FROM match_premises m WHERE m.id = t.premises_id) "
            "AND NOT EXISTS (SELECT FROM registry_premises p JOIN registry_licence o ON o.premises_id = p.id "
            f"WHERE p.id = t.premises_id AND o.id <> t.id AND o.status IN {_LASTING} "
            "AND p.source_key <> t.number "
            "AND (o.number = p.source_key OR o.id < t.id) "
            "AND NOT EXISTS (SELECT FROM stage_licence f WHERE f.kind = o.kind AND f.number = o.number))"
            if first
            else ""
        )
        one = "t.premises_id, l.line" if first else "l.premises_k, l.line"
        self._run(
            f"INSERT INTO match_premises SELECT DISTINCT ON ({one.split(',')[0]}) l.premises_k, t.premises_id "
            "FROM stage_licence l JOIN registry_licence t ON t.kind = l.kind AND t.number = l.number "
            "WHERE t.premises_id IS NOT NULL AND l.premises_k <> '' "
            f"AND NOT EXISTS (SELECT FROM match_premises m WHERE m.k = l.premises_k) {only} ORDER BY {one}"
        )

    def _find_by_address(self) -> dict[str, int]:
        """A new licence of an enterprise is of the place that it has at that address, whatever is traded there.

        So a pharmacy that also sells food stays one shop with one door code. Another name is no obstacle where the
        enterprise has one place there, from another source, and the file one row. What stands there the place's own
        licence says; where it has none, the first row; a licence that is over closes only a place that it brought.
        """
        self._run(
            "SELECT s.k, s.entity_k, s.name, s.address, t.id, t.name, t.address, t.source = %(source)s "
            "FROM stage_premises s JOIN match_entity en ON en.k = s.entity_k "
            "JOIN registry_premises t ON t.entity_id = en.id "
            "WHERE s.address <> '' AND t.address <> '' AND t.merged_into_id IS NULL AND t.status <> 'closed' "
            "AND (s.status <> 'closed' OR EXISTS (SELECT FROM registry_licence o "
            f"WHERE o.premises_id = t.id AND o.status IN {_LASTING})) "
            "AND NOT EXISTS (SELECT FROM match_premises m WHERE m.k = s.k) ORDER BY s.line, t.id"
        )
        rows: dict[tuple[str, str], dict[str, str]] = {}  # enterprise and address → key of each row → its name
        places: dict[tuple[str, str], dict[int, tuple[str, bool]]] = {}
        for k, entity_k, name, address, pk, standing, at, own in self.cursor.fetchall():
            here = fold(address)
            if here and here == fold(at):
                rows.setdefault((entity_k, here), {})[k] = fold(name)
                places.setdefault((entity_k, here), {})[pk] = (fold(standing), own)
        found: dict[str, int] = {}
        for where, named in rows.items():
            there = places[where]
            for k, name in named.items():
                same = [pk for pk, (standing, _own) in there.items() if standing == name]
                lone = [pk for pk, (_name, own) in there.items() if not own and len(there) == len(named) == 1]
                if same or lone:
                    found[k] = (same or lone)[0]
        return found

    def _belong(self, found: dict[str, int]) -> None:
        """Rows that are not matched yet belong to these places."""
        self.cursor.execute(
            "INSERT INTO match_premises SELECT f.k, f.id FROM unnest(%s::text[], %s::bigint[]) AS f (k, id) "
            "WHERE NOT EXISTS (SELECT FROM match_premises m WHERE m.k = f.k)",
            [list(found), list(found.values())],
        )

    def _unlicensed(self, found: dict[str, int]) -> dict[str, int]:
        """Of these rows one for each place that has no licence and that no other row tells of."""
        self.cursor.execute(
            "SELECT p FROM unnest(%s::bigint[]) AS p WHERE NOT EXISTS "
            f"(SELECT FROM registry_licence o WHERE o.premises_id = p AND o.status IN {_LASTING}) "
            "AND NOT EXISTS (SELECT FROM match_premises m WHERE m.id = p)",
            [list(found.values())],
        )
        free = {pk for (pk,) in self.cursor.fetchall()}
        one = {pk: k for k, pk in reversed(found.items()) if pk in free}
        return {k: pk for pk, k in one.items()}

    def _adopt_former_codes(self) -> None:
        """An entity known by its former number gets the code that a row gives beside that number."""
        self._run(
            "WITH adopted AS (UPDATE registry_entity t SET scheme = s.scheme, code = s.code, old_code = t.code "
            "FROM stage_entity s WHERE s.old_code <> '' AND s.scheme <> 'reg15' AND t.scheme = 'reg15' "
            "AND t.code = s.old_code AND NOT EXISTS (SELECT FROM match_entity m WHERE m.k = s.k) RETURNING s.k, t.id) "
            "INSERT INTO match_entity SELECT k, id FROM adopted"
        )
        self._run(  # and a row that gives only the former number means the entity that bears it
            "INSERT INTO match_entity SELECT s.k, min(t.id) FROM stage_entity s JOIN registry_entity t "
            "ON t.old_code = s.code AND t.old_code <> '' WHERE s.scheme = 'reg15' "
            "AND NOT EXISTS (SELECT FROM match_entity m WHERE m.k = s.k) GROUP BY s.k"
        )

    def _insert(self, target: Target) -> int:
        unknown = f"NOT EXISTS (SELECT FROM match_{target.kind} m WHERE m.k = s.k)"
        if self.dry:
            return self._count(f"stage_{target.kind} s", f"WHERE {unknown}")
        values = {c: f's."{c}"' for c in STAGED[target.kind] if c not in ("line", "k", "entity_k", "premises_k")}
        for column, default in target.defaults.items():
            values[column] = f"coalesce(nullif(s.\"{column}\", ''), '{default}')"
        if target.kind != "licence":
            values |= {"source": "%(source)s", "pinned": "false"}
        values |= target.links
        names = ", ".join(f'"{c}"' for c in values)
        insert = (
            f"INSERT INTO {target.table} ({names}) SELECT {', '.join(values.values())} "
            f"FROM stage_{target.kind} s {target.joins} WHERE {unknown}"
        )
        if not self._is_linked_to(target):
            return self._run(insert)
        return self._run(  # remember what the new rows are called, for the tables that hang on them
            f"WITH made AS ({insert} RETURNING id, uid) "
            f"INSERT INTO match_{target.kind} SELECT s.k, made.id FROM made JOIN stage_{target.kind} s USING (uid)"
        )

    def _is_linked_to(self, target: Target) -> bool:
        """Whether other sections of the mapping belong to rows of this one."""
        return target.kind != "licence" and len(self.mapping.sections) > 1

    def _update(self, target: Target, fill: bool) -> int:
        """Update what differs. In a trial, links to rows that are not there yet don't count."""
        new = {c: _value(c, fill) for c in target.columns}
        new |= {c: f"coalesce({e}, t.{c})" for c, e in target.links.items()}
        if "entity_id" in new:  # whose it is was set by hand, see `joining.split`
            new["entity_id"] = f"CASE WHEN t.placed THEN t.entity_id ELSE {new['entity_id']} END"
        if target.kind == "premises" and "status" in new:  # one that was merged into another place stays closed
            new["status"] = f"CASE WHEN t.merged_into_id IS NULL THEN {new['status']} ELSE t.status END"
        if target.kind == "entity" and "phone" in new:
            new["phone"] = f"CASE WHEN t.phone_set THEN t.phone ELSE {new['phone']} END"
        if "name" in new:  # typed by a person with other brackets or blanks, it is the same name, and stays
            new["name"] = f"CASE WHEN {_AS_READ} = s.name THEN t.name ELSE {new['name']} END"
        if "area" in new:
            # A district never replaces an office within it: what the file says is only less exact.
            less = f"starts_with(t.area, {new['area']})"
            new["area"] = f"CASE WHEN t.pinned OR {less} THEN t.area ELSE {new['area']} END"
        source = f"stage_{target.kind} s JOIN match_{target.kind} m ON m.k = s.k {target.joins}"
        if self.comparing:
            matched = f"{source} JOIN {target.table} t ON t.id = m.id"
            self.changes += compare(self.cursor, self.args, target.kind, matched, new)
        standing = ", ".join(f't."{c}"' for c in new)
        differs = f"({standing}) IS DISTINCT FROM ({', '.join(new.values())})"
        if self.dry:
            return self._count(f"{source} JOIN {target.table} t ON t.id = m.id", f"WHERE {differs}")
        sets = [f'"{c}" = {e}' for c, e in new.items()]
        if target.person:
            sets += self._search_sets(target.person, new)
        return self._run(f"UPDATE {target.table} t SET {', '.join(sets)} FROM {source} WHERE t.id = m.id AND {differs}")

    @staticmethod
    def _search_sets(person: str, new: dict[str, str]) -> list[str]:
        """Search columns: the staged ones fit when the staged name, person and address are what will stand.

        Otherwise `fold` is emptied (no name has an empty one), and `_refresh` makes them anew.
        """
        told = ("name", person, "address")
        same = " AND ".join(f't."{c}" = {new[c]}' for c in told)
        fits = " AND ".join(f's."{c}" = {new[c]}' for c in told)
        blank = {"fold": "''"}
        return [
            f"{c} = CASE WHEN {same} THEN t.{c} WHEN {fits} THEN s.{c} ELSE {blank.get(c, 't.' + c)} END"
            for c in SEARCH
        ]

    def _refresh(self, target: Target) -> None:
        """Make the search columns of rows that were left with an empty `fold`."""
        while True:
            self.cursor.execute(
                f"SELECT id, name, {target.person}, address FROM {target.table} "
                f"WHERE fold = '' ORDER BY id LIMIT {_REFRESH}"
            )
            rows = self.cursor.fetchall()
            if not rows:
                return
            made = [(*search_columns(name, person, address), pk) for pk, name, person, address in rows]
            self.cursor.executemany(
                f"UPDATE {target.table} SET fold = %s, grams = %s, initials = %s, name_key = %s WHERE id = %s", made
            )

    def count_records(self, kind: str) -> int:
        """How many records of a kind are staged."""
        return self._count("stage_record", f"WHERE kind = '{kind}'")

    def records(self, kind: str) -> Iterator[dict[str, Any]]:
        """Staged records of a kind with the rows that they belong to, from a cursor on the server."""
        connection = self.cursor.connection
        placed = self.mapping.section("premises") is not None
        place, joins = ("pr.id", f"{_ENTITY_JOIN} {_PREMISES_JOIN}") if placed else ("NULL::bigint", _ENTITY_JOIN)
        sql = (
            f"SELECT s.line, en.id, {place}, s.data FROM stage_record s {joins} "
            "WHERE s.kind = %(kind)s AND en.id IS NOT NULL ORDER BY s.line"
        )
        with connection.cursor(name="registry_records") as rows:
            rows.itersize = 2_000
            rows.execute(sql, {**self.args, "kind": kind})
            for line, entity, premises, data in rows:
                yield {"line": line, "entity_id": entity, "premises_id": premises, "data": json.loads(data)}


def _value(column: str, fill: bool) -> str:
    """What will stand in a column: the file's value where it has one (`fill`: only where we have none)."""
    if column in ("extra",):
        return "s.extra || t.extra" if fill else "t.extra || s.extra"
    if column == "scope":
        keep = "t.scope <> '[]'" if fill else "s.scope = '[]'"
        return f"CASE WHEN {keep} THEN t.scope ELSE s.scope END"
    if column in NULLABLE:
        return f'coalesce(t."{column}", s."{column}")' if fill else f'coalesce(s."{column}", t."{column}")'
    first, second = ("t", "s") if fill else ("s", "t")
    return f'CASE WHEN {first}."{column}" <> \'\' THEN {first}."{column}" ELSE {second}."{column}" END'
