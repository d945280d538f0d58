"""`zhijian training`: a practice copy beside the real installation.

It has a data folder, a database server, secrets, numbers and ports of its own, and the demo city to work on; with
`--own-registry` the bureau's own enterprises as well, without their people. The file `practice` in its folder marks it
for good: every page and paper says so, nothing is sent out, however it is started.
"""

from __future__ import annotations

import argparse
import os
import shutil
from contextlib import ExitStack
from pathlib import Path

from zhijian.config import places
from zhijian.ops import practising, run
from zhijian.ops.console import OpsError, say
from zhijian.ops.embedded import database_running, main_cluster

PORT = 8100
# What a practice copy takes over from the real installation. All else is its own: where things are kept, secrets, and
# every way out, those too that are yet to be invented.
SHARED = {
    "ZHIJIAN_BEHIND_PROXY", "ZHIJIAN_CONN_MAX_AGE", "ZHIJIAN_DEBUG", "ZHIJIAN_FONTS", "ZHIJIAN_HOSTS",
    "ZHIJIAN_HTTPS_ONLY", "ZHIJIAN_LOG", "ZHIJIAN_WORKERS",
}  # fmt: skip


def command(rest: list[str]) -> int:
    """Parse the line; reset if asked; run until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="zhijian training", description=__doc__)
    parser.add_argument("--host", default=os.environ.get("HOST") or "", help="address to listen on (HOST)")
    parser.add_argument("--port", type=int, default=PORT, help=f"port of the desk (default {PORT})")
    parser.add_argument("--scale", default="", help="size of the demo city")
    parser.add_argument("--reset", action="store_true", help="throw the practice copy away first, and begin anew")
    parser.add_argument(
        "--own-registry",
        action="store_true",
        help="bring the real register in as well: enterprises, premises, licences; names and numbers of people made up",
    )
    parser.add_argument("--prepare", action="store_true", help="make it ready, but do not run it")
    options = parser.parse_args(rest)
    with ExitStack() as lease:
        source = real_database(lease) if options.own_registry else ""
        home = move_in()
        if options.reset:
            throw_away(home)
        (home / places.PRACTICE).touch()
        say(f"Practice copy in {home}: marked on every page and paper, own numbers, sends nothing out.")
        if source or options.prepare:
            run.make_ready(options.scale)
        if source:
            practising.take(source)
    if options.prepare:
        return 0
    return run.serve(options.host or run.usual_host(), run.Ports.of(options.port), options.scale)


def real_database(lease: ExitStack) -> str:
    """The address of the real database, its server running as long as the lease. Only its register is read."""
    lease.enter_context(database_running())
    return places.database_urls().application


def move_in() -> Path:
    """Make this process (and all that it starts) one of the practice copy; returns its data folder."""
    home = places.data_home() / "training"
    for name in list(os.environ):
        if name in ("DATABASE_URL", "DATABASE_APP_URL") or (name.startswith("ZHIJIAN_") and name not in SHARED):
            del os.environ[name]
    os.environ |= {"ZHIJIAN_HOME": str(home), "ZHIJIAN_TRAINING": "1", "ZHIJIAN_DEMO": "1"}
    for kept in (places.data_home, places.secret, places.cluster_home):
        kept.cache_clear()
    return places.data_home()


def throw_away(home: Path) -> None:
    """Delete the practice copy, and nothing else: only a folder that is marked. Raises OpsError while it runs."""
    if not (home / places.PRACTICE).exists():
        return
    cluster = main_cluster()
    if cluster.pid() is not None:
        raise OpsError("The practice copy is running; stop it first, then reset it.")
    for folder in {cluster.home, home}:
        shutil.rmtree(folder, ignore_errors=False) if folder.exists() else None
    home.mkdir(parents=True, mode=0o711)
