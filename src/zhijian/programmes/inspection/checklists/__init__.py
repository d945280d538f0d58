"""Checklists: authored as Excel workbooks, versioned in the database, applied by trade and day of the visit."""

from __future__ import annotations

from .applying import applicable, codes_for, for_phone, in_force, place_of, rules_on
from .sheet import Fault, Reading, digest_of, export_xlsx, read_checklist
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
    "codes_for",
    "digest_of",
    "export_xlsx",
    "for_phone",
    "in_force",
    "load",
    "load_shipped",
    "place_of",
    "read_checklist",
    "rules_on",
    "sections_of",
    "sign_off_item",
    "unverified_items",
]
