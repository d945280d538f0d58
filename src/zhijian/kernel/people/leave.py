"""Leave: from a day to a day somebody stands in (AB 角); it ends by itself, or earlier when he is back."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Leave, Person
from zhijian.kernel.accounts.people import holds, note
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import PEOPLE, notice_template
from zhijian.kernel.people import standing

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


def take(person: Person, stand_in: Person, since: dt.date, until: dt.date, *, actor: Actor) -> Leave:
    """Enter a leave. Raises ValidationError with what is wrong: dates, overlap, what the stand-in lacks."""
    list(Person.objects.select_for_update(of=("self",)).filter(pk__in=[person.pk, stand_in.pk]).order_by("pk"))
    if until < since or until < calendar.today():
        raise ValidationError(_("The last day must not lie before the first, nor be over."))
    if person.leaves.filter(since__lte=until, until__gte=since).exists():
        raise ValidationError(_("He is on leave at that time already."))
    if stand_in.leaves.filter(since__lte=until, until__gte=since).exists():
        raise ValidationError(_("%(name)s is on leave at that time, too.") % {"name": stand_in.name})
    if person.standing_in.filter(since__lte=until, until__gte=since).exists():
        raise ValidationError(_("%(name)s stands in for somebody at that time.") % {"name": person.name})
    if wrong := standing.lacks(person, stand_in, until):
        raise ValidationError(wrong)
    leave = Leave.objects.create(person=person, stand_in=stand_in, since=since, until=until)
    _note("account.leave", leave, actor)
    told = {"person": person.name, "since": since.isoformat(), "until": until.isoformat()}
    tell(stand_in, matter=None, template="leave.stand_in", data=told, actor=actor, dedupe=f"leave:{leave.pk}")
    return leave


def end(leave: Leave, *, actor: Actor) -> None:
    """He is back: yesterday was the last day (a leave that has not begun is taken back)."""
    today = calendar.today()
    if leave.until < today:
        raise ValidationError(_("This leave is over."))
    leave.until = today - dt.timedelta(days=1)
    _note("account.leave_ended", leave, actor)
    if leave.until < leave.since:
        leave.delete()
    else:
        leave.save(update_fields=["until"])


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
    rows = person.standing_in.filter(until__gte=calendar.today())
    return rows.select_related("person").order_by("since").first()


def _stands_in(person: Person) -> str:
    """Who stands in for somebody can't be closed: the matters of both would be nobody's."""
    leave = stood_in_for(person)
    if leave is None:
        return ""
    told = {"name": person.name, "person": leave.person.name, "until": leave.until}
    return _("%(name)s stands in for %(person)s until %(until)s; end that first.") % told


holds(_stands_in, "leave")
