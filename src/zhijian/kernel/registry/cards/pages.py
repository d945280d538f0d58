"""Cards for doors at the desk: choose, print, hand out; what was printed; a new code for a card that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import in_scope
from zhijian.kernel.desk import excel, exports, gate, said, xlsx
from zhijian.kernel.desk.forms import is_uid
from zhijian.kernel.desk.paging import rows_after
from zhijian.kernel.papers.views import PDF_POLICY
from zhijian.kernel.registry.cards import choosing, printing, replacing
from zhijian.kernel.registry.cards.choosing import PRINTERS, READERS, Chosen
from zhijian.kernel.registry.door import shown_door_code
from zhijian.kernel.registry.models import CardRun, Entity, Premises, PremisesStatus, RetiredCode
from zhijian.kernel.registry.search import capped_count

PAGE = 50
RUNS = 50
DOORS = 200  # of one enterprise


@require_safe
@gate.roles(*READERS)
def cards_page(request: HttpRequest) -> HttpResponse:
    """`/doors/`: the places of an area with their codes, and whether a card was printed; the filters in the address."""
    actor = gate.actor_in(request)
    chosen = Chosen.read(request.GET, actor)
    rows = choosing.doors(chosen, actor)
    count, more = capped_count(rows)
    found = choosing.page(rows, request.GET.get("after", ""), PAGE)
    shown = found[:PAGE]
    cards, kinds = choosing.last_cards(shown), choosing.trades()
    context = {
        "chosen": chosen,
        "rows": [(p, said.area_name(p.area), kinds.get(p.trade, p.trade), cards.get(p.pk)) for p in shown],
        "count": f"{count:,}+" if more else f"{count:,}",
        "some": count,
        "after": shown[-1].pk if len(found) > PAGE else "",
        "later": bool(request.GET.get("after")),
        "areas": choosing.areas(actor),
        "trades": kinds,
        "printed": choosing.printed_words(),
        "grids": printing.GRIDS,
        "origin": _origin(request),
        "narrowed": bool(chosen.trade or chosen.q or chosen.printed),
    }
    return render(request, "registry/cards.html", context)


REGISTER = (
    gettext_lazy("Premises"), gettext_lazy("Enterprise"), gettext_lazy("Code of the entity"), gettext_lazy("Address"),
    gettext_lazy("Area"), gettext_lazy("Trade"), gettext_lazy("Business phone"), gettext_lazy("Code on the door"),
    gettext_lazy("Printed at"), gettext_lazy("By whom"),
)  # fmt: skip


def _register(actor: Actor, given: QueryDict) -> QuerySet[Premises]:
    light = choosing.doors(Chosen.read(given, actor), actor).select_related("entity")
    return light.only(*choosing.LIGHT, *choosing.NUMBERS).order_by("area", "trade", "name_key", "id")


def _register_cells(block: list[Premises], _actor: Actor) -> Iterator[list[Any]]:
    cards, kinds = choosing.last_cards(block), choosing.trades()
    for p in block:
        card = cards.get(p.pk)
        yield [
            p.name, p.entity.name, p.entity.code, p.address, said.area_name(p.area), kinds.get(p.trade, p.trade),
            p.phone or p.entity.phone, shown_door_code(p.door_code), card.at if card else None,
            card.by_name if card else "",
        ]  # fmt: skip


excel.sheet(
    "doors", gettext_lazy("Doors"), READERS, REGISTER, _register, _register_cells,
    told=lambda actor, given: choosing.in_words(Chosen.read(given, actor).told),
)  # fmt: skip


@require_POST
@gate.roles(*PRINTERS)
def cards_print(request: HttpRequest) -> HttpResponse:
    """Make the cards of what is listed (`all`) or of the chosen places; few at once, many as a job."""
    actor = gate.actor_in(request)
    chosen = Chosen.read(request.POST, actor)
    rows = choosing.doors(chosen, actor)
    if "all" not in request.POST:
        uids = [uid for uid in request.POST.getlist("uid") if is_uid(uid)][: choosing.MOST]
        rows = rows.filter(uid__in=uids)
    keys = choosing.in_street_order(rows)
    if not keys:
        messages.warning(request, _("Nothing was chosen."))
        return redirect(f"{request.path.removesuffix('print/')}?{chosen.query}")
    if len(keys) > choosing.MOST:
        words = _("At most %(n)s cards are made in one go: choose an office, a trade, or what is not printed yet.")
        messages.warning(request, words % {"n": f"{choosing.MOST:,}"})
        return redirect(f"{request.path.removesuffix('print/')}?{chosen.query}")
    return _begin(request, actor, keys, chosen.area, chosen.told)


def _origin(request: HttpRequest) -> str:
    """What the codes lead to: the address by which people outside reach the site, else the one that was asked."""
    return (settings.PUBLIC_ORIGIN or request.build_absolute_uri("/")).rstrip("/")


def _begin(request: HttpRequest, actor: Actor, keys: list[int], area: str, told: dict[str, str]) -> HttpResponse:
    per_page = request.POST.get("per_page", "")
    run = CardRun.objects.create(
        area=area, person_id=actor.person_id, by_name=actor.name, chosen=told, places=keys, origin=_origin(request),
        per_page=int(per_page) if per_page.isdecimal() and int(per_page) in printing.GRIDS else 12,
    )  # fmt: skip
    if len(keys) <= printing.AT_ONCE:
        printing.make(run=run.pk)
    else:
        printing.make.later(run=run.pk)
    return redirect("card_run", uid=run.uid)


def _run(request: HttpRequest, uid: UUID) -> CardRun:
    return get_object_or_404(in_scope(CardRun.objects.all(), gate.actor_in(request)), uid=uid)


def _runs(actor: Actor) -> QuerySet[CardRun]:
    return in_scope(CardRun.objects.defer("places"), actor).order_by("-id")


RUN = (
    gettext_lazy("Printed at"), gettext_lazy("By whom"), gettext_lazy("Area"), gettext_lazy("Filter"),
    gettext_lazy("Number of cards"), gettext_lazy("State"),
)  # fmt: skip


def _run_cells(block: list[CardRun], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        yield [one.at, one.by_name, said.area_name(one.area), _filters(one), one.done, one.get_state_display()]


excel.sheet("card_runs", gettext_lazy("What was printed"), READERS, RUN, lambda actor, _given: _runs(actor), _run_cells)


@require_safe
@gate.roles(*READERS)
def card_runs(request: HttpRequest) -> HttpResponse:
    """`/doors/runs/`: what was printed in the person's areas, when and by whom; the newest first."""
    rows = rows_after(_runs(gate.actor_in(request)), request.GET, falling=True)
    found = list(rows[: RUNS + 1])
    lines = [(run, said.area_name(run.area), _filters(run)) for run in found[:RUNS]]
    context = {"rows": lines, "after": found[RUNS - 1].pk if len(found) > RUNS else ""}
    return render(request, "registry/card_runs.html", context)


def _filters(run: CardRun) -> str:
    return " · ".join(value for _name, value in choosing.in_words(run.chosen) if value)


@never_cache
@require_safe
@gate.roles(*READERS)
def card_run(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How far a run is; asks again by itself until it is done."""
    run = _run(request, uid)
    name = "registry/parts/card_run.html" if request.headers.get("HX-Request") else "registry/card_run.html"
    context = {"run": run, "total": len(run.places), "area": said.area_name(run.area), "filters": _filters(run)}
    return render(request, name, context)


@never_cache
@require_safe
@gate.roles(*READERS)
def card_pdf(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The cards, shown in the browser's own viewer."""
    run = _run(request, uid)
    if not run.path:
        raise Http404
    with default_storage.open(run.path, "rb") as source:
        answer = HttpResponse(source.read(), content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(False, f"cards-{run.uid}.pdf")
    answer["Content-Security-Policy"] = PDF_POLICY
    return answer


@require_safe
@gate.roles(*READERS)
def card_list(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The same cards as Excel, to be carried along and signed."""
    run, actor = _run(request, uid), gate.actor_in(request)
    title = _("Cards for doors: %(area)s") % {"area": said.area_name(run.area)}
    about = exports.about(title, actor, choosing.in_words(run.chosen), run.area)
    return exports.answer(title, "cards", _excel(run, actor, about, get_language() or "en"))


def _excel(run: CardRun, actor: Actor, about: list[str], language: str) -> Iterator[bytes]:
    with override(language):
        heads = [str(one) for one in printing.HEADING]
        yield from xlsx.stream(about[0], heads, printing.listed(run, actor), printing.WIDTHS, about=about)


@require_POST
@gate.roles(*PRINTERS)
def card_again(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Print a whole run once more, as its doors are now."""
    run = _run(request, uid)
    standing = Premises.objects.filter(pk__in=run.places, merged_into=None).exclude(status=PremisesStatus.CLOSED)
    left = set(standing.values_list("pk", flat=True))
    keys = [key for key in run.places if key in left]
    if not keys:
        messages.warning(request, _("None of these places is open any more."))
        return redirect("card_run", uid=run.uid)
    return _begin(request, gate.actor_in(request), keys, run.area, run.chosen)


# -- one door ---------------------------------------------------------------------------------------------------------


def _place(request: HttpRequest, uid: UUID) -> Premises:
    """The place, where the person's post lets him print its card."""
    rows = Premises.objects.select_related("entity").defer("grams", "extra", "entity__grams", "entity__extra")
    place = get_object_or_404(rows, uid=uid, merged_into=None)
    if not gate.actor_in(request).roles_at(place.area) & PRINTERS:
        raise Http404
    return place


@require_safe
@gate.ours
def door_codes(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`/e/<uid>/codes/`: one code for each door of an enterprise; its cards, and what becomes of one that is gone."""
    entity = get_object_or_404(Entity.objects.select_related("merged_into").defer("grams"), uid=uid).stands
    standing = entity.premises.filter(merged_into=None).exclude(status=PremisesStatus.CLOSED)
    places = list(standing.defer("grams", "extra").order_by("id")[:DOORS])
    cards, actor = choosing.last_cards(places), gate.actor_in(request)
    codes = []
    for place in places:
        picture = mark_safe(printing.door_qr(f"{_origin(request)}/d/{place.door_code}/"))
        mine = bool(actor.roles_at(place.area) & PRINTERS)
        codes.append((place, picture, shown_door_code(place.door_code), cards.get(place.pk), mine))
    retired = RetiredCode.objects.filter(premises__in=places).select_related("premises").order_by("-id")[:DOORS]
    old = [(one, shown_door_code(one.code)) for one in retired]
    return render(request, "desk/doors.html", {"entity": entity, "codes": codes, "old": old})


@require_POST
@gate.roles(*PRINTERS)
def card_one(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Print the card of one door (once more)."""
    place = _place(request, uid)
    return _begin(request, gate.actor_in(request), [place.pk], place.area, {"area": place.area, "q": place.name})


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*PRINTERS)
def card_replace(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`/doors/<uid>/new-code/`: why, look once more, and the door has a new code."""
    place = _place(request, uid)
    reason = request.POST.get("reason", "")
    context: dict[str, Any] = {
        "place": place,
        "code": shown_door_code(place.door_code),
        "reasons": RetiredCode.Reason.choices,
        "reason": reason,
    }
    if request.method != "POST":
        return render(request, "registry/card_replace.html", context)
    if reason not in RetiredCode.Reason.values:
        context["problem"] = _("Say what happened to the card.")
        return render(request, "registry/card_replace.html", context, status=422)
    try:
        new = replacing.replace(place, request.POST.get("seen", ""), reason, gate.actor_in(request))
    except replacing.Changed:
        context["problem"] = _(
            "Somebody replaced this code meanwhile. Look at the new one before you replace that too."
        )
        return render(request, "registry/card_replace.html", context, status=409)
    told = {"new": shown_door_code(new), "old": context["code"]}
    messages.success(
        request, _("The door has the new code %(new)s; %(old)s no longer works. Print the new card.") % told
    )
    return redirect("door_codes", uid=place.entity.uid)
