"""The user whom the embedded server runs as: made once, however many start at the same moment on a new machine."""

from __future__ import annotations

import multiprocessing
import os
import pwd
import subprocess
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier
from queue import Queue

import pytest

from zhijian.config import places
from zhijian.ops import cluster

ROUNDS = 40
pytestmark = pytest.mark.skipif(not places.is_root(), reason="only root makes users")


def _make(name: str, locked: bool, start: Barrier, told: Queue[int]) -> None:
    start.wait()
    cluster.system_user.cache_clear()
    cluster.SYSTEM_USER = name
    told.put((cluster.system_user() if locked else cluster.find_or_make_user(name)).pw_uid)


def _at_once(name: str, locked: bool) -> set[int]:
    """The numbers that four processes were told of the same user."""
    context = multiprocessing.get_context("fork")
    start, told = context.Barrier(4), context.Queue()
    workers = [context.Process(target=_make, args=(name, locked, start, told)) for _ in range(4)]
    for worker in workers:
        worker.start()
    numbers = {told.get(timeout=60) for _ in workers}
    for worker in workers:
        worker.join()
    return numbers


@pytest.fixture
def name() -> Iterator[str]:
    name = f"zj-test-{os.getpid()}"
    yield name
    subprocess.run(["userdel", name], capture_output=True)


def test_two_at_once_without_the_lock_are_told_different_users(name: str) -> None:
    for _ in range(ROUNDS):
        if len(_at_once(name, locked=False)) > 1:
            return
        subprocess.run(["userdel", name], capture_output=True)
    pytest.fail(f"the race did not happen in {ROUNDS} rounds: is the lock still needed?")


def test_with_the_lock_all_are_told_the_same(name: str) -> None:
    for _ in range(5):
        assert _at_once(name, locked=True) == {pwd.getpwnam(name).pw_uid}
        subprocess.run(["userdel", name], check=True, capture_output=True)
