"""Seen before: other items of the same person, and about the same shop, each with its reason; facts, never a ground.

Of a person only whoever handles a live item of theirs sees it, and for one year (Order 121 art. 17 leaves the judgement
to people); it is never listed or counted elsewhere.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.flow import State
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.programmes.complaints import private
from zhijian.programmes.complaints.flow import KINDS
from zhijian.programmes.complaints.models import Item

PERSON, SHOP = dt.timedelta(days=365), dt.timedelta(days=30)
SHOWN = 5


@dataclass(frozen=True)
class Seen:
    """Another item, and why it is shown."""

    matter: Matter
    why: str | Promise

    @property
    def state(self) -> State:
        return flow_of(self.matter.kind).state(self.matter.state)


def seen_before(matter: Matter, record: Item, actor: Actor) -> list[Seen]:
    """At most five of each, the newest first, within what the reader may read. Two queries."""
    found: dict[int, Seen] = {}
    if record.phone_mark and private.on_duty(matter, actor):
        rows = _others(matter, actor, PERSON).filter(item__phone_mark=record.phone_mark)
        found |= {one.pk: Seen(one, _("same telephone of who came")) for one in rows[:SHOWN]}
    if matter.entity_id is not None:
        rows = _others(matter, actor, SHOP).filter(entity=matter.entity_id)
        for one in rows[:SHOWN]:
            why = _("same telephone, same enterprise") if one.pk in found else _("same enterprise, within 30 days")
            found[one.pk] = Seen(one, why)
    return sorted(found.values(), key=lambda one: one.matter.opened, reverse=True)


def _others(matter: Matter, actor: Actor, span: dt.timedelta) -> QuerySet[Matter]:
    rows = Matter.objects.filter(kind__in=KINDS, opened__gte=timezone.now() - span).exclude(pk=matter.pk)
    columns = ("uid", "kind", "number", "title", "state", "opened")
    return readable(rows, actor).only(*columns).order_by("-opened", "-pk")
