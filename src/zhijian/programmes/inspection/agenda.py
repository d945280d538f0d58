"""What happens in the demo city, in the order in which it happened, each thing written down as of its own moment.

So numbers, notices and the ledger run forward as they do in a real office, and each night may seal what was entered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from itertools import count

from zhijian.kernel import when
from zhijian.kernel.clock import calendar
from zhijian.programmes.inspection.stories import Story

Act = Callable[[], object]
ONE = dt.timedelta(days=1)


class Agenda:
    """Acts by their moment. An act may put later ones on it."""

    def __init__(self) -> None:
        self._acts: list[tuple[dt.datetime, int, Act]] = []
        self._tie = count()

    def add(self, at: dt.datetime, act: Act) -> None:
        """Do `act` at `at`; of one moment the first added goes first."""
        heappush(self._acts, (at, next(self._tie), act))

    def run(self, night: Callable[[dt.date], object] | None = None) -> None:
        """Do everything in order. `night` is called as each day begins, from the first act's day to the last one's."""
        day: dt.date | None = None
        while self._acts:
            at, _tie, act = heappop(self._acts)
            while night is not None and (day is None or day < calendar.legal_day(at)):
                day = calendar.legal_day(at) if day is None else day + ONE
                night(day)
            with when.as_of(at):
                act()


class Later:
    """A story whose further steps are put on the agenda."""

    def __init__(self, story: Story, agenda: Agenda) -> None:
        self.story, self.agenda, self.deadlines = story, agenda, story.deadlines

    def answer(self, n: int, at: dt.datetime, text: str) -> None:
        self.agenda.add(at, partial(self.story.answer, n, at, text))

    def ask_time(self, n: int, at: dt.datetime, until: dt.date, reason: str) -> None:
        self.agenda.add(at, partial(self.story.ask_time, n, at, until, reason))

    def accept(self, n: int, at: dt.datetime) -> None:
        self.agenda.add(at, partial(self.story.accept, n, at))

    def publish(self, at: dt.datetime) -> None:
        self.agenda.add(at, partial(self.story.publish, at))


__all__ = ["Agenda", "Later"]
