"""A visit and what comes after it, told step by step: through the phone's door, or planted in bulk.

Both tell the same story and leave the same rows, apart from papers and notices, which nobody waits for when years are
planted.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Protocol

from zhijian.kernel.accounts.actor import SYSTEM, actor_of, party_of
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.matters.planting import Planted, Planter
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection import decide, doubts, flow, rules
from zhijian.programmes.inspection.actions import on_site, record_visit
from zhijian.programmes.inspection.models import Answer, Checklist, Inspection, PublishedResult, Rectification
from zhijian.programmes.inspection.record import Given, Record, read


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
    """Through the same door as any phone's record, and through `perform` like anybody's work."""

    def __init__(self, raw: dict[str, Any], device: Device) -> None:
        self.device = device
        self.matter = record_visit(read(raw), raw, sha256_hex(canonical(raw)), device)
        with scoped(SYSTEM):  # outside a scope the matters behind the findings are not to be seen
            found = Rectification.objects.filter(inspection=self.matter.pk).select_related("matter").order_by("pk")
            self.findings = list(found)
        self.deadlines = [finding.deadline for finding in self.findings]

    def answer(self, n: int, at: dt.datetime, text: str) -> None:
        with scoped(party_of(self.matter.entity)) as party:
            perform(self.findings[n].matter, "answer", party, at=at, answer=text, photos=[])

    def ask_time(self, n: int, at: dt.datetime, until: dt.date, reason: str) -> None:
        with scoped(party_of(self.matter.entity)) as party:
            perform(self.findings[n].matter, "ask_time", party, at=at, asked_until=until, asked_reason=reason)

    def accept(self, n: int, at: dt.datetime) -> None:
        with scoped(SYSTEM):
            perform(self.findings[n].matter, "accept", actor_of(self.device.person), at=at)

    def publish(self, at: dt.datetime) -> None:
        with scoped(SYSTEM):
            waiting = Matter.objects.get(parent=self.matter, kind=flow.PUBLICATION.kind)
            perform(waiting, "publish", SYSTEM, at=at)


class PlantedVisit:
    """The same, in memory until the planter is flushed."""

    def __init__(
        self, planter: Planter, raw: dict[str, Any], device: Device, premises: Premises, checklist: Checklist
    ) -> None:
        self.planter, self.device, self.premises, self.checklist = planter, device, premises, checklist
        record = read(raw)
        self.content, self.items = record.content, checklist.items
        self.actor = on_site(device, calendar.legal_day(self.content.started), premises.area)
        self.failed = [given for given in self.content.answers if given.answer == "no"]
        judged = decide.decide(self.items, [a.model_dump() for a in self.content.answers])
        self.result, self.measures = judged.result, judged.measures
        self.published: PublishedResult | None = None
        self._record(record, raw)

    def _perform(self, target: Any, verb: str, **more: Any) -> Planted:
        return self.planter.perform(target, verb, self.actor, **more)

    def _about(self, parent: Matter | None = None, title: str = "") -> About:
        return About(title or self.premises.name, self.premises.area, self.premises.entity, self.premises, parent)

    def _record(self, record: Record, raw: dict[str, Any]) -> None:
        content, at = self.content, self.content.ended
        self.visit = self._perform(
            flow.INSPECTION, "start", about=self._about(), at=content.started, purpose=content.purpose,
            checklist=self.checklist.pk, assignee=self.device.person_id, second=self._second(),
        )  # fmt: skip
        told = {
            "present_name": content.present.name if content.present else "",
            "present_role": content.present.role if content.present else "",
            "findings": content.findings,
            "statement": content.statement,
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
        self.visit.matter.flags = self._flags(record, raw)
        self.planter.also(*map(self._answer, content.answers))
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

    def _flags(self, record: Record, raw: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            *doubts.of_record(record, raw),
            *doubts.of_device(self.device, self.content.ended),
            *doubts.of_place(record, self.premises),
            *doubts.of_officers(record),
            *doubts.of_checklist(record, self.checklist),
        ]

    def _answer(self, given: Given) -> Answer:
        return Answer(
            inspection=self.visit.record,
            item=given.item,
            key=self._is_key(given),
            answer=given.answer,
            by_section=given.by == "section",
            at=given.at,
            value=given.value[:20],
            unit=given.unit[:12],
            note=given.note,
            safety=given.safety,
            measure=self._measure(given),
        )

    def _order(self, given: Given, at: dt.datetime) -> Planted:
        item = self.items[given.item]
        finding = self._perform(
            flow.RECTIFICATION,
            "order",
            at=at,
            about=self._about(self.visit.matter, f"{given.item} {item['text']}"),
            by_field={"inspection": self.visit.record},
            item=given.item[:20],
            found="；".join(filter(None, [item["text"], f"{given.value}{given.unit}", given.note])),
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
        lines = [f"{g.item} {i['text']} {g.note}".strip() for g, i in zip(grave, items, strict=True)]
        self._perform(
            flow.LEAD, "propose", at=at, about=self._about(self.visit.matter),
            by_field={"inspection": self.visit.record}, items=[given.item for given in grave], found="\n".join(lines),
            basis="；".join(dict.fromkeys(item.get("basis", "") for item in items))[:200],
        )  # fmt: skip

    def answer(self, n: int, at: dt.datetime, text: str) -> None:
        party = party_of(self.premises.entity)
        by_field = {"answered": at, "answered_by": party.label}
        self.planter.perform(self.findings[n], "answer", party, at=at, by_field=by_field, answer=text, photos=[])

    def ask_time(self, n: int, at: dt.datetime, until: dt.date, reason: str) -> None:
        party = party_of(self.premises.entity)
        self.planter.perform(self.findings[n], "ask_time", party, at=at, asked_until=until, asked_reason=reason)

    def accept(self, n: int, at: dt.datetime) -> None:
        self.planter.perform(self.findings[n], "accept", actor_of(self.device.person), at=at)
        left = self._left()
        if self.published is not None:
            self.published.open_items = left
            self.published.put_right_on = None if left else calendar.legal_day(at)
        if left == 0 and self.visit.matter.state == "rectifying":
            self.planter.perform(self.visit, "close", SYSTEM, at=at)

    def publish(self, at: dt.datetime) -> None:
        self.planter.perform(self.publication, "publish", SYSTEM, at=at)
        day = calendar.legal_day(at)
        self.publication.record.published_on = day  # type: ignore[union-attr]
        self.published = published(self.visit, self.premises, self.checklist, [g.item for g in self.failed], day)
        self.published.open_items = self._left()
        self.planter.also(self.published)

    def _left(self) -> int:
        return sum(finding.matter.state != "accepted" for finding in self.findings)


def published(
    visit: Planted, premises: Premises, checklist: Checklist | None, failed: list[str], day: dt.date
) -> PublishedResult:
    """What the public sees of a planted visit from `day` on."""
    record = visit.record
    assert isinstance(record, Inspection)
    texts = checklist.items if checklist else {}
    return PublishedResult(
        premises=premises,
        matter_uid=visit.matter.uid,
        visited_on=calendar.legal_day(record.started or visit.matter.opened),
        published_on=day,
        result=record.result,
        items_checked=record.items_checked,
        failed=record.failed,
        failed_key=record.failed_key,
        failed_items=[{"no": no, "text": texts.get(no, {}).get("text", "")} for no in failed],
    )


__all__ = ["Performed", "PlantedVisit", "Story", "published"]
