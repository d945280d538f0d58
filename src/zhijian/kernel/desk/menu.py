"""The menu at the left: only the rooms in which the person works.

Apps and programmes register theirs when they load; every `MatterList` is an item by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role


@dataclass(frozen=True)
class Item:
    """One line of the menu. `url` is a path or the name of an address; `count` says what waits there (0: nothing)."""

    code: str
    label: str | Promise
    url: str
    roles: frozenset[Role]
    count: Callable[[Actor], int] | None = None
    order: int = 50

    def address(self) -> str:
        """The path; empty where the address is not there (an app that is switched off)."""
        if self.url.startswith("/"):
            return self.url
        try:
            return reverse(self.url)
        except NoReverseMatch:
            return ""


_items: dict[str, Item] = {}
EVERYBODY = frozenset(Role)


def item(
    code: str,
    label: str | Promise,
    url: str,
    roles: Iterable[Role] = EVERYBODY,
    count: Callable[[Actor], int] | None = None,
    order: int = 50,
) -> Item:
    """Put a room on the menu, for those who hold one of `roles` anywhere."""
    _items[code] = made = Item(code, label, url, frozenset(roles), count, order)
    return made


def items(actor: Actor) -> list[Item]:
    """The rooms of this person, in order."""
    mine = actor.roles_at()
    found = [one for one in _items.values() if one.roles & mine]
    return sorted(found, key=lambda one: (one.order, one.code))
