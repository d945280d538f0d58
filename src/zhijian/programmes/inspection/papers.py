"""The papers of a visit, as data: made from what was signed on the phone and what the phone knew, nothing else.

The phone shows the same facts from the same JSON; `tests/fixtures/record_inspection_1*.json` hold both sides to it.
What was found is told by one rule (`wording`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.packs import stack
from zhijian.kernel.papers.drafts.events import on_issued
from zhijian.kernel.papers.forms import Form, form
from zhijian.kernel.papers.making import data_source
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection import decide, wording
from zhijian.programmes.inspection.joining import BETWEEN, Sheet, grounds, join
from zhijian.programmes.inspection.models import Rectification
from zhijian.programmes.inspection.record import Content, Given, Record, Unlisted
from zhijian.programmes.inspection.rectifying import TO_DO
from zhijian.programmes.inspection.visiting import checklists_of

Json = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What the phone holds beside the record, in the shapes of the sync contract."""

    premises: Json
    sheet: Sheet  # the lists of the visit as one, or of them what belongs to the paper
    organ: Json
    words: wording.Words  # how the pack tells what was found
    grounds: Sequence[Json] = ()  # of the form: [{lists, basis}]
    ground_items: str = "{ground} ({nos})"  # of the form: how a ground names its items where it is not that of all

    @property
    def items(self) -> list[Json]:
        """The items in the order in which they were asked, each with the title of its section."""
        sections = self.sheet.sections
        return [{**item, "section": section["title"]} for section in sections for item in section["items"]]

    def for_form(self, of: Form) -> Known:
        """What of it belongs into a form, which may be for some lists only."""
        sheet = self.sheet.only(of.lists) if of.lists else self.sheet
        return replace(
            self, sheet=sheet, grounds=of.grounds, ground_items=of.texts.get("ground_items", self.ground_items)
        )

    def ordered_by(self, items: list[Json]) -> list[str]:
        """The articles by which what was found at these items is ordered to be put right, each once.

        One that is not the law of all of them says of which it is: what no article is named for is ordered by none.
        """
        lists = {item["no"]: {one["id"] for one in self.sheet.places(item)} for item in items}
        named: dict[str, set[str]] = {}  # article → the numbers of its items
        for one in self.grounds:
            of = {no for no, asking in lists.items() if asking & set(one["lists"])}
            named.setdefault(one["basis"], set()).update(of)
        return [self._said(basis, [no for no in lists if no in of], len(lists)) for basis, of in named.items() if of]

    def _said(self, basis: str, nos: list[str], of: int) -> str:
        if len(nos) == of:
            return basis
        return self.ground_items.replace("{ground}", basis).replace("{nos}", BETWEEN.join(nos))


def wall(at: dt.datetime) -> str:
    """A moment as papers tell it: local, to the minute (2026-11-23T09:05)."""
    return calendar.local(at).strftime("%Y-%m-%dT%H:%M")


def common(record: Record, known: Known) -> Json:
    """What stands on every paper of a visit."""
    content, entity = record.content, known.premises["entity"]
    return {
        "organ": known.organ["name"],
        "party": {
            "name": entity["name"],
            "code": entity.get("code") or "",
            "address": known.premises.get("address") or "",
            "representative": entity.get("representative") or "",
            "phone": entity.get("phone") or "",
        },
        "inspectors": [{"name": one.name, "certificate_no": one.certificate_no} for one in content.inspectors],
        "record": {"id": str(record.id), "schema": record.record_schema, "digest": record.digest},
        **({"check_code": content.check_code} if content.check_code else {}),
    }


def _amends(content: Content, kind: str) -> Json:
    """That the paper takes the place of another one of its kind, or comes to those of a version before; and why."""
    told = content.amends
    if told is None:
        return {}
    number = next((one.number for one in told.papers if one.kind == kind), None)
    return {"amends": {"number": number or "", "reason": told.reason, "at": wall(told.at), "absent": told.absent}}


def refused_of(content: Content) -> Json | None:
    of = content.refused
    if of is None:
        return None
    return {"reason": of.reason, "witness": of.witness, **({"no_witness": of.no_witness} if of.no_witness else {})}


def _unasked(content: Content) -> str:
    """Why nothing was put to the other side: entry was refused, or nobody stayed; empty where it was."""
    if content.hindered is not None and content.hindered.kind == "refused":
        return "barred"
    return "left" if content.present is not None and content.present.left else ""


def present_of(content: Content) -> Json:
    return {"name": content.present.name, "role": content.present.role} if content.present else {"name": "", "role": ""}


def _pictures(content: Content, items: set[str] | None = None) -> Json:
    """What was drawn on photos, which papers show beside their items: by digest, with that of the photo itself.

    A drawing whose photo did not come with the record is a doubt and stands on no paper. `items`: of these alone.
    """
    taken = {one.sha256 for one in content.photos if not one.of}
    found = [
        {"item": one.item or "", "taken": wall(one.taken), "sha256": one.sha256, "of": one.of}
        for one in content.photos
        if one.of in taken and (items is None or (one.item or "") in items)
    ]
    return {"pictures": found} if found else {}


def onsite_record(record: Record, known: Known) -> Json:
    """The record of the visit (现场笔录): who, when, where, what was said and what was seen."""
    content = record.content
    place = f"{known.premises['name']} {known.premises.get('address') or ''}".strip()
    return {
        **common(record, known),
        "started": wall(content.started),
        "ended": wall(content.ended),
        "place": place,
        "position": content.place.model_dump() if content.place else None,
        "present": present_of(content),
        "purpose": content.purpose,
        "list": known.sheet.title,
        "cards_shown": bool(content.informed.get("cards_shown")),
        "rights_told": bool(content.informed.get("rights_told")),
        "recusal": str(content.informed.get("recusal", "")),
        "findings": wording.findings_of(content, known.items, known.words),
        "statement": content.statement,
        "refused": refused_of(content),
        **({"unasked": unasked} if (unasked := _unasked(content)) else {}),
        **({"deadline": content.deadline.isoformat()} if content.rechecks and content.deadline else {}),
        **_pictures(content),
    }


def _numbers(items: list[Json], wanted: set[str]) -> Json:
    """Numbers of the wanted items: key ones and the others, in the checklist's order."""
    chosen = [item for item in items if item["no"] in wanted]
    return {
        "key": [item["no"] for item in chosen if item["key"]],
        "general": [item["no"] for item in chosen if not item["key"]],
    }


def result_sheet(record: Record, known: Known) -> Json:
    """The result sheet (监督检查结果记录表), with each item as it was answered."""
    content = record.content
    given = {one.item: one for one in content.answers}
    outcome = content.outcome
    items, own = known.sheet.items, [one["id"] for one in known.sheet.lists]
    measures: dict[str, list[str]] = {"corrected": [], "rectify": [], "investigate": []}
    for one in outcome.items if outcome else []:
        if one.item in items or not items:  # a list that is not known here: as it was signed
            measures[one.measure].append(one.item)
    return {
        **common(record, known),
        "licences": [licence["number"] for licence in known.premises.get("licences", [])],
        "present": present_of(content),
        "purpose": content.purpose,
        "ended": wall(content.ended),
        "list": known.sheet.title,
        "list_number": known.sheet.number,
        "basis": known.sheet.basis,
        "checked": _numbers(known.items, {no for no, one in given.items() if one.answer != "na"}),
        "failed": _numbers(known.items, {no for no, one in given.items() if one.answer == "no"}),
        "skipped": _numbers(known.items, {no for no, one in given.items() if one.answer == "na"}),
        "result": decide.gravest(one.result for one in outcome.lists if one.id in own or not own) if outcome else "",
        "measures": measures,
        "deadline": content.deadline.isoformat() if content.deadline else None,
        "statement": content.statement,
        "refused": refused_of(content),
        "rows": [
            {
                "section": item["section"],
                "no": item["no"],
                "key": item["key"],
                "text": item["text"],
                "answer": given[item["no"]].answer,
                "value": _measured(given[item["no"]]),
                "note": wording.noted(given[item["no"]], known.words),
            }
            for item in known.items
            if item["no"] in given
        ],
        **_pictures(content, {item["no"] for item in known.items if item["no"] in given}),
    }


def _measured(given: Given) -> str:
    return given.measured() if given.readings else given.value + given.unit


def rectification_order(record: Record, known: Known) -> Json:
    """The order to correct (责令改正通知书): only what is to be put right by the day; grave findings go elsewhere."""
    content = record.content
    due = {one.item for one in content.outcome.items if one.measure == "rectify"} if content.outcome else set()
    given = {one.item: one for one in content.answers}
    items = [item for item in known.items if item["no"] in due & given.keys()]
    return {
        **common(record, known),
        "ended": wall(content.ended),
        "found": [
            {
                "no": item["no"],
                "found": wording.found_of(item, given[item["no"]], known.words),
                "text": item["text"],
                "basis": item["basis"],
            }
            for item in items
        ],
        "against": grounds(item["basis"] for item in items),
        "ordered_by": known.ordered_by(items),
        "deadline": content.deadline.isoformat() if content.deadline else None,
        "required": [item["fix"] or item["text"] for item in items],
        "phone": known.organ.get("phone", ""),
        "refused": refused_of(content),
        **_pictures(content, {item["no"] for item in items}),
    }


def known_of(record: Record, premises: Premises) -> Known:
    """What the phone knew, from the register and the checklist in the version that it used."""
    organ = stack().organ(premises.area)
    return Known(
        premises=_as_seen(record.content.unlisted) if record.content.unlisted else _as_filed(premises),
        sheet=join([one.data for one in checklists_of(record.content)]),
        organ={"name": organ.name, "phone": organ.phone},
        words=wording.words(),
    )


def _as_filed(premises: Premises) -> Json:
    entity = premises.entity
    return {
        "name": premises.name,
        "address": premises.address,
        "entity": {
            "name": entity.name,
            "code": entity.code,
            "representative": entity.representative,
            "phone": entity.phone,
        },
        "licences": [{"number": one.number} for one in premises.licences.order_by("kind", "number") if one.lasts],
    }


def _as_seen(place: Unlisted) -> Json:
    """A place of no file, as its papers name it: what was handed over does not change when it is matched later."""
    entity = {"name": place.name, "code": "", "representative": "", "phone": ""}
    return {"name": place.name, "address": place.where, "entity": entity, "licences": []}


BUILDERS = {
    "onsite_record": onsite_record,
    "result_sheet": result_sheet,
    "rectification_order": rectification_order,
}


def data_of(kind: str, record: Record, known: Known) -> Json:
    """The facts of one paper, with what it takes the place of."""
    return {**BUILDERS[kind](record, known), **_amends(record.content, kind)}


def _register(kind: str) -> None:
    @data_source(kind)
    def of_visit(matter: Matter, record: Record, facts: Any, at: dt.datetime) -> Json:
        premises = Premises.objects.select_related("entity").get(uid=record.content.premises)
        return data_of(kind, record, known_of(record, premises).for_form(form(kind)))


for _kind in BUILDERS:
    _register(_kind)


@on_issued("rectification_order")
def ordered_anew(paper: Paper, actor: Actor) -> None:
    """An order that takes the place of a void one: what is still to be put right has the time that it gives."""
    if not paper.data["deadline"]:
        return
    found, deadline = {one["no"] for one in paper.data["found"]}, dt.date.fromisoformat(paper.data["deadline"])
    rows = Rectification.objects.filter(inspection=paper.matter_id, item__in=found, matter__area=paper.area)
    for record in rows.filter(matter__state__in=TO_DO).exclude(deadline=deadline).select_related("matter"):
        perform(record.matter, "order_anew", actor, deadline=deadline)
