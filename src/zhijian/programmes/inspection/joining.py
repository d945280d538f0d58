"""The checklists of one visit as one sheet: one visit, nothing asked twice (只跑一次，一表通查).

The phone joins them alike (`web/field/src/joining.ts`); `tests/fixtures/joined.json` holds both sides to it:

1. One list stays as it is. Of several, each has a short name: its own, or where one has none or two have the same, the
   letter of its place (A, B…). Numbers of items and sections get it before them, titles of sections too.
2. Items that say they are the same question (`same`) are asked once, where the first of the lists asks it. That item
   keeps its text and what is to be done; it is a key item if any of them is, may be left out if all may, wants a photo
   if any does, is verified if all are; it is for the trades of all of them, for every trade if one of them is; its
   grounds and common faults are those of all of them, each once.
3. Each item of several lists tells in `lists` which item of which list it answers: [{id, no, key}].
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Json = dict[str, Any]
PHRASES = 8
BETWEEN = "、"  # titles of lists, in the language of papers, whoever reads


@dataclass(frozen=True)
class Sheet:
    """What a visit asks: its lists in their order, and their sections as one."""

    lists: tuple[Json, ...]  # {id, version, title, number, basis, short, sections}
    sections: tuple[Json, ...]

    @cached_property
    def items(self) -> dict[str, Json]:
        """Every item by the number under which this visit asks it, in its order."""
        return {item["no"]: item for section in self.sections for item in section["items"]}

    @property
    def title(self) -> str:
        return BETWEEN.join(one["title"] for one in self.lists)

    @property
    def number(self) -> str:
        return "；".join(one["number"] for one in self.lists if one["number"])

    @property
    def basis(self) -> str:
        return "；".join(dict.fromkeys(one["basis"] for one in self.lists if one["basis"]))

    def places(self, item: Json) -> list[Json]:
        """Which item of which list an item answers: [{id, no, key}]."""
        return item.get("lists") or [{"id": one["id"], "no": item["no"], "key": item["key"]} for one in self.lists]

    def of(self, code: str) -> dict[str, Json]:
        """One list's items by the number under which this visit asks them, with that list's own number and weight."""
        return {
            no: {**item, "own": one["no"], "key": one["key"]}
            for no, item in self.items.items()
            for one in self.places(item)
            if one["id"] == code
        }

    def only(self, wanted: Iterable[str]) -> Sheet:
        """The part of it that belongs to some of its lists, under the same numbers; all of it if none of them does."""
        chosen = set(wanted)
        kept = tuple(one for one in self.lists if one["id"] in chosen)
        if len(kept) in (0, len(self.lists)):
            return self
        codes = {one["id"] for one in kept}
        sections = [{**one, "items": self._answering(one["items"], codes)} for one in self.sections]
        return Sheet(kept, tuple(one for one in sections if one["items"]))

    def _answering(self, items: list[Json], codes: set[str]) -> list[Json]:
        return [item for item in items if any(one["id"] in codes for one in self.places(item))]


def join(lists: Sequence[Json]) -> Sheet:
    """The lists as one sheet, in the order given. Each is {id, version, title, number, basis, short, sections}."""
    if len(lists) < 2:
        return Sheet(tuple(lists), tuple(section for one in lists for section in one["sections"]))
    asked: dict[str, Json] = {}
    sections: list[Json] = []
    for one, short in zip(lists, short_names(lists), strict=True):
        for section in one["sections"]:
            items = [item for each in section["items"] if (item := _asked(one, short, each, asked)) is not None]
            if items:
                named = {"no": f"{short} {section['no']}", "title": f"{short} · {section['title']}"}
                sections.append({**section, **named, "items": items})
    return Sheet(tuple(lists), tuple(sections))


def short_names(lists: Sequence[Json]) -> list[str]:
    """What stands before the numbers of each list."""
    names = [str(one.get("short") or "") for one in lists]
    return names if all(names) and len(set(names)) == len(names) else [chr(65 + n) for n in range(len(lists))]


def _asked(one: Json, short: str, item: Json, asked: dict[str, Json]) -> Json | None:
    """The item as this visit asks it; None if it is asked already, and then that one answers for this list too."""
    own = {"id": one["id"], "no": item["no"], "key": item["key"]}
    same = item.get("same", "")
    if same in asked:
        _answers_for(asked[same], item, own)
        return None
    made = {**item, "no": f"{short} {item['no']}", "lists": [own]}
    if same:
        asked[same] = made
    return made


def _answers_for(made: Json, item: Json, own: Json) -> None:
    made["lists"] = [*made["lists"], own]
    made["key"] = made["key"] or item["key"]
    made["may_na"] = made["may_na"] and item["may_na"]
    made["photo"] = made["photo"] or item["photo"]
    made["verified"] = made["verified"] and item["verified"]
    made["basis_verified"] = made.get("basis_verified", True) and item.get("basis_verified", True)
    made["basis"] = "；".join(grounds([made["basis"], item["basis"]]))
    if (trades := made.pop("applies", [])) and item.get("applies"):
        made["applies"] = list(dict.fromkeys([*trades, *item["applies"]]))
    if phrases := list(dict.fromkeys([*made.get("phrases", []), *item.get("phrases", [])]))[:PHRASES]:
        made["phrases"] = phrases


def grounds(named: Iterable[str]) -> list[str]:
    """Every ground once; several in one text are parted by semicolons."""
    return list(dict.fromkeys(filter(None, (ground.strip() for text in named for ground in re.split("[;；]", text)))))
