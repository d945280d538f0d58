"""How the year of each enterprise stands, for a phone without network: it says what the desk says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q

from zhijian.kernel.accounts.actor import SYSTEM, Range
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.fair import capping

Json = dict[str, Any]


def years(ranges: Iterable[Range], day: dt.date) -> Json:
    """The cap in force, and for each enterprise of the areas the visits of the year: {of, counted: {purpose: n},
    outside: n}. Who was not visited is left out. One query, over all offices (numbers, no rows).

    `of` is the enterprise's uid, or that of each of its premises where the place counts these by themselves.
    """
    alone = rules.CAP_COUNTS.value(day, "enterprise") == "premises"
    here = Q(pk__in=[])
    for low, high in ranges:
        here |= Q(area__gte=low, area__lt=high)
    places = Premises.objects.filter(here)
    of = "matter__premises" if alone else "matter__entity"
    with scoped(SYSTEM):
        rows = capping.visits(day.year).filter(**{f"{of}__in": places.values("pk" if alone else "entity")})
        counted = rows.values_list(f"{of}__uid", "purpose", "outside").annotate(n=Count("pk")).order_by()
        found = list(counted)
    visits: dict[str, Json] = {}
    for uid, purpose, outside, n in sorted(found, key=lambda row: (str(row[0]), row[1], row[2])):
        one = visits.setdefault(str(uid), {"counted": {}, "outside": 0})
        if capping.cause_of(purpose, outside) == capping.PLANNED:
            one["counted"][purpose] = one["counted"].get(purpose, 0) + n
        else:
            one["outside"] += n
    row = rules.FREQUENCY_CAP.maybe(day)
    told = [{"of": uid, **one} for uid, one in visits.items()]
    return {"year": day.year, "cap": row.value if row else None, "by_premises": alone, "visits": told}
