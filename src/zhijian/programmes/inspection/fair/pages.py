"""The desk's page on visits to enterprises: the cap, the exceptions with their ground, and who set what when."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import gate, menu
from zhijian.kernel.packs.changes import ChangeRefused, NotPermitted, permitted
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.fair import capping, setting
from zhijian.programmes.inspection.models import Purpose

READERS = frozenset({Role.ADMIN, Role.SECTION, Role.AUDITOR, Role.HEAD, Role.CLERK})
menu.item("visit_cap", gettext_lazy("Cap on visits"), "visit_cap", READERS, order=76, under="inspection")


def may_set(actor: Actor) -> bool:
    """Whether the cap is his to set."""
    try:
        permitted(actor)
    except NotPermitted:
        return False
    return True


def named(column: str) -> str:
    """What a number of the cap is for, in words."""
    if column == "any":
        return _("All visits together")
    if column in Purpose.values:
        return _("Of these: %(kind)s") % {"kind": Purpose(column).label}
    return _("Risk grade %(grade)s, instead") % {"grade": column}


def _in_words(value: Any) -> list[tuple[str, int]]:
    return [(named(column), n) for column, n in setting.table(value).items()]


def _shown(actor: Actor) -> dict[str, Any]:
    today = calendar.today()
    rows = setting.history()
    now = rules.FREQUENCY_CAP.maybe(today)
    return {
        "now": _in_words(now.value) if now else [],
        "row": now,
        "history": [(one, _in_words(one.value)) for one in rows],
        "coming": [one for one in rows if one.since > today],
        "exceptions": [(one, rules.EXCEPTIONS[one.value].maybe(today)) for one in capping.ALL],
        "by_premises": rules.CAP_COUNTS.value(today, "enterprise") == "premises",
        "may": may_set(actor),
        "seen": rows[0].pk if rows else 0,
        "today": today.isoformat(),
        "since": today.isoformat(),
        "fields": _fields(setting.table(now.value) if now else {}),
    }


def _fields(given: Any) -> list[tuple[str, str, str]]:
    """(name, label, what stands in it) of each number."""
    return [(name, named(name), str(given.get(name, ""))) for name in setting.columns(calendar.today())]


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*READERS)
def cap_page(request: HttpRequest) -> HttpResponse:
    """`/visits/cap/`: what holds, since when and by whom; whoever may, sets another cap."""
    actor = gate.actor_in(request)
    context = _shown(actor)
    if request.method != "POST":
        return render(request, "inspection/desk/cap.html", context)
    if not context["may"]:
        raise PermissionDenied
    context |= {
        "fields": _fields(request.POST), "reason": request.POST.get("reason", "")[:300],
        "since": request.POST.get("since", "")[:10],
    }  # fmt: skip
    try:
        seen = request.POST.get("seen", "")
        row = setting.put_in_force(
            setting.wish(request.POST, calendar.today()), since=_day(context["since"]), reason=context["reason"],
            seen=int(seen) if seen.isdecimal() and len(seen) < 19 else -1, actor=actor,
        )  # fmt: skip
    except setting.Changed:
        return render(request, "inspection/desk/cap.html", context | {"conflict": True}, status=409)
    except ChangeRefused as error:
        return render(request, "inspection/desk/cap.html", context | {"refused": str(error)}, status=422)
    messages.success(request, _("The cap holds from %(day)s.") % {"day": f"{row.since:%Y-%m-%d}"})
    return redirect("visit_cap")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ChangeRefused(_("Say from which day it is in force.")) from error
