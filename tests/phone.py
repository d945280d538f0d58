"""A phone, as the server sees it: enrols, proves itself, pulls, and sends records; the transport is the caller's."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import json
import random
import uuid
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from PIL import Image

from zhijian.kernel.evidence.digest import canonical, sha256_hex

Send = Callable[[str, str, bytes, dict[str, str]], tuple[int, dict[str, Any]]]
API = "/api/field/v1/"
STROKES = [[[10, 10, 0], [40, 60, 90], [80, 20, 200]]]


def picture(seed: int, size: tuple[int, int] = (640, 480)) -> bytes:
    """A small photo, another one for each seed."""
    dice = random.Random(seed)
    image = Image.new("RGB", size, (dice.randrange(256), dice.randrange(256), dice.randrange(256)))
    for _ in range(40):
        image.putpixel((dice.randrange(size[0]), dice.randrange(size[1])), (seed % 256, 0, 0))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


class Phone:
    """One phone with its key."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.device = ""
        self.token = ""
        self.cursor = ""
        self.data: dict[str, Any] = {"premises": {}, "tasks": {}, "checklists": {}}

    def jwk(self) -> dict[str, str]:
        """The public key, as WebCrypto exports it."""
        numbers = self.key.public_key().public_numbers()
        x, y = (base64.urlsafe_b64encode(n.to_bytes(32, "big")).rstrip(b"=").decode() for n in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "ext": True, "key_ops": ["verify"]}  # type: ignore[dict-item]

    def sign(self, text: str) -> str:
        """r‖s in base64, as WebCrypto signs."""
        r, s = utils.decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(SHA256())))
        return base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()

    def call(self, method: str, path: str, body: Any = None, raw: bytes | None = None) -> tuple[int, dict[str, Any]]:
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.send(method, API + path, raw if raw is not None else json.dumps(body or {}).encode(), headers)

    def enrol(self, username: str, password: str, code: str) -> tuple[int, dict[str, Any]]:
        status, told = self.call(
            "POST", "enrol",
            {"username": username, "password": password, "code": code, "public_key": self.jwk(), "device_name": "test"},
        )  # fmt: skip
        if status == 200:
            self.device = told["device"]
        return status, told

    def renew(self, username: str, password: str, code: str, *, by: ec.EllipticCurvePrivateKey | None = None) -> Any:
        """Another key in the place of the one that the phone has, which says so (or `by` another one)."""
        old = self.key
        self.key = ec.generate_private_key(ec.SECP256R1())
        new, jwk = self.key, self.jwk()
        self.key = by or old
        proof = self.sign(f"renew:{self.device}:{jwk['x']}")
        self.key = new
        body = {"username": username, "password": password, "code": code, "public_key": jwk, "device_name": "x"}
        status, told = self.call("POST", "enrol", {**body, "renews": self.device, "proof": proof})
        if status == 200:
            self.device = told["device"]
        return status, told

    def prove(self) -> int:
        """Get a token for the signed challenge."""
        _, told = self.call("POST", "challenge", {"device": self.device})
        proof = {"device": self.device, "nonce": told["nonce"], "signature": self.sign(told["nonce"])}
        status, told = self.call("POST", "token", proof)
        self.token = told.get("token", "")
        return status

    def pull(self) -> dict[str, Any]:
        """Pull until there is no more; keep what came."""
        told: dict[str, Any] = {"more": True}
        while told["more"]:
            status, told = self.call("GET", f"pull?since={self.cursor}")
            assert status == 200, told
            self.cursor = told["cursor"]
            self.data["premises"].update({row["uid"]: row for row in told["premises"]})
            for row in told.get("tasks", []):
                self.data["tasks"][row["uid"]] = row
            for uid in told["removed"]["tasks"]:
                self.data["tasks"].pop(uid, None)
            for uid in told["removed"]["premises"]:
                self.data["premises"].pop(uid, None)
            for row in told.get("checklists", []):
                self.data["checklists"][f"{row['id']}/{row['version']}"] = row
            self.data |= {k: told[k] for k in ("numbers", "colleagues", "person", "rules", "calendar") if k in told}
        return told

    def put(self, record: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return self.call("PUT", f"records/{record['id']}", raw=canonical(record))


def record(phone: Phone, premises: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A record of a visit: everything complies but what `failed` names. `changes` go into the content."""
    failed: dict[str, dict[str, Any]] = changes.pop("failed", {})
    now = changes.pop("now", dt.datetime.now(dt.UTC)).replace(microsecond=0)
    lists = list(phone.data["checklists"].values())
    checklist = next((one for one in lists if premises.get("trade") in one["applies"]), lists[0])
    items = [item for section in checklist["sections"] for item in section["items"]]
    people = [phone.data["person"], *[c for c in phone.data["colleagues"] if c["id"] != phone.data["person"]["id"]]][:2]
    answers = [
        {"item": item["no"], "answer": "no" if item["no"] in failed else "yes", "by": "tap", "at": now.isoformat(),
         **failed.get(item["no"], {})}
        for item in items
    ]  # fmt: skip
    measures = [
        {"item": i["no"], "measure": "investigate" if i["key"] else "rectify"} for i in items if i["no"] in failed
    ]
    keys = any(i["key"] for i in items if i["no"] in failed)
    result = "non_compliant" if keys else "basically_compliant" if failed else "compliant"
    kinds = ["onsite_record", "result_sheet"] + (["rectification_order"] if "rectify" in str(measures) else [])
    numbers = {kind: next((n for n in phone.data.get("numbers", []) if n["kind"] == kind), {}) for kind in kinds}
    content = {
        "task": None,
        "purpose": "routine",
        "premises": premises["uid"],
        "checklist": {"id": checklist["id"], "version": checklist["version"]},
        "mode": "full",
        "device": phone.device,
        "app": "1.0.0",
        "started": (now - dt.timedelta(minutes=20)).isoformat(),
        "ended": now.isoformat(),
        "clock_skew_ms": 120,
        "place": {"lat": premises["lat"] or "36.81", "lon": premises["lon"] or "118.05", "accuracy": 10},
        "inspectors": [{"id": p["id"], "name": p["name"], "certificate_no": p["certificate_no"]} for p in people],
        "present": {"name": "王清", "role": "店长"},
        "informed": {"cards_shown": True, "rights_told": True, "recusal": "no"},
        "answers": answers,
        "photos": [],
        "findings": "",
        "statement": "",
        "outcome": {"result": result, "items": measures, "rules_version": 1},
        "deadline": (now.date() + dt.timedelta(days=14)).isoformat() if "rectify" in str(measures) else None,
        "refused": None,
        "rechecks": [],
        "papers": [{"kind": k, "number": n.get("number"), "code": n.get("code")} for k, n in numbers.items()],
        **changes,
    }
    for used in numbers.values():
        if used:
            phone.data["numbers"].remove(used)
    signatures = [
        {"who": who, "name": name, "strokes": STROKES, "at": now.isoformat()}
        for who, name in zip(
            ("inspector1", "inspector2", "party"), [*(p["name"] for p in people), "王清"], strict=False
        )
    ]
    return {
        "schema": 1,
        "id": str(uuid.uuid4()),
        "kind": "inspection",
        "content": content,
        "digest": sha256_hex(canonical(content)),
        "signatures": signatures,
    }


def photo_of(data: bytes, item: str, at: dt.datetime) -> dict[str, Any]:
    """How a record names a photo."""
    return {
        "sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "type": "image/jpeg", "taken": at.isoformat(),
        "item": item, "lat": "36.81", "lon": "118.05", "accuracy": 8,
    }  # fmt: skip


def client_transport(client: Any) -> Send:
    """The transport of Django's test client."""

    def send(method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        headers = dict(headers)
        kind = headers.pop("Content-Type", "application/json")
        answer = client.generic(method, path, body, content_type=kind, headers=headers)
        return answer.status_code, json.loads(answer.content or b"{}")

    return send
