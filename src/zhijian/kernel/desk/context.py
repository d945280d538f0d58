"""What every template knows: the menu with its counts, the bureau's name, demo mode, large type. Lazy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import PUBLIC, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import past_due
from zhijian.kernel.desk import lists, menu
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.kernel.words import listed

# No inline style, no evaluated text, no page kept in the browser: the content policy and shared desks ask for it.
HTMX = '{"includeIndicatorStyles":false,"allowEval":false,"selfRequestsOnly":true,"historyCacheSize":0}'


@dataclass(frozen=True)
class Room:
    """A line of the menu as it is shown."""

    label: str
    url: str
    here: bool
    count: int = 0
    late: int = 0


@dataclass(frozen=True)
class Part:
    """A field of work on the menu: its heading (empty: what stands above all) and its lines."""

    code: str
    label: str
    rooms: list[Room]
    open: bool = True

    @property
    def late(self) -> int:
        """What is overdue in it, said while it is folded."""
        return sum(room.late for room in self.rooms)


FEW = 24  # lines of a menu that nobody wants to fold
FOLDED = "menu"  # the cookie that desk.js keeps: codes of the parts that stand open, with a dot between


class Desk:
    """`desk` in templates. One query for all counts, made when the menu is drawn."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.actor: Actor = getattr(request, "actor", PUBLIC)

    @cached_property
    def counts(self) -> dict[str, tuple[int, int]]:
        """My open matters by kind: how many, and how many are late."""
        if self.actor.person_id is None:
            return {}
        rows = (
            Matter.objects.filter(assignee_id=self.actor.person_id, closed=None)
            .values_list("kind")
            .annotate(n=Count("id"), late=Count("id", filter=past_due()))
            .order_by()
        )
        return {kind: (n, late) for kind, n, late in rows}

    @cached_property
    def parts(self) -> list[Part]:
        """The menu by its headings: the lists of a programme first, then what apps registered; to-do above all."""
        if self.actor.kind != "staff":
            return []
        path = self.request.path
        lists_of_mine = lists.rooms(self.actor)  # which loads what programmes put on the menu
        rooms: dict[str, list[Room]] = {one.code: [] for one in menu.headings()}
        rooms[""].append(Room(_("My to-do"), "/", path == "/", sum(n for n, _late in self.counts.values())))
        for one in lists_of_mine:
            late = sum(self.counts.get(kind, (0, 0))[1] for kind in one.kinds())
            under = rooms[menu.heading_of(one.__module__).code]
            under.append(Room(str(one.label()), one.url(), path.startswith(one.url()), late=late))
        for entry in menu.items(self.actor):
            if address := entry.address():
                count = entry.count(self.actor) if entry.count else 0
                under = rooms.get(entry.under, rooms[""])
                under.append(Room(str(entry.label), address, path.startswith(address), count))
        opened = self._opened(sum(map(len, rooms.values())))
        return [
            Part(one.code, str(one.label), mine, one.code in opened or any(room.here for room in mine))
            for one in menu.headings()
            if (mine := rooms[one.code])
        ]

    def _opened(self, lines: int) -> set[str]:
        """The parts that stand open beside the one where he is: as he left them, at first all of a short menu."""
        kept = self.request.COOKIES.get(FOLDED)
        if kept is not None:
            return set(kept.split("."))
        return {one.code for one in menu.headings()} if lines <= FEW else set()

    @property
    def in_place_language(self) -> bool:
        """Whether the page is read in the language of the place, whose own words (its pack's) stay as they are."""
        return (get_language() or "").split("-")[0].lower() == stack().language.split("-")[0].lower()

    @property
    def holds_blanks(self) -> bool:
        """Whether sealed blanks may be handed out to him."""
        return bool(self.actor.roles_at() & {Role.INSPECTOR, Role.CASE_OFFICER})

    @property
    def roles(self) -> str:
        """The person's posts in one line, for the account menu."""
        areas = stack().areas
        said = [f"{areas[p.area].short if p.area in areas else p.area} · {p.role.label}" for p in self.actor.posts]
        return listed(dict.fromkeys(said))


def bureau(area: str = "") -> str:
    """The name of the office that answers for `area`, the city's bureau when none is given; empty without a pack."""
    try:
        return stack().organ(area or str(stack().setting("city", ""))).name
    except LookupError:
        return ""


def made_up() -> str:
    """What of the demo city is made up, in the pack's own words (`demo.toml`, `banner`) and the reader's language.

    Places differ: one is invented whole, another stands on real rows.
    """
    said = stack().table("demo").get("banner", {}) if stack().files("demo.toml") else {}
    spoken = said.get(get_language() or "") or said.get(stack().language)
    return str(spoken or _("Demo: what is shown here is made up, in whole or in part. Nothing here is in force."))


def desk(request: HttpRequest) -> dict[str, Any]:
    """The context processor that the settings name."""
    return {
        "DEMO": settings.DEMO and not settings.TRAINING,
        "TRAINING": settings.TRAINING,
        "made_up": made_up,
        "desk": Desk(request),
        "bureau": bureau,
        "large_type": request.COOKIES.get("large") == "1",
        "htmx_config": HTMX,
    }
