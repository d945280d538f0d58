"""The providers, simulated by HTTP for developers and tests: text messages with receipts, and both kinds of robots.

`serve(Outside())` of `kernel.simulating` runs them on this machine. They answer as the
real ones do: refusals by code, limits by the minute, signatures that are checked, reports again until they are taken.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from zhijian.kernel.notices.channels.robots import A_MINUTE
from zhijian.kernel.notices.channels.simulated import REFUSED, state_of
from zhijian.kernel.simulating import Answer, Provider

HOUR = 3600_000  # milliseconds that a DingTalk signature holds
ROBOTS = ("/cgi-bin/webhook/send", "/robot/send")  # their key stands in the address


@dataclass
class Outside(Provider):
    """What the providers keep."""

    signatures: set[str] = field(default_factory=set)  # registered; empty: any
    templates: set[str] = field(default_factory=set)
    robots: dict[str, str] = field(default_factory=dict)  # key -> signing secret, "" for none
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)  # by key
    copies: int = 0
    reports: list[dict[str, Any]] = field(default_factory=list)
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # key of the robot and body
    minutes: dict[str, list[float]] = field(default_factory=dict)

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

    def admits(self, url: str, bearer: str) -> bool:
        """A robot is known by its key, the others ask for the token."""
        return urlsplit(url).path in ROBOTS or super().admits(url, bearer)

    def answer(self, method: str, url: str, told: dict[str, Any]) -> Answer:
        """Which provider is asked for what."""
        parts = urlsplit(url)
        if parts.path in ROBOTS:
            kind = "wecom" if parts.path == ROBOTS[0] else "dingtalk"
            return self.robot(kind, parse_qs(parts.query), told)
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
