"""The counts that the public reads: kept with each line that is shown or goes, within its step's transaction."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet, Sum

from zhijian.kernel.accounts.scope import below
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.complaints.publication.models import Line, Tally

UNSORTED = "-"  # the kind of what nobody has sorted


def enter(matter: Matter, record: Line) -> None:
    """Count a line in, once: with its kind in its office first, then with its shop; always in this order, so that
    those who count at once never wait for one another in a circle."""
    if record.in_shop_id is not None or matter.entity_id is None:
        return
    kind, _new = Tally.objects.get_or_create(
        area=matter.area, entity=None, premises=None, category=record.category or UNSORTED
    )
    shop, _new = Tally.objects.get_or_create(
        area=matter.area, entity=matter.entity, premises=matter.premises, category=""
    )
    record.in_kind, record.in_shop = kind, shop
    record.save(update_fields=["in_kind", "in_shop"])
    _add(record, kind.pk, shop.pk, 1)


def leave(record: Line) -> None:
    """Count it out of the counts in which it stands."""
    kind, shop = record.in_kind_id, record.in_shop_id
    if kind is not None and shop is not None:
        record.in_kind = record.in_shop = None
        record.save(update_fields=["in_kind", "in_shop"])
        _add(record, kind, shop, -1)


def _add(record: Line, kind: int, shop: int, by: int) -> None:
    for pk in (kind, shop):
        Tally.objects.filter(pk=pk).update(n=F("n") + by, settled=F("settled") + (by if record.settled else 0))


def shops(area: str = "") -> QuerySet[Tally]:
    """Shops with complaints that are shown, those with most first."""
    rows = Tally.objects.filter(entity__isnull=False, category="", n__gt=0)
    return (rows.filter(below("area", area)) if area else rows).order_by("-n", "-id")


def kinds(area: str = "") -> list[dict[str, Any]]:
    """The kinds of problems with their numbers, the commonest first; a row for each office and kind is added up."""
    rows = Tally.objects.filter(entity=None, n__gt=0)
    rows = rows.filter(below("area", area)) if area else rows
    return list(rows.values("category").annotate(sum_n=Sum("n"), sum_settled=Sum("settled")).order_by("-sum_n"))
