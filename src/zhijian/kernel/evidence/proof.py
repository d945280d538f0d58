"""The proof of a single entry: plain data that can be handed over and checked without this platform or us.

It holds the entry whole, the digests of the one before it in its chain, what stands beside its way up the Merkle tree,
and the seal. `check` needs nothing but hashing; `zhijian verify --proof FILE` is its command. Whoever checks compares
the seal's digest with one that he, or anybody outside, kept: a seal that only its maker knows proves nothing.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import merkle
from zhijian.kernel.evidence.digest import NotCanonical, canonical, sha256_hex, sm3_hex
from zhijian.kernel.evidence.ledger import START, material
from zhijian.kernel.evidence.models import LedgerEntry, Seal
from zhijian.kernel.evidence.seal import inclusion_proof
from zhijian.kernel.evidence.seal import told as seal_told

FORMAT = "zhijian.ledger-proof/1"
CHAINED = {"sha256": sha256_hex, "sm3": sm3_hex}


def seal_of(entry: LedgerEntry) -> Seal | None:
    """The seal that covers an entry; None until the next one is made."""
    return Seal.objects.filter(first_entry__lte=entry.pk, last_entry__gte=entry.pk).first()


def proof_of(entry: LedgerEntry) -> dict[str, Any] | None:
    """The proof of an entry as plain data; None while no seal covers it. Reads every digest under its seal."""
    with scoped(SYSTEM):
        proof = inclusion_proof(entry)
        if proof is None:
            return None
        before = LedgerEntry.objects.filter(subject=entry.subject, seq=entry.seq - 1).first()
    content = material(entry, "")
    del content["previous"]
    return {
        "format": FORMAT,
        "entry": content,
        "previous": {"sha256": before.sha256 if before else START, "sm3": before.sm3 if before else START},
        "digest": {"sha256": entry.sha256, "sm3": entry.sm3},
        "path": {"sha256": _path(proof.beside), "sm3": _path(proof.beside_sm3)},
        "seal": seal_told(proof.seal),
    }


def _path(beside: list[tuple[merkle.Side, bytes]]) -> list[list[str]]:
    return [[side, digest.hex()] for side, digest in beside]


def check(proof: Any) -> list[str]:
    """What does not fit in a proof, in words; empty when all of it does."""
    try:
        return [*_entry(proof), *_roots(proof), *_seal(proof)]
    except (KeyError, TypeError, ValueError, AttributeError, NotCanonical):
        return [_("This is not a proof that can be read.")]


def _entry(proof: dict[str, Any]) -> list[str]:
    found = []
    for name, digest in CHAINED.items():
        content = {**proof["entry"], "previous": proof["previous"][name]}
        if digest(canonical(content)) != proof["digest"][name]:
            found.append(_("The entry does not fit its %(name)s.") % {"name": name.upper()})
    return found


def _roots(proof: dict[str, Any]) -> list[str]:
    found = []
    roots: tuple[tuple[merkle.Algorithm, str], ...] = (("sha256", "root"), ("sm3", "root_sm3"))
    for name, root in roots:
        beside = [(side, bytes.fromhex(digest)) for side, digest in proof["path"][name]]
        if merkle.root_from(name, bytes.fromhex(proof["digest"][name]), beside).hex() != proof["seal"][root]:
            found.append(_("The entry does not lead to the root of the seal (%(name)s).") % {"name": name.upper()})
    return found


def _seal(proof: dict[str, Any]) -> list[str]:
    seal = proof["seal"]
    sealed = {key: seal[key] for key in ("day", "first", "last", "count", "root", "root_sm3", "previous")}
    return [] if sha256_hex(canonical(sealed)) == seal["digest"] else [_("The seal does not fit its own digest.")]
