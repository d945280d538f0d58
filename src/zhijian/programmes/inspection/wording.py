"""What a visit found, in words: one rule for papers, findings, proposals to investigate and the enterprise.

The phone keeps the same rule for its papers (`web/field/src/paperdata.ts`); both take the words from the pack's form of
the record of the visit (`[texts.found]` of `papers/onsite_record.toml`), and `tests/fixtures/record_inspection_1*.json`
hold both sides to it:

What was found at an item (`found_of`) are these parts, joined by `joint`:
1. each line of the officer's note that says something, without spaces around it and without `STOPS` at its end;
2. `measured` with "value unit", where there is a value and the note does not name it as a number of its own; where the
   item has limits by kind, with each such "kind value unit" that is beyond its limits (with all, if none is), joined by
   `joint`;
3. `unmet` with the requirement (the item's number where the list does not have it), only when the note says nothing;
4. each product that was looked at: `product` with its name and code, `lot` and `date` where they were told.

What the record tells of the visit (`findings_of`) is what the officer wrote, unless that is empty. Then
- of a refused entry: `entry_cards`, `entry_rights`, `entry_recusal`, each only if it was ticked, then `entry_refused`
  with the note of it and by whom (`entry_by` with name and role if they are known, else `entry_somebody`), a line each;
- of a re-check: `rechecked` with how many were looked at, are put right, and are not; below it `line` for each note;
- of a visit where nothing failed: `none` with the number of items answered otherwise than "na";
- of any other: `some` with that number; below it `line` for each failed item, in the list's order, those that the list
  does not have last: `found_of`, and `corrected` joined to it where it was put right on the spot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from zhijian.kernel.papers.forms import form
from zhijian.programmes.inspection.record import Content, Given, Product, Reading

Words = Mapping[str, str]
STOPS = "。.；; "
TICKED = {"cards": "cards_shown", "rights": "rights_told"}


def words() -> Words:
    """The pack's words for what was found."""
    return form("onsite_record").texts["found"]


def found_of(item: Mapping[str, Any], given: Given, of: Words | None = None) -> str:
    """What was found at a failed item, without a full stop. `item` is the checklist's, or {} where it has none."""
    of = of or words()
    said = [line.strip().rstrip(STOPS) for line in given.note.splitlines()]
    parts = [line for line in said if line]
    measured = [given.measured()] if given.value and not _named(given.value, given.note) else []
    measured += [str(one) for one in _beyond(item, given.readings) if not _named(one.value, given.note)]
    if measured:
        parts.append(of["measured"].format(value=of["joint"].join(measured)))
    if not any(said):
        parts.append(of["unmet"].format(text=str(item.get("text") or given.item).rstrip(STOPS)))
    parts += [product_said(one, of) for one in given.products]
    return of["joint"].join(parts)


def product_said(one: Product, of: Words) -> str:
    """A product with its code and what is printed on it."""
    said = [re.sub(r" {2,}", " ", of["product"].format(name=one.name, code=one.code)).strip()]
    said += [of["lot"].format(lot=one.lot)] if one.lot else []
    said += [of["date"].format(date=one.date)] if one.date else []
    return " ".join(said)


def noted(given: Given, of: Words) -> str:
    """What was written at an item, and the products that were looked at."""
    return of["joint"].join(filter(None, [given.note, *(product_said(one, of) for one in given.products)]))


def _named(value: str, note: str) -> bool:
    """Whether the note names the value as a number of its own: 2 is not named by "-12 ℃", nor 50 by "250 mg/L"."""
    return re.search(rf"(?<![\d.−-]){re.escape(value)}(?![\d.])", note) is not None


def _beyond(item: Mapping[str, Any], readings: list[Reading]) -> list[Reading]:
    """The readings that do not keep the limits of their kind; all of them where each does."""
    limits = {limit["of"]: limit for limit in item.get("answer", {}).get("limits", [])}
    beyond = [one for one in readings if not _within(Decimal(one.value), limits.get(one.of, {}))]
    return beyond or readings


def _within(value: Decimal, limit: Mapping[str, Any]) -> bool:
    low, high = limit.get("min"), limit.get("max")
    return (low is None or value >= Decimal(low)) and (high is None or value <= Decimal(high))


def title_of(item: Mapping[str, Any], given: Given, of: Words | None = None) -> str:
    """How a finding is called in lists: the item's number and what was found."""
    return f"{given.item} {found_of(item, given, of)}"[:200]


def findings_of(content: Content, items: Iterable[Mapping[str, Any]], of: Words | None = None) -> str:
    """What the record of the visit tells. `items` are the checklist's, in its order."""
    of = of or words()
    if content.findings.strip():
        return content.findings
    if content.hindered is not None and content.hindered.kind == "refused":
        return _entry(content, of, content.hindered.note.strip().rstrip(STOPS))
    if content.rechecks and not content.answers:
        return "\n".join([_rechecked(content, of), *_lines([(c.note.strip(), "") for c in content.rechecks], of)])
    known = {item["no"]: item for item in items}
    place = {no: n for n, no in enumerate(known)}
    failed = sorted((a for a in content.answers if a.answer == "no"), key=lambda a: place.get(a.item, len(place)))
    n = sum(a.answer != "na" for a in content.answers)
    if not failed:
        return of["none"].format(n=n)
    told = [(_told(known.get(a.item, {}), a, of), a.item) for a in failed]
    return "\n".join([of["some"].format(n=n), *_lines(told, of)])


def _entry(content: Content, of: Words, note: str) -> str:
    """What the officers did at the barred door, only what they ticked, and what they were told."""
    who = content.present
    by = (
        of["entry_by"].format(name=who.name, role=who.role)
        if who and who.name and who.role
        else who.name
        if who
        else ""
    )
    done = [of[f"entry_{name}"] for name, key in TICKED.items() if content.informed.get(key)]
    if content.informed.get("recusal") == "yes":
        done.append(of["entry_recusal"])
    return "\n".join([*done, of["entry_refused"].format(who=by or of["entry_somebody"], note=note)])


def _told(item: Mapping[str, Any], given: Given, of: Words) -> str:
    found = found_of(item, given, of)
    return of["joint"].join([found, of["corrected"]]) if given.corrected else found


def _rechecked(content: Content, of: Words) -> str:
    accepted = sum(check.accepted for check in content.rechecks)
    return of["rechecked"].format(n=len(content.rechecks), accepted=accepted, open=len(content.rechecks) - accepted)


def _lines(told: list[tuple[str, str]], of: Words) -> list[str]:
    """Numbered lines, without those that say nothing; a number of the checklist stands behind."""
    said = [(text.rstrip(STOPS), no) for text, no in told if text.rstrip(STOPS)]
    return [
        of["line"].format(n=n, text=of["of_item"].format(text=text, no=no) if no else text)
        for n, (text, no) in enumerate(said, 1)
    ]
