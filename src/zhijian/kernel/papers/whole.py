"""Papers whose data hold covered values under a salted digest: what stands on the sheet is filled in when it is made.

What is signed is the digest; the whole value lies encrypted with whoever keeps it, and is checked against the digest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zhijian.kernel.papers.models import Paper

Fill = Callable[[Paper], dict[str, Any]]
_fills: dict[str, Fill] = {}


def filled_by(kind: str) -> Callable[[Fill], Fill]:
    """Register what gives the data of papers of `kind` as they stand on the sheet."""

    def register(fill: Fill) -> Fill:
        _fills[kind] = fill
        return fill

    return register


def is_sealed(kind: str) -> bool:
    """Whether papers of this kind hold on their sheet what pages show covered: they are opened with a reason."""
    return kind in _fills


def kinds() -> list[str]:
    """All such kinds."""
    return sorted(_fills)


def data_of(paper: Paper) -> dict[str, Any]:
    """The data as they stand on the sheet."""
    fill = _fills.get(paper.kind)
    return fill(paper) if fill is not None else paper.data
