"""How somebody of staff is told besides the platform, and when not. What the law asks of him is told in any case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from zhijian.kernel import when
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.clock import calendar
from zhijian.kernel.notices.channels import adapter
from zhijian.kernel.notices.models import Channel, Notice, Preference
from zhijian.kernel.notices.receivers import Receiver
from zhijian.kernel.notices.wording import LEGAL


def of(receivers: Iterable[Receiver]) -> dict[int, Preference]:
    """What the people among them chose, by person; one query."""
    people = [one.pk for one in receivers if isinstance(one, Person)]
    return {one.person_id: one for one in Preference.objects.filter(person__in=people)} if people else {}


def by_email(chosen: Preference | None, kind: str) -> str:
    """The address to which a notice of that kind goes, too; empty for none."""
    if chosen is None or not chosen.email or chosen.refused_at is not None or adapter(str(Channel.EMAIL)) is None:
        return ""
    return str(chosen.email) if kind in LEGAL or kind in chosen.by_email else ""


def muted(chosen: Preference | None, kind: str) -> bool:
    """Whether it stands in the inbox without counting as new."""
    return chosen is not None and kind in chosen.muted and kind not in LEGAL


def not_before(chosen: Preference, now: dt.datetime) -> dt.datetime:
    """When it may go out: now, or at the end of the quiet hours (which may reach over midnight)."""
    start, end = chosen.quiet_from, chosen.quiet_until
    if start is None or end is None or start == end:
        return now
    here = calendar.local(now)
    at = here.time().replace(tzinfo=None)
    over_night = start > end
    if not (start <= at or at < end if over_night else start <= at < end):
        return now
    day = here.date() + dt.timedelta(days=1) if over_night and at >= start else here.date()
    return dt.datetime.combine(day, end, tzinfo=here.tzinfo)


def refused(notice: Notice) -> None:
    """The mail server takes nothing for the address of this notice, for good: it is not written to again until its
    owner changes it, or says that it is right. Runs as the system."""
    rows = Preference.objects.filter(person=notice.person_id, refused_at=None)
    for chosen in rows:
        if chosen.email == notice.address:
            Preference.objects.filter(pk=chosen.pk).update(refused_at=when.now())


def is_refused(notice: Notice) -> bool:
    """Whether the address of a notice that waits was refused meanwhile."""
    chosen = Preference.objects.filter(person=notice.person_id, refused_at__isnull=False).first()
    return chosen is not None and chosen.email == notice.address
