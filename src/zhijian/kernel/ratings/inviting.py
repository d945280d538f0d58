"""The invitation to rate: it goes with the message that tells the enterprise of the end, and is no message of its own.

Never to an enterprise that asked for none, never to a number that wants no messages from us, and not while the month's
line of cost is used up: the page asks for the rating all the same.
"""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor, party_of
from zhijian.kernel.accounts.roles import Relation
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices import bill
from zhijian.kernel.notices.receipts import unwanted
from zhijian.kernel.notices.telling import step_data, tell
from zhijian.kernel.notices.wording import notice_template
from zhijian.kernel.ratings import acts
from zhijian.kernel.ratings.declared import questions
from zhijian.kernel.ratings.models import Uninvited
from zhijian.kernel.registry.models import Entity

notice_template(
    "ratings.invite",
    title=_("Your rating"),
    text=_("Please rate it."),
    sms=_("{organ}: {title} is finished. Please rate us: {link}"),
    invites=True,
)
ledger.entry_kind("rating.uninvited", label=_("The enterprise wants no invitations to rate"))
ledger.entry_kind("rating.invited_again", label=_("The enterprise wants invitations to rate again"))


def heard(flow: Flow, step: Step, matter: Matter, actor: Actor, at: dt.datetime) -> None:
    """What `perform` calls after each step: invite where the step told of an end that is rated."""
    question = questions().get(flow.kind)
    if question is None or step.verb not in question.invites:
        return
    with scoped(SYSTEM):
        if may_be_invited(matter):
            tell(
                Relation.PARTY, matter=matter, template="ratings.invite", data=step_data(flow, step, matter),
                actor=actor, dedupe=f"rate:{matter.pk}",
            )  # fmt: skip


def may_be_invited(matter: Matter) -> bool:
    """Whether the enterprise can rate it now, wants to be asked, and the month's line leaves room. As the system."""
    entity = matter.entity
    if entity is None or acts.why_not(matter, party_of(entity), None, calendar.today()):
        return False
    if Uninvited.objects.filter(entity=entity).exists() or (entity.phone and unwanted(entity.phone)):
        return False
    month = bill.month_of(when.now())
    line = bill.cap(month)
    return line is None or bill.total(month) < line


def wants(entity: Entity) -> bool:
    """Whether the enterprise wants to be invited. As the system."""
    return not Uninvited.objects.filter(entity=entity).exists()


def set_wanted(entity: Entity, wanted: bool, actor: Actor) -> None:
    """What the enterprise wishes from now on; what is so already stays unsaid."""
    with scoped(SYSTEM):
        if wanted == wants(entity):
            return
        if wanted:
            Uninvited.objects.filter(entity=entity).delete()
        else:
            Uninvited.objects.create(entity=entity, area=entity.area, since=when.now())
        ledger.record(
            "rating.invited_again" if wanted else "rating.uninvited", actor=actor, subject=f"entity:{entity.pk}",
            entity_id=entity.pk, area=entity.area,
        )  # fmt: skip
