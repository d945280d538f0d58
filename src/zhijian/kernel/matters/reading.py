"""Who may read a matter: those of its area whose roles its kind concerns, and whoever has it in hand."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import within_reach
from zhijian.kernel.matters.behalf import SPEAKS_FOR, is_partys
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.flow import Flow

M = TypeVar("M", bound=Model)
# They look at everything in their area, whatever their own steps are.
OVERSEERS = frozenset({Role.HEAD, Role.SECTION, Role.LEADER, Role.AUDITOR})


def readers(flow: Flow) -> frozenset[Role]:
    """The roles whose work matters of this kind are: those that a step names, those who enter what the enterprise
    says, those who oversee, and those that the flow lets read."""
    named = {who for step in flow.steps for who in step.whos if isinstance(who, Role)}
    speaking = SPEAKS_FOR if any(is_partys(step) for step in flow.steps) else frozenset()
    return OVERSEERS | named | speaking | frozenset(flow.reads)


def kinds_of(actor: Actor) -> set[str]:
    """The kinds of matters that concern the actor's roles."""
    mine = actor.roles_at()
    return {flow.kind for flow in flows().values() if readers(flow) & mine}


def readable(rows: QuerySet[M], actor: Actor, matter: str = "") -> QuerySet[M]:
    """Those rows that the actor may read. `matter` is the path to the matter where the rows are files, papers, clocks.

    An administrator keeps the house and reads no matters; a helper, visits, and what he has in hand.
    """
    rows = within_reach(rows, actor, f"{matter}__" if matter else "")
    if actor.kind != "staff":
        return rows
    kinds = kinds_of(actor)
    if len(kinds) == len(flows()):
        return rows
    at = f"{matter}__" if matter else ""
    own = Q(**{f"{at}assignee__in": actor.hands}) | Q(**{f"{at}second__in": actor.hands})
    return rows.filter(Q(**{f"{at}kind__in": kinds}) | own)


__all__ = ["OVERSEERS", "kinds_of", "readable", "readers"]
