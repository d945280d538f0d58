"""A real site for benches: web and upload processes by granian on a bench's database, and an office of inspectors."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

OFFICE = "370303009"


@dataclass(frozen=True)
class Ports:
    """Where the site listens on this machine."""

    web: int
    uploads: int


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(port: int, path: str) -> None:
    for _ in range(1200):  # where others keep the machine busy, a start takes a minute
        with contextlib.suppress(OSError):
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            link.request("GET", path)
            link.getresponse().read()
            return
        time.sleep(0.1)
    raise RuntimeError(f"nothing answers on port {port}")


@contextlib.contextmanager
def processes(env: dict[str, str]) -> Iterator[Ports]:
    """Desk, uploads and worker, as `make run` starts them."""
    from zhijian.ops import run

    ports = Ports(_free(), _free())
    env = {**os.environ, **env, "ZHIJIAN_UPLOAD_PORT": str(ports.uploads), "ZHIJIAN_HOSTS": "*"}
    lines = [
        run.desk("127.0.0.1", ports.web, os.cpu_count() or 2),
        run.uploads("127.0.0.1", ports.uploads),
        [sys.executable, "-m", "zhijian", "worker", "--grace", "8"],
    ]
    running = [subprocess.Popen(line, env=env) for line in lines]
    try:
        _wait(ports.web, "/healthz")
        _wait(ports.uploads, "/healthz")
        yield ports
    finally:
        for one in running:
            one.terminate()
        for one in running:
            one.wait(timeout=20)


def office(inspectors: int, shops: int) -> list[Any]:
    """An office with certified inspectors and restaurants; returns the inspectors. Inside `scoped(SYSTEM)`."""
    from zhijian.kernel.accounts.models import Person, Post
    from zhijian.kernel.accounts.tree import load_jurisdictions
    from zhijian.kernel.registry.models import Entity, Premises
    from zhijian.programmes.inspection.checklists import load_shipped

    load_jurisdictions()
    load_shipped()
    people = [
        Person.objects.create(
            username=f"bench{n}", name=f"执法{n}", home_id=OFFICE, password="!", certificate_no=f"B-{n:03d}",
            certificate_until=dt.date(2040, 1, 1),
        )
        for n in range(inspectors)
    ]  # fmt: skip
    Post.objects.bulk_create(
        Post(person=p, role="inspector", jurisdiction_id=OFFICE, since=dt.date(2020, 1, 1)) for p in people
    )
    for n in range(shops):
        entity = Entity.objects.create(name=f"基准餐饮{n}号店", area=OFFICE)
        Premises.objects.create(
            entity=entity, name=entity.name, area=OFFICE, trade="restaurant", lat="36.781", lon="118.054"
        )
    return people
