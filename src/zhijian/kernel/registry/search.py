"""Finding an entity or a place as one types: by any part of a name, by initials, code, licence, phone, address, person.

One round trip: a branch for each way in which what was typed can be meant, each with the index made for it and a limit,
then ranked together. Measured choices (stack.md, search): bigrams in one integer array for names, persons and addresses
(apart by salts), trigrams for initials, plain B-trees in collation "C" for the beginnings of codes; the text itself is
looked at again outside the index, and no query lets two kinds of index compete for the same text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from zhijian.kernel.accounts.links import plain_number

from .door import read_door_code
from .models import Entity, Premises
from .text import ADDRESS_SALT, PERSON_SALT, fold, grams

Ranges = Sequence[tuple[str, str]]
Parts = list[tuple[str, bool]]

COUNT_CAP = 1_000
PER_BRANCH = 60  # candidates of each branch that are ranked
LONGEST = 60  # characters of a query that are looked at
END = 4  # signs at the end of a phone or a code that are enough to say something
_WHOLE_NUMBER = 18  # characters of the longest code

# Order of the ways to match: the smaller, the surer that it is what was meant.
RANK = {"door": 0, "code": 1, "licence": 1, "name": 2, "phone": 3, "sign": 4, "initials": 5, "address": 8, "former": 6}
RANK["representative"] = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """One entity (or one place of it) and why it was found."""

    entity: Entity
    premises: Premises | None
    why: str  # door, code, licence, name, former, sign, initials, representative, phone, address
    shown: str  # the text that matched
    parts: Parts  # the same text cut into pieces, (text, matched); a template escapes each piece


class Hits(list[Hit]):
    """Hits in order; `more` when there are others beyond the limit."""

    more: bool = False


@dataclass(frozen=True, slots=True)
class _Branch:
    """One way to match: a query that gives (entity id, premises id, why, rank)."""

    sql: str
    args: list[Any]


def search(q: str, *, limit: int = 20, ranges: Ranges | None = None) -> Hits:
    """The best `limit` hits for what somebody typed; nothing for less than two characters.

    `ranges` are ranges of area codes [low, high) (an actor's `scopes()`); None means everywhere.
    """
    typed = _typed(q)
    branches = _branches(typed, ranges)
    hits = Hits()
    if not branches:
        return hits
    limit = max(1, min(limit, 100))
    union = " UNION ALL ".join(f"({b.sql})" for b in branches)
    sql = (
        "WITH found AS MATERIALIZED (" + union + "), standing AS ("
        "SELECT coalesce(m.merged_into_id, m.id) AS entity_id, f.premises_id, f.why, f.rank, "
        "CASE WHEN f.why = 'former' THEN f.shown WHEN m.merged_into_id IS NOT NULL THEN m.name END AS shown "
        "FROM found f JOIN registry_entity m ON m.id = f.entity_id), best AS ("
        "SELECT DISTINCT ON (entity_id) * FROM standing ORDER BY entity_id, rank, premises_id) "
        "SELECT b.premises_id, b.why, e.id, e.uid, e.scheme, e.code, e.name, e.kind, e.status, e.representative, "
        "e.phone, e.address, e.area, p.id, p.uid, p.name, p.address, p.area, p.trade, p.door_code, p.status, "
        "p.phone, b.shown "
        "FROM best b JOIN registry_entity e ON e.id = b.entity_id "
        "LEFT JOIN LATERAL (SELECT * FROM registry_premises x WHERE x.entity_id = e.id "
        "AND x.merged_into_id IS NULL AND (b.premises_id IS NULL OR x.id = b.premises_id) "
        "ORDER BY x.status = 'closed', x.id LIMIT 1) p ON true "
        "ORDER BY b.rank + (e.status IN ('closed', 'revoked', 'annulled', 'moved'))::int * 2, length(e.fold), e.id "
        "LIMIT %s"
    )
    args = [a for b in branches for a in b.args] + [limit + 1]
    with connection.cursor() as cursor:
        cursor.execute(sql, args)
        rows = cursor.fetchall()
    hits.extend(_hit(row, typed) for row in rows[:limit])
    hits.more = len(rows) > limit
    return hits


def matching(rows: QuerySet[Entity], q: str) -> QuerySet[Entity]:
    """A list of entities narrowed to what somebody typed; for list pages, which sort and page by themselves."""
    typed = _typed(q)
    branches = _branches(typed, None, per_branch=COUNT_CAP)
    if not branches:
        return rows.none() if typed else rows
    union = " UNION ".join(f"SELECT entity_id FROM ({b.sql}) b{i}" for i, b in enumerate(branches))
    standing = "coalesce(m.merged_into_id, m.id) FROM registry_entity m WHERE m.id IN"
    with connection.cursor() as cursor:
        args = [a for b in branches for a in b.args]
        cursor.execute(f"SELECT {standing} (SELECT entity_id FROM ({union}) u LIMIT {COUNT_CAP})", args)
        found = [row[0] for row in cursor.fetchall()]
    return rows.filter(pk__in=found)


def capped_count(rows: QuerySet[Any]) -> tuple[int, bool]:
    """How many rows, up to 1,000, and whether there are more (shown as "1,000+")."""
    found = rows.order_by()[: COUNT_CAP + 1].count()
    return min(found, COUNT_CAP), found > COUNT_CAP


def by_door_code(typed: str) -> Premises | None:
    """The place whose door bears the code; None for a code that is wrong or unknown."""
    code = read_door_code(typed)
    rows = Premises.objects.select_related("entity", "merged_into__entity")
    found = rows.filter(door_code=code).first() if code else None
    return found.stands if found else None


def by_code(code: str) -> Entity | None:
    """The entity of a whole code, also of its former number, or of a row that was merged into it."""
    code = _typed(code).upper()
    rows = Entity.objects.select_related("merged_into").filter(Q(code=code) | Q(old_code=code)).exclude(code="")
    found = rows.first() if code else None
    return found.stands if found else None


# -- what can be meant ----------------------------------------------------------------------------------------------


def _typed(q: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFKC", q[: 4 * LONGEST]))
    return " ".join(printable.split())[:LONGEST]


def _like(text: str) -> str:
    """Text for LIKE with its wildcards taken literally."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _in_ranges(alias: str, ranges: Ranges | None) -> tuple[str, list[str]]:
    if ranges is None:
        return "", []
    if not ranges:
        return " AND false", []
    clause = " OR ".join(f"({alias}.area >= %s AND {alias}.area < %s)" for _ in ranges)
    return f" AND ({clause})", [v for low, high in ranges for v in (low, high)]


def _branches(typed: str, ranges: Ranges | None, per_branch: int = PER_BRANCH) -> list[_Branch]:
    """Every way in which `typed` can be meant."""
    folded = fold(typed)
    if len(folded) < 2:
        return []
    made = _Maker(ranges, per_branch)
    terms = [t for t in typed.split() if len(fold(t)) > 1]
    single = [t for t in typed.split() if len(fold(t)) == 1 and not t.isascii()]
    compact = folded if folded.isascii() else ""
    if door := read_door_code(typed):
        made.premises("door", "t.door_code = %s", [door])
    if compact and (any(map(str.isdigit, compact)) or len(compact) > 2):
        made.numbers(compact)
    if any(map(str.isdigit, folded)) and len(folded) > 2:
        made.licence(compact or typed.replace(" ", "").upper())  # 鲁CB533000503: some begin with the province
    if compact.isdigit() and 3 <= len(compact) <= 15:
        made.phone(typed.replace(" ", ""), plain_number(typed))
    if compact.isalpha() and len(compact) >= 3:
        made.initials(compact.lower())
    chinese = not typed.isascii()
    words = len(terms) > 1 and (chinese or all(map(str.isalpha, terms)))
    if words or (single and terms and not terms[0].isascii()):
        made.several(terms, single)
    if len(terms) < 2 or not chinese:
        made.name(folded)
        made.person(folded)
        made.address(typed)
    return made.branches


class _Maker:
    """Writes the branches; each with its own index, area filter and limit."""

    def __init__(self, ranges: Ranges | None, per_branch: int) -> None:
        self.ranges, self.per_branch = ranges, per_branch
        self.branches: list[_Branch] = []

    def _add(
        self, table: str, ids: str, why: str, where: str, args: list[Any], rank: str, rank_args: tuple[Any, ...]
    ) -> None:
        area, more = _in_ranges("t", self.ranges)
        shown = "t.old" if why == "former" else "NULL::text"
        select = f"SELECT {ids}, '{why}' AS why, {rank or RANK[why]} AS rank, {shown} AS shown FROM {table} t"
        sql = f"{select} WHERE {where}{area} LIMIT {self.per_branch}"
        self.branches.append(_Branch(sql, [*rank_args, *args, *more]))

    def entity(self, why: str, where: str, args: list[Any], rank: str = "", rank_args: tuple[Any, ...] = ()) -> None:
        """A branch over entities."""
        ids = "t.id AS entity_id, NULL::bigint AS premises_id"
        self._add("registry_entity", ids, why, where, args, rank, rank_args)

    def premises(self, why: str, where: str, args: list[Any], rank: str = "", rank_args: tuple[Any, ...] = ()) -> None:
        """A branch over premises."""
        self._add("registry_premises", "t.entity_id, t.id AS premises_id", why, where, args, rank, rank_args)

    def numbers(self, text: str) -> None:
        """Beginnings of codes and former numbers; of a code also the end (from four signs on)."""
        prefix = _like(text[:_WHOLE_NUMBER]) + "%"
        self.entity("code", "t.code LIKE %s", [prefix])
        self.entity("code", "t.old_code LIKE %s AND t.old_code <> ''", [prefix])
        if END <= len(text) < _WHOLE_NUMBER:
            self.entity("code", "reverse(t.code) LIKE %s AND t.code <> ''", [_like(text[::-1]) + "%"])

    def licence(self, text: str) -> None:
        """Beginning of a licence's number."""
        table = "(SELECT l.*, e.area FROM registry_licence l JOIN registry_entity e ON e.id = l.entity_id)"
        ids = "t.entity_id, t.premises_id"
        self._add(table, ids, "licence", "t.number LIKE %s", [_like(text) + "%"], "", ())

    def phone(self, typed: str, digits: str) -> None:
        """Beginning or end of a phone, the enterprise's or a shop's; at the end four digits say something."""
        begins = [_like(typed) + "%", digits + "%"]
        if digits.startswith("0") and len(digits) > 4:  # the code of an area is set apart by a dash, or not
            begins += [f"{digits[:n]}-{digits[n:]}%" for n in (3, 4)]
        begins = list(dict.fromkeys(begins))
        ways = [("t.phone LIKE %s", begin) for begin in begins]
        ways += [("reverse(t.phone) LIKE %s", digits[::-1] + "%")] if len(digits) >= END else []
        for add in (self.entity, self.premises):
            for way, text in ways:
                add("phone", f"{way} AND t.phone <> ''", [text])

    def initials(self, letters: str) -> None:
        """First letters of the pinyin, anywhere in the name; at its beginning is better."""
        rank, begins = f"{RANK['initials']} - (t.initials LIKE %s)::int", (f"{letters}%",)
        self.entity("initials", "t.initials LIKE %s", [f"%{letters}%"], rank, begins)
        self.premises("initials", "t.initials LIKE %s", [f"%{letters}%"], rank, begins)

    def name(self, folded: str) -> None:
        """Any part of a name: its beginning by the B-tree (never lost behind the limit), the rest by bigrams."""
        args = [grams(folded), f"%{folded}%"]
        self.entity("name", "t.fold LIKE %s", [folded + "%"], f"{RANK['name']} - (t.fold = %s)::int", (folded,))
        self.entity("name", "t.grams @> %s::int[] AND t.fold LIKE %s", args, str(RANK["name"] + 1))
        self.premises("sign", "t.grams @> %s::int[] AND t.fold LIKE %s", args)
        table = "(SELECT c.*, e.area FROM registry_registrationchange c JOIN registry_entity e ON e.id = c.entity_id)"
        self._add(
            table, "t.entity_id, t.premises_id", "former", "t.grams @> %s::int[] AND t.fold LIKE %s", args, "", ()
        )

    def person(self, folded: str) -> None:
        """The representative; two to four characters in Chinese, any name elsewhere."""
        if folded.isdigit():
            return
        where = "t.grams @> %s::int[] AND replace(t.representative, ' ', '') ILIKE %s"
        self.entity("representative", where, [grams(folded, PERSON_SALT), f"%{_like(folded)}%"])

    def address(self, typed: str) -> None:
        """Any part of an address: of Chinese from two characters on, of letters and digits from three."""
        folded = fold(typed)
        if len(folded) < (3 if folded.isascii() else 2):
            return
        args = [grams(folded, ADDRESS_SALT), f"%{_like(typed)}%"]
        self.entity("address", "t.grams @> %s::int[] AND t.address ILIKE %s", args)
        self.premises("address", "t.grams @> %s::int[] AND t.address ILIKE %s", args)

    def several(self, terms: list[str], single: list[str]) -> None:
        """Several words, each in the name, the person or the address (香源 张店); of a shop, also in its sign.

        Beside a Chinese word, by which the index finds, digits may be the end of the phone and letters the initials
        (5678 烤鱼, kyd 张店), and a single character (王 香源) any of it: looked at in the rows that it has found.
        """
        plain = [t for t in terms if not t.isascii()]
        for add in (self.entity, self.premises):
            clauses: list[str] = []
            args: list[Any] = []
            for term in plain:
                folded = fold(term)
                # Two-character words are their one bigram; longer ones that only share all bigrams rank last anyway.
                clauses.append("(t.grams @> %s::int[] OR t.grams @> %s::int[] OR t.grams @> %s::int[])")
                args += [grams(folded), grams(folded, PERSON_SALT), grams(folded, ADDRESS_SALT)]
            for term in (t for t in terms if t.isascii()):
                clause, more = self._beside(term, alone=not plain)
                clauses.append(clause)
                args += more
            person = "representative" if add == self.entity else "contact"
            for char in single:
                clauses.append(f"(t.fold LIKE %s OR t.{person} LIKE %s OR t.address LIKE %s)")
                args += [f"%{char}%"] * 3
            add("name" if add == self.entity else "sign", " AND ".join(clauses), args)

    @staticmethod
    def _beside(term: str, alone: bool) -> tuple[str, list[Any]]:
        """A word of ASCII letters or digits among several. Its bigrams say little, so the text is looked at, too.

        `alone`: there is no Chinese word beside it, so it must find rows by the index itself.
        """
        folded = fold(term)
        ways = ["(t.grams @> %s::int[] AND t.fold LIKE %s)", "(t.grams @> %s::int[] AND t.address ILIKE %s)"]
        args: list[Any] = [grams(folded), f"%{folded}%", grams(folded, ADDRESS_SALT), f"%{_like(term)}%"]
        if not alone and folded.isdigit() and len(folded) >= 4:
            ways.append("right(t.phone, %s) = %s")
            args += [len(folded), folded]
        if not alone and folded.isalpha():
            ways.append("t.initials || '' LIKE %s")  # '' keeps the trigrams from being asked as well
            args.append(f"%{folded.lower()}%")
        return f"({' OR '.join(ways)})", args


# -- what is shown --------------------------------------------------------------------------------------------------


def highlight(text: str, folded: str) -> Parts:
    """Cut `text` into pieces (piece, matched) where its folded form holds `folded`. Pieces are plain text, not HTML."""
    letters = [(i, c) for i, char in enumerate(text) for c in fold(char)]
    plain = "".join(c for _, c in letters)
    at = plain.find(folded) if folded else -1
    if at < 0:
        return [(text, False)]
    start, end = letters[at][0], letters[at + len(folded) - 1][0] + 1
    return [
        (piece, hit) for piece, hit in ((text[:start], False), (text[start:end], True), (text[end:], False)) if piece
    ]


def _highlight_initials(entity_name: str, initials: str, typed: str) -> Parts:
    letters = [i for i, char in enumerate(entity_name) for _ in fold(char)]
    at = initials.find(typed.lower())
    if at < 0 or at + len(typed) > len(letters):
        return [(entity_name, False)]
    start, end = letters[at], letters[at + len(typed) - 1] + 1
    pieces = ((entity_name[:start], False), (entity_name[start:end], True), (entity_name[end:], False))
    return [(piece, hit) for piece, hit in pieces if piece]


def _hit(row: tuple[Any, ...], typed: str) -> Hit:
    wanted, why, other = row[0], row[1], row[-1]
    names = ("id", "uid", "scheme", "code", "name", "kind", "status", "representative", "phone", "address", "area")
    entity = Entity(**dict(zip(names, row[2:13], strict=True)))
    place = None
    if row[13] is not None:
        fields = ("id", "uid", "name", "address", "area", "trade", "door_code", "status", "phone")
        place = Premises(entity=entity, **dict(zip(fields, row[13:-1], strict=True)))
    if other is not None:  # found by a name that it had, or that the row had which was merged into it
        return Hit(entity, place, "former", other, highlight(other, fold(typed)))
    shown = {
        "code": entity.code,
        "phone": place.phone if place and wanted else entity.phone,
        "representative": entity.representative,
        "address": place.address if place and wanted else entity.address,
        "sign": place.name if place else entity.name,
        "door": place.door_code if place else "",
        "licence": typed.upper(),
    }.get(why, place.name if wanted and place else entity.name)
    if why == "initials":
        from .text import search_columns

        parts = _highlight_initials(shown, search_columns(shown)[2], fold(typed))
    else:
        parts = highlight(shown, fold(typed))
    return Hit(entity, place, why, shown, parts)
