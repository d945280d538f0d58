"""200 orders a second by Open311: how fast each is answered, and how long until it is a matter, linked and classified.

Web, uploads and worker run as `make run` starts them; the platform's software is this process, on the same cores.
Orders are due at fixed moments, whether the one before was answered or not; a time counts from when it was due.
An order is done when its matter is there, its category is proposed and who is meant is ranked: by the rows' own
moments, from its arrival to the later of both. `--garbled` is the share of orders whose enterprise is told with a wrong
sign: those are looked for by everything that is alike, one by one. Beside the times stands what each process took of
the processors. There is no peer of like work here: other GeoReport servers keep a row and route nothing.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import queue
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

from django.db.models import Q

from bench.common import Result, arguments, bench_database, percentile, report, say, tree
from bench.site import office, processes

RATE, SENDERS, WAIT = 200, 24, 120
PLATFORM, LATE = "zibo12345", 5.0


def main() -> None:
    """Run the bench."""
    args = arguments("open311_intake", __doc__ or "", files={"garbled": "0"}, seconds=30, runs=1)
    n = int(RATE * args.scale * args.seconds)
    with bench_database("zj_bench_open311") as fresh:
        from zhijian.gateways.open311 import keys
        from zhijian.kernel.accounts.actor import SYSTEM
        from zhijian.kernel.accounts.scope import scoped

        with scoped(SYSTEM):
            office(2, shops=200)
            _dispatcher()
            _row, key = keys.issue(PLATFORM, "bench", "bench", 1000)
        with processes(fresh.env) as ports:
            _send(ports.web, key, range(-40, 0), RATE / 4, 0)  # warm
            _wait_for_the_worker()
            say(f"{n} orders at {RATE * args.scale:g} a second; load of the machine before {_load()} …")
            spent, begun = _processors(), time.perf_counter()
            times, wrong = _send(ports.web, key, range(n), RATE * args.scale, float(args.garbled))
            seconds = time.perf_counter() - begun
            say("waiting for the worker …")
            left = _wait_for_the_worker()
            worked = time.perf_counter() - begun
            spent = {name: took - spent.get(name, 0.0) for name, took in _processors().items()}
            say(f"load of the machine afterwards {_load()}")
        results = _results(n, times, wrong, seconds, worked, left)
        results += [
            Result(f"processor time of an order: {name}", 1000 * took / n, "ms") for name, took in sorted(spent.items())
        ]
        results.append(Result("processor time of an order, all of it", 1000 * sum(spent.values()) / n, "ms"))
    report("open311_intake", args, results)


def _dispatcher() -> None:
    """Whoever is told of each order."""
    from zhijian.kernel.accounts.models import Person, Post

    person = Person.objects.create(username="bench", name="派单员", home_id="3703", password="!")
    Post.objects.create(person=person, role="dispatcher", jurisdiction_id="3703", since=dt.date(2020, 1, 1))


def _load() -> str:
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


def _processors() -> dict[str, float]:
    """Seconds of processors that each kind of process has taken so far: of this bench's own children, of PostgreSQL's
    servers of its database, and of this process."""
    found: dict[str, float] = {"sender": time.process_time()}
    ticks = os.sysconf("SC_CLK_TCK")
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if (name := _kind(line, int(entry.name))) is not None:
            found[name] = found.get(name, 0.0) + (int(fields[11]) + int(fields[12])) / ticks
    return found


def _kind(line: str, pid: int) -> str | None:
    if "postgres" in line:
        return "database" if "zj_bench_open311" in line else None
    if pid not in tree(os.getpid()):
        return None
    return "web" if "web.asgi" in line else "worker" if " worker" in line else "others"


def _body(key: str, n: int, garbled: float = 0.0) -> bytes:
    shop = f"基准餐饮{abs(n) % 200}号店"
    shop = shop.replace("基准", "基谁") if abs(n) % 100 < 100 * garbled else shop
    told = {
        "api_key": key, "service_code": "P04", "external_id": f"B{n:+07d}".replace("+", ""),
        "description": f"第{n}件：在{shop}吃出头发，要求退款 58 元。", "lat": "36.78", "long": "118.05",
        "address_string": f"张店区人民路{n % 300}号", "first_name": "小明", "last_name": "张",
        "phone": f"138{n % 10**8:08d}", "attribute[said_name]": shop, "attribute[claim]": "refund",
    }  # fmt: skip
    return urlencode(told).encode()


def _send(port: int, key: str, numbers: range, rate: float, garbled: float) -> tuple[list[float], list[str]]:
    """Each at its moment; seconds from the moment to the answer, and what was answered wrongly."""
    due: queue.SimpleQueue[tuple[float, int] | None] = queue.SimpleQueue()
    times: list[float] = []
    wrong: list[str] = []

    def sender() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        while (one := due.get()) is not None:
            at, n = one
            try:
                link.request("POST", "/open311/v2/requests.json", _body(key, n, garbled), headers)
                answer = link.getresponse()
                told = json.loads(answer.read())
                if answer.status != 200 or not (told[0].get("token") or told[0].get("service_request_id")):
                    wrong.append(f"{answer.status} {told}")
            except (OSError, http.client.HTTPException, ValueError) as error:
                wrong.append(repr(error))
                link.close()
            times.append(time.perf_counter() - at)

    threads = [threading.Thread(target=sender) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    begun = time.perf_counter()
    for k, n in enumerate(numbers):
        at = begun + k / rate
        time.sleep(max(0.0, at - time.perf_counter()))
        due.put((at, n))
    for _ in threads:
        due.put(None)
    for thread in threads:
        thread.join()
    return times, wrong


def _wait_for_the_worker() -> int:
    """Until nothing waits any more. Returns how many still do when the patience is over."""
    from zhijian.gateways.open311.models import Request
    from zhijian.programmes.complaints.models import Trace

    begun = time.perf_counter()
    while time.perf_counter() - begun < WAIT:
        left = Request.objects.filter(state=Request.State.WAITING).count()
        left += Trace.objects.filter(Q(made=None) | Q(ranked=None)).count()
        if not left:
            break
        time.sleep(0.5)
    return left


def _results(n: int, times: list[float], wrong: list[str], seconds: float, worked: float, left: int) -> list[Result]:
    from zhijian.gateways.open311.models import Request
    from zhijian.kernel.accounts.actor import SYSTEM
    from zhijian.kernel.accounts.scope import scoped
    from zhijian.programmes.complaints.models import Order

    for text in wrong[:5]:
        say(f"wrong: {text}")
    with scoped(SYSTEM):
        rows = list(
            Request.objects.filter(number__regex=r"^B\d", matter__isnull=False).values_list(
                "received", "changed", "matter__trace__made", "matter__trace__ranked", "matter__trace__meant"
            )
        )
        orders = Order.objects.filter(number__regex=r"^B\d").count()
    taken = [(changed - received).total_seconds() for received, changed, *_ in rows]
    done = [
        (max(made, ranked) - received).total_seconds() for received, _c, made, ranked, _m in rows if made and ranked
    ]
    linked = sum(bool(meant) for *_, meant in rows)
    p95, reached, late = percentile(times, 0.95) * 1000, n / seconds, percentile(done, 0.95) if done else 0.0
    return [
        Result("orders answered a second", reached, "/s", RATE, "goal", reached / RATE, "200", reached >= 0.99 * RATE),
        Result("an order answered, p95 from its moment", p95, "ms", 100, "goal", p95 / 100, "under 100", p95 < 100),
        Result("an order answered, median", percentile(times, 0.5) * 1000, "ms"),
        Result("wrong answers", len(wrong), "", 0, "goal", None, "none", not wrong),
        Result("orders made", orders, "", n, "sent", orders / n, "none lost, none doubled", orders == n and not left),
        Result("orders done a second, while they come and after", len(done) / worked, "/s"),
        Result("orders for which somebody of the register is proposed", linked, "", n, "sent", linked / n),
        Result("from arrival to the matter, p95", percentile(taken, 0.95) if taken else 0.0, "s"),
        Result(
            "from arrival to linked and classified, p95", late, "s", LATE, "goal", late / LATE, "under 5", late < LATE
        ),
    ]


if __name__ == "__main__":
    main()
