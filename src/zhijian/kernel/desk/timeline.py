"""The one timeline: entries of the ledger in the viewer's words, by days; digests only for who wants to verify."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import said
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters import behalf
from zhijian.kernel.registry.history import Change, moments
from zhijian.kernel.registry.origin import Origin
from zhijian.kernel.words import listed

S = TypeVar("S", bound="Said")
LONGEST = 300  # entries on one page; a matter with more shows the newest


@dataclass(frozen=True)
class Said:
    """One line of a timeline."""

    words: str
    who: str
    at: dt.datetime
    when: str


@dataclass(frozen=True)
class Line(Said):
    """One entry as it is shown."""

    entry: LedgerEntry

    @property
    def chained(self) -> bool:
        """Whether it stands in its matter's own chain, where its number names it."""
        return self.entry.subject == f"matter:{self.entry.matter_id}"


def who(entry: LedgerEntry) -> str:
    if spoken := entry.data.get("behalf"):
        return behalf.in_words(entry.actor_name, spoken, ledger.masked(entry).get(behalf.SPEAKER, "…"))
    if entry.actor_name:
        if through := entry.data.get("through"):
            return f"{entry.actor_name} ({through})"
        away = entry.data.get("stands_for")
        return _("%(who)s for %(absent)s") % {"who": entry.actor_name, "absent": away} if away else entry.actor_name
    if prompting := entry.data.get("prompted_by"):
        return _("the platform, after %(who)s decided") % {"who": prompting}
    return {"system": _("the platform"), "public": _("the public")}.get(entry.actor, "")


def lines(entries: QuerySet[LedgerEntry], viewer: Actor, limit: int = LONGEST) -> list[Line]:
    """Entries, newest first, two queries."""
    rows = entries.order_by("-at", "-id").prefetch_related("personal")[:limit]
    return [Line(ledger.describe(e, viewer), who(e), e.at, said.moment(e.at), e) for e in rows]


def registered(changes: list[Change]) -> list[Said]:
    """What changed in the register, one line for each file: the import itself is the entry in the ledger."""
    return [
        Said(_("Registration changed: {what}").format(what=one.words), one.source, one.at, said.moment(one.at))
        for one in moments(changes)
    ]


def taken_in(origin: Origin | None) -> list[Said]:
    """The first line of a file that came with an import; none of one that a person made, whose entry says so."""
    if origin is None:
        return []
    one, several = (
        _("Taken into the register from {files}"),
        _("Taken into the register by one of these imports: {files}"),
    )
    words = (one if len(origin.files) == 1 else several).format(files=listed(origin.files))
    return [Said(words, origin.who or _("the platform"), origin.at, said.moment(origin.at))]


def by_day(shown: Sequence[S]) -> list[tuple[str, list[S]]]:
    """The lines gathered by legal day, the newest day first."""
    today = calendar.today()

    def day_of(line: S) -> dt.date:
        return calendar.legal_day(line.at)

    names = {today: _("today"), today - dt.timedelta(days=1): _("yesterday")}
    return [(names.get(day, f"{day:%Y-%m-%d}"), list(group)) for day, group in groupby(shown, key=day_of)]


def since(matter: Any, version: int, viewer: Actor) -> list[Line]:
    """What happened to a matter after `version`: what somebody must see before deciding again."""
    rows = LedgerEntry.objects.filter(matter=matter)
    return [line for line in lines(rows, viewer, 50) if int(line.entry.data.get("version") or 0) > version]
