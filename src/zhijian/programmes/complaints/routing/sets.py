"""Which rows hold on a day, and putting others in their place: by date, with author and reason, never altered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import moment
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.programmes.complaints.models import Channel, RouteSet
from zhijian.programmes.complaints.routing.matching import DISTRICT, OFFICE, Row, hidden
from zhijian.programmes.complaints.understanding import catalogue

READERS = (Role.DISPATCHER, Role.HEAD, Role.LEADER)
AUTHORS = (Role.DISPATCHER, Role.HEAD)  # of the city: a set holds for all of it
LISTS = {"complaint": "complaint_problem", "report": "report_problem", "enquiry": ""}  # of categories, by kind
FIRST = (Row(OFFICE),)  # until somebody sets another: proposed to the office of the shop that is meant
HANDS = (Role.INSPECTOR, Role.MEDIATOR, Role.CLERK, Role.CASE_OFFICER)  # into whose hands a row may put an item
MOST = 60
SET = ledger.entry_kind(
    "complaints.routes",
    label=gettext_lazy("Set by which {n} rows complaints are routed, from {since}. Reason: {reason}"),
)


class RouteRefused(ValueError):
    """The set can't be put into force: the sentence says why, and how to mend it."""


class Changed(RuntimeError):
    """Somebody else put another set into force meanwhile."""


class NotPermitted(PermissionError):
    """The actor's roles do not allow it."""


@dataclass(frozen=True)
class InForce:
    """The rows of a day. `made` is their set; None for what holds until somebody sets one."""

    made: RouteSet | None
    rows: tuple[Row, ...]


def rows_of(made: RouteSet) -> tuple[Row, ...]:
    """The rows of a set, in their order."""
    return tuple(Row(**one) for one in made.rows)


def in_force(day: dt.date) -> InForce:
    """By which rows items that arrived on a day are routed; remembered for a request."""
    known = moment()
    if (key := ("routes", day)) not in known:
        made = RouteSet.objects.filter(since__lte=day).order_by("-since", "-pk").first()
        known[key] = InForce(made, rows_of(made) if made is not None else FIRST)
    return known[key]  # type: ignore[no-any-return]


def newest() -> int:
    """The key of the set that was made last, 0 for none: what a page was made from."""
    return RouteSet.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def may_set(actor: Actor) -> bool:
    """Whether he may put a set into force: a head, or a dispatcher, of the city itself."""
    return actor.kind == "system" or bool(actor.roles_at(str(stack().setting("city"))) & set(AUTHORS))


def put_in_force(rows: Sequence[Row], *, since: dt.date, reason: str, seen: int, actor: Actor) -> RouteSet:
    """Route by these rows what arrives from `since` on. `seen`: the newest set that the person has looked at.

    Raises NotPermitted, RouteRefused and Changed.
    """
    if not may_set(actor):
        raise NotPermitted
    check(rows)
    if not reason.strip():
        raise RouteRefused(_("Say why."))
    if since < calendar.legal_day(when.now()):
        raise RouteRefused(_("It begins today at the earliest: what arrived before goes by the rows of its day."))
    with transaction.atomic():
        _one_at_a_time()
        if newest() != seen:
            raise Changed
        made = RouteSet.objects.create(
            since=since, rows=[asdict(row) for row in rows], reason=reason.strip()[:300], by_id=actor.person_id,
            by_name=actor.name,
        )  # fmt: skip
        ledger.record(
            SET.code, actor=actor, subject="rules:complaints.routes", area=str(stack().setting("city")),
            data={"set": made.pk, "n": len(rows), "since": since.isoformat(), "reason": made.reason,
                  "rows": [row.code for row in rows]},
        )  # fmt: skip
        for key in [one for one in moment() if isinstance(one, tuple) and one[:1] == ("routes",)]:
            del moment()[key]
    return made


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('complaints.routes', 0))")


def check(rows: Sequence[Row]) -> None:
    """Raises RouteRefused with what is wrong, and with which row."""
    if len(rows) > MOST:
        raise RouteRefused(_("A set has at most %(n)s rows; join some of them.") % {"n": MOST})
    for n, row in enumerate(rows, 1):
        if said := _wrong(row):
            raise RouteRefused(_("Row %(n)s: %(why)s") % {"n": n, "why": said})
    if covered := hidden(rows):
        n, by = covered[0]
        raise RouteRefused(
            _("Row %(n)s takes nothing: row %(by)s before it takes all that it would take. Move it up, or remove it.")
            % {"n": n, "by": by}
        )


def targets() -> list[str]:
    """The areas to which a row may send: all below the city, where nothing lies above."""
    city = str(stack().setting("city"))
    return [code for code in stack().areas if code != city]


def _wrong(row: Row) -> str:
    """What of one row is wrong; empty for nothing."""
    if row.kind and row.kind not in LISTS:
        return _("There is no such kind. Choose one of the list.")
    if row.channel and row.channel not in Channel.values:
        return _("There is no such channel. Choose one of the list.")
    if row.area and row.area not in stack().areas:
        return _("There is no area “%(code)s”. Choose one of the list.") % {"code": row.area[:20]}
    if row.urgency not in Matter.Urgency.values:
        return _("There is no such urgency. Choose one of the list.")
    if not row.to:
        return _("Say to which office it goes.")
    if row.to not in (OFFICE, DISTRICT) and row.to not in targets():
        return _("There is no office “%(code)s” below the city. Choose one of the list.") % {"code": row.to[:20]}
    if row.hands and row.hands not in HANDS:
        return _("Nobody of this role can have it. Choose one of the list.")
    if row.hands and not row.straight:
        return _("What only is proposed is in nobody's hands yet: let it go straight, or leave that to the head.")
    return _wrong_category(row)


def _wrong_category(row: Row) -> str:
    if not row.category:
        return ""
    table = catalogue.current()
    having = {of for of in LISTS.values() if of for one in table.listed(of, None) if one.code.startswith(row.category)}
    if not having:
        return _("There is no category “%(code)s”. Choose one of the list.") % {"code": row.category[:24]}
    if row.kind and LISTS[row.kind] not in having:
        return _("Nothing of this kind has that category. Choose another kind, or leave it open.")
    return ""
