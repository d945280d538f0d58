"""Checklists: authored as Excel workbooks, versioned in the database, applied by trade and day of the visit."""

from __future__ import annotations

from .sheet import Fault, Reading, digest_of, export_xlsx, read_checklist
from .versions import (
    VersionRefused,
    applicable,
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
    "load",
    "load_shipped",
    "read_checklist",
    "sections_of",
    "sign_off_item",
    "unverified_items",
]
