"""What waits on the to-do: objections to be decided."""

from __future__ import annotations

from django.utils.translation import ngettext

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.desk.waiting import waits
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.complaints.publication.flow import DECIDES, PUBLICATION

COUNTED = 1000  # counted no further


def to_decide(actor: Actor) -> int:
    """How many objections nobody has decided yet."""
    rows = Matter.objects.filter(area_filter(actor, roles=DECIDES), kind=PUBLICATION.kind, state="objected")
    return rows.filter(closed=None)[:COUNTED].count()


def said_to_decide(n: int) -> str:
    """The sentence of the line."""
    return ngettext("%(n)s objection to the publication of a complaint to be decided",
                    "%(n)s objections to the publication of complaints to be decided", n) % {"n": n}  # fmt: skip


waits("complaint_lines", DECIDES, to_decide, said_to_decide, "/l/complaint_line/", "state=objected")
