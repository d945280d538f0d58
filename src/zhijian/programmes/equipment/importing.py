"""Special equipment out of an imported file: new pieces are taken over, changed ones change, the same change nothing.

Known by the equipment code. An empty cell never erases; what people entered since (an inspection later than the file's)
stays. Everything happens in the import's own transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.matters.planting import Planted, Planter
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.import_.hooks import RecordRow, register_record_importer
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.equipment import catalogue, due, flow, maintenance, rules
from zhijian.programmes.equipment.facts import TakenOver
from zhijian.programmes.equipment.models import Conclusion, Equipment, Group, What
from zhijian.programmes.equipment.periods import Law

TAKEN = ledger.entry_kind("equipment.taken_over", label=_("Taken over from {source}: {code}"))
ROWS = 1000  # pieces looked up at a time
DAYS = ("made_on", "in_use_since", "supervised_on", "inspected_on", "tested_on", "told_next")
TEXTS = tuple(name for name in TakenOver.model_fields if name not in DAYS)
LATEST = ("inspected_on", "tested_on")  # the later one stands
STATES = {"in_use", "idle", "scrapped", "struck_off"}


class Firms:
    """Maintenance firms by name: the register's own, else a row that bears no more than the name."""

    def __init__(self) -> None:
        self.known: dict[str, Entity] = {}

    def find(self, name: str, phone: str, area: str) -> int | None:
        """The firm's row; made where there is none. None for no name. One that had no telephone gets the table's."""
        if not name:
            return None
        if name not in self.known:
            self.known[name] = maintenance.firm_named(name) or maintenance.firm_entered(name, phone, area)
        found = self.known[name]
        if phone and not found.phone and found.source == maintenance.FIRMS:
            found.phone = phone
            found.save(update_fields=["phone"])
        return found.pk


def take_records(rows: Iterator[RecordRow], source: str) -> dict[str, int]:
    """Take pieces over; see `register_record_importer`."""
    counts = {"new": 0, "changed": 0, "same": 0}
    planter, firms, law = Planter(), Firms(), rules.law(calendar.today())
    with scoped(SYSTEM):
        while chunk := list(islice(rows, ROWS)):
            last = {row["data"]["code"]: row for row in chunk}  # of a piece that stands twice the later row wins
            counts["same"] += len(chunk) - len(last)
            _take(planter, firms, law, last, source, counts)
            planter.flush()
    return counts


def _take(
    planter: Planter, firms: Firms, law: Law, rows: dict[str, RecordRow], source: str, counts: dict[str, int]
) -> None:
    known = {one.code: one for one in Equipment.objects.filter(code__in=rows).select_related("matter")}
    keys = {row["entity_id"] for row in rows.values()}
    entities = Entity.objects.in_bulk(keys)
    places = _only_places(keys)
    for code, row in rows.items():
        entity, data = entities[row["entity_id"]], row["data"]
        area = data.get("area") or entity.area or stack().setting("city")
        told = _told(data, firms.find(data.get("firm", ""), data.get("firm_phone", ""), area))
        if (record := known.get(code)) is not None:
            counts["changed" if _change(record, told) else "same"] += 1
            continue
        about = About(code, area, entity, places.get(entity.pk))
        plant(planter, law, about, code, told, source, data.get("status", ""))
        counts["new"] += 1


def _only_places(entities: set[int]) -> dict[int, Premises]:
    """The premises of those who have one only: with several, nobody knows at which of them it stands."""
    found: dict[int, list[Premises]] = {}
    for place in Premises.objects.filter(entity_id__in=entities, merged_into=None).defer("grams", "fold", "initials"):
        found.setdefault(place.entity_id, []).append(place)
    return {entity: places[0] for entity, places in found.items() if len(places) == 1}


def _told(data: dict[str, Any], firm: int | None) -> dict[str, Any]:
    """The columns of the record that the row fills."""
    told: dict[str, Any] = {name: data[name] for name in TEXTS if data.get(name)}
    told |= {name: dt.date.fromisoformat(data[name]) for name in DAYS if data.get(name)}
    if told.get("conclusion") == Conclusion.FAILED and "inspected_on" in told:
        # An inspection that it did not pass moves no day on.
        told |= {"failed_on": told.pop("inspected_on"), "failed_what": What.INSPECTION}
        told |= {"failed_report": told.pop("report_no", "")}
        del told["conclusion"]
        told.pop("told_next", None)
    return told | ({"maintainer": firm} if firm is not None else {})


def _change(record: Equipment, told: dict[str, Any]) -> bool:
    """Write what differs, as a step of the piece. Returns whether anything did."""
    new = {name: value for name, value in told.items() if value != _stands(record, name)}
    for name in LATEST:
        if name in new and (stands := getattr(record, name)) is not None and new[name] < stands:
            del new[name]
    if "failed_on" in told and record.inspected_on is not None and told["failed_on"] < record.inspected_on:
        new = {name: value for name, value in new.items() if not name.startswith("failed_")}  # it has passed since
    if "inspected_on" in told and told["inspected_on"] != (new.get("inspected_on") or record.inspected_on):
        new.pop("told_next", None)  # the next day of an older report
    if not new or record.matter.closed is not None:
        return False
    firm = {"maintainer_id": new.pop("maintainer")} if "maintainer" in new else {}
    perform(record.matter, "take_over", SYSTEM, by_field=firm, **new)
    return True


def _stands(record: Equipment, name: str) -> Any:
    return record.maintainer_id if name == "maintainer" else getattr(record, name)


def plant(
    planter: Planter,
    law: Law,
    about: About,
    code: str,
    told: dict[str, Any],
    source: str,
    status: str = "",
    **more: Any,
) -> Planted:
    """A piece that stood elsewhere until now, with its due day and its clock. Called also by the demo city."""
    told = dict(told)
    firm = told.pop("maintainer", None)
    first = told.get("in_use_since") or told.get("supervised_on") or told.get("made_on")
    day = min(first, calendar.legal_day(when.now())) if first else calendar.legal_day(when.now())
    state = status if status in STATES else "in_use"
    made = planter.take_over(
        flow.EQUIPMENT, state, TAKEN.code, about=about, day=day, data={"source": source, "code": code},
        code=code, category=code[:4], group=code[:1] if code[:1] in Group.values else "", maintainer_id=firm,
        source=source, **told, **more,
    )  # fmt: skip
    record, matter = made.record, made.matter
    assert isinstance(record, Equipment)
    matter.number, matter.title = code, catalogue.title_of(record)
    maintenance.run_from(record, calendar.legal_day(when.now()))
    if state == "in_use" and due.planted(record, law) is not None:
        planter.start_clock(
            made, rules.INSPECT_BY, calendar.start_of(day), until=record.next_on, by=due.ground_of(record)
        )
    return made


register_record_importer("equipment", take_records)
