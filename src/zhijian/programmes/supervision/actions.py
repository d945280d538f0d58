"""Ordering supervision about a matter of any kind, and about many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.errors import NotAllowed, NotFound, NotOpen, StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.matters.reading import readable
from zhijian.programmes.supervision.flow import SUPERVISION
from zhijian.programmes.supervision.guards import asking
from zhijian.programmes.supervision.joint.sharing import WhoCame, who_came
from zhijian.programmes.supervision.models import SupervisionOrder

# What other programmes may ask of supervision: `who_came` is registered by those who know who came with a matter.
__all__ = ["Refused", "WhoCame", "may_order", "order", "order_many", "who_came", "why_no_order"]

Refused = list[tuple[Matter, str]]


def may_order(of: Matter, actor: Actor) -> bool:
    """Whether it is his to order about this matter at all."""
    return bool(asking(actor, of.area)) and not flow_of(of.kind).follows


def why_no_order(of: Matter, actor: Actor) -> str:
    """The sentence that says why nothing can be ordered now; empty where it can. Raises NotAllowed."""
    if not may_order(of, actor):
        raise NotAllowed(_("Leaders, heads and dispatchers order supervision, within their own jurisdiction."))
    if of.closed is not None:
        return _("It is over: supervision is ordered about what is open.")
    by = asking(actor, of.area)
    if SupervisionOrder.objects.filter(of=of, by_area=by, matter__closed=None).exists():
        return _("Your jurisdiction has an open order about it already.")
    if of.assignee_id == actor.person_id:
        return _("You are in charge of it yourself.")
    return ""


def order(of: Matter, actor: Actor, *, at: dt.datetime | None = None, locked: bool = True, **told: Any) -> Matter:
    """Order supervision about a matter. One order of a jurisdiction is open at a time: whoever comes second waits for
    the first (`locked`; a test shows what happens without) and is told so. Raises StepError.
    """
    with transaction.atomic():
        rows = readable(Matter.objects.all(), actor)
        rows = rows.select_for_update(of=("self",)) if locked else rows
        found = rows.filter(pk=of.pk).first()
        if found is None:
            raise NotFound(_("There is no such matter."))
        if why := why_no_order(found, actor):
            raise NotOpen(why)
        return perform(
            SUPERVISION, "order", actor, at=at,
            about=About(found.title, found.area, found.entity, found.premises, found, urgency=found.urgency),
            by_field={"of": found, "by_area": asking(actor, found.area), "ordered_by_id": actor.person_id}, **told,
        )  # fmt: skip


def order_many(matters: Iterable[Matter], actor: Actor, **told: Any) -> Refused:
    """The same order about each of them, each by itself; what was left, with the reason."""
    refused: Refused = []
    for of in matters:
        try:
            order(of, actor, **told)
        except StepError as error:
            refused.append((of, error.message))
    return refused
