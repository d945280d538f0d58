"""A lost or defaced card gets a new code; the old one stops working and says so."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.evidence import ledger
from zhijian.kernel.registry.door import new_door_code, read_door_code, shown_door_code
from zhijian.kernel.registry.models import Premises, RetiredCode

REPLACED = ledger.entry_kind(
    "registry.code_replaced",
    label=_("The door of {name} has a new code, {new}; {old} no longer counts"),
)


class Changed(Exception):
    """Somebody replaced the code meanwhile."""


def replace(place: Premises, seen: str, reason: str, actor: Actor) -> str:
    """Give the door a new code and retire the one that was `seen`. Returns the new one. Raises Changed."""
    with transaction.atomic():
        row = Premises.objects.select_for_update(of=("self",)).defer("grams").get(pk=place.pk)
        if row.door_code != seen:
            raise Changed
        RetiredCode.objects.create(code=row.door_code, premises=row, reason=reason, by_name=actor.name)
        new = fresh()
        Premises.objects.filter(pk=row.pk).update(door_code=new)
        ledger.record(
            REPLACED.code,
            actor=actor,
            subject=f"entity:{row.entity_id}",
            entity_id=row.entity_id,
            area=row.area,
            data={"name": row.name, "old": shown_door_code(seen), "new": shown_door_code(new), "reason": reason},
        )
    return new


def fresh() -> str:
    """A code that no door has and none ever had."""
    while True:
        code = new_door_code()
        if not RetiredCode.objects.filter(code=code).exists() and not Premises.objects.filter(door_code=code).exists():
            return code


def retired(typed: str) -> RetiredCode | None:
    """The retired code that somebody scanned or typed, if it is one."""
    code = read_door_code(typed)
    return RetiredCode.objects.filter(code=code).first() if code else None
