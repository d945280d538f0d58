"""What is doubtful about a maintenance visit: recorded, flagged, shown to a person, never dropped.

A flag names its visit; the head looks at each by itself.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

DOUBTS = {
    "far": gettext_lazy("Maintenance on %(day)s was recorded %(metres)s m away from the lift."),
    "nowhere": gettext_lazy("Maintenance on %(day)s was recorded without a position."),
    "unplaced": gettext_lazy(
        "Maintenance on %(day)s: the place of the lift is not known, so nobody can say whether the firm was there."
    ),
    "unheard": gettext_lazy("The maintenance firm got no message. Ring it now: %(phone)s."),
    "nameless": gettext_lazy("No telephone of a maintenance firm is known. Ring the hotline and the user now."),
}


def sentence(flag: dict[str, Any]) -> str:
    """The flag as a sentence in the active language."""
    return _(str(DOUBTS[flag["code"]])) % flag if flag["code"] in DOUBTS else flag["code"]


def visit_of(flag: dict[str, Any]) -> int:
    """The visit that a flag is about; 0 of one that was flagged before flags named it."""
    return int(flag.get("visit", 0))
