"""Outward ids: UUIDv7, made here or on the client; sortable by time, guessable by nobody."""

from __future__ import annotations

import uuid

import uuid6


def uuid7() -> uuid.UUID:
    """A new UUIDv7 as the standard library's type."""
    return uuid.UUID(int=uuid6.uuid7().int)
