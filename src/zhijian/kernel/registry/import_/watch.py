"""Beside a running import, on a connection of its own: notes how far it is, and sees when somebody calls it off.

The import itself is one long transaction: nothing of it is visible before its end, and it sees nothing of others.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from ..models import ImportRun

log = logging.getLogger(__name__)
TICK = 1.0  # seconds between two looks
Progress = Callable[[ImportRun], None]


class CalledOff(Exception):
    """Somebody wants the import to end; what it has done so far is to be undone."""


class Watch:
    """The watch over one run; a context manager."""

    def __init__(self, run: ImportRun, progress: Progress | None = None) -> None:
        self.run, self.progress = run, progress
        self.called_off = False
        self._told = time.monotonic()
        self._over, self._lock = threading.Event(), threading.Lock()
        self._session: Any = None  # the import's own, while it may be cancelled
        self._thread = threading.Thread(target=self._look, daemon=True, name=f"import {run.pk}")

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(timeout=10)

    def rows(self, read: int) -> None:
        """So many rows have been read. Raises CalledOff."""
        self.run.done_rows = read
        self.look()
        if self.progress and time.monotonic() - self._told >= TICK:
            self._told = time.monotonic()
            self.progress(self.run)

    def look(self) -> None:
        """Raises CalledOff when somebody asked for it."""
        if self.called_off:
            raise CalledOff

    @contextmanager
    def cancelling(self) -> Iterator[None]:
        """Inside, a statement of this thread's session is broken off when the import is called off."""
        with self._lock:
            self._session = connection.connection
        try:
            yield
        except Exception as error:  # whatever breaks after that breaks by it
            if self.called_off:
                raise CalledOff from error
            raise
        finally:
            with self._lock:
                self._session = None
        self.look()

    def _look(self) -> None:
        """The thread: once a second."""
        try:
            while not self._over.wait(TICK):
                self._note()
        except Exception:  # without a watch the import goes on; it can't be seen or called off
            log.exception("the watch over import %s broke", self.run.pk)
        finally:
            connection.close()  # this thread's own

    def _note(self) -> None:
        row = ImportRun.objects.filter(pk=self.run.pk)
        row.update(done_rows=self.run.done_rows, total_rows=self.run.total_rows)
        if not row.filter(stopping=True).exists():
            return
        self.called_off = True
        with self._lock:
            if self._session is not None:
                self._session.cancel_safe(timeout=5)
