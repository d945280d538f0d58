"""Races of the handover: two confirmations at once; a matter that is closed at the same moment. Commits are real."""

from __future__ import annotations

import contextlib
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from tests import world
from tests.kernel.matters.test_scope import plan
from tests.kernel.people.conftest import entries, fresh, proposed

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Handover
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.people import handover


def world_of() -> world.World:
    with scoped(SYSTEM):
        w = world.make()
        _ = (w.inspector, w.second, w.head)
        w.person("丙", Role.INSPECTOR, world.OFFICE, "鲁C-003")
        return w


def twice(w: world.World, made: Handover, locked: bool, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two confirmations at once; each waits for the other before it writes, as long as the lock lets it."""
    meet, said = threading.Barrier(2), []

    def wait() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            meet.wait(timeout=1.5)

    def once() -> None:
        try:
            handover.confirm(made, actor=w.actor("丙"), locked=locked)
            said.append("done")
        except ValidationError:
            said.append("refused")
        finally:
            connection.close()

    monkeypatch.setattr(handover, "_between_reading_and_giving", wait)
    both = [threading.Thread(target=once) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(20)
    return sorted(said)


def test_without_the_lock_it_is_done_twice(fresh_database, monkeypatch):
    w = world_of()
    with scoped(SYSTEM):
        plan(w)
    assert twice(w, proposed(w), False, monkeypatch) == ["done", "done"]


def test_two_confirmations_at_once_are_one(fresh_database, monkeypatch):
    w = world_of()
    with scoped(SYSTEM):
        matter = plan(w)
    made = proposed(w)
    assert twice(w, made, True, monkeypatch) == ["done", "refused"]
    assert len(entries(f"matter:{matter.pk}", "matter.handed_over")) == 1
    assert len(entries(f"account:{made.giver_id}", "handover.confirmed")) == 1


def test_a_matter_that_is_closed_at_the_same_moment_is_not_handed_over(fresh_database, monkeypatch):
    w = world_of()
    with scoped(SYSTEM):
        matter, other = plan(w), plan(w)
    made = proposed(w)
    closing, go = threading.Event(), threading.Event()

    def close() -> None:
        with scoped(SYSTEM):
            perform(matter, "cancel", SYSTEM, reason="店已关门", at=timezone.now())
            closing.set()
            go.wait(5)
        connection.close()

    thread = threading.Thread(target=close)
    thread.start()
    assert closing.wait(5)
    monkeypatch.setattr(handover, "_between_reading_and_giving", go.set)
    handover.confirm(made, actor=w.actor("丙"))
    thread.join(10)
    now = fresh(matter)
    assert (now.state, now.assignee) == ("cancelled", w.inspector)
    assert fresh(other).assignee == w.people["丙"]
