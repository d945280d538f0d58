"""`zhijian ready`: whatever an installation lacks to be used: tables, catalogues, static files, demo city."""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

from zhijian.config import places
from zhijian.ops.console import OpsError, say, step
from zhijian.ops.embedded import database_running


def command(rest: list[str]) -> int:
    """Parse the line and do what is needed; each part says how long it took, what is up to date is silent."""
    parser = argparse.ArgumentParser(prog="zhijian ready", description=__doc__)
    parser.add_argument("--scale", default=os.environ.get("SCALE", ""), help="size of the demo city")
    options = parser.parse_args(rest)
    with database_running():
        from zhijian.ops import database

        database.prepare(places.database_urls())
        from zhijian.ops.catalogue import compile_all

        compile_all()
        import django

        django.setup()
        migrate_if_needed()
        collect_static_if_changed()
        if os.environ.get("ZHIJIAN_DEMO") == "1":
            plant_demo_if_empty(options.scale)
    return 0


def migrate_if_needed() -> None:
    """Apply what is not applied yet, as the owner; and make the views anew when what they are made from changed."""
    from django.core.management import call_command
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    from zhijian.ops.stamps import is_fresh, mark
    from zhijian.ops.testing import migrations_digest

    executor = MigrationExecutor(connections["owner"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    stamp = places.data_home() / f"tables-{connections['owner'].settings_dict['NAME']}.stamp"
    digest = migrations_digest()
    if not plan and is_fresh(stamp, digest):
        return
    with step(f"Tables ({len(plan)} migrations)"):
        call_command("migrate", database="owner", verbosity=0)
    mark(stamp, digest)


def collect_static_if_changed() -> None:
    """Gather static files when any of them differs from the last time."""
    from django.conf import settings
    from django.contrib.staticfiles import finders
    from django.core.management import call_command

    from zhijian.ops.stamps import is_fresh, mark

    digest = hashlib.sha256()
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            digest.update(name.encode() + hashlib.sha256(Path(storage.path(name)).read_bytes()).digest())
    stamp = settings.STATIC_ROOT / ".stamp"
    if is_fresh(stamp, digest.hexdigest()):
        return
    with step("Static files"):
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    mark(stamp, digest.hexdigest())


def plant_demo_if_empty(scale: str) -> None:
    """The demo city, when nobody works here yet and there is a planter; its accounts are kept for the welcome."""
    from django.contrib.auth import get_user_model
    from django.core.management import get_commands

    if "demo" not in get_commands():
        return
    if not get_user_model()._default_manager.exists():
        line = [sys.executable, "-m", "zhijian", "demo", *(["--scale", scale] if scale else [])]
        with step("Demo city"):
            if subprocess.run(line).returncode:
                raise OpsError("The demo city could not be made; see above.")
    note_demo_accounts()


def note_demo_accounts() -> None:
    """Ask the planter who may sign in (`demo --accounts`) and keep the answer for `zhijian run`."""
    from django.core.management import CommandError, call_command

    out = io.StringIO()
    try:
        call_command("demo", "--accounts", stdout=out)
    except (CommandError, TypeError) as error:
        say(f"  (the demo accounts could not be listed: {error})")
        return
    (places.data_home() / f"demo-accounts-{places.pack_name()}.txt").write_text(out.getvalue())
