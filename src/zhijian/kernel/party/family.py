"""What belongs together for the enterprise: a matter with its children, as far as the enterprise may know of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhijian.kernel.accounts.actor import Actor, party_of
from zhijian.kernel.accounts.scope import in_scope
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import offers
from zhijian.kernel.party import pages

MOST = 100  # children on one page


def head_of(matter: Matter) -> Matter:
    """The matter on whose page it stands: the topmost one of the same enterprise that the enterprise is told of."""
    head = matter
    while head.parent is not None and head.parent.entity_id == matter.entity_id:
        if head.parent.kind not in pages.pages():
            break
        head = head.parent
    return head


def seen(rows: QuerySet[Matter]) -> QuerySet[Matter]:
    """Those of the rows of which the enterprise knows: it was told, it did something, or something waits for it.

    A visit that is only planned is not among them, nor what is none of its business (a proposal to investigate it).
    """
    kinds: set[str] = set()
    acting = Q(pk__in=[])
    for kind, page in pages.pages().items():
        kinds |= page.entry_kinds
        if page.acting:
            acting |= Q(kind=kind, state__in=page.acting)
    told = LedgerEntry.objects.filter(matter=OuterRef("pk"), kind__in=kinds)
    return rows.filter(kind__in=pages.pages()).filter(acting | Q(Exists(told)))


def leads_on(matter: Matter, actor: Actor) -> bool:
    """Whether it waits for the enterprise: a step of its own is open that leads to another state."""
    if matter.state not in pages.page_of(matter.kind).acting:
        return False
    return any(
        offer.open and offer.step.to not in (None, matter.state) and not offer.step.quiet
        for offer in offers(matter, actor)
    )


@dataclass
class Family:
    """A matter and those of its children of which the enterprise knows."""

    head: Matter
    children: list[Matter] = field(default_factory=list)
    waiting: list[Matter] = field(default_factory=list)

    @property
    def members(self) -> list[Matter]:
        return [self.head, *self.children]

    @property
    def day(self) -> dt.date | None:
        """The nearest day by which the enterprise has to do something."""
        return min((one.due for one in self.waiting if one.due), default=None)

    @property
    def late(self) -> bool:
        """Whether that day is over."""
        return self.day is not None and self.day < calendar.today()

    @property
    def closed(self) -> bool:
        """Whether nothing of it is open any more."""
        return all(one.closed for one in self.members)

    def member(self, uid: object) -> Matter | None:
        """The member of that uid."""
        return next((one for one in self.members if str(one.uid) == str(uid)), None)


def family_of(head: Matter, actor: Actor) -> Family:
    """The family of a head, as its enterprise sees it. `actor` may be the system: then nothing is left to its scope."""
    party = party_of(head.entity) if head.entity is not None else actor
    rows = in_scope(head.children.select_related("premises", "entity"), party)  # type: ignore[attr-defined]
    made = Family(head, list(seen(rows).order_by("due", "pk")[:MOST]))
    made.waiting = [one for one in made.members if leads_on(one, party)]
    return made


def families(rows: Iterable[Matter], actor: Actor) -> list[Family]:
    """The rows gathered under their heads, in the order in which they come."""
    found: dict[int, Family] = {}
    for one in rows:
        head = head_of(one)
        made = found.setdefault(head.pk, Family(head))
        if one.pk != head.pk:
            made.children.append(one)
    for made in found.values():
        made.waiting = [one for one in made.members if leads_on(one, actor)]
    return list(found.values())
