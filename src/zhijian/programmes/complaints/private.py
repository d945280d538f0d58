"""Who came is shown covered: opened by whoever handles the item as his duty, by others with a reason; both are entries.

A report, and whatever asks for secrecy, covers its text as well (Order 121 art. 37).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.desk.private import Find, Private, private
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.programmes.complaints.models import Item, Mediation, Recall, Sort
from zhijian.programmes.supervision.actions import WhoCame, who_came

SEALED = {
    "person": _("name of who came"),
    "phone": _("telephone of who came"),
    "id_number": _("identity document of who came"),
    "address": _("address of who came"),
    "text": _("words of who came"),
}
ROUTES = (Role.DISPATCHER, Role.CLERK, Role.HEAD)


def on_duty(matter: Matter, actor: Actor) -> bool:
    """Whether the item is his to handle: he holds it, or nobody does yet and he routes what lies there."""
    if matter.closed is not None:
        return False
    if {matter.assignee_id, matter.second_id} & set(actor.hands):
        return True
    return matter.assignee_id is None and any(role in actor.roles_at(matter.area) for role in ROUTES)


def words_shown(matter: Matter, record: Item, actor: Actor) -> bool:
    """Whether the text stands open before him: of a secret item or a report, only before whoever needs it."""
    return on_duty(matter, actor) or not (record.secret or record.sort == Sort.REPORT)


def _finder(name: str) -> Find:
    def find(uid: UUID, actor: Actor) -> Private | None:
        matter = readable(Matter.objects.filter(uid=uid), actor).select_related("item").first()
        record = getattr(matter, "item", None)
        if matter is None or record is None or not (value := getattr(record, name)):
            return None
        whose = matter.number or matter.title
        back = reverse("record", args=[matter.uid])
        return Private(str(value), whose, matter.area, None, back, on_duty(matter, actor), matter)

    return find


for _name, _label in SEALED.items():
    private(f"item_{_name}", _label, _finder(_name), phone=_name == "phone")


def recalls(matter: Matter, actor: Actor) -> bool:
    """Whether it is his to call about this item: the return call is open, and the centre is his."""
    return matter.closed is None and Role.DISPATCHER in actor.roles_at(matter.area)


def _called_back(uid: UUID, actor: Actor) -> Private | None:
    matter = readable(Matter.objects.filter(uid=uid, kind="item_recall"), actor).select_related("recall__of").first()
    if matter is None:
        return None
    record = Item.objects.filter(pk=matter.recall.of_id).first()  # type: ignore[attr-defined]
    if record is None or not record.phone:
        return None
    back = reverse("record", args=[matter.uid])
    return Private(str(record.phone), matter.title, matter.area, None, back, recalls(matter, actor), matter)


private("recall_phone", _("telephone of who came"), _called_back, phone=True)


@who_came("complaint", "report", "enquiry", "mediation", "item_recall")
def _who_came(matter: Matter) -> WhoCame | None:
    """Who came, as far as another office may be told: of a report, and of whatever asks for secrecy, nobody."""
    of: Any = {"mediation": Mediation, "item_recall": Recall}.get(matter.kind)
    key = of.objects.filter(pk=matter.pk).values_list("of", flat=True).first() if of is not None else matter.pk
    record = Item.objects.filter(pk=key).only("sort", "secret", *SEALED).first()
    if record is None:
        return None
    values = tuple(str(value) for name in SEALED if name != "text" and (value := getattr(record, name)))
    shown = " ".join(str(value) for value in (record.person, record.phone) if value)
    return WhoCame(values, shown, record.secret or record.sort == Sort.REPORT)
