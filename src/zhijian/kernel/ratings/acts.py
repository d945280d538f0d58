"""Rating a matter, and what may be told of ratings to whom."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.evidence import ledger
from zhijian.kernel.figures.compute import divide
from zhijian.kernel.matters.errors import BadFacts, NotAllowed, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.ratings import calling, rules
from zhijian.kernel.ratings.declared import question_of
from zhijian.kernel.ratings.models import Cause, Rating

READERS = frozenset({Role.CLERK, Role.HEAD, Role.SECTION, Role.LEADER, Role.AUDITOR})
RATED = frozenset({Role.INSPECTOR, Role.HELPER, Role.MEDIATOR, Role.CASE_OFFICER})
LONGEST = 1000  # characters of the words
COUNTED = 1000
FURTHEST = 366  # days back to look for the newest rating that can change no more

# A chain of its own: the matter's timeline and the enterprise's file are read by those who are rated.
GIVEN = ledger.entry_kind("rating.given", label=gettext_lazy("Rated: {stars} of 5"), personal=("words",))
CHANGED = ledger.entry_kind("rating.changed", label=gettext_lazy("Rating changed to {stars} of 5"), personal=("words",))


def last_day(of: object, at: dt.datetime) -> dt.date | None:
    """The last day that a rule's limit gives from `at` on; None where the place sets none."""
    row = of.maybe(calendar.legal_day(at))  # type: ignore[attr-defined]
    return clocks.count(row, at).due if row is not None and row.limit is not None else None


def why_not(matter: Matter, actor: Actor, rating: Rating | None, day: dt.date) -> str:
    """Why this actor can't rate (or change the rating of) the matter on `day`; empty when he can."""
    if actor.kind != "party" or matter.entity_id is None or actor.entity_id != matter.entity_id:
        return _("Only the enterprise concerned rates a matter.")
    if question_of(matter) is None or matter.closed is None:
        return _("A matter is rated once it is over.")
    if rating is None:
        last = last_day(rules.ASK_WITHIN, matter.closed)
        return _("It could be rated until %(day)s.") % {"day": last} if last is not None and last < day else ""
    last = last_day(rules.CHANGE_WITHIN, rating.rated_at)
    if last is None:
        return _("It was rated already.")
    return _("The rating could be changed until %(day)s.") % {"day": last} if last < day else ""


def rate(matter: Matter, stars: int, words: str, actor: Actor) -> Rating:
    """Rate a closed matter, or change what was said. A bad rating asks for a return call.

    Raises BadFacts, NotAllowed, NotOpen; then nothing has happened.
    """
    at, words = when.now(), words.strip()
    if stars not in Rating.Stars.values:
        raise BadFacts({"stars": [_("Please choose one of those offered.")]})
    if len(words) > LONGEST:
        raise BadFacts({"words": [_("At most %(n)s characters.") % {"n": LONGEST}]})
    with scoped(SYSTEM):  # who acts was found by his link; what follows is not his to see
        held = Matter.objects.select_for_update(of=("self",)).get(pk=matter.pk)
        rating = Rating.objects.filter(matter=held).first()
        if why := why_not(held, actor, rating, calendar.legal_day(at)):
            raise (NotAllowed if actor.kind != "party" else NotOpen)(why)
        known = rating is not None
        if rating is None:
            rating = Rating(matter=held, area=held.area, entity_id=held.entity_id, rated_at=at)
            rating.officer_id, rating.second_id = held.assignee_id, held.second_id
        else:
            rating.changed_at = at
        rating.stars, rating.words = stars, words or None
        rating.save()
        ledger.record(
            (CHANGED if known else GIVEN).code,
            actor=actor,
            subject=f"rating:{rating.uid}",
            area=held.area,
            data={"stars": stars},
            personal={"words": words} if words else {},
            at=at,
        )
        if stars <= int(rules.BAD.value(calendar.legal_day(at), 0)):
            calling.ask(held, str(Cause.BAD), rating)
    return rating


def made_by_rated(matter: Matter, made_by: int | None) -> bool:
    """Whether one of those who are rated made the link: it opens the matter, and not the rating of his own work."""
    return made_by is not None and made_by in (matter.assignee_id, matter.second_id)


def settled_before(day: dt.date) -> dt.datetime:
    """The moment before which a rating was given that can change no more on `day`, by the rule in force back then."""
    for back in range(FURTHEST):
        last = last_day(rules.CHANGE_WITHIN, calendar.start_of(day - dt.timedelta(days=back)))
        if last is None or last < day:
            return calendar.end_of(day - dt.timedelta(days=back))
    return calendar.start_of(day - dt.timedelta(days=FURTHEST))


@dataclass(frozen=True)
class Mean:
    """What a rated officer is told: the mean of so many ratings; None while there are too few."""

    count: int
    mean: Decimal | None
    minimum: int


def mean_of(person_id: int) -> Mean:
    """The mean of an officer's ratings of this year that change no more, in whole blocks: none can be told apart."""
    day = calendar.today()
    minimum = int(rules.MINIMUM.value(day, 5))
    with scoped(SYSTEM):
        since = calendar.start_of(dt.date(day.year, 1, 1))
        mine = Q(officer_id=person_id) | Q(second_id=person_id)
        rows = Rating.objects.filter(mine, rated_at__gte=since, rated_at__lt=settled_before(day))
        stars = list(rows.order_by("rated_at", "id").values_list("stars", flat=True)[:COUNTED])
    told = rules.whole_blocks(len(stars), minimum)
    return Mean(told, divide(sum(stars[:told]), told, 1), minimum)
