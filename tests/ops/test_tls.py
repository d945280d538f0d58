"""The local authority and the certificate it issues, checked by the ssl module as a phone would."""

from __future__ import annotations

import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from zhijian.ops import tls


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tls, "data_home", lambda: tmp_path)
    return tmp_path


def test_a_client_that_trusts_the_authority_trusts_the_server(home: Path) -> None:
    files = tls.ensure("desk.example.test")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.chain, files.key)
    client = ssl.create_default_context(cafile=str(files.authority))
    for name in ("desk.example.test", "127.0.0.1", "localhost"):
        ours, theirs = socket.socketpair()

        def serve(side: socket.socket = theirs) -> None:
            server.wrap_socket(side, server_side=True).close()

        thread = threading.Thread(target=serve)
        thread.start()
        with client.wrap_socket(ours, server_hostname=name) as secure:
            assert secure.version() == "TLSv1.3"
        thread.join()


def test_keys_are_nobody_elses(home: Path) -> None:
    tls.ensure()
    for name in ("ca.key", "server.key"):
        assert stat.S_IMODE((home / "tls" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "tls").stat().st_mode) == 0o700


def test_it_is_kept_until_a_name_is_missing_or_its_end_is_near(home: Path) -> None:
    first = tls.ensure().chain.read_bytes()
    authority = (home / "tls/ca.crt").read_bytes()
    assert tls.ensure().chain.read_bytes() == first
    named = tls.ensure("other.example.test").chain.read_bytes()
    assert named != first
    later = datetime.now(UTC) + timedelta(days=tls.LEAF_DAYS - tls.RENEW_DAYS + 1)
    renewed = tls.ensure("other.example.test", now=later).chain.read_bytes()
    assert renewed != named
    assert (home / "tls/ca.crt").read_bytes() == authority  # phones need not trust anew


def test_phones_accept_how_long_it_lives(home: Path) -> None:
    leaf = x509.load_pem_x509_certificate(tls.ensure().chain.read_bytes())
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc < timedelta(days=398)
