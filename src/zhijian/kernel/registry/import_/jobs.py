"""Imports as jobs, and the recovery of those whose worker died."""

from __future__ import annotations

import tempfile
from pathlib import Path

from procrastinate.contrib.django import app


@app.task(name="registry.run_import", queue="imports", pass_context=False)
def run_import(run_id: int) -> None:
    """Import the file of an `ImportRun` that `submit` made."""
    from zhijian.kernel.accounts.actor import SYSTEM, actor_of

    from ..models import ImportRun
    from .runner import execute, fetch_stored

    run = ImportRun.objects.select_related("who").get(pk=run_id)
    with tempfile.TemporaryDirectory() as folder:
        execute(run, fetch_stored(run, Path(folder)), actor_of(run.who) if run.who else SYSTEM)


@app.periodic(cron="*/10 * * * *")
@app.task(name="registry.recover_imports", queue="imports", pass_context=False)
def recover_imports(timestamp: int) -> None:
    """Say of imports whose process died that they did nothing."""
    from .runner import recover

    recover()
