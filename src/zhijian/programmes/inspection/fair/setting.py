"""The cap as the bureau sets it: from a day on, with a reason, never altered; who was second looks once more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.packs import changes
from zhijian.kernel.packs.changes import ChangeRefused
from zhijian.kernel.packs.models import LocalRule
from zhijian.programmes.inspection import kinds, rules

LOCK = 0x63617073  # "caps"
MOST = 366


class Changed(RuntimeError):
    """Somebody else changed the cap meanwhile."""


def grades(day: dt.date) -> list[str]:
    """The risk grades that the place knows."""
    return [step["grade"] for step in rules.GRADE_CUTOFFS.value(day, [])]


def columns(day: dt.date) -> list[str]:
    """What a cap may be set for: everybody, a kind of visit that counts, a grade."""
    return ["any", *(one.purpose.value for one in kinds.counting(day)), *grades(day)]


def table(value: Any) -> dict[str, int]:
    """The rule's value as a table, however it was written."""
    return {"any": value} if isinstance(value, int) else dict(value or {})


def wish(given: Mapping[str, str], day: dt.date) -> int | dict[str, int] | None:
    """The value that was written down: a number, or a table; None for no cap. Raises ChangeRefused."""
    made: dict[str, int] = {}
    for name in columns(day):
        text = given.get(name, "").strip()
        if not text:
            continue
        if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= MOST and len(text) < 4):
            raise ChangeRefused(_("“%(text)s” is no number of visits: write 1 to 366, or nothing for no cap.")
                                % {"text": text[:20]})  # fmt: skip
        made[name] = int(text)
    return made["any"] if list(made) == ["any"] else made or None


def history(most: int = 30) -> list[LocalRule]:
    """What the bureau set, the newest first."""
    return list(LocalRule.objects.filter(rule=rules.FREQUENCY_CAP.name).order_by("-id")[:most])


def newest() -> int:
    """The key of what was set last, 0 for nothing: what a page was made from."""
    rows = LocalRule.objects.filter(rule=rules.FREQUENCY_CAP.name).order_by("-id")
    return rows.values_list("pk", flat=True).first() or 0


def put_in_force(
    value: int | dict[str, int] | None, *, since: dt.date, reason: str, seen: int, actor: Actor
) -> LocalRule:
    """Let the cap be `value` from `since` on. Raises NotPermitted, ChangeRefused, and Changed if `seen` is no more
    the newest."""
    changes.permitted(actor)
    if since < calendar.today():
        raise ChangeRefused(
            _("It begins today at the earliest: visits that were planned went by the cap of their day.")
        )
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if newest() != seen:
            raise Changed
        name = rules.FREQUENCY_CAP.name
        if value is None:
            return changes.withdraw(name, actor=actor, since=since, reason=reason)
        return changes.override(name, actor=actor, since=since, reason=reason, value=value)
