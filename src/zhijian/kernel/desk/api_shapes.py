"""What the API says of a matter, and how it says that something went wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk import said, timeline
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.errors import BadFacts, Conflict, StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import offers


class Party(Schema):
    """The entity that a matter is about."""

    uid: UUID
    name: str


class MatterOut(Schema):
    """A matter as lists show it. `due` is the nearest open clock's legal day."""

    uid: UUID
    kind: str
    number: str
    title: str
    area: str
    area_name: str
    state: str
    state_label: str
    entity: Party | None
    assignee: str
    opened: dt.datetime
    due: dt.date | None
    closed: dt.datetime | None
    urgency: int
    version: int


class OfferOut(Schema):
    """A step that leads on from here, for whoever asks; `why` says why a shut one is shut."""

    verb: str
    label: str
    open: bool
    why: str = ""
    article: str = ""


class EntryOut(Schema):
    """An entry of the timeline, in the reader's words."""

    at: dt.datetime
    who: str
    text: str
    kind: str
    sha256: str


class MatterDetail(MatterOut):
    """A matter with its next steps and its timeline."""

    offers: list[OfferOut]
    timeline: list[EntryOut]


class MatterPage(Schema):
    """A page of matters; `after` is the next page's key, empty at the end. `count` stops at 1,000 (`more`)."""

    items: list[MatterOut]
    after: str
    count: int
    more: bool


class Problem(Schema):
    """What went wrong, in the reader's language, and what to do."""

    problem: str
    message: str
    mend: str
    errors: dict[str, list[str]] = Field(default_factory=dict)
    article: str = ""
    version: int | None = None


def shown(matter: Matter) -> dict[str, Any]:
    """A matter as MatterOut."""
    entity = matter.entity
    return {
        "uid": matter.uid,
        "kind": matter.kind,
        "number": matter.number,
        "title": matter.title,
        "area": matter.area,
        "area_name": said.area_name(matter.area),
        "state": matter.state,
        "state_label": str(flow_of(matter.kind).state(matter.state).label),
        "entity": {"uid": entity.uid, "name": entity.name} if entity else None,
        "assignee": matter.assignee.name if matter.assignee else "",
        "opened": matter.opened,
        "due": matter.due,
        "closed": matter.closed,
        "urgency": matter.urgency,
        "version": matter.version,
    }


def detail(matter: Matter, actor: Actor) -> dict[str, Any]:
    """A matter as MatterDetail."""
    steps = [
        {
            "verb": o.step.verb,
            "label": str(o.step.label or o.step.verb),
            "open": o.open,
            "why": o.why,
            "article": o.article,
        }
        for o in offers(matter, actor)
    ]
    lines = timeline.lines(LedgerEntry.objects.filter(matter=matter), actor)
    entries = [
        {"at": line.at, "who": line.who, "text": line.words, "kind": line.entry.kind, "sha256": line.entry.sha256}
        for line in lines
    ]
    return {**shown(matter), "offers": steps, "timeline": entries}


def problem_of(error: StepError) -> dict[str, Any]:
    """A step's error as a Problem."""
    mend = {
        "conflict": _("Read the matter again, then decide again with its new version."),
        "bad_facts": _("Correct the fields that are named and send again."),
        "not_allowed": _("Ask somebody who holds the post, or your administrator."),
        "not_open": _("Do first what the message names."),
    }
    body: dict[str, Any] = {"problem": f"step.{error.code}", "message": error.message, "mend": mend.get(error.code, "")}
    if isinstance(error, BadFacts):
        body["errors"] = error.errors
    if isinstance(error, Conflict):
        body["version"] = error.current
    if error.article:
        body["article"] = error.article
    return body
