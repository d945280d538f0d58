"""Carrying a notice out, at most once.

Three transactions: claim (committed before the gateway is asked), ask, write down. Whoever dies in between leaves the
notice "being sent": it is never tried again by itself, since it may have gone out; a person decides.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import record_of
from zhijian.kernel.notices import jobs
from zhijian.kernel.notices.channels import Refused, TryLater, gateway, sms_length
from zhijian.kernel.notices.models import Channel, Notice, NoticeState
from zhijian.kernel.notices.wording import render
from zhijian.kernel.packs import stack
from zhijian.kernel.party.family import Family, family_of, head_of
from zhijian.kernel.party.pages import Told, page_of
from zhijian.kernel.registry.models import Entity

logger = logging.getLogger(__name__)
PAUSES = [dt.timedelta(minutes=m) for m in (1, 5, 30, 120, 360)]  # between the tries; then it is given up
INTERRUPTED = dt.timedelta(minutes=10)
LEFT_BEHIND = dt.timedelta(minutes=2)  # due for so long without having been sent: its job is lost


def public_origin() -> str:
    """What people outside reach the site by: settings.PUBLIC_ORIGIN, else the first trusted origin, else empty."""
    origins = [settings.PUBLIC_ORIGIN, *settings.CSRF_TRUSTED_ORIGINS]
    return next((origin.rstrip("/") for origin in origins if origin), "")


def public_url(path: str) -> str:
    """An address that works outside; the path alone where nobody said how the site is reached."""
    return public_origin() + path


def claim(pk: int, *, locked: bool = True) -> Notice | None:
    """Take a notice that waits and is due, and commit that it is being sent. None when there is nothing to take.

    `locked` False shows what happens without the lock; only a test asks for it.
    """
    with scoped(SYSTEM):
        due = Q(next_try=None) | Q(next_try__lte=when.now())
        rows = Notice.objects.filter(due, pk=pk, state=NoticeState.QUEUED, channel=Channel.SMS)
        if locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        notice = rows.first()
        if notice is None:
            return None
        _between_reading_and_writing()
        notice.state = NoticeState.SENDING
        notice.claimed_at = when.now()
        notice.tries += 1
        notice.save(update_fields=["state", "claimed_at", "tries"])
        return notice


def _between_reading_and_writing() -> None:
    """Nothing; tests of the race wait here."""


def send_one(pk: int, *, locked: bool = True) -> bool:
    """Claim and send; True when the gateway took it."""
    notice = claim(pk, locked=locked)
    if notice is None:
        return False
    try:
        with scoped(SYSTEM):
            text = text_of(notice)
        with scoped(SYSTEM):
            receipt = _ask(notice, text)
    except TryLater as error:
        _later(notice, str(error))
    except Refused as error:
        _give_up(notice, str(error))
    except Exception:
        logger.exception("notice %s: unclear whether it was sent", notice.pk)
        _give_up(notice, gettext_noop("the gateway broke off: unclear whether it was sent"))
    else:
        _sent(notice, receipt, sms_length(text).parts)
        return True
    return False


def text_of(notice: Notice) -> str:
    """The text message in the pack's language: what is to be done now, and a new link that opens the page of it.

    Raises Refused where nobody said how the site is reached from outside: a link without a host helps nobody.
    """
    told = dict(notice.data)
    if notice.entity is not None and notice.matter is not None:
        if not public_origin():
            raise Refused(gettext_noop("nobody said how the site is reached from outside (ZHIJIAN_PUBLIC_ORIGIN)"))
        head = head_of(notice.matter)
        family = family_of(head, SYSTEM)
        first = family.waiting[0] if family.waiting else None
        told |= {
            "link": public_url(f"/p/{make_link(notice.entity, head, number=notice.address or '')}/"),
            "title": head.title,
            "n": len(family.waiting),
            "day": family.day.isoformat() if family.day else "",
            "waits": first.kind if first is not None else "",
        }
    with translation.override(stack().language):
        if notice.entity is not None and notice.matter is not None:
            told["own"] = _own_words(head, family, notice)
        return render(notice.template, told).sms


def _own_words(head: Matter, family: Family, notice: Notice) -> str:
    """What the programme of the page says of what happened; empty for the usual words."""
    page = page_of(head.kind)
    if page.sms is None:
        return ""
    happened = [notice.data, *(one["data"] for one in notice.data.get("more", []))]
    steps = frozenset((str(one.get("kind")), str(one.get("verb"))) for one in happened)
    return str(page.sms(Told(head, record_of(head), steps, len(family.waiting), family.day)))


def _ask(notice: Notice, text: str) -> str:
    way = gateway()
    if way is None:
        raise Refused(gettext_noop("no gateway for text messages is set up"))
    return way.send(notice.address or "", text, str(notice.uid), notice)


def _sent(notice: Notice, receipt: str, parts: int) -> None:
    with scoped(SYSTEM):
        Notice.objects.filter(pk=notice.pk, state=NoticeState.SENDING).update(
            state=NoticeState.SENT, sent_at=when.now(), receipt=receipt[:80], parts=parts, error=""
        )


def _give_up(notice: Notice, why: str) -> None:
    with scoped(SYSTEM):
        Notice.objects.filter(pk=notice.pk).update(state=NoticeState.FAILED, error=why[:300])


def _later(notice: Notice, why: str) -> None:
    """Wait longer each time; after the last pause somebody has to look."""
    if notice.tries > len(PAUSES):
        _give_up(notice, why)
        return
    when = timezone.now() + PAUSES[notice.tries - 1]
    with scoped(SYSTEM):
        Notice.objects.filter(pk=notice.pk).update(state=NoticeState.QUEUED, next_try=when, error=why[:300])
        jobs.send.later(job_at=when, notice=notice.pk)


def send_waiting(entity: Entity) -> None:
    """Send at once what waits for an enterprise, where it is known how the site is reached; else the worker does."""
    if not public_origin():
        return
    with scoped(SYSTEM):
        rows = Notice.objects.filter(entity=entity, channel=Channel.SMS, state=NoticeState.QUEUED).order_by("pk")
        waiting = list(rows.values_list("pk", flat=True))
    for pk in waiting:
        send_one(pk)


def give_up_interrupted() -> int:
    """Notices whose sender died: they may have gone out, so a person decides. Returns how many."""
    before = timezone.now() - INTERRUPTED
    return Notice.objects.filter(state=NoticeState.SENDING, claimed_at__lt=before).update(
        state=NoticeState.FAILED, error=gettext_noop("interrupted: unclear whether it was sent")
    )


def overdue() -> list[int]:
    """Notices that should have been sent a while ago."""
    before = timezone.now() - LEFT_BEHIND
    rows = Notice.objects.filter(state=NoticeState.QUEUED, channel=Channel.SMS)
    return list(rows.filter(next_try__lte=before).values_list("pk", flat=True)[:500])


def send_again(notice: Notice) -> None:
    """An administrator's decision: queue a failed message once more, to the number that the register holds now."""
    from zhijian.kernel.accounts.crypto import blind_index

    with scoped(SYSTEM):
        notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
        if notice.state != NoticeState.FAILED or notice.entity is None:
            return
        if notice.matter_id is not None:  # what is about no matter was meant for that very number
            notice.address = notice.entity.phone
            notice.address_index = blind_index(notice.entity.phone, "phone") if notice.entity.phone else ""
        notice.state, notice.tries, notice.next_try, notice.error = NoticeState.QUEUED, 0, timezone.now(), ""
        notice.save()
        jobs.send.later(notice=notice.pk)
