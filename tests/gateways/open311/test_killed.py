"""An exchange in which either side is killed again and again ends equal on both: no order lost, none doubled.

Both ways at once, over HTTP between processes: a simulated platform whose orders we pull and to which we post answers,
and one that gives us its orders and fetches our answers. Killed is killed: SIGKILL, at random moments.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import connection
from django.utils import timezone
from tests import world

from zhijian.gateways.open311 import keys
from zhijian.gateways.open311.models import Peer, Request
from zhijian.gateways.open311.simulator import Store
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.ops import run
from zhijian.programmes.complaints.models import Order

LONG = os.environ.get("ZHIJIAN_LONG") == "1"
N, KILLS, LIMIT = (10_000, 60, 3600.0) if LONG else (40, 4, 240.0)
PULLED, PUSHED = "zibo12345", "amr12315"
REPLY = "经调解，商家已退款。"


class Side:
    """A process that is started again after each kill."""

    def __init__(self, line: list[str], env: dict[str, str]) -> None:
        self.line, self.env = line, {**os.environ, **env}
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.line, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        start_new_session=True)  # fmt: skip

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=30)


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def sides(fresh_database, tmp_path) -> Iterator[tuple[list[Side], Store, Store]]:
    """Our web and worker, and the two platforms; each with half of the orders."""
    ours, other = free(), free()
    pulled, pushed = Store(tmp_path / "pulled.db"), Store(tmp_path / "pushed.db")
    pulled.make(N // 2, "PULL")
    pushed.make(N // 2, "PUSH")
    with scoped(SYSTEM):
        world.jurisdictions()
        url = f"http://127.0.0.1:{other}/v2"
        Peer.objects.create(platform=PULLED, url=url, api_key="simulator", pulled=timezone.now())
        _row, key = keys.issue(PUSHED, "test", "admin", 1000)
    env = {**fresh_database.env, "ZHIJIAN_WEBHOOK_HOSTS": f"127.0.0.1:{other},127.0.0.1:{ours}", "ZHIJIAN_HOSTS": "*"}
    simulator = [sys.executable, "-m", "zhijian", "open311_simulator", "--port"]
    lines = [
        run.desk("127.0.0.1", ours, 1),
        [sys.executable, "-m", "zhijian", "worker"],
        [*simulator, str(other), "--store", pulled.path],
        [*simulator, str(free()), "--store", pushed.path, "--push", f"http://127.0.0.1:{ours}/open311/v2",
         "--push-key", key],
    ]  # fmt: skip
    running = [Side(line, env) for line in lines]
    try:
        yield running, pulled, pushed
    finally:
        for side in running:
            side.kill()


def look() -> None:
    """What the worker does once a minute, asked for now: the exchange, and the jobs of dead workers."""
    from zhijian.gateways.open311 import jobs
    from zhijian.kernel import jobs as queue

    with scoped(SYSTEM):
        jobs.peers.later(job_once="open311.peers")
        jobs.take.later(job_once="open311.take")
        queue.DEAD_AFTER = 5.0
        queue.recover()


def answer_what_came() -> int:
    """The bureau's people: everything that came is answered. Returns how many."""
    with scoped(SYSTEM):
        rows = list(Matter.objects.filter(kind="complaint", state="received").order_by("pk")[:200])
        head = actor_of(people()["head"])
        for matter in rows:
            worker = people()["inspector"]
            perform(matter, "assign", SYSTEM, assignee=worker.pk)
            perform(Matter.objects.get(pk=matter.pk), "settle", SYSTEM, why="退款", recovered="1")
            perform(Matter.objects.get(pk=matter.pk), "reply", SYSTEM, reply=REPLY, outcome="solved")
            perform(Matter.objects.get(pk=matter.pk), "approve", head)
    return len(rows)


def people() -> dict[str, object]:
    from zhijian.kernel.accounts.models import Person, Post

    made = {}
    for name, role in (("head", Role.HEAD), ("inspector", Role.INSPECTOR)):
        made[name], _new = Person.objects.get_or_create(username=name, defaults={"name": name, "home_id": world.CITY})
        about = {"role": role, "jurisdiction_id": world.CITY, "since": world.SINCE}
        Post.objects.get_or_create(person=made[name], **about)
    return made


def equal(pulled: Store, pushed: Store) -> bool:
    """Whether both sides have, and know of each other, everything."""
    open_ = sum(
        store.rows("SELECT count(*) AS n FROM request WHERE status = 'open'")[0]["n"] for store in (pulled, pushed)
    )
    return open_ == 0


@pytest.mark.slow
def test_either_side_is_killed_and_both_end_equal(sides):
    running, pulled, pushed = sides
    dice, kills, begun = random.Random(311), 0, time.monotonic()
    next_kill = begun + 4
    while not (kills >= KILLS and equal(pulled, pushed)):
        assert time.monotonic() - begun < LIMIT, _stand(pulled, pushed)
        look()
        answer_what_came()
        connection.close()
        if kills < KILLS and time.monotonic() > next_kill:
            side = running[kills % len(running)]
            side.kill()
            time.sleep(dice.uniform(0, 0.5))
            side.start()
            kills += 1
            next_kill = time.monotonic() + dice.uniform(1, 5)
        time.sleep(0.5)
    _compare(pulled, pushed)


def _compare(pulled: Store, pushed: Store) -> None:
    with scoped(SYSTEM):
        here = {
            platform: Counter(Order.objects.filter(platform=platform, given=True).values_list("number", flat=True))
            for platform in (PULLED, PUSHED)
        }
        assert Matter.objects.filter(kind="complaint").count() == N
        assert Request.objects.filter(state=Request.State.TAKEN).count() == Request.objects.count() == N
    for platform, store in ((PULLED, pulled), (PUSHED, pushed)):
        there = [one["number"] for one in store.rows("SELECT number FROM request")]
        assert here[platform] == Counter(there)
        got = Counter(one["number"] for one in store.rows("SELECT number FROM got WHERE status = 'closed'"))
        assert got == Counter(there), "one answer each, under one number"
        assert {one["notes"] for one in store.rows("SELECT notes FROM request")} == {REPLY}


def _stand(pulled: Store, pushed: Store) -> str:
    with scoped(SYSTEM):
        here = Request.objects.count(), Matter.objects.filter(kind="complaint").count()
    told = [store.rows("SELECT status, count(*) AS n FROM request GROUP BY 1") for store in (pulled, pushed)]
    return f"here {here}, there {told}, peer {list(Peer.objects.values('error', 'pulled'))}"
