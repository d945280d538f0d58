"""Lists kept under a name: a person filters, names it, finds it again, and shares it with the office by a link.

The link holds a number of its own, nothing else: no name, no filter. Whoever opens it sees the rows of his own scope.
"""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk import paging, said
from zhijian.kernel.desk.gate import actor_in, ours
from zhijian.kernel.desk.lists import MatterList, list_of
from zhijian.kernel.desk.models import SavedList

MOST = 30  # of one person
SHOWN = 40


def visible(actor: Actor) -> QuerySet[SavedList]:
    """One's own, and those that somebody shares with an office where one holds a post."""
    offices = sorted({post.area for post in actor.posts})
    return SavedList.objects.filter(Q(person=actor.person_id) | Q(shared__in=offices)).select_related("person")


def of(actor: Actor, room: str = "") -> list[SavedList]:
    """What a page offers: of one list, or of all that are the person's rooms. One query."""
    rows = visible(actor).filter(room=room) if room else visible(actor)
    found = list(rows.order_by("room", "name", "pk")[:SHOWN])
    return found if room else [one for one in found if list_of(one.room, actor) is not None]


def filters_of(one: type[MatterList], query: str) -> str:
    """The filters of an address that the list knows, and its order, as the tail of an address."""
    params = QueryDict(query)
    told = {**dict.fromkeys(one.start, ""), **one.given(params)}
    order = paging.order_of(params.get("order", ""), one.order)
    return urlencode(told | ({"order": order} if order != one.order else {}))


@require_POST
@ours
def keep(request: HttpRequest, name: str) -> HttpResponse:
    """`/l/<name>/keep/`: keep the list as it is filtered now; the same name again replaces it."""
    actor = actor_in(request)
    one = list_of(name, actor)
    if one is None:
        raise Http404
    called = " ".join(request.POST.get("name", "").split())[:40]
    query = filters_of(one, request.POST.get("query", "")[:2_000])
    back = f"{one.url()}?{query}" if query else one.url()
    if not called:
        messages.warning(request, _("Give it a name first. Nothing was kept."))
    elif len(query) > 500:
        messages.warning(request, _("These filters are too long to be kept. Choose fewer."))
    elif SavedList.objects.filter(person=actor.person_id).exclude(room=name, name=called).count() >= MOST:
        words = _("You keep %(n)s lists already. Delete one first.")
        messages.warning(request, words % {"n": MOST})
    else:
        values = {"query": query, "shared": _office(actor) if request.POST.get("share") else ""}
        SavedList.objects.update_or_create(person_id=actor.person_id, room=name, name=called, defaults=values)
        messages.success(request, _("Kept as “%(name)s”: on this page and on your to-do.") % {"name": called})
    return redirect(back)


def _office(actor: Actor) -> str:
    """The office that a person shares with: that of his first post."""
    return actor.posts[0].area if actor.posts else ""


@require_safe
@ours
def open_kept(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`/kept/<uid>/`: the list with its filters."""
    actor = actor_in(request)
    kept_one = get_object_or_404(visible(actor), uid=uid)
    one = list_of(kept_one.room, actor)
    if one is None:
        raise Http404
    return redirect(f"{one.url()}?{kept_one.query}" if kept_one.query else one.url())


@require_safe
@ours
def kept(request: HttpRequest) -> HttpResponse:
    """`/kept/`: rename, share, delete; and the link to pass on."""
    actor = actor_in(request)
    rows = []
    for one in of(actor):
        room = list_of(one.room, actor)
        if room is not None:
            link = request.build_absolute_uri(reverse("kept_open", args=[one.uid]))
            rows.append((one, room.label(), link, one.person_id == actor.person_id, said.area_name(one.shared)))
    office = _office(actor)
    return render(request, "desk/kept.html", {"rows": rows, "office": said.area_name(office) if office else ""})


@require_POST
@ours
def change(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Rename, share or take back, delete; one's own only."""
    actor = actor_in(request)
    one = get_object_or_404(SavedList, uid=uid, person=actor.person_id)
    what, called = request.POST.get("what", ""), " ".join(request.POST.get("name", "").split())[:40]
    if what == "delete":
        one.delete()
        messages.success(request, _("Deleted: %(name)s") % {"name": one.name})
    elif what in ("share", "alone"):
        one.shared = _office(actor) if what == "share" else ""
        one.save(update_fields=["shared"])
        messages.success(request, _("Your office sees it now.") if what == "share" else _("Only you see it now."))
    elif called:
        one.name = called
        try:
            with transaction.atomic():
                one.save(update_fields=["name"])
            messages.success(request, _("It is called “%(name)s” now.") % {"name": called})
        except IntegrityError:
            messages.warning(request, _("You have a list of that name already. Nothing was changed."))
    return redirect("kept")
