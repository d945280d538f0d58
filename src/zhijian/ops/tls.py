"""HTTPS without anybody's help: a local authority and a certificate for this machine's names and addresses.

Camera, service worker and digests need a secure context on phones; `localhost` alone would have it without TLS.
The authority's key stays in the data home (0600). Phones trust it once, from /ca.crt.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from zhijian.config.places import data_home

AUTHORITY_DAYS = 3650
LEAF_DAYS = 390  # iOS and Chromium refuse leaves that live longer than 398 days
RENEW_DAYS = 30


@dataclass(frozen=True)
class Certificate:
    """Files of the server's certificate (with its chain), its key (PKCS#8), and the authority to trust."""

    chain: Path
    key: Path
    authority: Path


def folder() -> Path:
    """Where certificates are kept."""
    place = data_home() / "tls"
    place.mkdir(mode=0o700, exist_ok=True)
    return place


def own_addresses() -> list[str]:
    """This machine's IPv4 addresses that others may reach it by; the one of the default route first."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation: nothing is sent
            found.append(probe.getsockname()[0])
        except OSError:
            pass
    try:
        infos = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    except OSError:
        infos = []
    found += [str(info[4][0]) for info in infos]
    return [a for a in dict.fromkeys(found) if not ipaddress.ip_address(a).is_loopback and a != "0.0.0.0"]


def names_for(host: str = "") -> list[str]:
    """The names and addresses a certificate must carry."""
    names = ["localhost", "127.0.0.1", "::1", socket.gethostname(), *own_addresses()]
    if host and host not in ("0.0.0.0", "::"):
        names.append(host)
    return list(dict.fromkeys(names))


def ensure(host: str = "", now: datetime | None = None) -> Certificate:
    """The machine's certificate, made or renewed when it is missing, near its end, or lacks a name."""
    now = now or datetime.now(UTC)
    place = folder()
    files = Certificate(place / "server.crt", place / "server.key", place / "ca.crt")
    names = names_for(host)
    if not files.authority.exists():
        _make_authority(place, now)
    if not _still_good(files, names, now):
        _make_leaf(files, place / "ca.key", names, now)
    return files


def _still_good(files: Certificate, names: list[str], now: datetime) -> bool:
    if not (files.chain.exists() and files.key.exists()):
        return False
    leaf = x509.load_pem_x509_certificate(files.chain.read_bytes())
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    try:
        leaf.verify_directly_issued_by(authority)
    except Exception:  # noqa: BLE001 -- of another authority, whatever the reason: make a new one
        return False
    held = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    carried = {str(general.value) for general in held}
    return leaf.not_valid_after_utc - now > timedelta(days=RENEW_DAYS) and set(names) <= carried


def _subject(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Zhijian"), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )


def _make_authority(place: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _subject(f"Zhijian local authority {socket.gethostname()}"[:64])
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(place / "ca.key", _pem_key(key), private=True)
    _write(place / "ca.crt", certificate.public_bytes(serialization.Encoding.PEM))


def _make_leaf(files: Certificate, authority_key: Path, names: list[str], now: datetime) -> None:
    signer = serialization.load_pem_private_key(authority_key.read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_subject("localhost"))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=LEAF_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    chain = certificate.public_bytes(serialization.Encoding.PEM) + files.authority.read_bytes()
    _write(files.key, _pem_key(key), private=True)
    _write(files.chain, chain)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, *, private: bool = False) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o644)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    draft.replace(path)
