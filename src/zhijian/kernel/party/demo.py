"""The enterprises' part of the demo city: an owner of two shops, and the manager whom he let into one of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices import sending
from zhijian.kernel.party import access
from zhijian.kernel.party.models import Access
from zhijian.kernel.registry.generate import SOURCE
from zhijian.kernel.registry.models import Premises

MANAGER = "13800000071"


def plant(area: str, say: Callable[[str], None]) -> None:
    """In `area`, of the made-up shops with open matters. Does nothing twice."""
    if Access.objects.exists():
        return
    with scoped(SYSTEM):
        busy = Matter.objects.filter(area=area, closed=None, premises__source=SOURCE).exclude(parent=None)
        shops = list(
            Premises.objects.filter(pk__in=busy.values("premises")).select_related("entity").order_by("pk")[:4]
        )
        owners = {shop.entity_id: shop for shop in shops if shop.entity.phone and shop.entity.merged_into_id is None}
        if len(owners) < 2:
            return
        one, two = list(owners.values())[:2]
        name = two.contact or two.entity.representative or two.name
        two.entity.phone, two.entity.representative = one.entity.phone, one.entity.representative
        two.entity.save(update_fields=["phone", "representative"])
        with when.as_of(calendar.start_of(calendar.today()) - dt.timedelta(hours=7)):  # yesterday at five
            access.give(two.entity, two, access.Person(who=name, phone=MANAGER), party_of(two.entity), told=True)
            sending.send_waiting(two.entity)
    say(f"one number for two shops: {one.entity.phone}")
