"""A part of a matter's page: what its enterprise was told and whether it arrived, and a link to hand over in person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk.panels import Panel
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.behalf import may_speak_for
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices import texts
from zhijian.kernel.notices.addresses import public_url
from zhijian.kernel.notices.failing import settled_by_link
from zhijian.kernel.notices.models import Arrival, Channel, Notice, NoticeState, ToKind
from zhijian.kernel.notices.wording import render

HANDED_OVER = "notices.link_made"
ledger.entry_kind(HANDED_OVER, label=_("Link for the enterprise made, to be handed over in person"))


@dataclass(frozen=True)
class Told:
    """A notice to the enterprise as staff see it."""

    notice: Notice
    title: str

    @property
    def failed(self) -> bool:
        """Whether somebody should reach the enterprise by other means."""
        lost = self.notice.state == NoticeState.FAILED or self.notice.arrival == Arrival.UNKNOWN
        return bool(lost and self.notice.settled_at is None and self.notice.access_id is None)


def may_hand_over(matter: Matter, actor: Actor) -> bool:
    """Whether the actor may make a link for the matter's enterprise: who holds it speaks for the enterprise."""
    return may_speak_for(matter, actor)


def told(matter: Matter, record: Any, actor: Actor) -> dict[str, Any]:
    """What the panel shows: the last ten notices to the enterprise about this matter."""
    about = [matter.pk, matter.parent_id]  # what is told at one moment stands with the parent
    rows = Notice.objects.filter(matter__in=about, to_kind=ToKind.ENTITY).order_by("-id")[:10]
    shown = [Told(notice, render(notice.template, notice.data).text) for notice in rows]
    return {
        "told": shown,
        "lost": any(one.failed for one in shown),
        "hand_over": may_hand_over(matter, actor),
        "deaf": _deaf(matter),
    }


def _deaf(matter: Matter) -> bool:
    """Whether the register has a number of the enterprise which gets no text messages."""
    number = matter.entity.phone if matter.entity is not None else ""
    return bool(number) and not texts.book().reaches(number)


PANEL = Panel("notices/told.html", told)


def hand_over(matter: Matter, actor: Actor) -> str:
    """Make a link (an address that opens the matter for its enterprise) and note who made it."""
    if matter.entity is None:
        raise ValueError("the matter is about nobody who could get a link")
    with scoped(SYSTEM):
        token = make_link(matter.entity, matter, made_by=actor.person_id)
        ledger.record(HANDED_OVER, actor=actor, subject=f"matter:{matter.pk}", matter=matter)
        waiting = Notice.objects.filter(matter=matter, channel=Channel.LINK, state=NoticeState.QUEUED)
        waiting.update(state=NoticeState.SENT)
        settled_by_link(matter)
    return public_url(f"/p/{token}/")
