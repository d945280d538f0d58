"""Merging and splitting files at the desk: choose, look at both, look once more, do it; and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk import gate, said
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable

from . import joining
from .alike import alike
from .models import Entity, EntityJoin

SHOWN = 200  # places, licences and matters that can be chosen at a time
WORDS: dict[str, str | Promise] = {
    "registry.Premises.entity": gettext_lazy("Premises"),
    "registry.Licence.entity": gettext_lazy("Licences"),
    "matters.Matter.entity": gettext_lazy("Matters"),
    "papers.Paper.entity": gettext_lazy("Papers"),
    "evidence.File.entity": gettext_lazy("Photos and files"),
    "notices.Notice.entity": gettext_lazy("Notices"),
    "accounts.AccessLink.entity": gettext_lazy("Links that were given to it"),
    "registry.Entity.merged_into": gettext_lazy("Files merged before"),
    "registry.Premises.merged_into": gettext_lazy("Places that were one and the same"),
}
SILENT = {"registry.Premises.status", "registry.Premises.placed", "registry.Licence.placed"}  # go with the others
FIELDS = ("name", "code", "representative", "phone", "address")


def in_words(counted: dict[str, int]) -> list[tuple[str, int]]:
    """What goes over, as a list for people; what has no word of its own is one line."""
    found = [(str(word), counted[label]) for label, word in WORDS.items() if counted.get(label)]
    others = sum(n for label, n in counted.items() if label not in WORDS and label not in SILENT)
    return found + ([(_("Other records"), others)] if others else [])


def _entity(uid: UUID) -> Entity:
    return get_object_or_404(Entity.objects.select_related("merged_into").defer("grams"), uid=uid)


def _picked(request: HttpRequest, name: str = "e") -> Entity | None:
    """The other file that the address or the form names; that under which it stands."""
    given = request.POST.get(name) or request.GET.get(name) or ""
    try:
        return _entity(UUID(given)).stands if given else None
    except ValueError:
        return None


def _side(entity: Entity) -> dict[str, Any]:
    return {
        "entity": entity,
        "area": said.area_name(entity.area),
        "counts": in_words(joining.counts(entity)),
        "places": entity.premises.filter(merged_into=None).defer("grams").order_by("pk")[:5],
    }


def _rows(one: Entity, two: Entity) -> list[tuple[str, str, str, bool]]:
    """The registered values side by side, and whether they differ."""
    values = [(f, str(getattr(one, f) or "—"), str(getattr(two, f) or "—")) for f in FIELDS]
    return [(str(Entity._meta.get_field(f).verbose_name), a, b, a != b) for f, a, b in values]  # type: ignore[union-attr]


# -- merging ----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*joining.JOINERS)
def merge_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`/e/<uid>/merge/?e=<other>`: choose the other file, compare, confirm twice."""
    entity, other = _entity(uid), _picked(request)
    if entity.merged_into:
        return redirect("entity_merge", uid=entity.stands.uid)
    context: dict[str, Any] = {"entity": entity, "here": reverse("entity_merge", args=[entity.uid])}
    if other is None or other.pk == entity.pk:
        return render(request, "registry/merge_who.html", {**context, "alike": alike(entity)})
    kept, merged = (other, entity) if request.POST.get("keep") == str(other.uid) else (entity, other)
    chosen = _numbers(request, "place")
    pairs = joining.same_places(kept, merged)
    context |= {
        "other": other,
        "kept": kept,
        "merged": merged,
        "rows": _rows(entity, other),
        "sides": [_side(entity), _side(other)],
        "pairs": pairs,
        "places": [theirs for _mine, theirs in pairs if theirs.pk in chosen],
        "seen": joining.fingerprint(kept, merged),
        "reason": request.POST.get("reason", "")[:300],
        "moving": in_words(joining.counts(merged)),
    }
    if request.method != "POST":
        return render(request, "registry/merge.html", context | {"shut": _shut(request, kept, merged)})
    if not request.POST.get("go"):
        return render(request, "registry/merge_confirm.html", context | {"shut": _shut(request, kept, merged)})

    def act() -> EntityJoin:
        return joining.merge(
            kept, merged, gate.actor_in(request), seen=request.POST.get("seen", ""), reason=context["reason"],
            places=chosen,
        )  # fmt: skip

    return _done(request, act, "registry/merge_confirm.html", context, kept)


def _shut(request: HttpRequest, *files: Entity) -> str:
    try:
        joining.check_may(gate.actor_in(request), *files)
    except joining.NotPossible as error:
        return error.message
    return ""


def _numbers(request: HttpRequest, name: str) -> frozenset[int]:
    return frozenset(int(one) for one in request.POST.getlist(name)[:SHOWN] if one.isdecimal() and len(one) < 19)


def _done(
    request: HttpRequest, act: Callable[[], EntityJoin], template: str, context: dict[str, Any], entity: Entity
) -> HttpResponse:
    """Do it; a conflict shows the files as they are now, with nothing done."""
    try:
        with transaction.atomic():
            join = act()
    except joining.Changed:
        return render(request, template, context | {"conflict": True}, status=409)
    except joining.NotPossible as error:
        status = 403 if error.forbidden else 409
        return render(request, template, context | {"shut": error.message}, status=status)
    if join.kind == EntityJoin.Kind.MERGE:
        messages.success(request, _("The two files are one now. “Merges and splits” below takes it back."))
    else:
        messages.success(request, _("The file is two files now. “Merges and splits” below takes it back."))
    return redirect("entity", uid=entity.uid)


# -- splitting --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*joining.JOINERS)
def split_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`/e/<uid>/split/`: choose what goes over, and to whom: another file (`e`) or a new one (`name`)."""
    entity, other = _entity(uid), _picked(request)
    if entity.merged_into:
        return redirect("entity_split", uid=entity.stands.uid)
    wanted = {what: _numbers(request, what) for what in ("premises", "licences", "matters")}
    chosen = joining.Chosen(**wanted)
    with scoped(gate.actor_in(request)):
        matters = readable(Matter.objects.filter(entity=entity), gate.actor_in(request)).order_by("-pk")[:SHOWN]
    name = " ".join(request.POST.get("name", "").split())[:200]
    context: dict[str, Any] = {
        "entity": entity,
        "here": reverse("entity_split", args=[entity.uid]),
        "other": other if other and other.pk != entity.pk else None,
        "name": name,
        "reason": request.POST.get("reason", "")[:300],
        "chosen": wanted,
        "places": entity.premises.filter(merged_into=None).defer("grams").order_by("pk")[:SHOWN],
        "licences": entity.licences.select_related("premises").order_by("pk")[:SHOWN],
        "matters": matters,
        "shut": _shut(request, entity),
    }
    if request.method != "POST":
        return render(request, "registry/split.html", context)
    context["problem"] = _split_problem(chosen, context["other"], name)
    if context["problem"] or not request.POST.get("go"):
        return _split_look(request, entity, chosen, context)

    def act() -> EntityJoin:
        target = context["other"] or _new_entity(entity, chosen, name)
        return joining.split(
            entity, target, chosen, gate.actor_in(request), seen=request.POST.get("seen", ""), reason=context["reason"]
        )

    with scoped(gate.actor_in(request)):
        context |= _split_moving(entity, chosen)
    return _done(request, act, "registry/split_confirm.html", context, entity)


def _split_problem(chosen: joining.Chosen, other: Entity | None, name: str) -> str:
    if not chosen:
        return _("Choose what goes over: at least one place, licence or matter.")
    if other is None and len(name) < 2:
        return _("Say to whom it goes: the name of the new enterprise, or choose one that is on file.")
    return ""


def _split_moving(entity: Entity, chosen: joining.Chosen) -> dict[str, Any]:
    counted = joining.belonging(entity, chosen)
    return {"moving": in_words(counted), "seen": joining.fingerprint(entity)}


def _split_look(request: HttpRequest, entity: Entity, chosen: joining.Chosen, context: dict[str, Any]) -> HttpResponse:
    if context["problem"]:
        return render(request, "registry/split.html", context, status=422)
    return render(request, "registry/split_confirm.html", context | _split_moving(entity, chosen))


def _new_entity(entity: Entity, chosen: joining.Chosen, name: str) -> Entity:
    """A new enterprise without a code: the next import that brings its code is merged with it by hand."""
    place = entity.premises.filter(pk__in=chosen.premises).first()
    return Entity.objects.create(
        name=name, area=place.area if place else entity.area, address=place.address if place else ""
    )


# -- the record of it, and the way back -------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*joining.READERS)
def join_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`/joins/<uid>/`: what went over; taken back with a second look."""
    join = get_object_or_404(EntityJoin.objects.select_related("kept", "other"), uid=uid)
    counted: dict[str, int] = {}
    for change in join.moved:
        if change["link"] == "registry.Entity.merged_into" and change["from"] is None:
            continue  # the merged row itself
        counted[change["link"]] = counted.get(change["link"], 0) + len(change["ids"])
    may = bool(gate.actor_in(request).roles_at() & joining.JOINERS)
    shut = joining.why_not_back(join) or (_shut(request, join.kept, join.other) if may else "")
    left = sum(join.left.values())
    context = {
        "join": join,
        "moved": in_words(counted),
        "left": ngettext(
            "%(n)s record stayed where it was, since the other file has the same already.",
            "%(n)s records stayed where they were, since the other file has the same already.",
            left,
        )
        % {"n": left}
        if left
        else "",
        "may": may,
        "shut": shut,
        "confirm": request.method == "POST" and not shut,
    }
    if request.method != "POST" or not request.POST.get("go"):
        return render(
            request, "registry/join.html", context, status=403 if request.method == "POST" and not may else 200
        )
    try:
        with transaction.atomic():
            joining.take_back(join, gate.actor_in(request))
    except joining.NotPossible as error:
        status = 403 if error.forbidden else 409
        return render(request, "registry/join.html", context | {"shut": error.message}, status=status)
    messages.success(request, _("Taken back: the files stand as they did before. What came since stays where it is."))
    return redirect("entity", uid=join.kept.uid if join.kind == EntityJoin.Kind.SPLIT else join.other.uid)
