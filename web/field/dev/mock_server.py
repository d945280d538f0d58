"""A small stand-in for the server, for looking at the app and for its browser journey. It keeps nothing.

    python dev/mock_server.py [port]        then open http://127.0.0.1:8787/field/   (any name, password, code 123456)

It speaks the field sync contract strictly: it checks the device's signature, the digests and the offsets, so that what
passes here is what the real server takes. `Mock.rules` lets a test make it fail in chosen ways.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from mock_data import PACK, SECTIONS, SHOP, forms, picture, shop

HERE = Path(__file__).resolve().parent
DIST = HERE.parent / "dist"
CSP = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "media-src 'self' blob:; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
SHANGHAI = dt.timezone(dt.timedelta(hours=8))  # the browser of the journey stands there


def b64(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


class Mock:
    """All that the stand-in knows; one for each server."""

    def __init__(self) -> None:
        self.devices: dict[str, dict[str, Any]] = {}
        self.nonces: dict[str, str] = {}
        self.tokens: set[str] = set()
        self.records: dict[str, bytes] = {}
        self.puts: list[str] = []
        self.uploads: dict[str, bytearray] = {}
        self.done: set[str] = set()
        self.pulls = 0
        self.tasks_done: set[str] = set()
        self.grant_until = (dt.datetime.now(SHANGHAI).date() + dt.timedelta(days=30)).isoformat() + "T00:00:00+08:00"
        self.ahead = 0  # seconds that the server's clock is behind the phone's
        self.fail_next_chunk = 0  # this many chunks are stored and then the answer is lost
        self.refuse: set[str] = set()  # ids of premises whose records get a 422

    def person(self) -> dict[str, Any]:
        return {
            "id": 7,
            "name": "执法员甲",
            "certificate_no": "37030100001",
            "certificate_until": "2028-01-01",
            "posts": [],
        }

    def tasks(self) -> list[dict[str, Any]]:
        today = dt.datetime.now(SHANGHAI).date()
        day = lambda n: (today + dt.timedelta(days=n)).isoformat()  # noqa: E731
        rows = [
            (101, 1, "routine", day(0)),
            (102, 2, "special", day(-3)),
            (103, 3, "recheck", day(1)),
            (104, 4, "routine", day(6)),
            (105, 3, "special", day(9)),
        ]
        findings = [
            {
                "item": "2.2",
                "rectification": SHOP.format(901),
                "found": "原料堆放在地面",
                "required": "分类、分架、离墙离地存放",
                "deadline": day(1),
                "state": "answered",
                "answer": "已购置货架,原料全部上架。",
                "answered": day(-1),
                "asked_until": None,
                "asked_reason": "",
                "photos": ["/api/field/v1/pictures/one", "/api/field/v1/pictures/two"],
            },
            {
                "item": "3.8",
                "rectification": SHOP.format(902),
                "found": "回收使用剩余辣油",
                "required": "剩余食品不得再次使用",
                "deadline": day(1),
                "state": "ordered",
                "answer": "",
                "asked_until": day(9),
                "asked_reason": "厨师长出差,回来后培训。",
                "photos": [],
            },
        ]
        return [
            {
                "uid": SHOP.format(n),
                "number": f"检〔2026〕{n}",
                "premises": SHOP.format(s),
                "kind": kind,
                "checklist": {"id": "cn.food_service", "version": 1},
                "state": "planned",
                "due": due,
                "assignee": 7,
                "second": 8,
                "version": 1,
                "open_items": findings if kind == "recheck" else [],
            }
            for n, s, kind, due in rows
            if SHOP.format(n) not in self.tasks_done
        ]

    def pull(self, since: str) -> dict[str, Any]:
        self.pulls += 1
        now = (dt.datetime.now(dt.UTC) - dt.timedelta(seconds=self.ahead)).isoformat()
        if not since:
            return {"cursor": "p1", "more": True, "server_time": now, "premises": [shop(n) for n in range(1, 200)]}
        today = dt.datetime.now(SHANGHAI).date()
        off = [d.isoformat() for d in (today + dt.timedelta(days=i) for i in range(60)) if d.weekday() > 4]
        other = {
            "id": 8,
            "name": "执法员乙",
            "certificate_no": "37030100002",
            "certificate_until": "2028-01-01",
            "signs": True,
        }
        stale = {
            "id": 9,
            "name": "执法员丙",
            "certificate_no": "37030100003",
            "certificate_until": "2020-01-01",
            "signs": False,
        }
        sections = [{"no": no, "title": title, "items": items} for no, title, items in SECTIONS]
        checklist = {
            "id": "cn.food_service",
            "version": 1,
            "number": "表1-3",
            "title": "餐饮服务监督检查要点表",
            "basis": "食品生产经营监督检查管理办法(令49)",
            "since": "2022-03-15",
            "until": None,
            "verified": True,
            "applies": ["food_service"],
            "sections": sections,
        }
        numbers = [
            {"kind": kind, "number": f"淄市监{short}〔2026〕{n}号", "code": f"V{short_code}{n:08d}"}
            for kind, short, short_code in (
                ("onsite_record", "笔", "A"),
                ("result_sheet", "检", "B"),
                ("rectification_order", "责改", "C"),
            )
            for n in (9, 10)
        ]
        return {
            "cursor": "p2",
            "more": False,
            "server_time": now,
            "uploads": "",
            "person": {**self.person(), "signs": True},
            "grant_until": self.grant_until,
            "colleagues": [{**self.person(), "signs": True}, other, stale],
            "checklists": [checklist] if since == "p1" else [],
            "tasks": self.tasks(),
            "removed": {"premises": [], "tasks": sorted(self.tasks_done), "checklists": []},
            "rules": {
                "decide": json.loads((PACK / "field/decide.json").read_text()),
                "limits": {"officers": 2, "photo_for_failed": False, "photos_per_item": 9, "far_metres": 500},
                "deadline": {
                    "days": 15,
                    "unit": "working_days",
                    "basis": "令49第33条",
                    "max": None,
                    "unverified": True,
                },
            },
            "calendar": {"from": today.isoformat(), "to": (today + dt.timedelta(days=59)).isoformat(), "off": off},
            "organ": {"name": "淄博市张店区市场监督管理局", "short": "水晶街所", "area": "370303006"},
            "numbers": numbers,
            "papers": forms(),
        }

    def signed(self, device: str, nonce: str, signature: str) -> bool:
        jwk = self.devices.get(device)
        raw = base64.b64decode(signature)
        if jwk is None or self.nonces.pop(nonce, None) != device or len(raw) != 64:
            return False
        key = ec.EllipticCurvePublicNumbers(b64(jwk["x"]), b64(jwk["y"]), ec.SECP256R1()).public_key()
        der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        try:
            key.verify(der, nonce.encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


class Handler(BaseHTTPRequestHandler):
    mock: Mock
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        """Quiet: the journey prints what matters."""

    def reply(self, status: int, body: Any) -> None:
        self.send(status, json.dumps(body).encode(), "application/json")

    def send(self, status: int, data: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def problem(self, status: int, code: str, **more: Any) -> None:
        self.reply(status, {"problem": code, "message": f"({code})", "mend": "", **more})

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def known(self) -> bool:
        if self.headers.get("Authorization", "").removeprefix("Bearer ") in self.mock.tokens:
            return True
        self.problem(401, "token.stale")
        return False

    def do_GET(self) -> None:
        url = urlparse(self.path)
        if url.path.startswith("/field"):
            return self.static(url.path.removeprefix("/field/") or "index.html")
        if not self.known():
            return None
        if url.path == "/api/field/v1/pull":
            return self.reply(200, self.mock.pull(parse_qs(url.query).get("since", [""])[0]))
        if url.path.startswith("/api/field/v1/pictures/"):
            return self.send(200, picture(url.path), "image/jpeg")
        if url.path.startswith("/uploads/"):
            return self.reply(200, self.state_of(url.path.rsplit("/", 1)[1]))
        return self.problem(404, "not.here")

    def state_of(self, sha: str) -> dict[str, Any]:
        return {
            "offset": len(self.mock.uploads.get(sha, b"")),
            "size": None,
            "done": sha in self.mock.done,
            "sha256": sha,
        }

    def do_POST(self) -> None:
        told = json.loads(self.body())
        path = urlparse(self.path).path.removeprefix("/api/field/v1/")
        if path == "enrol":
            if told["code"] != "123456":
                return self.problem(403, "enrol.refused")
            device = told.get("renews") or SHOP.format(7000 + len(self.mock.devices))
            self.mock.devices[device] = told["public_key"]
            now = dt.datetime.now(dt.UTC).isoformat()
            return self.reply(
                200,
                {
                    "device": device,
                    "person": self.mock.person(),
                    "grant_until": self.mock.grant_until,
                    "server_time": now,
                    "city": "淄博智监",
                    "locale": "zh-hans",
                },
            )
        if path == "challenge":
            nonce = secrets.token_urlsafe(24)
            self.mock.nonces[nonce] = told["device"]
            return self.reply(200, {"nonce": nonce})
        if path == "token" and self.mock.signed(told["device"], told["nonce"], told["signature"]):
            token = secrets.token_urlsafe(24)
            self.mock.tokens.add(token)
            return self.reply(200, {"token": token, "expires": 600})
        return self.problem(401, "token.stale")

    def do_PUT(self) -> None:
        body = self.body()
        if not self.known():
            return None
        url = urlparse(self.path)
        name = url.path.rsplit("/", 1)[1]
        return (
            self.take_chunk(name, body, parse_qs(url.query))
            if "/uploads/" in url.path
            else self.take_record(name, body)
        )

    def take_record(self, uid: str, body: bytes) -> None:
        mock, raw = self.mock, json.loads(body)
        mock.puts.append(uid)
        if raw["content"]["premises"] in mock.refuse:
            return self.problem(422, "record.unreadable")
        if mock.records.setdefault(uid, body) != body:
            return self.problem(409, "record.differs")
        content = json.dumps(raw["content"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        assert body == json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(), (
            "not canonical"
        )
        assert hashlib.sha256(content).hexdigest() == raw["digest"], "digest"
        if raw["content"]["task"]:
            mock.tasks_done.add(raw["content"]["task"])
        missing = [p["sha256"] for p in raw["content"]["photos"] if p["sha256"] not in mock.done]
        matter = {"uid": uid, "number": f"淄检〔2026〕{len(mock.records)}", "title": "示例"}
        return self.reply(
            201,
            {
                "id": uid,
                "state": "accepted",
                "sha256": hashlib.sha256(body).hexdigest(),
                "matter": matter,
                "flags": [],
                "blobs_missing": missing,
            },
        )

    def take_chunk(self, sha: str, body: bytes, query: dict[str, list[str]]) -> None:
        mock, held = self.mock, self.mock.uploads.setdefault(sha, bytearray())
        offset, size = int(query["offset"][0]), int(query["size"][0])
        if len(body) > 262_144:
            return self.problem(413, "upload.chunk")
        if offset != len(held):
            return self.reply(409, {"offset": len(held)})
        held += body
        if mock.fail_next_chunk:
            mock.fail_next_chunk -= 1
            return self.problem(503, "gateway")
        if len(held) == size:
            if hashlib.sha256(held).hexdigest() != sha:
                held.clear()
                return self.problem(422, "upload.digest")
            mock.done.add(sha)
        return self.reply(200, {"offset": len(held), "done": sha in mock.done})

    def static(self, name: str) -> None:
        path = (DIST / name).resolve()
        if not path.is_relative_to(DIST) or not path.is_file():
            return self.problem(404, "not.here")
        data = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", TYPES.get(path.suffix, "application/manifest+json"))
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Content-Security-Policy", CSP)
        self.end_headers()
        self.wfile.write(data)
        return None


def serve(port: int = 0) -> tuple[ThreadingHTTPServer, Mock]:
    """A server on the port (0: any free one) and what it knows; the caller runs serve_forever."""
    mock = Mock()
    handler = type("BoundHandler", (Handler,), {"mock": mock})
    return ThreadingHTTPServer(("127.0.0.1", port), handler), mock


if __name__ == "__main__":
    server, _ = serve(int(sys.argv[1]) if len(sys.argv) > 1 else 8787)
    print(f"http://127.0.0.1:{server.server_port}/field/")
    server.serve_forever()
