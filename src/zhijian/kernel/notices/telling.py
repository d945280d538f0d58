"""`tell`: write what is to be told, in the transaction of what it tells about."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Relation, Role
from zhijian.kernel.accounts.scope import moment, scoped
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices import jobs, preferences, texts
from zhijian.kernel.notices.channels import gateway
from zhijian.kernel.notices.models import GOES_OUT, Channel, Notice, NoticeState, Preference, Robot, ToKind
from zhijian.kernel.notices.receivers import Receiver, To, receivers
from zhijian.kernel.notices.wording import LEGAL, kind_of, templates
from zhijian.kernel.packs import stack
from zhijian.kernel.party.family import head_of
from zhijian.kernel.party.managers import told_too
from zhijian.kernel.party.models import Access
from zhijian.kernel.registry.models import Entity
from zhijian.kernel.writing import insert_all


class Way(NamedTuple):
    """How somebody is reached: the channel, the address, and whose it is where it is not the receiver's own."""

    channel: str
    address: str = ""
    access: Access | None = None


def tell(
    to: To,
    *,
    matter: Matter | None,
    template: str,
    data: dict[str, Any],
    actor: Actor,
    dedupe: str | None = None,
    only: str = "",
    number: str = "",
) -> list[Notice]:
    """Tell a role, a relation, a person or an enterprise; returns what was written (nothing to the actor himself).

    Within the running transaction: what is rolled back is never told. `dedupe` names the occasion; a receiver is told
    of it once on each channel (`only`: on this one). What is told at the same moment about a matter and what belongs to
    it is one notice. `number`: a text message to that telephone, not to the register's. `data` holds no personal data.
    Raises KeyError for an undeclared template.
    """
    if template not in templates():
        raise KeyError(template)
    made: list[Notice] = []
    # The outbox is the system's: who acts need not be allowed to read what others are told.
    with scoped(SYSTEM):
        found, kind = receivers(to, matter), kind_of(template, data)
        chosen = preferences.of(found)
        for receiver in found:
            if isinstance(receiver, Person) and _untold(receiver, matter, actor):
                continue
            choice = chosen.get(receiver.pk) if isinstance(receiver, Person) else None
            for way in _to_number(number) if number else _ways(receiver, choice, kind, matter):
                if only and way.channel != only:
                    continue
                notice = _notice(receiver, way, matter, template, data, actor, dedupe or "")
                _begin(notice, when.now(), choice, kind)
                if (kept := _kept(notice)) is not None:
                    made.append(kept)
    return made


def _untold(person: Person, matter: Matter | None, actor: Actor) -> bool:
    """Nobody is told of his own act, nor of a matter that is kept from him."""
    return person.pk == actor.person_id or (matter is not None and f"person:{person.pk}" in matter.kept_from)


def tell_group(robot: Robot, *, template: str, data: dict[str, Any], actor: Actor, dedupe: str = "") -> Notice | None:
    """Tell an office's group by its robot; None where it was told already. `data` names nobody and no shop."""
    with scoped(SYSTEM):
        notice = Notice(
            area=robot.area, to_kind=ToKind.GROUP, robot=robot, channel=Channel.ROBOT, template=template, data=data,
            dedupe=dedupe, made_by=actor.label, made_at=when.now(), next_try=when.now(),
        )  # fmt: skip
        return _kept(notice)


def _ways(receiver: Receiver, choice: Preference | None, kind: str, matter: Matter | None) -> list[Way]:
    """How somebody is reached: staff on the platform, and by e-mail where they chose so; an enterprise there and by
    text message, else by hand, and the people whom it let in where it wished so."""
    here = Way(str(Channel.IN_APP))
    if isinstance(receiver, Person):
        address = preferences.by_email(choice, kind)
        return [here, *([Way(str(Channel.EMAIL), address)] if address else [])]
    if gateway() is None:
        return [here, Way(str(Channel.LINK))]
    reaches = texts.book().reaches
    own = Way(str(Channel.SMS), receiver.phone) if reaches(receiver.phone) else Way(str(Channel.LINK))
    others = told_too(receiver, matter) if matter is not None else []
    return [here, own, *(Way(str(Channel.SMS), str(one.phone), one) for one in others if reaches(str(one.phone)))]


def texted(number: str) -> bool:
    """Whether a text message to this number goes out at all: there is a gateway, and it is no landline."""
    return gateway() is not None and texts.book().reaches(number)


def _to_number(number: str) -> list[Way]:
    return [Way(str(Channel.SMS), number)] if texted(number) else []


def _notice(
    receiver: Receiver,
    way: Way,
    matter: Matter | None,
    template: str,
    data: dict[str, Any],
    actor: Actor,
    dedupe: str,
) -> Notice:
    person = receiver if isinstance(receiver, Person) else None
    entity = receiver if isinstance(receiver, Entity) else None
    address = way.address
    return Notice(
        matter=matter,
        area=_area(receiver, matter),
        entity=entity,
        to_kind=ToKind.PERSON if person else ToKind.ENTITY,
        person=person,
        channel=way.channel,
        access=way.access,
        address=address or None,
        address_index=blind_index(address, "email" if person else "phone") if address else "",
        template=template,
        data={**data, "party": True} if entity else data,
        dedupe=f"{dedupe}:{way.access.pk}" if dedupe and way.access else dedupe,
        made_by=actor.label,
        made_at=when.now(),
    )


def _area(receiver: Receiver, matter: Matter | None) -> str:
    """Whose keepers see whether it got through: the matter's office, else the receiver's own."""
    if matter is not None:
        return str(matter.area)
    return str(receiver.area if isinstance(receiver, Entity) else receiver.home_id or "")


def _kept(notice: Notice) -> Notice | None:
    """Write it, or tell it in the notice of the same moment, and have it sent. None where it was told already."""
    if (bundle := _bundle(notice)) is not None:
        return bundle if _join(bundle, notice) else None
    if not notice.dedupe:
        notice.save(force_insert=True)
    else:
        try:
            with transaction.atomic():
                notice.save(force_insert=True)
        except IntegrityError:
            return None
    _sent_on(notice)
    return notice


def _sent_on(notice: Notice) -> None:
    """It is written: what is told at the same moment joins it, and what goes out is sent."""
    moment()[_key(notice)] = notice.pk
    if notice.channel in GOES_OUT and not when.is_told():  # who tells a history sends it himself, at that moment
        later = notice.next_try if notice.next_try and notice.next_try > when.now() else None
        jobs.send.later(job_at=later, notice=notice.pk)


def _key(notice: Notice) -> tuple[Any, ...]:
    """What makes two notices of one moment the same one: receiver, way, and the matter on whose page it stands."""
    head = head_of(notice.matter).pk if notice.matter is not None else notice.template
    who = (notice.person_id, notice.entity_id, notice.access_id, notice.robot_id)
    return ("notice", *who, notice.channel, head)


def _bundle(notice: Notice) -> Notice | None:
    """The notice of this moment that already tells the receiver about the matter, if there is one."""
    if notice.matter is None or (known := moment().get(_key(notice))) is None:
        return None
    waiting = [NoticeState.QUEUED, NoticeState.SENT] if notice.channel == Channel.IN_APP else [NoticeState.QUEUED]
    return Notice.objects.filter(pk=known, state__in=waiting, claimed_at=None).first()


def _join(bundle: Notice, notice: Notice) -> bool:
    """Tell it in the same notice; False for what it tells already."""
    more = bundle.data.get("more", [])
    if notice.dedupe and notice.dedupe in [bundle.dedupe, *(one["dedupe"] for one in more)]:
        return False
    told = {"template": notice.template, "data": notice.data, "dedupe": notice.dedupe}
    bundle.data = {**bundle.data, "more": [*more, told]}
    if bundle.matter_id != notice.matter_id and bundle.matter is not None:
        bundle.matter = head_of(bundle.matter)
    bundle.save(update_fields=["data", "matter"])
    return True


def _begin(notice: Notice, now: dt.datetime, choice: Preference | None, kind: str) -> None:
    """On the platform a notice has arrived when it is written; a link waits for somebody to hand it over."""
    if notice.channel == Channel.IN_APP:
        notice.state, notice.sent_at = NoticeState.SENT, now
        if preferences.muted(choice, kind):
            notice.state, notice.read_at = NoticeState.READ, now
    elif notice.channel == Channel.SMS:
        notice.next_try = now
    elif notice.channel == Channel.EMAIL and choice is not None:
        notice.next_try = now if kind in LEGAL else preferences.not_before(choice, now)


def step_data(flow: Flow, step: Step, matter: Matter) -> dict[str, Any]:
    """What the template of a step needs."""
    return {
        "kind": flow.kind,
        "verb": step.verb,
        "state": matter.state,
        "number": matter.number,
        "title": matter.title,
        "organ": stack().organ(matter.area).name,
    }


def _step_template(flow: Flow, step: Step) -> str:
    """A template "<kind>.<verb>" wins over the plain one."""
    own = flow.entry_kind(step)
    return own if own in templates() else "step"


def _occasion(step: Step, matter: Matter) -> str:
    return f"{matter.pk}:{matter.version}:{step.verb}"


def tell_step(who: Role | Relation, flow: Flow, step: Step, matter: Matter, actor: Actor) -> None:
    """What `perform` calls for each receiver that a step names."""
    tell(
        who,
        matter=matter,
        template=_step_template(flow, step),
        data=step_data(flow, step, matter),
        actor=actor,
        dedupe=_occasion(step, matter),
    )


def tell_opened(who: Role | Relation, flow: Flow, step: Step, matters: Sequence[Matter], actor: Actor) -> None:
    """The same of matters that were opened together: those of one area have one role's holders to tell, and nobody was
    told anything of them before. What hangs on another matter may join its notice, and is told by itself."""
    by_area: dict[str, list[Matter]] = defaultdict(list)
    for matter in matters:
        if isinstance(who, Role) and matter.parent_id is None:
            by_area[matter.area].append(matter)
        else:
            tell_step(who, flow, step, matter, actor)
    template, made = _step_template(flow, step), list[Notice]()
    with scoped(SYSTEM):
        for some in by_area.values():
            data = {matter.pk: step_data(flow, step, matter) for matter in some}
            found, kind = receivers(who, some[0]), kind_of(template, data[some[0].pk])
            chosen = preferences.of(found)
            for matter in some:
                told = (one for one in found if isinstance(one, Person) and not _untold(one, matter, actor))
                for person in told:
                    choice = chosen.get(person.pk)
                    for way in _ways(person, choice, kind, matter):
                        occasion = _occasion(step, matter)
                        notice = _notice(person, way, matter, template, data[matter.pk], actor, occasion)
                        _begin(notice, when.now(), choice, kind)
                        made.append(notice)
        insert_all(made)
        for notice in made:
            _sent_on(notice)
