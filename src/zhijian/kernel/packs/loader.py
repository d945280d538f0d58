"""Reads packs from their folders: a stack of law and place, each pack built on the one below."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from .rows import Limit, RuleRow, Timeline

SHIPPED = Path(__file__).resolve().parents[2] / "packs"

_ROW_FIELDS = {
    "name", "limit", "value", "unit", "basis", "article", "since", "until", "key", "verified", "source", "local",
    "note", "absent", "whose", "first", "pauses",
}  # fmt: skip
_CHOICES = {
    "key": {"matter", "event"},
    "verified": {"V", "K"},
    "whose": {"bureau", "party"},
    "first": {"excluded", "counted"},
}


class PackError(ValueError):
    """A pack cannot be read; says which file and what to mend."""


@dataclass(frozen=True)
class Pack:
    """One folder: `pack.toml` and what it holds."""

    name: str
    path: Path
    head: dict[str, Any]

    @property
    def builds_on(self) -> str | None:
        """The pack below, None for the lowest."""
        return self.head.get("builds_on") or None

    @classmethod
    def read(cls, name: str, root: Path) -> Pack:
        """Raises PackError where the folder or its head is missing or names another pack."""
        path = root / name
        try:
            head = read_toml(path / "pack.toml")
        except FileNotFoundError:
            raise PackError(f"there is no pack {name!r} in {root}") from None
        if head.get("name") != name:
            raise PackError(f"{path / 'pack.toml'}: name must be {name!r}")
        return cls(name, path, head)

    def rule_rows(self) -> list[RuleRow]:
        """All rows of `rules/*.toml`. Raises PackError with file and row."""
        rows = []
        for file in sorted(self.path.glob("rules/*.toml")):
            for n, raw in enumerate(read_toml(file).get("rule", []), 1):
                try:
                    rows.append(rule_row(raw, self.name))
                except (ValueError, TypeError, KeyError) as error:
                    where = f"{self.name}/rules/{file.name}, rule {n} ({raw.get('name', '?')})"
                    raise PackError(f"{where}: {error}") from error
        return rows


def read_toml(path: Path) -> dict[str, Any]:
    """One TOML file. Raises FileNotFoundError, or PackError where it is not TOML."""
    with path.open("rb") as handle:
        try:
            return tomllib.load(handle, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            raise PackError(f"{path.parent.name}/{path.name}: {error}") from error


def rule_row(raw: dict[str, Any], pack: str) -> RuleRow:
    """One `[[rule]]` as a row. Raises ValueError saying which field is wrong."""
    unknown = set(raw) - _ROW_FIELDS
    if unknown:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    for key, allowed in _CHOICES.items():
        if raw.get(key) is not None and raw[key] not in allowed:
            raise ValueError(f"{key} must be one of {sorted(allowed)}")
    data = dict(raw)
    if not isinstance(data.get("since"), date) or not isinstance(data.get("until", date.max), date):
        raise ValueError("since and until are dates, and since is needed")
    if data.get("until") and data["until"] < data["since"]:
        raise ValueError("until lies before since")
    if not data.get("basis"):
        raise ValueError("basis is needed: the law, or who set it")
    filled = [k for k in ("limit", "value") if data.get(k) is not None]
    if data.get("absent"):
        if filled or not data.get("note"):
            raise ValueError("an absent rule has no limit or value, but a note that says why")
    elif len(filled) != 1:
        raise ValueError("give either limit or value")
    if data.get("limit") is not None:
        data["limit"] = Limit.parse(data["limit"])
    data["pauses"] = tuple(data.get("pauses", ()))
    return RuleRow(pack=pack, **data)


@dataclass(frozen=True)
class Area:
    """A piece of the city: `level` city, district or office; `code` by prefix lies in its parent."""

    code: str
    name: str
    short: str
    level: str
    parent: str
    latitude: str = ""  # decimal degrees, WGS-84, as written in the pack
    longitude: str = ""
    illustrative: bool = True  # the point (or outline) is made, for work and demo
    source: str = ""


@dataclass(frozen=True)
class Organ:
    """The office in whose name papers are issued: a local office's papers bear its district bureau's seal."""

    code: str
    name: str
    short: str
    seal: str
    prefix: str
    phone: str = ""
    address: str = ""
    verified: str = "K"


@dataclass(frozen=True)
class NumberFormat:
    """How a kind's official numbers look. They count up within the issuing organ and the year."""

    kind: str
    title: str
    pattern: str
    gapless: bool = False
    verified: str = "K"
    organs: dict[str, Organ] = field(default_factory=dict, repr=False, compare=False)

    def format(self, *, organ: str | Organ, year: int, n: int, **more: Any) -> str:
        """The number as printed, for example 张市监责改〔2026〕12号.

        `organ` is the issuing organ or its code; the pattern may use {prefix}, {short}, {organ}, {area}, {year}, {n}.
        """
        issuer = self.organs[organ] if isinstance(organ, str) else organ
        parts = {"area": issuer.code, **more, "prefix": issuer.prefix, "organ": issuer.code, "year": year, "n": n}
        return self.pattern.format(**{"short": issuer.short, **parts})


@dataclass(frozen=True)
class Stack:
    """Packs from the lowest to the topmost, and what they say together. Immutable."""

    packs: tuple[Pack, ...]
    _cache: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, name: str, root: Path = SHIPPED) -> Stack:
        """The stack under the topmost pack `name`. Raises PackError on a missing or circular chain."""
        packs: list[Pack] = []
        below: str | None = name
        while below:
            if any(p.name == below for p in packs):
                raise PackError(f"{name}: {below} builds on itself")
            packs.append(Pack.read(below, root))
            below = packs[-1].builds_on
        return cls(tuple(reversed(packs)))

    @property
    def name(self) -> str:
        """The topmost pack, the place."""
        return self.packs[-1].name

    def setting(self, key: str, default: Any = None) -> Any:
        """A value of `pack.toml`, from the topmost pack that has it; dots go down ("calendar.weekend")."""
        for pack in reversed(self.packs):
            value: Any = pack.head
            for part in key.split("."):
                value = value.get(part) if isinstance(value, dict) else None
            if value is not None:
                return value
        return default

    @cached_property
    def zone(self) -> str:
        """The IANA zone of legal days."""
        return self.setting("zone")

    @cached_property
    def language(self) -> str:
        """The language of the pack's own texts (papers, checklists)."""
        return self.setting("language")

    @cached_property
    def timelines(self) -> dict[str, Timeline]:
        """Shipped rows of every rule, by name."""
        layers: dict[str, list[tuple[RuleRow, ...]]] = {}
        for pack in self.packs:
            mine: dict[str, list[RuleRow]] = {}
            for row in pack.rule_rows():
                mine.setdefault(row.name, []).append(row)
            for name, rows in mine.items():
                layers.setdefault(name, []).append(tuple(sorted(rows, key=lambda r: r.since)))
        return {name: Timeline(name, tuple(of)) for name, of in layers.items()}

    def rules(self, name: str) -> list[RuleRow]:
        """The shipped rows of a rule, lowest pack first; empty for an unknown name."""
        timeline = self.timelines.get(name)
        return timeline.all_rows() if timeline else []

    def file(self, path: str) -> Path:
        """The topmost pack's file of that path. Raises FileNotFoundError."""
        for pack in reversed(self.packs):
            if (pack.path / path).is_file():
                return pack.path / path
        raise FileNotFoundError(f"no pack of {'/'.join(p.name for p in self.packs)} has {path}")

    def files(self, pattern: str) -> dict[str, Path]:
        """Files of all packs that match ("checklists/*.xlsx"), by path inside the pack; the topmost of a name wins."""
        found: dict[str, Path] = {}
        for pack in self.packs:
            for path in sorted(pack.path.glob(pattern)):
                found[path.relative_to(pack.path).as_posix()] = path
        return dict(sorted(found.items()))

    def table(self, name: str) -> dict[str, Any]:
        """A TOML table ("codes/entity_kinds"): upper packs add to the lower ones and replace key by key."""
        if name not in self._cache:
            merged: dict[str, Any] = {}
            found = False
            for pack in self.packs:
                if (pack.path / f"{name}.toml").is_file():
                    merged, found = _merge(merged, read_toml(pack.path / f"{name}.toml")), True
            if not found:
                raise FileNotFoundError(f"no pack of {'/'.join(p.name for p in self.packs)} has {name}.toml")
            self._cache[name] = merged
        return self._cache[name]

    @cached_property
    def areas(self) -> dict[str, Area]:
        """Every area by code, parents before children."""
        found: dict[str, Area] = {}
        for path in self.files("areas/areas.csv").values():
            with path.open(encoding="utf-8", newline="") as handle:
                for row in csv.DictReader(handle):
                    row["illustrative"] = row["illustrative"] == "true"  # type: ignore[assignment]
                    found[row["code"]] = Area(**row)  # type: ignore[arg-type]
        return dict(sorted(found.items(), key=lambda item: (len(item[0]), item[0])))

    @cached_property
    def leaves(self) -> frozenset[str]:
        """The areas below which there are none: a subtree of one code."""
        return frozenset(self.areas) - {area.parent for area in self.areas.values()}

    @cached_property
    def organs(self) -> dict[str, Organ]:
        """Issuing offices by area code."""
        return {code: Organ(code=code, **raw) for code, raw in self.table("organs")["organ"].items()}

    def organ(self, area: str) -> Organ:
        """The office that issues papers for an area: the one whose area code is the longest prefix.

        Raises LookupError for an area outside every office.
        """
        for end in range(len(area), 0, -1):
            if area[:end] in self.organs:
                return self.organs[area[:end]]
        raise LookupError(f"no issuing office for area {area!r}")

    @property
    def practice_mark(self) -> str:
        """What stands before every number and on every sheet of a practice copy; empty on the real site."""
        from django.conf import settings  # packs are read without the application as well

        return str(self.setting("training_mark", "")) if settings.configured and settings.TRAINING else ""

    def number_format(self, kind: str) -> NumberFormat:
        """How numbers of a kind look. Raises LookupError for a kind without a format."""
        raw = self.table("numbers")["number"].get(kind)
        if raw is None:
            raise LookupError(f"numbers.toml has no format for {kind!r}")
        pattern = self.practice_mark.replace("{", "{{").replace("}", "}}") + raw["pattern"]
        return NumberFormat(kind=kind, organs=self.organs, **{**raw, "pattern": pattern})


def _merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    out = dict(below)
    for key, value in above.items():
        out[key] = _merge(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out
