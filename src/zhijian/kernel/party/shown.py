"""A family of matters as its enterprise's page shows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.desk import clocks, panels, said, timeline
from zhijian.kernel.desk.context import bureau
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import File, LedgerEntry
from zhijian.kernel.matters import behalf
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.facts import pictures_of
from zhijian.kernel.matters.flow import State
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import record_of
from zhijian.kernel.papers.forms import form as paper_form
from zhijian.kernel.papers.models import Paper, Service
from zhijian.kernel.party.doors import Door
from zhijian.kernel.party.family import Family
from zhijian.kernel.party.forms import Act, acts_of
from zhijian.kernel.party.pages import PartyPage, Say, draw_families, page_of, pages

ENTRIES, PHOTOS = 60, 18


def days_of(matters: Sequence[Matter]) -> dict[int, dt.date]:
    """The day that the enterprise knows each by, one query for each kind that says it otherwise than by its opening."""
    days = {one.pk: calendar.legal_day(one.opened) for one in matters}
    for kind in {one.kind for one in matters}:
        page = page_of(kind)
        if page.day is None or page.flow.record is None:
            continue
        records = page.flow.record._default_manager.in_bulk([one.pk for one in matters if one.kind == kind])
        days |= {int(pk): day for pk, record in records.items() if (day := page.day(record)) is not None}
    return days


@dataclass
class Part:
    """One matter of the page: where it stands, what is to be done by when and why, and the enterprise's steps."""

    matter: Matter
    page: PartyPage
    record: Any
    waits: bool
    acts: list[Act]
    clock: Clock | None = None
    photos: list[File] = field(default_factory=list)
    panels: list[SafeString] = field(default_factory=list)

    @property
    def state(self) -> State:
        return flow_of(self.matter.kind).state(self.matter.state)

    @property
    def words(self) -> str:
        """Its state in the enterprise's words."""
        return self.page.state(self.matter.state)

    @property
    def due(self) -> said.Due | None:
        """The day by which the enterprise has to do something; what the bureau has to do is not its worry."""
        return said.due_of(self.matter.due, self.matter.due_at) if self.waits else None

    @property
    def why(self) -> dict[str, Any] | None:
        """Why it is this day."""
        return clocks.told(self.clock) if self.waits and self.clock is not None else None

    @property
    def open(self) -> list[Act]:
        """The steps that can be done; those of which something went wrong come first."""
        return sorted((act for act in self.acts if not act.shut), key=lambda act: not act.spoilt)

    @property
    def shut(self) -> list[Act]:
        return [act for act in self.acts if act.shut]


def parts_of(family: Family, actor: Actor, asked: Matter, spoilt: Act | None = None) -> list[Part]:
    """The members of a family that stand on its page: the head, what was asked for, what waits for the enterprise."""
    shown = [one for one in family.children if page_of(family.head.kind).shows(one.kind)]
    waiting = {one.pk for one in family.waiting}
    matters = [family.head, *sorted(shown, key=lambda one: (one.pk != asked.pk, one.pk not in waiting))]
    photos = _photos(matters, actor)
    running = _clocks(matters)
    made = []
    for one in matters:
        record = record_of(one)
        acts = acts_of(one, actor, record)
        if spoilt is not None and spoilt.matter.pk == one.pk:
            acts = [spoilt if act.step.verb == spoilt.step.verb else act for act in acts]
        page, waits = page_of(one.kind), one.pk in waiting
        made.append(Part(one, page, record, waits, acts, running.get(one.pk), photos.get(one.pk, [])))
    return made


def own_photos(matters: Iterable[Matter], actor: Actor) -> QuerySet[File]:
    """The photos that the enterprise sent, or that were entered for it: what others took is in the papers."""
    rows = File.objects.filter(matter__in=list(matters), kind=File.Kind.PHOTO)
    return rows.filter(Q(made_by=actor.label) | Q(uid__in=_entered(matters)))


def _entered(matters: Iterable[Matter]) -> list[str]:
    """The photos that came with a step which staff entered for the enterprise."""
    steps = {page.flow.entry_kind(step): step for page in pages().values() for step in page.steps}
    rows = LedgerEntry.objects.filter(matter__in=list(matters), kind__in=steps, data__has_key="behalf")
    return [
        uid
        for kind, data in rows.values_list("kind", "data")
        for name in pictures_of(steps[kind].facts)
        for uid in data.get(name, [])
    ]


def _photos(matters: Iterable[Matter], actor: Actor) -> dict[int, list[File]]:
    found: dict[int, list[File]] = {}
    for row in own_photos(matters, actor).filter(original=None).order_by("pk"):
        if len(kept := found.setdefault(row.matter_id, [])) < PHOTOS:
            kept.append(row)
    return found


def _clocks(matters: Iterable[Matter]) -> dict[int, Clock]:
    """The clock that gives each matter its day."""
    rows = Clock.objects.filter(matter__in=list(matters), stopped=None, due__isnull=False).select_related("matter")
    found: dict[int, Clock] = {}
    for clock in rows.order_by("due", "due_at", "pk"):
        found.setdefault(clock.matter_id, clock)
    return found


def papers_of(matters: Iterable[Matter]) -> list[tuple[Paper, str]]:
    """The papers that the enterprise was given, with the official title of each: those in force, then the void ones."""
    rows = sorted(
        papers_given({one.pk: one for one in matters}).defer("data").order_by("pk"),
        key=lambda paper: paper.state == Paper.State.VOID,
    )
    return [(paper, paper_form(paper.kind).title) for paper in rows]


def papers_given(matters: Mapping[int, Matter]) -> QuerySet[Paper]:
    """Those of the kinds that its pages give it, and whatever else was served on it: a letter, for one."""
    served = Service.objects.filter(paper=OuterRef("pk"), state=Service.State.SERVED)
    known = Q(Exists(served))
    for pk, one in matters.items():
        known |= Q(matter=pk, kind__in=page_of(one.kind).given)
    return Paper.objects.filter(known, matter__in=list(matters)).exclude(state=Paper.State.DRAFT)


@dataclass(frozen=True)
class Happened:
    """A line of what happened, as the enterprise reads it: people of the bureau speak for their office."""

    words: str
    who: str
    when: str
    about: str


def happened(family: Family, actor: Actor) -> list[Happened]:
    """What the enterprise did or was told of, the newest first."""
    members = {one.pk: one for one in family.members}
    kinds = {kind for one in family.members for kind in page_of(one.kind).entry_kinds}
    rows = LedgerEntry.objects.filter(matter__in=list(members), kind__in=kinds)
    found = []
    for line in timeline.lines(rows, actor, ENTRIES):
        matter = members[line.entry.matter_id]
        who = _("you") if line.entry.actor == actor.label else bureau(matter.area)
        if spoken := line.entry.data.get("behalf"):
            who = behalf.in_words(who, spoken, ledger.masked(line.entry).get(behalf.SPEAKER, "…"))
        found.append(Happened(line.words, who, line.when, "" if matter.pk == family.head.pk else matter.title))
    return found


def say_of(family: Family, parts: list[Part]) -> Say:
    """The sentence at the top: what the programme says of it, else whether something waits for the enterprise."""
    head = parts[0]
    own = head.page.says(head.matter, head.record, parts) if head.page.says else None
    if own is not None:
        return own
    if n := len(family.waiting):
        what = ngettext("%(n)s matter waits for you.", "%(n)s matters wait for you.", n) % {"n": n}
        by = _("The nearest day is %(day)s.") % {"day": family.day} if family.day else ""
        return Say("warn", what, by)
    if family.closed:
        return Say("good", head.words, _("Nothing is to be done any more."))
    return Say("act", head.words, _("Nothing is to be done by you at the moment. You are told when that changes."))


def context_of(request: HttpRequest, door: Door, family: Family, spoilt: Act | None = None) -> dict[str, Any]:
    """What the page is told."""
    parts = parts_of(family, door.actor, door.asked, spoilt)
    for part in parts:
        drawing = (panels.draw(one, request, part.matter, part.record, door.actor) for one in part.page.made_panels())
        part.panels = list(drawing)
    return {
        "door": door,
        "head": parts[0],
        "parts": parts,
        "children": parts[1:],
        "say": say_of(family, parts),
        "papers": papers_of(family.members),
        "extras": draw_families(request, door, family),
        "happened": happened(family, door.actor),
        "spoilt": spoilt,
        "title": parts[0].page.title or flow_of(family.head.kind).title,
    }
