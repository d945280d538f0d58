"""Who goes, and in whose name: the officers whom a phone may name, the offices of its papers, and their numbers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q

from zhijian.kernel import papers
from zhijian.kernel.accounts.actor import Range
from zhijian.kernel.accounts.models import Device, Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import calendar
from zhijian.kernel.packs import stack
from zhijian.kernel.packs.loader import Organ
from zhijian.kernel.papers.forms import forms
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.guards import MOST_A_DAY

PAPERS = ("onsite_record", "result_sheet", "rectification_order", "spot_decision")

Json = dict[str, Any]


def kinds() -> list[str]:
    """The kinds of papers that a phone makes here: a place without a form for one does not know it."""
    known = forms()
    return [kind for kind in PAPERS if kind in known]


def person(of: Person) -> Json:
    """A member of staff as the phone knows him."""
    return {
        "id": of.pk,
        "name": of.name,
        "certificate_no": of.certificate_no,
        "certificate_until": of.certificate_until.isoformat() if of.certificate_until else None,
        "signs": of.signs_on(calendar.today()),
    }


def colleagues(ranges: list[Range]) -> list[Person]:
    """The inspectors of the same places, by name."""
    here = Q(pk__in=[])
    for low, high in ranges:
        here |= Q(posts__jurisdiction__gte=low, posts__jurisdiction__lt=high)
    today = calendar.today()
    return list(
        Person.objects.filter(
            here,
            Q(posts__until=None) | Q(posts__until__gte=today),
            posts__role=Role.INSPECTOR,
            posts__since__lte=today,
            is_active=True,
        )
        .distinct()
        .prefetch_related("posts")
        .order_by("name_key", "pk")[:200]
    )


def inspects_at(of: Person, today: dt.date) -> list[str]:
    """The offices (with what lies below them) at which he goes along as an officer today."""
    found = {p.jurisdiction_id for p in of.posts.all() if p.role == Role.INSPECTOR and p.holds_on(today)}
    return sorted(found)


def organs_of(device: Device, ranges: list[Range]) -> list[tuple[str, Organ]]:
    """The offices in whose name the officer's papers are made, each with an area of his in it; that of his home first.

    Who has posts in two (on loan) writes papers of both: which it is follows from where the place lies.
    """
    home = device.person.home_id or ""
    areas = [low for low, _high in ranges] or ([home] if home else [])
    found: dict[str, tuple[str, Organ]] = {}
    for area in sorted(areas, key=lambda one: (one != home, one)):
        organ = stack().organ(area)
        found.setdefault(organ.code, (area, organ))
    return sorted(found.values(), key=lambda one: not home.startswith(one[1].code))


def numbers(device: Device, organs: list[tuple[str, Organ]], visits: int) -> list[Json]:
    """A block of each kind and organ: what the pack says, and enough for the visits that are to be made."""
    block = max(rules.number_block(calendar.today()), min(visits, MOST_A_DAY))
    codes = [organ.code for _area, organ in organs]
    return [
        {"kind": kind, "number": row.number, "code": row.code, "organ": organ.code}
        for area, organ in organs
        for kind in kinds()
        for row in papers.top_up(device, kind, area, block, beside=codes)
    ]
