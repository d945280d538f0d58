"""Who puts the seal on: people by hand, or an outside e-seal service behind one method.

The service's interface is small on purpose, so that a bureau's own can be put behind a few lines:

    POST {url}/seals          {"key", "document_sha256", "document" (base64 PDF), "seal", "title", "number"}
    GET  {url}/seals/{key}    the answer to an earlier request; 404 when there was none
    answer                    {"key", "document_sha256", "sealed" (base64 PDF), "sealed_sha256", "serial", "at",
                               "signature" (base64, Ed25519 over the canonical JSON of all but sealed and signature)}

The same `key` is the same seal: a service must not seal it twice, and is asked what became of a key before it gets it
again. 4xx is a refusal with {"error"}; 5xx and silence mean that it is tried again later.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.utils.module_loading import import_string

from zhijian.config.places import secret
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.notices.channels.protocol import real

SECONDS = 20  # how long one answer may take
MOST = 40 * 1024 * 1024  # bytes of an answer
SIGNED = ("key", "document_sha256", "sealed_sha256", "serial", "at")


class TryLater(Exception):
    """The service did not answer, or not now; nothing is known to have happened."""


class Refused(Exception):
    """The service will not seal this, or answered with something that is not to be trusted."""


@dataclass(frozen=True)
class Order:
    """What is to be sealed. `key` is the same for each try."""

    key: str
    pdf: bytes
    seal: str
    title: str
    number: str

    @property
    def sha256(self) -> str:
        return sha256_hex(self.pdf)


@dataclass(frozen=True)
class Sealed:
    """The sealed PDF with the service's own number of the seal."""

    pdf: bytes
    serial: str


class SealProvider(Protocol):
    """Seals one PDF."""

    name: str

    def seal(self, order: Order) -> Sealed:
        """The sealed PDF; the same order again gives the same seal. Raises TryLater or Refused."""


def provider() -> SealProvider | None:
    """The e-seal service of this installation: settings.SEAL_PROVIDER, the simulator in the demo; None: by hand.

    A practice copy has the simulator whatever is set: its papers are sealed for practice, by nobody outside.
    """
    simulated = settings.TRAINING or (settings.DEMO and not settings.SEAL_PROVIDER)
    path = "zhijian.kernel.papers.sealing.simulator.Simulated" if simulated else settings.SEAL_PROVIDER
    return import_string(path)() if path else None


def checked(order: Order, answer: dict[str, Any], public_key: bytes) -> Sealed:
    """The sealed PDF of an answer, when it belongs to the order and is signed by the service. Raises Refused."""
    try:
        pdf = base64.b64decode(answer["sealed"], validate=True)
        signature = base64.b64decode(answer["signature"], validate=True)
        told = {name: str(answer[name]) for name in SIGNED}
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise Refused(f"the answer is incomplete: {error}") from error
    if not hmac.compare_digest(told["key"], order.key) or not hmac.compare_digest(
        told["document_sha256"], order.sha256
    ):
        raise Refused("the answer is about another document")
    if not pdf.startswith(b"%PDF-") or not hmac.compare_digest(told["sealed_sha256"], sha256_hex(pdf)):
        raise Refused("the sealed file is not the one that the service signed for")
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, canonical(told))
    except (InvalidSignature, ValueError) as error:
        raise Refused("the service's signature is not right") from error
    return Sealed(pdf, told["serial"][:80])


class HttpSeal:
    """An e-seal service by HTTP (ZHIJIAN_SEAL_URL, ZHIJIAN_SEAL_KEY, the secret `seal` as its bearer token)."""

    name = "http"

    def __init__(self, url: str = "", key: str = "", token: str = "") -> None:
        self.url = (url or settings.SEAL_URL).rstrip("/")
        self.key = bytes.fromhex(key or settings.SEAL_KEY)
        self.token = token or secret("seal")

    def seal(self, order: Order) -> Sealed:
        """Ask first what became of the key, then send the document. Raises TryLater or Refused."""
        before = self._ask("GET", f"/seals/{order.key}")
        if before is None:
            before = self._ask(
                "POST",
                "/seals",
                {
                    "key": order.key,
                    "document_sha256": order.sha256,
                    "document": base64.b64encode(order.pdf).decode(),
                    "seal": order.seal,
                    "title": order.title,
                    "number": order.number,
                },
            )
        if before is None:
            raise Refused("the service does not know the address")
        return checked(order, before, self.key)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
        """The answer as JSON; None for 404. Raises TryLater or Refused."""
        if not self.url.startswith(("https://", "http://")):
            raise Refused("ZHIJIAN_SEAL_URL is not an http address")
        real()
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(body).encode() if body is not None else None,
            method=method,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                read = answer.read(MOST + 1)
                if answer.status == 202:
                    raise TryLater("the service has not finished yet")
        except urllib.error.HTTPError as error:
            if error.code == 404 and method == "GET":
                return None
            said = error.read(2000).decode(errors="replace")
            if error.code >= 500 or error.code in (408, 425, 429):
                raise TryLater(f"HTTP {error.code}") from error
            raise Refused(f"HTTP {error.code}: {said[:200]}") from error
        except (OSError, TimeoutError) as error:
            raise TryLater(str(error)) from error
        if len(read) > MOST:
            raise Refused("the answer is too large")
        try:
            told = json.loads(read)
        except ValueError as error:
            raise Refused("the answer is not JSON") from error
        if not isinstance(told, dict):
            raise Refused("the answer is not an object")
        return told
