"""Return calls: how one comes about, what is drawn for the sample, and whether a draw can be made again."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter, scoped
from zhijian.kernel.evidence.models import LedgerEntry, Seal
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.packs import stack
from zhijian.kernel.ratings import rules
from zhijian.kernel.ratings.declared import questions
from zhijian.kernel.ratings.flow import RETURN_CALL
from zhijian.kernel.ratings.models import Cause, Draw, Rating, ReturnCall

CALLERS = frozenset({Role.CLERK})
SEALS = 31  # drawn at once, where nobody drew for a while
COUNTED = 1000


def ask(matter: Matter, cause: str, rating: Rating | None = None) -> ReturnCall:
    """Ask for a return call about a closed matter, once; a rating that comes later is laid beside it.

    The call stands in no enterprise's file: what it says of the bureau is not held against it, nor shown to the rated.
    """
    with scoped(SYSTEM):
        known = ReturnCall.objects.filter(about=matter).first()
        if known is None:
            made = perform(
                RETURN_CALL, "ask", SYSTEM, about=About(f"{matter.title} {matter.number}".strip(), matter.area),
                by_field={"about": matter, "cause": cause, "rating": rating},
            )  # fmt: skip
            return ReturnCall.objects.get(pk=made.pk)
        if rating is not None and known.rating_id is None:
            known.rating = rating
            known.save(update_fields=["rating"])
        return known


def waiting(actor: Actor) -> int:
    """How many calls wait for this clerk, counted no further than a bound."""
    rows = Matter.objects.filter(area_filter(actor, roles=CALLERS), kind=RETURN_CALL.kind, closed=None)
    return rows[:COUNTED].count()


def population(seal: Seal) -> list[str]:
    """The matters whose end stands under a seal, by uid: fixed before the seed was known. Needs the whole scope."""
    kinds = [kind for one in questions().values() for kind in one.entry_kinds]
    ended = LedgerEntry.objects.filter(id__gte=seal.first_entry, id__lte=seal.last_entry, kind__in=kinds)
    uids = Matter.objects.filter(pk__in=ended.values("matter"), entity__isnull=False).values_list("uid", flat=True)
    return sorted(str(uid) for uid in uids)


def draw_due(first: Seal | None = None) -> list[Draw]:
    """Draw under each seal that has none yet, the oldest first, and ask for the calls. Runs as the system.

    The first draw of an installation is made under its newest seal (or `first`): what was closed long ago is not called
    back.
    """
    last = Draw.objects.order_by("-seal_id").first()
    seals = Seal.objects.order_by("id")
    if last is None:
        begin = first or seals.last()
        seals = seals.filter(pk__gte=begin.pk) if begin is not None else seals.none()
    else:
        seals = seals.filter(pk__gt=last.seal_id)
    return [_draw(seal) for seal in seals[:SEALS]]


def _draw(seal: Seal) -> Draw:
    uids, percent = population(seal), int(rules.SAMPLE.value(seal.day, 0))
    chosen = rules.drawn(seal.digest, uids, percent)
    made = Draw.objects.create(
        seal=seal, area=str(stack().setting("city", "")), seed=seal.digest, percent=percent, population=uids,
        chosen=chosen, made_at=timezone.now(),
    )  # fmt: skip
    found = {str(matter.uid): matter for matter in Matter.objects.filter(uid__in=chosen)}
    for uid in chosen:
        ask(found[uid], str(Cause.SAMPLE))
    return made


def holds(draw: Draw) -> bool:
    """Whether the draw can be made again: the seed is the published seal's, the sample follows from it."""
    again = rules.drawn(draw.seed, draw.population, draw.percent)
    return draw.seed == draw.seal.digest and again == draw.chosen and draw.population == sorted(draw.population)


def draws(actor: Actor) -> QuerySet[Draw]:
    """The draws that the actor may look at, newest first."""
    return Draw.objects.filter(area_filter(actor)).select_related("seal").order_by("-id")
