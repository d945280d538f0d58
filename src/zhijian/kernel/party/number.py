"""A number that changed, or that went with a former manager, is put right at the counter.

Who checks the identity proposes; where he is one who decides, it is done at once. With the number its account is gone:
what it may do is asked at each request (`standing`). Its links end, what still waited to be sent goes to the new one,
and the old number is told.
"""

from __future__ import annotations

from typing import Annotated

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.accounts.links import number_index, plain_number, revoke_links
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.behalf import SPEAKS_FOR, Behalf
from zhijian.kernel.matters.facts import long, text
from zhijian.kernel.notices.models import Channel, Notice, NoticeState
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import notice_template
from zhijian.kernel.packs import stack
from zhijian.kernel.party.models import Access
from zhijian.kernel.party.signing_in import why_deaf
from zhijian.kernel.party.standing import written
from zhijian.kernel.registry import proposals
from zhijian.kernel.registry.models import Entity, Premises, Proposal, What

notice_template(
    "enterprise.number_changed",
    title=_("Number changed"),
    text=_("The telephone number of {title} was changed."),
    sms=_(
        "{organ}: this number stands for {title} no more; its links and sign-ins have ended. If that is wrong, ask us."
    ),
)


class NewNumber(Behalf):
    """What is to be told of a new number."""

    phone: Annotated[str, text(_("New telephone number"), min_length=7, max_length=24, personal=True)]
    reason: Annotated[str, long(_("Why it changes"), max_length=300)]


def may_ask(entity: Entity, actor: Actor) -> bool:
    """Whether the actor may check the identity of whoever wants the number changed."""
    return actor.kind == "staff" and bool(actor.roles_at(entity.area) & SPEAKS_FOR) and entity.area != ""


def decides(entity: Entity, actor: Actor) -> bool:
    """Whether it is done at once: the desk decides what the register holds (docs/decisions/0011)."""
    return bool(actor.roles_at(entity.area) & set(proposals.DECIDERS))


def change(entity: Entity, told: NewNumber, actor: Actor, looked_at: str) -> Proposal:
    """Propose the new number, and take it over where the actor decides. Raises proposals.Overtaken, proposals.Unfit.

    `looked_at` is the fingerprint of the number that he saw (`proposals.seen`).
    """
    if not proposals.is_number(told.phone) or plain_number(told.phone) == plain_number(entity.phone):
        raise proposals.Unfit(_("This is no telephone number, or it is the present one."))
    if deaf := why_deaf(told.phone):
        raise proposals.Unfit(deaf)
    with transaction.atomic():
        made = proposals.propose(
            proposals.itself(entity),
            str(What.NUMBER),
            {"text": told.phone, "speaker": told.speaker, "how": str(told.how.value)},
            actor,
            record=uuid7(),
            at=timezone.now(),
            note=told.reason,
        )
        return proposals.accept(made.uid, actor, looked_at) if decides(entity, actor) else made


@proposals.after_accepting
def end_old(of: Proposal, actor: Actor, replaced: dict[str, str]) -> None:
    """What followed the old number follows it no more."""
    if of.what != What.NUMBER:
        return
    old, entity = replaced["text"], of.entity
    if deaf := why_deaf(entity.phone):  # proposed before such numbers were refused
        raise proposals.Unfit(deaf)
    with scoped(SYSTEM):
        if old:  # a shop that had it for its own has the new one: the field app shows the number that was put right
            Premises.objects.filter(entity=entity, phone__in=written(old)).update(phone="")
        let_in = Access.objects.filter(entity=entity, ended_at=None).values_list("number", flat=True)
        revoke_links(entity, keep=[number_index(entity.phone), *let_in])
        if not old:
            return
        waiting = Notice.objects.filter(
            entity=entity, access=None, channel=Channel.SMS, state=NoticeState.QUEUED, matter__isnull=False
        )
        waiting.filter(address_index=blind_index(old, "phone")).update(
            address=entity.phone, address_index=blind_index(entity.phone, "phone")
        )
        told = {"title": entity.name, "organ": stack().organ(entity.area).name}
        tell(entity, matter=None, template="enterprise.number_changed", data=told, actor=SYSTEM, number=old)
