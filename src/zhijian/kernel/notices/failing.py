"""What follows when a message did not go out or did not arrive: the next way, and somebody who sees to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Relation, Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.models import UNSETTLED, Arrival, Channel, Notice, NoticeState, ToKind
from zhijian.kernel.notices.receivers import holders
from zhijian.kernel.notices.wording import LIMITS, notice_template, templates

NOT_ARRIVED, TOLD_OTHERWISE, NO_REPORT = "notices.not_arrived", "notices.told_otherwise", "notices.no_report"
UNREPORTED = gettext_noop("nobody reported in time that it arrived")


def _why(data: Mapping[str, Any]) -> str:
    """The reason in the reader's language; what a provider says in its own words stays as it is."""
    return _(data["why"]) if data.get("why") else "–"


def _entry(facts: dict[str, Any]) -> str:
    return _("Text message to the enterprise did not get through: %(why)s") % {"why": _why(facts)}


def _undelivered(data: Mapping[str, Any]) -> str:
    told = {"title": data["title"], "why": _why(data)}
    return _("“%(title)s”: %(why)s. Tell the enterprise in another way: hand over a link, or ring.") % told


def _group(data: Mapping[str, Any]) -> str:
    return _("%(why)s. Look at the robot's settings and send a test.") % {"why": _why(data)}


ledger.entry_kind(NOT_ARRIVED, label=gettext_lazy("Text message did not get through"), describe=_entry)
ledger.entry_kind(TOLD_OTHERWISE, label=gettext_lazy("The enterprise was told in another way"))
notice_template(
    "notices.undelivered", title=gettext_lazy("A text message did not get through"), text=_undelivered, kind=LIMITS
)
ledger.entry_kind(NO_REPORT, label=gettext_lazy("Nobody reported that the text message to the enterprise arrived"))
notice_template(
    "notices.unreported",
    title=gettext_lazy("Text messages of which nobody reported that they arrived"),
    text=gettext_lazy("They stand under “Messages that did not get through”: hand over a link, or ring."),
    kind=LIMITS,
)
notice_template("notices.robot_failed", title=gettext_lazy("The group's robot does not answer"), text=_group)


def give_up(notice: Notice, why: str) -> None:
    """It did not go out, or nobody knows; in the running transaction."""
    _failed(notice, why)


def not_arrived(notice: Notice, why: str, at: dt.datetime) -> None:
    """It went out, and the provider reports that it did not arrive."""
    _failed(notice, why, arrival=Arrival.NO, arrived_at=at)


def unreported(notice: Notice) -> None:
    """It went out, and no report came within the rule's time: the next way, and the office's clerks are told."""
    about = notice.matter if notice.entity is not None and notice.access_id is None else None
    Notice.objects.filter(pk=notice.pk).update(
        arrival=Arrival.UNKNOWN, error=UNREPORTED, settled_at=None if about is not None else timezone.now()
    )
    if about is not None:
        ledger.record(NO_REPORT, actor=SYSTEM, subject=f"matter:{about.pk}", matter=about)
        _next_way(notice)
        _tell_clerks(notice.area)


def _tell_clerks(area: str) -> None:
    """Once a day and office, however many there are: their list stands in the to-do. Without clerks, the head."""
    from zhijian.kernel.notices.telling import tell

    for person in holders(Role.CLERK, area) or holders(Role.HEAD, area):
        tell(
            person, matter=None, template="notices.unreported", data={}, actor=SYSTEM,
            dedupe=f"unreported:{area}:{timezone.localdate()}",
        )  # fmt: skip


def _failed(notice: Notice, why: str, **more: Any) -> None:
    Notice.objects.filter(pk=notice.pk).update(state=NoticeState.FAILED, error=why[:300], **more)
    passing = notice.template in templates() and templates()[notice.template].passing
    if notice.access_id is not None or passing:  # the enterprise itself is told at its own number, or asks anew
        Notice.objects.filter(pk=notice.pk).update(settled_at=timezone.now())
    elif notice.channel == Channel.SMS and notice.matter is not None and notice.entity is not None:
        ledger.record(
            NOT_ARRIVED, actor=SYSTEM, subject=f"matter:{notice.matter.pk}", matter=notice.matter,
            data={"why": why[:300]},
        )  # fmt: skip
        _next_way(notice)
        _tell_officer(notice, notice.matter, why[:300])
    elif notice.channel == Channel.ROBOT and notice.robot is not None:
        _tell_heads(notice, why[:300])


def _next_way(notice: Notice) -> None:
    """After the text message comes the link that somebody hands over; one that waits already is enough."""
    waiting = Notice.objects.filter(
        matter=notice.matter, entity=notice.entity, channel=Channel.LINK, state=NoticeState.QUEUED
    )
    if not waiting.exists():
        Notice.objects.create(
            matter=notice.matter, area=notice.area, entity=notice.entity, to_kind=ToKind.ENTITY, channel=Channel.LINK,
            template=notice.template, data=notice.data, made_by=notice.made_by, made_at=when.now(),
        )  # fmt: skip


def _tell_officer(notice: Notice, matter: Matter, why: str) -> None:
    """Whoever has the matter in hand; where nobody has, the office's clerks and head."""
    from zhijian.kernel.notices.telling import tell

    whom = [Relation.ASSIGNEE] if matter.assignee_id is not None else [Role.CLERK, Role.HEAD]
    told = {"title": matter.title, "why": why}
    for who in whom:
        tell(
            who, matter=matter, template="notices.undelivered", data=told, actor=SYSTEM,
            dedupe=f"undelivered:{notice.uid}",
        )  # fmt: skip


def _tell_heads(notice: Notice, why: str) -> None:
    """Once a day, however many messages the group did not get."""
    from zhijian.kernel.notices.telling import tell

    for person in holders(Role.HEAD, notice.area):
        tell(
            person, matter=None, template="notices.robot_failed", data={"why": why}, actor=SYSTEM,
            dedupe=f"robot:{notice.robot_id}:{timezone.localdate()}",
        )  # fmt: skip


def settle(notice: Notice, actor: Actor) -> None:
    """Somebody told the enterprise otherwise, or it need not be told any more: off the list, and in the ledger."""
    with scoped(SYSTEM):
        changed = Notice.objects.filter(UNSETTLED, pk=notice.pk).update(settled_at=timezone.now())
        if changed and notice.matter is not None:
            ledger.record(TOLD_OTHERWISE, actor=actor, subject=f"matter:{notice.matter.pk}", matter=notice.matter)


def settled_by_link(matter: Matter) -> None:
    """A link was handed over: what did not get through about the matter is told. Runs as the system."""
    Notice.objects.filter(UNSETTLED, Q(matter=matter) | Q(matter__parent=matter), channel=Channel.SMS).update(
        settled_at=timezone.now()
    )
