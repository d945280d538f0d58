"""Pages: the inbox, what failed, what the simulated ways would have sent, and the jobs."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.desk import excel, gate
from zhijian.kernel.desk.menu import EVERYBODY
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.notices import channels, failing, inbox, panel, sending, wording
from zhijian.kernel.notices.models import GOES_OUT, Channel, JobFailure, JobRun, Notice, SimulatedMessage

PAGE = 50
DOERS = (Role.ADMIN, Role.INSPECTOR, *inbox.KEEPERS)
SEERS = (*DOERS, Role.AUDITOR)


@dataclass(frozen=True)
class Shown:
    """A notice as a page shows it."""

    notice: Notice
    title: str
    text: str


def _shown(notice: Notice) -> Shown:
    said = wording.render(notice.template, notice.data)
    return Shown(notice, said.title, said.text)


def _page(rows: Any, after: str | None) -> tuple[list[Any], int | None]:
    """A page by key: rows with an id below `after`, and the key of the next page if there is one."""
    if after and after.isdigit():
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


@require_safe
@gate.staff
def inbox_page(request: HttpRequest) -> HttpResponse:
    """What this person has been told, newest first."""
    rows, more = _page(inbox.inbox(request.actor), request.GET.get("after"))  # type: ignore[attr-defined]
    unread = inbox.unread_count(request.actor)  # type: ignore[attr-defined]
    return render(request, "notices/inbox.html", {"rows": [_shown(n) for n in rows], "more": more, "unread": unread})


TOLD = (
    gettext_lazy("Date and time"), gettext_lazy("Message"), gettext_lazy("Text"), gettext_lazy("Read on"),
    gettext_lazy("Belongs to"),
)  # fmt: skip


def _told(block: list[Notice], _actor: Actor) -> Iterator[list[Any]]:
    for one in map(_shown, block):
        yield [one.notice.made_at, one.title, one.text, one.notice.read_at, _matter(one.notice)]


def _matter(notice: Notice) -> str:
    return (notice.matter.number or notice.matter.title) if notice.matter else ""


excel.sheet(
    "inbox", gettext_lazy("Inbox"), EVERYBODY, TOLD, lambda actor, _given: inbox.inbox(actor), _told,
    widths=(18, 30, 70, 18, 24),
)  # fmt: skip


@require_safe
@gate.staff
def open_notice(request: HttpRequest, uid: str) -> HttpResponse:
    """Mark it as read and go to what it is about."""
    notice = get_object_or_404(inbox.inbox(request.actor), uid=uid)  # type: ignore[attr-defined]
    inbox.read(notice)
    if notice.matter is None:
        return redirect("inbox")
    return redirect("record", uid=notice.matter.uid)


@require_POST
@gate.staff
def read_all(request: HttpRequest) -> HttpResponse:
    """Everything is read."""
    inbox.read_all(request.actor)  # type: ignore[attr-defined]
    return redirect("inbox")


@require_safe
@gate.roles(*SEERS)
def failed_page(request: HttpRequest) -> HttpResponse:
    """What did not go out or did not arrive: somebody must see it, and see to it."""
    actor = gate.actor_in(request)
    rows, more = _page(inbox.undelivered(actor), request.GET.get("after"))
    shown = [(_shown(n), n.matter is not None and panel.may_hand_over(n.matter, actor)) for n in rows]
    return render(request, "notices/failed.html", {"rows": shown, "more": more})


LOST = (
    gettext_lazy("Receiver"), gettext_lazy("Way"), gettext_lazy("Date and time"), gettext_lazy("Message"),
    gettext_lazy("Text"), gettext_lazy("Why"), gettext_lazy("Tries"), gettext_lazy("Belongs to"),
)  # fmt: skip


def _lost(block: list[Notice], _actor: Actor) -> Iterator[list[Any]]:
    for shown in map(_shown, block):
        one = shown.notice
        receiver = one.entity or one.person
        yield [
            receiver.name if receiver else one.get_to_kind_display(), one.get_channel_display(), one.tried_at,
            shown.title, shown.text, _(one.error) if one.error else "", one.tries, _matter(one),
        ]  # fmt: skip


excel.sheet(
    "notices_failed", gettext_lazy("Messages that did not get through"), SEERS, LOST,
    lambda actor, _given: inbox.undelivered(actor), _lost, widths=(30, 14, 18, 30, 60, 30, 8, 24),
)  # fmt: skip


def _failed(request: HttpRequest, uid: str) -> Notice:
    """The failed notice, if it is this person's to see to. Raises Http404, or Seen where somebody has seen to it."""
    found = inbox.undelivered(gate.actor_in(request)).filter(uid=uid).first()
    if found is not None:
        return found
    get_object_or_404(inbox.sees_to(Notice.objects.filter(channel__in=GOES_OUT), gate.actor_in(request)), uid=uid)
    raise Seen


class Seen(Exception):
    """Nothing is left to be done: somebody saw to it, or it went out meanwhile."""


def _answered(request: HttpRequest, uid: str, do: Callable[[Notice], str]) -> HttpResponse:
    """Do it to the failed notice and say at the head of the list what was done."""
    try:
        messages.success(request, do(_failed(request, uid)))
    except Seen:
        messages.info(request, _("Nothing was done: somebody has seen to it meanwhile, or it went out."))
    return redirect("notices_failed")


def _whom(notice: Notice) -> str:
    receiver = notice.entity or notice.person
    return str(receiver.name if receiver else notice.get_to_kind_display())  # type: ignore[attr-defined]


@require_POST
@gate.roles(*DOERS)
def send_again(request: HttpRequest, uid: str) -> HttpResponse:
    """Queue it once more."""

    def do(notice: Notice) -> str:
        sending.send_again(notice)
        return _("The message to %(name)s is sent again. If it fails once more, it comes back to this list.") % {
            "name": _whom(notice)
        }

    return _answered(request, uid, do)


@require_POST
@gate.roles(*DOERS)
def settled(request: HttpRequest, uid: str) -> HttpResponse:
    """The enterprise was told otherwise: off the list."""

    def do(notice: Notice) -> str:
        failing.settle(notice, gate.actor_in(request))
        if notice.entity is not None:
            return _("Noted: it was told in another way.")
        return _("Done: the message to %(name)s is off the list.") % {"name": _whom(notice)}

    return _answered(request, uid, do)


@require_POST
@gate.staff
def link(request: HttpRequest, uid: str) -> HttpResponse:
    """A link that opens a matter for its enterprise, shown once, to be scanned in person."""
    actor = gate.actor_in(request)
    matter = get_object_or_404(readable(Matter.objects.select_related("entity"), actor), uid=uid)
    if not panel.may_hand_over(matter, actor):
        raise Http404
    address = panel.hand_over(matter, actor)
    code = segno.make(address, error="m").svg_data_uri(scale=6)
    return render(request, "notices/link.html", {"matter": matter, "address": address, "code": code})


@require_safe
@gate.staff
def simulator(request: HttpRequest) -> HttpResponse:
    """What the simulated gateway would have sent; in the demo only."""
    if not (settings.DEMO or settings.TRAINING):
        raise Http404
    seen = SimulatedMessage.objects.filter(notice__in=Notice.objects.all())  # row security narrows it to the scope
    rows, more = _page(seen.select_related("notice__entity", "notice__robot").order_by("-id"), request.GET.get("after"))
    for row in rows:
        row.told = linebreaksbr(_linked(row.text))
    return render(request, "notices/simulator.html", {"rows": rows, "more": more, "ways": _by_way()})


def _by_way() -> list[tuple[str, str]]:
    """Of each way out, what is true of it here."""
    found = []
    for channel in (Channel.SMS, Channel.EMAIL, Channel.ROBOT):
        if channels.is_simulated(str(channel)):
            said = _("simulated: nothing goes out, it stands here")
        elif channels.adapter(str(channel)) is not None:
            said = _("really sent, so nothing of it stands here")
        else:
            said = _("not set up: nothing goes out")
        found.append((str(Channel(channel).label), said))
    return found


def _linked(text: str) -> SafeString:
    """The text as it goes out, its links to be followed on the site that one is on.

    `urlize` finds no link behind a Chinese colon, which no space follows.
    """

    def link(found: re.Match[str]) -> str:
        return f'<a href="{found[0].removeprefix(escape(settings.PUBLIC_ORIGIN))}">{found[0]}</a>'

    return mark_safe(re.sub(r"https?://[^\s，。；)]+", link, escape(text)))


@require_safe
@gate.roles(Role.ADMIN, Role.AUDITOR)
def jobs_page(request: HttpRequest) -> HttpResponse:
    """The queue: how much waits, what runs by the clock, what failed."""
    from django.db.models import Count
    from procrastinate.contrib.django.models import ProcrastinateJob

    counts = dict(ProcrastinateJob.objects.values_list("status").annotate(n=Count("id")))
    rows, more = _page(_broken(), request.GET.get("after"))
    for row in rows:
        row.title = _title(row)
    context = {
        "rows": rows,
        "more": more,
        "waiting": counts.get("todo", 0),
        "running": counts.get("doing", 0),
        "jobs": _jobs(),
    }
    return render(request, "notices/jobs.html", context)


def _broken() -> QuerySet[JobFailure]:
    return JobFailure.objects.filter(mended_at=None).order_by("-id")


def _title(row: JobFailure) -> str:
    return str(jobs.load()[row.name].title) if row.name in jobs.load() else row.name


BROKEN = (
    gettext_lazy("Job"), gettext_lazy("Code"), gettext_lazy("What went wrong"), gettext_lazy("Tries"),
    gettext_lazy("First time"), gettext_lazy("Last time"), gettext_lazy("Given up"),
)  # fmt: skip


def _failures(block: list[JobFailure], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        yield [_title(one), one.name, one.error, one.tries, one.first_at, one.last_at, one.given_up]


excel.sheet(
    "jobs", gettext_lazy("Jobs that failed"), (Role.ADMIN, Role.AUDITOR), BROKEN, lambda _actor, _given: _broken(),
    _failures, widths=(36, 30, 60, 8, 18, 18, 12),
)  # fmt: skip


@dataclass(frozen=True)
class ShownJob:
    """A job as the page shows it."""

    name: str
    title: str
    last: JobRun | None
    due: dt.datetime | None  # when the clock starts it next


def _jobs() -> list[ShownJob]:
    """Every job: those by the clock first, the next one on top."""
    last = {run.name: run for run in JobRun.objects.all()}
    found = [
        ShownJob(made.name, str(made.title), last.get(made.name), made.next_run()) for made in jobs.load().values()
    ]
    return sorted(found, key=lambda job: (job.due is None, job.due or timezone.now(), job.name))


@require_POST
@gate.roles(Role.ADMIN)
def job_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Run a job that was given up once more."""
    get_object_or_404(JobFailure, pk=pk, given_up=True, mended_at=None)
    if jobs.again(pk):
        messages.success(request, _("It will run again."))
    else:
        messages.error(request, _("The queue no longer holds this job."))
    return redirect("jobs")
