"""What waits on the to-do: answers to be judged, requests to be taken over. What is to be answered stands there as a
matter."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import ngettext

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.desk.waiting import waits
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.supervision.guards import ORDERERS
from zhijian.programmes.supervision.joint import acts
from zhijian.programmes.supervision.joint.facts import WORKS
from zhijian.programmes.supervision.joint.flow import SORTS

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


def to_take(actor: Actor) -> int:
    """How many requests of other offices nobody of his has taken over."""
    rows = Matter.objects.filter(area_filter(actor, roles=SORTS), kind="joint_handling", state="asked", closed=None)
    return rows[:COUNTED].count()


def said_to_take(n: int) -> str:
    """The sentence of the line."""
    return ngettext("%(n)s request of another office to be taken over",
                    "%(n)s requests of other offices to be taken over", n) % {"n": n}  # fmt: skip


def to_use(actor: Actor) -> int:
    """How many contributions of other offices wait for him."""
    return acts.waiting(actor)[:COUNTED].count()


def said_to_use(n: int) -> str:
    """The sentence of the line."""
    return ngettext("%(n)s contribution of another office to be judged",
                    "%(n)s contributions of other offices to be judged", n) % {"n": n}  # fmt: skip


waits("joint_take", SORTS, to_take, said_to_take, "/l/joint_handling/", "state=asked")
waits("joint_use", (*WORKS, Role.DISPATCHER), to_use, said_to_use, "joint_waiting")
