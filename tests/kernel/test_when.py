"""The moment that is written down: the clock's, unless a history is told."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

import pytest
from django.utils import timezone

from zhijian.kernel import when

THEN = dt.datetime(2026, 3, 4, 2, tzinfo=dt.UTC)


def test_now_is_the_clocks_outside_a_told_history_and_again_after_it() -> None:
    before = timezone.now()
    with suppress(RuntimeError), when.as_of(THEN):
        assert when.now() == THEN and when.is_told()
        with when.as_of(THEN + dt.timedelta(hours=1)):
            assert when.now() == THEN + dt.timedelta(hours=1)
        assert when.now() == THEN
        raise RuntimeError("what is told may fail")
    assert not when.is_told()
    assert before <= when.now() <= timezone.now()


def test_a_moment_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"), when.as_of(dt.datetime(2026, 3, 4)):  # noqa: DTZ001
        pass
