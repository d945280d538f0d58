"""A made-up visit's record, as a phone would have sent it: for the demo city.

What an item that fails says comes from the checklist (`phrases`), else from the pack's `demo.toml` (`[noted]`); items
that the checklist keeps for other trades, and those that `[absent]` names for the trade, do not apply.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from zhijian.kernel.accounts.models import Device, Person
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.packs import stack
from zhijian.kernel.papers.forms import form
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection import decide
from zhijian.programmes.inspection.joining import Sheet, join
from zhijian.programmes.inspection.models import Checklist
from zhijian.programmes.inspection.record import CURRENT, Content, Given
from zhijian.programmes.inspection.wording import Words, findings_of

Json = dict[str, Any]
HOURS = (9, 9, 10, 10, 14, 14, 15, 16)  # neither before the doors open nor at lunch
STROKES = [
    [[x * 7, 40 + (x * x * 13) % 30, x * 12] for x in range(14)],
    [[20 + y, y * 6, 200 + y * 9] for y in range(8)],
]


@dataclass(frozen=True)
class Asked:
    """The lists that the demo goes through at a visit: what they ask as one, and how each item fails."""

    lists: tuple[Checklist, ...]
    sheet: Sheet
    noted: dict[str, list[str]]

    @classmethod
    def of(cls, lists: Sequence[Checklist], plan: Json) -> Asked:
        """The lists with what the plan says about their items."""
        sheet, own = join([one.data for one in lists]), plan.get("noted", {})
        noted = {no: item.get("phrases") or _own(own, lists, item) for no, item in sheet.items.items()}
        return cls(tuple(lists), sheet, noted)

    @property
    def items(self) -> dict[str, Json]:
        return self.sheet.items

    def absent(self, premises: Premises, plan: Json) -> set[str]:
        """The items that do not apply to premises: of other trades, and what every other shop does not do."""
        rare = plan.get("rare", []) if premises.pk % 2 else []
        named = {*plan.get("absent", {}).get(premises.trade, []), *rare}
        return {
            no
            for no, item in self.items.items()
            if item["may_na"]
            and (
                any(one["no"] in named for one in item.get("lists", [item]))
                or (item.get("applies") and premises.trade not in item["applies"])
            )
        }

    def failing(self, dice: random.Random, absent: set[str], percent: int, key: bool) -> list[str]:
        """Which items fail at a visit: none, or one to three; key ones only when asked."""
        if dice.randrange(100) >= percent:
            return []
        may = [no for no in self.items if no not in absent and self.noted[no]]  # what fails is told in words
        general, keys = ([no for no in may if bool(self.items[no]["key"]) is of] for of in (False, True))
        found = dice.sample(general, min(dice.choice((1, 1, 2, 3)), len(general)))
        return [*found, dice.choice(keys)] if key and keys else found


def _own(noted: Json, lists: Sequence[Checklist], item: Json) -> list[str]:
    """How an item fails by the plan: by its list and the number that it has there."""
    places = item.get("lists") or [{"id": lists[0].code, "no": item["no"]}]
    return next((said for one in places if (said := noted.get(one["id"], {}).get(one["no"]))), [])


@dataclass(frozen=True)
class Seen:
    """A visit as it was: where, when, by whom, and what failed."""

    premises: Premises
    begun: dt.datetime
    ended: dt.datetime
    officers: tuple[Person, Person]
    device: Device
    asked: Asked
    failed: list[str]
    absent: set[str]
    purpose: str
    photos: Json = field(default_factory=dict)  # fingerprints and sizes of the pictures, by the item that they show
    marked: Json = field(default_factory=dict)  # the same of what was drawn on some of them
    penalty: Json = field(default_factory=dict)  # what was decided on the spot, as the plan says


def times(day: dt.date, dice: random.Random) -> tuple[dt.datetime, dt.datetime]:
    """When a visit of that day begins and ends, in the place's zone."""
    begun = dt.datetime.combine(day, dt.time(dice.choice(HOURS), dice.randrange(60)), calendar.zone())
    return begun, begun + dt.timedelta(minutes=dice.randrange(25, 70))


def record_of(seen: Seen, plan: Json, words: Words, dice: random.Random) -> Json:
    """The visit's record as the phone would have sent it."""
    premises, asked = seen.premises, seen.asked
    begun, ended = seen.begun, seen.ended.isoformat()
    step = (seen.ended - begun) / (len(asked.items) + 1)
    answers = [_answer(seen, no, begun + n * step, dice) for n, no in enumerate(asked.items, 1)]
    _scan(answers, premises, plan.get("products", []))
    judged = decide.judge(asked.sheet, answers)
    rectify = "rectify" in judged.measures.values()
    content: Json = {
        "task": None,
        "purpose": seen.purpose,
        "premises": str(premises.uid),
        "checklists": [{"id": one.code, "version": one.version} for one in asked.lists],
        "mode": "full",
        "device": str(seen.device.uid),
        "app": "1.0.0",
        "started": begun.isoformat(),
        "ended": ended,
        "clock_skew_ms": 0,
        "place": _place(premises),
        "inspectors": [{"id": p.pk, "name": p.name, "certificate_no": p.certificate_no} for p in seen.officers],
        "present": _present(premises, plan["present"], dice),
        "informed": {"cards_shown": True, "rights_told": True, "recusal": "no"},
        "answers": answers,
        "photos": [
            *(_photo(seen, item, *made) for item, made in seen.photos.items()),
            *({**_photo(seen, i, *made), "of": seen.photos[i][0]} for i, made in seen.marked.items()),
        ],
        "findings": _findings(answers, asked, words),
        "statement": dice.choice(plan["said"]["sorry" if seen.failed else "content"]),
        "outcome": {
            "result": judged.result,
            "items": [{"item": no, "measure": measure} for no, measure in judged.measures.items()],
            "lists": [{"id": code, "result": result} for code, result in judged.lists.items()],
            "rules_version": decide.table()["version"],
        },
        "deadline": calendar.add_working_days(calendar.legal_day(seen.begun), 10)[0].isoformat() if rectify else None,
        "refused": None,
        "rechecks": [],
        "hindered": None,
        "unlisted": None,
        "papers": [{"kind": kind, "number": None, "code": None} for kind in _papers(asked.lists, rectify)],
        **_penalty(seen, answers),
    }
    if "penalty" in content:
        content["papers"].append({"kind": "spot_decision", "number": None, "code": None})
    names = [(f"inspector{n}", officer.name) for n, officer in enumerate(seen.officers, 1)]
    names.append(("party", content["present"]["name"]))
    return {
        "schema": CURRENT,
        "id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        "kind": "inspection",
        "content": content,
        "digest": sha256_hex(canonical(content)),
        "signatures": [{"who": who, "name": name, "strokes": STROKES, "at": ended} for who, name in names],
    }


def _penalty(seen: Seen, answers: list[Json]) -> Json:
    """What was decided on the spot for the first general item that failed, in the shape of that programme's record."""
    failed = next((one for one in answers if one["answer"] == "no" and not seen.asked.items[one["item"]]["key"]), None)
    if not seen.penalty or failed is None or not seen.premises.entity.kind:
        return {}  # what nobody knows to be a citizen or a firm has no limit to go by
    of = seen.penalty
    fine = of["citizen" if seen.premises.entity.kind in of["kinds"] else "entity"]
    cash = bool(fine) and "receipt" in of
    item = seen.asked.items[failed["item"]]
    bank = {"days": of["days"], "at": of["at"]} if fine and not cash else {"days": None, "at": ""}
    told: Json = {
        "item": failed["item"],
        "facts": of.get("facts") or failed.get("note") or item["text"],
        "violated": of.get("violated") or item["basis"],
        "basis": of["basis"],
        "warning": of.get("warning", False),
        "fine": fine,
        "told": True,
        "statement": of.get("statement", ""),
        "heard": "declined" if of.get("statement") else "none",
        "answer": of.get("answer", ""),
        "payment": "cash" if cash else "bank" if fine else "none",
        "cash_ground": "small" if cash else "",
        "receipt": of["receipt"] if cash else "",
        **bank,
    }
    return {"penalty": told}


def _scan(answers: list[Json], premises: Premises, products: list[Json]) -> None:
    """At every fourth shop the first thing that failed is told with a product's code, where the plan has any."""
    failed = next((answer for answer in answers if answer["answer"] == "no"), None)
    if products and failed is not None and premises.pk % 4 == 0:
        failed["products"] = [products[premises.pk // 4 % len(products)]]


def _papers(lists: Sequence[Checklist], rectify: bool) -> list[str]:
    kinds = ["onsite_record", "result_sheet", *(["rectification_order"] if rectify else [])]
    return [kind for kind in kinds if any(form(kind).belongs_to(one.code) for one in lists)]


def _place(premises: Premises) -> Json | None:
    if premises.lat is None:
        return None
    return {"lat": str(premises.lat), "lon": str(premises.lon), "accuracy": 12}


def _photo(seen: Seen, item: str, sha256: str, size: int) -> Json:
    """A picture as the phone names it: taken at the door, in the middle of the visit."""
    taken = seen.begun + (seen.ended - seen.begun) / 2
    made = {"sha256": sha256, "size": size, "type": "image/jpeg", "taken": taken.isoformat(), "item": item}
    return made | (_place(seen.premises) or {})


def _answer(seen: Seen, no: str, at: dt.datetime, dice: random.Random) -> Json:
    """The answer to an item: measured where the list asks for a number, with a word on what fails."""
    item, limits = seen.asked.items[no], seen.asked.items[no]["answer"]
    answer = "no" if no in seen.failed else "na" if no in seen.absent else "yes"
    made: Json = {"item": no, "answer": answer, "by": "section", "at": at.isoformat(timespec="seconds")}
    if item["key"] or answer != "yes":
        made["by"] = "tap"
    if limits["type"] == "number" and answer != "na":
        made |= {"by": "tap"} | _readings(dice, limits, answer == "yes")
    if answer == "no" and (noted := seen.asked.noted[no]):
        # The first of its common faults tells what was measured.
        made["note"] = noted[0] if limits["type"] == "number" else dice.choice(noted)
    return made


def _readings(dice: random.Random, limits: Json, within: bool) -> Json:
    """What was measured; of an item with limits by kind it is the first that fails."""
    if not (kinds := limits.get("limits")):
        return {"value": _measured(dice, limits, within), "unit": limits["unit"]}
    values = [_measured(dice, kind, within or n > 0) for n, kind in enumerate(kinds)]
    readings = [{"of": k["of"], "value": v, "unit": k["unit"]} for k, v in zip(kinds, values, strict=True)]
    return {"readings": readings}


def _measured(dice: random.Random, limits: Json, within: bool) -> str:
    """A value within an item's limits, or beyond one of them."""
    low, high = (float(limits[key]) if limits[key] else None for key in ("min", "max"))
    edge = high if high is not None else low or 0.0
    if limits["unit"][0].isalpha() and not limits["unit"].isascii():  # boxes and times are counted
        return f"{edge if within else edge + (1 if high is not None else -1):.0f}"
    step = max(abs(edge) / 10, 3.0)
    if low is not None and high is not None and within:
        value = low + (high - low) * dice.uniform(0.3, 0.8)
    else:
        away = step * dice.uniform(0.3, 1.0)
        value = edge + away if (high is None) == within else edge - away
    return f"{value:.0f}" if edge >= 50 else f"{value:.1f}"


# Unchecked, since only made: what complies is but counted.
_COMPLIES = Given.model_construct(item="", answer="yes")  # type: ignore[call-arg]


def _findings(answers: list[Json], asked: Asked, words: Words) -> str:
    given = [_COMPLIES if answer["answer"] == "yes" else Given.model_validate(answer) for answer in answers]
    content = Content.model_construct(answers=given, findings="", rechecks=[])  # type: ignore[call-arg]
    return findings_of(content, asked.items.values(), words)


def _present(premises: Premises, roles: Json, dice: random.Random) -> Json:
    """Who was there: mostly the owner himself, where the register names him."""
    owner = premises.entity.representative
    if owner and dice.randrange(3):
        return {"name": owner, "role": roles["owner"]}
    others = roles.get("of", {}).get(premises.trade, roles["others"])
    return {"name": made_name(dice), "role": dice.choice(others)}


def made_name(dice: random.Random) -> str:
    """A made name from the pack's words: characters are joined as the Chinese do, whole names as others do."""
    words = stack().table("names")
    surname, given = words["surnames"], words["given"]
    if isinstance(surname, str):
        return dice.choice(surname) + dice.choice(given) + dice.choice(given)
    return f"{dice.choice(given)} {dice.choice(surname)}"
