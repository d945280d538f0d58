"""Rule rows: what a law or a bureau sets, since when and on what ground. Pure data, no Django."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any


class Unit(StrEnum):
    """What a limit is counted in."""

    WORKING_DAYS = "working_days"
    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"
    MONTHS = "months"
    YEARS = "years"


_UNITS = {
    "working day": Unit.WORKING_DAYS,
    "calendar day": Unit.DAYS,
    "day": Unit.DAYS,
    "hour": Unit.HOURS,
    "minute": Unit.MINUTES,
    "month": Unit.MONTHS,
    "year": Unit.YEARS,
}
_LIMIT = re.compile(r"^(\d+) (working day|calendar day|day|hour|minute|month|year)s?$")


@dataclass(frozen=True)
class Limit:
    """A length of time as the law states it: a whole number of one unit."""

    n: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Read "5 working days", "60 days", "24 hours", "30 minutes". Raises ValueError for anything else."""
        found = _LIMIT.match(text.strip())
        if not found:
            raise ValueError(f"not a limit: {text!r} (say for example '5 working days')")
        return cls(int(found[1]), _UNITS[found[2]])

    def __str__(self) -> str:
        name = self.unit.value.replace("_", " ")
        return f"{self.n} {name[:-1] if self.n == 1 else name}"


class RuleAbsent(LookupError):
    """The rule has no value on that day: nobody set it, or the pack says that there is none."""

    def __init__(self, name: str, day: date, reason: str = "") -> None:
        super().__init__(f"{name} has no value on {day.isoformat()}" + (f": {reason}" if reason else ""))
        self.name, self.day, self.reason = name, day, reason


@dataclass(frozen=True)
class RuleRow:
    """One value of one rule for a stretch of days (`since` and `until` both inclusive; None = open end)."""

    name: str
    pack: str
    since: date
    until: date | None = None
    limit: Limit | None = None
    value: Any = None
    unit: str = ""
    basis: str = ""
    article: str = ""
    source: str = ""
    note: str = ""
    verified: str = "K"  # "V": read in a published text; "K": from knowledge, shown as 待核实 until signed off
    key: str = "event"  # which day chooses the row: "matter" (receipt) or "event"
    local: bool = False  # may the bureau (or a pack above) set its own value?
    absent: bool = False  # said to have no value here, with `note` as the reason
    whose: str = "bureau"  # "bureau": a duty; "party": a right, whose last day is put off on any day off
    first: str = "excluded"  # is the first day (hour) excluded, as the law does, or "counted"
    pauses: tuple[str, ...] = ()  # what does not count, as the text lists it (laboratory time, hearing, …)
    reason: str = ""  # why the bureau set it (local rows)
    by: str = ""  # who set it (local rows)
    signed: str = field(default="", compare=False)  # "who, day" once the bureau's people signed an unverified row off

    def covers(self, day: date) -> bool:
        """True if the row is in force on `day`."""
        return self.since <= day and (self.until is None or day <= self.until)

    @property
    def unverified(self) -> bool:
        """True while the row is to be marked 待核实."""
        return self.verified != "V" and not self.signed

    @property
    def is_local(self) -> bool:
        """True for a row that the bureau set itself on the desk."""
        return self.pack == LOCAL

    @property
    def given(self) -> Any:
        """The limit, or the value where the rule is not a length of time."""
        return self.limit if self.limit is not None else self.value

    def as_data(self) -> dict[str, Any]:
        """The row as JSON data (no floats): what a clock keeps as its ground, and what a sign-off is about."""
        return {
            "name": self.name,
            "pack": self.pack,
            "since": self.since.isoformat(),
            "until": self.until.isoformat() if self.until else None,
            "limit": str(self.limit) if self.limit else None,
            "value": _plain(self.value),
            "unit": self.unit,
            "basis": self.basis,
            "article": self.article,
            "verified": self.verified,
            "absent": self.absent,
            "whose": self.whose,
            "first": self.first,
        }

    def digest(self) -> str:
        """Fingerprint of what the row says; a sign-off holds only as long as this stays."""
        text = json.dumps(self.as_data(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


LOCAL = "local"


def _plain(value: Any) -> Any:
    """JSON data without floats: decimals and dates as strings."""
    if isinstance(value, float | Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value


@dataclass(frozen=True)
class Timeline:
    """All rows of one rule: shipped layers from the lowest pack to the topmost, then the bureau's own."""

    name: str
    layers: tuple[tuple[RuleRow, ...], ...]
    local: tuple[RuleRow, ...] = ()

    def shipped(self, day: date) -> RuleRow | None:
        """The row that the packs ship for `day`: the topmost pack that has one."""
        for layer in reversed(self.layers):
            for row in layer:
                if row.covers(day):
                    return row
        return None

    def on(self, day: date) -> RuleRow | None:
        """The row in force on `day`, the bureau's own first where the shipped one leaves that to it.

        Of several local rows the one with the latest `since` wins, and of those the one made last.
        A local row without limit and value puts the shipped value back.
        """
        shipped = self.shipped(day)
        if shipped is not None and not shipped.local:
            return shipped
        for row in reversed(self.local):
            if row.covers(day):
                return shipped if row.limit is None and row.value is None and not row.absent else row
        return shipped

    def all_rows(self) -> list[RuleRow]:
        """Every row, shipped and local, in layers' order."""
        return [row for layer in self.layers for row in layer] + list(self.local)

    def problems(self) -> list[str]:
        """Overlaps inside a layer, gaps between rows, and layers that replace what is not left to them."""
        found: list[str] = []
        for layer in self.layers:
            for before, after in _pairs(layer):
                if before.until is None or before.until >= after.since:
                    found.append(f"{self.name} ({before.pack}): rows from {before.since} and {after.since} overlap")
        found += self._gaps() + self._forbidden()
        return found

    def _gaps(self) -> list[str]:
        rows = sorted((row for layer in self.layers for row in layer), key=lambda r: r.since)
        found, reach = [], rows[0].until if rows else None
        for row in rows[1:]:
            if reach is None:
                break
            if row.since > reach + timedelta(days=1):
                found.append(f"{self.name}: no row between {reach} and {row.since}")
            reach = None if row.until is None else max(reach, row.until)
        if rows and reach is not None:
            found.append(f"{self.name}: no row after {reach}; add one, or say that it is absent")
        return found

    def _forbidden(self) -> list[str]:
        found = []
        for n, layer in enumerate(self.layers):
            below = [row for lower in self.layers[:n] for row in lower if not row.local]
            for row in layer:
                clash = next((b for b in below if _meet(b, row)), None)
                if clash:
                    found.append(
                        f"{self.name}: {row.pack} replaces the row of {clash.pack} from {clash.since}, "
                        "which does not say local = true"
                    )
        return found


def _pairs(rows: Sequence[RuleRow]) -> Iterable[tuple[RuleRow, RuleRow]]:
    ordered = sorted(rows, key=lambda r: r.since)
    return pairwise(ordered)


def _meet(a: RuleRow, b: RuleRow) -> bool:
    return (a.until is None or b.since <= a.until) and (b.until is None or a.since <= b.until)
