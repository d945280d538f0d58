"""`zhijian run` as a person starts it: up, answering, a killed child back, all of it down again."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from zhijian.config import places
from zhijian.ops import run
from zhijian.ops.console import OpsError


class Site:
    """One running installation with a data folder of its own."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.ports, self.text = home, run.Ports.of(port), home / "run.log"
        environment = os.environ | {"ZHIJIAN_HOME": str(home), "ZHIJIAN_WORKERS": "1", "SCALE": "0.0001"}
        environment.pop("DATABASE_URL", None)
        line = [sys.executable, "-m", "zhijian", "run", "--port", str(port)]
        with self.text.open("w") as out:
            self.process = subprocess.Popen(line, env=environment, stdout=out, stderr=subprocess.STDOUT)

    def said(self) -> str:
        return self.text.read_text()

    def wait_for(self, words: str, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def get(self, url: str) -> bytes:
        context = ssl.create_default_context(cafile=str(self.home / "tls/ca.crt"))
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        with opener.open(url, timeout=20) as answer:
            return answer.read()


def free_port() -> int:
    """A port whose three companions are free as well."""
    for port in range(21000, 40000, 7):
        try:
            run.check_ports("127.0.0.1", run.Ports.of(port))
        except OpsError:
            continue
        return port
    raise AssertionError("no free ports")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("home")
    running = Site(home, free_port())
    yield running
    if running.process.poll() is None:
        running.process.terminate()
        running.process.wait(60)
    shutil.rmtree(places.SYSTEM_HOME / places.checkout_slug(home), ignore_errors=True)


def test_it_comes_up_and_tells_where(site: Site) -> None:
    site.wait_for("Zhijian is up:")
    assert f"http://localhost:{site.ports.http}/" in site.said()
    assert site.get(f"http://127.0.0.1:{site.ports.http}/healthz") == b'{"ok": true}'


def test_https_is_there_for_phones(site: Site) -> None:
    site.wait_for("Zhijian is up:")
    assert site.get(f"https://localhost:{site.ports.https}/healthz") == b'{"ok": true}'
    assert b"BEGIN CERTIFICATE" in site.get(f"http://127.0.0.1:{site.ports.http}/ca.crt")


def test_a_killed_server_is_back_in_seconds(site: Site) -> None:
    site.wait_for("Zhijian is up:")
    pattern = re.compile(rf"granian.*--port {site.ports.http}\b".encode().replace(b" ", b"\0"))
    victims = [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if _has(path, pattern) and _parent(path) == site.process.pid
    ]
    assert len(victims) == 1
    os.kill(victims[0], signal.SIGKILL)
    site.wait_for("[desk] ended (SIGKILL)", 30)
    deadline = time.monotonic() + 60
    while True:
        try:
            assert site.get(f"http://127.0.0.1:{site.ports.http}/healthz") == b'{"ok": true}'
            return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def _has(path: Path, pattern: re.Pattern[bytes]) -> bool:
    try:
        return bool(pattern.search(path.read_bytes()))
    except OSError:
        return False


def _parent(path: Path) -> int:
    return int((path.parent / "stat").read_text().rsplit(")", 1)[1].split()[1])


def test_a_taken_port_is_one_clear_sentence(site: Site) -> None:
    site.wait_for("Zhijian is up:")
    line = [sys.executable, "-m", "zhijian", "run", "--port", str(site.ports.http)]
    done = subprocess.run(line, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"Port {site.ports.http} on 0.0.0.0 cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_everything_stops_in_the_end(site: Site) -> None:
    site.wait_for("Zhijian is up:")
    site.process.send_signal(signal.SIGINT)
    assert site.process.wait(60) == 0
    assert site.said().rstrip().endswith("Stopped.")
    for port in (site.ports.http, site.ports.https, site.ports.uploads, site.ports.uploads_tls):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert not list(Path(site.home).rglob("postmaster.pid"))


def test_all_ports_follow_from_one() -> None:
    assert run.Ports.of(8000) == run.Ports(8000, 8443, 8002, 8444)
    with pytest.raises(OpsError, match="below 65000"):
        run.check_ports("127.0.0.1", run.Ports.of(65300))


@pytest.mark.parametrize(("host", "bind"), [("localhost", "127.0.0.1"), ("desk.city.test", "0.0.0.0"), ("::1", "::1")])
def test_where_it_listens(host: str, bind: str) -> None:
    assert run.bind_address(host) == bind


@pytest.mark.parametrize(
    ("host", "bind", "origin"),
    [
        ("127.0.0.1", "127.0.0.1", "http://localhost:8000"),
        ("desk.city.test", "0.0.0.0", "https://desk.city.test:8443"),
        ("192.0.2.7", "192.0.2.7", "https://192.0.2.7:8443"),
    ],
)
def test_what_people_reach_it_by(host: str, bind: str, origin: str) -> None:
    assert run.origin(host, bind, run.Ports.of(8000)) == origin


@pytest.mark.parametrize(("demo", "host"), [("1", "0.0.0.0"), ("0", "127.0.0.1")])
def test_only_a_demo_is_open_to_the_network_unasked(demo: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIJIAN_DEMO", demo)
    assert run.usual_host() == host


def test_a_demo_s_welcome_has_the_code_for_a_phone() -> None:
    ports = run.Ports.of(8000)
    told = run.welcome("0.0.0.0", "0.0.0.0", ports, run.tls.ensure())
    assert run.qr(f"{run.origin('0.0.0.0', '0.0.0.0', ports)}/field/") in told
