"""Corrections of the register that come from the field: proposed at the door, decided on the desk with one key.

A proposal never changes the register by itself. Who decides sees the value as the phone knew it, the register's own of
this moment, and the new one; if the register changes between his look and his key, he is shown it again.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.crypto import mask
from zhijian.kernel.accounts.links import kept_number, plain_number
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter, in_scope
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.matters.behalf import SPEAKER, How

from .entries import CORRECTED, CORRECTED_CONTACT, NOT_CORRECTED, NUMBER_CHANGED, PROPOSED
from .likely.seen import metres_between
from .models import Entity, Premises, PremisesStatus, Proposal, ProposalState, What

Value = dict[str, str]
DECIDERS = (Role.CLERK, Role.HEAD)
READERS = (*DECIDERS, Role.AUDITOR)
COUNTED = 1000
PERSONAL = {What.CONTACT}
PLACE = Decimal("0.000001")  # degrees, as the register keeps them


class Overtaken(Exception):
    """The register, or the proposal, is not any more what the person was looking at."""


class Unfit(Exception):
    """The new value cannot be taken over as it is; the text says how to mend it."""


def current(premises: Premises, what: str) -> Value:
    """What the register has now."""
    return {
        What.PHONE: lambda: {"text": premises.phone or premises.entity.phone},
        What.SIGN: lambda: {"text": premises.name},
        What.ADDRESS: lambda: {"text": premises.address, "area": premises.area},
        What.STATUS: lambda: {"text": premises.status},
        What.CONTACT: lambda: {"name": premises.contact, "phone": premises.contact_phone or ""},
        What.PIN: lambda: _pin(premises.lat, premises.lon),
        What.NUMBER: lambda: {"text": premises.entity.phone},
    }[What(what)]()


def _pin(lat: Decimal | None, lon: Decimal | None) -> Value:
    return {} if lat is None or lon is None else {"lat": f"{lat:f}", "lon": f"{lon:f}"}


def _apply(premises: Premises, what: str, value: Value) -> list[str]:
    """Write the value; returns the names of the columns. Raises Unfit."""
    text = value.get("text", "").strip()
    if what in (What.PHONE, What.SIGN, What.ADDRESS) and not text:
        raise Unfit(_("Say what it is now."))
    if what in (What.PHONE, What.CONTACT) and not _callable(text if what == What.PHONE else value.get("phone", "")):
        raise Unfit(_("This is no telephone number."))
    if what == What.NUMBER:
        if not is_number(text):
            raise Unfit(_("This is no telephone number."))
        premises.entity.phone, premises.entity.phone_set = kept_number(text), True
        return ["phone", "phone_set"]
    if what == What.PHONE:
        premises.phone = kept_number(text)
        return ["phone"]
    if what == What.SIGN:
        premises.name = text
        return ["name"]
    if what == What.STATUS:
        premises.status = PremisesStatus(text)
        return ["status"]
    if what == What.CONTACT:
        premises.contact = value.get("name", "")
        premises.contact_phone = kept_number(value.get("phone") or "") or None  # type: ignore[assignment]
        return ["contact", "contact_phone"]
    if what == What.ADDRESS:
        premises.address, premises.area = text, value.get("area") or premises.area
        premises.pinned = premises.pinned or "area" in value
        return ["address", "area", "pinned"]
    try:
        premises.lat, premises.lon = (Decimal(value[name]).quantize(PLACE) for name in ("lat", "lon"))
    except (KeyError, InvalidOperation) as error:
        raise Unfit(_("This is no place on the map.")) from error
    return ["lat", "lon"]


def _callable(number: str) -> bool:
    return not number or is_number(number)


def is_number(text: str) -> bool:
    """Whether it can be a telephone number: 7 to 15 digits and what people write between them."""
    return bool(re.fullmatch(r"\+?[\d ()-]{7,23}", text)) and 7 <= len(plain_number(text)) <= 15


def itself(entity: Entity) -> Premises:
    """What stands in for premises where something of the enterprise itself is proposed; it is on no file."""
    return Premises(entity=entity, area=entity.area)


def propose(
    premises: Premises,
    what: str,
    new: Value,
    actor: Actor,
    *,
    record: UUID,
    at: dt.datetime,
    old: Value | None = None,
    note: str = "",
    matter: Any = None,
) -> Proposal:
    """Keep a proposal; the same one of the same record is kept once. `old` is what the phone knew (default: now).

    `premises` may be `itself(entity)`.
    """
    old = current(premises, what) if old is None else old
    made, new_one = Proposal.objects.get_or_create(
        record=record,
        what=what,
        defaults={
            "premises": premises if premises.pk else None,
            "entity": premises.entity,
            "area": premises.area,
            "old": json.dumps(old, ensure_ascii=False),
            "new": json.dumps(new, ensure_ascii=False),
            "note": note[:300],
            "matter": matter,
            "person_id": actor.person_id,
            "made_at": at,
        },
    )
    if new_one:
        _note(PROPOSED.code, made, actor, {"what": what}, at=at)
    return made


def _note(kind: str, of: Proposal, actor: Actor, data: dict[str, Any], **more: Any) -> None:
    ledger.record(
        kind,
        actor=actor,
        subject=f"entity:{of.entity_id}",
        entity_id=of.entity_id,
        area=of.area,
        data={**({"premises": str(of.premises.uid)} if of.premises else {}), "name": of.name, **data},
        **more,
    )


def waiting(actor: Actor) -> QuerySet[Proposal]:
    """What the actor may decide (an auditor: read), the oldest first."""
    rows = Proposal.objects.filter(area_filter(actor, roles=READERS), state=ProposalState.OPEN)
    return rows.select_related("premises__entity", "entity", "person", "matter").order_by("pk")


def count(actor: Actor) -> int:
    """How many wait, counted no further than `COUNTED`."""
    return waiting(actor).order_by()[:COUNTED].count()


@dataclass(frozen=True)
class Shown:
    """A proposal beside the register: values in words, and the fingerprint of what the person is looking at."""

    proposal: Proposal
    old: str
    new: str
    changed: bool  # the register is not what the phone knew
    known: str
    seen: str
    value: Value
    metres: int | None = None
    spoken: str = ""  # who asked for it, and how he was known


def shown(of: Proposal) -> Shown:
    """How the desk shows it."""
    now, new, known = current(of.premises or itself(of.entity), of.what), json.loads(of.new), json.loads(of.old)
    changed = {k: v for k, v in known.items() if v} != {k: v for k, v in now.items() if v and k in known}
    return Shown(
        of,
        words(of.what, now),
        words(of.what, new),
        changed,
        words(of.what, known),
        seen(now),
        new,
        _away(now, new),
        f"{new['speaker']} ({How(new['how']).label})" if "speaker" in new else "",
    )


def _away(now: Value, new: Value) -> int | None:
    """How far a new pin stands from the present one, in metres."""
    both = [Decimal(value[name]) if value.get(name) else None for value in (now, new) for name in ("lat", "lon")]
    return metres_between(*both)


def seen(now: Value) -> str:
    """The fingerprint of what stands in the register."""
    return sha256_hex(canonical(now))[:16]


def words(what: str, value: Value) -> str:
    """A value in words; a private number by its mask."""
    if what == What.CONTACT:
        return " ".join(filter(None, [value.get("name", ""), mask(value["phone"]) if value.get("phone") else ""]))
    if what == What.PIN:
        return f"{value['lat']}, {value['lon']}" if value else ""
    if what == What.STATUS:
        return str(PremisesStatus(value["text"]).label)
    return value.get("text", "")


def kept(what: str, value: Value) -> str:
    """A value as the ledger keeps it: whether a place is open by its code, what people typed as it is."""
    return str(value["text"]) if what == What.STATUS else words(what, value)


AfterAccepting = Callable[[Proposal, Actor, Value], None]  # the value that was replaced
_after: list[AfterAccepting] = []


def after_accepting(do: AfterAccepting) -> AfterAccepting:
    """Register what follows from an accepted correction, in the same transaction; programmes stand above this room."""
    _after.append(do)
    return do


def _locked(uid: UUID, actor: Actor) -> Proposal:
    rows = in_scope(Proposal.objects.select_for_update(of=("self",)), actor).filter(area_filter(actor, roles=DECIDERS))
    of = rows.select_related("premises__entity", "entity").get(uid=uid)
    if of.state != ProposalState.OPEN:
        raise Overtaken(_("Somebody has decided this meanwhile."))
    return of


def _standing(of: Proposal) -> Premises:
    """The row that will be changed, locked: the premises, or the enterprise behind a stand-in for them."""
    if of.what == What.NUMBER:
        return itself(Entity.objects.select_for_update(of=("self",)).get(pk=of.entity_id))
    return Premises.objects.select_for_update(of=("self",)).select_related("entity").get(pk=of.premises_id)


def accept(uid: UUID, actor: Actor, looked_at: str, amended: Value | None = None) -> Proposal:
    """Change the register as proposed (an address may be completed by `amended`), and note it in the entity's ledger.

    `looked_at` is the fingerprint of the register's value that the person saw. Raises Overtaken when it is another one
    by now, Unfit when the value cannot be taken over, Proposal.DoesNotExist where it is not his to decide.
    """
    with transaction.atomic():
        of = _locked(uid, actor)
        premises = _standing(of)
        now = current(premises, of.what)
        if seen(now) != looked_at:
            raise Overtaken(_("The register was changed meanwhile. Look once more."))
        new = {**json.loads(of.new), **(amended or {})}
        columns = _apply(premises, of.what, new)
        row = premises.entity if of.what == What.NUMBER else premises
        try:
            row.clean_fields(exclude=[f.name for f in row._meta.fields if f.name not in columns])
        except ValidationError as error:
            raise Unfit(" ".join(error.messages)) from error
        row.save(update_fields=columns)
        of.premises, of.entity = (premises if premises.pk else None), premises.entity
        of.new = json.dumps(new, ensure_ascii=False)  # type: ignore[assignment]
        _decide(of, "accepted", actor)
        told = {"old": kept(of.what, now), "new": kept(of.what, new)}
        if of.what == What.NUMBER:
            clear = {
                "old": told["old"] or "—",
                "new": told["new"],
                **({SPEAKER: new["speaker"]} if "speaker" in new else {}),
            }
            _note(NUMBER_CHANGED.code, of, actor, {"how": new.get("how", ""), "reason": of.note}, personal=clear)
        elif of.what in PERSONAL:
            clear = {"old": json.dumps(now, ensure_ascii=False), "new": of.new}
            _note(CORRECTED_CONTACT.code, of, actor, {"what": of.what}, personal=clear)
        else:
            _note(CORRECTED.code, of, actor, {"what": of.what, **told})
        for do in _after:
            do(of, actor, now)
        return of


def refuse(uid: UUID, actor: Actor, reason: str = "") -> Proposal:
    """Leave the register as it is. Raises Overtaken, or Proposal.DoesNotExist."""
    with transaction.atomic():
        of = _locked(uid, actor)
        of.reason = reason[:300]
        _decide(of, "refused", actor)
        _note(NOT_CORRECTED.code, of, actor, {"what": of.what, "reason": of.reason})
        return of


def _decide(of: Proposal, state: str, actor: Actor) -> None:
    of.state, of.decided_by_id, of.decided_at = state, actor.person_id, timezone.now()
    of.save(update_fields=["state", "decided_by", "decided_at", "reason", "new"])
