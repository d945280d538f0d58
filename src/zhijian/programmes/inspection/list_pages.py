"""The desk's pages of checklists: for which places each is, what a changed rule would change, putting it in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import gate, menu
from zhijian.kernel.desk.said import area_name
from zhijian.kernel.packs import stack
from zhijian.kernel.packs.changes import NotPermitted, permitted
from zhijian.programmes.inspection.checklists import in_force, reaching, ruling
from zhijian.programmes.inspection.checklists.applying import Rule, lasting, rules_of
from zhijian.programmes.inspection.models import Checklist, ListReach, ListRule

READERS = frozenset({Role.ADMIN, Role.SECTION, Role.AUDITOR})
HISTORY = 30
menu.item("checklists", gettext_lazy("Checklists"), "checklists", READERS, order=77, under="inspection")


@dataclass(frozen=True)
class Line:
    """What a rule would change in one area."""

    area: str
    now: int
    then: int
    gained: int
    lost: int


def _may(actor: Actor) -> bool:
    try:
        permitted(actor)
    except NotPermitted:
        return False
    return True


def _trades() -> dict[str, str]:
    return stack().table("codes/trades")["trade"]


def _licences() -> dict[str, str]:
    """What the place calls kinds of licences, and those whose number begins in a certain way."""
    return dict(stack().table("codes/licences")) if stack().files("codes/licences.toml") else {}


def _words(rule: Rule) -> dict[str, list[str]]:
    """A rule in words: trades and licences by their names, industries as they are written."""
    known, licences, known_registers = _trades(), _licences(), lasting()
    return {
        "trades": [known.get(one, one) for one in rule.applies],
        "licences": [f"{licences[one]} {one}" if one in licences else one for one in rule.licences],
        "industries": list(rule.industries),
        "registers": [str(known_registers[one]) if one in known_registers else one for one in rule.registers],
    }


def _district(code: str) -> str:
    """The district, or what stands in its place right below the city, to which an area belongs."""
    areas, city = stack().areas, stack().setting("city")
    while code in areas and areas[code].parent not in ("", city):
        code = areas[code].parent
    return code


def _by_district(counts: Iterable[tuple[str, tuple[int, ...]]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for area, values in counts:
        code = _district(area)
        found[code] = tuple(map(sum, zip(found[code], values, strict=True))) if code in found else values
    return dict(sorted(found.items()))


@require_safe
@gate.roles(*READERS)
def lists_page(request: HttpRequest) -> HttpResponse:
    """Every list in force with its rule, and how many premises it reached when they were last counted."""
    actor = gate.actor_in(request)
    lists = in_force(calendar.today())
    counted = {one.code: one for one in ListReach.objects.filter(code__in=[one.code for one in lists])}
    rows = [(one, _words(one.rule), *_reach(counted.get(one.code), actor)) for one in lists]
    at = min((one.at for one in counted.values()), default=None)
    return render(request, "inspection/desk/lists.html", {"rows": rows, "at": at})


def _reach(counted: ListReach | None, actor: Actor) -> tuple[int | None, list[tuple[str, int]]]:
    """How many of those that the actor may read, together and by district; None where nobody has counted yet."""
    if counted is None:
        return None, []
    mine = _by_district((area, (n,)) for area, n in counted.areas.items() if actor.can_read(area))
    return sum(n for (n,) in mine.values()), [(area_name(code), n) for code, (n,) in mine.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*READERS)
def list_page(request: HttpRequest, code: str) -> HttpResponse:
    """One list: its rule, the rules before and to come; a rule tried (GET, `try`), put into force or back (POST)."""
    actor, today = gate.actor_in(request), calendar.today()
    of = next((one for one in in_force(today) if one.code == code), None)
    if of is None:
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    asked = request.method == "POST" or "try" in request.GET
    context: dict[str, Any] = _shown(of, actor) | {"given": _given(given) if asked else _given_of(of.rule)}
    if request.method == "POST":
        return _act(request, of, actor, context)
    if not asked:
        return render(request, "inspection/desk/list_rule.html", context)
    return _tried(request, of, actor, context, 200)


def _shown(of: Checklist, actor: Actor) -> dict[str, Any]:
    rules = rules_of([of.code]).get(of.code, [])
    today = calendar.today()
    return {
        "of": of,
        "words": _words(of.rule),
        "own": _words(of),
        "rules": [(one, _words(one)) for one in reversed(rules[-HISTORY:])],
        "coming": [one for one in rules if one.since > today],
        "may": _may(actor),
        "seen": rules[-1].pk if rules else 0,
        "trades": _trades(),
        "kinds": _licences(),
        "lasting": lasting(),
        "today": today.isoformat(),
        "since": today.isoformat(),
    }


def _given(form: Any) -> dict[str, Any]:
    """What stands in the form, as it was written."""
    return {
        "trades": form.getlist("trade")[:100],
        "licences": form.get("licences", "")[:4000],
        "industries": form.get("industries", "")[:4000],
        "registers": form.getlist("register")[:20],
    }


def _given_of(rule: Checklist | ListRule) -> dict[str, Any]:
    return {
        "trades": list(rule.applies), "licences": "\n".join(rule.licences), "industries": "\n".join(rule.industries),
        "registers": list(rule.registers),
    }  # fmt: skip


def _wish(of: Checklist, given: dict[str, Any]) -> ruling.Wish:
    return ruling.wish(**given, known={*_trades(), *of.applies, *of.rule.applies})


def _tried(request: HttpRequest, of: Checklist, actor: Actor, context: dict[str, Any], status: int) -> HttpResponse:
    """The page with what the rule in the form would change."""
    try:
        wish = _wish(of, context["given"])
        trial = reaching.compare(of.rule, wish, actor)
    except ruling.RuleRefused as error:
        context["problem"], status = str(error), 422
    except reaching.TooLong:
        context["problem"], status = _("The count took too long and was given up. Try a narrower rule."), 503
    else:
        districts = _by_district(trial.areas.items())
        lines = [Line(area_name(area), *counts) for area, counts in districts.items()]
        total = tuple(map(sum, zip(*trial.areas.values(), strict=True))) if trial.areas else (0, 0, 0, 0)
        same = asdict(wish) == {key: list(getattr(of.rule, key)) for key in asdict(wish)}
        context |= {"lines": lines, "total": Line("", *total), "trial": trial, "tried": True, "same": same}
    return render(request, "inspection/desk/list_rule.html", context, status=status)


def _act(request: HttpRequest, of: Checklist, actor: Actor, context: dict[str, Any]) -> HttpResponse:
    """Put the rule of the form into force, or the workbook's back; what can't be done says why and keeps the form."""
    context |= {"reason": request.POST.get("reason", "")[:300], "since": request.POST.get("since", "")[:10]}
    if not context["may"]:
        raise PermissionDenied
    back = "back" in request.POST
    if back:
        context |= {"given": _given_of(of), "going_back": True}
    try:
        seen = request.POST.get("seen", "")
        row = ruling.put_in_force(
            of, None if back else _wish(of, context["given"]),
            since=_day(context["since"]), reason=context["reason"], actor=actor,
            seen=int(seen) if seen.isdecimal() and len(seen) < 19 else -1,
        )  # fmt: skip
    except ruling.Changed:
        context["conflict"] = True
        return _tried(request, of, actor, context, 409)
    except ruling.RuleRefused as error:
        context["refused"] = str(error)
        return _tried(request, of, actor, context, 422)
    said = _("The rule is in force from %(day)s.")
    if back:
        said = _("From %(day)s the list goes by what its workbook says.")
    messages.success(request, said % {"day": f"{row.since:%Y-%m-%d}"})
    return redirect("checklist", code=of.code)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ruling.RuleRefused(_("Say from which day it is in force.")) from error
