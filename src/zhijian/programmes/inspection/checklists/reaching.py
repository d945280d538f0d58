"""How many premises of the register a rule reaches, and which it would gain or lose: counted in the database.

What `applying.fits` says of one place, as sets: those of the trades, with the licences, of the industries, united.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import OperationalError, connection, transaction

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import Actor, Range
from zhijian.kernel.accounts.scope import READING_ROLES
from zhijian.kernel.clock import calendar
from zhijian.kernel.registry.models import LASTING, Premises

from ..models import ListReach
from .applying import in_force

SAMPLE = 20
SECONDS = 8  # a trial waits no longer; of 607,000 enterprises with 378,000 places reached it took three

Part = tuple[str, list[Any]]


class Rule(Protocol):
    """For which places a list is: a list's own, the bureau's, or one that is tried."""

    @property
    def applies(self) -> list[str]: ...
    @property
    def licences(self) -> list[str]: ...
    @property
    def industries(self) -> list[str]: ...


@dataclass
class Trial:
    """What a rule would change: (now, then, gained, lost) by area, and some of those gained and lost."""

    areas: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    gained: list[Premises] = field(default_factory=list)
    lost: list[Premises] = field(default_factory=list)


class TooLong(Exception):
    """The count was given up."""


def reach(rule: Rule) -> dict[str, int]:
    """How many open premises a rule reaches, by area."""
    inner, values = _reached(rule)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.area, count(*) FROM ({inner}) r JOIN registry_premises p ON p.id = r.id"
            " WHERE p.status <> 'closed' AND p.merged_into_id IS NULL GROUP BY p.area",
            values,
        )
        return dict(cursor.fetchall())


def compare(now: Rule, then: Rule, actor: Actor) -> Trial:
    """What would change for the premises that the actor may read, were `then` in force instead of `now`.

    Raises TooLong after SECONDS.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{SECONDS}s'")
            trial = _compare(cursor, now, then, actor.scopes(READING_ROLES))
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
            return trial
    except OperationalError as error:
        raise TooLong from error


def _compare(cursor: Any, now: Rule, then: Rule, ranges: Sequence[Range]) -> Trial:
    joined, values = _joined(now, then, ranges)
    cursor.execute(
        f"{joined} SELECT area, count(was), count(will), count(*) FILTER (WHERE was IS NULL),"
        " count(*) FILTER (WHERE will IS NULL) FROM both_of GROUP BY area",
        values,
    )
    trial = Trial({area: (was, will, gained, lost) for area, was, will, gained, lost in cursor.fetchall()})
    if any(counts[2] for counts in trial.areas.values()):
        trial.gained = _some(cursor, f"{joined} SELECT will FROM both_of WHERE was IS NULL", values)
    if any(counts[3] for counts in trial.areas.values()):
        trial.lost = _some(cursor, f"{joined} SELECT was FROM both_of WHERE will IS NULL", values)
    return trial


def _some(cursor: Any, sql: str, values: list[Any]) -> list[Premises]:
    cursor.execute(f"{sql} ORDER BY 1 LIMIT {SAMPLE}", values)
    keys = [key for (key,) in cursor.fetchall()]
    return list(Premises.objects.filter(pk__in=keys).select_related("entity").defer("grams", "entity__grams"))


def _joined(now: Rule, then: Rule, ranges: Sequence[Range]) -> Part:
    was, values = _reached(now)
    will, more = _reached(then)
    here = " OR ".join(["(p.area >= %s AND p.area < %s)"] * len(ranges)) or "false"
    sql = (
        f"WITH a AS ({was}), b AS ({will}), both_of AS (SELECT p.area, a.id AS was, b.id AS will FROM a FULL JOIN b"
        " ON a.id = b.id JOIN registry_premises p ON p.id = COALESCE(a.id, b.id)"
        f" WHERE p.status <> 'closed' AND p.merged_into_id IS NULL AND ({here}))"
    )
    return sql, [*values, *more, *(end for one in ranges for end in one)]


def _reached(rule: Rule) -> Part:
    """The keys of the premises that a rule reaches, each once."""
    trades = "SELECT id FROM registry_premises WHERE trade <> '' AND trade = ANY(%s)"
    parts: list[Part] = [(trades, [list(rule.applies)])]
    for one in rule.licences:
        kind, _, beginning = one.partition(":")
        parts.append(
            (
                "SELECT premises_id FROM registry_licence WHERE kind = %s AND number LIKE %s AND status = ANY(%s)"
                " AND premises_id IS NOT NULL",
                [kind, _begins(beginning), list(LASTING)],
            )
        )
    placed = "SELECT p.id FROM registry_entity e JOIN registry_premises p ON p.entity_id = e.id"
    parts += [(f"{placed} WHERE e.industry <> '' AND e.industry LIKE %s", [_begins(one)]) for one in rule.industries]
    return " UNION ".join(sql for sql, _ in parts), [value for _, values in parts for value in values]


def _begins(text: str) -> str:
    for sign in "\\%_":
        text = text.replace(sign, f"\\{sign}")
    return f"{text}%"


def count_all() -> int:
    """Count anew what every list in force reaches; how many lists there are."""
    lists = in_force(calendar.today())
    for one in lists:
        ListReach.objects.update_or_create(code=one.code, defaults={"areas": reach(one.rule), "at": when.now()})
    return len(lists)
