"""The history of a registration: what changed, from what to what, by which row of which file."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from zhijian.kernel.clock import calendar
from zhijian.kernel.packs import stack
from zhijian.kernel.words import listed

from .cards.choosing import trades
from .joining import File
from .models import EntityStatus, LicenceStatus, PremisesStatus, RegistrationChange

MOST = 100  # changes on one page
What = RegistrationChange.What
_STATES: dict[str, dict[str, str]] = {
    What.STATUS: dict(EntityStatus.choices),  # type: ignore[dict-item]
    What.LICENCE_STATUS: dict(LicenceStatus.choices),  # type: ignore[dict-item]
    What.PLACE_STATUS: dict(PremisesStatus.choices),  # type: ignore[dict-item]
}


@dataclass(frozen=True)
class Change:
    """One value that changed, as it is shown."""

    row: RegistrationChange

    @property
    def what(self) -> str:
        return str(What(self.row.what).label)

    @property
    def about(self) -> str:
        """The licence or the place that it belongs to, where it is not the enterprise itself."""
        if self.row.licence is not None:
            return self.row.licence.number
        return self.row.premises.name if self.row.premises is not None else ""

    @property
    def old(self) -> str:
        return self._said(self.row.old)

    @property
    def new(self) -> str:
        return self._said(self.row.new)

    @property
    def day(self) -> dt.date:
        """As of which day: the import's own, else the legal day on which it was written."""
        return self.row.day or calendar.legal_day(self.row.at)

    def _said(self, value: str) -> str:
        if self.row.what == What.SCOPE:
            return listed(json.loads(value or "[]")) or "—"
        if self.row.what in (What.AREA, What.PLACE_AREA) and value in stack().areas:
            return stack().areas[value].name
        if self.row.what == What.TRADE:
            return trades().get(value, value) or "—"
        return str(_STATES.get(self.row.what, {}).get(value, value)) or "—"


@dataclass(frozen=True)
class Together:
    """What one file (or one act) changed at one moment."""

    at: dt.datetime
    source: str  # name of the file; empty where no import did it
    changes: list[Change]

    @property
    def words(self) -> str:
        return "；".join(f"{one.what} {one.old} → {one.new}" for one in self.changes)


def history(file: File) -> list[Change]:
    """The newest changes of an enterprise, of its places and licences, and of rows merged into it."""
    rows = RegistrationChange.objects.filter(entity__in=file.pks).select_related("premises", "licence", "run")
    return [Change(row) for row in rows.defer("grams", "premises__grams").order_by("-id")[:MOST]]


def moments(changes: list[Change]) -> list[Together]:
    """The same, gathered by moment and file, for the timeline."""
    found = []
    for (at, _run), rows in groupby((one.row for one in changes), key=attrgetter("at", "run_id")):
        some = [Change(row) for row in rows]
        run = some[0].row.run
        found.append(Together(at, run.file_name if run else "", some))
    return found
