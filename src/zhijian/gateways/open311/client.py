"""The client: every endpoint that is on is asked in turn; what fails is seen by an administrator and tried again.

Whatever is read or posted may be read or posted twice, and counts once: by the number of the request, by the number of
the update. So either side may stop anywhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from zhijian.gateways.open311 import lines, posting, pulling, wire
from zhijian.gateways.open311.models import Peer
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.notices.channels.protocol import SendsNothingOut


class Refused(Exception):
    """The endpoint refuses what it was told (4xx, no matter of the key); says why."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


class Unreachable(Exception):
    """It does not answer, not now, or not to us: nothing else is tried there until the next round."""


@dataclass(frozen=True)
class Endpoint:
    """One endpoint, asked in JSON."""

    url: str
    jurisdiction: str
    api_key: str

    def ask(self, method: str, path: str, params: Mapping[str, str]) -> list[dict[str, Any]]:
        """The rows of its answer. Raises Refused, Unreachable."""
        told = {"api_key": self.api_key, **params}
        if self.jurisdiction:
            told["jurisdiction_id"] = self.jurisdiction
        try:
            status, body = lines.ask(f"{self.url}/{path}.json", method, told)
            if status in (401, 403, 408, 425, 429) or status >= 500:
                raise Unreachable(f"HTTP {status}: {_why(body)}"[:300])
            if status >= 400:
                raise Refused(status, f"HTTP {status}: {_why(body)}"[:300])
            return wire.read(body, "json")
        except (lines.Silence, lines.NotAllowed, SendsNothingOut, wire.Unreadable) as error:
            raise Unreachable(f"{type(error).__name__}: {error}"[:300]) from error


def _why(body: bytes) -> str:
    try:
        return "; ".join(wire.text(row, "description") for row in wire.read(body, "json"))[:200]
    except wire.Unreadable:
        return ""


def all_peers() -> int:
    """Exchange with each. Returns how many failed."""
    return sum(not exchange(pk) for pk in Peer.objects.filter(active=True).values_list("pk", flat=True))


def exchange(pk: int) -> bool:
    """Pull and post once; False where it failed, which stands beside the endpoint then."""
    peer = Peer.objects.get(pk=pk)
    endpoint = Endpoint(peer.url, peer.jurisdiction, str(peer.api_key))
    began, error = timezone.now(), ""
    try:
        if peer.pulls:
            pulling.pull(peer, endpoint, began)
        if peer.posts:
            posting.post(peer, endpoint)
    except (Unreachable, Refused) as problem:
        error = str(problem) or type(problem).__name__
    _note(pk, began, error)
    return not error


def _note(pk: int, began: dt.datetime, error: str) -> None:
    with scoped(SYSTEM):
        peer = Peer.objects.select_for_update().get(pk=pk)
        peer.ran_at, peer.error = began, error[:300]
        peer.failing_since = (peer.failing_since or began) if error else None
        peer.save(update_fields=["ran_at", "error", "failing_since"])
