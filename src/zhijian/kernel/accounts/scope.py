"""Scope: one transaction for each request, job and figure, which sets who acts and what he may see by SET LOCAL.

The policies are forced on matters, ledger and files. A range on the area code keeps their indexes; when somebody holds
posts in several places, the range is their hull and `zj_in_scope` narrows it row by row (stack.md, row-level security).
Unset means: no rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models import Q, QuerySet

from zhijian.kernel.accounts.actor import PUBLIC, Actor, subtree
from zhijian.kernel.accounts.roles import READING_ROLES, Role
from zhijian.kernel.packs import stack

_current: ContextVar[Actor | None] = ContextVar("actor", default=None)
_moment: ContextVar[dict[Any, Any] | None] = ContextVar("moment", default=None)
M = TypeVar("M", bound=models.Model)


def current_actor() -> Actor | None:
    """The actor of the scope that is open in this thread, if any."""
    return _current.get()


def moment() -> dict[Any, Any]:
    """What is remembered until the outermost scope ends, empty when it began: one request, job or figure."""
    kept = _moment.get()
    return kept if kept is not None else {}


def _settings(actor: Actor) -> list[str]:
    scopes = actor.scopes()
    hull = (min(s[0] for s in scopes), max(s[1] for s in scopes)) if scopes else ("", "")
    several = ",".join(f"{low}:{high}" for low, high in scopes) if len(scopes) > 1 else ""
    partner = ",".join(f"{low}:{high}" for low, high in actor.scopes([Role.PARTNER])) if actor.kind == "staff" else ""
    return [hull[0], hull[1], several, str(actor.entity_id or ""), actor.label, partner]


def set_scope(actor: Actor) -> None:
    """Set actor and scope for the rest of the running transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('zj.lo', %s, true), set_config('zj.hi', %s, true), set_config('zj.scopes', %s, true),"
            " set_config('zj.entity', %s, true), set_config('zj.actor', %s, true), set_config('zj.partner', %s, true)",
            _settings(actor),
        )


@contextmanager
def scoped(actor: Actor) -> Iterator[Actor]:
    """Run a transaction as `actor`. Inside another one, set back at the end (savepoints keep SET LOCAL)."""
    outer = _current.get() or PUBLIC
    nested = connection.in_atomic_block
    token, began = _current.set(actor), _moment.set({} if (kept := _moment.get()) is None else kept)
    try:
        with transaction.atomic():
            set_scope(actor)
            yield actor
            if nested and not connection.needs_rollback:
                set_scope(outer)
    finally:
        _moment.reset(began)
        _current.reset(token)


def below(field: str, low: str, high: str | None = None) -> Q:
    """Rows whose area lies below `low`, itself included; or up to `high`, for merged ranges.

    A leaf is one code: asked as that, an index that goes on by `-id` gives the newest without sorting all the others
    (a list of one office of 200,000 matters: 50 ms of sorting became 0.3).
    """
    if high in (None, subtree(low)[1]) and low in stack().leaves:
        return Q(**{field: low})
    return Q(**{f"{field}__gte": low, f"{field}__lt": high or subtree(low)[1]})


def area_filter(actor: Actor, field: str = "area", roles: Collection[Role] = READING_ROLES) -> Q:
    """Rows of the areas in which the actor holds one of the roles: by default, of all that he may read.

    Constants, so that the planner can use the index that begins with the area.
    """
    where = Q(pk__in=[])
    for low, high in actor.scopes(roles):
        where |= below(field, low, high)
    return where


def within_reach(rows: QuerySet[M], actor: Actor, at: str = "") -> QuerySet[M]:
    """Matters (or, with `at`, the path to them, what hangs on them) that he may see, or that wait for his partner
    department's own step in its area."""
    if actor.kind != "staff" or not actor.has(Role.PARTNER):
        return in_scope(rows, actor)
    waits = Q(**{f"{at}partner": True}) & area_filter(actor, f"{at}area", [Role.PARTNER])
    return rows.filter(area_filter(actor) | waits)


def in_scope(rows: QuerySet[M], actor: Actor, field: str = "area", entity: str = "entity_id") -> QuerySet[M]:
    """Only the rows that `actor` may see. For a party: the rows of its own entity."""
    if actor.kind == "system":
        return rows
    if actor.kind == "party":
        return rows.filter(**{entity: actor.entity_id})
    return rows.filter(area_filter(actor, field))
