"""Who is meant, ranked as an item comes and kept beside it: the page shows what stands there as long as it holds.

It holds until something else is told, or anything of the register changes: then whoever looks has it ranked anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.likely import Candidate, Reason, Told, at_once, likely
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.kernel.writing import update_all
from zhijian.programmes.complaints.models import Item, Link, Trace

KEPT = 6  # candidates
AT_ONCE = 20  # items that are looked up one by one in a transaction
# Each by an index. A licence or an enterprise that changes stamps its premises (registry, 0002). Whoever began before a
# change that was seen and commits after it shows by his new rows, if at all: a person looks before anything is linked.
REGISTER = """
    SELECT (SELECT max(id) FROM registry_entity), (SELECT max(changed) FROM registry_premises),
           (SELECT max(id) FROM registry_registrationchange)
"""


def told_of(matter: Matter, record: Item) -> Told:
    """What was told of who is meant. The text itself is looked at too: shops stand in it."""
    return Told(
        name=record.said_name, address=record.said_address, phone=record.said_phone, text=str(record.text)[:2000],
        area=matter.area,
    )  # fmt: skip


def candidates(matter: Matter, record: Item) -> list[Candidate]:
    """Who may be meant by what was told, likeliest first: as it was ranked when it came, or anew."""
    told = told_of(matter, record)
    trace = Trace.objects.filter(matter=matter).only("ranked", "meant", "ranked_from").first()
    if trace is not None and trace.ranked is not None and trace.ranked_from == _from(told, register()):
        return _read(trace.meant)
    return likely(told, limit=KEPT)


def register() -> str:
    """How the register stands: another text as soon as anything in it has changed."""
    with connection.cursor() as cursor:
        cursor.execute(REGISTER)
        return ".".join(str(one or 0) for one in cursor.fetchone())


def rank_sure(traces: Sequence[tuple[Trace, Item]]) -> None:
    """Rank, for many at once, whom a name, a telephone or a code names just as it was told; not written yet.

    Whoever is not found so is ranked by `rank`; of whom it is known already nothing is proposed.
    """
    stands, now = register(), timezone.now()
    every = [told_of(item.matter, item) for _trace, item in traces]
    for (trace, item), told, found in zip(traces, every, at_once(every, KEPT), strict=True):
        if found or item.meant != Link.OPEN:
            _keep(trace, told, found, stands, now)


def rank() -> int:
    """Rank what is left, the newest first, some in a transaction. Returns how many."""
    done = 0
    while some := _rank_some():
        done += some
    return done


def _rank_some() -> int:
    with scoped(SYSTEM):
        rows = Trace.objects.select_for_update(skip_locked=True).filter(ranked=None, made__isnull=False)
        traces = {trace.pk: trace for trace in rows.order_by("-matter_id")[:AT_ONCE]}
        stands, now = register(), timezone.now()
        for item in Item.objects.select_related("matter").filter(pk__in=traces):
            told = told_of(item.matter, item)
            wanted = item.meant == Link.OPEN and item.matter.closed is None
            _keep(traces[item.pk], told, likely(told, limit=KEPT) if wanted else [], stands, now)
        save(traces.values())
        return len(traces)


def save(traces: Iterable[Trace], *more: str) -> None:
    """Write what is proposed, and further columns, of traces that are there."""
    update_all(list(traces), ["ranked", "meant", "ranked_from", *more])


def _keep(trace: Trace, told: Told, found: Sequence[Candidate], stands: str, now: Any) -> None:
    trace.meant, trace.ranked, trace.ranked_from = [_written(one) for one in found], now, _from(told, stands)


def _from(told: Told, stands: str) -> str:
    said = "\x1f".join((told.name, told.address, told.phone, told.text, told.area))
    return f"{stands}:{blind_index(said, 'meant')}"


def _written(one: Candidate) -> dict[str, Any]:
    return {
        "entity": one.entity.pk,
        "premises": one.premises.pk if one.premises is not None else None,
        "confidence": one.confidence,
        "share": one.share,
        "reasons": [[reason.code, reason.detail] for reason in one.reasons],
    }


def _read(rows: Sequence[dict[str, Any]]) -> list[Candidate]:
    """The candidates that are kept, each with its row of the register; two queries."""
    if not rows:
        return []
    entities = Entity.objects.defer("grams").in_bulk([one["entity"] for one in rows])
    places = Premises.objects.defer("grams").in_bulk([one["premises"] for one in rows if one["premises"]])
    return [
        Candidate(
            entities[one["entity"]], places.get(one["premises"]), one["confidence"],
            tuple(Reason(code, detail) for code, detail in one["reasons"]), one["share"],
        )
        for one in rows
        if one["entity"] in entities
    ]  # fmt: skip
