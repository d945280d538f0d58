"""Receipts: what the provider reports of messages that went out, and what it never reported on."""

from __future__ import annotations

import datetime as dt
import logging
from uuid import UUID

from django.utils import timezone

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.notices import failing, rules
from zhijian.kernel.notices.channels import Receipt, Refused, TryLater, gateway
from zhijian.kernel.notices.channels.sms import UNWANTED
from zhijian.kernel.notices.models import Arrival, Channel, Notice, NoticeState
from zhijian.kernel.packs import Unit

logger = logging.getLogger(__name__)
BATCHES = 20  # of one run
FEW = 500


def collect() -> int:
    """Fetch reports until there are none; each batch is written down before it is said to be taken.

    A report that comes twice changes nothing the second time. Returns how many were written down.
    """
    way = gateway()
    if way is None or not way.reports:
        return 0
    done = 0
    for _batch in range(BATCHES):
        try:
            with scoped(SYSTEM):
                found = way.receipts()
            with scoped(SYSTEM):
                taken = [receipt for receipt in found if note(receipt)]
            if taken:
                with scoped(SYSTEM):
                    way.taken(taken)
        except (TryLater, Refused) as error:
            logger.warning("receipts: %s", error)
            break
        done += len(taken)
        if not taken:
            break
    return done


def note(receipt: Receipt) -> bool:
    """Write a report down. False for one that came before we know that its message went out: it comes again."""
    try:
        rows = Notice.objects.select_for_update(of=("self",)).filter(uid=UUID(receipt.key))
    except ValueError:
        return True  # not one of ours
    notice = rows.first()
    if notice is None:
        return True
    if notice.state in (NoticeState.SENDING, NoticeState.QUEUED):
        return False
    if notice.arrival in (Arrival.YES, Arrival.NO):
        return True
    if receipt.arrived:
        Notice.objects.filter(pk=notice.pk).update(
            state=NoticeState.SENT, arrival=Arrival.YES, arrived_at=receipt.at, error=""
        )
        if notice.arrival == Arrival.UNKNOWN:  # it came late: nobody has to see to it any more
            Notice.objects.filter(pk=notice.pk, settled_at=None).update(settled_at=timezone.now())
    else:
        failing.not_arrived(notice, receipt.why, receipt.at)
    return True


def unwanted(number: str) -> bool:
    """Whether the receiver behind a number told his network or our provider that he wants no messages from us."""
    known = Notice.objects.filter(address_index=blind_index(number, "phone"), channel=Channel.SMS)
    return known.filter(state=NoticeState.FAILED, error__in=UNWANTED).exists()


def forget() -> int:
    """What was not reported on within the rule's time is unknown, and somebody sees to it; returns how many."""
    limit = rules.RECEIPT_WITHIN.value(calendar.today())
    if limit is None:
        return 0
    hours = limit.n if limit.unit == Unit.HOURS else limit.n * 24
    before = timezone.now() - dt.timedelta(hours=hours)
    with scoped(SYSTEM):
        rows = Notice.objects.filter(arrival=Arrival.AWAITED, sent_at__lt=before).select_related("matter", "entity")
        late = list(rows.select_for_update(skip_locked=True, of=("self",)).order_by("sent_at")[:FEW])
        for notice in late:
            failing.unreported(notice)
        return len(late)
