"""The desk's server with a test's own addresses, in a process of its own."""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import time
from pathlib import Path

from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from zhijian.kernel.accounts.models import Person

HERE = Path(__file__).parents[3]


def session_of(person: Person) -> str:
    """The cookie of a signed-in person: a new session each time."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def started(line: list[str], env: dict[str, str], home: Path, port: int) -> subprocess.Popen:
    mine = {
        "ZHIJIAN_HOME": str(home),
        "ZHIJIAN_SECRET_SESSION": settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "tests.gateways.web.site_settings",
        "PYTHONPATH": f"{HERE / 'src'}:{HERE}",
    }
    with (home / "log").open("ab") as log:
        process = subprocess.Popen(line, env=os.environ | env | mine, stdout=log, stderr=log, start_new_session=True)
    until = time.monotonic() + 40
    while time.monotonic() < until:
        with contextlib.suppress(OSError), contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as link:
            link.request("GET", "/healthz")
            if link.getresponse().status == 200:
                return process
        time.sleep(0.1)
    raise AssertionError((home / "log").read_text())
