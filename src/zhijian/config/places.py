"""Where this installation keeps its things: data home, secrets, addresses of the database.

Nothing here connects to anything: settings import it, so it must be quick and work without a server.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import re
import secrets
import stat
import tempfile
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

CHECKOUT = Path(__file__).resolve().parents[3]
PACKS = Path(__file__).resolve().parents[1] / "packs"
SYSTEM_HOME = Path("/var/lib/zhijian")  # of root's installations: a server's user must be able to reach it
OWNER_ROLE, APP_ROLE, SUPER_ROLE = "zhijian_owner", "zhijian_app", "zhijian_super"
PRACTICE = "practice"  # the file that marks the data folder of a practice copy (`zhijian training`)
PORT = 5432  # only names the socket file; the embedded server listens on no network address
_LONGEST_SOCKET = 100  # bytes; the kernel's limit for a socket path is 108 on Linux and 104 on macOS


class PlacesError(RuntimeError):
    """The installation's surroundings are not usable; the message says what to change."""


def is_root() -> bool:
    """Whether this process is the system's administrator (never on Windows)."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def checkout_slug(path: Path = CHECKOUT) -> str:
    """A short name that differs for each folder: its own name and a hash of the whole path."""
    name = re.sub(r"[^a-z0-9]+", "-", path.name.lower()).strip("-")[:20] or "zhijian"
    return f"{name}-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"


@cache
def data_home() -> Path:
    """The folder of everything that outlives a run: ZHIJIAN_HOME, else one for each checkout.

    As root it is below /var/lib/zhijian, otherwise in the user's data folder (XDG_DATA_HOME).
    """
    given = os.environ.get("ZHIJIAN_HOME")
    if given:
        home = Path(given).expanduser().resolve()
    elif is_root():
        home = SYSTEM_HOME / checkout_slug()
    else:
        base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
        home = Path(base) / "zhijian" / checkout_slug()
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o711)
    except OSError as error:
        raise PlacesError(f"Cannot make the data folder {home} ({error.strerror}). Set ZHIJIAN_HOME.") from error
    return home


@cache
def secret(name: str) -> str:
    """The secret of that name: ZHIJIAN_SECRET_<NAME>, else a file (0600) in the data home, made at first use."""
    given = os.environ.get("ZHIJIAN_SECRET_" + re.sub(r"[^A-Z0-9]", "_", name.upper()))
    if given:
        return given
    folder = data_home() / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


def _write_once(path: Path, text: str) -> None:
    """Make the file whole or not at all; where two processes race, the first wins and both read its text."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w") as out:
        os.fchmod(handle, stat.S_IRUSR | stat.S_IWUSR)
        out.write(text + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)


def reachable_by_others(path: Path) -> bool:
    """Whether another user may walk down to that folder (every parent has the execute bit for others)."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in (path, *path.parents) if parent.exists())


@cache
def cluster_home(name: str = "pg") -> Path:
    """The folder of an embedded database server: in the data home, but where root's server user can reach it."""
    home = data_home()
    if is_root() and not reachable_by_others(home):
        home = SYSTEM_HOME / checkout_slug(home)
    return home / name


def socket_folder(home: Path) -> Path:
    """Where that server's socket stands: beside its data, unless the path were too long for a socket."""
    folder = home / "run"
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}.lock")) <= _LONGEST_SOCKET:
        return folder
    short = hashlib.sha256(str(home).encode()).hexdigest()[:10]
    return Path("/tmp") / f"zhijian-{getpass.getuser()}-{short}"


def pack_name() -> str:
    """The topmost pack of the stack (PACK); checked here since it becomes part of a database's name."""
    name = os.environ.get("PACK", "") or "cn_zibo"
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,40}", name):
        raise PlacesError(f"PACK={name!r} is not the name of a pack (lower-case letters, digits, _).")
    return name


def pack_setting(name: str, key: str) -> str:
    """A setting of the topmost pack that has it (`zone`, `language`), read before the application is set up.

    Raises PlacesError for a pack that is not there.
    """
    while name:
        try:
            head = tomllib.loads((PACKS / name / "pack.toml").read_text(encoding="utf-8"))
        except FileNotFoundError:
            known = ", ".join(sorted(path.parent.name for path in PACKS.glob("*/pack.toml")))
            raise PlacesError(f"There is no pack {name!r}; there are: {known}.") from None
        if key in head:
            return str(head[key])
        name = head.get("builds_on", "")
    raise PlacesError(f"The pack says no {key}.")


@dataclass(frozen=True)
class DatabaseUrls:
    """The two addresses of one database: `owner` migrates, `application` works; `admin` may make roles."""

    owner: str
    application: str
    admin: str
    embedded: bool


def make_url(user: str, password: str, database: str, *, host: str, port: int | str = PORT, **options: str) -> str:
    """A PostgreSQL address; a host that is a folder (socket) goes into the query, as libpq wants it."""
    query = dict(options)
    if host.startswith("/"):
        query["host"] = host
        where = f":{port}"
    else:
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    tail = "?" + urlencode(query) if query else ""
    return f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@{where}/{quote(database, safe='')}{tail}"


def parse_database_url(url: str) -> dict[str, Any]:
    """Django's settings for a `postgresql://user:password@host:port/name?option=value` address."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise PlacesError("A database address must begin with postgresql:// (DATABASE_URL).")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(parts.hostname or "")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise PlacesError("The database address names no database (postgresql://…/NAME).")
    return {
        "ENGINE": "zhijian.config.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(options.pop("port", None) or parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": int(os.environ.get("ZHIJIAN_CONN_MAX_AGE", "60")),
        "CONN_HEALTH_CHECKS": True,
    }


def with_parts(url: str, *, user: str = "", password: str = "", database: str = "") -> str:
    """The same server's address with another role or another database."""
    old = parse_database_url(url)
    return make_url(
        user or old["USER"],
        password if user else old["PASSWORD"],
        database or old["NAME"],
        host=old["HOST"] or "localhost",
        port=old["PORT"] or PORT,
        **old["OPTIONS"],
    )


def database_urls() -> DatabaseUrls:
    """Addresses of the database: of DATABASE_URL's server, else of the embedded one (a database for each pack).

    DATABASE_URL may belong to a superuser or to an ordinary role. `zhijian migrate` finds out which, makes the roles
    it may make, and notes it in the data home (`database.json`); DATABASE_APP_URL overrides the application's role.
    """
    url = os.environ.get("DATABASE_URL")
    if not url:
        return embedded_urls(cluster_home(), f"zhijian_{pack_name()}")
    owner = url
    if noted_roles().get(server_key(url)) == "own":
        owner = with_parts(url, user=OWNER_ROLE, password=secret("database-owner"))
    application = os.environ.get("DATABASE_APP_URL") or with_parts(url, user=APP_ROLE, password=secret("database-app"))
    return DatabaseUrls(owner, application, admin=url, embedded=False)


def embedded_urls(home: Path, database: str) -> DatabaseUrls:
    """Addresses of a database on the embedded server whose folder is `home`."""
    host = str(socket_folder(home))
    roles = {OWNER_ROLE: "database-owner", APP_ROLE: "database-app", SUPER_ROLE: "database-super"}
    owner, application, admin = (make_url(r, secret(s), database, host=host) for r, s in roles.items())
    return DatabaseUrls(owner, application, admin, embedded=True)


def server_key(url: str) -> str:
    """Names a database and the role that reaches it, without the password."""
    parts = parse_database_url(url)
    return "{USER}@{HOST}:{PORT}/{NAME}".format(**parts)


def noted_roles() -> dict[str, str]:
    """What `zhijian migrate` noted of each DATABASE_URL: "own" where it made our owner role, else "given"."""
    path = data_home() / "database.json"
    return json.loads(path.read_text()) if path.exists() else {}


def note_roles(url: str, kind: str) -> None:
    """Remember whether that address's role is an administrator for whom our own owner role was made."""
    known = noted_roles() | {server_key(url): kind}
    draft = data_home() / f".database.{os.getpid()}.json"
    draft.write_text(json.dumps(known, indent=1, sort_keys=True))
    draft.replace(data_home() / "database.json")
