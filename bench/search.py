"""Searching 607,000 entities as one types, over the whole HTTP stack, beside a plain LIKE '%…%'.

A granian server with the application (session, scope, one transaction a request) is asked through its search address
by one client, with a mix of everything that people type: two to seven characters of a name, initials, beginnings and
ends of codes, beginnings of licences, ends of phones, persons, addresses, door codes, two words. The peer is one SQL
statement that looks for the same text in the same columns with LIKE, without HTTP and without Django.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from bench.common import Result, arguments, bench_database, percentile, report, say

FULL, UNITS = 607_000, 90_000
GOAL_MS = 30.0
PEER_SQL = (
    "SELECT id, name FROM registry_entity WHERE name LIKE %(q)s OR code LIKE %(q)s OR initials LIKE %(q)s "
    "OR representative LIKE %(q)s OR phone LIKE %(q)s OR address LIKE %(q)s LIMIT 21"
)


def main() -> None:
    """Run the bench."""
    args = arguments("search", __doc__ or "")
    with bench_database("zj_bench_search") as fresh:
        from zhijian.kernel.registry.generate import plant

        rows = max(2_000, int(FULL * args.scale))
        say(f"planting {rows:,} entities …")
        plant(rows, max(300, int(UNITS * args.scale)), seed=7)
        _settle()
        terms = _terms(random.Random(7), per_kind=max(10, int(60 * min(1.0, args.seconds / 60))))
        with _server(os.environ | fresh.env) as (host, port):
            ours = _ask(host, port, _session(), terms)
        peer = _plain_like(terms, seconds=args.seconds / 2)
    report("search", args, _results(ours, peer))


def _results(ours: dict[str, list[float]], peer: dict[str, list[float]]) -> list[Result]:
    def line(what: str, mine: list[float], theirs: list[float], goal: bool) -> Result:
        p95, other = percentile(mine, 0.95), percentile(theirs, 0.95)
        said = f"p95 < {GOAL_MS:g} ms" if goal else ""
        return Result(what, p95, "ms", other, "LIKE, p95", p95 / other, said, p95 < GOAL_MS if goal else None)

    every = [t for times in ours.values() for t in times]
    likes = [t for times in peer.values() for t in times]
    median = statistics.median(every)
    half = Result(
        "all kinds, median", median, "ms", statistics.median(likes), "LIKE, median", median / statistics.median(likes)
    )
    return [line("all kinds, p95", every, likes, True), half] + [
        line(f"  {k}, p95", ours[k], peer[k], False) for k in ours
    ]


def _settle() -> None:
    """What autovacuum does within a minute: pending index entries merged, statistics made."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        for table in ("entity", "premises", "licence"):
            cursor.execute(f"VACUUM ANALYZE registry_{table}")


def _terms(rng: random.Random, per_kind: int) -> dict[str, list[str]]:
    """What people type, cut out of real rows."""
    from django.db import connection

    def column(sql: str) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM ({sql}) t ORDER BY random() LIMIT {per_kind}")
            return [row[0] for row in cursor.fetchall()]

    def part(text: str, least: int, most: int) -> str:
        length = min(len(text), rng.randint(least, most))
        start = rng.randint(0, len(text) - length)
        return text[start : start + length]

    names = column("SELECT name FROM registry_entity TABLESAMPLE SYSTEM (5)")
    addresses = column("SELECT address FROM registry_entity TABLESAMPLE SYSTEM (5)")
    phones = column("SELECT phone FROM registry_entity TABLESAMPLE SYSTEM (5)")
    initials = column("SELECT initials FROM registry_entity TABLESAMPLE SYSTEM (5)")
    return {
        "name, 2 characters": [part(n, 2, 2) for n in names],
        "name, 3-7 characters": [part(n, 3, 7) for n in names],
        "whole name": names,
        "initials": [part(i, 4, 7) for i in initials],
        "code": [c[: rng.randint(9, 18)] for c in column("SELECT code FROM registry_entity TABLESAMPLE SYSTEM (5)")],
        "representative": column("SELECT representative FROM registry_entity TABLESAMPLE SYSTEM (5)"),
        "phone": [p[-rng.randint(4, 8) :] if rng.random() < 0.5 else p[: rng.randint(7, 11)] for p in phones],
        "end of a code": [
            c[-rng.randint(4, 8) :] for c in column("SELECT code FROM registry_entity TABLESAMPLE SYSTEM (5)")
        ],
        "address": [part(a[9:], 4, 8) for a in addresses],
        "address, 2 characters": [part(a[9:], 2, 2) for a in addresses],
        "licence": [n[: rng.randint(10, 16)] for n in column("SELECT number FROM registry_licence")],
        "door": column("SELECT door_code FROM registry_premises"),
        "two words": [f"{part(n[3:], 2, 3)} {a[9:11]}" for n, a in zip(names, addresses, strict=False)],
    }


def _session() -> str:
    """The cookie of a signed-in inspector of the whole city."""
    import datetime as dt
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from zhijian.kernel.accounts.models import Jurisdiction, Person, Post
    from zhijian.kernel.accounts.roles import Role

    city, _ = Jurisdiction.objects.get_or_create(
        code="3703", defaults={"name": "city", "short": "city", "level": "city"}
    )
    person = Person.objects.create_user("bench", "bench", "a long password for a bench")
    Post.objects.create(person=person, role=Role.INSPECTOR, jurisdiction=city, since=dt.date(2020, 1, 1))
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


@contextlib.contextmanager
def _server(env: dict[str, str]) -> Iterator[tuple[str, int]]:
    """Granian with the application, as `zhijian run` starts it."""
    from zhijian.ops.run import desk

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = desk("127.0.0.1", port, os.cpu_count() or 1)
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            for _ in range(300):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.1)
            yield "127.0.0.1", port
        finally:
            process.terminate()


def _ask(host: str, port: int, cookie: str, terms: dict[str, list[str]]) -> dict[str, list[float]]:
    """Milliseconds of each request, by kind of term; a warm-up first, kinds mixed."""
    client = http.client.HTTPConnection(host, port, timeout=30)
    headers = {"Cookie": cookie}

    def get(q: str) -> tuple[float, dict[str, Any]]:
        start = time.perf_counter()
        client.request("GET", f"/api/registry/search?q={quote(q)}", headers=headers)
        answer = client.getresponse()
        body = answer.read()
        took = (time.perf_counter() - start) * 1000
        if answer.status != 200:
            raise SystemExit(f"the search answered {answer.status}: {body[:300]!r}")
        return took, json.loads(body)

    mixed = [(kind, q) for kind, qs in terms.items() for q in qs]
    random.Random(1).shuffle(mixed)
    for _, q in mixed[:40]:
        get(q)
    times: dict[str, list[float]] = {kind: [] for kind in terms}
    empty = 0
    for kind, q in mixed:
        took, said = get(q)
        times[kind].append(took)
        empty += not said["hits"]
    say(f"{len(mixed)} searches, {empty} without a hit")
    return times


def _plain_like(terms: dict[str, list[str]], seconds: float) -> dict[str, list[float]]:
    """Milliseconds of the peer's statement; as many terms of each kind as the time allows."""
    from django.db import connection

    times: dict[str, list[float]] = {kind: [] for kind in terms}
    deadline = time.monotonic() + seconds
    for i in range(max(map(len, terms.values()))):
        for kind, qs in terms.items():
            if i < len(qs) and (i < 3 or time.monotonic() < deadline):
                start = time.perf_counter()
                with connection.cursor() as cursor:
                    cursor.execute(PEER_SQL, {"q": f"%{qs[i]}%"})
                    cursor.fetchall()
                times[kind].append((time.perf_counter() - start) * 1000)
    return times


if __name__ == "__main__":
    main()
