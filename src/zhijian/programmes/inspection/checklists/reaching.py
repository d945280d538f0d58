"""How many premises of the register a rule reaches, and which it would gain or lose: counted in the database."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import OperationalError, connection, transaction
from django.db.models import Count, QuerySet

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.clock import calendar
from zhijian.kernel.registry.models import Premises, PremisesStatus

from ..models import ListReach
from .applying import Rule, in_force, reached_by

SAMPLE = 20
SECONDS = 8  # a trial waits no longer


@dataclass
class Trial:
    """What a rule would change: (now, then, gained, lost) by area, and some of those gained and lost."""

    areas: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    gained: list[Premises] = field(default_factory=list)
    lost: list[Premises] = field(default_factory=list)


class TooLong(Exception):
    """The count was given up."""


def _open() -> QuerySet[Premises]:
    return Premises.objects.filter(merged_into=None).exclude(status=PremisesStatus.CLOSED)


def reach(rule: Rule) -> dict[str, int]:
    """How many open premises a rule reaches, by area."""
    return dict(_open().filter(reached_by(rule)).values_list("area").annotate(n=Count("pk")).order_by())


def compare(now: Rule, then: Rule, actor: Actor) -> Trial:
    """What would change for the premises that the actor may read, were `then` in force instead of `now`.

    Raises TooLong after SECONDS.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{SECONDS}s'")
            trial = _compare(now, then, actor)
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
            return trial
    except OperationalError as error:
        raise TooLong from error


def _compare(now: Rule, then: Rule, actor: Actor) -> Trial:
    places, was, will = _open().filter(area_filter(actor)), reached_by(now), reached_by(then)
    counts = {"was": was, "will": will, "both": was & will}
    rows = places.filter(was | will).values("area").order_by()
    trial = Trial()
    for row in rows.annotate(**{name: Count("pk", filter=rule) for name, rule in counts.items()}):
        gained, lost = row["will"] - row["both"], row["was"] - row["both"]
        trial.areas[row["area"]] = (row["was"], row["will"], gained, lost)
    sums = [sum(column) for column in zip(*trial.areas.values(), strict=True)] or [0] * 4
    trial.gained = _some(places.filter(will).exclude(was)) if sums[2] else []
    trial.lost = _some(places.filter(was).exclude(will)) if sums[3] else []
    return trial


def _some(places: QuerySet[Premises]) -> list[Premises]:
    return list(places.select_related("entity").defer("grams", "entity__grams").order_by("pk")[:SAMPLE])


def count_all() -> int:
    """Count anew what every list in force reaches; how many lists there are."""
    lists = in_force(calendar.today())
    for one in lists:
        ListReach.objects.update_or_create(code=one.code, defaults={"areas": reach(one.rule), "at": when.now()})
    return len(lists)
