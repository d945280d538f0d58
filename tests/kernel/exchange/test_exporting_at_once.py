"""Two clerks export the same record at the same moment: without the lock it goes over twice, with it once."""

from __future__ import annotations

import contextlib
import threading

import pytest
from django.db import connections
from tests import world
from tests.kernel.exchange.conftest import owed_of, published

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.exchange import exporting
from zhijian.kernel.exchange.models import BatchRow
from zhijian.kernel.exchange.tables import table_of


@pytest.mark.parametrize(("locking", "times"), [(False, 2), (True, 1)])
def test_two_clerks_at_once(fresh_database, monkeypatch, locking, times):
    with scoped(SYSTEM):
        w = world.make()
        w.person("李桂芬", Role.CLERK, world.OFFICE)
        matter = published(w)
        clerk = w.actor("李桂芬")
    uid, results = owed_of(matter).uid, table_of("gsxt", "results")
    both = threading.Barrier(2)

    def wait() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):  # with the lock the other one waits for it
            both.wait(timeout=2 if locking else 20)

    monkeypatch.setattr(exporting, "_between_reading_and_writing", wait)

    def work() -> None:
        try:
            with scoped(clerk):
                exporting.export(results, [uid], clerk, locking=locking)
        except exporting.NothingToExport:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with scoped(SYSTEM):
        assert BatchRow.objects.filter(owed__uid=uid).count() == times
