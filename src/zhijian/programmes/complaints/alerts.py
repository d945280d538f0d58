"""Hot spots on the desk: each hour, each category in each district, this week and the last; told once.

An alert, no figure: what people confirmed counts, and what is proposed where nobody confirmed yet. One person counts
once a week in a cell, however often they came. The test is that of `understanding.hotspots`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import Case, CharField, Count, F, Min, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Left, NullIf, TruncWeek
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import said
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.notices.receivers import holders
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import LIMITS, notice_template
from zhijian.kernel.packs import stack
from zhijian.programmes.complaints import categories, training
from zhijian.programmes.complaints.models import HotSpot, Item
from zhijian.programmes.complaints.understanding.hotspots import (
    AROUND,
    WEEK,
    YEARS,
    Hotspot,
    Key,
    TooLittlePast,
    hotspots,
    week_of,
)

TOLD = (Role.HEAD, Role.DISPATCHER)
READERS = (*TOLD, Role.LEADER, Role.SECTION, Role.AUDITOR)
DISMISSED = ledger.entry_kind(
    "complaints.hot_spot_dismissed",
    label=gettext_lazy("Hot spot dismissed: {category}, week of {week}: {reason}"),
    says={"category": lambda facts: categories.name_of(facts.get("category", ""))},
)


def _title(data: Mapping[str, Any]) -> str:
    return _("Hot spot: %(category)s in %(area)s") % {
        "category": categories.name_of(data["category"]), "area": said.area_name(data["area"]),
    }  # fmt: skip


def _text(data: Mapping[str, Any]) -> str:
    return _("%(n)s people in the week of %(week)s, usually %(usual)s. The items: %(url)s") % data


HOT = notice_template("complaints.hot_spot", title=_title, text=_text, kind=LIMITS)


def items(of: str) -> QuerySet[Matter]:
    """The items of a list, each with its category (`code`), its district, its week and who came, as it is counted."""
    kinds = [kind for kind, one in categories.LIST_OF.items() if one == of]
    rows = Matter.objects.filter(kind__in=kinds).exclude(state="returned").annotate(
        code=Coalesce(NullIf("item__category", Value("")), NullIf("trace__proposed", Value(""))),
        district=Left("area", _district()),
        week=TruncWeek("opened", tzinfo=calendar.zone()),
        who=Case(
            When(item__phone_mark="", then=Concat(Value("#"), Cast("pk", CharField()))), default=F("item__phone_mark")
        ),
    )  # fmt: skip
    return rows.exclude(code=None)


def _district() -> int:
    """How long a district's code is; what lies with the city's own centre counts for the city."""
    return max((len(area.code) for area in stack().areas.values() if area.level == "district"), default=16)


def counted(of: str, since: dt.date) -> Counter[Key]:
    """How many people came, by category, district and week. One query."""
    rows = items(of).filter(opened__gte=calendar.start_of(since)).order_by()
    grouped = rows.values_list("code", "district", "week").annotate(n=Count("who", distinct=True))
    return Counter({(code, area, calendar.local(week).date()): n for code, area, week, n in grouped})


def look(today: dt.date | None = None) -> int:
    """Look at this week and the last one; returns how many hot spots are new."""
    this = week_of(today or calendar.today())
    new = 0
    for of in training.lists():
        first = items(of).aggregate(first=Min("opened"))["first"]
        if first is None:
            continue
        begun = week_of(calendar.legal_day(first))
        since = begun if calendar.legal_day(first) == begun else begun + WEEK
        counts = counted(of, this - (52 * YEARS + AROUND + 1) * WEEK)
        for week in (this - WEEK, this):
            try:
                found = hotspots(counts, week, since=since)
            except TooLittlePast:
                continue
            new += sum(_kept(of, one) for one in found)
    return new


def _kept(of: str, found: Hotspot) -> bool:
    """Keep it, its numbers as they grow; tell it once. Returns whether it is new."""
    numbers = {"seen": found.seen, "usual": found.usual, "weeks": found.weeks, "p": found.p, "q": found.q}
    row, new = HotSpot.objects.update_or_create(
        of=of, category=found.category, area=found.area, week=found.week, defaults=numbers,
        create_defaults={**numbers, "found_at": timezone.now()},
    )  # fmt: skip
    if new:
        _tell(row)
    return new


def _tell(row: HotSpot) -> None:
    data = {
        "category": row.category, "area": row.area, "week": f"{row.week}", "n": row.seen, "usual": f"{row.usual:.1f}",
        "url": f"/complaints/hotspots/{row.uid}/",
    }  # fmt: skip
    for person in {one.pk: one for role in TOLD for one in holders(role, row.area)}.values():
        tell(person, matter=None, template=HOT.code, data=data, actor=SYSTEM, dedupe=f"hot_spot:{row.pk}")


def open_ones(actor: Actor) -> QuerySet[HotSpot]:
    """Those of his areas that nobody dismissed, of the last eight weeks, the newest first."""
    recent = week_of(calendar.today()) - 8 * WEEK
    rows = HotSpot.objects.filter(area_filter(actor, roles=READERS), dismissed_at=None, week__gte=recent)
    return rows.order_by("-pk")


def over(actor: Actor) -> QuerySet[HotSpot]:
    """Those of his areas that somebody dismissed."""
    rows = HotSpot.objects.filter(area_filter(actor, roles=READERS)).exclude(dismissed_at=None)
    return rows.select_related("dismissed_by").order_by("-pk")


def behind(row: HotSpot, actor: Actor) -> QuerySet[Matter]:
    """The items behind its number, those that he may read, the newest first."""
    start, end = calendar.start_of(row.week), calendar.start_of(row.week + WEEK)
    rows = items(row.of).filter(opened__gte=start, opened__lt=end, code=row.category, district=row.area)
    return readable(rows, actor).order_by("-pk")


def with_category(rows: list[Matter]) -> list[tuple[Matter, bool]]:
    """Each with whether a person confirmed its category, or it is only proposed. One query."""
    confirmed = Item.objects.filter(pk__in=[one.pk for one in rows]).exclude(category="").values_list("pk", flat=True)
    sure = set(confirmed)
    return [(one, one.pk in sure) for one in rows]


def may_dismiss(row: HotSpot, actor: Actor) -> bool:
    """Heads and dispatchers of its area."""
    return row.dismissed_at is None and bool(actor.roles_at(row.area) & set(TOLD))


def dismiss(row: HotSpot, reason: str, actor: Actor) -> None:
    """Somebody looked, and says why nothing more is to be done."""
    row.dismissed_at, row.dismissed_by_id, row.reason = timezone.now(), actor.person_id, reason
    row.save(update_fields=["dismissed_at", "dismissed_by", "reason"])
    ledger.record(
        DISMISSED.code, actor=actor, subject=f"hot_spot:{row.pk}", area=row.area,
        data={"category": row.category, "week": f"{row.week}", "reason": reason},
    )  # fmt: skip
