"""A simulated e-seal service for the demo, for developers and for tests: nothing that it seals is in force.

`Simulated` seals within the process. `serve` answers the interface of `providers` by HTTP:
`zhijian seal_simulator --port 8090` prints what to put into the environment.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import typst
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pypdf import PdfReader, PdfWriter

from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.papers import fonts
from zhijian.kernel.papers.sealing.providers import Order, Sealed

# A round mark at the bottom right of the last page, which says what it is.
MARK = """
#set page(paper: "a4", margin: 0pt, fill: none)
#set text(fill: rgb("#c0272d"), size: 10pt, font: "Noto Serif SC")
#place(bottom + right, dx: -30mm, dy: -52mm, circle(radius: 19mm, stroke: 1.6pt + rgb("#c0272d"),
  align(center + horizon)[#sys.inputs.seal \\ 模拟电子印章 \\ SIMULATED]))
"""


def stamp(pdf: bytes, seal: str) -> bytes:
    """The PDF with the simulated seal on its last page."""
    mark = typst.compile(MARK.encode(), sys_inputs={"seal": seal}, font_paths=fonts.loaded(), ignore_system_fonts=True)
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    writer.pages[-1].merge_page(PdfReader(io.BytesIO(mark)).pages[0])
    writer.add_metadata({"/SealedBy": "simulated e-seal service"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


class Simulated:
    """Seals here and now. A number that ends in 99号 or 99 is refused, so that failing can be seen."""

    name = "simulated"

    def seal(self, order: Order) -> Sealed:
        """The stamped PDF."""
        from zhijian.kernel.papers.sealing.providers import Refused

        if order.number.rstrip("号").endswith("99"):
            raise Refused("the simulated service refuses numbers that end in 99")
        return Sealed(stamp(order.pdf, order.seal), f"SIM-{order.key[:8]}")


class Desk:
    """The state of one simulated service: what it sealed, and how it is told to misbehave."""

    def __init__(self) -> None:
        self.private = Ed25519PrivateKey.generate()
        self.token = "simulator"
        self.sealed: dict[str, dict[str, Any]] = {}
        self.stamps = 0
        self.posts = 0
        self.fail: list[int] = []  # HTTP statuses to answer the next posts with
        self.lose: int = 0  # so many answers get lost after the seal was put on
        self.lock = threading.Lock()

    @property
    def public_key(self) -> str:
        """In hex, as ZHIJIAN_SEAL_KEY takes it."""
        return self.private.public_key().public_bytes_raw().hex()

    def answer(self, told: dict[str, Any]) -> dict[str, Any]:
        """Seal a document, or give the earlier answer of its key."""
        with self.lock:
            if told["key"] not in self.sealed:
                self.stamps += 1
                pdf = stamp(base64.b64decode(told["document"]), told["seal"])
                signed = {
                    "key": told["key"],
                    "document_sha256": told["document_sha256"],
                    "sealed_sha256": sha256_hex(pdf),
                    "serial": f"SIM-{self.stamps:06d}",
                    "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                }
                signature = self.private.sign(canonical(signed))
                sealed = {"sealed": base64.b64encode(pdf).decode(), "signature": base64.b64encode(signature).decode()}
                self.sealed[told["key"]] = {**signed, **sealed}
            return self.sealed[told["key"]]


def _handler(desk: Desk) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _say(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _may(self) -> bool:
            if self.headers.get("Authorization") == f"Bearer {desk.token}":
                return True
            self._say(401, {"error": "wrong token"})
            return False

        def do_GET(self) -> None:
            if self._may():
                found = desk.sealed.get(self.path.rsplit("/", 1)[-1])
                self._say(200, found) if found else self._say(404, {"error": "unknown key"})

        def do_POST(self) -> None:
            if not self._may():
                return None
            desk.posts += 1
            told = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
            if desk.fail:
                return self._say(desk.fail.pop(0), {"error": "told to fail"})
            made = desk.answer(told)
            if desk.lose:
                desk.lose -= 1
                self.close_connection = True
                return self.connection.close()
            return self._say(200, made)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def serve(port: int = 0) -> Iterator[tuple[str, Desk]]:
    """A running service: its address and its desk."""
    desk = Desk()
    with ThreadingHTTPServer(("127.0.0.1", port), _handler(desk)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", desk
        finally:
            server.shutdown()
