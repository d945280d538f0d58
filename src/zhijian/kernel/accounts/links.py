"""Links with a code: the enterprise opens its matter without an account; only a digest of the code is stored."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.utils import timezone

from zhijian.kernel import when
from zhijian.kernel.accounts.models import AccessLink
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Entity

LINK_DAYS = 90


def _digest(token: str) -> str:
    return hashlib.sha256(f"link:{token}".encode()).hexdigest()


def make_link(entity: Entity, matter: Matter, days: int = LINK_DAYS) -> str:
    """A new token (128 bits, URL-safe) that opens `matter` for `entity`; the page is at /p/<token>/."""
    token = secrets.token_urlsafe(16)
    AccessLink.objects.create(
        digest=_digest(token),
        entity=entity,
        matter_uid=matter.uid,
        expires=when.now() + dt.timedelta(days=days),
    )
    return token


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
