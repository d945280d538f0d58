"""The other side, simulated by HTTP: an Open311 endpoint with a store of its own, which may be killed at any moment.

It lists requests and takes updates and new requests as FixMyStreet's servers do, and pushes its own requests to another
endpoint. What it has answered stands in its file (SQLite, written through): whatever was not answered, it never had.
It is written without the gateway's own code, so that it checks it.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS request (number TEXT PRIMARY KEY, told TEXT, at TEXT, token TEXT, known_as TEXT, status TEXT,
  notes TEXT);
CREATE TABLE IF NOT EXISTS got (code TEXT PRIMARY KEY, number TEXT, status TEXT, text TEXT, times INTEGER);
CREATE TABLE IF NOT EXISTS ours (code TEXT PRIMARY KEY, number TEXT, status TEXT, text TEXT, at TEXT);
CREATE TABLE IF NOT EXISTS given (external TEXT PRIMARY KEY, number TEXT, told TEXT, times INTEGER);
CREATE INDEX IF NOT EXISTS request_at ON request (at);
"""
Send = Callable[[str, str, dict[str, Any]], tuple[int, Any]]  # method, path and parameters; status and JSON


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Store:
    """What the other side has. Every change is on the disk before it is answered."""

    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        with self.open() as db:
            for statement in TABLES.split(";"):
                db.execute(statement)

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """A connection and a transaction; nobody else writes meanwhile."""
        db = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        db.row_factory = sqlite3.Row
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")
        finally:
            db.close()

    def make(self, n: int, prefix: str = "SIM", service: str = "P04", at: str = "") -> None:
        """Requests of its own, to be pulled or pushed."""
        rows = []
        for k in range(n):
            told = {
                "service_code": service, "description": f"{prefix} {k}: 在清风小馆吃出头发，要求退款。",
                "address": "张店区水晶街1号", "said_name": "清风小馆",
            }  # fmt: skip
            rows.append((f"{prefix}-{k:06d}", json.dumps(told, ensure_ascii=False), at or _now(), "open"))
        with self.open() as db:
            db.executemany("INSERT OR IGNORE INTO request (number, told, at, status) VALUES (?, ?, ?, ?)", rows)

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """What a question finds."""
        with self.open() as db:
            return [dict(one) for one in db.execute(sql, values)]

    # -- asked

    def requests(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        """A page of the list, by time."""
        size = min(int(asked.get("page_size", 1000)), 1000)
        start = (int(asked.get("page", 1)) - 1) * size
        rows = self.rows(
            "SELECT * FROM request WHERE at >= ? AND at <= ? ORDER BY at, number LIMIT ? OFFSET ?",
            asked.get("start_date", ""), asked.get("end_date", "9"), size, start,
        )  # fmt: skip
        return [
            {"service_request_id": one["number"], "status": one["status"], "status_notes": one["notes"] or "",
             "requested_datetime": one["at"], **json.loads(one["told"])}
            for one in rows
        ]  # fmt: skip

    def update(self, told: dict[str, str]) -> tuple[int, Any]:
        """Take an update; the same number again is the same."""
        number, code = told.get("service_request_id", ""), told.get("update_id", "")
        with self.open() as db:
            if db.execute("SELECT 1 FROM request WHERE number = ?", (number,)).fetchone() is None:
                return 404, [{"code": 404, "description": "service_request_id"}]
            about = (code, number, told.get("status", "").lower(), told.get("description", ""))
            db.execute(
                "INSERT INTO got VALUES (?, ?, ?, ?, 1) ON CONFLICT (code) DO UPDATE SET times = times + 1", about
            )
            db.execute("UPDATE request SET status = ?, notes = ? WHERE number = ?", (about[2], about[3], number))
        return 200, [{"update_id": code}]

    def take(self, told: dict[str, str]) -> tuple[int, Any]:
        """Take a new request; the same outer number again is the same. Answered by a token."""
        external = told.get("external_id", "")
        with self.open() as db:
            n = db.execute("SELECT count(*) FROM given").fetchone()[0] + 1
            db.execute(
                "INSERT INTO given VALUES (?, ?, ?, 1) ON CONFLICT (external) DO UPDATE SET times = times + 1",
                (external, f"GIVEN-{n:06d}", json.dumps(told, ensure_ascii=False)),
            )
        return 200, [{"token": f"t-{external}"}]

    def answer(self, method: str, path: str, told: dict[str, str]) -> tuple[int, Any]:
        """What it answers at an address below its own."""
        name = path.rpartition("/")[2].removesuffix(".json")
        if method == "POST":
            return self.update(told) if name == "servicerequestupdates" else self.take(told)
        if name == "requests":
            return 200, self.requests(told)
        if name == "servicerequestupdates":
            rows = self.rows(
                "SELECT * FROM ours WHERE at >= ? AND at <= ? ORDER BY at", told.get("start_date", ""),
                told.get("end_date", "9"),
            )  # fmt: skip
            return 200, [
                {"update_id": one["code"], "service_request_id": one["number"], "status": one["status"],
                 "updated_datetime": one["at"], "description": one["text"]}
                for one in rows
            ]  # fmt: skip
        if "/tokens/" in path:
            external = urllib.parse.unquote(name).removeprefix("t-")
            rows = self.rows("SELECT number FROM given WHERE external = ?", external)
            return (200, [{"service_request_id": rows[0]["number"]}]) if rows else (404, [])
        return 404, [{"code": 404, "description": path}]

    # -- asking

    def push(self, send: Send) -> int:
        """Give every request that has no number there yet, then follow all that are open. Returns how many are open.

        An OSError of `send` is the other side being down: the next call goes on.
        """
        for one in self.rows("SELECT * FROM request WHERE token IS NULL ORDER BY number"):
            told = json.loads(one["told"])
            status, rows = send("POST", "requests", {
                "service_code": told["service_code"], "description": told["description"], "external_id": one["number"],
                "address_string": told["address"], "attribute[said_name]": told["said_name"],
            })  # fmt: skip
            if status != 200:
                raise OSError(f"HTTP {status}: {rows}")
            token, number = rows[0].get("token", ""), rows[0].get("service_request_id", "")
            self._note("UPDATE request SET token = ?, known_as = ? WHERE number = ?", token or number, number, one)
        for one in self.rows("SELECT * FROM request WHERE coalesce(known_as, '') = ''"):
            status, rows = send("GET", f"tokens/{one['token']}", {})
            if status == 200 and rows[0].get("service_request_id"):
                self._note("UPDATE request SET known_as = ? WHERE number = ?", rows[0]["service_request_id"], one)
        self._follow(send)
        return int(self.rows("SELECT count(*) AS n FROM request WHERE status = 'open'")[0]["n"])

    def _note(self, sql: str, *values: Any) -> None:
        *plain, one = values
        with self.open() as db:
            db.execute(sql, (*plain, one["number"]))

    def _follow(self, send: Send) -> None:
        page = 1
        while True:
            status, rows = send("GET", "servicerequestupdates", {"page": str(page), "page_size": "200"})
            if status != 200:
                raise OSError(f"HTTP {status}: {rows}")
            with self.open() as db:
                for row in rows:
                    about = (row["update_id"], row["service_request_id"], row["status"], row["description"])
                    db.execute("INSERT OR IGNORE INTO got VALUES (?, ?, ?, ?, 1)", about)
                    db.execute(
                        "UPDATE request SET status = ?, notes = ? WHERE known_as = ?", (about[2], about[3], about[1])
                    )
            if len(rows) < 200:
                return
            page += 1


def sender(url: str, key: str) -> Send:
    """How requests are pushed to an endpoint: with its key, in JSON, everything in the query or the form."""
    from zhijian.gateways.open311 import lines

    def send(method: str, path: str, params: dict[str, Any]) -> tuple[int, Any]:
        try:
            status, body = lines.ask(f"{url}/{path}.json", method, {"api_key": key, **params})
        except lines.Silence as error:
            raise OSError(str(error)) from error
        return status, json.loads(body)

    return send


def _handler(store: Store, key: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            url = urllib.parse.urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            told = dict(urllib.parse.parse_qsl(f"{url.query}&{body}", keep_blank_values=True))
            if told.get("api_key") != key:
                return self._say(403, [{"code": 403, "description": "api_key"}])
            return self._say(*store.answer(self.command, url.path, told))

        def _say(self, status: int, told: Any) -> None:
            data = json.dumps(told, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _serve  # noqa: N815 -- the library's names

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def serve(store: Store, key: str, port: int = 0) -> Iterator[str]:
    """The endpoint, running; yields its address."""
    with ThreadingHTTPServer(("127.0.0.1", port), _handler(store, key)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v2"
        finally:
            server.shutdown()


def push_for_ever(store: Store, url: str, key: str, pause: float = 1.0) -> None:
    """Push and follow again and again, whatever happens to the other side."""
    send = sender(url, key)
    while True:
        with suppress(OSError, ValueError):
            store.push(send)
        time.sleep(pause)
