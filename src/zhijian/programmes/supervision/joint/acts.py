"""Asking another office about a matter, and judging what it contributes: both from where the matter lies."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import SYSTEM, Actor, prompted_by
from zhijian.kernel.accounts.roles import ASSIGNEE, SECOND
from zhijian.kernel.accounts.scope import area_filter, scoped
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.errors import BadFacts, NotAllowed, NotFound, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform, relations
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.packs import stack
from zhijian.programmes.supervision.joint import sharing
from zhijian.programmes.supervision.joint.flow import ASKS, JOINT
from zhijian.programmes.supervision.models import JointHandling

JUDGES = ("accept", "send_back", "withdraw")


def may_ask(of: Matter, actor: Actor) -> bool:
    """Whether it is his to ask about this matter, and to judge what comes: he holds it, or heads where it lies."""
    if flow_of(of.kind).follows:
        return False
    return bool(relations(of, actor) & {ASSIGNEE, SECOND} or actor.roles_at(of.area) & set(ASKS))


def why_no_asking(of: Matter, actor: Actor) -> str:
    """The sentence that says why nothing can be asked now; empty where it can. Raises NotAllowed."""
    if not may_ask(of, actor):
        raise NotAllowed(_("Whoever is in charge of it asks other offices, or the head or dispatcher where it lies."))
    return _("It is over: others are asked about what is open.") if of.closed is not None else ""


def photos_of(of: Matter) -> QuerySet[File]:
    """The photos that may be given along: what was drawn upon is given as it was drawn upon."""
    rows = File.objects.filter(matter=of, original=None, kind=File.Kind.PHOTO, drawings=None).exclude(blob=None)
    return rows.select_related("blob").order_by("pk")


def ask(of: Matter, actor: Actor, *, at: dt.datetime | None = None, **told: Any) -> Matter:
    """Ask another office to contribute to a matter; it gets what was chosen, and no more. Raises StepError."""
    with transaction.atomic():
        found = readable(Matter.objects.select_for_update(of=("self",)), actor).filter(pk=of.pk).first()
        if found is None:
            raise NotFound(_("There is no such matter."))
        if why := why_no_asking(found, actor):
            raise NotOpen(why)
        area = str(told.get("area", ""))
        if area not in stack().areas or area == found.area:
            raise BadFacts({"area": [_("Choose another office of the city.")]})
        who = _who_is_told(found, told)
        given = list(photos_of(found).filter(uid__in=[UUID(str(uid)) for uid in told.get("files", [])]))
        by = {
            "of": found, "by_area": found.area, "asked_by_id": actor.person_id, "of_kind": found.kind,
            "of_number": found.number, "who_came": who,
        }  # fmt: skip
        about = About(str(told.get("subject", "")), area, found.entity, found.premises, found, urgency=found.urgency)
        with scoped(SYSTEM):  # it lies in an area that whoever asks need not see
            made = perform(JOINT, "ask", prompted_by(actor), about=about, at=at, by_field=by, **told)
            for one in given:
                if one.blob is not None:
                    files.attach(made, one.blob, kind=one.kind, actor=actor, name=one.name, caption=one.caption)
        return made


def _who_is_told(of: Matter, told: dict[str, Any]) -> str | None:
    """Who came, where the other office is to know. Raises BadFacts where it may not, or a text says it unasked."""
    found, wanted = sharing.of(of), bool(told.get("tell_who"))
    if wanted and (found is None or found.never or not found.shown):
        raise BadFacts({"tell_who": [_("Who came with this matter is told to no other office.")]})
    if wanted and len(str(told.get("who_reason", "")).strip()) < 2:
        raise BadFacts({"who_reason": [_("Say why they need to know who came.")]})
    for name in ("subject", "what", "who_reason", *(() if wanted else ("excerpt",))):
        if sharing.named_in(found, str(told.get(name, ""))):
            raise BadFacts({name: [_("This names who came: leave it out.")]})
    return found.shown if wanted and found is not None else None


def found(uid: UUID, actor: Actor) -> tuple[Matter, JointHandling]:
    """A request by its uid, with the matter, for whoever may act on that matter. Raises NotFound."""
    with scoped(SYSTEM):
        record = JointHandling.objects.select_related("matter").filter(matter__uid=uid).first()
    of = readable(Matter.objects.all(), actor).filter(pk=record.of_id).first() if record is not None else None
    if record is None or of is None or not may_ask(of, actor):
        raise NotFound(_("There is no such matter."))
    return of, record


def judge(uid: UUID, verb: str, actor: Actor, *, at: dt.datetime | None = None, **told: Any) -> Matter:
    """Accept, send back or withdraw, from where the matter lies. Raises StepError."""
    if verb not in JUDGES:
        raise NotFound(_("There is no such matter."))
    _of, record = found(uid, actor)
    with scoped(SYSTEM):
        return perform(record.matter, verb, prompted_by(actor), at=at, **told)


def waiting(actor: Actor) -> QuerySet[JointHandling]:
    """The contributions that wait for him: of matters that he holds, or that lie where he heads."""
    theirs = area_filter(actor, "of__area", ASKS) | Q(of__assignee__in=actor.hands) | Q(of__second__in=actor.hands)
    return JointHandling.objects.filter(theirs, waits=True)
