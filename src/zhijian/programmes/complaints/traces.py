"""What is made of each item as it comes: its marks, its sketch, the first category proposed.

A mark is a letter for its kind and a keyed digest, so that one index finds the same person, purchase, place and day.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Sequence

from django.utils import timezone

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.writing import insert_all
from zhijian.programmes.complaints import categories, jobs, proposals
from zhijian.programmes.complaints.flow import KINDS
from zhijian.programmes.complaints.models import Item, Label, Trace
from zhijian.programmes.complaints.routing import straight
from zhijian.programmes.complaints.understanding import likeness
from zhijian.programmes.complaints.understanding.model import Model

PERSON, PURCHASE, PLACE = "i", "o", "p"  # identity document; number of the purchase; place and day
AT_ONCE = 200
LEAST = 4  # letters and figures of a number or a place that says something


def salt() -> bytes:
    """The secret that sketches are made with: derived from the keys as a blind index is."""
    return blind_index("sketch", "likeness").encode()


def hear(flow: Flow, step: Step, matter: Matter, actor: Actor, at: dt.datetime) -> None:
    """An item that came is looked at by a job, within seconds of its transaction."""
    if flow.kind in KINDS and not step.froms:
        Trace.objects.create(matter=matter)
        jobs.trace.later(matter=matter.pk)


def hear_opened(flow: Flow, step: Step, matters: Sequence[Matter], actor: Actor) -> None:
    """The same of many: one job for all of them."""
    if flow.kind in KINDS and matters:
        insert_all([Trace(matter=matter) for matter in matters])
        jobs.trace.later(matter=matters[0].pk)


def make(limit: int = AT_ONCE) -> int:
    """Make what is to be made, the newest first; where many came, one job does the work of all. Returns how many."""
    waiting = Trace.objects.select_for_update(skip_locked=True).filter(made=None).order_by("-matter_id")
    rows = {trace.matter_id: trace for trace in waiting[:limit]}
    items = list(Item.objects.select_related("matter__premises", "matter__entity").filter(pk__in=rows))
    drawn = likeness.sketches([str(item.text or "") for item in items], salt())
    said, models, unknown = _labels(items), _models(items), dict[tuple[str, str, str], None]()
    for item, sketch in zip(items, drawn, strict=True):
        trace = rows[item.pk]
        trace.marks, trace.sketch, trace.bands = marks_of(item), sketch, likeness.bands(sketch)
        key = (item.channel, categories.list_of(item.matter), item.said_category)
        trace.proposed, trace.by = _first(item, said.get(key, ""), models.get(key[1]))
        if key[1] and key[2] and trace.by != Trace.By.LABEL:
            unknown[key] = None
        trace.made = timezone.now()
    proposals.rank_sure([(rows[item.pk], item) for item in items])
    proposals.save(rows.values(), "marks", "sketch", "bands", "proposed", "by", "made")
    _queue(unknown)
    if any(trace.ranked is None for trace in rows.values()):
        jobs.rank.later(job_once="complaints.rank")
    straight.look_at_all([(item, rows[item.pk].proposed) for item in items])
    return len(rows)


def make_all() -> int:
    """Make whatever is to be made, some in a transaction. Returns how many."""
    done = 0
    while True:
        with scoped(SYSTEM):
            made = make()
        if not made:
            return done
        done += made


def _labels(items: list[Item]) -> dict[tuple[str, str, str], str]:
    """What people here said that words of platforms mean. One query for all."""
    rows = Label.objects.filter(text__in={item.said_category for item in items}).exclude(code="")
    return {(one.channel, one.of, one.text): one.code for one in rows}


def _models(items: list[Item]) -> dict[str, Model | None]:
    return {of: categories.model_in_use(of) for of in {categories.list_of(item.matter) for item in items} if of}


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


def _first(item: Item, said: str, model: Model | None) -> tuple[str, str]:
    """The category to propose, and by what."""
    of = categories.list_of(item.matter)
    if of and (code := said or categories.known(of, item.said_category)):
        return code, str(Trace.By.LABEL)
    found = categories.by_words(model, str(item.text or ""))
    return (found[0].code, str(Trace.By.MODEL)) if found else ("", "")


def _queue(words: Iterable[tuple[str, str, str]]) -> None:
    """A platform's word that nobody knows is kept to be mapped."""
    now = timezone.now()
    for channel, of, text in words:
        Label.objects.update_or_create(
            channel=channel, of=of, text=text, defaults={"last": now}, create_defaults={"first": now, "last": now}
        )
