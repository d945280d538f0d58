"""Serving papers (送达): to whom, in which lawful way, proven by what, and the day on which it counts as done.

Sending a link is telling, not serving. What a later clock starts from is the day served: `on_served` registers whoever
waits for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_WHERE = {"Service": "models", "AddressConfirmation": "models", "on_served": "events"}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
