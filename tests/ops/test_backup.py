"""A backup put back elsewhere is the same city; and what it refuses."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from zhijian.config import places
from zhijian.ops import database
from zhijian.ops.testing import FreshDatabase


def zhijian(environment: dict[str, str], *line: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "zhijian", *line]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)


@pytest.fixture
def city(fresh_database: FreshDatabase, tmp_path: Path) -> dict[str, str]:
    """An installation with one row under row-level security, one stored file and one key of its own."""
    with database.connect(fresh_database.urls.owner) as owner:
        owner.execute("CREATE TABLE kept (word text); ALTER TABLE kept ENABLE ROW LEVEL SECURITY")
        owner.execute("INSERT INTO kept VALUES ('塔'); ALTER TABLE kept FORCE ROW LEVEL SECURITY")
    blobs = tmp_path / "blobs"
    (blobs / "sha256/ab").mkdir(parents=True)
    (blobs / "sha256/ab/abcd").write_bytes(b"photo")
    return _installation(fresh_database.urls.admin, tmp_path / "home", blobs)


def _installation(url: str, home: Path, blobs: Path) -> dict[str, str]:
    passwords = {
        "ZHIJIAN_SECRET_" + name.upper().replace("-", "_"): places.secret(name)
        for name in ("database-owner", "database-app")
    }
    environment = {"DATABASE_URL": url, "ZHIJIAN_HOME": str(home), "ZHIJIAN_BLOBS": str(blobs), **passwords}
    make_key = "from zhijian.config.places import secret; secret('personal')"
    if not (home / "secrets").exists() and "again" not in home.name:
        subprocess.run([sys.executable, "-c", make_key], env=os.environ | environment, check=True)
    return environment


def test_what_was_backed_up_comes_back_elsewhere(
    city: dict[str, str], fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    file = tmp_path / "city.tar"
    done = zhijian(city, "backup", str(file))
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with tarfile.open(file) as tar:
        names = tar.getnames()
    assert "secrets/personal" in names
    assert not any("database-" in name for name in names)
    assert zhijian(city, "backup", str(file)).returncode == 1  # never over another

    name = fresh_database.name + "_back"
    there = _installation(
        places.with_parts(city["DATABASE_URL"], database=name), tmp_path / "home-again", tmp_path / "b2"
    )
    try:
        back = zhijian(there, "restore", str(file))
        assert back.returncode == 0, back.stderr
        with database.connect(there["DATABASE_URL"]) as admin:
            assert admin.execute("SELECT word FROM kept").fetchone() == ("塔",)
            forced = "SELECT relforcerowsecurity, pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'kept'"
            assert admin.execute(forced).fetchone() == (True, "zhijian_owner")
        assert (tmp_path / "b2/sha256/ab/abcd").read_bytes() == b"photo"
        key = "home{}/secrets/personal"
        assert (tmp_path / key.format("-again")).read_text() == (tmp_path / key.format("")).read_text()
        again = zhijian(there, "restore", str(file))
        assert again.returncode == 1
        assert "--replace" in again.stderr
        assert zhijian(there, "restore", str(file), "--replace").returncode == 0
    finally:
        database.drop(fresh_database.urls.admin, name)


def test_phones_notice_a_restore(city: dict[str, str], fresh_database: FreshDatabase, tmp_path: Path) -> None:
    """Stamps of the old server's transactions may lie in the new one's future: nobody would be sent those places."""
    from zhijian.kernel.registry.changes import HORIZON
    from zhijian.kernel.registry.models import Entity, Premises

    Premises.objects.create(entity=Entity.objects.create(name="甲"), name="甲店", area="370303009")
    with database.connect(fresh_database.urls.admin) as admin:
        # As after years on the old server: its transaction numbers are far ahead of a new one's.
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE registry_premises SET changed = '999999999999'")
    file = tmp_path / "city.tar"
    assert zhijian(city, "backup", str(file)).returncode == 0
    name = fresh_database.name + "_back"
    there = _installation(
        places.with_parts(city["DATABASE_URL"], database=name), tmp_path / "home-again", tmp_path / "b2"
    )
    try:
        back = zhijian(there, "restore", str(file))
        assert back.returncode == 0, back.stderr
        with database.connect(there["DATABASE_URL"]) as admin:
            horizon = admin.execute(HORIZON).fetchone()  # as a phone's pull asks: others' databases hold nobody back
            seen = "SELECT count(*) FROM registry_premises WHERE changed < %s::text::xid8"
            assert admin.execute(seen, [str(horizon[0])]).fetchone() == (1,)
    finally:
        database.drop(fresh_database.urls.admin, name)


def test_keys_of_another_installation_are_never_overwritten(city: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "city.tar"
    assert zhijian(city, "backup", str(file)).returncode == 0
    (tmp_path / "home/secrets/personal").write_text("another\n")
    done = zhijian(city, "restore", str(file), "--replace")
    assert done.returncode == 1
    assert "another key personal" in done.stderr
