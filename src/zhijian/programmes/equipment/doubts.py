"""What is doubtful about a maintenance visit: recorded, flagged, shown to a person, never dropped."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

DOUBTS = {
    "far": gettext_lazy("Maintenance on %(day)s was recorded %(metres)s m away from the lift."),
    "nowhere": gettext_lazy("Maintenance on %(day)s was recorded without a position."),
}


def sentence(flag: dict[str, Any]) -> str:
    """The flag as a sentence in the active language."""
    return _(str(DOUBTS[flag["code"]])) % flag if flag["code"] in DOUBTS else flag["code"]
