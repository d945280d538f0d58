"""The installation's own servers: one for work, one for tests; the last process that uses a server stops it."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator

from zhijian.config import places
from zhijian.ops.cluster import Cluster


def main_cluster() -> Cluster:
    """The server that holds the installation's data."""
    return Cluster(places.cluster_home())


def test_cluster() -> Cluster:
    """A second server for tests, which trades durability for speed and can't harm the installation's data."""
    return Cluster(places.cluster_home("pgtest"), durable=False)


@contextlib.contextmanager
def in_use(cluster: Cluster) -> Iterator[Cluster]:
    """Have the server running inside the block. Whoever leaves last stops it.

    Users hold a shared lock on one file, which the system releases even when they are killed; who can get it
    exclusively is alone.
    """
    cluster.home.mkdir(parents=True, exist_ok=True, mode=0o711)
    with (cluster.home / "users.lock").open("a") as lease:
        fcntl.flock(lease, fcntl.LOCK_SH)
        cluster.ensure_running()
        try:
            yield cluster
        finally:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
                cluster.stop()


@contextlib.contextmanager
def database_running() -> Iterator[None]:
    """The embedded server runs inside the block; nothing to do where DATABASE_URL names a real one."""
    if not places.database_urls().embedded:
        yield
        return
    with in_use(main_cluster()):
        yield
