"""A phone that sends photos to a real upload server, well or badly."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils import timezone
from tests import world

from zhijian.gateways.field.tokens import SALT, subject_of
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped

CHUNK = 262_144
TARGET = "zhijian.gateways.uploads.asgi:application"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Server:
    """The upload process as `zhijian run` starts it, on a data folder of its own."""

    home: Path
    env: dict[str, str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    def start(self) -> None:
        mine = {"ZHIJIAN_HOME": str(self.home), "ZHIJIAN_SECRET_SESSION": settings.SECRET_KEY, "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1"),
                *("--port", str(self.port), "--workers", "1", "--no-ws", TARGET),
            ],
            env=os.environ | self.env | mine,
            stdout=(self.home / "log").open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + 40
        while time.monotonic() < until:
            try:
                if Phone(self.port, "").ask("GET", "/healthz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError((self.home / "log").read_text())

    def end(self, number: int) -> None:
        """Send the whole group a signal and wait."""
        os.killpg(self.process.pid, number)
        self.process.wait(20)

    @property
    def parts(self) -> list[Path]:
        return sorted((self.home / "uploads").rglob("*.part"))


@dataclass
class Phone:
    """One device with its token."""

    port: int
    token: str

    def headers(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **more}

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, self.headers() if headers is None else headers)
            answer = connection.getresponse()
            text = answer.read()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, json.loads(text) if text else {}, told
        finally:
            connection.close()

    def state(self, sha256: str) -> dict[str, Any]:
        status, body, _headers = self.ask("GET", f"/uploads/{sha256}")
        assert status == 200, body
        return body

    def put(self, sha256: str, chunk: bytes, offset: int, size: int) -> tuple[int, dict[str, Any]]:
        path = f"/uploads/{sha256}?offset={offset}&size={size}&type=image/jpeg"
        status, body, _headers = self.ask("PUT", path, chunk)
        return status, body

    def send(self, sha256: str, data: bytes, chunk: int = CHUNK) -> tuple[int, dict[str, Any]]:
        """All of it, from wherever the server is."""
        state = self.state(sha256)
        status = 200
        while not state["done"]:
            at = state["offset"]
            status, state = self.put(sha256, data[at : at + chunk], at, len(data))
            if status not in (200, 409):
                break
            state.setdefault("done", False)
        return status, state

    def begin(self, sha256: str, announced: int, offset: int, size: int) -> socket.socket:
        """Open a connection and announce a chunk, without sending it."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        line.sendall(
            f"PUT /uploads/{sha256}?offset={offset}&size={size}&type=image/jpeg HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Length: {announced}\r\n\r\n".encode()
        )
        return line


def enrol(w: world.World, **more: Any) -> Device:
    """A device of the world's inspector."""
    until = timezone.now() + timezone.timedelta(days=30)
    with scoped(SYSTEM):
        return Device.objects.create(person=w.inspector, name="phone", public_key={}, grant_until=until, **more)


def token_of(device: Device) -> str:
    return signing.dumps(subject_of(device), salt=SALT, compress=False)
