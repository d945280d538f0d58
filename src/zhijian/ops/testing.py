"""Databases for tests; kept here and not in tests/ since benches and `zhijian doctor` use them as well."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from zhijian.config import places
from zhijian.ops import database, embedded

SOURCES = places.CHECKOUT / "src/zhijian"
TEMPLATE_PREFIX = "zjtpl_"
KEPT_TEMPLATES = 6  # the newest; older states of the migrations are dropped


def database_name(worker: str = "") -> str:
    """The name of a run's database: ZHIJIAN_TEST_DB, made unique for each xdist worker."""
    base = os.environ.get("ZHIJIAN_TEST_DB", "zj_test")
    return f"{base}_{worker}" if worker else base


def migrations_digest() -> str:
    """Names the state of the tables: migrations, what `post_migrate` makes views from, apps, packages, and the pack."""
    digest = hashlib.sha256(places.pack_name().encode())
    patterns = ("**/migrations/*.py", "**/figures/*.py", "**/figures.py", "**/models.py", "**/models/*.py")
    found = {path for pattern in patterns for path in SOURCES.glob(pattern)}
    for path in sorted([*found, SOURCES / "config/settings.py", places.CHECKOUT / "requirements.lock"]):
        digest.update(str(path.relative_to(places.CHECKOUT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@dataclass
class FreshDatabase:
    """One cloned database: its name, its addresses, and an environment for other processes that use it."""

    name: str
    urls: places.DatabaseUrls
    env: dict[str, str] = field(repr=False)


@dataclass
class TestServer:
    """A server on which databases for tests are made; `urls` are those of its maintenance database."""

    urls: places.DatabaseUrls
    built: dict[str, str] = field(default_factory=dict)

    __test__ = False

    def at(self, name: str) -> places.DatabaseUrls:
        """The addresses of the database of that name."""
        owner, application, admin = (
            places.with_parts(url, database=name) for url in (self.urls.owner, self.urls.application, self.urls.admin)
        )
        return places.DatabaseUrls(owner, application, admin, self.urls.embedded)

    def template(self) -> str:
        """The migrated template database for the present migrations, built when there is none yet."""
        digest = migrations_digest()
        if digest in self.built:
            return self.built[digest]
        name = TEMPLATE_PREFIX + digest
        with _machine_lock("template"):
            if not database.exists(self.urls.admin, name):
                self._build(name)
                self._drop_old_templates(name)
        self.built[digest] = name
        return name

    def _build(self, name: str) -> None:
        """Migrate a draft in a process of its own and rename it: who finds a template finds a whole one."""
        draft = f"{name}_draft"
        database.drop(self.urls.admin, draft)
        began = time.monotonic()
        print(f"Building the test database's template {name} …", file=sys.stderr, flush=True)
        done = subprocess.run(
            [sys.executable, "-m", "zhijian", "migrate", "--verbosity", "0", "--skip-checks"],
            env=os.environ | self.environment(draft),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            database.drop(self.urls.admin, draft)
            raise RuntimeError(f"The migrations failed:\n{done.stdout}{done.stderr}")
        with database.connect(self.urls.admin, "postgres") as connection:
            connection.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
        print(f"… built in {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)

    def _drop_old_templates(self, newest: str) -> None:
        with database.connect(self.urls.admin, "postgres") as connection:
            rows = connection.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE %s AND datname <> %s ORDER BY oid DESC",
                [TEMPLATE_PREFIX + "%", newest],
            ).fetchall()
        for (name,) in rows[KEPT_TEMPLATES:]:
            with contextlib.suppress(Exception):
                database.drop(self.urls.admin, name)

    def environment(self, name: str) -> dict[str, str]:
        """What another process needs to work on the database of that name."""
        urls = self.at(name)
        return {
            "DATABASE_URL": urls.admin if not urls.embedded else urls.owner,
            "DATABASE_APP_URL": urls.application,
            "PYTHONPATH": os.pathsep.join(filter(None, [str(SOURCES.parent), os.environ.get("PYTHONPATH")])),
        }

    @contextlib.contextmanager
    def cloned(self, template: str, name: str) -> Iterator[FreshDatabase]:
        """Both of Django's aliases stand on a clone of the template inside the block."""
        with _machine_lock("template"):  # a template can't be copied while somebody else copies by other means
            database.clone(self.urls.admin, template, name)
        urls = self.at(name)
        environment = self.environment(name)
        if (blobs := os.environ.get("ZHIJIAN_BLOBS")) is not None:
            environment["ZHIJIAN_BLOBS"] = blobs
        try:
            with connected_to(urls):
                yield FreshDatabase(name, urls, environment)
        finally:
            database.drop(self.urls.admin, name)


@contextlib.contextmanager
def server() -> Iterator[TestServer]:
    """The server for tests, running inside the block."""
    if os.environ.get("DATABASE_URL"):
        urls = database.prepare(places.database_urls())
        yield TestServer(urls)
        return
    cluster = embedded.test_cluster()
    with embedded.in_use(cluster):
        urls = places.embedded_urls(cluster.home, "zhijian_tests")
        with _machine_lock("prepare"):
            database.prepare(urls)
        yield TestServer(urls)


@contextlib.contextmanager
def _machine_lock(name: str) -> Iterator[None]:
    """One process of this installation at a time."""
    with (places.data_home() / f"test-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def connected_to(urls: places.DatabaseUrls) -> Iterator[None]:
    """Point Django's aliases elsewhere for a while (in place: all threads share these dictionaries)."""
    from django.db import connections

    connections.close_all()
    before = {alias: dict(connections.databases[alias]) for alias in ("default", "owner")}
    for alias, url in (("default", urls.application), ("owner", urls.owner)):
        connections.databases[alias].update(places.parse_database_url(url) | {"CONN_MAX_AGE": 0})
        # A connection that exists holds its settings by itself.
        connections[alias].settings_dict.update(connections.databases[alias])
    try:
        yield
    finally:
        connections.close_all()
        for alias, settings in before.items():
            connections.databases[alias].update(settings)
            connections[alias].settings_dict.update(settings)


@contextlib.contextmanager
def blobs_in(folder: Path) -> Iterator[None]:
    """Stored files go to that folder inside the block, in this process and in its children."""
    from django.conf import settings
    from django.core.files.storage import storages
    from django.test import override_settings

    changed = {**settings.STORAGES}
    changed["default"] = {**changed["default"], "OPTIONS": {"location": str(folder)}}
    # Tests don't collect static files: names without the manifest's digest.
    changed["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    before = os.environ.get("ZHIJIAN_BLOBS")
    os.environ["ZHIJIAN_BLOBS"] = str(folder)
    with override_settings(STORAGES=changed):
        storages._storages.clear()  # type: ignore[attr-defined]
        yield
    os.environ.pop("ZHIJIAN_BLOBS")
    if before is not None:
        os.environ["ZHIJIAN_BLOBS"] = before


@contextlib.contextmanager
def web_server() -> Iterator[str]:
    """A threaded web server of this process, with static files; yields its address."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    thread = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()
