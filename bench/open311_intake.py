"""200 orders a second by Open311: how fast each is answered, how long until each is a matter, and who is meant found.

Web, uploads and worker run as `make run` starts them; the platform's software is this process, on the same cores.
Orders are due at fixed moments, whether the one before was answered or not; a time counts from when it was due.
The worker takes them beside that: from the answer to the matter is counted by the rows' own moments. Who is meant is
ranked and the category is guessed afterwards, for a sample, as the desk's page does it; nothing of that is stored on
arrival. There is no peer of like work here: other GeoReport servers keep a row and route nothing.
"""

from __future__ import annotations

import http.client
import json
import queue
import threading
import time
from urllib.parse import urlencode

from bench.common import Result, arguments, bench_database, percentile, report, say
from bench.site import office, processes

RATE, SENDERS, SAMPLE, WAIT = 200, 24, 40, 900
PLATFORM, LATE = "zibo12345", 5.0


def main() -> None:
    """Run the bench."""
    args = arguments("open311_intake", __doc__ or "", seconds=30, runs=1)
    n = int(RATE * args.scale * args.seconds)
    with bench_database("zj_bench_open311") as fresh:
        from zhijian.gateways.open311 import keys
        from zhijian.kernel.accounts.actor import SYSTEM
        from zhijian.kernel.accounts.scope import scoped

        with scoped(SYSTEM):
            office(2, shops=200)
            _row, key = keys.issue(PLATFORM, "bench", "bench", 1000)
        with processes(fresh.env) as ports:
            _send(ports.web, key, range(-40, 0), RATE / 4)  # warm
            say(f"{n} orders at {RATE * args.scale:g} a second …")
            begun = time.perf_counter()
            times, wrong = _send(ports.web, key, range(n), RATE * args.scale)
            seconds = time.perf_counter() - begun
            say("waiting for the worker …")
            left = _wait_for_the_worker()
            worked = time.perf_counter() - begun
        results = _results(n, times, wrong, seconds, worked, left)
    report("open311_intake", args, results)


def _body(key: str, n: int) -> bytes:
    told = {
        "api_key": key, "service_code": "P04", "external_id": f"B{n:+07d}".replace("+", ""),
        "description": f"第{n}件：在基准餐饮{n % 200}号店吃出头发，要求退款 58 元。", "lat": "36.78", "long": "118.05",
        "address_string": f"张店区人民路{n % 300}号", "first_name": "小明", "last_name": "张",
        "phone": f"138{n % 10**8:08d}", "attribute[said_name]": f"基准餐饮{n % 200}号店", "attribute[claim]": "refund",
    }  # fmt: skip
    return urlencode(told).encode()


def _send(port: int, key: str, numbers: range, rate: float) -> tuple[list[float], list[str]]:
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
                link.request("POST", "/open311/v2/requests.json", _body(key, n), headers)
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

    begun = time.perf_counter()
    while (left := Request.objects.filter(state=Request.State.WAITING).count()) and time.perf_counter() - begun < WAIT:
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
        rows = Request.objects.filter(number__regex=r"^B\d", matter__isnull=False).values_list("received", "changed")
        lags = [(changed - received).total_seconds() for received, changed in rows]
        orders = Order.objects.filter(number__regex=r"^B\d").count()
        ranked, guessed = _understood()
    p95, reached = percentile(times, 0.95) * 1000, n / seconds
    late = percentile(lags, 0.95) if lags else 0.0
    whole = late + (percentile(ranked, 0.95) + percentile(guessed, 0.95) if ranked else 0.0)
    return [
        Result("orders answered a second", reached, "/s", RATE, "goal", reached / RATE, "200", reached >= 0.99 * RATE),
        Result("an order answered, p95 from its moment", p95, "ms", 100, "goal", p95 / 100, "under 100", p95 < 100),
        Result("an order answered, median", percentile(times, 0.5) * 1000, "ms"),
        Result("wrong answers", len(wrong), "", 0, "goal", None, "none", not wrong),
        Result("orders made", orders, "", n, "sent", orders / n, "none lost, none doubled", orders == n and not left),
        Result("orders made a second, while they come and after", orders / worked, "/s"),
        Result("from arrival to the matter, p95", late, "s"),
        Result("who is meant, ranked for one, p95", percentile(ranked, 0.95) * 1000 if ranked else 0, "ms"),
        Result("its category, guessed for one, p95", percentile(guessed, 0.95) * 1000 if guessed else 0, "ms"),
        Result("all of it after arrival, p95", whole, "s", LATE, "goal", whole / LATE, "under 5", whole < LATE),
    ]


def _understood() -> tuple[list[float], list[float]]:
    """Seconds of ranking and of guessing, for a sample; in a scope of the system."""
    from zhijian.gateways.open311.models import Request
    from zhijian.programmes.complaints.meant import candidates
    from zhijian.programmes.complaints.understanding import catalogue
    from zhijian.programmes.complaints.understanding.model import starting

    model = starting(catalogue.current().words("complaint_problem"))
    ranked, guessed = [], []
    rows = Request.objects.filter(matter__isnull=False).select_related("matter__item").order_by("-pk")[:SAMPLE]
    for one in rows:
        begun = time.perf_counter()
        candidates(one.matter, one.matter.item)
        ranked.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        model.propose(str(one.matter.item.text))
        guessed.append(time.perf_counter() - begun)
    return ranked, guessed


if __name__ == "__main__":
    main()
