"""Which doors: the register's places narrowed by area, trade, words and whether their card was printed; by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter, below
from zhijian.kernel.desk.filters import area_options
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.cards.streets import walk
from zhijian.kernel.registry.models import Card, Entity, Premises, PremisesStatus
from zhijian.kernel.registry.search import matching

PRINTERS = frozenset({Role.INSPECTOR, Role.CLERK, Role.HEAD, Role.ADMIN})
READERS = PRINTERS | {Role.AUDITOR}
MOST = 6_000  # cards of one PDF
LIGHT = ("id", "uid", "name", "address", "area", "trade", "name_key", "door_code", "entity__uid", "entity__name")
NUMBERS = ("phone", "entity__phone", "entity__code")


@dataclass(frozen=True)
class Chosen:
    """What the list shows. There is always an area, one below the whole city: so no choice reads the whole register."""

    area: str
    trade: str = ""
    q: str = ""
    printed: str = ""

    @classmethod
    def read(cls, given: Any, actor: Actor) -> Chosen:
        """From an address; what is not understood falls back to the person's own area."""
        offered = [code for code, _name in areas(actor)]
        area, trade, printed = (given.get(name, "") for name in ("area", "trade", "printed"))
        own = next((post.area for post in actor.posts if post.area in offered), offered[0] if offered else "")
        return cls(
            area if area in offered else own,
            trade if trade in trades() else "",
            given.get("q", "").replace("\x00", "").strip()[:60],
            printed if printed in ("yes", "no") else "",
        )

    @property
    def told(self) -> dict[str, str]:
        """What was chosen, without what was not."""
        every = {"area": self.area, "trade": self.trade, "q": self.q, "printed": self.printed}
        return {name: value for name, value in every.items() if value}

    @property
    def query(self) -> str:
        """The same choice as the tail of an address."""
        return urlencode(self.told)


def trades() -> dict[str, str]:
    """The kinds of trade by code, as the pack names them."""
    return stack().table("codes/trades").get("trade", {}) if stack().files("codes/trades.toml") else {}


def printed_words() -> dict[str, str]:
    """What can be asked about the card."""
    return {"no": _("not printed yet"), "yes": _("printed")}


def in_words(told: dict[str, str]) -> list[tuple[str, str]]:
    """The filters of a choice as a person reads them: heading and value."""
    return [
        (_("Trade"), trades().get(told.get("trade", ""), "")),
        (_("Name, code, address"), told.get("q", "")),
        (_("Card"), printed_words().get(told.get("printed", ""), "")),
    ]


def areas(actor: Actor) -> list[tuple[str, str]]:
    """The places that can be chosen: districts and offices in the person's scope, not the city as a whole."""
    parents = {area.parent for area in stack().areas.values()}
    top = {code for code, area in stack().areas.items() if not area.parent and code in parents}
    return [(code, name) for code, name in area_options(actor) if code not in top]


def doors(chosen: Chosen, actor: Actor) -> QuerySet[Premises]:
    """The places of that choice that the person may see; in no order."""
    rows = Premises.objects.filter(area_filter(actor), below("area", chosen.area), merged_into=None)
    rows = rows.exclude(status=PremisesStatus.CLOSED)
    if chosen.trade:
        rows = rows.filter(trade=chosen.trade)
    if len(chosen.q) > 1:
        found = matching(Entity.objects.all(), chosen.q).values_list("pk", flat=True)
        rows = rows.filter(entity__in=list(found))
    if chosen.printed:
        card = Exists(Card.objects.filter(premises=OuterRef("pk"), code=OuterRef("door_code")))
        rows = rows.filter(card if chosen.printed == "yes" else ~card)
    return rows


def in_street_order(rows: QuerySet[Premises], most: int = MOST) -> list[int]:
    """Keys of at most `most` + 1 places in the order in which one walks past them."""
    found = rows.order_by("area", "trade", "name_key", "id").values_list("pk", "area", "address", "name")[: most + 1]
    return [pk for pk, *_rest in sorted(found, key=lambda row: walk(*row[1:]))]


def in_order(keys: list[int]) -> list[Premises]:
    """The places of those keys, in the same order, with what a list shows."""
    found = Premises.objects.select_related("entity").only(*LIGHT).in_bulk(keys)
    return [found[key] for key in keys if key in found]


def page(rows: QuerySet[Premises], after: str, size: int) -> list[Premises]:
    """A page by the register's own order (its index), one row more than `size` when there is another page."""
    first = Premises.objects.filter(pk=int(after)).first() if after.isdecimal() and len(after) < 19 else None
    if first is not None:
        keys, beyond = ("area", "trade", "name_key", "pk"), Q()
        for n, key in enumerate(keys):
            same = {name: getattr(first, name) for name in keys[:n]}
            beyond |= Q(**same, **{f"{key}__gt": getattr(first, key)})
        rows = rows.filter(beyond, area__gte=first.area)
    light = rows.select_related("entity").only(*LIGHT).order_by("area", "trade", "name_key", "id")
    return list(light[: size + 1])


def last_cards(places: list[Premises]) -> dict[int, Card]:
    """The newest card of each place's present code, by place. One query."""
    codes = {place.pk: place.door_code for place in places}
    found: dict[int, Card] = {}
    rows = Card.objects.filter(premises__in=codes, code__in=codes.values())
    for card in rows.order_by("premises_id", "-id").distinct("premises_id"):
        if codes[card.premises_id] == card.code:
            found[card.premises_id] = card
    return found
