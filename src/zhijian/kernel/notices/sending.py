"""Carrying a notice out, at most once.

Three transactions: claim (committed before the provider is asked), ask, write down. Whoever dies in between leaves the
notice "being sent". A provider that can be asked what became of a key is asked, then gets it again if it never had it;
with any other, a person decides, since it may have gone out.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.ids import uuid7
from zhijian.kernel.notices import bill, failing, jobs, preferences
from zhijian.kernel.notices.addresses import public_origin
from zhijian.kernel.notices.channels import Adapter, NoSuchAddress, Refused, TryLater, adapter
from zhijian.kernel.notices.channels.protocol import Letter
from zhijian.kernel.notices.channels.robots import A_MINUTE
from zhijian.kernel.notices.letters import letter_of
from zhijian.kernel.notices.models import GOES_OUT, Arrival, Channel, Notice, NoticeState, Preference
from zhijian.kernel.registry.models import Entity

logger = logging.getLogger(__name__)
PAUSES = [dt.timedelta(minutes=m) for m in (1, 5, 30, 120, 360)]  # between the tries; then it is given up
INTERRUPTED = dt.timedelta(minutes=10)
LEFT_BEHIND = dt.timedelta(minutes=2)  # due for so long without having been sent: its job is lost
MISSING = {
    Channel.SMS: gettext_noop("no gateway for text messages is set up"),
    Channel.EMAIL: gettext_noop("no mail server is set up"),
}


def claim(pk: int, *, locked: bool = True) -> Notice | None:
    """Take a notice that waits and is due, and commit that it is being sent. None when there is nothing to take.

    `locked` False shows what happens without the lock; only a test asks for it.
    """
    with scoped(SYSTEM):
        due = Q(next_try=None) | Q(next_try__lte=when.now())
        rows = Notice.objects.filter(due, pk=pk, state=NoticeState.QUEUED, channel__in=GOES_OUT)
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
    """Claim and send; True when the provider took it."""
    notice = claim(pk, locked=locked)
    if notice is None:
        return False
    way = adapter(notice.channel)
    try:
        if way is None:
            raise Refused(MISSING[Channel(notice.channel)])
        with scoped(SYSTEM):
            letter = letter_of(notice)
            _not_too_many(notice)
            if notice.channel == Channel.EMAIL and preferences.is_refused(notice):
                raise NoSuchAddress
        with scoped(SYSTEM):
            number = way.send(letter)
    except TryLater as error:
        _later(notice, str(error))
    except Refused as error:
        _give_up(notice, str(error))
        if isinstance(error, NoSuchAddress):
            with scoped(SYSTEM):
                preferences.refused(notice)
    except Exception:
        logger.exception("notice %s: unclear whether it was sent", notice.pk)
        if way is not None and way.asks:
            _later(notice, gettext_noop("the gateway broke off"))
        else:
            _give_up(notice, gettext_noop("the gateway broke off: unclear whether it was sent"))
    else:
        _sent(notice, letter, number, way)
        return True
    return False


def _not_too_many(notice: Notice) -> None:
    """A robot takes so many messages a minute and locks out whoever sends more. Raises TryLater."""
    if notice.channel != Channel.ROBOT:
        return
    lately = Notice.objects.filter(robot=notice.robot_id, sent_at__gt=timezone.now() - dt.timedelta(minutes=1))
    if lately[:A_MINUTE].count() >= A_MINUTE:
        raise TryLater(gettext_noop("the group got as many messages as it takes in a minute"))


def _sent(notice: Notice, letter: Letter, number: str, way: Adapter) -> None:
    with scoped(SYSTEM):
        sms = notice.channel == Channel.SMS
        price = bill.price(when.now()) if sms else None
        changed = Notice.objects.filter(pk=notice.pk, state=NoticeState.SENDING).update(
            state=NoticeState.SENT, sent_at=when.now(), receipt=number[:80], error="",
            parts=letter.parts if sms else 0, cost=None if price is None else price * letter.parts,
            arrival=Arrival.AWAITED if way.reports else "", billed=notice.area if sms else "",
        )  # fmt: skip
        if sms and changed:
            bill.add(notice.area, when.now(), letter.parts, price)


def _give_up(notice: Notice, why: str) -> None:
    with scoped(SYSTEM):
        failing.give_up(notice, why)


def _later(notice: Notice, why: str) -> None:
    """Wait longer each time; after the last pause somebody has to look."""
    if notice.tries > len(PAUSES):
        _give_up(notice, why)
        return
    next_try = timezone.now() + PAUSES[notice.tries - 1]
    with scoped(SYSTEM):
        Notice.objects.filter(pk=notice.pk).update(state=NoticeState.QUEUED, next_try=next_try, error=why[:300])
        jobs.send.later(job_at=next_try, notice=notice.pk)


def send_waiting(entity: Entity) -> None:
    """Send at once what waits for an enterprise, where it is known how the site is reached; else the worker does."""
    if not public_origin():
        return
    with scoped(SYSTEM):
        rows = Notice.objects.filter(entity=entity, channel=Channel.SMS, state=NoticeState.QUEUED).order_by("pk")
        waiting = list(rows.values_list("pk", flat=True))
    for pk in waiting:
        send_one(pk)


def see_to_interrupted() -> int:
    """Notices whose sender died: asked about and sent where the provider can be asked; else a person decides.

    Returns how many there were.
    """
    before = timezone.now() - INTERRUPTED
    rows = Notice.objects.filter(state=NoticeState.SENDING, claimed_at__lt=before)
    found = list(rows.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:500])
    for notice in found:
        way = adapter(notice.channel)
        if way is not None and way.asks:
            Notice.objects.filter(pk=notice.pk).update(state=NoticeState.QUEUED, next_try=timezone.now())
            jobs.send.later(job_once=f"notice:{notice.pk}", notice=notice.pk)
        else:
            failing.give_up(notice, gettext_noop("interrupted: unclear whether it was sent"))
    return len(found)


def overdue() -> list[int]:
    """Notices that should have been sent a while ago."""
    before = timezone.now() - LEFT_BEHIND
    rows = Notice.objects.filter(state=NoticeState.QUEUED, channel__in=GOES_OUT)
    return list(rows.filter(next_try__lte=before).values_list("pk", flat=True)[:500])


def send_again(notice: Notice) -> None:
    """A person's decision: queue a failed message once more, to the number or address that holds now."""
    with scoped(SYSTEM):
        notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
        if notice.state != NoticeState.FAILED and notice.arrival != Arrival.UNKNOWN:
            return
        # What is about no matter was meant for that very number.
        if notice.channel == Channel.SMS and notice.entity is not None and notice.matter_id is not None:
            number = str(notice.access.phone) if notice.access is not None else notice.entity.phone
            notice.address = number  # type: ignore[assignment]
            notice.address_index = blind_index(number, "phone") if number else ""
        chosen = Preference.objects.filter(person=notice.person_id).first() if notice.person_id else None
        if notice.channel == Channel.EMAIL and chosen is not None and chosen.email:
            notice.address, notice.address_index = chosen.email, blind_index(str(chosen.email), "email")
        if notice.arrival in (
            Arrival.NO,
            Arrival.UNKNOWN,
        ):  # it went out, and may not have arrived: what goes out now is another message
            notice.uid = uuid7()
        notice.state, notice.tries, notice.next_try, notice.error = NoticeState.QUEUED, 0, timezone.now(), ""
        notice.arrival, notice.settled_at = "", None
        notice.save()
        jobs.send.later(notice=notice.pk)
