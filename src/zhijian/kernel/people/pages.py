"""Pages: the people of an area, one person, making one; what is done to a person is in `acts`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhijian.kernel.accounts import people
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Handover, Leave, Person, Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, said, timeline, watched
from zhijian.kernel.desk.gate import actor_in, roles, staff
from zhijian.kernel.desk.menu import EVERYBODY
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters import handing, pairs
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.people import asking, certificates, handover, keeping, kept, leave, seeing, stranded

PAGE = 50


@dataclass(frozen=True)
class Line:
    """A person as the list shows him."""

    person: Person
    posts: list[str]
    certificate: certificates.Standing | None
    phones: int
    open: str
    away: Leave | None


def post_words(post: Post) -> str:
    """A post in a line: where, what, on loan, until when."""
    words = f"{said.area_name(post.jurisdiction_id)} · {Role(post.role).label}"
    if post.loan:
        words += f" · {_('on loan')}"
    return words if post.until is None else f"{words} · {_('until %(day)s') % {'day': post.until}}"


def lines(found: list[Person]) -> list[Line]:
    """The people with what is to be known of them: one query for all counts."""
    day = calendar.today()
    counts = seeing.open_counts(found)
    rows = Leave.objects.between(day, day).filter(person__in=found).select_related("stand_in")
    away = {leave.person_id: leave for leave in rows}
    return [
        Line(
            person, [post_words(post) for post in person.posts.all() if post.holds_on(day)],
            certificates.standing(person, day), person.phones, counts.get(person.pk, "0"), away.get(person.pk),  # type: ignore[attr-defined]
        )
        for person in found
    ]  # fmt: skip


def with_counts(rows: QuerySet[Person]) -> QuerySet[Person]:
    """With posts and the number of enrolled phones, in the list's order."""
    phones = Count("devices", filter=Q(devices__revoked_at=None))
    return rows.annotate(phones=phones).prefetch_related("posts").order_by("name_key", "pk")


def typed_in(given: QueryDict) -> str:
    """What is searched for, from an address."""
    return given.get("q", "").replace("\x00", "").strip()[:60]


def searched(rows: QuerySet[Person], text: str) -> QuerySet[Person]:
    """Those whose name, user name or pinyin begins or holds the text."""
    if not text:
        return rows
    return rows.filter(Q(name__contains=text) | Q(username__startswith=text) | Q(name_key__startswith=text.lower()))


@require_safe
@roles(*seeing.READERS)
def people_page(request: HttpRequest) -> HttpResponse:
    """`/people/`: everybody of the area, by name, with what must be looked at."""
    actor = actor_in(request)
    typed = typed_in(request.GET)
    rows = searched(with_counts(seeing.people_of(actor)), typed)
    after = request.GET.get("after", "")
    if after.isdecimal() and (last := Person.objects.filter(pk=after).first()) is not None:
        rows = rows.filter(Q(name_key__gt=last.name_key) | Q(name_key=last.name_key, pk__gt=last.pk))
    found = list(rows[: PAGE + 1])
    context = {
        "lines": lines(found[:PAGE]),
        "more": found[PAGE - 1].pk if len(found) > PAGE else None,
        "typed": typed,
        "makes": actor.has(Role.ADMIN),
        "no_stand_in": [] if typed or after else leave.of(actor),
        "stranded": [] if typed or after else [(one, post_words(one.post)) for one in stranded.of(actor)],
    }
    return render(request, "people/list.html", context)


def person_of(actor: Actor, pk: int) -> Person:
    """The person, if he is the actor's to see (himself always); 404 otherwise."""
    if pk == actor.person_id:
        return get_object_or_404(Person.objects.select_related("home"), pk=pk)
    return get_object_or_404(seeing.people_of(actor).select_related("home"), pk=pk)


def forms_of(actor: Actor, person: Person) -> dict[str, asking.Asked]:
    """The forms that the person's page offers this actor, by what they do."""
    found: dict[str, type[asking.Asked]] = {}
    if seeing.manages(actor, person):
        found |= {"post": asking.PostForm, "certificate": asking.CertificateForm, "leave": asking.LeaveForm}
    return {what: form(actor, person, prefix=what) for what, form in found.items()}


def shown(request: HttpRequest, person: Person, bound: dict[str, asking.Asked] | None = None, status: int = 200,
          **more: Any) -> HttpResponse:  # fmt: skip
    """The page of a person, with forms as they were sent where one was wrong."""
    actor, day = actor_in(request), calendar.today()
    manages, bound = seeing.manages(actor, person), bound or {}
    leaves = []
    for one in person.leaves.between(day).select_related("person", "stand_in").order_by("since"):
        wrong = leave.lacking(one)
        form = asking.StandInForm(actor, person, prefix=f"stand-in-{one.pk}") if wrong and manages else None
        both = leave.shared(person, one.stand_in, one.since, one.until, actor) if manages and not wrong else []
        leaves.append((one, wrong, both, bound.get(f"stand_in_{one.pk}", form)))
    posts = person.posts.select_related("jurisdiction").order_by("-since", "pk")
    context = {
        "person": person,
        "reads_people": bool(actor.roles_at() & set(seeing.READERS)),
        "manages": manages,
        "administers": seeing.administers(actor, person),
        "forms": forms_of(actor, person) | bound,
        "posts": [
            (
                p,
                post_words(p),
                p.holds_on(day) or p.since > day,
                seeing.may_grant(actor, Role(p.role), p.jurisdiction_id),
            )
            for p in posts
        ],
        "certificate": certificates.standing(person, day),
        "phones": person.devices.order_by("-pk")[:20],
        "parts": _counts(person),
        "leaves": leaves,
        "stands_in": person.standing_in.filter(until__gte=day).select_related("person").order_by("since"),
        "handover": handover.open_of(person),
        "days": timeline.by_day(timeline.lines(LedgerEntry.objects.filter(subject=f"account:{person.pk}"), actor, 100)),
        **more,
    }
    return render(request, "people/person.html", context, status=status)


def _counts(person: Person) -> list[tuple[Any, str]]:
    """What hangs on him, in numbers only."""
    with scoped(SYSTEM):
        found = [(one.label, one.count(person)) for one in keeping.keepings()]
    return [(label, f"{keeping.COUNTED:,}+" if n > keeping.COUNTED else str(n)) for label, n in found if n]


@require_safe
@roles(*seeing.READERS)
def person_page(request: HttpRequest, pk: int) -> HttpResponse:
    """`/people/<pk>/`: posts, certificate, leave, what hangs on him, and all that happened to the account."""
    actor = actor_in(request)
    person = person_of(actor, pk)
    watched.looked(actor, f"account:{person.pk}", person.name, area=person.home_id or "")
    return shown(request, person)


@require_http_methods(["GET", "POST"])
@roles(Role.ADMIN)
def new_page(request: HttpRequest) -> HttpResponse:
    """`/people/new/`: an account, without a post and without a password yet."""
    actor = actor_in(request)
    form = asking.NewForm(actor, None, request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return render(request, "people/new.html", {"form": form}, status=422 if request.method == "POST" else 200)
    told = form.cleaned_data
    person = people.add(told["username"], told["name"].strip(), None, told["area"], actor=actor)
    return redirect("person", pk=person.pk)


@require_http_methods(["GET", "POST"])
@staff
def handover_page(request: HttpRequest, pk: int) -> HttpResponse:
    """`/people/<pk>/handover/`: all that hangs on a person; the giver or his head proposes to whom it goes."""
    actor = actor_in(request)
    person = person_of(actor, pk)
    may = person.pk == actor.person_id or seeing.manages(actor, person)
    waits = handover.open_of(person)
    if waits is not None:
        return redirect("handover", uid=waits.uid)
    if request.method == "POST" and not may:
        raise Http404
    form = asking.HandoverForm(actor, person, request.POST or None) if may else None
    status, problems = 200, []
    if request.method == "POST" and form is not None:
        status = 422
        if form.is_valid():
            by = get_object_or_404(Person, pk=actor.person_id)
            try:
                made = handover.propose(person, form.cleaned_data["successor"], by=by, actor=actor,
                                        alone=form.cleaned_data.get("alone", False))  # fmt: skip
                return redirect("handover", uid=made.uid)
            except ValidationError as error:
                problems = error.messages
    with scoped(SYSTEM):
        parts = keeping.parts(person)
    context = {"person": person, "parts": parts, "form": form, "problems": problems}
    context["reads_people"] = bool(actor.roles_at() & set(seeing.READERS))
    return render(request, "people/handover.html", context, status=status)


def handover_of(actor: Actor, uid: Any) -> Handover:
    """The handover, for giver, successor and those who see one of them; 404 for others."""
    rows = Handover.objects.select_related("giver", "successor", "proposed_by")
    made = get_object_or_404(rows, uid=uid)
    both = {made.giver_id, made.successor_id}
    if actor.person_id not in both and not seeing.people_of(actor).filter(pk__in=both).exists():
        raise Http404
    return made


@require_safe
@staff
def handover_shown(request: HttpRequest, uid: Any) -> HttpResponse:
    """`/handovers/<uid>/`: as it waits, or as it was done."""
    return drawn(request, handover_of(actor_in(request), uid))


def drawn(request: HttpRequest, made: Handover, status: int = 200, problems: list[str] | None = None) -> HttpResponse:
    """The page of a handover, with what was wrong."""
    actor = actor_in(request)
    waits = made.confirmed_at is None and made.withdrawn_at is None
    concerned = (made.giver_id, made.successor_id, made.proposed_by_id)
    with scoped(SYSTEM):
        parts = keeping.parts(made.giver) if waits else []
        left = Matter.objects.filter(pk__in=made.single, closed=None, second=None).order_by("due", "pk")
        both = handing.left_alone(made.giver, made.successor) if waits else left
        asked = both.filter(pairs.nameable(pairs.kinds()))
        alone, asked_n, both_n = kept.lines(asked), asked.count(), both.count()
    known = {one.code: one for one in keeping.keepings()}
    labels = {code: one.label for code, one in known.items()}
    context = {
        "made": made,
        "waits": waits,
        "parts": parts,
        "alone": alone,
        "alone_n": asked_n,
        "one_stays": both_n - asked_n,
        "settled": len(made.single) - both_n,
        "left": [(known[code], n) for code, n in made.left.items() if code in known],
        "given": [(labels.get(code, code), n) for code, n in made.given.items()],
        "agrees": waits and made.agreed_at is None and actor.person_id == made.giver_id,
        "confirms": waits and made.agreed_at is not None and actor.person_id == made.successor_id,
        "withdraws": waits and (actor.person_id in concerned or seeing.manages(actor, made.giver)),
        "problems": problems or [],
    }  # fmt: skip
    return render(request, "people/handover_shown.html", context, status=status)


def _handovers(actor: Actor) -> QuerySet[Handover]:
    me = actor.person_id
    mine = Handover.objects.filter(Q(giver=me) | Q(successor=me) | Q(proposed_by=me))
    return mine.select_related("giver", "successor").order_by("-pk")


def standing(one: Handover) -> tuple[str, str]:
    """How a handover stands: words and tone."""
    if one.confirmed_at:
        return _("done"), "good"
    if one.withdrawn_at:
        return _("withdrawn"), ""
    return (_("waits for the successor") if one.agreed_at else _("waits for the giver")), "act"


HEADS = (
    gettext_lazy("Who gives"), gettext_lazy("Successor"), gettext_lazy("Proposed at"), gettext_lazy("State"),
    gettext_lazy("Confirmed at"),
)  # fmt: skip


def _cells(block: list[Handover], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        yield [one.giver.name, one.successor.name, one.proposed_at, standing(one)[0], one.confirmed_at]


excel.sheet("handovers", gettext_lazy("Handovers"), EVERYBODY, HEADS, lambda actor, _given: _handovers(actor), _cells)


@require_safe
@staff
def handovers_page(request: HttpRequest) -> HttpResponse:
    """`/handovers/`: what waits for one's confirmation, what was one's own, and what one proposed."""
    actor = actor_in(request)
    rows = [(one, *standing(one)) for one in _handovers(actor)[:PAGE]]
    return render(request, "people/handovers.html", {"rows": rows, "me": actor.person_id})
