"""What the phone knew beside a record, as the shared fixtures tell it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from zhijian.programmes.inspection.joining import join
from zhijian.programmes.inspection.papers import Known


def known_of(told: dict[str, Any]) -> Known:
    """`told` is a fixture's part `known`."""
    known = Known(told["premises"], join(told["lists"]), told["organ"], told["words"], told.get("grounds", ()))
    return replace(known, ground_items=told["ground_items"]) if "ground_items" in told else known
