"""What is made of each item as it comes: its marks, its sketch, the first category proposed.

A mark is a letter for its kind and a keyed digest, so that one index finds the same person, purchase, place and day.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any

from django.utils import timezone

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.complaints import categories
from zhijian.programmes.complaints.flow import KINDS
from zhijian.programmes.complaints.models import Item, Label, Trace
from zhijian.programmes.complaints.understanding import likeness

PERSON, PURCHASE, PLACE = "i", "o", "p"  # identity document; number of the purchase; place and day
AT_ONCE = 100
LEAST = 4  # letters and figures of a number or a place that says something


def salt() -> bytes:
    """The secret that sketches are made with: derived from the keys as a blind index is."""
    return blind_index("sketch", "likeness").encode()


def hear(flow: Flow, step: Step, matter: Matter, actor: Actor, at: dt.datetime) -> None:
    """An item that came is looked at by a job, within seconds of its transaction."""
    from zhijian.programmes.complaints.jobs import trace

    if flow.kind in KINDS and not step.froms:
        Trace.objects.create(matter=matter)
        trace.later(matter=matter.pk)


def make(limit: int = AT_ONCE) -> int:
    """Make what is to be made, the newest first; where many came, one job does the work of all. Returns how many."""
    waiting = Trace.objects.select_for_update(skip_locked=True).filter(made=None).order_by("-matter_id")
    rows = {trace.matter_id: trace for trace in waiting[:limit]}
    items = list(Item.objects.select_related("matter").filter(pk__in=rows))
    drawn = likeness.sketches([str(item.text or "") for item in items], salt())
    for item, sketch in zip(items, drawn, strict=True):
        trace = rows[item.pk]
        trace.marks, trace.sketch, trace.bands = marks_of(item), sketch, likeness.bands(sketch)
        trace.proposed, trace.by = _first(item)
        trace.made = timezone.now()
    Trace.objects.bulk_update(rows.values(), ["marks", "sketch", "bands", "proposed", "by", "made"])
    return len(rows)


def marks_of(item: Item) -> list[str]:
    """By which the same person, the same purchase, the same place and day are found again."""
    day = item.happened_on or calendar.legal_day(item.matter.opened)
    told = {
        PERSON: _plain(str(item.id_number or "")),
        PURCHASE: _plain(item.order_no),
        PLACE: f"{place} {day}" if (place := _plain(item.said_address)) else "",
    }
    return [kind + blind_index(value, f"item {kind}") for kind, value in told.items() if value]


def _plain(text: str) -> str:
    plain = "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())
    return plain if len(plain) >= LEAST else ""


def _first(item: Item) -> tuple[str, Any]:
    """The category to propose, and by what; a platform's word that nobody knows is kept to be mapped."""
    of = categories.list_of(item.matter)
    if not of:
        return "", ""
    if code := categories.of_label(item.channel, of, item.said_category):
        return code, Trace.By.LABEL
    if item.said_category:
        _queue(item, of)
    found = categories.proposed(of, str(item.text or ""))
    return (found[0].code, Trace.By.MODEL) if found else ("", "")


def _queue(item: Item, of: str) -> None:
    now = timezone.now()
    Label.objects.update_or_create(
        channel=item.channel, of=of, text=item.said_category, defaults={"last": now}, create_defaults={
            "first": now, "last": now,
        },
    )  # fmt: skip
