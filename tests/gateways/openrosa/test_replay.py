"""Collect's bytes replayed against the real uploads process: a broken line, a killed server, the same again."""

from __future__ import annotations

import http.client
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client
from tests.gateways.openrosa.collect import Instance, Part, fill, headers, made, multipart
from tests.gateways.openrosa.conftest import Collect, make
from tests.gateways.openrosa.test_submissions import answers, named, unplanned
from tests.gateways.uploads.phone import Server

from zhijian.gateways.field.models import FieldRecord
from zhijian.gateways.openrosa.models import Attachment, Submission
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.models import Matter

PATH = "/openrosa/submission?deviceID=collect%3AGk3vQe8xW2"


@dataclass
class Site:
    """The uploads process behind a proxy that ends TLS, and a phone with Collect."""

    server: Server
    collect: Collect

    def head(self) -> dict[str, str]:
        return {
            **headers(self.collect.username, self.collect.password),
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.9",
        }

    def ask(self, method: str, body: bytes | None = None, **more: str) -> tuple[int, str, dict[str, str]]:
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            line.request(method, PATH, body, {**self.head(), **more})
            answer = line.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, answer.read().decode(), told
        finally:
            line.close()

    def post(self, parts: list[Part]) -> tuple[int, str]:
        body, kind = multipart(parts)
        status, text, _headers = self.ask("POST", body, **{"Content-Type": kind})
        return status, text

    def break_off(self, parts: list[Part], share: float) -> None:
        """Send the announced request in part, then the line is dead."""
        body, kind = multipart(parts)
        told = {**self.head(), "Host": "localhost", "Content-Type": kind, "Content-Length": str(len(body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=30) as line:
            line.sendall(f"POST {PATH} HTTP/1.1\r\n{lines}\r\n".encode() + body[: int(len(body) * share)])


@pytest.fixture
def site(fresh_database: object, tmp_path: Path) -> Iterator[Site]:
    with scoped(SYSTEM):
        collect = make(Client())
    server = Server(tmp_path, {**fresh_database.env, "ZHIJIAN_BEHIND_PROXY": "1"})
    server.start()
    yield Site(server, collect)
    server.end(signal.SIGKILL)


def visit(collect: Collect) -> Instance:
    """A visit with a finding and three photos of it."""
    cold = named(collect, "2.3")
    photos = {f"{cold}_p{n}": f"169590000{n}.jpg" for n in (1, 2, 3)}
    return fill(collect.form(), made(**unplanned(collect), **answers(collect, **{cold: "no"}), **photos))


def test_collects_bytes_arrive_once_whatever_the_line_does(site: Site) -> None:
    status, _text, told = site.ask("HEAD")
    assert (status, told["x-openrosa-version"]) == (204, "1.0") and int(
        told["x-openrosa-accept-content-length"]
    ) > 10**6
    assert site.ask("HEAD", Authorization="Basic eDp5")[0] == 401
    assert site.ask("HEAD", **{"X-Forwarded-Proto": "http"})[0] == 403

    instance = visit(site.collect)
    one, two, *rest = instance.posts(most=len(instance.xml) + 3000)
    assert rest, "in several requests"
    for share in (0.1, 0.5, 0.98):
        site.break_off(one, share)
    assert site.post(one)[0] == 201
    site.break_off(two, 0.97)
    with scoped(SYSTEM):
        assert not FieldRecord.objects.exists()
        assert {row.name for row in Attachment.objects.all()} == {part[0] for part in one if part[0].endswith(".jpg")}

    site.server.end(signal.SIGKILL)
    site.server.start()
    for parts in (one, two, *rest):  # Collect begins from the beginning
        status, text = site.post(parts)
        assert status == 201, text
    assert "清风小馆" in text
    for parts in (one, two, *rest):  # and again, since it was not told that all had arrived
        assert site.post(parts) == (201, text)

    with scoped(SYSTEM):
        assert (Submission.objects.count(), FieldRecord.objects.count()) == (1, 1)
        matter = Matter.objects.get(kind="inspection")
        assert (matter.state, matter.flags) == ("rectifying", [])
        kept = {row.name: files.read_blob(row.blob) for row in Attachment.objects.select_related("blob")}
        assert kept == instance.files, "every file byte for byte"
        assert files.read_blob(Submission.objects.get().blob) == instance.xml
        photos = File.objects.filter(matter=matter, kind="photo", item="2.3", original=None)
        assert (photos.count(), photos.filter(blob=None).count()) == (3, 0)
