"""The same on a PostgreSQL server of the machine (Debian's 15 and newer): migrations, roles, row security, the flow."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from zhijian.config import places
from zhijian.ops import database
from zhijian.ops.cluster import Cluster

FOUND = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
pytestmark = pytest.mark.skipif(not FOUND, reason="no PostgreSQL server is installed on this machine")


@pytest.fixture(scope="module")
def real() -> Iterator[Cluster]:
    """A throw-away cluster of the machine's own PostgreSQL."""
    home = places.cluster_home(f"real-{os.getpid()}")
    cluster = Cluster(home, binaries=FOUND[0].parents[1], durable=False, superuser="dba")
    cluster.ensure_running()
    yield cluster
    cluster.stop()
    shutil.rmtree(home)


def zhijian(environment: dict[str, str], *line: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "zhijian", *line]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)


def test_a_superusers_address_makes_everything_and_is_not_used_afterwards(real: Cluster, tmp_path: Path) -> None:
    address = {"DATABASE_URL": real.url("city"), "ZHIJIAN_HOME": str(tmp_path)}
    done = zhijian(address, "migrate", "--verbosity", "0", "--skip-checks")
    assert done.returncode == 0, done.stderr
    assert "zhijian_app@" in zhijian(address, "db", "url").stdout.replace(":", "@", 2)
    owner = zhijian(address, "db", "url", "owner").stdout.strip()
    application = zhijian(address, "db", "url", "application").stdout.strip()
    with database.connect(owner) as connection:
        assert connection.info.user == "zhijian_owner"
        assert database.powers(connection).superuser is False
    with database.connect(application) as connection:
        assert connection.info.server_version // 10000 >= 15
        assert connection.execute("SELECT count(*) FROM matters_matter").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("TRUNCATE matters_matter")


def test_an_ordinary_role_that_owns_its_database_is_enough(real: Cluster, tmp_path: Path) -> None:
    with database.connect(real.url()) as dba:
        dba.execute("CREATE ROLE bureau LOGIN PASSWORD 'b'; CREATE ROLE desk LOGIN PASSWORD 'd'")
        dba.execute("CREATE DATABASE town OWNER bureau TEMPLATE template0")
    host = str(real.sockets)
    address = {
        "DATABASE_URL": places.make_url("bureau", "b", "town", host=host),
        "DATABASE_APP_URL": places.make_url("desk", "d", "town", host=host),
        "ZHIJIAN_HOME": str(tmp_path),
    }
    done = zhijian(address, "migrate", "--verbosity", "0", "--skip-checks")
    assert done.returncode == 0, done.stderr
    with database.connect(address["DATABASE_APP_URL"]) as connection:
        assert connection.execute("SELECT count(*) FROM matters_matter").fetchone() == (0,)


def test_what_is_missing_is_said(real: Cluster, tmp_path: Path) -> None:
    nowhere = {"DATABASE_URL": "postgresql://a:b@127.0.0.1:1/x", "ZHIJIAN_HOME": str(tmp_path)}
    done = zhijian(nowhere, "migrate")
    assert done.returncode == 1
    assert "No connection to a@127.0.0.1:1/x" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_application_role_that_passes_by_row_security_is_refused(real: Cluster, tmp_path: Path) -> None:
    with database.connect(real.url()) as dba:
        dba.execute("CREATE ROLE mighty LOGIN BYPASSRLS PASSWORD 'm'")
    address = {
        "DATABASE_URL": real.url("city2"),
        "DATABASE_APP_URL": places.make_url("mighty", "m", "city2", host=str(real.sockets)),
        "ZHIJIAN_HOME": str(tmp_path),
    }
    done = zhijian(address, "migrate")
    assert done.returncode == 1
    assert "row-level security" in done.stderr


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="this is the run on the real server")
def test_tests_marked_real_pg_hold_there_too(real: Cluster) -> None:
    line = [sys.executable, "-m", "pytest", "-m", "real_pg", "-p", "no:xdist", "-p", "no:cacheprovider", "tests"]
    environment = os.environ | {"DATABASE_URL": real.url("zhijian_tests"), "ZHIJIAN_TEST_DB": "zj_real"}
    done = subprocess.run(line, cwd=places.CHECKOUT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout
