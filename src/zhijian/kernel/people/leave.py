"""Leave: from a day to a day somebody stands in (AB 角); it ends by itself, or earlier when he is back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Leave, LeaveRows, Person, Post
from zhijian.kernel.accounts.people import follows, holds, note
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import lists
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters import pairs
from zhijian.kernel.notices.receivers import holders
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import PEOPLE, notice_template
from zhijian.kernel.people import seeing, standing
from zhijian.kernel.people.keeping import COUNTED

for code, words in {
    "account.leave": gettext_lazy("Leave of {person} from {since} to {until}; {stand_in} stands in"),
    "account.leave_ended": gettext_lazy("Leave of {person} ended early, on {until}; {stand_in} no longer stands in"),
}.items():
    ledger.entry_kind(code, label=words)
notice_template(
    "leave.stand_in",
    title=gettext_lazy("You stand in for {person}"),
    text=gettext_lazy("From {since} to {until} you stand in for {person}: his matters are on your to-do page."),
    kind=PEOPLE,
)


notice_template(
    "leave.no_stand_in",
    title=gettext_lazy("{person} needs another stand-in"),
    text=gettext_lazy("{stand_in} cannot stand in for {person} from {since} to {until} any more: name somebody else."),
    kind=PEOPLE,
)
SHOWN = 50


@dataclass(frozen=True)
class Open:
    """A leave, running or to come, whose stand-in cannot stand in: what he lacks, each as a sentence."""

    leave: Leave
    lacks: list[str]


def lacking(leave: Leave) -> list[str]:
    """What the stand-in of a leave lacks now to stand in to its end; empty: nothing."""
    return standing.lacks(leave.person, leave.stand_in, leave.until)


def _to_come(rows: LeaveRows) -> LeaveRows:
    found = rows.between(calendar.today()).select_related("person", "stand_in")
    return found.prefetch_related("person__posts", "stand_in__posts").order_by("since", "pk")


def of(actor: Actor) -> list[Open]:
    """Those of the people whom he manages for whom another stand-in is needed; the nearest first."""
    mine = seeing.people_of(actor, seeing.MANAGERS).values("pk")
    found = [Open(leave, lacking(leave)) for leave in _to_come(Leave.objects.filter(person__in=mine))[:SHOWN]]
    return [one for one in found if one.lacks]


def count(actor: Actor) -> int:
    """How many such leaves there are in his area."""
    return len(of(actor))


def at_stake(post: Post, day: dt.date) -> list[Open]:
    """The leaves in which the post's holder stands in, and could not any more were `day` the post's last day."""
    found = []
    for leave in _to_come(post.person.standing_in.all())[:SHOWN]:
        if lacking(leave):
            continue  # that is so already
        for held in leave.stand_in.posts.all():
            if held.pk == post.pk:
                held.until = max(day, held.since)
        if wrong := lacking(leave):
            found.append(Open(leave, wrong))
    return found


@dataclass(frozen=True)
class Shared:
    """How many matters of a list have the one who is away and his stand-in as their two officers, and where they are.

    `url` is empty for whoever does not have that list.
    """

    label: str | Promise
    n: int
    url: str

    @property
    def counted(self) -> str:
        """How many, bounded."""
        return f"{COUNTED:,}+" if self.n > COUNTED else f"{self.n:,}"


def shared(person: Person, stand_in: Person, since: dt.date, until: dt.date, actor: Actor) -> list[Shared]:
    """Of what falls into a leave, that which would have one officer, since the stand-in is the other one already."""
    with scoped(SYSTEM):
        found = lists.counted(pairs.shared(person, stand_in, since, until), COUNTED)
    return [
        Shared(one.label(), n, f"{page}?single=1" if (page := lists.page_of(one.kinds()[0], actor)) else "")
        for one, n in found
    ]


def _tell_open(person: Person, actor: Actor) -> None:
    """Whoever is on leave, and his heads, hear at once that nobody stands in any more."""
    for leave in _to_come(person.standing_in.all())[:SHOWN]:
        if not lacking(leave):
            continue
        told = {
            "person": leave.person.name, "stand_in": leave.stand_in.name,
            "since": leave.since.isoformat(), "until": leave.until.isoformat(),
        }  # fmt: skip
        day = calendar.today()
        areas = {post.jurisdiction_id for post in leave.person.posts.all() if post.holds_on(day)}
        areas |= {leave.person.home_id or ""} - {""}
        heads = {head.pk: head for area in sorted(areas) for head in holders(Role.HEAD, area)}
        for one in {**heads, leave.person_id: leave.person}.values():
            tell(
                one, matter=None, template="leave.no_stand_in", data=told, actor=actor,
                dedupe=f"no-stand-in:{leave.pk}:{leave.stand_in_id}:{day}",
            )  # fmt: skip


follows(_tell_open)


def replace(leave: Leave, stand_in: Person, *, actor: Actor) -> Leave:
    """From now on somebody else stands in (or from the leave's first day). Raises ValidationError."""
    until = leave.until
    end(leave, actor=actor)
    return take(leave.person, stand_in, max(leave.since, calendar.today()), until, actor=actor)


def take(person: Person, stand_in: Person, since: dt.date, until: dt.date, *, actor: Actor) -> Leave:
    """Enter a leave. Raises ValidationError with what is wrong: dates, overlap, what the stand-in lacks."""
    list(Person.objects.select_for_update(of=("self",)).filter(pk__in=[person.pk, stand_in.pk]).order_by("pk"))
    if until < since or until < calendar.today():
        raise ValidationError(_("The last day must not lie before the first, nor be over."))
    if person.leaves.between(since, until).exists():
        raise ValidationError(_("He is on leave at that time already."))
    if stand_in.leaves.between(since, until).exists():
        raise ValidationError(_("%(name)s is on leave at that time, too.") % {"name": stand_in.name})
    if person.standing_in.between(since, until).exists():
        raise ValidationError(_("%(name)s stands in for somebody at that time.") % {"name": person.name})
    if wrong := standing.lacks(person, stand_in, until):
        raise ValidationError(wrong)
    leave = Leave.objects.create(person=person, stand_in=stand_in, since=since, until=until)
    _note("account.leave", leave, actor)
    told = {"person": person.name, "since": since.isoformat(), "until": until.isoformat()}
    tell(stand_in, matter=None, template="leave.stand_in", data=told, actor=actor, dedupe=f"leave:{leave.pk}")
    return leave


def end(leave: Leave, *, actor: Actor) -> None:
    """He is back from now on: today was the last day. A leave still to come is taken back. Raises ValidationError."""
    today = calendar.today()
    if leave.until < today or leave.back_at is not None:
        raise ValidationError(_("This leave is over."))
    leave.until, leave.back_at = today, when.now()
    _note("account.leave_ended", leave, actor)
    if leave.until < leave.since:
        leave.delete()
    else:
        leave.save(update_fields=["until", "back_at"])


def _note(kind: str, leave: Leave, actor: Actor) -> None:
    """An entry in the ledgers of both, with both names."""
    told = {
        "person": leave.person.name, "stand_in": leave.stand_in.name,
        "since": leave.since.isoformat(), "until": leave.until.isoformat(),
    }  # fmt: skip
    with scoped(SYSTEM):
        for one in (leave.person, leave.stand_in):
            note(kind, one, actor, told)


def stood_in_for(person: Person) -> Leave | None:
    """The leave, running or to come, during which he stands in; the nearest."""
    rows = person.standing_in.between(calendar.today())
    return rows.select_related("person").order_by("since").first()


def _stands_in(person: Person) -> str:
    """Who stands in for somebody can't be closed: the matters of both would be nobody's."""
    leave = stood_in_for(person)
    if leave is None:
        return ""
    told = {"name": person.name, "person": leave.person.name, "until": leave.until}
    return _("%(name)s stands in for %(person)s until %(until)s; end that first.") % told


holds(_stands_in, "leave")
