"""Photos from phones, against the real server process: they arrive whole, once, and whatever the network does."""

from __future__ import annotations

import hashlib
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from django.core import signing
from django.core.files.storage import default_storage
from django.utils import timezone
from tests import world
from tests.gateways.uploads.phone import CHUNK, Phone, Server, enrol, token_of
from tests.kernel.evidence import pictures
from tests.kernel.matters.test_scope import plan

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import Blob, File


@dataclass
class Site:
    """A server, a world, and two phones of it."""

    server: Server
    w: world.World
    device: Device
    phone: Phone
    other: Phone


@pytest.fixture(scope="module")
def site(
    django_db_setup: None, database_server: object, worker_name: str, django_db_blocker: object,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:  # fmt: skip
    with (
        django_db_blocker.unblock(),
        database_server.cloned(database_server.template(), f"{worker_name}_uploads") as fresh,
    ):
        with scoped(SYSTEM):
            w = world.make()
            assert all([w.head, w.inspector, w.second])
        server = Server(tmp_path_factory.mktemp("home"), fresh.env)
        server.start()
        device = enrol(w)
        phone, other = (Phone(server.port, token_of(one)) for one in (device, enrol(w)))
        yield Site(server, w, device, phone, other)
        server.end(signal.SIGKILL)


@pytest.fixture
def photo() -> tuple[bytes, str]:
    """A photo of some 700 kB that nobody has seen, and its digest."""
    data = pictures.noise(900, 600)
    return data, hashlib.sha256(data).hexdigest()


Photo = tuple[bytes, str]


def test_a_photo_arrives_in_chunks_and_completes_its_record(site: Site, photo: Photo) -> None:
    data, sha256 = photo
    matter = plan(site.w)
    with scoped(SYSTEM):
        [waiting] = files.expect(matter, [files.Expected(sha256)], actor=SYSTEM)
    assert site.phone.state(sha256) == {"offset": 0, "size": None, "done": False, "sha256": sha256}
    status, body = site.phone.put(sha256, data[:CHUNK], 0, len(data))
    assert (status, body) == (200, {"offset": CHUNK, "size": None, "done": False, "sha256": sha256})
    status, body = site.phone.send(sha256, data)
    sm3 = hashlib.new("sm3", data).hexdigest()
    whole = {"offset": len(data), "size": len(data), "done": True, "sha256": sha256, "sm3": sm3}
    assert (status, body) == (200, whole)
    assert site.phone.state(sha256) == site.other.state(sha256) == whole
    assert site.phone.put(sha256, data[:10], 0, len(data)) == (200, whole), "again is no harm"
    with scoped(SYSTEM):
        assert File.objects.get(pk=waiting.pk).blob_id == sha256
        assert files.read_blob(Blob.objects.get(pk=sha256)) == data
        jobs.run_pending()
        assert File.objects.filter(original=waiting).exists()
    assert site.server.parts == []


def test_the_server_says_where_it_goes_on(site: Site, photo: Photo) -> None:
    data, sha256 = photo
    site.phone.put(sha256, data[:1000], 0, len(data))
    status, body = site.phone.put(sha256, data[2000:3000], 2000, len(data))
    assert (status, body["problem"], body["offset"]) == (409, "upload.offset", 1000)
    assert body["message"]
    status, body = site.phone.put(sha256, data[:1000], 0, len(data))
    assert (status, body["offset"]) == (409, 1000)
    assert site.other.state(sha256)["offset"] == 0, "each device has its own part"
    assert site.phone.send(sha256, data)[1]["done"]


def test_a_broken_connection_keeps_what_has_come(site: Site, photo: Photo) -> None:
    data, sha256 = photo
    line = site.phone.begin(sha256, CHUNK, 0, len(data))
    line.sendall(data[:100_000])
    time.sleep(0.3)
    line.close()
    until = time.monotonic() + 5
    while site.phone.state(sha256)["offset"] < 100_000 and time.monotonic() < until:
        time.sleep(0.05)
    assert site.phone.state(sha256)["offset"] == 100_000
    assert site.phone.send(sha256, data)[1]["done"]


def test_who_comes_back_does_not_wait_for_his_dead_connection(site: Site, photo: Photo) -> None:
    data, sha256 = photo
    dead = site.phone.begin(sha256, CHUNK, 0, len(data))
    dead.sendall(data[:70_000])
    time.sleep(0.3)
    began = time.monotonic()
    assert site.phone.send(sha256, data)[1]["done"]
    assert time.monotonic() - began < 5
    with suppress(OSError):
        dead.sendall(data[70_000:CHUNK])
        assert b"200" in dead.recv(100) or True
    dead.close()
    assert site.phone.state(sha256)["done"]
    with scoped(SYSTEM):
        assert files.read_blob(Blob.objects.get(pk=sha256)) == data


def test_a_killed_server_goes_on_where_it_was(site: Site, photo: Photo) -> None:
    data, sha256 = photo
    assert site.phone.put(sha256, data[:CHUNK], 0, len(data))[0] == 200
    line = site.phone.begin(sha256, CHUNK, CHUNK, len(data))
    line.sendall(data[CHUNK : CHUNK + 150_000])
    time.sleep(0.3)
    site.server.end(signal.SIGKILL)
    line.close()
    site.server.start()
    offset = site.phone.state(sha256)["offset"]
    assert CHUNK <= offset <= CHUNK + 150_000
    assert site.phone.send(sha256, data)[1]["done"]
    with scoped(SYSTEM):
        assert files.read_blob(Blob.objects.get(pk=sha256)) == data


def test_killed_before_the_row_was_written(site: Site, photo: Photo) -> None:
    """All bytes are in the part, nothing in the database: an empty chunk at the end finishes it."""
    data, sha256 = photo
    part = site.server.home / "uploads" / str(site.device.uid) / f"{sha256}.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(data)
    assert site.phone.state(sha256) == {"offset": len(data), "size": None, "done": False, "sha256": sha256}
    assert site.phone.put(sha256, b"", len(data), len(data))[1]["done"]


def test_a_whole_that_differs_is_dropped(site: Site, photo: Photo) -> None:
    data, sha256 = photo
    wrong = data[:-1] + bytes([data[-1] ^ 1])
    status, body = site.phone.send(sha256, wrong)
    assert (status, body["problem"]) == (422, "upload.digest")
    assert site.phone.state(sha256)["offset"] == 0
    assert site.phone.send(sha256, data)[1]["done"]


@pytest.mark.parametrize(
    ("data", "status", "problem"),
    [
        (b"<script>alert(1)</script>" * 40, 415, "file.type"),
        (b"%PDF-1.7 no photo", 415, "file.type"),
        (pictures.jpeg(400, 300)[:-100], 415, "file.type"),
        (pictures.bomb(), 422, "file.bomb"),
    ],
    ids=["script", "pdf", "cut off", "bomb"],
)
def test_what_is_no_photo_is_refused(site: Site, data: bytes, status: int, problem: str) -> None:
    sha256 = hashlib.sha256(data).hexdigest()
    told, body = site.phone.put(sha256, data, 0, len(data))
    assert (told, body["problem"]) == (status, problem)
    assert body["message"]
    assert body["mend"]
    assert site.server.parts == []
    assert not default_storage.exists(files.path_of(sha256))


@pytest.mark.parametrize(
    ("query", "length", "status", "problem"),
    [
        ("offset=0&size=26214401", 10, 413, "file.size"),
        ("offset=0&size=1000000", CHUNK + 1, 413, "upload.chunk"),
        ("offset=0&size=5", 10, 400, "upload.bad"),
        ("offset=0&size=0", 0, 400, "upload.bad"),
        ("offset=-1&size=10", 10, 400, "upload.bad"),
        ("offset=0", 10, 400, "upload.bad"),
        ("offset=1e3&size=99999", 10, 400, "upload.bad"),
        ("offset=٣&size=99999", 10, 400, "upload.bad"),
    ],
)
def test_sizes_have_limits(site: Site, query: str, length: int, status: int, problem: str) -> None:
    from urllib.parse import quote

    told, body, _headers = site.phone.ask("PUT", f"/uploads/{'ab' * 32}?{quote(query, safe='=&')}", b"x" * length)
    assert (told, body["problem"]) == (status, problem)
    assert site.server.parts == []


def test_a_body_without_a_length_is_bounded_too(site: Site) -> None:
    pieces = [b"x" * 65_536] * 8
    status, body, _headers = site.phone.ask("PUT", f"/uploads/{'cd' * 32}?offset=0&size=1000000", iter(pieces))
    assert (status, body["problem"]) == (413, "upload.chunk")
    assert site.phone.state("cd" * 32)["offset"] <= CHUNK
    site.server.parts[0].unlink()


@pytest.mark.parametrize(
    "path",
    [
        "/uploads/", "/uploads/abc", "/uploads/" + "AB" * 32, "/uploads/" + "ab" * 33, "/uploads/" + "ab" * 32 + "/x",
        "/uploads/" + "ab" * 32 + "%0a", "/uploads/../uploads/" + "ab" * 32 + "x", "/uploads/..%2f..%2fetc%2fpasswd",
        "/uploads/" + "a" * 58 + "%2e%2e%2fxy", "/uploads/" + "ab" * 31 + "%00b", "//uploads/" + "ab" * 32, "/",
        "/etc/passwd",
    ],
)  # fmt: skip
def test_a_digest_is_a_digest(site: Site, path: str) -> None:
    before = {one for one in site.server.home.rglob("*") if one.is_file()}
    for method in ("GET", "PUT"):
        status, body, _headers = site.phone.ask(method, path + ("?offset=0&size=4" if method == "PUT" else ""), b"abcd")
        assert status in (400, 404), body
    assert {one for one in site.server.home.rglob("*") if one.is_file()} == before


def test_only_enrolled_phones_may_ask(site: Site, photo: Photo) -> None:
    data, sha256 = photo
    foreign = signing.dumps("00000000-0000-7000-8000-000000000000", salt="zhijian.field.token")
    for token in ("", "nonsense", foreign, signing.dumps(str(site.device.uid), salt="another")):
        phone = Phone(site.server.port, token)
        status, body = phone.put(sha256, data[:CHUNK], 0, len(data))
        assert (status, body["problem"]) == (401, "token.stale"), token
        assert phone.ask("GET", f"/uploads/{sha256}")[0] == 401
    assert site.server.parts == []
    revoked = enrol(site.w, revoked_at=timezone.now())
    assert Phone(site.server.port, token_of(revoked)).send(sha256, data)[1]["done"], "what it made before is taken"


def test_the_answer_is_in_the_persons_language(site: Site) -> None:
    address = f"/uploads/{'ef' * 32}?offset=5&size=9"
    english = site.phone.ask("PUT", address, b"", site.phone.headers(**{"Accept-Language": "en-GB,zh;q=0.5"}))[1]
    assert english["message"] == "The server has another part of this file already."
    assert site.phone.ask("PUT", address, b"")[1]["problem"] == english["problem"] == "upload.offset"


def test_the_app_on_another_port_may_ask(site: Site) -> None:
    address = f"/uploads/{'ef' * 32}"
    origin = {"Origin": "https://127.0.0.1:8443"}
    asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization,content-type"}
    status, _body, told = site.phone.ask("OPTIONS", address, None, origin | asked)
    assert status == 204
    assert told["access-control-allow-origin"] == origin["Origin"]
    assert "PUT" in told["access-control-allow-methods"]
    assert "authorization" in told["access-control-allow-headers"].lower()
    assert site.phone.ask("GET", address, None, site.phone.headers(**origin))[2]["access-control-allow-origin"]
    refused = site.phone.ask("GET", address, None, {"Origin": origin["Origin"]})
    assert refused[0] == 401
    assert "access-control-allow-origin" in refused[2], "or the app could not read that its token is stale"
    for other in ("https://evil.example", "https://127.0.0.1.evil.example", "null", "https://[broken"):
        assert "access-control-allow-origin" not in site.phone.ask("GET", address, None, {"Origin": other})[2]


def test_two_phones_send_the_same_photo_at_once(site: Site, photo: Photo) -> None:
    data, sha256 = photo
    done: list[bool] = []
    threads = [
        threading.Thread(target=lambda phone=phone: done.append(phone.send(sha256, data, 50_000)[1]["done"]))
        for phone in (site.phone, site.other) * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [True] * 6
    assert Blob.objects.filter(pk=sha256).count() == 1
    assert site.server.parts == []


def test_fifty_slow_phones_hold_up_nobody(site: Site, photo: Photo) -> None:
    """Each trickles some bytes and goes silent; meanwhile another asks and sends as if it were alone."""
    data, sha256 = photo
    lines = [site.phone.begin(f"{n:064x}", CHUNK, 0, 500_000) for n in range(50)]
    for _ in range(3):
        for line in lines:
            line.sendall(b"x" * 300)
        time.sleep(0.1)
    waits = []
    for _ in range(20):
        began = time.monotonic()
        site.other.state("12" * 32)
        waits.append(time.monotonic() - began)
    began = time.monotonic()
    assert site.other.send(sha256, data)[1]["done"]
    whole = time.monotonic() - began
    median, worst = sorted(waits)[10], max(waits)
    print(f"ask: median {median * 1000:.0f} ms, worst {worst * 1000:.0f} ms; a photo: {whole * 1000:.0f} ms")
    assert median < 0.5
    assert whole < 5
    for line in lines:
        line.close()
    until = time.monotonic() + 10
    while len(site.server.parts) < 50 and time.monotonic() < until:
        time.sleep(0.1)
    assert {path.stat().st_size for path in site.server.parts} == {900}
    for path in site.server.parts:
        path.unlink()
