"""The papers of special equipment, as data: what is signed and digested."""

from __future__ import annotations

import datetime as dt
from typing import Any

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.packs import stack
from zhijian.kernel.papers.drafts.events import on_issued
from zhijian.kernel.papers.making import data_source
from zhijian.kernel.papers.models import Paper
from zhijian.programmes.equipment import catalogue, rules
from zhijian.programmes.equipment.models import Order

INSTRUCTION = "safety_instruction"


@data_source(INSTRUCTION)
def safety_instruction(matter: Matter, record: Order, facts: Any, at: dt.datetime) -> dict[str, Any]:
    """The order (特种设备安全监察指令书): what is wrong, against which article, what must be done by when."""
    day, of, entity = calendar.legal_day(at), record.equipment, matter.entity
    organ = stack().organ(matter.area)
    people = Person.objects.in_bulk([pk for pk in (matter.assignee_id, matter.second_id) if pk])
    broken = rules.ground(rules.ORDER_GROUND, day) if record.ground == Order.Ground.UNINSPECTED else ""
    return {
        "organ": organ.name,
        "phone": organ.phone,
        "party": {
            "name": entity.name if entity else "",
            "code": entity.code if entity else "",
            "address": entity.address if entity else "",
            "representative": entity.representative if entity else "",
        },
        "equipment": {
            "name": of.name or catalogue.name_of(of.category, stack().language),
            "code": of.code,
            "certificate": of.certificate,
            "place": of.place,
        },
        "day": day.isoformat(),
        "problem": record.problem,
        "against": broken,
        "power": rules.ground(rules.ORDER_POWER, day),
        "required": record.required,
        "stop": record.stop,
        "deadline": record.deadline.isoformat(),
        "inspectors": [
            {"name": one.name, "certificate_no": one.certificate_no}
            for one in sorted(people.values(), key=lambda p: p.pk)
        ],
    }


@on_issued(INSTRUCTION)
def ordered_anew(paper: Paper, actor: Actor) -> None:
    """An order that takes the place of a void one gives the time that it names, while it is to be obeyed."""
    deadline = dt.date.fromisoformat(paper.data["deadline"])
    if paper.matter.state in ("ordered", "recheck") and paper.matter.due != deadline:
        perform(paper.matter, "order_anew", actor, deadline=deadline)
