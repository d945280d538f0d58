"""The menu at the left: only the rooms in which the person works.

Apps and programmes register theirs when they load; every `MatterList` is an item by itself. What belongs to one field
of work stands under its heading; what everybody needs at hand stands above all, under none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role


@dataclass(frozen=True)
class Heading:
    """The name of a field of work; `order` is its place on the menu."""

    code: str
    label: str | Promise
    order: int


@dataclass(frozen=True)
class Item:
    """One line of the menu. `url` is a path or the name of an address; `count` says what waits there (0: nothing).

    `under` is the code of its heading; empty: it stands above all of them.
    """

    code: str
    label: str | Promise
    url: str
    roles: frozenset[Role]
    count: Callable[[Actor], int] | None = None
    order: int = 50
    under: str = ""

    def address(self) -> str:
        """The path; empty where the address is not there (an app that is switched off)."""
        if self.url.startswith("/"):
            return self.url
        try:
            return reverse(self.url)
        except NoReverseMatch:
            return ""


_items: dict[str, Item] = {}
_headings: dict[str, Heading] = {"": Heading("", "", 0)}
_places: dict[str, str] = {}  # under which heading the lists and figures of a package stand
EVERYBODY = frozenset(Role)


def item(
    code: str,
    label: str | Promise,
    url: str,
    roles: Iterable[Role] = EVERYBODY,
    count: Callable[[Actor], int] | None = None,
    order: int = 50,
    under: str = "",
) -> Item:
    """Put a room on the menu, for those who hold one of `roles` anywhere."""
    _items[code] = made = Item(code, label, url, frozenset(roles), count, order, under)
    return made


def heading(code: str, label: str | Promise, order: int, *packages: str) -> None:
    """Give a field of work its heading: under it stand the lists and figures of the package of that name and of others.

    What an app puts on the menu by itself (`item`) names its heading.
    """
    _headings[code] = Heading(code, label, order)
    _places.update(dict.fromkeys((code, *packages), code))


def heading_of(module: str) -> Heading:
    """Under which heading stands what is declared in a module (`zhijian.programmes.<package>.…`)."""
    return _headings[_places.get(module.split(".")[2], "")]


def headings() -> list[Heading]:
    """All of them, in order: first the nameless one."""
    return sorted(_headings.values(), key=lambda one: (one.order, one.code))


heading("papers", _("Papers and platforms"), 60)
heading("registry", _("The register"), 70)
heading("office", _("The office"), 80)
heading("system", _("System"), 90)


def items(actor: Actor) -> list[Item]:
    """The rooms of this person, in order."""
    mine = actor.roles_at()
    found = [one for one in _items.values() if one.roles & mine]
    return sorted(found, key=lambda one: (one.order, one.code))
