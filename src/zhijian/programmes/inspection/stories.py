"""A visit and what comes after it, told step by step: through the phone's door, or planted in bulk.

Both tell the same story and leave the same rows, apart from papers, which nobody waits for when years are planted.
People are told of what is planted where `News` are collected, by notices on the platform that have arrived.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from django.utils import timezone

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor, actor_of, party_of
from zhijian.kernel.accounts.models import Device, Person
from zhijian.kernel.accounts.roles import Relation
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.matters.planting import Planted, Planter
from zhijian.kernel.notices import sending
from zhijian.kernel.notices.models import Channel, Notice, NoticeState, ToKind
from zhijian.kernel.notices.receivers import Receiver, receivers
from zhijian.kernel.notices.telling import step_data
from zhijian.kernel.notices.wording import templates
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection import decide, doubts, flow, rules
from zhijian.programmes.inspection.actions import record_visit
from zhijian.programmes.inspection.effects import NO_ASK
from zhijian.programmes.inspection.found import answer_of, by_list, told_by_list
from zhijian.programmes.inspection.made_up import Seen
from zhijian.programmes.inspection.models import ByList, Inspection, PublishedResult, Rectification
from zhijian.programmes.inspection.onsite import minutes, products
from zhijian.programmes.inspection.record import Given, Record, read
from zhijian.programmes.inspection.visiting import on_site, people_of
from zhijian.programmes.inspection.wording import findings_of, found_of, title_of


class Story(Protocol):
    """What can be told after a visit. `n` counts the findings from 0."""

    deadlines: list[dt.date]

    def answer(self, n: int, at: dt.datetime, text: str) -> None:
        """The enterprise answers a finding."""

    def ask_time(self, n: int, at: dt.datetime, until: dt.date, reason: str) -> None:
        """The enterprise asks for more time."""

    def accept(self, n: int, at: dt.datetime) -> None:
        """The inspector accepts; after the last one the inspection closes."""

    def publish(self, at: dt.datetime) -> None:
        """The result is published."""


class Performed:
    """Through the same door as any phone's record, and through `perform` like anybody's work, as of that moment."""

    def __init__(self, raw: dict[str, Any], device: Device) -> None:
        self.device, record = device, read(raw)
        with self._then(record.content.laid):
            self.matter = record_visit(record, raw, sha256_hex(canonical(raw)), device)
        with scoped(SYSTEM):  # outside a scope the matters behind the findings are not to be seen
            found = Rectification.objects.filter(inspection=self.matter.pk).select_related("matter").order_by("pk")
            self.findings = list(found)
        self.deadlines = [finding.deadline for finding in self.findings]

    @contextmanager
    def _then(self, at: dt.datetime) -> Iterator[None]:
        """What happens is written down as of then, and the enterprise gets its message then."""
        with when.as_of(at):
            yield
            if self.matter.entity is not None:
                sending.send_waiting(self.matter.entity)

    def answer(self, n: int, at: dt.datetime, text: str) -> None:
        with self._then(at), scoped(party_of(self.matter.entity)) as party:
            perform(self.findings[n].matter, "answer", party, at=at, answer=text, photos=[])

    def ask_time(self, n: int, at: dt.datetime, until: dt.date, reason: str) -> None:
        with self._then(at), scoped(party_of(self.matter.entity)) as party:
            perform(self.findings[n].matter, "ask_time", party, at=at, asked_until=until, asked_reason=reason)

    def accept(self, n: int, at: dt.datetime) -> None:
        with self._then(at), scoped(SYSTEM):
            perform(self.findings[n].matter, "accept", actor_of(self.device.person), at=at)

    def publish(self, at: dt.datetime) -> None:
        with self._then(at), scoped(SYSTEM):
            waiting = Matter.objects.get(parent=self.matter, kind=flow.PUBLICATION.kind)
            perform(waiting, "publish", SYSTEM, at=at)


class News:
    """What people are to be told of planted steps, until the matters are written."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.read = timezone.now() - dt.timedelta(days=7)  # what staff were told before, they have read
        self._people: dict[tuple[Any, ...], list[Receiver]] = {}

    def add(self, step: Step, planted: Planted, actor: Actor, at: dt.datetime) -> None:
        """Keep what the step tells to whom."""
        own = planted.flow.entry_kind(step)
        for to in step.told:
            for receiver in self._receivers(to, planted.matter):
                person = receiver if isinstance(receiver, Person) else None
                if person is not None and person.pk == actor.person_id:
                    continue
                read = at if person is not None and at < self.read else None
                self.notices.append(
                    Notice(
                        matter=planted.matter,
                        area=planted.matter.area,
                        entity=None if person else receiver,
                        person=person,
                        to_kind=ToKind.PERSON if person else ToKind.ENTITY,
                        channel=Channel.IN_APP,
                        template=own if own in templates() else "step",
                        data=step_data(planted.flow, step, planted.matter),
                        dedupe=f"{planted.matter.pk}:{planted.matter.version}:{step.verb}",
                        state=NoticeState.READ if read else NoticeState.SENT,
                        made_by=actor.label,
                        made_at=at,
                        sent_at=at,
                        read_at=read,
                    )
                )

    def _receivers(self, to: Any, matter: Matter) -> list[Receiver]:
        """Staff are the same for all matters of an area and a pair of officers."""
        if to is Relation.PARTY:
            return [matter.entity] if matter.entity else []
        key = (to, matter.area, matter.assignee_id, matter.second_id)
        if key not in self._people:
            with scoped(SYSTEM):
                self._people[key] = receivers(to, matter)
        return self._people[key]

    def tell(self) -> None:
        """Write the notices in the order in which they were sent; the matters have their numbers by now."""
        self.notices.sort(key=lambda notice: notice.made_at)
        for notice in self.notices:
            notice.data["number"] = notice.matter.number  # type: ignore[union-attr]
        with scoped(SYSTEM):
            Notice.objects.bulk_create(self.notices, batch_size=2000)
        self.notices.clear()


class PlantedVisit:
    """The same, in memory until the planter is flushed."""

    def __init__(self, planter: Planter, raw: dict[str, Any], seen: Seen, news: News | None = None) -> None:
        self.planter, self.news = planter, news
        self.device, self.premises, self.asked = seen.device, seen.premises, seen.asked
        self.officers = {officer.pk: officer for officer in seen.officers}
        record = read(raw)
        self.content, self.items = record.content, seen.asked.items
        self.actor = on_site(seen.device, calendar.legal_day(self.content.started), seen.premises.area)
        self.failed = [given for given in self.content.answers if given.answer == "no"]
        told = record.content.outcome
        assert told is not None
        self.result, self.measures = told.result, {one.item: one.measure for one in told.items}
        self.published: PublishedResult | None = None
        self._record(record)

    def _perform(
        self, target: Flow | Planted, verb: str, at: dt.datetime, actor: Actor | None = None, **more: Any
    ) -> Planted:
        actor = actor or self.actor
        flow_, state = (target, None) if isinstance(target, Flow) else (target.flow, target.matter.state)
        planted = self.planter.perform(target, verb, actor, at=at, **more)
        step = flow_.find(verb, state, calendar.legal_day(at))
        if self.news is not None and step is not None:
            self.news.add(step, planted, actor, at)
        return planted

    def _about(self, parent: Matter | None = None, title: str = "") -> About:
        return About(title or self.premises.name, self.premises.area, self.premises.entity, self.premises, parent)

    def _record(self, record: Record) -> None:
        content, at = self.content, self.content.ended
        self.visit = self._perform(
            flow.INSPECTION, "start", about=self._about(), at=content.started, purpose=content.purpose,
            assignee=self.device.person_id, second=self._second(),
        )  # fmt: skip
        told = {
            **people_of(content),
            "findings": findings_of(content, self.items.values()),
            "statement": content.statement,
            **minutes.fields(record, rules.pause_after(at)),
        }
        self._perform(
            self.visit,
            "order" if "rectify" in self.measures.values() else "finish",
            at=at,
            by_field=told,
            result=self.result,
            failed=len(self.failed),
            failed_key=sum(self._is_key(given) for given in self.failed),
            items_checked=sum(given.answer != "na" for given in content.answers),
            started=content.started,
            ended=content.ended,
            record_id=record.id,
            record_digest=record.digest,
            refused=content.refused is not None,
        )
        self.visit.matter.flags = self._flags(record)
        keys = {given.item for given in content.answers if self._is_key(given)}
        self.planter.also(*(answer_of(self.inspection, given, keys, self.measures) for given in content.answers))
        self.planter.also(*self._by_list(), *products.rows_of(self.visit.matter, content))
        self.findings = [self._order(given, at) for given in self.failed if self._measure(given) == "rectify"]
        self.deadlines = [finding.record.deadline for finding in self.findings]  # type: ignore[union-attr]
        self._propose(at)
        self.publication = self._perform(
            flow.PUBLICATION, "await", about=self._about(self.visit.matter), at=at,
            by_field={"inspection": self.visit.record},
        )  # fmt: skip

    def _second(self) -> int | None:
        others = [officer.id for officer in self.content.inspectors if officer.id != self.device.person_id]
        return others[0] if others else None

    def _is_key(self, given: Given) -> bool:
        return bool(self.items.get(given.item, {}).get("key"))

    def _measure(self, given: Given) -> str:
        return self.measures.get(given.item, "")

    @property
    def inspection(self) -> Inspection:
        """The visit's own row."""
        assert isinstance(self.visit.record, Inspection)
        return self.visit.record

    def _by_list(self) -> list[ByList]:
        return by_list(self.inspection, self.asked.lists, self.asked.sheet, self.content)

    def _flags(self, record: Record) -> list[dict[str, Any]]:
        """What the record leaves in doubt; its own digest, made a moment ago, does not."""
        day = calendar.legal_day(self.content.started)
        return [
            *doubts.of_device(self.device, self.content.started, self.content.ended),
            *doubts.of_place(record, self.premises),
            *doubts.of_officers(record, day, self.officers),
            *doubts.of_checklists(record, self.asked.lists, self.asked.sheet, day),
        ]

    def _order(self, given: Given, at: dt.datetime) -> Planted:
        item = self.items[given.item]
        finding = self._perform(
            flow.RECTIFICATION,
            "order",
            at=at,
            about=self._about(self.visit.matter, title_of(item, given)),
            by_field={"inspection": self.visit.record},
            item=given.item[:20],
            found=found_of(item, given),
            required=item.get("fix") or item["text"],
            deadline=self.content.deadline or decide.default_deadline(at),
        )
        finding.matter.assignee_id = self.visit.matter.assignee_id
        finding.matter.second_id = self.visit.matter.second_id
        by_hand = rules.set_by_hand(finding.record.deadline, at)  # type: ignore[union-attr]
        self.planter.start_clock(finding, rules.RECTIFY_WITHIN, at, until=by_hand, by=self.actor.name)
        return finding

    def _propose(self, at: dt.datetime) -> None:
        grave = [given for given in self.failed if self._measure(given) == "investigate"]
        if not grave:
            return
        items = [self.items[given.item] for given in grave]
        lines = [title_of(item, given) for given, item in zip(grave, items, strict=True)]
        self._perform(
            flow.LEAD, "propose", at=at, about=self._about(self.visit.matter),
            by_field={"inspection": self.visit.record}, items=[given.item for given in grave], found="\n".join(lines),
            basis="；".join(dict.fromkeys(item.get("basis", "") for item in items))[:200],
        )  # fmt: skip

    def answer(self, n: int, at: dt.datetime, text: str) -> None:
        party = party_of(self.premises.entity)
        by_field = {"answered": at, "answered_by": party.label, **NO_ASK}
        self._perform(self.findings[n], "answer", at, party, by_field=by_field, answer=text, photos=[])

    def ask_time(self, n: int, at: dt.datetime, until: dt.date, reason: str) -> None:
        party = party_of(self.premises.entity)
        self._perform(self.findings[n], "ask_time", at, party, asked_until=until, asked_reason=reason)

    def accept(self, n: int, at: dt.datetime) -> None:
        self._perform(self.findings[n], "accept", at, actor_of(self.device.person), by_field=NO_ASK)
        left = self._left()
        if self.published is not None:
            self.published.open_items = left
            self.published.put_right_on = None if left else calendar.legal_day(at)
        if left == 0 and self.visit.matter.state == "rectifying":
            self._perform(self.visit, "close", at, SYSTEM)

    def publish(self, at: dt.datetime) -> None:
        self._perform(self.publication, "publish", at, SYSTEM)
        day = calendar.legal_day(at)
        self.publication.record.published_on = day  # type: ignore[union-attr]
        self.published = published(self.visit, self.premises, self.items, [g.item for g in self.failed], day)
        self.published.lists = told_by_list(self._by_list())
        self.published.open_items = self._left()
        closed = [finding.matter.closed for finding in self.findings if finding.matter.closed]
        if closed and not self.published.open_items:
            self.published.put_right_on = calendar.legal_day(max(closed))
        self.planter.also(self.published)

    def _left(self) -> int:
        return sum(finding.matter.state != "accepted" for finding in self.findings)


def published(
    visit: Planted, premises: Premises, texts: Mapping[str, Mapping[str, Any]], failed: list[str], day: dt.date
) -> PublishedResult:
    """What the public sees of a planted visit from `day` on."""
    record = visit.record
    assert isinstance(record, Inspection)
    items = [
        {"no": no, "text": texts.get(no, {}).get("text", ""), "key": bool(texts.get(no, {}).get("key"))}
        for no in failed
    ]
    return PublishedResult(
        premises=premises,
        matter_uid=visit.matter.uid,
        visited_on=calendar.legal_day(record.started or visit.matter.opened),
        published_on=day,
        result=record.result,
        items_checked=record.items_checked,
        failed=record.failed,
        failed_key=record.failed_key,
        failed_items=sorted(items, key=lambda item: not item["key"]),
    )


__all__ = ["Performed", "PlantedVisit", "Story", "published"]
