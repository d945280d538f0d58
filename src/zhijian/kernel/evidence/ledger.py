"""Writing and reading the ledger: the timeline is the audit trail, there is no second log."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from zhijian.kernel.writing import insert_all

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


@dataclass(frozen=True)
class New:
    """An entry to be appended. `data` must be canonical (no floats); values of `personal` are sealed beside it."""

    subject: str
    matter: Matter | None = None
    entity_id: int | None = None
    area: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    at: dt.datetime | None = None
    inner: bool = False  # it stands in no enterprise's file


def _tails(subjects: Iterable[str]) -> dict[str, tuple[int, str, str]]:
    """Lock the subjects' chains until the transaction ends, in one order, and return their last numbers and digests."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT one, seq, sha256, sm3 FROM unnest(%s::text[]) AS one LEFT JOIN zj_ledger_tail(one) ON true",
            [sorted(set(subjects))],
        )
        return {subject: (seq or 0, sha256 or START, sm3 or START) for subject, seq, sha256, sm3 in cursor.fetchall()}


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
    new = New(subject, matter, entity_id, area, data or {}, personal or {}, at, inner)
    return record_all(kind, [new], actor=actor)[0]


def record_all(kind: str, entries: Sequence[New], *, actor: Actor) -> list[LedgerEntry]:
    """Append entries of one kind, as `record` does each; three queries. Raises KeyError for an undeclared kind."""
    declared = _KINDS[kind]
    tails = _tails(new.subject for new in entries)
    made: list[LedgerEntry] = []
    salted: list[LedgerPersonal] = []
    for new in entries:
        facts, sealed = _facts(new, declared, actor)
        seq, sha256, sm3 = tails[new.subject]
        entry = LedgerEntry(
            subject=new.subject,
            seq=seq + 1,
            kind=kind,
            at=new.at or when.now(),
            actor=actor.label,
            actor_name=actor.name if actor.kind in ("staff", "party") else "",
            matter=new.matter,
            entity_id=None if new.inner else new.matter.file_entity_id if new.matter else new.entity_id,
            area=new.matter.area if new.matter else new.area,
            data=facts,
        )
        entry.sha256 = sha256_hex(canonical(material(entry, sha256)))
        entry.sm3 = sm3_hex(canonical(material(entry, sm3)))
        tails[new.subject] = (entry.seq, entry.sha256, entry.sm3)
        made.append(entry)
        for row in sealed:
            row.entry = entry
        salted += sealed
    insert_all(made)
    insert_all(salted)
    return made


def _facts(new: New, declared: EntryKind, actor: Actor) -> tuple[dict[str, Any], list[LedgerPersonal]]:
    """What stands in the entry, and the personal values, each sealed."""
    facts, sealed = {**new.data, **({"inner": True} if new.inner else {})}, []
    away = actor.stands_for(new.matter.assignee_id, new.matter.second_id) if new.matter is not None else None
    if away is not None:
        facts["stands_for"] = away.name
    if actor.kind == "party" and (through := actor.extra.get("through")):
        facts["through"] = through
    if actor.kind == "system" and (prompting := actor.extra.get("prompted_by")):
        facts["prompted_by"] = prompting
    for name, value in new.personal.items():
        if name not in declared.personal:
            raise ValueError(f"{declared.code} does not declare {name} as personal")
        salt = secrets.token_hex(16)
        facts[name] = {"digest": sha256_hex((salt + value).encode())}
        sealed.append(LedgerPersonal(name=name, salt=salt, sealed=seal_text(value)))
    return facts, sealed


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
