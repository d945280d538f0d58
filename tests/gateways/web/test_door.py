"""The desk's door, by the real server: slow lines hold up nobody, and a broken one goes on where it broke."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import io
import os
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection
from python_calamine import CalamineWorkbook
from tests import world
from tests.gateways.uploads.phone import free_port
from tests.gateways.web.serving import session_of, started
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.ops import run

BIG = 24  # megabytes: more than the buffers of both ends hold


@dataclass
class Door:
    """A server process, and who asks it."""

    port: int
    home: Path
    w: world.World

    def ask(
        self, path: str, cookie: str = "", seconds: float = 20, method: str = "GET", **headers: str
    ) -> http.client.HTTPResponse:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        told = {name.replace("_", "-"): value for name, value in headers.items()} | ({"Cookie": cookie} if cookie else {})
        link.request(method, path, headers=told)
        return link.getresponse()

    @contextlib.contextmanager
    def slow(self, said: str) -> Iterator[socket.socket]:
        """A line on which so much is said, and nothing is read."""
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", self.port))
        line.sendall(said.encode())
        with line:
            yield line

    def files(self) -> list[Path]:
        return sorted((self.home / "downloads").glob("*"))


@pytest.fixture(scope="module")
def fresh(
    django_db_setup: None, database_server: object, worker_name: str, django_db_blocker: object
) -> Iterator[tuple[dict[str, str], world.World]]:
    with (
        django_db_blocker.unblock(),
        database_server.cloned(database_server.template(), f"{worker_name}_door") as database,
    ):
        with scoped(SYSTEM):
            w = world.make()
            assert all([w.head, w.inspector, w.second, w.stranger])
        yield database.env, w


@pytest.fixture(scope="module")
def door(fresh: tuple[dict[str, str], world.World], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    port, home = free_port(), tmp_path_factory.mktemp("door")
    process = started(run.desk("127.0.0.1", port, 1), fresh[0], home, port)
    yield Door(port, home, fresh[1])
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(20)


MADE = f"GET /made/{BIG} HTTP/1.1\r\nHost: localhost\r\n\r\n"
STORED = f"GET /stored/{BIG} HTTP/1.1\r\nHost: localhost\r\n\r\n"
SENT = "POST /told/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nonly this"


def test_by_the_plain_handler_one_slow_reader_holds_everybody(
    fresh: tuple[dict[str, str], world.World], tmp_path: Path
) -> None:
    """What the door is for: the same without it, one thread for pages as well."""
    port = free_port()
    line = [word.replace("asgi", "wsgi") if word == "asgi" else word for word in run.desk("127.0.0.1", port, 1)]
    process = started([*line[:-1], "zhijian.config.wsgi:application"], fresh[0], tmp_path, port)
    plain = Door(port, tmp_path, fresh[1])
    try:
        with plain.slow(MADE) as reader, pytest.raises(TimeoutError):
            reader.recv(1)
            plain.ask("/healthz", seconds=2)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


@pytest.mark.parametrize("said", [MADE, STORED, SENT], ids=["made", "stored", "sent"])
def test_pages_come_while_lines_are_slow(door: Door, said: str) -> None:
    """More slow lines than the process has threads of any kind."""
    with contextlib.ExitStack() as lines:
        for _ in range(8):
            line = lines.enter_context(door.slow(said))
        if said is not SENT:
            assert line.recv(1) == b"H"
        answer = door.ask("/healthz", seconds=10)
        assert (answer.status, answer.read()) == (200, b'{"ok": true}')


def test_a_slow_reader_holds_no_transaction(door: Door) -> None:
    with door.slow(MADE) as line:
        assert line.recv(1) == b"H"
        until = time.monotonic() + 20
        while _transactions():
            assert time.monotonic() < until, "the file is made, and its transaction still open"
            time.sleep(0.05)


def _transactions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND xact_start IS NOT NULL AND backend_type = 'client backend'"
        )
        return cursor.fetchone()[0]


def test_what_is_said_of_a_file_without_the_file(door: Door) -> None:
    """The browser that has a file asks whether it is still the same; the field app's worker asks for it by its folder."""
    first = door.ask("/field/")
    assert (first.status, b"<html" in first.read()) == (200, True)
    same = door.ask("/field/", If_None_Match=first.headers["ETag"])
    assert (same.status, same.read()) == (304, b"")
    since = door.ask("/field/", If_Modified_Since=first.headers["Last-Modified"])
    assert (since.status, since.read()) == (304, b"")
    elsewhere = door.ask("/field/index.html")
    assert (elsewhere.status, elsewhere.read(), elsewhere.headers["Location"]) == (302, b"", "./")
    beyond = door.ask("/field/", Range="bytes=99999999-")
    assert (beyond.status, beyond.read()) == (416, b"")
    piece = door.ask("/field/", Range="bytes=0-4")
    assert (piece.status, piece.read().lower()) == (206, b"<!doc")


def test_a_broken_line_goes_on_where_it_broke(door: Door) -> None:
    cookie = session_of(door.w.head)
    first = door.ask("/made/3?slow=0.005", cookie)
    tag = first.headers["ETag"]
    begun = first.read(400_000)
    first.close()
    rest = door.ask("/made/3?slow=0.005", cookie, Range="bytes=400000-", If_Range=tag)
    assert (rest.status, rest.headers["Content-Range"]) == (206, f"bytes 400000-{3 * 2**20 - 1}/{3 * 2**20}")
    whole = begun + rest.read()
    [kept] = [path for path in door.files() if path.name.endswith(tag.strip('"'))]
    assert hashlib.sha256(whole).digest() == hashlib.sha256(kept.read_bytes()).digest()
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    by_firefox = door.ask("/made/3?slow=0.005", cookie, Range="bytes=3145000-", If_Match=tag)
    assert (by_firefox.status, len(by_firefox.read())) == (206, 3 * 2**20 - 3_145_000)
    assert door.ask("/made/3?slow=0.005", cookie, Range="bytes=9000000-", If_Range=tag).status == 416


def test_the_rest_is_for_nobody_else(door: Door) -> None:
    """Another person, another session of the same, another address, no session: the whole, made anew; never the rest."""
    cookie = session_of(door.w.head)
    tag = _read(door.ask("/made/1", cookie))
    others = [(session_of(door.w.stranger), "/made/1"), (session_of(door.w.head), "/made/1"), (cookie, "/made/1?b=1")]
    for whose, path in [*others, ("", "/made/1")]:
        answer = door.ask(path, whose, Range="bytes=5-", If_Range=tag)
        assert answer.status == 200
        assert _read(answer) != tag
    assert door.ask("/made/1", cookie, Range="bytes=5-", If_Range='"../../secrets"').status == 200
    assert door.ask("/made/1", cookie, Range="bytes=5-").status == 200


def _read(answer: http.client.HTTPResponse) -> str:
    assert len(answer.read()) == 2**20
    return answer.headers["ETag"] or ""


def test_the_rest_is_not_for_whoever_lost_his_post(door: Door) -> None:
    with scoped(SYSTEM):
        person = door.w.person("借调", "head", world.SISTER)
    cookie = session_of(person)
    tag = _read(door.ask("/made/1", cookie))
    assert door.ask("/made/1", cookie, Range="bytes=5-", If_Range=tag).status == 206
    with scoped(SYSTEM):
        person.posts.all().delete()
    assert door.ask("/made/1", cookie, Range="bytes=5-", If_Range=tag).status == 200


def test_a_file_that_breaks_off_is_not_taken_for_whole(door: Door) -> None:
    answer = door.ask("/made/2?breaks=9", session_of(door.w.head))
    tag = answer.headers["ETag"].strip('"')
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()
    early = door.ask("/made/2?breaks=0", Accept_Language="en")
    assert (early.status, early.read()) == (500, b"The file could not be made. Try again later.\n")
    assert [path for path in door.files() if tag in path.name] == []


def test_a_request_arrives_as_it_was_sent(door: Door) -> None:
    body = os.urandom(3_000_000)
    link = http.client.HTTPConnection("127.0.0.1", door.port, timeout=20)
    headers = {"X_Forwarded_For": "6.6.6.6", "Cookie": "a=1"}
    link.request("POST", "/told/%E6%B7%84%E5%8D%9A", body=io.BytesIO(body), headers=headers)
    answer = link.getresponse().read().decode().split("\n")
    assert answer == [hashlib.sha256(body).hexdigest(), "-", "a=1", "/told/淄博"]


def test_pages_and_their_headers_come_through(door: Door) -> None:
    page = door.ask("/login/")
    assert page.status == 200
    assert "csrftoken=" in page.headers["Set-Cookie"]
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert len(page.read()) == int(page.headers["Content-Length"])
    head = door.ask("/login/", method="HEAD")
    assert (head.status, head.read()) == (200, b"")
    assert door.ask("/made/99", method="HEAD").read() == b""
    assert door.ask("/l/inspection/export/").status == 302
    assert door.ask("/nothing/", session_of(door.w.head)).status == 404
    small = door.ask("/stored/0")
    assert (small.status, small.read()) == (200, b"")


def test_excel_of_a_list_is_resumed_and_told_once(door: Door) -> None:
    """The real thing: rows of his area only, one entry of the ledger, however often the line breaks."""
    with scoped(SYSTEM):
        plan(door.w)
    cookie = session_of(door.w.head)
    first = door.ask("/l/inspection/export/", cookie)
    begun = first.read(1000)
    first.close()
    rest = door.ask("/l/inspection/export/", cookie, Range="bytes=1000-", If_Range=first.headers["ETag"])
    assert rest.status == 206
    assert _rows(begun + rest.read()) == 2
    stranger = door.ask("/l/inspection/export/", session_of(door.w.stranger))
    assert _rows(stranger.read()) == 1
    with scoped(SYSTEM):
        told = LedgerEntry.objects.filter(kind="desk.exported", subject=f"account:{door.w.head.pk}")
        assert told.count() == 1


def _rows(book: bytes) -> int:
    return len(CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python())
