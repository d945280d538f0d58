"""Writing and reading the ledger: the timeline is the audit trail, there is no second log."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.functional import Promise

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.crypto import mask, open_text, seal_text
from zhijian.kernel.evidence.digest import canonical, sha256_hex, sm3_hex
from zhijian.kernel.evidence.models import LedgerEntry, LedgerPersonal
from zhijian.kernel.words import listed

if TYPE_CHECKING:
    from zhijian.kernel.matters.models import Matter

START = "0" * 64


Say = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class EntryKind:
    """How entries of one kind are shown, and which of their facts are personal.

    `says` puts a fact into words for the reader, told all of them: an entry holds codes, never words of a language.
    """

    code: str
    label: str | Promise
    personal: tuple[str, ...] = ()
    describe: Callable[[dict[str, Any]], str] | None = None
    says: Mapping[str, Say] = field(default_factory=dict)


_KINDS: dict[str, EntryKind] = {}


def entry_kind(
    code: str,
    *,
    label: str | Promise,
    personal: tuple[str, ...] = (),
    describe: Callable[[dict[str, Any]], str] | None = None,
    says: Mapping[str, Say] | None = None,
) -> EntryKind:
    """Declare a kind of entry: its display text (with {names} of its facts), what in it is personal, and how codes
    among its facts read."""
    kind = EntryKind(code, label, personal, describe, says or {})
    _KINDS[code] = kind
    return kind


def coded(name: str, words: Mapping[str, str | Promise]) -> Say:
    """How a code reads; what is none of them stands as it is (earlier entries hold the words of their day)."""

    def say(facts: Mapping[str, Any]) -> str:
        told = facts.get(name, "")
        return str(words.get(told, told)) if isinstance(told, str) else str(told)

    return say


def kinds() -> Mapping[str, EntryKind]:
    """Every declared kind, by code."""
    return _KINDS


def material(entry: LedgerEntry, previous: str) -> dict[str, Any]:
    """What a digest of the chain is taken over."""
    return {
        "subject": entry.subject,
        "seq": entry.seq,
        "kind": entry.kind,
        "at": entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "actor_name": entry.actor_name,
        "matter": entry.matter_id,
        "entity": entry.entity_id,
        "area": entry.area,
        "data": entry.data,
        "previous": previous,
    }


def _tail(subject: str) -> tuple[int, str, str]:
    """Lock the subject's chain until the transaction ends, and return its last number and digests."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, sha256, sm3 FROM zj_ledger_tail(%s)", [subject])
        return cursor.fetchone() or (0, START, START)


def record(
    kind: str,
    *,
    actor: Actor,
    subject: str,
    matter: Matter | None = None,
    entity_id: int | None = None,
    area: str = "",
    data: dict[str, Any] | None = None,
    personal: dict[str, str] | None = None,
    at: dt.datetime | None = None,
    inner: bool = False,
) -> LedgerEntry:
    """Append an entry in the running transaction. `inner`: it stands in no enterprise's file.

    `data` must be canonical (no floats). Values of `personal` are sealed beside the entry; the entry keeps a salted
    digest of each. Raises KeyError for an undeclared kind.
    """
    declared = _KINDS[kind]
    facts = {**(data or {}), **({"inner": True} if inner else {})}
    away = actor.stands_for(matter.assignee_id, matter.second_id) if matter is not None else None
    if away is not None:
        facts["stands_for"] = away.name
    if actor.kind == "party" and (through := actor.extra.get("through")):
        facts["through"] = through
    if actor.kind == "system" and (prompting := actor.extra.get("prompted_by")):
        facts["prompted_by"] = prompting
    salted: list[LedgerPersonal] = []
    for name, value in (personal or {}).items():
        if name not in declared.personal:
            raise ValueError(f"{kind} does not declare {name} as personal")
        salt = secrets.token_hex(16)
        facts[name] = {"digest": sha256_hex((salt + value).encode())}
        salted.append(LedgerPersonal(name=name, salt=salt, sealed=seal_text(value)))
    seq, sha256, sm3 = _tail(subject)
    entry = LedgerEntry(
        subject=subject,
        seq=seq + 1,
        kind=kind,
        at=at or when.now(),
        actor=actor.label,
        actor_name=actor.name if actor.kind in ("staff", "party") else "",
        matter=matter,
        entity_id=None if inner else matter.file_entity_id if matter else entity_id,
        area=matter.area if matter else area,
        data=facts,
    )
    entry.sha256 = sha256_hex(canonical(material(entry, sha256)))
    entry.sm3 = sm3_hex(canonical(material(entry, sm3)))
    entry.save(force_insert=True)
    for row in salted:
        row.entry = entry
        row.save(force_insert=True)
    return entry


def masked(entry: LedgerEntry) -> dict[str, str]:
    """What of the entry is personal, as far as it is there, by its name."""
    return {row.name: mask(open_text(row.sealed)) for row in entry.personal.all()}


class Shown(dict[str, Any]):
    """Facts for a sentence; what nobody told is left out."""

    def __missing__(self, key: str) -> str:
        return ""


def describe(entry: LedgerEntry, viewer: Actor) -> str:
    """The entry as one line for `viewer`, in the active language; personal values are masked, erased ones are "…".

    A sentence that ends with a note ends before it where there is none.
    """
    kind = _KINDS.get(entry.kind)
    if kind is None:
        return entry.kind
    facts: dict[str, Any] = {key: value for key, value in entry.data.items() if value is not None}
    if kind.personal:
        stored = masked(entry)
        facts |= {name: stored.get(name, "…") for name in kind.personal}
    facts = {key: listed(value) if isinstance(value, list) else value for key, value in facts.items()}
    facts |= {name: say(facts) for name, say in kind.says.items()}
    facts["actor"] = entry.actor_name or entry.actor
    if kind.describe is not None:
        return kind.describe(facts)
    return str(kind.label).format_map(Shown(facts)).rstrip(" :：")
