"""What the viewer chose: period and area, read from the address bar and written back into links."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Jurisdiction
from zhijian.kernel.clock import calendar
from zhijian.kernel.figures.compute import may_know_totals
from zhijian.kernel.figures.period import NAMES, Period

DEFAULT = "this_year"


@dataclass(frozen=True)
class Choice:
    """A period (by name, or from and to) and one of the areas that the viewer may choose."""

    period: Period
    name: str
    area: str
    areas: list[Jurisdiction]

    @property
    def query(self) -> str:
        """The same choice as the tail of an address."""
        chosen = {"area": self.area}
        if self.name:
            chosen["period"] = self.name
        else:
            chosen |= {"from": self.period.start.isoformat(), "to": self.period.end.isoformat()}
        return urlencode(chosen)

    @property
    def office(self) -> Jurisdiction | None:
        """The chosen area."""
        return next((one for one in self.areas if one.code == self.area), None)

    @property
    def below(self) -> list[Jurisdiction]:
        """The areas right below the chosen one, for the breakdown."""
        return [one for one in self.areas if one.parent_id == self.area]


def choice(request: HttpRequest) -> Choice:
    """Read the address; what is not understood falls back to this year and to the viewer's own area."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    period, name = _period(request.GET)
    areas = _areas(actor)
    wanted = request.GET.get("area", "")
    own = [low for low, _high in actor.scopes()]
    codes = [one.code for one in areas]
    area = wanted if wanted in codes else next((code for code in own if code in codes), codes[0] if codes else "-")
    return Choice(period, name, area, areas)


def _period(given: QueryDict) -> tuple[Period, str]:
    today = calendar.today()
    try:
        if given.get("from") and given.get("to"):
            days = (dt.date.fromisoformat(given["from"]), dt.date.fromisoformat(given["to"]))
            return Period(*days, today=today), ""
    except ValueError:
        pass
    name = given.get("period", DEFAULT)
    name = name if name in NAMES else DEFAULT
    return Period.named(name, today), name


def _areas(actor: Actor) -> list[Jurisdiction]:
    """The viewer's own areas, and those above where he may know the totals; parents before children."""
    every = sorted(Jurisdiction.objects.all(), key=lambda one: (one.code[:6], len(one.code), one.code))
    mine = [one for one in every if actor.can_read(one.code)]
    if may_know_totals(actor):
        above = {one.code[:end] for one in mine for end in range(1, len(one.code))}
        return [one for one in every if one in mine or one.code in above]
    return mine
