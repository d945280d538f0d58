"""The door of complaints: whoever scans the code of a shop can tell the bureau about it."""

from __future__ import annotations

from typing import Any

from zhijian.kernel.party.pages import door_panel
from zhijian.kernel.registry.models import Premises


def at_door(premises: Premises) -> dict[str, Any]:
    """Wherever a code hangs, also where nobody trades any more."""
    return {"code": premises.door_code}


door_panel("complaints/public/door.html", at_door)
