"""Papers whose data hold covered values under a salted digest: what stands on the sheet is filled in when it is made.

What is signed is the digest; the whole value lies encrypted with whoever keeps it, and is checked against the digest.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from zhijian.kernel.accounts.crypto import mask
from zhijian.kernel.evidence.digest import sha256_hex
from zhijian.kernel.papers.models import Paper

Fill = Callable[[Paper], dict[str, Any]]
_fills: dict[str, Fill] = {}
_pages: dict[str, str] = {}


def filled_by(kind: str, page: str) -> Callable[[Fill], Fill]:
    """Register what gives the data of papers of `kind` as they stand on the sheet.

    `page` names the address where such a paper is opened, told its uid: with a reason, and an entry.
    """

    def register(fill: Fill) -> Fill:
        _fills[kind], _pages[kind] = fill, page
        return fill

    return register


def page_of(kind: str) -> str:
    """The name of the address where papers of this kind are opened. Raises KeyError for a kind that hides nothing."""
    return _pages[kind]


def cover(value: str) -> dict[str, str]:
    """A value as the data bear it: covered, and the salted digest of the whole."""
    salt = secrets.token_hex(16)
    return {"shown": mask(value) if value else "", "salt": salt, "digest": sha256_hex((salt + value).encode())}


def is_of(held: Mapping[str, str], value: str) -> bool:
    """Whether this is the value that the digest was made of."""
    return sha256_hex((held["salt"] + value).encode()) == held["digest"]


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
