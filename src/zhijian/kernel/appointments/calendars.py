"""The calendar's pages: month, week or day of a person or an office; and the secret address for one's own program."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import READING_ROLES, Role
from zhijian.kernel.appointments import agenda, feeds
from zhijian.kernel.appointments.agenda import Who
from zhijian.kernel.appointments.models import Feed
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import gate
from zhijian.kernel.desk.filters import people
from zhijian.kernel.notices.sending import public_origin
from zhijian.kernel.packs import stack

VIEWS = {"month": 4, "week": 20, "day": 200}  # how many lines of a day each view shows


def choices(actor: Actor) -> list[tuple[str, str]]:
    """Whose calendars he can open: his own, his offices', and those of the people who work there."""
    areas = [one for one in stack().areas.values() if one.level == "office" and actor.can_read(one.code)]
    offices = [(f"a{one.code}", one.short or one.name) for one in sorted(areas, key=lambda one: one.code)]
    others = [(f"p{pk}", name) for pk, name in people(actor) if pk != str(actor.person_id)]
    return [("me", _("me")), *offices, *others]


def who_of(actor: Actor, text: str) -> Who:
    """Whose calendar the address names, if it is one that he can open. Raises Http404."""
    offered = dict(choices(actor))
    if not text:
        first = next((code for code in offered if code != "me"), "me")
        text = "me" if actor.has(Role.INSPECTOR) or actor.has(Role.HELPER) else first
    if text not in offered:
        raise Http404
    if text.startswith("a"):
        return Who(text, offered[text], area=text[1:])
    pk = actor.person_id if text == "me" else int(text[1:])
    return Who(text, offered[text], person=Person.objects.get(pk=pk))


def _day(text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return calendar.today()
    return day if 2000 <= day.year <= 2100 else calendar.today()


@require_safe
@gate.roles(*READING_ROLES)
def calendar_page(request: HttpRequest) -> HttpResponse:
    """What is due, planned and booked, day by day."""
    actor = gate.actor_in(request)
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "month"
    day, who = _day(request.GET.get("day", "")), who_of(actor, request.GET.get("who", ""))
    first, last = agenda.span(view, day)
    days = agenda.days_of(who, actor, first, last, VIEWS[view])
    for one in days:
        one.beside = view == "month" and one.day.month != day.month
    context: dict[str, Any] = {
        "view": view,
        "views": [("month", _("A month")), ("week", _("A week")), ("day", _("A day"))],
        "day": day,
        "today": calendar.today(),
        "who": who,
        "choices": choices(actor),
        "days": days,
        "weekdays": [date_format(one.day, "D") for one in days[:7]] if view == "month" else [],
        "heading": _heading(view, first, last, day),
        "before": agenda.step(view, day, -1),
        "after": agenda.step(view, day, 1),
        "empty": not any(one.items or one.away for one in days),
    }
    return render(request, "appointments/desk/calendar.html", context)


def _heading(view: str, first: dt.date, last: dt.date, day: dt.date) -> str:
    if view == "month":
        return f"{day:%Y-%m}"
    return f"{day:%Y-%m-%d}" if view == "day" else f"{first:%Y-%m-%d} – {last:%m-%d}"


def _own(request: HttpRequest) -> tuple[Actor, Person]:
    actor = gate.actor_in(request)
    return actor, Person.objects.get(pk=actor.person_id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*READING_ROLES)
def feed_page(request: HttpRequest) -> HttpResponse:
    """The addresses under which one's own calendar program reads the calendar; a new one is shown once."""
    actor, person = _own(request)
    made = ""
    if request.method == "POST":
        origin = public_origin() or f"{request.scheme}://{request.get_host()}"
        made = f"{origin}/calendar/{feeds.make(person, actor)}.ics"
    context = {"made": made, "feeds": feeds.feeds_of(person)}
    return render(request, "appointments/desk/feed.html", context)


@require_POST
@gate.roles(*READING_ROLES)
def feed_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one of one's own addresses."""
    actor, person = _own(request)
    rows: QuerySet[Feed] = Feed.objects.filter(person=person)
    feeds.revoke(get_object_or_404(rows, pk=pk), actor)
    messages.success(request, _("Revoked: under this address nothing is there any more."))
    return redirect("calendar_feed")


@never_cache
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar itself, for whoever holds the secret."""
    person = feeds.person_of(token)
    if person is None:
        raise Http404
    answer = HttpResponse(feeds.ical(person, public_origin()), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="zhijian.ics"'
    answer["X-Robots-Tag"] = "noindex"
    return answer
