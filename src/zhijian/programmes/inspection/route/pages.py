"""The desk's page of a day: the stops in their order, beside them the map; put in order by a solver or by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import gate, menu, outlines, said
from zhijian.kernel.desk.filters import people
from zhijian.kernel.packs import stack
from zhijian.kernel.routing.ordering import Visit
from zhijian.kernel.routing.rules import DETOUR, SPEED, Pace, pace
from zhijian.programmes.inspection.route import day as days
from zhijian.programmes.inspection.route.day import Day, Shop
from zhijian.programmes.inspection.route.words import clock

FIELD = (Role.INSPECTOR, Role.HELPER)
ORDERS = (Role.HEAD, Role.CLERK)  # put the day of others in order, besides whoever goes
READERS = (*FIELD, *ORDERS, Role.SECTION, Role.AUDITOR)
AHEAD = 30  # days that can be looked at

menu.item("day_route", gettext_lazy("A day's route"), "day_route", READERS, order=19, under="inspection")


@dataclass(frozen=True)
class Line:
    """A stop as the list shows it. `no` is empty for one whose place nobody knows."""

    shop: Shop
    no: int
    visit: Visit | None
    why: str

    @property
    def hours(self) -> str:
        return f"{clock(self.visit.begins)}–{clock(self.visit.ends)}" if self.visit else ""

    @property
    def way(self) -> str:
        """How far it is from the stop before, and how long it takes; empty for the first."""
        if self.visit is None or not self.visit.metres:
            return ""
        told = {"km": f"{self.visit.metres / 1000:.1f}", "minutes": -(-self.visit.seconds // 60)}
        return _("%(km)s km, %(minutes)s min on the way") % told

    @property
    def promised(self) -> str:
        return "–".join(clock(one) for one in self.shop.appointment) if self.shop.appointment else ""

    @property
    def due(self) -> Any:
        """The nearest day of what is to be done there, as lists say it."""
        nearest = min((one.due for one in self.shop.waiting if one.due), default=None)
        return said.due_of(nearest) if nearest else None


def choices(actor: Actor) -> list[tuple[str, str]]:
    """Whose day he can look at: his own, and those of the officers where he works."""
    own = [("me", _("me"))] if actor.has(Role.INSPECTOR) or actor.has(Role.HELPER) else []
    if not any(actor.has(role) for role in (*ORDERS, Role.SECTION, Role.AUDITOR)):
        return own
    others = people(actor, [str(role) for role in FIELD])
    return [*own, *((pk, name) for pk, name in others if pk != str(actor.person_id))]


def may_order(actor: Actor, who: str) -> bool:
    """Whether he puts that day in order: who goes does, and the head and the clerk of his office."""
    return who == "me" or any(actor.has(role) for role in ORDERS)


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*READERS)
def day_page(request: HttpRequest) -> HttpResponse:
    """`/day/?who=…&day=…`: where somebody goes on a day. POST puts it in order, or moves one stop."""
    actor = gate.actor_in(request)
    offered = choices(actor)
    who = request.GET.get("who") or (offered[0][0] if offered else "")
    day = _day(request.GET.get("day", ""))
    if not offered and not who and request.method != "POST":
        return render(request, "inspection/desk/day.html", {"choices": [], "day": day})
    if who not in dict(offered):
        raise Http404
    person = Person.objects.get(pk=actor.person_id if who == "me" else int(who))
    if request.method == "POST":
        if not may_order(actor, who):
            raise Http404
        _put(request, person, day, actor)
        return redirect(f"{reverse('day_route')}?who={who}&day={day:%Y-%m-%d}")
    found = days.of(person, day)
    context = {
        **_shown(found), "choices": offered, "who": who, "day": day, "today": calendar.today(),
        "before": day - dt.timedelta(days=1) if day > calendar.today() else None,
        "after": day + dt.timedelta(days=1) if day < _last() else None,
        "orders": may_order(actor, who),
    }  # fmt: skip
    return render(request, "inspection/desk/day.html", context)


def _last() -> dt.date:
    return calendar.today() + dt.timedelta(days=AHEAD)


def _day(text: str) -> dt.date:
    """The day of the address; today for another, since what is over has no order any more."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return calendar.today()
    return day if calendar.today() <= day <= _last() else calendar.today()


def _put(request: HttpRequest, person: Person, day: dt.date, actor: Actor) -> None:
    """Put the day in order: all of it, or one stop a place up or down."""
    moved, found = request.POST.get("move", ""), days.of(person, day)
    if not moved:
        made = days.arranged(person, day, actor)
        if made.matrix.failed:
            messages.warning(request, _("The road service did not answer: put in order by straight lines."))
        else:
            messages.success(request, _("Put in order; phones have it with their next sync."))
        return
    key, _colon, to = moved.partition(":")
    order = [one.key for one in found.placed]
    if key not in order or to not in ("up", "down"):
        messages.error(request, _("That stop is not in this day any more: the list below is as it is now."))
        return
    at = order.index(key)
    other = max(0, min(len(order) - 1, at + (1 if to == "down" else -1)))
    order[at], order[other] = order[other], order[at]
    days.keep(person, day, order, actor, by_hand=True, ways=found.kept.ways if found.kept else None)


def _shown(found: Day) -> dict[str, Any]:
    speed = pace(found.day)
    lines = [Line(found.shop_of(one), n, one, _why(one, found, speed)) for n, one in enumerate(found.plan.visits, 1)]
    nowhere = [Line(one, 0, None, _("The register does not say where it is.")) for one in found.nowhere]
    on_the_way = sum(one.seconds for one in found.plan.visits)
    return {
        "found": found, "lines": [*lines, *nowhere], "map": _map(found, lines), "leaders": _leaders(found),
        "km": f"{sum(one.metres for one in found.plan.visits) / 1000:.1f}", "minutes": -(-on_the_way // 60),
        "ends": clock(found.plan.visits[-1].ends) if found.plan.visits else "", "roads": found.matrix.roads,
        "pace": speed, "unverified": any(of.on(found.day).unverified for of in (DETOUR, SPEED) if of.maybe(found.day)),
        "trouble": sum(bool(one.why) for one in lines),
    }  # fmt: skip


def _why(visit: Visit, found: Day, speed: Pace) -> str:
    """Why a stop can't be met in this order; empty where it can."""
    shop = found.shop_of(visit)
    told = {"at": clock(visit.begins), "ends": clock(speed.ends), "until": clock(visit.ends), "who": shop.with_whom}
    if visit.late == "window" and shop.at is not None:
        return _("%(who)s is there at %(hour)s; in this order it is %(at)s.") % {**told, "hour": clock(shop.at)}
    if visit.late == "window" and shop.appointment is not None:
        return _("Promised until %(promised)s; in this order it is %(at)s.") % {
            **told, "promised": clock(shop.appointment[1]),
        }  # fmt: skip
    if visit.late:
        return _("No time is left for it: it would be over at %(until)s, visits end at %(ends)s.") % told
    return ""


def _leaders(found: Day) -> list[str]:
    return sorted({one.with_whom for one in found.shops if one.with_whom})


def _map(found: Day, lines: list[Line]) -> dict[str, Any] | None:
    """The stops with their numbers on the outline of their areas, and the way between them."""
    points = [
        {
            "name": one.shop.matter.premises.name, "no": one.no, "bad": bool(one.why),
            "lat": one.shop.place.lat, "lon": one.shop.place.lon, "url": reverse("record", args=[one.shop.matter.uid]),
        }
        for one in lines
        if one.shop.place is not None
    ]  # fmt: skip
    ground = outlines.ground({one.matter.area for one in found.placed}) if points else None
    tiles = stack().setting("map_tiles", "")
    if not points or not (ground or tiles):
        return None
    centre = stack().setting("centre", ["0", "0"])
    return {"points": points, "line": True, **(ground or {}), "tiles": tiles, "lat": centre[0], "lon": centre[1]}
