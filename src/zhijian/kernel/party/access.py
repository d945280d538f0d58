"""The owner lets somebody else act for the enterprise, and takes it away again."""

from __future__ import annotations

from typing import Annotated

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.links import number_index
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.facts import Facts, text
from zhijian.kernel.notices.addresses import public_url
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import notice_template
from zhijian.kernel.party.models import Access
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.kernel.registry.proposals import is_number

MOST = 20  # people for one enterprise

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


def give(entity: Entity, premises: Premises | None, person: Person, actor: Actor) -> Access:
    """Let a person act for the enterprise, or for one of its shops. Raises Unfit."""
    if not is_number(person.phone):
        raise Unfit(_("This is no telephone number."))
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
                given_at=timezone.now(),
                given_by=actor.label,
            )
    except IntegrityError as error:
        raise Unfit(_("This number has access already.")) from error
    _enter("enterprise.access_given", made, actor)
    told = {"title": _name(made), "link": public_url("/my/")}
    tell(entity, matter=None, template="enterprise.access", data=told, actor=actor, number=person.phone)
    return made


def end(access: Access, actor: Actor) -> bool:
    """Take it away: from the next request on that number is nobody here. False where it was ended before."""
    now = timezone.now()
    if not Access.objects.filter(pk=access.pk, ended_at=None).update(ended_at=now, ended_by=actor.label):
        return False
    _enter("enterprise.access_ended", access, actor)
    return True


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
