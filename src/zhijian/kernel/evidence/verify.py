"""Going over everything that was fingerprinted: chains, seals, files, papers. Finds what was changed, says where."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.db.models import Max
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.crypto import open_text
from zhijian.kernel.evidence.digest import NotCanonical, canonical, sha256_hex, sm3_hex
from zhijian.kernel.evidence.files import PIECE, open_blob
from zhijian.kernel.evidence.ledger import START, material
from zhijian.kernel.evidence.models import Blob, LedgerEntry, Seal
from zhijian.kernel.evidence.seal import digest_of, roots

CHUNK = 2000


@dataclass(frozen=True)
class Break:
    """Where something is not as it was written: in what, at which number, and what is wrong."""

    subject: str
    seq: int | None
    what: str

    def __str__(self) -> str:
        where = self.subject if self.seq is None else f"{self.subject} #{self.seq}"
        return f"{where}: {self.what}"


@dataclass
class Count:
    """What has been looked at so far, by name; `tick` is told after each."""

    seen: dict[str, int] = field(default_factory=dict)
    tick: Callable[[], None] = lambda: None

    def add(self, name: str, many: int = 1) -> None:
        self.seen[name] = self.seen.get(name, 0) + many
        self.tick()


def chains(count: Count, subject: str = "") -> Iterator[Break]:
    """Every chain link by link, with both digests; of a chain that is broken only the first break."""
    rows = LedgerEntry.objects.order_by("subject", "seq").prefetch_related("personal")
    if subject:
        rows = rows.filter(subject=subject)
    current, seq, sha256, sm3, broken = None, 0, START, START, False
    for entry in rows.iterator(chunk_size=CHUNK):
        if entry.subject != current:
            current, seq, sha256, sm3, broken = entry.subject, 0, START, START, False
            count.add("chains")
        count.add("entries")
        if broken:
            continue
        what = _wrong(entry, seq, sha256, sm3)
        if what:
            broken = True
            yield Break(entry.subject, seq + 1 if entry.seq != seq + 1 else entry.seq, what)
        seq, sha256, sm3 = entry.seq, entry.sha256, entry.sm3


def _wrong(entry: LedgerEntry, seq: int, sha256: str, sm3: str) -> str:
    """What is wrong with an entry that follows number `seq`; empty when nothing is."""
    if entry.seq != seq + 1:
        return _("the entry is missing, number %(seq)s follows") % {"seq": entry.seq}
    try:
        if sha256_hex(canonical(material(entry, sha256))) != entry.sha256:
            return _("the content does not fit its SHA-256")
        if sm3_hex(canonical(material(entry, sm3))) != entry.sm3:
            return _("the content does not fit its SM3")
    except NotCanonical:
        return _("the content holds a value that was never written so")
    for row in entry.personal.all():
        told = entry.data.get(row.name)
        try:
            digest = sha256_hex((row.salt + open_text(row.sealed)).encode())
            fits = isinstance(told, dict) and told.get("digest") == digest
        except (InvalidTag, ValueError):
            fits = False
        if not fits:
            return _("the personal value “%(name)s” beside it was changed") % {"name": row.name}
    return ""


def seals(count: Count) -> Iterator[Break]:
    """Every seal: its own digest, that it holds the last one's, and the roots over the entries that it covers."""
    last: Seal | None = None
    for seal in Seal.objects.order_by("id"):
        what = _wrong_seal(seal, last)
        if what:
            yield Break("seal", seal.pk, f"{seal.day}: {what}")
        count.add("seals")
        last = seal


def _wrong_seal(seal: Seal, last: Seal | None) -> str:
    if digest_of(seal) != seal.digest:
        return _("the seal itself was changed")
    if seal.previous != (last.digest if last else ""):
        return _("it does not hold the digest of the seal before")
    if seal.first_entry != (last.last_entry + 1 if last else 1):
        return _("it does not begin where the seal before ended")
    number, root, root_sm3 = roots(seal.first_entry, seal.last_entry)
    if number != seal.count:
        return _("%(count)s entries were sealed, %(number)s are there") % {"count": seal.count, "number": number}
    if root != seal.root or root_sm3 != seal.root_sm3:
        return _("an entry under it was changed")
    return ""


def blobs(count: Count) -> Iterator[Break]:
    """The bytes of every stored file, read whole, with both digests."""
    for blob in Blob.objects.order_by("pk").iterator(chunk_size=CHUNK):
        what = _wrong_blob(blob)
        if what:
            yield Break(f"file {blob.pk}", None, what)
        count.add("files")


def _wrong_blob(blob: Blob) -> str:
    sha256, sm3, size = hashlib.sha256(), hashlib.new("sm3"), 0
    try:
        with open_blob(blob) as source:
            while piece := source.read(PIECE):
                sha256.update(piece)
                sm3.update(piece)
                size += len(piece)
    except FileNotFoundError:
        return _("the file is not in the storage")
    except OSError as error:
        return _("the file cannot be read (%(error)s)") % {"error": error.strerror or type(error).__name__}
    if sha256.hexdigest() != blob.sha256:
        return _("the bytes were changed (%(size)s of %(expected)s bytes)") % {"size": size, "expected": blob.size}
    return _("the row beside the file was changed") if (sm3.hexdigest(), size) != (blob.sm3, blob.size) else ""


def papers(count: Count) -> Iterator[Break]:
    """Every paper's data against the digests that stand on it."""
    for paper in apps.get_model("papers", "Paper").objects.order_by("pk").iterator(chunk_size=CHUNK):
        name = f"paper {paper.number or paper.uid}"
        try:
            data = canonical(paper.data)
        except NotCanonical:
            data = b""
        if sha256_hex(data) != paper.digest:
            yield Break(name, None, _("its data do not fit its SHA-256"))
        elif sm3_hex(data) != paper.digest_sm3:
            yield Break(name, None, _("its data do not fit its SM3"))
        elif paper.signed_digest != ((paper.data.get("record") or {}).get("digest") or paper.digest):
            yield Break(name, None, _("the digest that was signed is another"))
        count.add("papers")


def unsealed() -> int:
    """How many entries no seal covers yet."""
    last = Seal.objects.aggregate(top=Max("last_entry"))["top"] or 0
    return LedgerEntry.objects.filter(id__gt=last).count()
