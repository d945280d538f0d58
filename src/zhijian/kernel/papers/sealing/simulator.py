"""A simulated e-seal service for the demo, for developers and for tests: nothing that it seals is in force.

`Simulated` seals within the process. `Desk` answers the interface of `providers` by HTTP (`kernel.simulating`):
`zhijian seal_simulator --port 8090` prints what to put into the environment.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
from dataclasses import dataclass, field
from typing import Any, ClassVar

import typst
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pypdf import PdfReader, PdfWriter

from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.papers import fonts
from zhijian.kernel.papers.sealing.providers import Order, Sealed
from zhijian.kernel.simulating import Answer, Provider

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


@dataclass
class Desk(Provider):
    """One simulated service: what it sealed, and with which key it signs."""

    fails_on: ClassVar[tuple[str, ...]] = ("POST",)
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    sealed: dict[str, dict[str, Any]] = field(default_factory=dict)
    stamps: int = 0

    @property
    def public_key(self) -> str:
        """In hex, as ZHIJIAN_SEAL_KEY takes it."""
        return self.private.public_key().public_bytes_raw().hex()

    def answer(self, method: str, url: str, told: dict[str, Any]) -> Answer:
        """Seal a document, or say what became of a key."""
        if method == "POST":
            return 200, self.seal(told)
        found = self.sealed.get(url.rsplit("/", 1)[-1])
        return (200, found) if found else (404, {"code": "key"})

    def seal(self, told: dict[str, Any]) -> dict[str, Any]:
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
