"""What a kind of paper is, from the packs: title, fields in order, who signs, seal, copies, ground, its wording."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from zhijian.kernel.packs import stack
from zhijian.kernel.packs.loader import PackError, read_toml

SIGNERS = {"inspector1", "inspector2", "party", "witness"}


@dataclass(frozen=True)
class Form:
    """A `papers/<kind>.toml` with the path of its template `papers/<kind>.typ`, or of one that several kinds share."""

    kind: str
    title: str
    fields: tuple[dict[str, Any], ...]
    signs: tuple[str, ...]
    sealed: bool
    copies: int
    basis: str
    verified: str
    language: str
    template: Path
    number: str = ""
    every_page: bool = False
    table: bool = False
    unsealed: str = ""
    numbered: bool = True  # whether it takes a number of the register
    served: bool = False  # whether it goes to somebody and takes its effect from being served
    cause: str = ""  # what it is about, as the proof that it was served says it after the kind of matter
    lists: tuple[str, ...] = ()  # the checklists whose visits it belongs to; none named: every visit's
    grounds: tuple[dict[str, Any], ...] = ()  # [{lists, basis}]: the article by which it is issued, by checklist
    texts: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # other names by which a .docx may call a fact or its part
    must_name: tuple[str, ...] = ()  # the facts, or their parts, without which the law does not know such a paper
    must_say: tuple[str, ...] = ()  # words of the paper that are no facts, which an office's own template must have too

    def belongs_to(self, checklist: str) -> bool:
        """Whether a visit by that checklist is told in this form."""
        return not self.lists or checklist in self.lists

    @property
    def keys(self) -> list[str]:
        """The names of its facts, in the order of the official form."""
        return [one["key"] for one in self.fields]

    @property
    def free(self) -> list[str]:
        """The names of the facts that people may put into their own words in a draft."""
        return [one["key"] for one in self.fields if one.get("free")]

    def over(self, data: Mapping[str, Any], today: dt.date) -> list[str]:
        """The labels of the days that a paper issued today may not name any more: they were to come (`ahead`)."""
        days = [(one["label"], data.get(one["key"])) for one in self.fields if one.get("ahead")]
        return [label for label, day in days if day and day < today.isoformat()]

    @property
    def personal(self) -> list[str]:
        """The names of its facts that are somebody's own: its data hold them covered (`papers.whole`)."""
        return [one["key"] for one in self.fields if one.get("personal")]

    def lacking(self, data: Mapping[str, Any]) -> list[str]:
        """The labels of the facts without which the paper says nothing, and which are empty in `data`."""
        return [one["label"] for one in self.fields if one.get("needed") and not data.get(one["key"])]


def _checked(path: Path, raw: dict[str, Any], kind: str) -> dict[str, Any]:
    where = f"{path.parent.parent.name}/papers/{path.name}"
    needed = {"kind", "title", "signs", "sealed", "copies", "basis", "verified", "language", "field"}
    if missing := needed - set(raw):
        raise PackError(f"{where}: {sorted(missing)} missing")
    if raw["kind"] != kind:
        raise PackError(f"{where}: kind must be {kind!r}")
    if raw["verified"] not in ("V", "K"):
        raise PackError(f"{where}: verified must be V or K")
    if raw["sealed"] and not raw.get("unsealed"):
        raise PackError(f"{where}: a sealed paper needs the sentence that it bears until then (unsealed)")
    keys = [one.get("key") for one in raw["field"]]
    if not all(one.get("key") and one.get("label") for one in raw["field"]) or len(set(keys)) != len(keys):
        raise PackError(f"{where}: each field needs a key of its own and a label")
    known = {*keys, *raw.get("names", {}).values()}
    if unknown := {*raw.get("must_name", [])} - known:
        raise PackError(f"{where}: must_name has unknown facts {sorted(unknown)}")
    if unknown := set(raw["signs"]) - SIGNERS:
        raise PackError(f"{where}: unknown signers {sorted(unknown)}")
    return raw


@lru_cache(maxsize=128)
def _drawn_by(path: Path, kind: str) -> str:
    """The name of its template: its own, unless the form says by which other one it is drawn."""
    return str(read_toml(path).get("template", kind))


@lru_cache(maxsize=128)
def _read(path: Path, template: Path, kind: str) -> Form:
    raw = _checked(path, read_toml(path), kind)
    return Form(
        kind=kind,
        title=raw["title"],
        fields=tuple(raw["field"]),
        signs=tuple(raw["signs"]),
        sealed=raw["sealed"],
        copies=raw["copies"],
        basis=raw["basis"],
        verified=raw["verified"],
        language=raw["language"],
        template=template,
        number=raw.get("number", ""),
        every_page=raw.get("every_page", False),
        table=raw.get("table", False),
        unsealed=raw.get("unsealed", ""),
        numbered=raw.get("numbered", True),
        served=raw.get("served", False),
        cause=raw.get("cause", ""),
        lists=tuple(raw.get("lists", [])),
        grounds=tuple(raw.get("ground", [])),
        texts=raw.get("texts", {}),
        names=raw.get("names", {}),
        must_name=tuple(raw.get("must_name", [])),
        must_say=tuple(raw.get("must_say", [])),
    )


def form(kind: str) -> Form:
    """The form of a kind in the stack in force. Raises FileNotFoundError or PackError."""
    path = stack().file(f"papers/{kind}.toml")
    return _read(path, stack().file(f"papers/{_drawn_by(path, kind)}.typ"), kind)


def forms() -> dict[str, Form]:
    """Every form of the stack, by kind."""
    kinds = [Path(path).stem for path in stack().files("papers/*.toml")]
    return {kind: form(kind) for kind in kinds}


def named(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """Kinds by their titles, to choose from; those of one title (a form of an older law and of a newer one) are told
    apart by the law that each stands on."""
    found = {kind: form(kind) for kind in kinds}
    often = Counter(one.title for one in found.values())
    return [
        (kind, f"{one.title} ({one.basis})" if often[one.title] > 1 and one.basis else one.title)
        for kind, one in found.items()
    ]


def forms_for_phone(kinds: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The forms as the phone needs them to show and print its papers without network."""
    told = {}
    for kind in kinds:
        one = form(kind)
        told[kind] = {
            "title": one.title,
            "fields": [{"key": f["key"], "label": f["label"]} for f in one.fields],
            "signs": list(one.signs),
            "sealed": one.sealed,
            "copies": one.copies,
            "basis": one.basis,
            "verified": one.verified == "V",
            "notes": [one.unsealed] if one.sealed else [],
            "texts": one.texts,
            "lists": list(one.lists),
            "grounds": list(one.grounds),
        }
    return told
