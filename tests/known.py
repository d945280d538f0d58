"""What the phone knew beside a record, as the shared fixtures tell it."""

from __future__ import annotations

from typing import Any

from zhijian.programmes.inspection.joining import join
from zhijian.programmes.inspection.papers import Known


def known_of(told: dict[str, Any]) -> Known:
    """`told` is a fixture's part `known`."""
    return Known(told["premises"], join(told["lists"]), told["organ"], told["words"], told.get("grounds", ()))
