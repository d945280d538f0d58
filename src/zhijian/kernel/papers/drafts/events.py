"""Whoever waits for a draft that is issued: what it orders now holds for the programme's own records and clocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zhijian.kernel.accounts.actor import Actor
    from zhijian.kernel.papers.models import Paper

Receiver = Callable[["Paper", "Actor"], None]
_receivers: dict[str, list[Receiver]] = {}


def on_issued(kind: str) -> Callable[[Receiver], Receiver]:
    """Register what is done when a draft of `kind` is issued, in its transaction; a StepError leaves it a draft."""

    def register(receiver: Receiver) -> Receiver:
        _receivers.setdefault(kind, []).append(receiver)
        return receiver

    return register


def issued(paper: Paper, actor: Actor) -> None:
    """Call everybody who waits for this paper."""
    for receiver in _receivers.get(paper.kind, []):
        receiver(paper, actor)
