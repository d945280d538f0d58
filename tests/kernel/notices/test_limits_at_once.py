"""Two rounds of warnings at once share the work; with the lock off both tell of the same time limit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from tests.kernel.clock.test_clocks import at
from tests.kernel.notices.test_limits import people, told, visit

from zhijian.kernel.notices import limits


@pytest.mark.parametrize("locked", [False, True])
def test_two_rounds_at_once(fresh_database: object, monkeypatch: pytest.MonkeyPatch, locked: bool) -> None:
    visit(people())
    both_here, tells = Barrier(2), limits._tell

    def tell(*args: Any) -> None:
        with suppress(BrokenBarrierError):  # with the lock the other one never comes
            both_here.wait(1)
        tells(*args)

    monkeypatch.setattr(limits, "_tell", tell)
    if not locked:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_kwargs: rows)

    def climb() -> int:
        try:
            return limits.climb(at("2026-11-17", 0))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        counts = [one.result() for one in [pool.submit(climb), pool.submit(climb)]]
    assert sum(counts) == (1 if locked else 2)
    assert told("clock.over") == ["所长", "甲"], "the occasion is told once in any case"
