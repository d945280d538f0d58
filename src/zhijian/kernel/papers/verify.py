"""Public verification: by code, and only what stands on the face of the paper; without the holder's personal data."""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.clock import calendar
from zhijian.kernel.packs import stack
from zhijian.kernel.papers.codes import LENGTH, read_code
from zhijian.kernel.papers.forms import form

A_MINUTE = 60  # questions of one address within a minute
NO_CODE = "0" * LENGTH  # asked for instead of a malformed code, so that both answers take the same time


@dataclass(frozen=True)
class Verified:
    """What the public may know of a paper."""

    kind: str
    title: str
    number: str
    organ: str
    entity: str
    day: dt.date
    state: str  # issued, void, replaced
    digest: str
    signed_digest: str
    needs_seal: bool
    sealed: bool
    training: bool
    signatures: int
    void_day: dt.date | None
    replaced_by: str
    file_sha256: str
    doubted: bool  # a flag of its matter names it: whether who signed could sign is still to be examined

    @property
    def in_force(self) -> bool:
        """Whether it binds anybody: issued, not for practice or in doubt, and sealed where a seal belongs on it."""
        sound = not self.training and not self.doubted
        return self.state == "issued" and sound and (self.sealed or not self.needs_seal)

    @property
    def shown_digest(self) -> str:
        """The first 16 digits, in groups, as they can be compared by eye with the paper's face."""
        return " ".join(self.signed_digest[i : i + 4] for i in range(0, 16, 4))

    def matches(self, digest: str) -> bool:
        """Whether a digest is this paper's: of what was signed, of its data, or of the PDF file; 16 digits suffice."""
        given = "".join(digest.split()).lower()
        if len(given) < 16 or not given.isalnum() or not given.isascii():
            return False
        known = (self.signed_digest, self.digest, self.file_sha256)
        return any(hmac.compare_digest(one[: len(given)], given) for one in known if one)


def masked_name(name: str) -> str:
    """An enterprise's name with its middle hidden: enough for who holds the paper, little for who collects names."""
    if len(name) <= 2:
        return name[:1] + "*" * (len(name) - 1)
    keep = max(1, min(4, len(name) // 3))
    return name[:keep] + "*" * (len(name) - 2 * keep) + name[-keep:]


def look_up(typed: str) -> Verified | None:
    """The paper of a code; None when there is none, which takes as long."""
    code = read_code(typed)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, number, organ, entity, at, state, digest, signed_digest, sealed, training, signed, void_at,"
            " replaced_by, file_sha256, doubted FROM zj_paper_by_code(%s)",
            [code or NO_CODE],
        )
        row = cursor.fetchone()
    if row is None or code is None:
        return None
    one = form(row[0])
    return Verified(
        kind=row[0],
        title=one.title,
        number=row[1],
        organ=stack().organ(row[2]).name,
        entity=masked_name(row[3]),
        day=calendar.legal_day(row[4]),
        state="replaced" if row[5] == "void" and row[12] else row[5],
        digest=row[6],
        signed_digest=row[7],
        needs_seal=one.sealed,
        sealed=row[8],
        training=row[9],
        signatures=row[10],
        void_day=calendar.legal_day(row[11]) if row[11] else None,
        replaced_by=row[12],
        file_sha256=row[13],
        doubted=row[14],
    )


def may_ask(address: str, limit: int = A_MINUTE) -> bool:
    """Count a question of an address and say whether it is within the limit. Addresses are kept as keyed digests."""
    minute = timezone.now().replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO papers_asked (who, minute, times) VALUES (%s, %s, 1)"
            " ON CONFLICT (who, minute) DO UPDATE SET times = papers_asked.times + 1 RETURNING times",
            [blind_index(address, "verify"), minute],
        )
        times = cursor.fetchone()[0]
        if times == 1:
            cursor.execute("DELETE FROM papers_asked WHERE minute < %s", [minute - dt.timedelta(minutes=10)])
    return times <= limit
