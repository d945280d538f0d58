"""Which visit a film shows, by the officer and the time. Pure; rooms that have visits tell theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Visit:
    """A visit as it took place: its matter, its officers, its times."""

    matter: int
    people: frozenset[int]
    began: dt.datetime
    ended: dt.datetime


Tell = Callable[[set[int], dt.datetime, dt.datetime], Iterable[Visit]]
_tellers: list[Tell] = []


def tells_visits(tell: Tell) -> Tell:
    """Register whose visits can be filmed: `tell(people, since, until)` gives those that touch the time between."""
    _tellers.append(tell)
    return tell


def visits(people: set[int], since: dt.datetime, until: dt.datetime) -> list[Visit]:
    """All visits of these officers that touch the time between."""
    return [one for tell in _tellers for one in tell(people, since, until)] if people else []


def shown_by(
    person: int | None,
    began: dt.datetime | None,
    ended: dt.datetime | None,
    among: Iterable[Visit],
    margin: dt.timedelta,
) -> list[Visit]:
    """The visits that a film may show, the one with most of its time first; more than one is for a person to choose."""
    if person is None or began is None:
        return []
    end = ended or began
    found = [one for one in among if person in one.people and began <= one.ended + margin and end >= one.began - margin]
    return sorted(found, key=lambda one: (-_common(began, end, one), one.matter))


def _common(began: dt.datetime, ended: dt.datetime, visit: Visit) -> float:
    """Seconds that film and visit have in common; negative where they are apart."""
    return (min(ended, visit.ended) - max(began, visit.began)).total_seconds()
