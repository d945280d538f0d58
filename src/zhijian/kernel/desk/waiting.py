"""What waits for somebody's role without being a matter: one line on the to-do page for each.

Apps register theirs when they load; a line is shown while its number is above zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import reverse

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role


@dataclass(frozen=True)
class Kind:
    """A kind of waiting: for whom, how many, the sentence (told how many), and the page that lists them."""

    roles: frozenset[Role]
    count: Callable[[Actor], int]
    say: Callable[[int], str]
    url: str
    query: str = ""


@dataclass(frozen=True)
class Line:
    """What waits, as the to-do page shows it."""

    words: str
    url: str


_kinds: dict[str, Kind] = {}


def waits(
    code: str,
    roles: Iterable[Role],
    count: Callable[[Actor], int],
    say: Callable[[int], str],
    url: str,
    query: str = "",
) -> None:
    """Register a kind of waiting; `url` is its list's path or name, `query` what of it; `count` may be bounded."""
    _kinds[code] = Kind(frozenset(roles), count, say, url, query)


def lines(actor: Actor) -> list[Line]:
    """What waits for this person: one query for each kind that concerns his roles."""
    mine = actor.roles_at()
    found = [(kind, kind.count(actor)) for kind in _kinds.values() if kind.roles & mine]
    return [Line(kind.say(n), _address(kind)) for kind, n in found if n]


def _address(kind: Kind) -> str:
    path = kind.url if kind.url.startswith("/") else reverse(kind.url)
    return f"{path}?{kind.query}" if kind.query else path
