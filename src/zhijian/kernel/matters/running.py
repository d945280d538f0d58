"""The clocks of a matter that is not written yet: started, stopped and looked at in memory, as `clocks` does it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from zhijian.kernel.clock import clocks
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.matters.models import Matter


@dataclass
class Running:
    """A matter's clocks, the stopped ones too. Keeps the matter's `due` at the nearest that runs."""

    matter: Matter
    clocks: list[Clock] = field(default_factory=list)

    def of(self, rule: Any) -> Clock | None:
        """The rule's clock that runs."""
        return next((c for c in self.clocks if c.rule == rule.name and c.stopped is None), None)

    def start(self, rule: Any, at: dt.datetime, until: dt.date | None = None, by: str = "") -> None:
        """Start a clock as `clocks.start` does: counted, or up to a day that `by` set."""
        clock = clocks.made(self.matter, rule, at, until=until, by=by)
        if clock is not None:
            self.stop(rule, at)
            self.clocks.append(clock)
            self._keep_due()

    def stop(self, rule: Any, at: dt.datetime) -> None:
        """Stop the rule's clock, if it runs."""
        if (clock := self.of(rule)) is not None:
            clocks.ended(clock, at)
            self._keep_due()

    def stop_all(self, at: dt.datetime) -> None:
        """The matter is closed."""
        for clock in self.clocks:
            if clock.stopped is None:
                clocks.ended(clock, at)
        self._keep_due()

    def _keep_due(self) -> None:
        running = [clock for clock in self.clocks if clock.stopped is None and clock.due]
        first = min(running, key=lambda c: (c.due, c.due_at is None, c.due_at), default=None)
        self.matter.due, self.matter.due_at = (first.due, first.due_at) if first else (None, None)
