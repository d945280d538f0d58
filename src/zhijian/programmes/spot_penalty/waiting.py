"""What waits on the to-do of those who book money: fines that came without all that had been added."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import ngettext

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.desk.waiting import waits
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.spot_penalty.flow import SPOT_PENALTY, UNSETTLED

COUNTED = 1000  # counted no further
BOOKS = (Role.CLERK, Role.HEAD)


def rest_owed() -> Q:
    """The fine is paid and the money still open: a rest of what was added is neither paid nor waived."""
    return Q(state__in=UNSETTLED, spot_penalty__paid_on__isnull=False)


def rests(actor: Actor) -> int:
    """How many such penalties lie with the offices whose money this person books."""
    rows = Matter.objects.filter(area_filter(actor, roles=BOOKS), rest_owed(), kind=SPOT_PENALTY.kind, closed=None)
    return len(rows.values_list("pk")[:COUNTED])


def say(n: int) -> str:
    """The sentence, told how many."""
    said = ngettext(
        "Fine paid, a rest of what was added still owed: %(n)s",
        "Fines paid, a rest of what was added still owed: %(n)s",
        n,
    )
    return said % {"n": n}


waits("spot_penalty_rest", BOOKS, rests, say, "/l/spot_penalty/", "rest=on")
