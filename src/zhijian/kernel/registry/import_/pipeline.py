"""Reads, checks and stages a file: this process reads and copies, two others check, none of them far ahead."""

from __future__ import annotations

import multiprocessing
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from itertools import groupby, islice

from .mapping import HEADER_ROWS, Header, Mapping, find_header, header_notes, missing_headers
from .report import Report
from .rows import Checked
from .shapes import swapped_pair
from .sources import Refused, Source
from .stage import Stage
from .worker import Areas, Batch, check

BATCH = 1_000
AHEAD = 6  # batches that wait for a checker or for COPY: bounds the memory
SMALL = 3 * BATCH  # below, starting two processes costs more than it saves
SWAPPED = 0.9  # from this share of rows on with the same fault in the same column, the table is another one
ENOUGH = 20  # rows from which on such a share says something
SAMPLE = 200  # rejected rows that are looked at for what their columns hold

Ticker = Callable[[int], None]


class Pipeline:
    """One pass over a source."""

    def __init__(
        self, source: Source, mapping: Mapping, areas: Areas, stage: Stage, report: Report, tick: Ticker
    ) -> None:
        self.source, self.mapping, self.areas = source, mapping, areas
        self.stage, self.report, self.tick = stage, report, tick
        self.rows = 0
        self.notes: list[tuple[str, dict[str, str]]] = []  # of the whole file
        self.skipped_sheets: list[str] = []
        self.faults: Counter[tuple[str, str]] = Counter()
        self.rejected: list[list[str]] = []  # the first, as they were sent
        self.header: Header | None = None

    def run(self) -> None:
        """Stage every good row. Raises Refused."""
        with ExitStack() as stack:
            pool: ProcessPoolExecutor | None = None
            waiting: deque[Future[Checked]] = deque()
            for header, batch in self._batches():
                if pool is None and self.source.read < SMALL and len(batch) < BATCH:
                    self._take(check(self.mapping, header, self.areas, batch))
                    continue
                if pool is None:
                    # spawn: a fork of a process with threads or an open connection may hang.
                    pool = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))
                    stack.callback(pool.shutdown, cancel_futures=True)
                waiting.append(pool.submit(check, self.mapping, header, self.areas, batch))
                if len(waiting) >= AHEAD:
                    self._take(waiting.popleft().result())
            while waiting:
                self._take(waiting.popleft().result())
        self._look_for_swaps(final=True)
        if not self.rows:
            raise Refused("no_rows")
        for why, sheets in (("hidden_sheets", self.source.hidden), ("skipped_sheets", self.skipped_sheets)):
            if sheets:
                self.notes.append((why, {"sheets": "、".join(sheets)[:500]}))

    def _take(self, checked: Checked) -> None:
        self.rows += checked.rows
        self.faults.update(checked.bad_columns)
        self.rejected += [cells for _, _, cells, _ in checked.rejected[: SAMPLE - len(self.rejected)]]
        self.report.add(checked)
        self._look_for_swaps()
        self.stage.add(checked.copy)
        self.tick(self.source.read)

    def _look_for_swaps(self, final: bool = False) -> None:
        """Refuse early where a column holds something else than its heading says; name the two that were swapped."""
        if not self.faults or self.header is None or (not final and self.rows < BATCH):
            return
        (column, why), count = self.faults.most_common(1)[0]
        if why == "missing" or count < SWAPPED * self.rows:
            return
        if self.rows > 1 and (pair := swapped_pair(self.mapping, self.header, self.rejected, column)):
            raise Refused("swapped_with", **pair)
        if self.rows >= ENOUGH:
            raise Refused("swapped", column=column, value=self.report.examples[column, why], fault=why)

    def _batches(self) -> Iterator[tuple[Header, Batch]]:
        """Batches of one sheet each, with the header that holds for them."""
        refused: Refused | None = None
        found = False
        for sheet, group in groupby(self.source.rows(), key=lambda row: row.sheet):
            rows = iter(group)
            head = list(islice(rows, HEADER_ROWS))
            header = find_header(self.mapping, [(r.number, r.cells) for r in head])
            if header is None:
                filled = [(r.number, r.cells) for r in head if any(c.strip() for c in r.cells)]
                if filled:
                    refused = refused or missing_headers(self.mapping, filled)
                    self.skipped_sheets.append(sheet)
                for _ in rows:
                    pass
                continue
            if not found:
                self.header, self.report.header = header, header.shown
                self.notes += header_notes(self.mapping, header)
            found = True
            batch = [(r.number, r.sheet, r.cells) for r in head if r.number > header.last_row]
            for row in rows:
                batch.append((row.number, row.sheet, row.cells))
                if len(batch) >= BATCH:
                    yield header, batch
                    batch = []
            if batch:
                yield header, batch
        if not found:
            raise refused or Refused("empty")
