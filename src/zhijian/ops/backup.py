"""Backup and restore: one tar file with the database, the stored files, and the keys that open personal data."""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from zhijian.config import places
from zhijian.ops import database
from zhijian.ops.cluster import shipped_binaries
from zhijian.ops.console import OpsError, say, step
from zhijian.ops.embedded import database_running

FORMAT = 1


def blobs_folder() -> Path:
    """Where the stored files are."""
    return Path(os.environ.get("ZHIJIAN_BLOBS") or places.data_home() / "blobs")


def _tool(name: str, url: str, *args: str) -> None:
    """Run pg_dump or pg_restore of the embedded release (18 reads servers from 13 on); the password by environment."""
    parts = places.parse_database_url(url)
    environment = os.environ | {"PGPASSWORD": parts["PASSWORD"], "PGHOST": parts["HOST"] or "localhost"}
    environment |= {"PGPORT": parts["PORT"] or str(places.PORT), "PGUSER": parts["USER"], "PGDATABASE": parts["NAME"]}
    environment |= {"PG" + key.upper(): value for key, value in parts["OPTIONS"].items() if key == "sslmode"}
    done = subprocess.run([shipped_binaries() / "bin" / name, *args], env=environment, capture_output=True, text=True)
    if done.returncode:
        hint = ""
        if "row-level security" in done.stderr:
            hint = "\nRow-level security binds this role: give DATABASE_URL an administrator's address for the backup."
        raise OpsError(f"{name} failed: {done.stderr.strip()}{hint}")


def backup(rest: list[str]) -> int:
    """`zhijian backup FILE`"""
    parser = argparse.ArgumentParser(prog="zhijian backup", description=backup_help())
    parser.add_argument("file", type=Path, help="the tar file to write, e.g. zhijian-2026-11-23.tar")
    parser.add_argument("--no-keys", action="store_true", help="leave the keys out (keep them elsewhere yourself)")
    options = parser.parse_args(rest)
    if options.file.exists():
        raise OpsError(f"{options.file} exists already; a backup never overwrites another.")
    with database_running(), tempfile.TemporaryDirectory(dir=options.file.absolute().parent) as folder:
        dump, draft = Path(folder) / "database.dump", Path(folder) / "draft.tar"
        with step("Database"):
            _tool("pg_dump", places.database_urls().admin, "--format=custom", "--compress=6", f"--file={dump}")
        about = {"format": FORMAT, "pack": places.pack_name(), "made": datetime.now(UTC).isoformat()}
        draft.touch(mode=0o600)
        with step("Files"), tarfile.open(draft, "w") as tar:
            _add_text(tar, "about.json", json.dumps(about, indent=1))
            tar.add(dump, "database.dump")
            if blobs_folder().is_dir():
                # Blobs are only ever added: those that the dump names are there, later ones do no harm.
                tar.add(blobs_folder(), "blobs")
            if not options.no_keys:
                for path in sorted((places.data_home() / "secrets").glob("[!.]*")):
                    if not path.name.startswith("database-"):
                        tar.add(path, f"secrets/{path.name}")
        draft.rename(options.file)
    kept = "without keys" if options.no_keys else "with the keys that open personal data: keep it safe"
    say(f"{options.file} ({options.file.stat().st_size / 2**20:.1f} MB), {kept}.")
    return 0


def backup_help() -> str:
    """What the two commands say of themselves."""
    return "One tar file with the database, the stored files, and the keys that open personal data (file mode 0600)."


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = len(text.encode()), 0o600, int(datetime.now(UTC).timestamp())
    tar.addfile(info, io.BytesIO(text.encode()))


def restore(rest: list[str]) -> int:
    """`zhijian restore FILE`"""
    parser = argparse.ArgumentParser(prog="zhijian restore", description="Put a backup back. " + backup_help())
    parser.add_argument("file", type=Path, help="a tar file made by `zhijian backup`")
    parser.add_argument("--replace", action="store_true", help="drop the database that is there now")
    options = parser.parse_args(rest)
    if not options.file.is_file():
        raise OpsError(f"There is no file {options.file}.")
    with tempfile.TemporaryDirectory() as folder, tarfile.open(options.file) as tar:
        tar.extractall(folder, filter="data")
        source = Path(folder)
        about = json.loads((source / "about.json").read_text())
        if about["format"] != FORMAT or about["pack"] != places.pack_name():
            raise OpsError(
                f"The backup is of pack {about['pack']} (format {about['format']}), "
                f"this installation is {places.pack_name()} (format {FORMAT})."
            )
        _restore_keys(source / "secrets")
        with database_running():
            _restore_database(source / "database.dump", options.replace)
            _tell_phones()
        with step("Files"):
            _restore_blobs(source / "blobs")
    say("Restored. `zhijian migrate`, then `zhijian verify`, tell whether all of it is whole.")
    return 0


def _restore_keys(folder: Path) -> None:
    """Keys come first: they must not be made anew. One that differs from the installation's own stops everything."""
    home = places.data_home() / "secrets"
    home.mkdir(mode=0o700, exist_ok=True)
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        target = home / path.name
        if target.exists() and target.read_bytes() != path.read_bytes():
            raise OpsError(
                f"This installation has another key {path.name}. Restore into a new one (ZHIJIAN_HOME), or move "
                f"{target} away if nothing was encrypted with it."
            )
        target.touch(mode=0o600)
        target.write_bytes(path.read_bytes())


def _restore_database(dump: Path, replace: bool) -> None:
    urls = database.prepare(places.database_urls())
    name = places.parse_database_url(urls.admin)["NAME"]
    with database.connect(urls.admin) as connection:
        power = database.powers(connection)
        row = connection.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL").fetchone()
    if row and row[0]:
        if not replace:
            raise OpsError(f"The database {name} is not empty. --replace drops it first.")
        database.drop(urls.admin, name)
        urls = database.prepare(urls)
    with step("Database"):
        if power.superuser:
            _tool("pg_restore", urls.admin, f"--dbname={name}", "--exit-on-error", "--no-comments", str(dump))
        else:
            _tool("pg_restore", urls.owner, f"--dbname={name}", "--no-owner", "--no-comments", str(dump))


def _tell_phones() -> None:
    """Stamps of the register that lie in this server's future are set to now: phones ask for what is newer."""
    with database.connect(places.database_urls().admin) as connection:
        asked = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'changed' AND table_name = ANY(%s)"
        row = connection.execute(asked, [["registry_premises", "registry_departure"]]).fetchone()
    if not row or row[0] < 2:  # of a release before phones could ask
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijian.config.settings")
    import django
    from django.db import transaction

    django.setup()
    from zhijian.kernel.registry.changes import after_restore

    with step("Phones"), transaction.atomic():
        after_restore()


def _restore_blobs(folder: Path) -> None:
    """Copy the files that are not there yet (a blob's name is its digest, so the same name is the same content)."""
    home = blobs_folder()
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        target = home / path.relative_to(folder)
        if path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif not target.exists():
            draft = target.with_name(f".{target.name}.{os.getpid()}")
            draft.write_bytes(path.read_bytes())
            draft.replace(target)
