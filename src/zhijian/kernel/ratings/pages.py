"""Pages: the enterprise's rating behind its link or account; the desk's ratings and draws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, gate, said
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.errors import BadFacts, StepError
from zhijian.kernel.party.doors import Door, through_door
from zhijian.kernel.party.family import Family
from zhijian.kernel.ratings import acts, calling, groups, inviting, rules
from zhijian.kernel.ratings.declared import question_of
from zhijian.kernel.ratings.models import Draw, Rating

PAGE = 50
YEARS = 3  # this one and those before it that can be looked at
STARS = list(reversed(Rating.Stars.choices))


def asked_of(door: Door, family: Family) -> dict[str, Any] | None:
    """The question on the enterprise's page; None where nothing is asked about its matter."""
    question = question_of(family.head)
    if question is None:
        return None
    with scoped(SYSTEM):
        rating = Rating.objects.filter(matter=family.head).first()
        wanted = family.head.entity is None or inviting.wants(family.head.entity)
    why = acts.why_not(family.head, door.actor, rating, calendar.today())
    if why and rating is None:
        return None
    until = acts.last_day(rules.CHANGE_WITHIN, rating.rated_at) if rating is not None else None
    elsewhere = acts.made_by_rated(family.head, door.handed_by)
    told = {"question": question.asks, "stars": STARS, "rating": rating, "shut": why or elsewhere, "until": until}
    return {**told, "wanted": wanted, "elsewhere": elsewhere and not why}


@require_http_methods(["GET", "HEAD", "POST"])
@through_door
def rate(request: HttpRequest, door: Door) -> HttpResponse:
    """Rate the matter of the page, change it, or say whether one is to be asked. What was typed survives an error.

    Where nothing can be rated (any more), it leads to the matter, which says what was rated.
    """
    family = door.family()
    told = asked_of(door, family)
    if request.method != "POST":
        if told is None or told["shut"]:
            return redirect(door.base + "#rate")
        return render(request, "ratings/party/page.html", {"door": door, "asked": told, "head": family.head})
    if "invite" in request.POST:
        return _invite(request, door, family)
    if told is not None and told["elsewhere"]:
        return redirect(door.base + "#rate")
    stars, words = request.POST.get("stars", ""), request.POST.get("words", "")
    try:
        acts.rate(family.head, int(stars) if stars.isdecimal() and len(stars) == 1 else 0, words, door.actor)
    except BadFacts as error:
        if told is None or told["shut"]:
            return redirect(door.base)
        context = {"door": door, "asked": {**(told or {}), "errors": error.errors, "typed": words, "given": stars}}
        return render(request, "ratings/party/page.html", {**context, "head": family.head}, status=422)
    except StepError as error:
        messages.warning(request, error.message)
        return redirect(door.base)
    messages.success(request, _("Thank you. The officers who were here do not see who said what."))
    return redirect(door.base)


def _invite(request: HttpRequest, door: Door, family: Family) -> HttpResponse:
    """The enterprise wants no invitations, or wants them again."""
    wanted = request.POST["invite"] == "1"
    if family.head.entity is not None:
        inviting.set_wanted(family.head.entity, wanted, door.actor)
    said = (
        _("Our messages will ask you for a rating again.")
        if wanted
        else _("Our messages ask you for no rating any more.")
    )
    messages.success(request, said)
    return redirect(door.base)


@require_safe
@gate.roles(*(acts.READERS | acts.RATED))
def ratings_page(request: HttpRequest) -> HttpResponse:
    """The mean of one's own work; and for those who oversee, what enterprises gave, by office and kind."""
    actor = gate.actor_in(request)
    context: dict[str, Any] = {"reads": bool(actor.roles_at() & acts.READERS)}
    if actor.roles_at() & acts.RATED and actor.person_id is not None:
        context["own"] = acts.mean_of(actor.person_id)
    if context["reads"]:
        year = _year(request.GET)
        found = groups.groups(actor, year)
        context["rows"] = [(one, flow_of(one.kind).title, said.area_name(one.area)) for one in found]
        this = calendar.today().year
        context |= {"year": year, "years": range(this, this - YEARS, -1), "stars": range(5, 0, -1)}
        context["minimum"] = int(rules.MINIMUM.value(calendar.today(), 5))
    return render(request, "ratings/desk/ratings.html", context)


@require_safe
@gate.roles(*acts.READERS)
def words_page(request: HttpRequest, area: str, kind: str) -> HttpResponse:
    """What the enterprises of a group wrote, without names, days and order."""
    actor, year = gate.actor_in(request), _year(request.GET)
    one = next((one for one in groups.groups(actor, year) if (one.area, one.kind) == (area, kind)), None)
    if one is None:
        raise Http404
    rows = groups.words_of(actor, year, area, kind)
    context = {
        "one": one,
        "rows": rows,
        "kind": flow_of(kind).title,
        "area": said.area_name(area),
        "most": groups.WORDS,
    }
    return render(request, "ratings/desk/words.html", context)


def _year(given: QueryDict) -> int:
    """The year that was asked for; this one where none is, or none that is offered."""
    this, asked = calendar.today().year, given.get("year", "")
    return int(asked) if asked in [str(this - back) for back in range(YEARS)] else this


HEADS = (
    gettext_lazy("Area"), gettext_lazy("Kind of matter"), gettext_lazy("Year"), gettext_lazy("Ratings"),
    gettext_lazy("Mean rating"), *(Rating.Stars(n).label for n in range(5, 0, -1)), gettext_lazy("Not told yet"),
)  # fmt: skip


def _cells(block: list[groups.Group], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        by_star = one.stars if one.shown else [None] * len(one.stars)
        where, about = said.area_name(one.area), str(flow_of(one.kind).title)
        yield [where, about, one.year, one.shown, one.mean, *by_star, one.waiting]


excel.sheet(
    "ratings", gettext_lazy("Ratings"), acts.READERS, HEADS,
    lambda actor, given: groups.groups(actor, _year(given)), _cells,
)  # fmt: skip


@require_safe
@gate.roles(*acts.READERS)
def draws_page(request: HttpRequest) -> HttpResponse:
    """The draws of the sample, each made again while one looks."""
    rows, after = calling.draws(gate.actor_in(request)), request.GET.get("after", "")
    if after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    context = {
        "rows": [(one, calling.holds(one)) for one in found[:PAGE]],
        "after": found[PAGE - 1].pk if len(found) > PAGE else "",
        "later": bool(after),
    }
    return render(request, "ratings/desk/draws.html", context)


DRAWN = (
    gettext_lazy("Seal of"), gettext_lazy("Seed"), gettext_lazy("Closed"), gettext_lazy("Share (percent)"),
    gettext_lazy("Drawn"), gettext_lazy("Made again"),
)  # fmt: skip


def _draws(block: list[Draw], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        again = _("the same") if calling.holds(one) else _("not the same")
        yield [one.seal.day, one.seed, len(one.population), one.percent, len(one.chosen), again]


excel.sheet(
    "draws", gettext_lazy("Draws of the sample"), acts.READERS, DRAWN, lambda actor, _given: calling.draws(actor),
    _draws, widths=(14, 70, 12, 12, 12, 16),
)  # fmt: skip
