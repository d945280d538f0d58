"""The page of a station's worker, behind a code and without an account: what lies there, what was done, the log.

For whoever stands at the station; the enterprise that keeps one has the same acts on its own pages (`portal`). Both are
made from the steps that are the enterprise's, which the system's hand does here, with the station's name beside it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk import said
from zhijian.kernel.matters.errors import NotFound
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import offers
from zhijian.kernel.party import limits
from zhijian.kernel.party.forms import Act, do, made
from zhijian.kernel.party.pages import page_of
from zhijian.programmes.stations import entering
from zhijian.programmes.stations.flow import DISPUTE
from zhijian.programmes.stations.models import LogEntry, Station, StationDispute
from zhijian.programmes.stations.portal import dispute_panel

MISSED, MINUTES = 20, 60  # wrong codes from one address within an hour
SHOWN, OVER, LINES = 50, 20, 20
OF_STATION = ("log", "correct")  # what its worker does about the station itself; giving it up is said to the office


@dataclass(frozen=True)
class Door:
    """Behind which code: the station, and whose hand acts for its worker."""

    station: Station
    key: str
    actor: Actor

    @property
    def base(self) -> str:
        """How the addresses of the acts begin (`party/parts/act.html`)."""
        return f"/station/{self.key}/"


def behind_code(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Find the station behind the code; after some wrong ones one must wait."""

    @never_cache
    @functools.wraps(view)
    def through(request: HttpRequest, key: str, **kwargs: Any) -> HttpResponse:
        address = limits.address_of(request)
        found = entering.by_key(key) if limits.tried("station key", address, MINUTES) <= MISSED else None
        if found is None:
            limits.count("station key", address, MINUTES)
            return _noindex(render(request, "stations/public/no_door.html", status=404))
        hand = replace(SYSTEM, extra={"prompted_by": found.name})
        with scoped(SYSTEM):
            return _noindex(view(request, Door(found, key, hand), **kwargs))

    return through


def _noindex(answer: HttpResponse) -> HttpResponse:
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _acts(matter: Matter, record: Any, door: Door, only: tuple[str, ...] = ()) -> list[Act]:
    """The worker's steps from here as forms, the likely one first."""
    page = page_of(matter.kind)
    own = {step.verb for step in page.steps if not only or step.verb in only}
    found = []
    rank = {verb: n for n, verb in enumerate(only)}
    for offer in sorted(
        offers(matter, door.actor, record), key=lambda one: (not one.step.likely, rank.get(one.step.verb, 0))
    ):
        if offer.step.verb in own and offer.open:
            act = Act(matter, offer.step, page.button(offer.step), record)
            act.form = made(act, door.actor)
            found.append(act)
    return found


def _disputes(door: Door) -> tuple[list[Any], list[Any]]:
    rows = StationDispute.objects.filter(station=door.station).select_related("matter").order_by("-pk")
    waiting = rows.filter(matter__state__in=("sent", "working")).order_by("matter__due", "pk")[:SHOWN]
    over = rows.exclude(matter__state__in=("sent", "working"))[:OVER]
    return [_line(one) for one in waiting], [_line(one) for one in over]


def _line(one: StationDispute) -> tuple[StationDispute, Any, Any]:
    return one, DISPUTE.state(one.matter.state), said.due_of(one.matter.due, one.matter.due_at)


def _station_page(request: HttpRequest, door: Door, spoilt: Act | None = None, status: int = 200) -> HttpResponse:
    waiting, over = _disputes(door)
    acts = _acts(door.station.matter, door.station, door, OF_STATION)
    acts = [spoilt if spoilt is not None and one.step.verb == spoilt.step.verb else one for one in acts]
    log = LogEntry.objects.filter(station=door.station).order_by("-day", "-pk")[:LINES]
    context = {"door": door, "station": door.station, "waiting": waiting, "over": over, "acts": acts, "log": log}
    return render(request, "stations/public/door.html", context, status=status)


def _dispute_page(
    request: HttpRequest, door: Door, record: StationDispute, spoilt: Act | None = None, status: int = 200
) -> HttpResponse:
    matter = record.matter
    acts = _acts(matter, record, door)
    acts = [spoilt if spoilt is not None and one.step.verb == spoilt.step.verb else one for one in acts]
    context = {
        "door": door, "matter": matter, "record": record, "acts": acts, "state": DISPUTE.state(matter.state),
        "due": said.due_of(matter.due, matter.due_at) if matter.closed is None else None,
        **dispute_panel(matter, record, door.actor),
    }  # fmt: skip
    return render(request, "stations/public/dispute.html", context, status=status)


def _record(door: Door, uid: UUID) -> StationDispute:
    rows = StationDispute.objects.select_related("matter", "station__matter", "of")
    found = rows.filter(station=door.station, matter__uid=uid).first()
    if found is None:
        raise Http404
    return found


@require_safe
@behind_code
def door_page(request: HttpRequest, door: Door) -> HttpResponse:
    """What lies with the station, and its log."""
    return _station_page(request, door)


@require_safe
@behind_code
def dispute_page(request: HttpRequest, door: Door, uid: UUID) -> HttpResponse:
    """One dispute: what the station needs to know, and what its worker can do."""
    return _dispute_page(request, door, _record(door, uid))


@require_POST
@behind_code
def act_page(request: HttpRequest, door: Door, uid: UUID, verb: str) -> HttpResponse:
    """Do one of the worker's steps, of a dispute or of the station; what was typed survives every error."""
    own = uid == door.station.matter.uid
    record: Any = door.station if own else _record(door, uid)
    acts = _acts(record.matter, record, door, OF_STATION if own else ())
    act = next((one for one in acts if one.step.verb == verb), None)
    show = functools.partial(_station_page, request, door) if own else functools.partial(
        _dispute_page, request, door, record
    )  # fmt: skip
    if act is None:
        if all(step.verb != verb for step in page_of(record.matter.kind).steps):
            raise Http404
        messages.warning(request, _("Nothing was changed: this has been done already, or is not possible any more."))
        return show(status=409)
    try:
        done = do(act, door.actor, request)
    except NotFound as error:
        raise Http404 from error
    if not done:
        return show(spoilt=act, status=422)
    messages.success(request, _("Thank you. It has arrived, and the office has been told."))
    if own:
        return redirect("station_door", key=door.key)
    return redirect("station_door_dispute", key=door.key, uid=uid)
