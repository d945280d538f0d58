"""The embedded server: made, started, crashed, recovered, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from zhijian.config import places
from zhijian.ops import cluster as module
from zhijian.ops import database
from zhijian.ops.cluster import Cluster


@pytest.fixture(scope="module")
def made() -> Iterator[Cluster]:
    """A cluster that nobody else uses, where its system user can reach it."""
    home = places.cluster_home(f"selftest-{os.getpid()}")
    cluster = Cluster(home)
    cluster.ensure_running()
    yield cluster
    cluster.stop()
    shutil.rmtree(home)


@pytest.fixture
def cluster(made: Cluster) -> Cluster:
    """The same, running."""
    made.ensure_running()
    return made


def ask(cluster: Cluster, question: str) -> object:
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def test_it_has_what_the_design_asks_for(cluster: Cluster) -> None:
    assert (
        ask(cluster, "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'postgres'")
        == "bC.UTF-8"
    )
    assert ask(cluster, "SHOW listen_addresses") == ""
    assert ask(cluster, "SHOW password_encryption") == "scram-sha-256"
    assert ask(cluster, "SHOW server_encoding") == "UTF8"


def test_without_the_password_nobody_comes_in(cluster: Cluster) -> None:
    wrong = places.make_url(places.SUPER_ROLE, "guess", "postgres", host=str(cluster.sockets))
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(wrong)


def test_the_server_does_not_run_as_root(cluster: Cluster) -> None:
    pid = cluster.pid()
    assert pid is not None
    assert Path(f"/proc/{pid}").stat().st_uid != 0


def test_starting_what_runs_changes_nothing(cluster: Cluster) -> None:
    before = cluster.pid()
    assert cluster.ensure_running() is False
    assert cluster.pid() == before


def test_it_is_stopped_and_soon_up_again(cluster: Cluster) -> None:
    cluster.stop()
    assert cluster.pid() is None
    began = time.monotonic()
    assert cluster.ensure_running() is True
    assert time.monotonic() - began < 20  # usually 0.1 s


def test_what_was_committed_survives_a_killed_server(cluster: Cluster) -> None:
    change = "CREATE TABLE IF NOT EXISTS kept (n int); INSERT INTO kept VALUES (1)"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(change)
    pid = cluster.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert cluster.ensure_running() is True
    assert ask(cluster, "SELECT count(*) > 0 FROM kept") is True


def test_a_pid_file_that_names_a_stranger_does_not_matter(cluster: Cluster) -> None:
    text = (cluster.data / "postmaster.pid").read_text()
    cluster.stop()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        (cluster.data / "postmaster.pid").write_text(text.replace(text.split()[0], str(stranger.pid), 1))
        assert cluster.pid() is None
        assert cluster.ensure_running() is True
    finally:
        stranger.kill()
        stranger.wait()


def test_an_interrupted_initdb_leaves_nothing_half_made(tmp_path: Path) -> None:
    home = places.cluster_home(f"selftest-half-{os.getpid()}")
    try:
        (home / "data.draft/base").mkdir(parents=True)
        (home / "data.draft/PG_VERSION").write_text("18")
        other = Cluster(home, durable=False)
        assert other.ensure_running() is True
        other.stop()
        assert not (home / "data.draft").exists()
    finally:
        shutil.rmtree(home)


def test_a_server_that_cannot_start_says_what_its_log_says(cluster: Cluster) -> None:
    cluster.stop()
    main = cluster.data / "postgresql.conf"
    good = main.read_text()
    try:
        main.write_text(good + "\nno_such_setting = 1\n")
        with pytest.raises(module.ClusterError, match="no_such_setting"):
            cluster.ensure_running()
    finally:
        main.write_text(good)


def test_data_of_another_release_are_left_alone(cluster: Cluster) -> None:
    cluster.stop()
    version = cluster.data / "PG_VERSION"
    try:
        version.write_text("16\n")
        with pytest.raises(module.ClusterError, match="16"):
            cluster.ensure_running()
    finally:
        version.write_text("18\n")


def test_the_last_user_stops_the_server(made: Cluster) -> None:
    made.stop()
    program = (
        "import sys, pathlib; from zhijian.ops.cluster import Cluster; from zhijian.ops.embedded import in_use\n"
        "with in_use(Cluster(pathlib.Path(sys.argv[1]))) as c: print(c.pid(), flush=True); input()"
    )
    line = [sys.executable, "-c", program, str(made.home)]
    users = [subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    pids = {user.stdout.readline().strip() for user in users if user.stdout}
    assert pids == {str(made.pid())}
    users[0].communicate("\n")
    assert made.answers()
    users[1].kill()  # killed without a word: its lease ends, the next who leaves stops the server
    users[1].wait()
    assert made.answers()
    third = subprocess.run(line, input="\n", capture_output=True, text=True)
    assert third.stdout.strip() in pids
    assert made.pid() is None


def test_roles_have_no_more_power_than_they_need(cluster: Cluster) -> None:
    urls = places.embedded_urls(cluster.home, "zhijian_roles")
    database.prepare(urls)
    database.prepare(urls)  # again: nothing to do, no error
    with database.connect(urls.owner) as owner:
        assert database.powers(owner) == database.Powers(superuser=False, makes_roles=False, makes_databases=True)
        owner.execute("CREATE TABLE things (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text)")
        owner.execute("CREATE INDEX ON things USING gin (name gin_trgm_ops)")
    with database.connect(urls.application) as application:
        assert database.powers(application) == database.Powers(False, False, False)
        application.execute("INSERT INTO things (name) VALUES ('灯')")
        application.execute("UPDATE things SET name = '塔'")
        for forbidden in ("TRUNCATE things", "DROP TABLE things", "CREATE TABLE mine (x int)", "CREATE ROLE other",
                          "ALTER TABLE things DISABLE ROW LEVEL SECURITY"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(forbidden)
        application.execute("DELETE FROM things")


def test_forced_row_security_binds_the_owner_too(cluster: Cluster) -> None:
    urls = places.embedded_urls(cluster.home, "zhijian_roles")
    database.prepare(urls)
    with database.connect(urls.owner) as owner:
        owner.execute("DROP TABLE IF EXISTS secretive; CREATE TABLE secretive (x int)")
        owner.execute("INSERT INTO secretive VALUES (1)")
        owner.execute("ALTER TABLE secretive ENABLE ROW LEVEL SECURITY; ALTER TABLE secretive FORCE ROW LEVEL SECURITY")
        assert owner.execute("SELECT count(*) FROM secretive").fetchone() == (0,)
