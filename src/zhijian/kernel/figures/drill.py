"""Opening a figure: its records page by page, and whole as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.figures.compute import records_of, seen_by
from zhijian.kernel.figures.declare import Figure
from zhijian.kernel.figures.engines import Engine, Live, compile_for
from zhijian.kernel.figures.period import Period

# What a list shows of a record, where the record has it.
SHOWN = ("number", "title", "entity_id", "area", "state", "kind", "opened_on", "due", "closed_on")


@dataclass(frozen=True)
class Record:
    """One record of a figure: `key` orders the pages, `matter` is the id of the matter that it belongs to."""

    key: int
    matter: int | None
    values: dict[str, Any]


@dataclass(frozen=True)
class Page:
    """Some records, newest first, and the key to go on with (None: that was all)."""

    records: list[Record]
    after: int | None


def records(
    figure: Figure,
    period: Period,
    area: str,
    viewer: Actor,
    *,
    after: int | None = None,
    limit: int = 50,
    engine: Engine | None = None,
) -> Page:
    """The records that `viewer` may open, newest first, below the key `after`. Raises ValueError for a ratio."""
    engine = engine or Live()
    with seen_by(viewer):
        table = records_of(figure, period, area, viewer)
        names = [name for name in SHOWN if name in table.columns]
        # A figure's own columns (what is summed, the deadline) are shown beside the common ones.
        names += [n for n in (figure.sum, figure.count) if n and n not in (*names, "id")]
        matter = "matter_id" if "matter_id" in table.columns else "id"
        wanted = table.select(key=table.id, matter=table[matter], **{name: table[name] for name in names})
        # Ibis writes NULLS LAST into the order, which no index answers: the page is cut in plain SQL of both engines.
        below = f'WHERE "key" < {int(after)} ' if after is not None else ""
        inner = compile_for(engine, wanted)
        rows = engine.rows(f'SELECT * FROM ({inner}) AS page {below}ORDER BY "key" DESC LIMIT {int(limit) + 1}')
    found = [Record(row[0], row[1], dict(zip(names, row[2:], strict=True))) for row in rows[:limit]]
    return Page(found, found[-1].key if len(rows) > limit else None)


def every_record(figure: Figure, period: Period, area: str, viewer: Actor, limit: int = 1_000_000) -> Iterator[Record]:
    """All records, fetched page by page, at most `limit`."""
    after, given = None, 0
    while given < limit:
        page = records(figure, period, area, viewer, after=after, limit=min(5000, limit - given))
        yield from page.records
        given += len(page.records)
        after = page.after
        if after is None:
            return
