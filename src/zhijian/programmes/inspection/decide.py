"""What a failed item leads to, and the result of the visit: a table of the pack, run alike here and on the phone.

Both must pass the same fixtures (`field/decide_fixtures.json` beside the table). Only items answered "no" are judged;
"na" is a reasonable absence (合理缺项). Whether all items are answered is not for this table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from zhijian.kernel.packs import stack

from . import rules
from .joining import Sheet

TABLE = "field/decide.json"
FIXTURES = "field/decide_fixtures.json"
FLAGS = ("key", "safety", "corrected")
GRAVITY = ("compliant", "basically_compliant", "non_compliant")


@dataclass(frozen=True)
class Judged:
    """The result of a visit with the article behind it, and each failed item's measure and ground."""

    result: str
    basis: str
    measures: dict[str, str] = field(default_factory=dict)
    grounds: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)  # the result by each list


def table() -> dict[str, Any]:
    """The table of the pack in force."""
    return _read(stack().file(TABLE))


def fixtures() -> list[dict[str, Any]]:
    """The shared cases: {name, items, answers, result, measures}."""
    return _read(stack().file(FIXTURES))["fixtures"]


@cache
def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def decide(
    items: Mapping[str, Mapping[str, Any]], answers: Iterable[Mapping[str, Any]], of: Mapping[str, Any] | None = None
) -> Judged:
    """Judge a visit. `items` are the checklist's by number (only `key` counts), `answers` as a record holds them.

    An answer to an item that the list doesn't have counts as general. Raises ValueError if no row of the table fits.
    """
    of = of or table()
    failed: dict[str, dict[str, bool]] = {}
    for answer in answers:
        if answer["answer"] == "no":
            failed[answer["item"]] = {
                "key": bool(items.get(answer["item"], {}).get("key")),
                "safety": bool(answer.get("safety")),
                "corrected": bool(answer.get("corrected")),
            }
    rows = {no: _item_row(of, facts) for no, facts in failed.items()}
    measures = {no: row["measure"] for no, row in rows.items()}
    row = _overall_row(of, counts(failed))
    return Judged(row["result"], row.get("basis", ""), measures, {no: r.get("basis", "") for no, r in rows.items()})


def judge(sheet: Sheet, answers: Iterable[Mapping[str, Any]], of: Mapping[str, Any] | None = None) -> Judged:
    """Judge a visit by each of its lists; the visit's result is the gravest of them."""
    given = list(answers)
    whole = decide(sheet.items, given, of)
    by_list = {}
    for one in sheet.lists:
        items = sheet.of(one["id"])
        by_list[one["id"]] = decide(items, [a for a in given if a["item"] in items], of)
    if len(by_list) < 2:
        return replace(whole, lists=dict.fromkeys(by_list, whole.result))
    results = {code: judged.result for code, judged in by_list.items()}
    worst = next(judged for judged in by_list.values() if judged.result == gravest(results.values()))
    return replace(whole, result=worst.result, basis=worst.basis, lists=results)


def gravest(results: Iterable[str]) -> str:
    """The gravest of some results; empty for none."""
    return max(results, key=GRAVITY.index, default="")


def counts(failed: Mapping[str, Mapping[str, bool]]) -> dict[str, int]:
    """What the overall rows may ask for."""
    facts = list(failed.values())
    return {
        "failed": len(facts),
        "failed_key": sum(f["key"] for f in facts),
        "failed_key_open": sum(f["key"] and not f["corrected"] for f in facts),
        "failed_general": sum(not f["key"] for f in facts),
        "failed_safety": sum(f["safety"] for f in facts),
        "failed_corrected": sum(f["corrected"] for f in facts),
    }


def _item_row(of: Mapping[str, Any], facts: Mapping[str, bool]) -> Mapping[str, Any]:
    for row in of["item"]:
        if all(facts[name] is wanted for name, wanted in row["if"].items()):
            return row
    raise ValueError("decide: no row fits the item")


def _overall_row(of: Mapping[str, Any], n: Mapping[str, int]) -> Mapping[str, Any]:
    for row in of["overall"]:
        if all(_within(n[name], *span) for name, span in row["if"].items()):
            return row
    raise ValueError("decide: no row fits the visit")


def _within(n: int, least: int | None, most: int | None) -> bool:
    return (least is None or n >= least) and (most is None or n <= most)


def problems(of: Mapping[str, Any]) -> list[str]:
    """What is wrong with a table: unknown names, unreachable ends, rows without a ground."""
    found = []
    known = set(counts({}))
    for part, names in (("item", set(FLAGS)), ("overall", known)):
        rows = of.get(part, [])
        if not rows or rows[-1]["if"]:
            found.append(f"{part}: the last row must fit everything")
        for n, row in enumerate(rows, 1):
            if set(row["if"]) - names:
                found.append(f"{part} {n}: unknown {sorted(set(row['if']) - names)}")
            if not row.get("basis"):
                found.append(f"{part} {n}: no basis")
    return found


def default_deadline(at: datetime) -> date:
    """See `rules.default_deadline`."""
    return rules.default_deadline(at)
