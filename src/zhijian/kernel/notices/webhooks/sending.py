"""Deliveries: written with what they tell, sent afterwards, tried again with the specification's pauses.

At least once: whoever dies between the post and its note sends it again, under the same id.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.notices import jobs
from zhijian.kernel.notices.channels.protocol import SendsNothingOut
from zhijian.kernel.notices.webhooks.models import Delivery, Endpoint
from zhijian.kernel.notices.webhooks.post import NotAllowed, post
from zhijian.kernel.notices.webhooks.signing import headers

# The schedule that Standard Webhooks 1.0 gives as its example: about three days.
PAUSES = [
    dt.timedelta(seconds=5), dt.timedelta(minutes=5), dt.timedelta(minutes=30),
    *(dt.timedelta(hours=h) for h in (2, 5, 10, 14, 20, 24)),
]  # fmt: skip
DEAD = dt.timedelta(days=5)  # an endpoint that failed for so long is switched off
CLAIM = dt.timedelta(minutes=2)  # after that, whoever had it is dead
GONE = 410
OFF_LIST = gettext_noop("the host is not on the list of ZHIJIAN_WEBHOOK_HOSTS")
FIVE_DAYS, BY_HAND = gettext_noop("it failed for five days"), gettext_noop("switched off by hand")
GivenUp = Callable[[Delivery], None]
_given_up: dict[str, GivenUp] = {}


def on_given_up(prefix: str, tell: GivenUp) -> None:
    """Register who is told when a delivery whose `about` begins with the prefix is given up."""
    _given_up[prefix] = tell


def deliver(endpoint: Endpoint, kind: str, data: dict[str, Any], *, area: str, about: str = "") -> Delivery:
    """Write a message in the running transaction: what is rolled back is never sent."""
    now = timezone.now()
    told = {"type": kind, "timestamp": now.isoformat(), "data": data}
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    with scoped(SYSTEM):
        made = Delivery.objects.create(
            endpoint=endpoint, area=area, kind=kind, about=about, body=body, next_try=now, made_at=now
        )
        jobs.deliver.later(delivery=made.pk)
    return made


def claim(pk: int) -> Delivery | None:
    """Take a delivery that is due, and commit it; None where somebody has it, or its endpoint is switched off."""
    now = timezone.now()
    with scoped(SYSTEM):
        free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM)
        rows = Delivery.objects.filter(free, pk=pk, state=Delivery.State.WAITING, endpoint__disabled_at=None)
        rows = rows.filter(next_try__lte=now).select_related("endpoint")
        delivery = rows.select_for_update(skip_locked=True, of=("self",)).first()
        if delivery is not None:
            delivery.claimed_at, delivery.tries = now, delivery.tries + 1
            delivery.save(update_fields=["claimed_at", "tries"])
        return delivery


def send_one(pk: int) -> bool:
    """Claim and post; True when the other side took it (any 2xx)."""
    delivery = claim(pk)
    if delivery is None:
        return False
    body, endpoint = str(delivery.body).encode(), delivery.endpoint
    status, error = None, ""
    try:
        signed = headers(endpoint.valid, delivery.message, timezone.now(), body)
        status = post(endpoint.url, body, signed)
    except NotAllowed:
        error = OFF_LIST
    except SendsNothingOut as practice:
        error = str(practice)
    except (OSError, http.client.HTTPException) as problem:
        error = f"{type(problem).__name__}: {problem}"[:200]
    with scoped(SYSTEM):
        if status is not None and 200 <= status < 300:
            _delivered(delivery, status)
            return True
        _failed(delivery, status, error)
        return False


def _delivered(delivery: Delivery, status: int) -> None:
    now = timezone.now()
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.DELIVERED, status=status, error="", done_at=now, claimed_at=None, next_try=None
    )
    Endpoint.objects.filter(pk=delivery.endpoint_id).update(failing_since=None)


def _failed(delivery: Delivery, status: int | None, error: str) -> None:
    now = timezone.now()
    endpoint = Endpoint.objects.select_for_update().get(pk=delivery.endpoint_id)
    endpoint.failing_since = endpoint.failing_since or now
    if endpoint.disabled_at is None and (status == GONE or now - endpoint.failing_since > DEAD):
        endpoint.disabled_at = now
        endpoint.disabled_why = "410 Gone" if status == GONE else FIVE_DAYS
    endpoint.save(update_fields=["failing_since", "disabled_at", "disabled_why"])
    note: dict[str, Any] = {"status": status, "error": error, "claimed_at": None}
    if delivery.tries > len(PAUSES):
        Delivery.objects.filter(pk=delivery.pk).update(**note, state=Delivery.State.FAILED, next_try=None)
        tell = next((tell for prefix, tell in _given_up.items() if delivery.about.startswith(prefix)), None)
        if tell is not None:
            tell(delivery)
        return
    when = now + PAUSES[delivery.tries - 1]
    Delivery.objects.filter(pk=delivery.pk).update(**note, next_try=when)
    jobs.deliver.later(job_at=when, delivery=delivery.pk)


def again(delivery: Delivery) -> None:
    """A person's decision: send it once more now, under the same id."""
    with scoped(SYSTEM):
        now = timezone.now()
        Delivery.objects.filter(pk=delivery.pk).update(
            state=Delivery.State.WAITING, tries=0, next_try=now, claimed_at=None, done_at=None
        )
        jobs.deliver.later(delivery=delivery.pk)


def switch(endpoint: Endpoint, on: bool) -> None:
    """Switch an endpoint on (what waits is sent now) or off."""
    now = timezone.now()
    endpoint.disabled_at = None if on else now
    endpoint.disabled_why, endpoint.failing_since = "" if on else BY_HAND, None
    endpoint.save()


def overdue() -> list[int]:
    """Deliveries that are due at an endpoint that is on, and were not sent: their job is lost, or it was off."""
    before = timezone.now() - CLAIM
    rows = Delivery.objects.filter(state=Delivery.State.WAITING, next_try__lte=before, endpoint__disabled_at=None)
    return list(rows.values_list("pk", flat=True)[:500])
