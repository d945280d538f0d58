"""The register's part of the demo city: one enterprise that is on file twice, the map's cells, some cards for doors."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from zhijian.kernel.accounts.models import Post

from .alike import alike
from .cards.choosing import PRINTERS, in_street_order
from .cards.printing import make
from .models import CardRun, Entity, Premises
from .patch import count_cells
from .twins.finding import find


def plant(area: str, say: Callable[[str], None]) -> None:
    """In `area` an enterprise without a shop becomes the second row of one that has a shop. Does nothing twice."""
    say(f"map: {count_cells()} cells")
    shop = Premises.objects.filter(area=area).exclude(trade="").select_related("entity").order_by("pk").first()
    spare = Entity.objects.filter(area=area, premises=None, licences=None, matters=None).order_by("pk").first()
    if shop is not None and spare is not None and not alike(shop.entity):
        _double(shop, spare)
    say(f"possible duplicates: {find()}")
    if not CardRun.objects.exists():
        _cards(area)


def _cards(area: str) -> None:
    """A page of cards, along the first streets of the office, by somebody who prints there."""
    posts = Post.objects.filter(jurisdiction_id=area, role__in=PRINTERS).select_related("person")
    post = posts.order_by("person_id").first()
    keys = in_street_order(Premises.objects.filter(area=area, merged_into=None).exclude(trade=""), most=200)[:12]
    if post is None or not keys:
        return
    origin = (settings.PUBLIC_ORIGIN or "http://localhost:8000").rstrip("/")
    run = CardRun.objects.create(
        area=area, person=post.person, by_name=post.person.name, chosen={"area": area}, places=keys, origin=origin
    )
    make(run=run.pk)


def _double(shop: Premises, spare: Entity) -> None:
    spare.name, spare.address = shop.entity.name, shop.entity.address
    spare.phone, spare.representative = shop.entity.phone, shop.entity.representative
    spare.save(update_fields=["name", "address", "phone", "representative"])
