"""Imports as jobs, and the recovery of those whose worker died."""

from __future__ import annotations

import tempfile
from pathlib import Path

from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.jobs import every, job


@job("registry.run_import", queue="imports", tries=1, transaction=False)
def run_import(run_id: int) -> None:
    """Import the file of an `ImportRun` that `submit` made; not tried again by itself, a person looks at it."""
    from .import_.runner import execute, fetch_stored
    from .models import ImportRun

    run = ImportRun.objects.select_related("who").get(pk=run_id)
    with tempfile.TemporaryDirectory() as folder:
        execute(run, fetch_stored(run, Path(folder)), actor_of(run.who) if run.who else SYSTEM)


@every("*/10 * * * *")
@job("registry.recover_imports", tries=1)
def recover_imports() -> None:
    """Say of imports whose process died that they did nothing."""
    from .import_.runner import recover

    recover()
