"""Whoever waits for the day on which a paper counts as served: clocks of a programme, its next step, a register."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zhijian.kernel.papers.serving.models import Service

Receiver = Callable[["Service"], None]
_receivers: dict[str, list[Receiver]] = {}


def on_served(kind: str) -> Callable[[Receiver], Receiver]:
    """Register what is done when a paper of `kind` ("*": any) counts as served; `service.served_on` is the day.

    Called once for each service, in the transaction that records it; for a public notice on the day its time has run.
    """

    def register(receiver: Receiver) -> Receiver:
        _receivers.setdefault(kind, []).append(receiver)
        return receiver

    return register


def tell(service: Service) -> None:
    """Call everybody who waits for this paper."""
    for receiver in [*_receivers.get(service.paper.kind, []), *_receivers.get("*", [])]:
        receiver(service)
