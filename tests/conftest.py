"""Test databases: one template for each state of the migrations, cloned for each run and each xdist worker.

`db` (pytest-django): a transaction that is rolled back, as the application's role, on the run's clone.
`fresh_database`: a clone of its own for tests that commit (races, other processes, browsers); dropped afterwards.
`live_site`: a web server in a thread on a `fresh_database`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings

from zhijian.ops import testing


def pytest_configure(config: pytest.Config) -> None:
    """Browser tests use the database beside playwright, whose sync API runs an event loop in the same thread."""
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    # How long an example takes says something of the machine, not of the code: speed is counted, and timed in bench/.
    settings.register_profile("counted", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("counted")


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes name no test: they can't be read, and a compressed file's differ between the workers of xdist."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers come last; and tests that want commits take `fresh_database`.

    Playwright's event loop runs in the test's own thread until the session ends: whatever starts a loop of its own
    (uploads, jobs) must have been before. Emptying tables is neither quick nor allowed to the application's role.
    """
    for item in items:
        mark = item.get_closest_marker("django_db")
        if mark and mark.kwargs.get("transaction"):
            raise pytest.UsageError(f"{item.nodeid}: use the fixture fresh_database, not transaction=True")
    items.sort(key=lambda item: "browser" in item.nodeid.split("::")[0])  # stable: all else stays in its order


@pytest.fixture(scope="session")
def database_server() -> Iterator[testing.TestServer]:
    """The server for tests: DATABASE_URL's, else an embedded one that runs as long as anybody tests."""
    with testing.server() as server:
        yield server


@pytest.fixture(scope="session")
def worker_name(request: pytest.FixtureRequest) -> str:
    """The run's database name: ZHIJIAN_TEST_DB (default zj_test), and the xdist worker's."""
    return testing.database_name(getattr(request.config, "workerinput", {}).get("workerid", ""))


@pytest.fixture(scope="session")
def django_db_setup(
    database_server: testing.TestServer, worker_name: str, django_db_blocker: object, tmp_path_factory: object
) -> Iterator[None]:
    """Replaces pytest-django's: clone the template for this worker, point both aliases at it."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        template = database_server.template()
    with database_server.cloned(template, worker_name):
        yield


@pytest.fixture(scope="session", autouse=True)
def _own_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Blobs of a test run go to a folder of the run."""
    folder = tmp_path_factory.mktemp("blobs")
    with testing.blobs_in(folder):
        yield folder


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A page that was asked for in English leaves its language active in this thread: no test hands it to the next."""
    yield
    translation.deactivate()


@pytest.fixture
def fresh_database(
    django_db_setup: None, database_server: testing.TestServer, worker_name: str, django_db_blocker: object
) -> Iterator[testing.FreshDatabase]:
    """A database where commits are real. Its `.env` lets other processes (`python -m zhijian …`) use it too."""
    with (
        django_db_blocker.unblock(),  # type: ignore[attr-defined]
        database_server.cloned(database_server.template(), f"{worker_name}_fresh") as fresh,
    ):
        yield fresh


@pytest.fixture
def live_site(fresh_database: testing.FreshDatabase) -> Iterator[str]:
    """The address of a web server in a thread of this process, on a database of its own."""
    with testing.web_server() as address:
        yield address
