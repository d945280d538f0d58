"""`zhijian run`: the whole of Zhijian on one machine, from the database to the phones' upload process."""

from __future__ import annotations

import argparse
import ipaddress
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass

from zhijian.config import places
from zhijian.ops import tls
from zhijian.ops.console import OpsError, say, step
from zhijian.ops.embedded import database_running
from zhijian.ops.supervisor import Child, Supervisor

HTTPS_OFFSET, UPLOAD_OFFSET, UPLOAD_TLS_OFFSET = 443, 2, 444
READY_SECONDS = 90


@dataclass(frozen=True)
class Ports:
    """The four ports of one installation, all derived from PORT."""

    http: int
    https: int
    uploads: int
    uploads_tls: int

    @classmethod
    def of(cls, port: int) -> Ports:
        """All four from the first."""
        return cls(port, port + HTTPS_OFFSET, port + UPLOAD_OFFSET, port + UPLOAD_TLS_OFFSET)


def command(rest: list[str]) -> int:
    """Parse the line and run until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="zhijian run", description=__doc__)
    parser.add_argument("--host", default=os.environ.get("HOST") or "", help="address to listen on (HOST)")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000), help="port of the desk (PORT)")
    parser.add_argument("--pack", default=os.environ.get("PACK") or "cn_zibo", help="topmost pack (PACK)")
    parser.add_argument("--scale", default=os.environ.get("SCALE") or "", help="size of the demo city (SCALE)")
    parser.add_argument("--no-demo", action="store_true", help="for real work: no demo city, no demo accounts")
    options = parser.parse_args(rest)
    os.environ["PACK"] = options.pack
    places.pack_name()
    os.environ.setdefault("ZHIJIAN_DEMO", "0" if options.no_demo else "1")
    return serve(options.host or usual_host(), Ports.of(options.port), options.scale)


def usual_host() -> str:
    """Where to listen unless told: a demo is there to be tried with a phone; real work opens when somebody says so."""
    return "0.0.0.0" if os.environ.get("ZHIJIAN_DEMO") == "1" else "127.0.0.1"


def serve(host: str, ports: Ports, scale: str = "") -> int:
    """Bring everything up to date, start the processes, watch them; returns the exit code."""
    bind = bind_address(host)
    check_ports(bind, ports)
    say(f"Zhijian ({places.pack_name()}) is being made ready. Ctrl-C stops it.")
    os.environ.setdefault("ZHIJIAN_PUBLIC_ORIGIN", origin(host, bind, ports))
    with step("Database server"):
        lease = database_running()
        lease.__enter__()
    try:
        make_ready(scale)
        certificate = tls.ensure(host)
        check_ports(bind, ports)  # minutes have passed, and servers share a port silently with who took it
        site = Supervisor(children(bind, ports, certificate), places.data_home() / "logs" / places.pack_name())
        outcome = site.run(on_ready=lambda: _announce_later(site, host, bind, ports, certificate))
    finally:
        with step("Stopping the database server"):
            lease.__exit__(None, None, None)
    say("Stopped.")
    return outcome


def make_ready(scale: str = "") -> None:
    """Tables, catalogues, static files, demo city: in a process of its own, so that this one stays small."""
    line = [sys.executable, "-m", "zhijian", "ready", *(["--scale", scale] if scale else [])]
    try:
        code = subprocess.run(line).returncode
    except KeyboardInterrupt:
        raise OpsError("Stopped while it was being made ready; what was finished stays.") from None
    if code:
        raise OpsError("Zhijian could not be made ready; see above.")


def bind_address(host: str) -> str:
    """The address to bind to: an address as it is; a name means every address of this machine."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return "127.0.0.1" if host == "localhost" else "0.0.0.0"


def is_local(bind: str) -> bool:
    """Whether only this machine can come in."""
    return ipaddress.ip_address(bind).is_loopback


def check_ports(bind: str, ports: Ports) -> None:
    """Refuse to start with one clear sentence when a port is taken."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    for port in (ports.http, ports.https, ports.uploads, ports.uploads_tls):
        if not 1 <= port <= 65535:
            raise OpsError(f"PORT={ports.http} leads to port {port}, which does not exist; choose one below 65000.")
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((bind, port))
            except OSError as error:
                raise OpsError(
                    f"Port {port} on {bind} cannot be used ({error.strerror}). Is Zhijian running already? "
                    f"Otherwise choose another: make run PORT={ports.http + 10}"
                ) from None


def children(bind: str, ports: Ports, certificate: tls.Certificate) -> list[Child]:
    """The processes: desk and uploads, each by http and https, and the worker for jobs."""
    workers = int(os.environ.get("ZHIJIAN_WORKERS") or os.cpu_count() or 2)
    # People at this machine come by http://localhost, everybody else by https: the cores go to whom it is meant for.
    near, far = (workers, 1) if is_local(bind) else (1, workers)
    shared = {
        "ZHIJIAN_UPLOAD_PORT": str(ports.uploads),
        "ZHIJIAN_UPLOAD_TLS_PORT": str(ports.uploads_tls),
        "PYTHONUNBUFFERED": "1",
    }
    secure = [
        *("--ssl-certificate", str(certificate.chain), "--ssl-keyfile", str(certificate.key)),
        *("--ssl-protocol-min", "tls1.2"),  # staff phones' older browsers
    ]
    return [
        Child("worker", [sys.executable, "-m", "zhijian", "worker", "--grace", "8"], shared),
        Child("desk", desk(bind, ports.http, near), shared),
        Child("desk-https", [*desk(bind, ports.https, far), *secure], shared),
        Child("uploads", uploads(bind, ports.uploads), shared),
        Child("uploads-https", [*uploads(bind, ports.uploads_tls), *secure], shared),
    ]


def desk(bind: str, port: int, workers: int) -> list[str]:
    """The desk's server: ASGI, since there a slow line holds no thread; one thread for pages in each worker."""
    return [*web(bind, port, workers), "zhijian.gateways.web.asgi:application"]


def uploads(bind: str, port: int) -> list[str]:
    """The upload process: ASGI, since only there a phone that stalls in mid-body can be timed out."""
    return [*web(bind, port, 1), "zhijian.gateways.uploads.asgi:application"]


def web(bind: str, port: int, workers: int) -> list[str]:
    """A granian server without its target."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "asgi", "--host", bind, "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", "1", "--no-ws", "--respawn-failed-workers"),
        *("--workers-kill-timeout", "5"),
    ]


def wait_until_answers(url: str, seconds: float, stopped: threading.Event) -> bool:
    """Whether that address answered in time."""
    context = ssl.create_default_context(cafile=str(tls.folder() / "ca.crt"))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not stopped.wait(0.15):
        try:
            with opener.open(url, timeout=3):
                return True
        except OSError:
            continue
    return False


def _announce_later(site: Supervisor, host: str, bind: str, ports: Ports, certificate: tls.Certificate) -> None:
    def announce() -> None:
        reach = "127.0.0.1" if bind in ANY else f"[{bind}]" if ":" in bind else bind
        doors = f"http://{reach}:{ports.http}/healthz", f"https://{reach}:{ports.https}/healthz"  # phones come by https
        if all(wait_until_answers(door, READY_SECONDS, site.stopping) for door in doors):
            say(welcome(host, bind, ports, certificate))
        elif not site.stopping.is_set():
            say(f"The desk does not answer yet. Its log: {site.logs / 'desk.log'}")

    threading.Thread(target=announce, daemon=True).start()


ANY = ("0.0.0.0", "::")


def origin(host: str, bind: str, ports: Ports) -> str:
    """What people reach the site by: this machine by http, everybody else by https and a name on the certificate."""
    if is_local(bind):
        return f"http://localhost:{ports.http}"
    named = host if host not in ANY else next(iter(tls.own_addresses()), "localhost")
    where = named if bind in ANY else bind
    return f"https://[{where}]:{ports.https}" if ":" in where else f"https://{where}:{ports.https}"


def welcome(host: str, bind: str, ports: Ports, certificate: tls.Certificate) -> str:
    """Where to go, with what; for phones as a QR code when they can come in."""
    here = "localhost" if is_local(bind) or bind in ANY else bind
    site = origin(host, bind, ports)
    lines = ["", f"Zhijian is up:  http://{here}:{ports.http}/"]
    if is_local(bind):
        lines.append(f"Field app:      {site}/field/  (phones: make run HOST=0.0.0.0)")
    else:
        plain = site.replace("https:", "http:").replace(f":{ports.https}", f":{ports.http}")
        lines += [
            f"Other machines: {site}/",
            f"Field app:      {site}/field/",
            f"Phones trust the certificate once, from {plain}/ca.crt ({fingerprint(certificate)})",
            "HOST=127.0.0.1 keeps it to this machine.",
            "",
            qr(f"{site}/field/"),
        ]
    accounts = demo_accounts()
    if accounts:
        lines += ["", "Demo accounts:", *(f"  {line}" for line in accounts)]
    lines.append(f"Logs: {places.data_home() / 'logs' / places.pack_name()}")
    return "\n".join(lines)


def fingerprint(certificate: tls.Certificate) -> str:
    """The authority's SHA-256, shortened, to compare with what the phone shows."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    digest = x509.load_pem_x509_certificate(certificate.authority.read_bytes()).fingerprint(hashes.SHA256()).hex()
    return "SHA-256 " + ":".join(digest[i : i + 2] for i in range(0, 16, 2)) + "…"


def qr(text: str) -> str:
    """A QR code in half blocks for the terminal."""
    import io

    import segno

    out = io.StringIO()
    segno.make(text, error="l").terminal(out=out, compact=True, border=2)
    return out.getvalue()


def demo_accounts() -> list[str]:
    """Lines that `ready` left for us: who may sign in to the demo."""
    path = places.data_home() / f"demo-accounts-{places.pack_name()}.txt"
    if os.environ.get("ZHIJIAN_DEMO") != "1" or not path.exists():
        return []
    return path.read_text().splitlines()
