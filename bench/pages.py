"""List and record pages as an ordinary officer with posts in several offices; alone, and while 50 slow phones upload.

A granian server with the application is asked for whole pages (session, scope, one transaction a request). The matters
are 1,000,000 at full scale, spread over the city's offices. The slow phones each send a chunk of 256 kB over some 8
seconds to the upload process, again and again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import http.client
import os
import random
import socket
import threading
import time
from typing import Any

from bench.common import Result, arguments, bench_database, percentile, report, say
from bench.site import OFFICE, Ports, office, processes

FULL, PHONES, GOAL_MS = 1_000_000, 50, 100.0
CHUNK = 262_144
POSTS = 6


def main() -> None:
    """Run the bench."""
    args = arguments("pages", __doc__ or "", scale=0.1, seconds=20)
    with bench_database("zj_bench_pages") as fresh:
        from zhijian.kernel.accounts.actor import SYSTEM
        from zhijian.kernel.accounts.scope import scoped

        with scoped(SYSTEM):
            officer = office(2, shops=200)[0]
        rows = max(5_000, int(FULL * args.scale))
        say(f"planting {rows:,} matters …")
        record = _plant(officer, rows)
        with processes(fresh.env) as ports:
            cookie, pages = _session(officer), _pages(record)
            alone = _ask(ports, cookie, pages, args.seconds)
            say("again, while slow phones upload …")
            with SlowPhones(ports, _token(officer)):
                crowded = _ask(ports, cookie, pages, args.seconds)
    report("pages", args, _results(alone, crowded))


def _plant(officer: Any, rows: int, open_: tuple[str, ...] = ("planned",), over: tuple[str, ...] = ("closed",)) -> Any:
    """Inspections in every office, some open, a few of them the officer's, in these states; returns one of those."""
    from django.db import connections

    from zhijian.kernel.accounts.actor import SYSTEM
    from zhijian.kernel.accounts.models import Jurisdiction, Post
    from zhijian.kernel.accounts.scope import scoped
    from zhijian.kernel.matters.models import Matter
    from zhijian.kernel.registry.models import Premises
    from zhijian.programmes.inspection.models import Inspection

    dice, now = random.Random(3), dt.datetime.now(dt.UTC)
    areas = list(Jurisdiction.objects.filter(level="office").order_by("code").values_list("code", flat=True))
    for code in dice.sample([area for area in areas if area != OFFICE], POSTS - 1):
        Post.objects.create(person=officer, role="inspector", jurisdiction_id=code, since=dt.date(2020, 1, 1))
    shops = list(Premises.objects.all())
    last: Any = None
    for start in range(0, rows, 5_000):
        made = []
        for n in range(start, min(start + 5_000, rows)):
            shop, going = dice.choice(shops), dice.random() < 0.05
            made.append(
                Matter(
                    kind="inspection", number=f"基准〔2026〕{n}号", title=shop.name, entity_id=shop.entity_id,
                    premises=shop, area=OFFICE if n % 50 == 0 else dice.choice(areas),
                    state=dice.choice(open_ if going else over),
                    assignee=officer if n % 500 == 0 else None, opened=now - dt.timedelta(minutes=rows - n),
                    closed=None if going else now, due=now.date() + dt.timedelta(days=n % 20 - 5) if going else None,
                )
            )  # fmt: skip
        with scoped(SYSTEM):
            kept = Matter.objects.bulk_create(made)
            Inspection.objects.bulk_create(
                Inspection(matter=m, result="compliant", started=now, ended=now) for m in kept
            )
        last = next((m for m in kept if m.area == OFFICE), last)
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE matters_matter")
        cursor.execute("VACUUM ANALYZE inspection_inspection")
    return last


def _pages(record: Any) -> dict[str, str]:
    return {
        "to-do": "/",
        "list": "/l/inspection/",
        "list, filtered": "/l/inspection/?state=planned&overdue=1",
        "list, one office": f"/l/inspection/?area={OFFICE}",
        "record": f"/m/{record.uid}/",
        "entity's file": f"/e/{record.entity.uid}/",
    }


def _session(person: Any) -> str:
    """The cookie of a signed-in person."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _ask(ports: Ports, cookie: str, pages: dict[str, str], seconds: float) -> dict[str, list[float]]:
    """Milliseconds of each page, in turn, for so long; a warm-up first."""
    link = http.client.HTTPConnection("127.0.0.1", ports.web, timeout=60)
    times: dict[str, list[float]] = {name: [] for name in pages}
    end, rounds = time.perf_counter() + seconds, 0
    while time.perf_counter() < end or rounds < 8:
        for name, path in pages.items():
            begun = time.perf_counter()
            link.request("GET", path, headers={"Cookie": cookie})
            answer = link.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{path} answered {answer.status}")
            if rounds >= 3:
                times[name].append((time.perf_counter() - begun) * 1000)
        rounds += 1
    return times


def _token(person: Any) -> str:
    """A field token of the officer's phone."""
    from django.core import signing

    from zhijian.gateways.field import tokens
    from zhijian.kernel.accounts.models import Device

    until = dt.datetime.now(dt.UTC) + dt.timedelta(days=30)
    device = Device.objects.create(person=person, public_key={}, grant_until=until)
    return signing.dumps(tokens.subject_of(device), salt=tokens.SALT)


class SlowPhones:
    """Fifty connections on which a chunk trickles in, 32 kB a second."""

    def __init__(self, ports: Ports, token: str) -> None:
        self.ports, self.token, self.over = ports, token, threading.Event()
        self.threads = [threading.Thread(target=self._trickle, args=(n,), daemon=True) for n in range(PHONES)]

    def __enter__(self) -> SlowPhones:
        for thread in self.threads:
            thread.start()
        time.sleep(1)
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(timeout=15)

    def _trickle(self, n: int) -> None:
        body = os.urandom(CHUNK)
        digest = hashlib.sha256(body + bytes([n])).hexdigest()
        head = (
            f"PUT /uploads/{digest}?offset=0&size={CHUNK * 2}&type=image/jpeg HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Length: {CHUNK}\r\nConnection: close\r\n\r\n"
        )
        while not self.over.is_set():
            with socket.create_connection(("127.0.0.1", self.ports.uploads), timeout=30) as link:
                link.sendall(head.encode())
                for at in range(0, CHUNK, 16_384):
                    if self.over.wait(0.5):
                        return
                    try:
                        link.sendall(body[at : at + 16_384])
                    except OSError:
                        break


def _results(alone: dict[str, list[float]], crowded: dict[str, list[float]]) -> list[Result]:
    lines = []
    for what, times in (("alone", alone), ("with 50 slow uploads", crowded)):
        for name, taken in times.items():
            p95 = percentile(taken, 0.95)
            goal = f"p95 < {GOAL_MS:g} ms"
            lines.append(Result(f"{name}, {what}, p95", p95, "ms", GOAL_MS, "goal", p95 / GOAL_MS, goal, p95 < GOAL_MS))
    return lines


if __name__ == "__main__":
    main()
