"""Outward ids: UUIDv7, made here or on the client; sortable by time, guessable by nobody."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

import uuid6
from django.db.models.expressions import RawSQL

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)


def uuid7() -> uuid.UUID:
    """A new UUIDv7 as the standard library's type."""
    return uuid.UUID(int=uuid6.uuid7().int)


def moment_of(uid: uuid.UUID) -> dt.datetime | None:
    """When a UUIDv7 was made, to the millisecond (rounded down); None for any other kind."""
    return _EPOCH + (uid.int >> 80) * _MILLISECOND if uid.version == 7 else None


def uuid7_at(moment: dt.datetime) -> uuid.UUID:
    """The least UUIDv7 of a moment: whatever was made before it sorts before this one."""
    return uuid.UUID(int=((moment - _EPOCH) // _MILLISECOND) << 80 | 0x7 << 76 | 0b10 << 62)


def among(keys: Iterable[int]) -> RawSQL:
    """Thousands of keys for `…__in`, as one array: a parameter for each costs more than the query that it is for."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(keys)])
