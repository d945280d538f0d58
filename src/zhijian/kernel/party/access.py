"""The owner lets somebody else act for the enterprise, and takes it away again."""

from __future__ import annotations

from typing import Annotated

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.links import number_index
from zhijian.kernel.accounts.models import AccessLink
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.facts import Facts, text
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.addresses import public_url
from zhijian.kernel.notices.models import Notice, NoticeState
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import notice_template
from zhijian.kernel.party.models import Access
from zhijian.kernel.party.signing_in import why_deaf
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.kernel.registry.proposals import is_number

MOST = 20  # people for one enterprise
NO_MORE = gettext_noop("the owner wished it no more")

ledger.entry_kind(
    "enterprise.access_given",
    label=gettext_lazy("{who} ({phone}) may now act for {name}"),
    personal=("who", "phone"),
)
ledger.entry_kind(
    "enterprise.access_ended",
    label=gettext_lazy("{who} ({phone}) may not act for {name} any more"),
    personal=("who", "phone"),
)
ledger.entry_kind(
    "enterprise.access_told",
    label=gettext_lazy("{who} ({phone}) also gets the messages about {name}"),
    personal=("who", "phone"),
)
ledger.entry_kind(
    "enterprise.access_not_told",
    label=gettext_lazy("{who} ({phone}) gets the messages about {name} no more"),
    personal=("who", "phone"),
)
notice_template(
    "enterprise.access",
    title=gettext_lazy("Access given"),
    text=gettext_lazy("Somebody may act for {title}."),
    sms=gettext_lazy("{title} lets you act for it. Sign in with this number: {link}"),
)


class Unfit(Exception):
    """Why access can't be given; says how to mend it."""


class Person(Facts):
    """Whom the owner lets in."""

    who: Annotated[str, text(gettext_lazy("Name of the person"), min_length=2, max_length=60, personal=True)]
    phone: Annotated[str, text(gettext_lazy("Mobile number"), max_length=24, personal=True)]


def of_entity(entity: Entity) -> list[Access]:
    """Who may act for it besides the owner."""
    return list(Access.objects.filter(entity=entity, ended_at=None).select_related("premises").order_by("pk")[:MOST])


def give(entity: Entity, premises: Premises | None, person: Person, actor: Actor, *, told: bool = False) -> Access:
    """Let a person act for the enterprise, or for one of its shops; `told`: he also gets its messages. Raises Unfit."""
    if not is_number(person.phone):
        raise Unfit(_("This is no telephone number."))
    if deaf := why_deaf(person.phone):
        raise Unfit(deaf)
    index = number_index(person.phone)
    if index == number_index(entity.phone):
        raise Unfit(_("This is the enterprise's own number."))
    if Access.objects.filter(entity=entity, ended_at=None).count() >= MOST:
        raise Unfit(_("At most %(n)s people; take the access of somebody away first.") % {"n": MOST})
    try:
        with transaction.atomic():
            made = Access.objects.create(
                entity=entity,
                premises=premises,
                name=person.who,
                phone=person.phone,
                number=index,
                told=told,
                given_at=timezone.now(),
                given_by=actor.label,
            )
    except IntegrityError as error:
        raise Unfit(_("This number has access already.")) from error
    _enter("enterprise.access_given", made, actor)
    if told:
        _enter("enterprise.access_told", made, actor)
    said = {"title": _name(made), "link": public_url("/my/")}
    made.invited = bool(
        tell(entity, matter=None, template="enterprise.access", data=said, actor=actor, number=person.phone)
    )
    return made


def end(access: Access, actor: Actor) -> bool:
    """Take it away: from the next request on that number is nobody here. False where it was ended before."""
    now = timezone.now()
    if not Access.objects.filter(pk=access.pk, ended_at=None).update(ended_at=now, ended_by=actor.label):
        return False
    _enter("enterprise.access_ended", access, actor)
    _end_messages(access)
    return True


def set_told(access: Access, told: bool, actor: Actor) -> None:
    """Whether the person gets the messages besides the owner; what is so already stays unsaid. Raises Unfit."""
    if told and (deaf := why_deaf(str(access.phone))):
        raise Unfit(deaf)
    if Access.objects.filter(pk=access.pk, ended_at=None).exclude(told=told).update(told=told):
        _enter("enterprise.access_told" if told else "enterprise.access_not_told", access, actor)
        if not told:
            _take_out(access)


def _end_messages(access: Access) -> None:
    """What went to the number opens nothing any more, and what waits to go there stays; save where another access of
    the same number reaches."""
    with scoped(SYSTEM):
        left = list(Access.objects.filter(entity=access.entity_id, number=access.number, ended_at=None))
        if not any(one.premises_id is None for one in left):
            kept = Matter.objects.filter(premises__in=[one.premises_id for one in left]).values("uid")
            links = AccessLink.objects.filter(entity=access.entity_id, number=access.number, revoked_at=None)
            links.exclude(matter_uid__in=kept).update(revoked_at=timezone.now())
    _take_out(access)


def _take_out(access: Access) -> None:
    """What waits for the number is not sent any more."""
    with scoped(SYSTEM):
        waiting = Notice.objects.filter(access=access, state=NoticeState.QUEUED)
        waiting.update(state=NoticeState.FAILED, error=NO_MORE, settled_at=timezone.now())


def _name(access: Access) -> str:
    return access.premises.name if access.premises is not None else access.entity.name


def _enter(kind: str, of: Access, actor: Actor) -> None:
    ledger.record(
        kind,
        actor=actor,
        subject=f"entity:{of.entity_id}",
        entity_id=of.entity_id,
        area=of.entity.area,
        data={"name": _name(of), "access": str(of.uid)},
        personal={"who": str(of.name), "phone": str(of.phone)},
    )
