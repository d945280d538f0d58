"""A matter's clocks: start, stop, suspend, resume; what is due next, what is late, and how a day was counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from zhijian.kernel.accounts.scope import below
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import Limit, RuleAbsent, RuleRow, Unit

from . import arithmetic, calendar
from .arithmetic import Explanation, Suspension, Terms
from .declared import Rule, declared, rule
from .models import Clock

SOON = rule("clock.soon", _("From how many working days before its last day a clock is shown as soon due"))
LAST_DAY = rule(
    "clock.last_day", _("Which last days move on: the whole published break, or the days named by law only")
)


def terms_of(row: RuleRow, day: date) -> Terms:
    """How a row counts on a day. Raises RuleAbsent if the row is not a length of time."""
    if row.limit is None:
        raise RuleAbsent(row.name, day, "it is not a length of time")
    whole = LAST_DAY.value(day, "break") == "break"
    extend = "any" if row.whose == "party" else "statutory" if whole else "statutory_proper"
    return Terms(row.limit, extend, row.first)  # type: ignore[arg-type]


def count(row: RuleRow, started: datetime) -> Explanation:
    """What a rule's row gives from a moment on, without a clock."""
    return arithmetic.explain(calendar.current(), calendar.local(started), terms_of(row, calendar.legal_day(started)))


def start(
    matter: Matter,
    of: Rule,
    at: datetime | None = None,
    *,
    key_day: date | None = None,
    until: date | None = None,
    by: str = "",
    about: str = "",
    called: str = "",
) -> Clock | None:
    """Start a rule's clock (see `made`); an open one of the same rule stops first (it restarts).

    `about` is the uid of what it measures where that is not the matter itself, `called` how pages call that.
    """
    at = at or timezone.now()
    clock = made(matter, of, at, key_day=key_day, until=until, by=by)
    if clock is None:
        return None
    if about:
        clock.about, clock.basis["about"] = about, called
    stop(matter, of, at, about=about)
    clock.save(force_insert=True)
    _tell(matter)
    return clock


def made(
    matter: Matter, of: Rule, at: datetime, *, key_day: date | None = None, until: date | None = None, by: str = ""
) -> Clock | None:
    """A rule's clock from `at` on, not written yet.

    The row is chosen by the day of receipt (`matter.opened`) or of the event, as the row says; `key_day` overrides.
    `until` sets the last day by hand, as where an officer writes a date into an order; then nothing is counted, and
    `by` is his name. Returns None where the rule is absent in this place: what has no limit has no clock.
    """
    row = _row(matter, of, at, key_day)
    if row is None and until is None:
        return None
    basis = _basis(row, calendar.legal_day(at)) if row else {"name": of.name, "limit": None}
    clock = Clock(matter=matter, rule=of.name, area=matter.area, started=at, basis=basis, fixed=until is not None)
    if until is not None:
        clock.basis |= {"set": until.isoformat(), "set_by": by}
    _recount(clock)
    return clock


def _row(matter: Matter, of: Rule, at: datetime, key_day: date | None) -> RuleRow | None:
    event = calendar.legal_day(at)
    row = of.maybe(key_day or event)
    if row is not None and row.key == "matter" and key_day is None:
        row = of.maybe(calendar.legal_day(matter.opened or at))
    return row if row is not None and row.limit is not None else None


def _basis(row: RuleRow, day: date) -> dict[str, Any]:
    terms = terms_of(row, day)
    return {**row.as_data(), "extend": terms.extend, "unverified": row.unverified}


def _open(matter: Matter, of: Rule, about: str = "") -> Clock | None:
    """The rule's clock that runs, locked."""
    rows = Clock.objects.select_for_update().filter(matter=matter, rule=of.name, about=about, stopped=None)
    return rows.first()


def stop(matter: Matter, of: Rule, at: datetime | None = None, *, about: str = "") -> Clock | None:
    """Stop the rule's open clock; None if there is none. A stopped clock never changes again."""
    clock = _open(matter, of, about)
    if clock is None:
        return None
    _stop(clock, at or timezone.now())
    _tell(matter)
    return clock


def stop_all(matter: Matter, at: datetime | None = None) -> int:
    """Stop every open clock of a matter (it is closed). Returns how many there were.

    What measures something else than the matter goes on: its paper is to be served all the same.
    """
    clocks = list(Clock.objects.select_for_update().filter(matter=matter, about="", stopped=None))
    for clock in clocks:
        _stop(clock, at or timezone.now())
    _tell(matter)
    return len(clocks)


def _stop(clock: Clock, at: datetime) -> None:
    if clock.suspended:
        _end_suspension(clock, at)
        _recount(clock)
    ended(clock, at)
    clock.save()


def ended(clock: Clock, at: datetime) -> None:
    """It stops at `at`, and was kept or broken then; not written yet."""
    clock.stopped = max(at, clock.started)
    late = (
        clock.stopped > clock.due_at
        if clock.due_at
        else clock.due is not None and (calendar.legal_day(clock.stopped) > clock.due)
    )
    clock.broken = late and ours(clock)


def ours(clock: Clock) -> bool:
    """Whether to keep it is the bureau's duty, not somebody else's right or duty."""
    known = declared().get(clock.rule)
    return clock.basis.get("whose") != "party" and not (known is not None and known.theirs)


def suspend(
    matter: Matter, of: Rule, at: datetime | None = None, *, reason: str = "", document: str = ""
) -> Clock | None:
    """Let the rule's open clock rest; None if there is none. A clock that rests already goes on resting."""
    clock = _open(matter, of)
    if clock is None or clock.suspended:
        return clock
    since = max(at or timezone.now(), clock.started)
    clock.suspensions = [
        *clock.suspensions,
        {"since": _iso(since), "until": None, "reason": reason, "document": document},
    ]
    _recount(clock)
    clock.save()
    _tell(matter)
    return clock


def resume(matter: Matter, of: Rule, at: datetime | None = None) -> Clock | None:
    """Let a resting clock go on; its end moves by as long as it rested. None if there is no open clock."""
    clock = _open(matter, of)
    if clock is None or not clock.suspended:
        return clock
    _end_suspension(clock, at or timezone.now())
    _recount(clock)
    clock.save()
    _tell(matter)
    return clock


def _end_suspension(clock: Clock, at: datetime) -> None:
    last = clock.suspensions[-1]
    until = max(at, datetime.fromisoformat(last["since"]))
    clock.suspensions = [*clock.suspensions[:-1], {**last, "until": _iso(until)}]


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def suspensions_of(clock: Clock) -> tuple[Suspension, ...]:
    """The clock's pauses in the zone of legal days."""
    return tuple(
        Suspension(
            calendar.local(datetime.fromisoformat(s["since"])),
            calendar.local(datetime.fromisoformat(s["until"])) if s["until"] else None,
            s["reason"],
            s["document"],
        )
        for s in clock.suspensions
    )


def explain(clock: Clock) -> Explanation:
    """Each day counted and each left out, and why. A day set by hand is told in calendar days from the start to it."""
    started = calendar.local(clock.started)
    if clock.fixed:
        n = max((date.fromisoformat(clock.basis["set"]) - started.date()).days, 0)
        terms = Terms(Limit(n, Unit.DAYS), "none")
        return arithmetic.explain(arithmetic.Calendar(), started, terms, suspensions_of(clock))
    basis = clock.basis
    terms = Terms(Limit.parse(basis["limit"]), basis["extend"], basis["first"])
    return arithmetic.explain(calendar.current(), started, terms, suspensions_of(clock))


def _recount(clock: Clock) -> None:
    clock.broken, clock.told = False, 0  # by its new day it is marked, and told of, anew
    told = explain(clock)
    if clock.fixed:
        # What was written holds, also a day before the start; only a rest moves it.
        clock.due = told.due if clock.suspensions else date.fromisoformat(clock.basis["set"])
        return
    clock.due, clock.due_at, clock.provisional = told.due, told.due_at, told.provisional


def _tell(matter: Matter) -> None:
    """Keep `matter.due` at the nearest open clock's day (and moment); a closed matter is due no more."""
    clock = nearest(matter) if matter.closed is None else None
    due, due_at = (clock.due, clock.due_at) if clock else (None, None)
    if (matter.due, matter.due_at) != (due, due_at):
        matter.due, matter.due_at = due, due_at
        Matter.objects.filter(pk=matter.pk).update(due=due, due_at=due_at)


def past_due(now: datetime | None = None) -> Q:
    """The matters whose nearest clock ran out before `now`: its last day is over, or the moment on it is.

    The day alone bounds what the index is read for; the moment only sorts out today's.
    """
    now = now or timezone.now()
    day = calendar.legal_day(now)
    return Q(due__lte=day) & (Q(due__lt=day) | Q(due_at__lt=now))


def nearest(matter: Matter) -> Clock | None:
    """The open clock that runs out first; None if nothing is due."""
    return Clock.objects.filter(matter=matter, stopped=None, due__isnull=False).order_by("due", "due_at", "id").first()


def overdue(now: datetime | None = None, *, area: str = "", of: Rule | None = None) -> QuerySet[Clock]:
    """Open clocks that ran out before `now`, below `area`, the longest overdue first. Resting clocks are not late."""
    now = now or timezone.now()
    late = Q(due_at=None, due__lt=calendar.legal_day(now)) | Q(due_at__lt=now)
    found = Clock.objects.filter(late, stopped=None)
    if area:
        found = found.filter(below("area", area))
    if of is not None:
        found = found.filter(rule=of.name)
    return found.order_by("due", "id")


@dataclass(frozen=True)
class DueState:
    """How a clock stood on `day`: `left` working days until its last day (0 on it, negative after it).

    "kept" and "broken" are clocks that were stopped, in time or after it.
    """

    state: Literal["far", "soon", "late", "suspended", "kept", "broken"]
    due: date | None
    left: int | None
    day: date | None = None
    provisional: bool = False


def due_state(clock: Clock, now: datetime | None = None) -> DueState:
    """How a clock stands at `now`; a stopped one shows how it stood when it stopped."""
    at = clock.stopped or now or timezone.now()
    day = calendar.legal_day(at)
    if clock.due is None:
        return DueState("suspended" if clock.open else "kept", None, None, day)
    state = replace(state_of(clock.due, day, clock.due_at, at), provisional=clock.provisional)
    if clock.open:
        return state
    return replace(state, state="broken" if state.state == "late" else "kept")


def state_of(due: date, day: date, due_at: datetime | None = None, at: datetime | None = None) -> DueState:
    """How a last day (or moment on it) stands on `day`; what lists use, which have no clock at hand."""
    left = calendar.working_days_between(day, due)
    late = at > due_at if due_at is not None and at is not None else day > due
    if late:
        return DueState("late", due, min(left, 0), day)
    return DueState("soon" if left <= int(SOON.value(day, 2)) else "far", due, left, day)


def soon_until(day: date) -> date:
    """The last day on which a clock that ends on it is soon due on `day` (`state_of` says the same of one)."""
    wanted, last = int(SOON.value(day, 2)), day
    while calendar.working_days_between(day, last + timedelta(days=1)) <= wanted:
        last += timedelta(days=1)
    return last


def standing(now: datetime | None = None) -> dict[str, Q]:
    """How the nearest clock of a matter stands, by name, each with its condition: the first that holds is the one."""
    now = now or timezone.now()
    day = calendar.legal_day(now)
    return {
        "late": past_due(now),
        "today": Q(due=day),
        "soon": Q(due__gt=day, due__lte=soon_until(day)),
        "later": Q(due__gt=day),
        "none": Q(due=None),
    }


def recompute_open(year: int) -> int:
    """Count open clocks again that reach into `year` (its days off were published). Returns how many moved.

    Stopped clocks are never counted again, days set by hand neither.
    """
    moved = 0
    reaches = Q(due__year__gte=year) | Q(due=None) | Q(provisional=True)
    clocks = Clock.objects.filter(reaches, stopped=None, fixed=False).select_related("matter")
    for clock in clocks.select_for_update(of=("self",)).order_by("id"):
        before = (clock.due, clock.due_at, clock.provisional)
        _recount(clock)
        if (clock.due, clock.due_at, clock.provisional) != before:
            clock.save()
            _tell(clock.matter)
            moved += before[:2] != (clock.due, clock.due_at)
    return moved
