"""What other programmes may hang on a visit: hear of its record once it is made, and make papers of it.

A programme registers with `on_recorded` (when its app is ready) and is told the visit and its matter, in the same
transaction; the kinds of papers that it names are its own to make, on its own matter, from the same record.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection.papers import Known, common, known_of, present_of, refused_of, wall
from zhijian.programmes.inspection.record import Record
from zhijian.programmes.inspection.visiting import Visit

Flags = list[dict[str, Any]]
Hear = Callable[[Visit, Matter, Flags], Flags]
_hearers: dict[Hear, tuple[str, ...]] = {}


def on_recorded(hear: Hear, *papers: str) -> None:
    """Register who is told of each visit that was recorded, and which papers of its record are his.

    `hear(visit, matter, flags)` gets the doubts so far and returns those that it adds to the visit.
    """
    _hearers[hear] = papers


def tell(visit: Visit, matter: Matter, flags: Flags) -> Flags:
    """Tell everybody who asked; what they doubt of the visit."""
    return [flag for hear in _hearers for flag in hear(visit, matter, flags)]


def others_papers() -> frozenset[str]:
    """The kinds of papers that a visit's record may name and that another programme makes."""
    return frozenset(kind for kinds in _hearers.values() for kind in kinds)


def paper_facts(record: Record, premises: Premises) -> dict[str, Any]:
    """What stands on every paper of a visit, for a paper that another programme makes of its record."""
    return facts_of(record, known_of(record, premises))


def facts_of(record: Record, known: Known) -> dict[str, Any]:
    """The same from what the phone knew."""
    content = record.content
    return {
        **common(record, known),
        "ended": wall(content.ended),
        "place": f"{known.premises['name']} {known.premises.get('address') or ''}".strip(),
        "present": present_of(content),
        "phone": known.organ.get("phone", ""),
        "refused": refused_of(content),
    }
