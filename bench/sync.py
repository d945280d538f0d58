"""50 phones send 20 inspections with 5 photos each, all at once: none lost, none doubled, how many a second.

Every phone speaks HTTP to the real web process and the real upload process. Records go first (timed by themselves,
since a desk feels those), then photos in chunks of 256 kB. One record in ten is sent twice, as after a lost answer.
What counts for the phone is that its record is kept; the worker makes the inspections of a burst afterwards, which is
timed as well, and everything is counted when it has finished.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import random
import threading
import time
from typing import Any

from bench.common import Result, arguments, bench_database, percentile, report, say
from bench.site import Ports, office, processes

PHONES, VISITS, PHOTOS = 50, 20, 5
CHUNK = 262_144


def main() -> None:
    """Run the bench."""
    args = arguments("sync", __doc__ or "")
    phones = max(2, round(PHONES * args.scale))
    with bench_database("zj_bench_sync") as fresh:
        from zhijian.kernel.accounts.actor import SYSTEM
        from zhijian.kernel.accounts.scope import scoped

        say(f"an office of {phones} inspectors …")
        with scoped(SYSTEM):
            people = office(phones, shops=phones)
        with processes(fresh.env) as ports:
            crew = [Sender(ports, person, n) for n, person in enumerate(people)]
            say("records …")
            seconds = together(crew, Sender.send_records)
            begun = time.perf_counter()
            say("photos …")
            photo_seconds = together(crew, Sender.send_photos)
            say("waiting for the worker …")
            _wait_for_the_worker()
            worked = seconds + time.perf_counter() - begun
        results = _count(crew, seconds, photo_seconds, worked)
    report("sync", args, results)


def together(crew: list[Sender], what: Any) -> float:
    """All phones at once; seconds until the last is done."""
    threads = [threading.Thread(target=what, args=(one,)) for one in crew]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun


class Sender:
    """One phone with its day's work, made before the clock starts."""

    def __init__(self, ports: Ports, person: Any, seed: int) -> None:
        from tests.phone import Phone

        self.ports, self.seed = ports, seed
        self.dice = random.Random(seed)
        self.times: list[float] = []
        self.wrong: list[str] = []
        self.link = http.client.HTTPConnection("127.0.0.1", ports.web, timeout=120)
        self.phone = Phone(self._send)
        self._enrol(person)
        self.photos: list[bytes] = []
        self.records = [self._record(n) for n in range(VISITS)]

    def _enrol(self, person: Any) -> None:
        import datetime as dt

        from zhijian.kernel.accounts.actor import SYSTEM
        from zhijian.kernel.accounts.models import Device
        from zhijian.kernel.accounts.scope import scoped

        with scoped(SYSTEM):
            until = dt.datetime.now(dt.UTC) + dt.timedelta(days=30)
            device = Device.objects.create(person=person, public_key=self.phone.jwk(), grant_until=until)
        self.phone.device = str(device.uid)
        assert self.phone.prove() == 200
        self.phone.pull()

    def _record(self, n: int) -> dict[str, Any]:
        import datetime as dt

        from tests.phone import photo_of, picture, record

        shops = list(self.phone.data["premises"].values())
        mine = [picture(self.seed * 1000 + n * PHOTOS + k) for k in range(PHOTOS)]
        self.photos += mine
        now = dt.datetime.now(dt.UTC)
        failed = {"1.2": {"note": "未公示"}} if n % 4 == 0 else {}
        return record(
            self.phone, shops[(self.seed + n) % len(shops)], failed=failed,
            photos=[photo_of(data, "1.2", now) for data in mine],
        )  # fmt: skip

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.link.request(method, path, body, headers)
        answer = self.link.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")

    def send_records(self) -> None:
        """Send every record; some twice."""
        for made in self.records:
            begun = time.perf_counter()
            status, told = self.phone.put(made)
            self.times.append(time.perf_counter() - begun)
            if (status, told.get("state"), told.get("flags")) != (201, "accepted", []):
                self.wrong.append(f"{status} {told}")
            if self.dice.random() < 0.1:
                again, same = self.phone.put(made)
                if again != 200 or same["matter"] != told["matter"]:
                    self.wrong.append(f"again {again} {same}")

    def send_photos(self) -> None:
        """Send every photo, in chunks, to the upload process."""
        self.phone.prove()
        link = http.client.HTTPConnection("127.0.0.1", self.ports.uploads, timeout=120)
        headers = {"Authorization": f"Bearer {self.phone.token}", "Content-Type": "application/octet-stream"}
        for data in self.photos:
            digest, told = hashlib.sha256(data).hexdigest(), {}
            for at in range(0, len(data), CHUNK):
                path = f"/uploads/{digest}?offset={at}&size={len(data)}&type=image/jpeg"
                link.request("PUT", path, data[at : at + CHUNK], headers)
                told = json.loads(link.getresponse().read())
            if not told.get("done"):
                self.wrong.append(f"photo {told}")


def _wait_for_the_worker(limit: float = 900) -> None:
    """Until no record waits any more."""
    from zhijian.gateways.field.models import FieldRecord

    begun = time.perf_counter()
    while FieldRecord.objects.filter(state=FieldRecord.State.WAITING).exists():
        if time.perf_counter() - begun > limit:
            raise SystemExit("the worker did not finish")
        time.sleep(0.5)


def _count(crew: list[Sender], seconds: float, photo_seconds: float, worked: float) -> list[Result]:
    """What stands in the database against what was sent."""
    from zhijian.gateways.field.models import FieldRecord
    from zhijian.kernel.accounts.actor import SYSTEM
    from zhijian.kernel.accounts.scope import scoped
    from zhijian.kernel.evidence.models import File
    from zhijian.programmes.inspection.models import Inspection

    sent, photos = len(crew) * VISITS, len(crew) * VISITS * PHOTOS
    with scoped(SYSTEM):
        records, visits = FieldRecord.objects.count(), Inspection.objects.count()
        whole = File.objects.filter(kind="photo", original=None, blob__isnull=False).count()
    wrong = [text for one in crew for text in one.wrong]
    for text in wrong[:5]:
        say(f"wrong: {text}")
    times = [t for one in crew for t in one.times]
    rate = sent / seconds
    return [
        Result("inspections a second, without photos", rate, "/s", 50, "goal", rate / 50, "at least 50", rate >= 50),
        Result("made into inspections, a second (photos meanwhile)", sent / worked, "/s"),
        Result("one record, p95", percentile(times, 0.95) * 1000, "ms"),
        Result("records kept", records, "", sent, "sent", records / sent, "none lost, none doubled", records == sent),
        Result("inspections made", visits, "", sent, "sent", visits / sent, "none lost, none doubled", visits == sent),
        Result("photos whole", whole, "", photos, "sent", whole / photos, "none lost", whole == photos),
        Result("photos a second", photos / photo_seconds, "/s"),
        Result("wrong answers", len(wrong), "", 0, "goal", None, "none", not wrong),
    ]


if __name__ == "__main__":
    main()
