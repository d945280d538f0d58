"""Who came with a matter, as far as another office may be told: a programme registers how that is found.

Of a report it is never told (Order 121 art. 37); of a complaint only with a reason that stands in the request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from zhijian.kernel.matters.models import Matter


@dataclass(frozen=True)
class WhoCame:
    """The values by which somebody is known, how another office reads them, and whether it is never told."""

    values: tuple[str, ...]
    shown: str
    never: bool


Find = Callable[[Matter], WhoCame | None]
_finders: dict[str, Find] = {}


def who_came(*kinds: str) -> Callable[[Find], Find]:
    """Register who finds out who came with a matter of these kinds."""

    def register(find: Find) -> Find:
        _finders.update(dict.fromkeys(kinds, find))
        return find

    return register


def of(matter: Matter) -> WhoCame | None:
    """Who came with it; None where nobody did."""
    find = _finders.get(matter.kind)
    return find(matter) if find is not None else None


def named_in(found: WhoCame | None, *words: str | None) -> bool:
    """Whether one of the texts names who came."""
    values = [value for value in found.values if len(value) > 1] if found is not None else []
    return any(value in text for value in values for text in words if text)
