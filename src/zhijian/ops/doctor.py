"""`zhijian doctor`: looks at everything an installation stands on, and says what to do where something is amiss."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from zhijian.config import places
from zhijian.ops.console import say
from zhijian.ops.embedded import database_running

GOOD, WARNING, BAD = "ok", "!!", "BAD"


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and what to do if it is not well."""

    state: str
    what: str
    mend: str = ""


def command() -> int:
    """Print all findings; the exit code is 1 when one is bad."""
    findings: list[Finding] = []
    for look in LOOKS:
        try:
            found = list(look())
        except Exception as error:  # noqa: BLE001 -- a look that fails is itself a finding
            found = [Finding(BAD, f"{look.__name__.replace('_', ' ')}: {str(error).strip()}")]
        for finding in found:
            say(f"{finding.state:>3}  {finding.what}" + (f"\n       → {finding.mend}" if finding.mend else ""))
        findings += found
    bad = sum(f.state == BAD for f in findings)
    say(f"{len(findings)} looked at, {bad} bad, {sum(f.state == WARNING for f in findings)} to watch.")
    return 1 if bad else 0


def machine() -> Iterator[Finding]:
    """Interpreter, room on the disk."""
    version = sys.version.split()[0]
    good = sys.version_info >= (3, 11)
    yield Finding(GOOD if good else BAD, f"Python {version}", "" if good else "3.11 or newer is needed")
    free = shutil.disk_usage(places.data_home()).free / 2**30
    state = GOOD if free > 5 else WARNING if free > 1 else BAD
    yield Finding(state, f"{free:.0f} GB free at {places.data_home()}", "" if state == GOOD else "make room")


def installation() -> Iterator[Finding]:
    """Whether what is installed is what the lock and the sources say."""
    from zhijian.ops import install
    from zhijian.ops.stamps import content_digest, is_fresh

    lock = content_digest([install.CHECKOUT / "requirements.lock"], sys.version)
    fresh = is_fresh(install.VENV / ".zhijian-packages", lock)
    yield Finding(GOOD if fresh else WARNING, "Python packages as in the lock", "" if fresh else "make install")
    for part in install.web_parts():
        has_build = '"build"' in (part / "package.json").read_text()
        built = (part / ("dist" if has_build else "node_modules")).is_dir()
        yield Finding(GOOD if built else BAD, f"web/{part.name} is built", "" if built else "make install")


def database_server() -> Iterator[Finding]:
    """The server, the roles' powers, the tables."""
    from zhijian.ops import database

    urls = places.database_urls()
    with database_running():
        with database.connect(urls.owner) as owner:
            version = owner.info.server_version // 10000
            kind, enough = "embedded" if urls.embedded else "of DATABASE_URL", version >= 15
            mend = "" if enough else "15 or newer is needed"
            yield Finding(GOOD if enough else BAD, f"PostgreSQL {version}, {kind}", mend)
            power = database.powers(owner)
            mend = "row-level security does not bind a superuser; give DATABASE_URL another role" * power.superuser
            yield Finding(WARNING if power.superuser else GOOD, "the owner role is an ordinary role", mend)
        with database.connect(urls.application) as application:
            weak = not database.powers(application).superuser
            yield Finding(GOOD if weak else BAD, "the application's role is an ordinary role")
        yield from _tables()


def _tables() -> Iterator[Finding]:
    import django

    django.setup()
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections["owner"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    yield Finding(BAD if plan else GOOD, f"{len(plan)} migrations to apply", "zhijian migrate" if plan else "")
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT abs(extract(epoch FROM clock_timestamp() - %s::timestamptz))", [datetime.now(UTC)])
        skew = float(cursor.fetchone()[0])
    yield Finding(GOOD if skew < 2 else BAD, f"the database's clock differs by {skew:.1f} s",
                  "" if skew < 2 else "set both clocks by NTP: statutory time limits depend on them")  # fmt: skip


def certificates() -> Iterator[Finding]:
    """How long the local certificate lives."""
    from cryptography import x509

    path = places.data_home() / "tls/server.crt"
    if not path.exists():
        yield Finding(GOOD, "no certificate yet; `zhijian run` makes one")
        return
    end = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    soon = end - datetime.now(UTC) < timedelta(days=14)
    yield Finding(WARNING if soon else GOOD, f"certificate until {end:%Y-%m-%d}", "zhijian run renews it" * soon)


def programs() -> Iterator[Finding]:
    """Programs that only some things need."""
    chromium = next((name for name in ("chromium", "chromium-browser", "google-chrome") if shutil.which(name)), "")
    yield Finding(GOOD if chromium else WARNING, f"Chromium for browser tests: {chromium or 'none'}",
                  "" if chromium else "see system-packages.txt")  # fmt: skip


LOOKS: list[Callable[[], Iterator[Finding]]] = [machine, installation, database_server, certificates, programs]
