"""The moment that is written down as "now".

Real work writes the clock's time, a phone's late record included: what it tells was sent when the server sent it. Only
whoever plants a history (the demo city) says otherwise: numbers, notices, messages and links then carry the moment that
the story tells of. The ledger's and the seals' own proofs are no part of this: a seal says when it was really made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import timezone

_told: ContextVar[dt.datetime | None] = ContextVar("when", default=None)


def now() -> dt.datetime:
    """The moment to write down: the clock's, or the one that is being told of."""
    return _told.get() or timezone.now()


def is_told() -> bool:
    """Whether a history is being told, so that nothing is left for the worker to do in its own time."""
    return _told.get() is not None


@contextmanager
def as_of(at: dt.datetime) -> Iterator[None]:
    """Write down `at` as now. Only for planting: no request and no job may do this. Raises ValueError without zone."""
    if at.tzinfo is None:
        raise ValueError("a moment needs its zone")
    token = _told.set(at)
    try:
        yield
    finally:
        _told.reset(token)
