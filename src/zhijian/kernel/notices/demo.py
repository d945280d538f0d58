"""The telling's part of the demo city: groups with their robots, a digest, receipts, and one message that got lost.

Last of all, since it tells on what every programme told: what waits has gone out when it was made, what is old is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db.models import F
from django.utils import timezone

from zhijian.kernel import when
from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.accounts.models import Jurisdiction
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.notices import groups, receipts, sending
from zhijian.kernel.notices.channels.simulated import LOST
from zhijian.kernel.notices.models import Channel, Notice, NoticeState, Robot, SimulatedMessage, ToKind
from zhijian.kernel.registry.generate import SOURCE

READ_AFTER = dt.timedelta(days=7)  # what staff were told before that, they have read
KEY = "demo-robot-of-{area}"  # of no real group: a demo's groups are simulated


def plant(say: Callable[[str], None]) -> None:
    """Plant it once, in the offices where the demo has a head."""
    with scoped(SYSTEM):
        if Robot.objects.exists():
            return
        areas = [one.area for one in people.accounts() if one.role == Role.HEAD]
        offices = list(Jurisdiction.objects.filter(code__in=areas, level=Jurisdiction.Level.OFFICE))
        _sent_then()
        _read_older(when.now() - READ_AFTER)
        morning = _last_morning()
        for office in offices:
            Robot.objects.create(area=office.code, kind=Robot.Kind.WECOM, key=KEY.format(area=office.code))
        with when.as_of(morning):
            groups.digests(morning)
            written = list(Notice.objects.filter(channel=Channel.ROBOT).values_list("pk", flat=True))
    for pk in written:
        with when.as_of(morning):
            sending.send_one(pk)
    with when.as_of(calendar.start_of(calendar.today()) - dt.timedelta(hours=5)):
        lost = any(_lose(office.code) for office in offices)
        arrived = receipts.collect()
    say(f"notices: {len(offices)} groups, {arrived} receipts, {int(lost)} message that did not arrive")


def _sent_then() -> None:
    """Who was told of something got the message then."""
    told = Notice.objects.filter(channel=Channel.SMS, state=NoticeState.QUEUED).exclude(entity=None)
    for notice in told.select_related("entity"):
        with when.as_of(notice.made_at):
            sending.send_waiting(notice.entity)


def _read_older(before: dt.datetime) -> None:
    """Staff have read what they were told a while ago, when it came."""
    told = Notice.objects.filter(to_kind=ToKind.PERSON, state=NoticeState.SENT, made_at__lt=before)
    told.update(state=NoticeState.READ, read_at=F("made_at"))


def _last_morning() -> dt.datetime:
    """Half past eight of the last working day on which it was that already."""
    day = calendar.today()
    while True:
        at = calendar.start_of(day) + dt.timedelta(hours=8, minutes=30)
        if calendar.is_working_day(day) and at <= timezone.now():
            return at
        day -= dt.timedelta(days=1)


def _lose(area: str) -> bool:
    """One made-up shop of the office has a telephone that is switched off: its last message does not arrive."""
    with scoped(SYSTEM):
        rows = Notice.objects.filter(
            area=area, channel=Channel.SMS, state__in=[NoticeState.SENT, NoticeState.QUEUED], matter__closed=None,
            matter__assignee__isnull=False, matter__premises__source=SOURCE,
        )  # fmt: skip
        notice = rows.select_related("entity", "matter").order_by("-id").first()
        if notice is None or notice.entity is None:
            return False
        entity = notice.entity
        entity.phone = "138533" + LOST
        entity.save(update_fields=["phone"])
        notice.address, notice.address_index = entity.phone, blind_index(entity.phone, "phone")
        notice.save(update_fields=["address", "address_index"])
        SimulatedMessage.objects.filter(notice=notice).update(number=entity.phone)
        return True
