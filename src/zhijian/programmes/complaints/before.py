"""Seen before: other items of the same person, shop, purchase, place and day, then alike in words; each with why.

Facts, never a ground. Of a person only whoever handles a live item of theirs sees it, and for one year (Order 121
art. 17 leaves the judgement to people); it is never listed or counted elsewhere.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.flow import State
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.programmes.complaints import private
from zhijian.programmes.complaints.flow import KINDS
from zhijian.programmes.complaints.models import Item, Trace
from zhijian.programmes.complaints.traces import PERSON as ID
from zhijian.programmes.complaints.traces import PLACE, PURCHASE
from zhijian.programmes.complaints.understanding import likeness

PERSON, SHOP, WORDS = dt.timedelta(days=365), dt.timedelta(days=30), dt.timedelta(days=90)
SHOWN = 5
COMPARED = 200  # texts that share a band with this one, the newest
LONGEST = 40  # characters of a shared passage that are shown
MARKS = {
    ID: gettext_lazy("same identity document of who came"),
    PURCHASE: gettext_lazy("same number of the purchase"),
    PLACE: gettext_lazy("same place, same day"),
}


@dataclass
class Seen:
    """Another item, and why it is shown: facts first, then how alike the words are (0 to 1) and what they share."""

    matter: Matter
    why: list[str | Promise] = field(default_factory=list)
    alike: float = 0.0
    passage: str = ""

    @property
    def state(self) -> State:
        return flow_of(self.matter.kind).state(self.matter.state)

    @property
    def reasons(self) -> list[str]:
        words = [_("words alike, %(share)d of 100") % {"share": round(self.alike * 100)}] if self.alike else []
        return [*(str(one) for one in self.why), *words]


def seen_before(matter: Matter, record: Item, actor: Actor) -> list[Seen]:
    """At most five for each reason, what most speaks for first, then the newest; what he may read."""
    found: dict[int, Seen] = {}
    duty = private.on_duty(matter, actor)

    def note(rows: list[Matter], why: str | Promise) -> None:
        for one in rows:
            found.setdefault(one.pk, Seen(one)).why.append(why)

    if record.phone_mark and duty:
        rows = _others(matter, actor, PERSON).filter(item__phone_mark=record.phone_mark)
        note(list(rows[:SHOWN]), gettext_lazy("same telephone of who came"))
    if matter.entity_id is not None:
        shop = _others(matter, actor, SHOP).filter(entity=matter.entity_id)
        note(list(shop[:SHOWN]), gettext_lazy("same enterprise, within 30 days"))
    trace = Trace.objects.filter(matter=matter).exclude(made=None).first()
    if trace is not None:
        _by_marks(trace, matter, actor, duty, found)
        _by_words(trace, matter, record, actor, found)
    return sorted(found.values(), key=lambda one: (-len(one.why), -one.alike, -one.matter.opened.timestamp()))


def _by_marks(trace: Trace, matter: Matter, actor: Actor, duty: bool, found: dict[int, Seen]) -> None:
    mine = {mark for mark in trace.marks if duty or not mark.startswith(ID)}
    if not mine:
        return
    rows = _others(matter, actor, PERSON).filter(trace__marks__overlap=sorted(mine))
    near = rows.annotate(marks=F("trace__marks"))
    for one in near[: SHOWN * len(mine)]:
        shared = mine & set(one.marks)
        found.setdefault(one.pk, Seen(one)).why += [why for kind, why in MARKS.items() if _has(shared, kind)]


def _has(marks: set[str], kind: str) -> bool:
    return any(mark.startswith(kind) for mark in marks)


def _by_words(trace: Trace, matter: Matter, record: Item, actor: Actor, found: dict[int, Seen]) -> None:
    """Those whose words are nearly the same; what they share is shown of those whose words he may read."""
    if not trace.bands:
        return
    rows = _others(matter, actor, WORDS).filter(trace__bands__overlap=trace.bands)
    near = list(rows.annotate(sketch=F("trace__sketch"))[:COMPARED])
    alike = likeness.alike(bytes(trace.sketch), [bytes(one.sketch) for one in near])
    open_here = private.words_shown(matter, record, actor)
    for at, share in alike[:SHOWN]:
        one = found.setdefault(near[at].pk, Seen(near[at]))
        one.alike = share
        other = Item.objects.get(pk=near[at].pk) if open_here else None
        if other is not None and private.words_shown(near[at], other, actor):
            shared = likeness.passages(str(record.text or ""), str(other.text or ""))
            one.passage = shared[0].text.strip()[:LONGEST] if shared else ""


def _others(matter: Matter, actor: Actor, span: dt.timedelta) -> QuerySet[Matter]:
    rows = Matter.objects.filter(kind__in=KINDS, opened__gte=timezone.now() - span).exclude(pk=matter.pk)
    columns = ("uid", "kind", "number", "title", "state", "opened", "closed", "area", "assignee", "second")
    return readable(rows, actor).only(*columns).order_by("-opened", "-pk")
