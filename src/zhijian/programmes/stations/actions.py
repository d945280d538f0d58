"""What others ask of stations: which disputes may go to one, sending one, and what whoever complained says of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import SYSTEM, Actor, prompted_by
from zhijian.kernel.accounts.roles import ASSIGNEE, SECOND
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.errors import BadFacts, NotAllowed, NotFound, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform, relations
from zhijian.kernel.matters.reading import readable
from zhijian.programmes.stations.flow import DISPUTE, SENDS
from zhijian.programmes.stations.following import OPEN
from zhijian.programmes.stations.guards import STILL_OPEN
from zhijian.programmes.stations.models import Station, StationDispute, StationSort

SHOWN = 50  # stations to choose from


@dataclass(frozen=True)
class Dispute:
    """What a programme tells of a matter that is a dispute: who complained, their words, what is asked for.

    `never` is why nobody outside may hear of it (they asked for secrecy); empty where a station may.
    """

    person: str
    phone: str
    words: str
    request: str
    never: str = ""


Find = Callable[[Matter], Dispute | None]
_finders: dict[str, Find] = {}


def disputes(kind: str) -> Callable[[Find], Find]:
    """Register who tells of a matter of this kind as a dispute. What is not registered goes to no station: reports."""

    def register(find: Find) -> Find:
        _finders[kind] = find
        return find

    return register


def kinds() -> frozenset[str]:
    """The kinds of matters that may go to a station."""
    return frozenset(_finders)


def dispute_of(of: Matter) -> Dispute | None:
    """The dispute that a matter is; None for what is none."""
    find = _finders.get(of.kind)
    return find(of) if find is not None else None


def may_send(of: Matter, actor: Actor) -> bool:
    """Whether it is his to send this matter to a station: he holds it, or routes where it lies."""
    if of.kind not in _finders:
        return False
    return bool(relations(of, actor) & {ASSIGNEE, SECOND} or actor.roles_at(of.area) & set(SENDS))


def why_no_sending(of: Matter, actor: Actor) -> str:
    """The sentence that says why it can't go to a station now; empty where it can. Raises NotAllowed."""
    found = dispute_of(of)
    if found is None or not may_send(of, actor):
        raise NotAllowed(_("Whoever is in charge of it sends it, or the head, dispatcher or clerk where it lies."))
    if found.never:
        return found.never
    if of.state not in STILL_OPEN:
        return _("It is decided: only what is open goes to a station.")
    if StationDispute.objects.filter(of=of, matter__state__in=OPEN).exists():
        return _("It lies with a station already.")
    return ""


def fitting(of: Matter) -> QuerySet[Station]:
    """The stations in force to which it may go, the likeliest first: of its firm (its ODR before its station), of its
    own area, then of the areas above, which is nobody's secret."""
    own = Q(matter__entity=of.entity_id) if of.entity_id is not None else Q(pk__in=[])
    around = Q(matter__area__in=[of.area[:end] for end in range(2, len(of.area) + 1)]) & ~Q(sort=StationSort.ODR)
    rank = Case(
        When(own & Q(sort=StationSort.ODR), then=Value(0)),
        When(own, then=Value(1)),
        When(matter__area=of.area, sort=StationSort.COMMUNITY, then=Value(2)),
        When(matter__area=of.area, then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    rows = Station.objects.filter(own | around, matter__kind="station", matter__state="in_force")
    return rows.select_related("matter").annotate(rank=rank).order_by("rank", "-matter__area", "pk")


def choices(of: Matter) -> list[Station]:
    """The stations to choose from for a matter: public, so that whoever sends need not see their areas."""
    with scoped(SYSTEM):
        return list(fitting(of)[:SHOWN])


def send(of: Matter, station: UUID, actor: Actor, *, at: dt.datetime | None = None, **told: Any) -> Matter:
    """Send a dispute to a station; it gets what was written for it, and who complained. Raises StepError."""
    with transaction.atomic():
        found = readable(Matter.objects.select_for_update(of=("self",)), actor).filter(pk=of.pk).first()
        if found is None:
            raise NotFound(_("There is no such matter."))
        if why := why_no_sending(found, actor):
            raise NotOpen(why)
        what = dispute_of(found)
        assert what is not None  # asked above
        with scoped(SYSTEM):
            to = fitting(found).filter(matter__uid=station).first()
            if to is None:
                raise BadFacts({"station": [_("Choose one of the stations that are in force.")]})
            by = {"of": found, "station": to, "of_number": found.number, "person": what.person, "phone": what.phone}
            about = About(to.name, found.area, to.matter.entity, None, found, urgency=found.urgency)
            return perform(DISPUTE, "send", prompted_by(actor), about=about, at=at, by_field=by, **told)


def of_matter(of: Matter) -> list[StationDispute]:
    """What lies or lay with stations of a matter, the newest first; where a station itself lies is not asked."""
    rows = StationDispute.objects.filter(of=of).select_related("matter", "station")
    return list(rows.order_by("-pk")[:20])


def consumer_said(of: Matter, settled: bool) -> None:
    """Whoever complained says whether it is settled as the station wrote. Raises StepError."""
    with scoped(SYSTEM):
        waiting = Matter.objects.filter(parent=of, kind=DISPUTE.kind, state="settled").order_by("-pk").first()
        if waiting is None:
            raise NotOpen(_("Nothing of it waits for your word."))
        perform(waiting, "confirm" if settled else "deny", SYSTEM)
