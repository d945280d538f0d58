"""What a request holds of who came and of their words: opened by whoever works on it, by others with a reason."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.crypto import mask
from zhijian.kernel.desk.private import Find, Private, private
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.programmes.supervision.joint.flow import SORTS
from zhijian.programmes.supervision.models import JointHandling


def on_duty(matter: Matter, actor: Actor) -> bool:
    """Whether the request is his to work on: he holds it, or nobody does yet and he gives it to somebody."""
    if matter.closed is not None:
        return False
    if matter.assignee_id is not None:
        return matter.assignee_id in actor.hands
    return bool(actor.roles_at(matter.area) & set(SORTS))


def covered(record: JointHandling) -> str:
    """Who came, masked; empty where they are not told."""
    return " ".join(mask(one) for one in str(record.who_came).split()) if record.who_came else ""


def _finder(name: str) -> Find:
    def find(uid: UUID, actor: Actor) -> Private | None:
        matter = readable(Matter.objects.filter(uid=uid, kind="joint_handling"), actor).first()
        record = JointHandling.objects.filter(pk=matter.pk).first() if matter is not None else None
        if matter is None or record is None or not (value := getattr(record, name)):
            return None
        back = reverse("record", args=[matter.uid])
        return Private(str(value), matter.number, matter.area, None, back, on_duty(matter, actor), matter)

    return find


private("joint_who", _("name and telephone of who came"), _finder("who_came"))
private("joint_excerpt", _("words of the matter"), _finder("excerpt"))
