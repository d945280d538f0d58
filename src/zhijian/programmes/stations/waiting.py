"""What waits on the to-do: applications to be looked at and decided, and what came back from stations settled."""

from __future__ import annotations

from django.utils.translation import ngettext

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.desk.waiting import waits
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.stations.flow import DECIDES, SENDS, TAKES

COUNTED = 1000  # counted no further


def to_look(actor: Actor) -> int:
    """How many applications nobody has looked at."""
    rows = Matter.objects.filter(area_filter(actor, roles=TAKES), kind="station", state="applied", closed=None)
    return rows[:COUNTED].count()


def said_to_look(n: int) -> str:
    """The sentence of the line."""
    return ngettext("%(n)s application for a station to be looked at",
                    "%(n)s applications for stations to be looked at", n) % {"n": n}  # fmt: skip


def to_decide(actor: Actor) -> int:
    """How many stations wait for his approval."""
    rows = Matter.objects.filter(area_filter(actor, roles=DECIDES), kind="station", state="looked", closed=None)
    return rows[:COUNTED].count()


def said_to_decide(n: int) -> str:
    """The sentence of the line."""
    return ngettext("%(n)s station to be approved or refused",
                    "%(n)s stations to be approved or refused", n) % {"n": n}  # fmt: skip


def settled(actor: Actor) -> int:
    """How many complaints can be ended, since a station settled them."""
    rows = Matter.objects.filter(area_filter(actor, roles=SENDS), kind="station_dispute", state="settled", closed=None)
    return rows[:COUNTED].count()


def said_settled(n: int) -> str:
    """The sentence of the line."""
    return ngettext("%(n)s complaint settled by a station, to be ended",
                    "%(n)s complaints settled by stations, to be ended", n) % {"n": n}  # fmt: skip


waits("station_look", TAKES, to_look, said_to_look, "/l/station/", "state=applied")
waits("station_decide", DECIDES, to_decide, said_to_decide, "/l/station/", "state=looked")
waits("station_settled", SENDS, settled, said_settled, "/l/station_dispute/", "state=settled")
