"""Links with a code: the enterprise opens its matter without an account; only a digest of the code is stored."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterable

from django.utils import timezone

from zhijian.kernel import when
from zhijian.kernel.accounts.crypto import blind_index, mask
from zhijian.kernel.accounts.models import AccessLink
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Entity

LINK_DAYS = 90


def _digest(token: str) -> str:
    return hashlib.sha256(f"link:{token}".encode()).hexdigest()


def make_link(
    entity: Entity, matter: Matter, days: int = LINK_DAYS, number: str = "", made_by: int | None = None
) -> str:
    """A new token (128 bits, URL-safe) that opens `matter` for `entity`; the page is at /p/<token>/.

    `number` is the telephone that it is sent to: empty for one that is handed over in person,
    by whom `made_by` says.
    """
    token = secrets.token_urlsafe(16)
    AccessLink.objects.create(
        digest=_digest(token),
        entity=entity,
        matter_uid=matter.uid,
        number=number_index(number) if number else "",
        sent_to=mask(number) if number else "",
        made_by_id=made_by,
        expires=when.now() + dt.timedelta(days=days),
    )
    return token


def number_index(number: str) -> str:
    """The blind index of a telephone number, however it was typed."""
    return blind_index(plain_number(number), "phone")


def plain_number(text: str) -> str:
    """A telephone number as it is compared: its digits, without the country's own prefix (+86 533…: 0533…)."""
    typed = unicodedata.normalize("NFKC", text)
    digits = "".join(c for c in typed if c.isdecimal())
    if len(digits) == 13 and digits.startswith("86"):
        return digits[2:]
    return "".join(c for c in _at_home(typed) if c.isdecimal())


def _at_home(typed: str) -> str:
    """The number without the prefix that calls from other countries have: +86 533… is 0533… here."""
    abroad = re.match(r"[\s(]*(?:\+|00)86[\s()-]*0?", typed)
    return "0" + typed[abroad.end() :] if abroad else typed


def kept_number(text: str) -> str:
    """A telephone number as the register keeps it, however it was typed: a mobile by its digits alone; elsewhere a
    dash where a bracket or a blank set the code of an area apart ("(0533) 218 0099": 0533-2180099).
    """
    plain = plain_number(text)
    if re.fullmatch(r"1[3-9]\d{9}", plain):
        return plain
    typed = _at_home(unicodedata.normalize("NFKC", text)).strip().lstrip("(")
    apart = re.match(r"(\+?\d{3,4})[) -]+(?=\d)", typed)
    rest = typed[apart.end() :] if apart else typed
    return (f"{apart[1]}-" if apart else "") + re.sub(r"[^\d+-]", "", rest)


def revoke_links(entity: Entity, keep: Iterable[str] = ()) -> int:
    """End the links that open matters of `entity`, but those sent to a number of `keep` (blind indexes). How many."""
    rows = AccessLink.objects.filter(entity=entity, revoked_at=None).exclude(number__in=[one for one in keep if one])
    return rows.update(revoked_at=timezone.now())


def known_link(token: str) -> AccessLink | None:
    """The link of a token, good or not; None for a token that never was one. The digest is looked up: constant work."""
    link = AccessLink.objects.select_related("entity").filter(digest=_digest(token)).first()
    if link is not None and link.good:
        AccessLink.objects.filter(pk=link.pk).update(last_used=timezone.now())
    return link


def open_link(token: str) -> AccessLink | None:
    """The link of a token while it is good; None otherwise."""
    link = known_link(token)
    return link if link is not None and link.good else None
