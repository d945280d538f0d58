"""Rules by name: code declares what a rule means, the pack says what it is here and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zhijian.kernel.packs import RuleAbsent, RuleRow, rule_timeline, stack


class _Clock:
    """Who performs the steps that time itself performs (`by=CLOCK`)."""

    kind = "clock"

    def __repr__(self) -> str:
        return "CLOCK"


CLOCK = _Clock()


@dataclass(frozen=True)
class Event:
    """A moment in a clock's life that a step may wait for: `when` is "overdue" or "soon"."""

    rule: Rule
    when: str

    def __str__(self) -> str:
        return f"{self.rule.name}.{self.when}"


@dataclass(frozen=True)
class Rule:
    """A rule that a programme needs: `meaning` says what it decides, `label` what a clock of it is called on pages.

    `starts` and `stops` name the events. `theirs`: somebody else than the bureau keeps it or breaks it, so nobody of
    the bureau says why.
    """

    name: str
    meaning: str = ""
    label: str = ""
    starts: str = ""
    stops: str = ""
    theirs: bool = False
    more: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def on(self, day: date) -> RuleRow:
        """The row in force on `day`. Raises RuleAbsent if there is none, or the pack says that there is none."""
        row = self.maybe(day)
        if row is None:
            timeline = rule_timeline(self.name)
            stated = timeline.on(day) if timeline else None
            raise RuleAbsent(self.name, day, stated.note if stated else "")
        return row

    def maybe(self, day: date) -> RuleRow | None:
        """The row in force on `day`, None where nobody set a value."""
        timeline = rule_timeline(self.name)
        row = timeline.on(day) if timeline else None
        return None if row is None or row.absent else row

    def value(self, day: date, default: Any = None) -> Any:
        """The limit or value on `day`; `default` where nobody set one."""
        row = self.maybe(day)
        return default if row is None else row.given

    def shipped(self, day: date) -> RuleRow | None:
        """The packs' own row of `day`, without the database."""
        timeline = stack().timelines.get(self.name)
        row = timeline.shipped(day) if timeline else None
        return None if row is None or row.absent else row

    @property
    def overdue(self) -> Event:
        """The event: a clock of this rule ran out."""
        return Event(self, "overdue")

    @property
    def soon(self) -> Event:
        """The event: a clock of this rule is about to run out."""
        return Event(self, "soon")

    def __str__(self) -> str:
        return self.name


_declared: dict[str, Rule] = {}


def rule(
    name: str,
    meaning: str = "",
    *,
    label: str = "",
    starts: str = "",
    stops: str = "",
    theirs: bool = False,
    **more: Any,
) -> Rule:
    """Declare a rule. The same name may be declared twice only in the same words. Raises ValueError otherwise."""
    made = Rule(name, meaning, label, starts, stops, theirs, more)
    known = _declared.setdefault(name, made)
    if known != made or known.more != made.more:
        raise ValueError(f"rule {name!r} is declared twice, differently")
    return known


def declared() -> dict[str, Rule]:
    """Every declared rule by name (of the modules imported so far)."""
    return dict(sorted(_declared.items()))
