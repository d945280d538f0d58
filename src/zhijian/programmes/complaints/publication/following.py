"""A complaint that has ended makes a line where the rules say so; one that is handled again takes its line away."""

from __future__ import annotations

import datetime as dt

from zhijian.kernel.accounts.actor import SYSTEM, Actor, prompted_by
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.programmes.complaints.models import Item, Result
from zhijian.programmes.complaints.publication import rules
from zhijian.programmes.complaints.publication.fitting import NEEDED, OPEN, fits, has_line
from zhijian.programmes.complaints.publication.flow import PUBLICATION

KIND = "complaint"  # never a report: who reported might be guessed


def hear(flow: Flow, step: Step, matter: Matter, actor: Actor, at: dt.datetime) -> None:
    """A step of a complaint was done: its end makes a line, whatever unsettles that end or its shop takes it away."""
    if flow.kind != KIND or not step.froms:
        return
    if step.verb == "approve":
        _propose(matter, actor, at)
    elif step.verb in ("reopen", "name"):
        _drop(matter, actor, at)


def _propose(matter: Matter, actor: Actor, at: dt.datetime) -> None:
    item, day = Item.objects.only(*NEEDED).get(pk=matter.pk), calendar.legal_day(at)
    if rules.OBJECT_WITHIN.maybe(day) is None or not fits(matter, item, day):
        return
    with scoped(SYSTEM):
        if has_line(matter):
            return
        about = About(matter.title, matter.area, matter.entity, matter.premises)
        named = {"of": matter, "category": item.category, "settled": item.result == Result.AGREED}
        perform(PUBLICATION, "await", prompted_by(actor), about=about, at=at, by_field=named)


def _drop(matter: Matter, actor: Actor, at: dt.datetime) -> None:
    with scoped(SYSTEM):
        for line in Matter.objects.filter(complaint_line__of=matter, kind=PUBLICATION.kind, state__in=OPEN):
            perform(line, "drop", prompted_by(actor), at=at)
