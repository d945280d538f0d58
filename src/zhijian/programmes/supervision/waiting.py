"""What waits on the to-do: orders whose answer is to be judged. What is to be answered stands there as a matter."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import ngettext

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk.waiting import waits
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.supervision.guards import ORDERERS

COUNTED = 1000  # counted no further


def to_judge(actor: Actor) -> int:
    """How many answers wait for his jurisdictions."""
    areas = {post.area for post in actor.posts if post.role in ORDERERS}
    theirs = Q(supervision__by_area__in=sorted(areas))
    return Matter.objects.filter(theirs, kind="supervision", state="answered", closed=None)[:COUNTED].count()


def said_to_judge(n: int) -> str:
    """The sentence of the line."""
    return ngettext("%(n)s answer to a supervision order to be judged",
                    "%(n)s answers to supervision orders to be judged", n) % {"n": n}  # fmt: skip


waits("supervision_judge", ORDERERS, to_judge, said_to_judge, "/l/supervision/", "state=answered")
