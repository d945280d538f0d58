"""Words of a language that must not be kept: in the ledger stand codes, what is made for good is in the place's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.utils import translation

from zhijian.kernel.packs import stack

MARK = "\u2063"  # nobody sees it
_SAY = ("gettext", "ngettext", "pgettext", "npgettext")


@contextmanager
def marked() -> Iterator[None]:
    """Until it ends, whatever is said in another language than the place's bears a mark."""
    place = stack().language

    def marking(say: Any) -> Any:
        return lambda *told: say(*told) + ("" if translation.get_language() == place else MARK)

    trans = translation._trans  # type: ignore[attr-defined]
    marking_all = {name: marking(getattr(trans, name)) for name in _SAY}
    with mock.patch.multiple(trans, create=True, **marking_all):
        yield


def found(value: Any, at: str = "") -> list[str]:
    """Where in a value marked words, or texts that are still to be said, stand."""
    if isinstance(value, dict):
        return [one for name, inner in value.items() for one in found(inner, f"{at}.{name}")]
    if isinstance(value, list | tuple):
        return [one for inner in value for one in found(inner, at)]
    return [f"{at}: {value}"] if MARK in str(value) else []
