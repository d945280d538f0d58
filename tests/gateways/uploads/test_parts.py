"""Parts of files, and the door in this process: races with the lock off and on, full disks, lines that fall silent."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import resource
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import default_storage
from tests import world
from tests.gateways.uploads.phone import enrol, token_of
from tests.kernel.evidence import pictures

from zhijian.gateways.uploads import door, parts, wire
from zhijian.gateways.uploads.parts import OtherOffset, Part
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import files, refusals
from zhijian.kernel.evidence.models import Blob


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_HOME = tmp_path
    monkeypatch.delenv("ZHIJIAN_UPLOADS", raising=False)


@pytest.fixture
def part() -> Part:
    return Part("device", "ab" * 32)


def test_pieces_go_where_the_part_ends(part: Part) -> None:
    assert part.offset() == 0
    assert part.append(b"abc", 0) == 3
    assert part.append(b"de", 3) == 5
    for wrong in (0, 3, 9):
        with pytest.raises(OtherOffset) as caught:
            part.append(b"x", wrong)
        assert caught.value.offset == 5
    assert part.path.read_bytes() == b"abcde"
    part.drop()
    part.drop()
    assert part.offset() == 0


def test_a_late_piece_leaves_no_empty_part(part: Part) -> None:
    with pytest.raises(OtherOffset):
        part.append(b"x", 70_000)
    assert not part.path.exists()


# Two writers


def two_writers(part: Part, monkeypatch: pytest.MonkeyPatch) -> int:
    """Both have the same piece for the same place; each is slow between looking and writing. Returns the length."""
    real = os.fstat

    def slow(handle: int) -> os.stat_result:
        found = real(handle)
        time.sleep(0.15)
        return found

    monkeypatch.setattr(parts.os, "fstat", slow)
    barrier = threading.Barrier(2)

    def write() -> None:
        barrier.wait()
        with suppress(OtherOffset):
            part.append(b"x" * 100, 0)

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    monkeypatch.undo()
    return part.path.stat().st_size


def test_without_the_lock_two_writers_double_a_piece(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    home = parts.folder()
    monkeypatch.setattr(parts, "folder", lambda: home)
    monkeypatch.setattr(parts, "fcntl", SimpleNamespace(flock=lambda *_: None, LOCK_EX=0))
    assert two_writers(part, monkeypatch) == 200


def test_with_the_lock_the_second_is_told_where_to_go_on(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    home = parts.folder()
    monkeypatch.setattr(parts, "folder", lambda: home)
    size = two_writers(part, monkeypatch)
    assert size == 100


def test_many_writers_make_one_whole(part: Part) -> None:
    data = os.urandom(40_000)

    def send() -> None:
        while (at := part.offset()) < len(data):
            try:
                part.append(data[at : at + 777], at)
            except OtherOffset:
                continue

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert part.path.read_bytes() == data


def test_who_waited_for_a_part_that_was_finished_begins_anew(part: Part) -> None:
    part.append(b"abc", 0)
    with parts._locked(part.path):
        late: list[int] = []
        waiting = threading.Thread(target=lambda: late.append(part.append(b"new", 0)))
        waiting.start()
        time.sleep(0.2)
        part.path.unlink()
    waiting.join()
    assert late == [3]
    assert part.path.read_bytes() == b"new"


# No room


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """The system itself refuses to let any file of this process grow beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_where_nothing_fits_any_more_the_part_stays_as_it_was(part: Part) -> None:
    part.append(b"x" * 50_000, 0)
    with files_of_at_most(100_000), pytest.raises(refusals.NoSpace):
        part.append(b"y" * 80_000, 50_000)
    assert part.path.read_bytes() == b"x" * 50_000
    assert part.append(b"y" * 80_000, 50_000) == 130_000


def test_room_is_left_for_the_database(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=parts.RESERVE))
    with pytest.raises(refusals.NoSpace):
        part.append(b"x", 0)
    assert not part.path.exists()


def test_old_parts_are_swept(part: Part) -> None:
    part.append(b"abc", 0)
    young = Part("device", "cd" * 32)
    young.append(b"abc", 0)
    gone = Part("gone", "cd" * 32)
    gone.append(b"abc", 0)
    for old in (part, gone):
        os.utime(old.path, (time.time() - 46 * 86400,) * 2)
    assert parts.sweep() == 2
    assert [path.name for path in parts.folder().glob("*/*")] == [young.path.name]
    assert not gone.path.parent.exists()


# The door, in this process


class Talk:
    """One request, whose body comes as the test wants it."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.sent: list[dict[str, Any]] = []

    def put(
        self, sha256: str, offset: int, size: int, body: Callable[[], Any], length: int | None = None
    ) -> tuple[int, dict[str, Any]]:
        headers = [(b"authorization", f"Bearer {self.token}".encode())]
        if length is not None:
            headers.append((b"content-length", str(length).encode()))
        scope = {
            "type": "http",
            "method": "PUT",
            "path": f"/uploads/{sha256}",
            "query_string": f"offset={offset}&size={size}".encode(),
            "headers": headers,
        }
        self.sent.clear()

        async def send(message: dict[str, Any]) -> None:
            self.sent.append(message)

        asyncio.run(door.application(scope, body(), send))
        if not self.sent:
            return 0, {}
        return self.sent[0]["status"], json.loads(self.sent[1]["body"])


def coming(*pieces: bytes, then: str = "end") -> Callable[[], Any]:
    """A body that comes in pieces and then ends, falls silent, or breaks off."""

    def make() -> Any:
        left = list(pieces)

        async def receive() -> dict[str, Any]:
            if left:
                return {"type": "http.request", "body": left.pop(0), "more_body": bool(left) or then != "end"}
            if then == "gone":
                return {"type": "http.disconnect"}
            await asyncio.sleep(60)
            return {"type": "http.disconnect"}

        return receive

    return make


@pytest.fixture
def talk(fresh_database: object) -> Talk:
    with scoped(SYSTEM):
        w = world.make()
    return Talk(token_of(enrol(w)))


@pytest.fixture
def photo() -> tuple[bytes, str]:
    data = pictures.noise(300, 200)
    return data, hashlib.sha256(data).hexdigest()


def test_a_line_that_falls_silent_is_given_up_and_loses_nothing(
    talk: Talk, photo: tuple[bytes, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, sha256 = photo
    monkeypatch.setattr(wire, "STALL_SECONDS", 0.3)
    began = time.monotonic()
    status, body = talk.put(sha256, 0, len(data), coming(data[:500], then="silence"), 5000)
    assert (status, body["problem"], body["offset"]) == (408, "upload.stalled", 500)
    assert time.monotonic() - began < 5
    status, body = talk.put(sha256, 500, len(data), coming(data[500:]), len(data) - 500)
    assert (status, body["done"]) == (200, True)


def test_a_trickle_is_given_up_too(talk: Talk, photo: tuple[bytes, str], monkeypatch: pytest.MonkeyPatch) -> None:
    data, sha256 = photo
    monkeypatch.setattr(wire, "REQUEST_SECONDS", 0.5)

    def dripping() -> Any:
        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0.05)
            return {"type": "http.request", "body": b"x", "more_body": True}

        return receive

    status, body = talk.put(sha256, 0, len(data), dripping, 5000)
    assert (status, body["problem"]) == (408, "upload.stalled")
    assert 3 <= body["offset"] <= 12


def test_who_hangs_up_gets_no_answer_and_loses_nothing(talk: Talk, photo: tuple[bytes, str]) -> None:
    data, sha256 = photo
    assert talk.put(sha256, 0, len(data), coming(data[:700], then="gone"), 5000)[0] == 0
    assert talk.put(sha256, 0, len(data), coming(data[:9]), 9)[1]["offset"] == 700


def test_a_full_disk_is_told_and_the_part_is_kept(
    talk: Talk, photo: tuple[bytes, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, sha256 = photo
    assert talk.put(sha256, 0, len(data), coming(data[:9000]), 9000)[0] == 200
    with files_of_at_most(9000):
        status, body = talk.put(sha256, 9000, len(data), coming(data[9000:]), len(data) - 9000)
    assert (status, body["problem"]) == (507, "file.space")
    assert body["message"]
    assert talk.put(sha256, 0, len(data), coming(b"x"), 1)[1]["offset"] == 9000

    def full(handle: int) -> None:
        raise OSError(28, "no room")

    with monkeypatch.context() as patched:  # the part fits, its copy in the storage does not
        patched.setattr(os, "fsync", full)
        assert talk.put(sha256, 9000, len(data), coming(data[9000:]), len(data) - 9000)[0] == 507
    assert not Blob.objects.filter(pk=sha256).exists()
    status, body = talk.put(sha256, len(data), len(data), coming(b""), 0)
    assert (status, body["done"]) == (200, True)
    assert files.read_blob(Blob.objects.get(pk=sha256)) == data
    assert list(parts.folder().glob("*/*.part")) == []


def test_a_blob_whose_file_is_lost_is_asked_for_again(talk: Talk, photo: tuple[bytes, str]) -> None:
    data, sha256 = photo
    assert talk.put(sha256, 0, len(data), coming(data), len(data))[1]["done"]
    default_storage.delete(files.path_of(sha256))
    assert talk.put(sha256, 0, len(data), coming(data[:10]), 10)[1]["done"] is False
    assert talk.put(sha256, 10, len(data), coming(data[10:]), len(data) - 10)[1]["done"]
    assert files.is_there(Blob.objects.get(pk=sha256))


def test_another_idea_of_the_size_begins_anew(talk: Talk, photo: tuple[bytes, str]) -> None:
    data, sha256 = photo
    talk.put(sha256, 0, len(data) + 9999, coming(data + b"y" * 100), len(data) + 100)
    status, body = talk.put(sha256, len(data) + 100, len(data), coming(b""), 0)
    assert status in (400, 409), body
    status, body = talk.put(sha256, 0, len(data), coming(data), len(data))
    assert body["done"]


def test_our_own_faults_are_told_without_their_insides(
    talk: Talk, photo: tuple[bytes, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, sha256 = photo

    def broken(*_: object) -> None:
        raise RuntimeError("secret insides")

    monkeypatch.setattr(door, "arrived", broken)
    status, body = talk.put(sha256, 0, len(data), coming(data), len(data))
    assert (status, body["problem"]) == (500, "server.error")
    assert "secret" not in json.dumps(body)
    assert not Blob.objects.filter(pk=sha256).exists(), "the row is rolled back with what failed"
    monkeypatch.undo()


def test_no_transaction_is_open_while_bytes_come(talk: Talk, photo: tuple[bytes, str]) -> None:
    from django.db import connections

    data, sha256 = photo
    seen: list[int] = []

    def watching() -> Any:
        inner = coming(data[:100], data[100:])()

        async def receive() -> dict[str, Any]:
            await asyncio.to_thread(look)
            return await inner()

        return receive

    def look() -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'zhijian_app'"
                " AND backend_xmin IS NOT NULL OR state LIKE 'idle in%' AND datname = current_database()"
            )
            seen.append(cursor.fetchone()[0])
        connections["owner"].close()

    assert talk.put(sha256, 0, len(data), watching, len(data))[1]["done"]
    assert seen == [0, 0]


def test_the_same_door_for_a_threaded_server_of_a_test(talk: Talk, photo: tuple[bytes, str]) -> None:
    import http.client
    from socketserver import ThreadingMixIn
    from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

    from zhijian.gateways.uploads.wsgi import application

    class Threaded(ThreadingMixIn, WSGIServer):
        daemon_threads = True

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    data, sha256 = photo
    with make_server("127.0.0.1", 0, application, Threaded, Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for at in range(0, len(data), 20_000):
            line = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
            headers = {"Authorization": f"Bearer {talk.token}"}
            path = f"/uploads/{sha256}?offset={at}&size={len(data)}"
            line.request("PUT", path, data[at : at + 20_000], headers)
            answer = line.getresponse()
            body = json.loads(answer.read())
            assert answer.status == 200, body
        assert body["done"]
        server.shutdown()
