"""When a step of an order is open, and the sentence that says why not."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import DISPATCHER, HEAD, LEADER
from zhijian.kernel.matters import Guard, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.supervision.models import SupervisionOrder

ORDERERS = (LEADER, HEAD, DISPATCHER)


def asking(actor: Actor, area: str) -> str:
    """For which jurisdiction he orders about a matter of `area`: the widest that is his; "" for none."""
    posts = (post.area for post in actor.posts if post.role in ORDERERS and area.startswith(post.area))
    return min(posts, key=len, default="")


def day_to_come(matter: Matter, record: Any, actor: Actor, told: Any) -> Guard:
    """A day that is over can't be kept."""
    day = getattr(told, "answer_by", None)
    return no(_("Leave a day to come.")) if day is not None and day < matter.day else ok()


def his_to_judge(matter: Matter, record: SupervisionOrder, actor: Actor, told: Any) -> Guard:
    """The jurisdiction that ordered judges the answer, or one above it; never whoever answered."""
    if actor.kind == "system":
        return ok()
    if not actor.roles_at(record.by_area) & set(ORDERERS):
        return no(_("Whoever ordered it judges the answer, for the jurisdiction that ordered it."))
    if record.answered_by_id is not None and record.answered_by_id == actor.person_id:
        return no(_("Nobody accepts his own answer."))
    return ok()


def his_to_end(matter: Matter, record: SupervisionOrder, actor: Actor, told: Any) -> Guard:
    """Only the jurisdiction that ordered takes it back, or one above it."""
    if actor.kind == "system" or actor.roles_at(record.by_area) & set(ORDERERS):
        return ok()
    return no(_("Only the jurisdiction that ordered it can take it back."))


def not_his_own(matter: Matter, record: SupervisionOrder, actor: Actor, told: Any) -> Guard:
    """Who ordered it doesn't answer it."""
    if actor.kind == "staff" and record.ordered_by_id == actor.person_id:
        return no(_("Whoever ordered it does not answer it."))
    return ok()


def not_seen(matter: Matter, record: SupervisionOrder, actor: Actor, told: Any) -> Guard:
    """Signed as seen once."""
    return no(_("It was signed as seen already.")) if record.seen_at is not None else ok()


def went_elsewhere(matter: Matter, record: Any, actor: Actor, told: Any) -> Guard:
    """It follows its matter when that has gone on to another office or person, or is about somebody else now."""
    from zhijian.programmes.supervision.following import astray

    return ok() if astray(matter, record) else no(_("It lies where its matter lies."))


def matter_ended(matter: Matter, record: Any, actor: Actor, told: Any) -> Guard:
    """Only where the matter that it is about has ended."""
    return ok() if record.of.closed is not None else no(_("The matter that it is about is still open."))


def out_of_reach(matter: Matter, record: SupervisionOrder, actor: Actor, told: Any) -> Guard:
    """Only where the matter has left the jurisdiction that ordered."""
    if record.of.area.startswith(record.by_area):
        return no(_("The matter lies within the jurisdiction that ordered it."))
    return ok()
