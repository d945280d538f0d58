"""The providers, simulated by HTTP for developers and tests: text messages with receipts, and both kinds of robots.

`serve()` runs them on this machine; `Outside` is what they keep, and how they are told to misbehave. They answer as the
real ones do: refusals by code, limits by the minute, signatures that are checked, reports again until they are taken.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from zhijian.kernel.notices.channels.robots import A_MINUTE
from zhijian.kernel.notices.channels.simulated import REFUSED, state_of

HOUR = 3600_000  # milliseconds that a DingTalk signature holds
Answer = tuple[int, Any]


@dataclass
class Outside:
    """What the providers keep. `fail` are statuses for the next requests; `lose` answers get lost after the work."""

    token: str = "simulator"
    signatures: set[str] = field(default_factory=set)  # registered; empty: any
    templates: set[str] = field(default_factory=set)
    robots: dict[str, str] = field(default_factory=dict)  # key -> signing secret, "" for none
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)  # by key
    copies: int = 0
    reports: list[dict[str, Any]] = field(default_factory=list)
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # key of the robot and body
    fail: list[int] = field(default_factory=list)
    lose: int = 0
    minutes: dict[str, list[float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def message(self, told: dict[str, Any]) -> Answer:
        """Take a text message, or refuse it with a code."""
        if not told.get("to", "").strip("+-").replace("-", "").isdigit():
            return 400, {"code": "number"}
        if told["to"].endswith(REFUSED):
            return 400, {"code": "unknown_number"}
        if self.signatures and told.get("signature") not in self.signatures:
            return 400, {"code": "signature"}
        if self.templates and told.get("template") not in self.templates:
            return 400, {"code": "template"}
        with self.lock:
            known = self.messages.get(told["key"])
            if known is None:
                self.copies += 1
                known = self.messages[told["key"]] = {**told, "id": f"M{self.copies:06d}"}
                self.report(told["key"], state_of(told["to"]))
        return 200, {"id": known["id"]}

    def report(self, key: str, state: str) -> None:
        """A report that waits to be fetched; none for an empty state."""
        if state:
            at = dt.datetime.now(dt.UTC).isoformat()
            self.reports.append({"id": f"R{len(self.reports) + 1:06d}", "key": key, "state": state, "at": at})

    def robot(self, kind: str, query: dict[str, list[str]], body: dict[str, Any]) -> Answer:
        """What a group's robot answers: always 200, with an errcode."""
        key = query.get("key" if kind == "wecom" else "access_token", [""])[0]
        if key not in self.robots:
            return 200, {"errcode": 93000 if kind == "wecom" else 300001, "errmsg": "invalid webhook url"}
        if self.robots[key] and not _signed(self.robots[key], query):
            return 200, {"errcode": 310000, "errmsg": "sign not match"}
        with self.lock:
            now = time.monotonic()
            lately = [at for at in self.minutes.get(key, []) if now - at < 60]
            if len(lately) >= A_MINUTE:
                return 200, {"errcode": 45009 if kind == "wecom" else 130101, "errmsg": "send too fast"}
            self.minutes[key] = [*lately, now]
        content = (
            body.get("markdown", {}).get("content", "") if kind == "wecom" else json.dumps(body, ensure_ascii=False)
        )
        if body.get("msgtype") != "markdown":
            return 200, {"errcode": 40008, "errmsg": "invalid message type"}
        if len(content.encode()) > (4096 if kind == "wecom" else 20_000):
            return 200, {"errcode": 40058, "errmsg": "markdown.content exceed max length"}
        self.said.append((key, body))
        return 200, {"errcode": 0, "errmsg": "ok"}

    def answer(self, method: str, url: str, told: dict[str, Any], bearer: str) -> Answer:
        """Which provider is asked for what."""
        parts = urlsplit(url)
        if parts.path == "/cgi-bin/webhook/send":
            return self.robot("wecom", parse_qs(parts.query), told)
        if parts.path == "/robot/send":
            return self.robot("dingtalk", parse_qs(parts.query), told)
        if bearer != f"Bearer {self.token}":
            return 401, {"code": "token"}
        if (method, parts.path) == ("POST", "/messages"):
            return self.message(told)
        if method == "GET" and parts.path.startswith("/messages/"):
            known = self.messages.get(parts.path.rsplit("/", 1)[-1])
            return (200, {"id": known["id"]}) if known else (404, {"code": "key"})
        if (method, parts.path) == ("GET", "/receipts"):
            return 200, {"receipts": self.reports[:100]}
        if (method, parts.path) == ("POST", "/receipts/taken"):
            self.reports = [one for one in self.reports if one["id"] not in told["ids"]]
            return 200, {}
        return 404, {"code": "address"}


def _signed(secret: str, query: dict[str, list[str]]) -> bool:
    """Whether the signature is right and not an hour old. Written anew, so that it checks the adapter's."""
    at, given = query.get("timestamp", [""])[0], query.get("sign", [""])[0]
    if not at.isdecimal() or abs(int(at) - time.time() * 1000) > HOUR:
        return False
    wanted = base64.b64encode(hmac.new(secret.encode(), f"{at}\n{secret}".encode(), "sha256").digest()).decode()
    return hmac.compare_digest(wanted, given)


def _handler(outside: Outside) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            if outside.fail:
                status, body = outside.fail.pop(0), {"code": "busy"}
            else:
                status, body = outside.answer(self.command, self.path, told, self.headers.get("Authorization", ""))
            if outside.lose and self.command == "POST":
                outside.lose -= 1
                self.close_connection = True
                return self.connection.close()
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            return None

        do_GET = do_POST = _serve  # noqa: N815 -- the library's names

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def serve(port: int = 0) -> Iterator[tuple[str, Outside]]:
    """Running providers: their address and what they keep."""
    outside = Outside()
    with ThreadingHTTPServer(("127.0.0.1", port), _handler(outside)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", outside
        finally:
            server.shutdown()
