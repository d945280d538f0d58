"""Imports as jobs, one after the other, and the recovery of those whose worker died."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.jobs import every, job

from .cards import printing as printing  # these have jobs of their own
from .twins import finding as finding


@job(
    "registry.run_import",
    title=_("Import a table into the register"),
    queue="imports",
    tries=1,
    transaction=False,
    lock="registry.import",
)
def run_import(run_id: int) -> None:
    """Import the file of an `ImportRun` that waits; not tried again by itself, a person looks at it.

    The queue hands the job of a dead worker on: its run no longer waits, and is only said to have been interrupted.
    """
    from .import_.doors import fetch_stored, recover
    from .import_.runner import execute
    from .models import ImportRun, ImportState

    run = ImportRun.objects.select_related("who").get(pk=run_id)
    if run.state != ImportState.QUEUED:
        recover(run)
        return
    with tempfile.TemporaryDirectory() as folder:
        execute(run, fetch_stored(run, Path(folder)), actor_of(run.who) if run.who else SYSTEM)


@every("*/10 * * * *")
@job("registry.recover_imports", title=_("Find imports whose process died"), tries=1)
def recover_imports() -> None:
    """Say of imports whose process died that they did nothing."""
    from .import_.doors import recover

    recover()


@every("10 3 * * *")
@job("registry.sweep_imports", title=_("Drop files of imports long over"), tries=1)
def sweep_imports() -> None:
    """Drop files that stopped arriving, and those of imports long over."""
    from . import pieces
    from .import_ import doors

    pieces.sweep()
    doors.sweep()


@every("*/10 * * * *")
@job("registry.follow_merges", title=_("Take records to the enterprise that theirs was merged into"), tries=1)
def follow_merges() -> None:
    """Move what came to a merged file after its merge."""
    from .joining import follow

    follow()


@every("40 */3 * * *")  # half a minute's work for 600,000 premises: where shops stand changes slowly
@job("registry.count_cells", title=_("Count the places on the map"), tries=1)
def count_cells() -> None:
    """Count the cells of the map anew."""
    from . import patch

    patch.count_cells()
