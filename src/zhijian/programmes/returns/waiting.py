"""What waits on the to-do: pledges to be looked at, and those broken so often that the office says whether they end."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import ngettext

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.desk.waiting import waits
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.returns.flow import ENDS, PLEDGE, STAFF

COUNTED = 1000  # counted no further


def _open(actor: Actor, roles: list, state: str) -> QuerySet[Matter]:
    return Matter.objects.filter(area_filter(actor, roles=roles), kind=PLEDGE.kind, state=state, closed=None)


def to_look_at(actor: Actor) -> int:
    """How many pledges nobody has looked at yet."""
    return _open(actor, STAFF, "offered")[:COUNTED].count()


def said_to_look_at(n: int) -> str:
    """The sentence of the line."""
    return ngettext("%(n)s return pledge to be looked at", "%(n)s return pledges to be looked at", n) % {"n": n}


def to_end(actor: Actor) -> int:
    """How many were broken so often that it is asked whether they end."""
    return _open(actor, ENDS, "in_force").filter(return_pledge__asked=True)[:COUNTED].count()


def said_to_end(n: int) -> str:
    """The sentence of the line."""
    said = ngettext(
        "%(n)s return pledge was broken often: end it, or leave it in force",
        "%(n)s return pledges were broken often: end them, or leave them in force",
        n,
    )
    return said % {"n": n}


waits("returns_look", STAFF, to_look_at, said_to_look_at, "/l/return_pledge/", "state=offered")
waits("returns_end", ENDS, to_end, said_to_end, "/l/return_pledge/", "asked=True&state=in_force")
