"""Whether a connection lives is asked once in a while, and a dead one is found all the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection

from zhijian.config.postgresql import base


@pytest.fixture
def other(db: None) -> Iterator[base.DatabaseWrapper]:
    """A connection of its own, beside the one of the test."""
    made = base.DatabaseWrapper({**connection.settings_dict, "CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 60}, "default")
    yield made
    made.close()


def request(of: base.DatabaseWrapper) -> int:
    """What Django does before a request, and one query: the server process that answered."""
    of.close_if_unusable_or_obsolete()
    with of.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_asked_once_in_a_while(other: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked = [100.0], []
    monkeypatch.setattr(base.time, "monotonic", lambda: now[0])
    alive = other.is_usable
    monkeypatch.setattr(other, "is_usable", lambda: asked.append(now[0]) or alive())
    pids = set()
    for at in (100.0, 100.1, 100.5, 100.9, 101.3, 101.4, 102.4):
        now[0] = at
        pids.add(request(other))
    assert len(pids) == 1 and asked == [100.1, 101.3, 102.4], "a new connection is not asked, then once a second"


def test_a_dead_connection_is_found(other: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(base.time, "monotonic", lambda: now[0])

    def killed(pid: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
            assert cursor.fetchone() == (True,)

    request(other)
    first = request(other)  # asked here
    killed(first)
    now[0] += base.FRESH
    second = request(other)
    assert second != first, "asked, found dead, opened anew"
    killed(second)
    now[0] += base.FRESH / 2
    with pytest.raises(OperationalError):
        request(other)
    assert request(other) not in (first, second), "after an error it is looked at by Django"
