"""Reads, checks and stages a file: this process reads and copies, two others check, none of them far ahead."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from itertools import groupby, islice
from typing import Any

from .mapping import HEADER_ROWS, Header, Mapping, find_header, header_notes, missing_headers
from .report import Report
from .rows import Checked
from .shapes import swapped_pair
from .sources import Refused, Source, is_misread
from .stage import Stage
from .worker import Areas, Batch, check

BATCH = 1_000
AHEAD = 6  # batches that wait for a checker or for COPY: bounds the memory
SMALL = 3 * BATCH  # below, starting two processes costs more than it saves
SWAPPED = 0.9  # from this share of rows on with the same fault in the same column, the table is another one
ENOUGH = 20  # rows from which on such a share says something
UNREAD = 0.5  # from this share of rows on that leave a column empty since it cannot be read, somebody must confirm

Ticker = Callable[[int], None]


def _end_with_parent(parent: int) -> None:
    """In a helper: end when the import itself is gone. Killed, it can't say so, and a helper would wait for ever."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(2)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class Pipeline:
    """One pass over a source."""

    def __init__(
        self, source: Source, mapping: Mapping, areas: Areas, stage: Stage, report: Report, tick: Ticker
    ) -> None:
        self.source, self.mapping, self.areas = source, mapping, areas
        self.stage, self.report, self.tick = stage, report, tick
        self.rows = 0
        self.notes: list[tuple[str, dict[str, Any]]] = []  # of the whole file
        self.skipped_sheets: list[str] = []
        self.faults: Counter[tuple[str, str]] = Counter()
        self.unread: Counter[tuple[str, str]] = Counter()
        self.header: Header | None = None
        self.judged: Header | None = None

    def run(self) -> None:
        """Stage every good row. Raises Refused."""
        with ExitStack() as stack:
            pool: ProcessPoolExecutor | None = None
            waiting: deque[Future[Checked]] = deque()
            for header, batch in self._batches():
                self._judge(header, batch)
                if pool is None and self.source.read < SMALL and len(batch) < BATCH:
                    self._take(check(self.mapping, header, self.areas, batch))
                    continue
                if pool is None:
                    # spawn: a fork of a process with threads or an open connection may hang.
                    pool = ProcessPoolExecutor(
                        2,
                        mp_context=multiprocessing.get_context("spawn"),
                        initializer=_end_with_parent,
                        initargs=(os.getpid(),),
                    )
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
                self.notes.append((why, {"sheets": list(sheets)}))

    def _judge(self, header: Header, batch: Batch) -> None:
        """Look at the first rows of each sheet as they were sent. Raises Refused where two columns are swapped."""
        if header is self.judged:
            return
        self.judged = header
        if pair := swapped_pair(self.mapping, header, [cells for _, _, cells in batch]):
            raise Refused("swapped_with", **pair)

    def left_empty(self) -> list[dict[str, Any]]:
        """Columns that most rows leave empty since nothing in them can be read: [{column, why, value, n}]."""
        if self.rows < ENOUGH:
            return []
        return [
            {"column": column, "why": why, "value": self.report.examples[column, why], "n": n}
            for (column, why), n in self.unread.most_common()
            if n >= UNREAD * self.rows
        ]

    def _take(self, checked: Checked) -> None:
        self.rows += checked.rows
        self.faults.update(checked.bad_columns)
        self.unread.update(checked.unread)
        self.report.add(checked)
        self._look_for_swaps()
        self.stage.add(checked.copy)
        self.tick(self.source.read)

    def _look_for_swaps(self, final: bool = False) -> None:
        """Refuse early where a column holds something else than its heading says."""
        if not self.faults or (not final and self.rows < BATCH):
            return
        (column, why), count = self.faults.most_common(1)[0]
        if why == "missing" or count < SWAPPED * self.rows:
            return
        if self.rows >= ENOUGH:
            raise Refused("swapped", column=column, value=self.report.examples[column, why], fault=why)

    def _batches(self) -> Iterator[tuple[Header, Batch]]:
        """Batches of one sheet each, with the header that holds for them."""
        refused: Refused | None = None
        found, first = False, list[str]()
        for sheet, group in groupby(self.source.rows(), key=lambda row: row.sheet):
            rows = iter(group)
            head = list(islice(rows, HEADER_ROWS))
            header = find_header(self.mapping, [(r.number, r.cells) for r in head])
            if header is None:
                filled = [(r.number, r.cells) for r in head if any(c.strip() for c in r.cells)]
                if filled:
                    refused = refused or missing_headers(self.mapping, filled)
                    first = first or filled[0][1]
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
            if is_misread(self.source, first):
                raise Refused("odd_encoding", found=[c.strip() for c in first if c.strip()])
            raise refused or Refused("empty")
