"""What heads and administrators do to a person: each one POST, one transaction, one entry in the account's ledger."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from zhijian.kernel.accounts import people
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Leave, Person, Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.gate import actor_in, roles, staff
from zhijian.kernel.people import asking, handover, leave, pages, seeing

Do = Callable[[Actor, Person, dict[str, Any]], None]


@dataclass(frozen=True)
class Act:
    """One thing that can be done: who may, what must be said, and what it does."""

    may: Callable[[Actor, Person], bool]
    form: type[asking.Asked]
    do: Do


def _post(actor: Actor, person: Person, told: dict[str, Any]) -> None:
    role, area = Role(told["role"]), told["area"]
    people.give_post(person, role, area, told["since"], told["until"], actor=actor, loan=told["loan"])


def _certificate(actor: Actor, person: Person, told: dict[str, Any]) -> None:
    people.certify(person, told["number"].strip(), told["until"], actor=actor)


def _leave(actor: Actor, person: Person, told: dict[str, Any]) -> None:
    leave.take(person, told["stand_in"], told["since"], told["until"], actor=actor)


def _lock(actor: Actor, person: Person, told: dict[str, Any]) -> None:
    people.lock(person, actor=actor)


def _reopen(actor: Actor, person: Person, told: dict[str, Any]) -> None:
    people.reopen(person, actor=actor)


ACTS = {
    "post": Act(seeing.manages, asking.PostForm, _post),
    "certificate": Act(seeing.manages, asking.CertificateForm, _certificate),
    "leave": Act(seeing.manages, asking.LeaveForm, _leave),
    "lock": Act(seeing.administers, asking.Nothing, _lock),
    "reopen": Act(seeing.administers, asking.Nothing, _reopen),
}


@require_POST
@roles(*seeing.MANAGERS)
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """`/people/<pk>/do/<what>/`. What is wrong stands beside the fields; what was typed stays."""
    actor, chosen = actor_in(request), ACTS.get(what)
    if chosen is None:
        raise Http404
    person = pages.person_of(actor, pk)
    if not chosen.may(actor, person):
        raise Http404
    form = chosen.form(actor, person, request.POST, prefix=what)
    if not form.is_valid():
        return pages.shown(request, person, {what: form}, 422)
    if what == "leave" and (asked := _asked_first(request, person, form, form.cleaned_data)):
        return asked
    return _done(request, person, lambda: chosen.do(actor, person, form.cleaned_data), {what: form})


def _asked_first(request: HttpRequest, person: Person, form: asking.Asked, told: Any) -> HttpResponse | None:
    """Where the stand-in is the other officer of matters of his, that is said first, and what was typed stays.

    `sure` of the form says for whom it was read: whoever chooses somebody else then is asked anew.
    """
    other = told["stand_in"]
    if request.POST.get("sure") == str(other.pk):
        return None
    shared = leave.shared(person, other, told["since"], told["until"], actor_in(request))
    if not shared:
        return None
    return pages.shown(request, person, status=409, shared=shared, stand_in=other, asked=form, sends_to=request.path)


def _done(request: HttpRequest, person: Person, do: Callable[[], Any],
          bound: dict[str, asking.Asked] | None = None) -> HttpResponse:  # fmt: skip
    """Do it, or show the person's page with the reason why not and the way out: the handover, or whose leave to end."""
    try:
        with transaction.atomic(), scoped(SYSTEM):
            do()
    except ValidationError as error:
        codes = {one.code for one in error.error_list}
        held = bool(codes & {"held", "leave"})
        told = {
            "problems": error.messages,
            "hand_over": reverse("hand_over", args=[person.pk]) if "held" in codes else "",
            "leave_of": leave.stood_in_for(person) if "leave" in codes else None,
        }
        return pages.shown(request, person, bound, 409 if held else 422, **told)
    messages.success(request, _("Saved."))
    return redirect("person", pk=person.pk)


@require_POST
@roles(*seeing.MANAGERS)
def end_post(request: HttpRequest, pk: int, post: int) -> HttpResponse:
    """A post ends today. Where a stand-in rests on it, that is said first; `sure` of the form says that it was read."""
    actor = actor_in(request)
    person = pages.person_of(actor, pk)
    held = get_object_or_404(Post.objects.select_related("person"), pk=post, person=person)
    if not seeing.manages(actor, person) or not seeing.may_grant(actor, Role(held.role), held.jurisdiction_id):
        raise Http404
    today = calendar.today()
    if not request.POST.get("sure") and (stake := leave.at_stake(held, today)):
        return pages.shown(request, person, status=409, ending=held, at_stake=stake)
    return _done(request, person, lambda: people.end_post(held, today, actor=actor, today=today))


@require_POST
@roles(*seeing.MANAGERS)
def end_leave(request: HttpRequest, pk: int, uid: Any) -> HttpResponse:
    """He is back."""
    actor = actor_in(request)
    person = pages.person_of(actor, pk)
    taken = get_object_or_404(Leave.objects.select_related("person", "stand_in"), uid=uid, person=person)
    if not seeing.manages(actor, person):
        raise Http404
    return _done(request, person, lambda: leave.end(taken, actor=actor))


@require_POST
@roles(*seeing.MANAGERS)
def stand_in(request: HttpRequest, pk: int, uid: Any) -> HttpResponse:
    """Somebody else stands in from now on."""
    actor = actor_in(request)
    person = pages.person_of(actor, pk)
    taken = get_object_or_404(Leave.objects.select_related("person", "stand_in"), uid=uid, person=person)
    if not seeing.manages(actor, person):
        raise Http404
    form = asking.StandInForm(actor, person, request.POST, prefix=f"stand-in-{taken.pk}")
    if not form.is_valid():
        return pages.shown(request, person, {f"stand_in_{taken.pk}": form}, 422)
    told = form.cleaned_data | {"since": max(taken.since, calendar.today()), "until": taken.until}
    if asked := _asked_first(request, person, form, told):
        return asked
    return _done(request, person, lambda: leave.replace(taken, form.cleaned_data["stand_in"], actor=actor))


@never_cache
@require_POST
@roles(Role.ADMIN)
def password(request: HttpRequest, pk: int) -> HttpResponse:
    """A new password, made here, shown in this answer only."""
    actor = actor_in(request)
    person = pages.person_of(actor, pk)
    if not seeing.administers(actor, person):
        raise Http404
    made = "-".join(secrets.token_hex(2) for _part in range(4))
    with scoped(SYSTEM):
        people.set_password(person, made, actor=actor)
    return pages.shown(request, person, made=made)


@require_POST
@staff
def confirm(request: HttpRequest, uid: Any) -> HttpResponse:
    """The giver confirms what his head proposed; the successor confirms: everything is his now."""
    actor = actor_in(request)
    made = pages.handover_of(actor, uid)
    do = handover.agree if actor.person_id == made.giver_id else handover.confirm
    return _ended(request, made, lambda: do(made, actor=actor))


@require_POST
@staff
def withdraw(request: HttpRequest, uid: Any) -> HttpResponse:
    """It does not take place."""
    actor = actor_in(request)
    made = pages.handover_of(actor, uid)
    both = (made.giver_id, made.successor_id, made.proposed_by_id)
    if actor.person_id not in both and not seeing.manages(actor, made.giver):
        raise Http404
    return _ended(request, made, lambda: handover.withdraw(made, actor=actor))


def _ended(request: HttpRequest, made: Any, do: Callable[[], Any]) -> HttpResponse:
    try:
        with transaction.atomic():
            do()
    except ValidationError as error:
        return pages.drawn(request, made, 409, error.messages)
    return redirect("handover", uid=made.uid)
