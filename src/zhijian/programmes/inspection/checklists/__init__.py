"""Checklists: authored as Excel workbooks, versioned in the database, applied by trade and day of the visit."""

from __future__ import annotations

from .applying import applicable, in_force, shops_for
from .cells import Fault
from .sheet import Reading, digest_of, export_xlsx, read_checklist
from .versions import (
    VersionRefused,
    as_data,
    load,
    load_shipped,
    sections_of,
    sign_off_item,
    unverified_items,
)

__all__ = [
    "Fault",
    "Reading",
    "VersionRefused",
    "applicable",
    "as_data",
    "digest_of",
    "export_xlsx",
    "in_force",
    "load",
    "load_shipped",
    "read_checklist",
    "sections_of",
    "shops_for",
    "sign_off_item",
    "unverified_items",
]
