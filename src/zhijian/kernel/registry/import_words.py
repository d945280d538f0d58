"""What came of an import, in words: for the pages and for the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .import_.problems import reason
from .models import ImportRun

TABLES = {
    "entity": gettext_lazy("Entities"),
    "premises": gettext_lazy("Premises"),
    "licence": gettext_lazy("Licences"),
}
WORDS = {
    "new": gettext_lazy("new"),
    "changed": gettext_lazy("changed"),
    "same": gettext_lazy("the same"),
    "read": gettext_lazy("read"),
}


@dataclass(frozen=True)
class Brought:
    """What a run brought to one table of the register, or to a programme."""

    table: str
    numbers: list[tuple[str, str]]  # what, how many


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a rejected row."""

    where: str  # the cell as a spreadsheet calls it, and the sheet
    column: str
    value: str
    why: str


def brought(run: ImportRun) -> list[Brought]:
    """Line by line, in the order of `TABLES` and `WORDS` (the database keeps none)."""
    found = []
    for kind in sorted((k for k, told in run.counts.items() if isinstance(told, dict)), key=_place(TABLES)):
        told = run.counts[kind]
        found.append(
            Brought(_table(kind), [(str(WORDS.get(w, w)), f"{told[w]:,}") for w in sorted(told, key=_place(WORDS))])
        )
    return found


def _place(order: dict[str, Any]) -> Callable[[str], tuple[int, str]]:
    known = list(order)
    return lambda word: (known.index(word) if word in known else len(known), word)


def _table(kind: str) -> str:
    from zhijian.kernel.matters.catalogue import flows

    if kind in TABLES:
        return str(TABLES[kind])
    return str(flows()[kind].title) if kind in flows() else kind


def faults(run: ImportRun) -> list[Fault]:
    """The first rejected rows' faults."""
    return [_fault(row, problem) for row in run.sample for problem in row["problems"]]


def _fault(row: dict[str, Any], problem: dict[str, Any]) -> Fault:
    where = f"{row['sheet']} {problem['cell'] or row['row']}".strip()
    return Fault(where, problem["column"], problem["value"], reason(problem["why"], problem["detail"]))


def notes(run: ImportRun) -> list[str]:
    """What there is to say of the whole file."""
    said = [reason(note["why"], note["detail"]) for note in run.notes]
    if n := run.counts.get("duplicates"):
        said.append(_("{n} duplicates within the file were merged.").format(n=n))
    return said


def summary(run: ImportRun) -> str:
    """What an import did, a line for each table."""
    lines = [_("{rows} rows, {rejected} rejected, {noted} with notes.").format(**run.counts)]
    lines += [f"  {one.table}: " + ", ".join(f"{word} {n}" for word, n in one.numbers) for one in brought(run)]
    lines += notes(run)
    if run.dry_run:
        lines.append(_("Trial run: nothing was changed."))
    return "\n".join(lines)
