"""What came of an import, in words: for the pages and for the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.packs import stack
from zhijian.kernel.words import quoted

from . import findings
from .import_.problems import reason
from .models import Entity, ImportRun, Licence, Premises

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
    return [_fault(row, problem) for row in rejected(run) for problem in row["problems"]]


def remarks(run: ImportRun) -> list[Fault]:
    """What is to be said of the first rows that were taken all the same."""
    return [_fault(row, problem) for row in run.sample if row.get("noted") for problem in row["problems"]]


def rejected(run: ImportRun) -> list[dict[str, Any]]:
    """The first rejected rows."""
    return [row for row in run.sample if not row.get("noted")]


def _fault(row: dict[str, Any], problem: dict[str, Any]) -> Fault:
    where = f"{row['sheet']} {problem['cell'] or row['row']}".strip()
    return Fault(where, problem["column"], problem["value"], reason(problem["why"], problem["detail"]))


MODELS: dict[str, type[Model]] = {"entity": Entity, "premises": Premises, "licence": Licence}


@dataclass(frozen=True)
class Change:
    """What a run would change in one field of the register, or has left empty in one column."""

    table: str
    field: str
    said: str  # how many of how many
    asks: bool  # somebody must confirm it
    examples: list[tuple[str, str, str]]  # whose, what stands there, what would stand there


def changes(run: ImportRun) -> list[Change]:
    """Field by field, what is to be confirmed first."""
    asked = findings.to_confirm(run)
    found = [_change(told, told in asked) for told in run.findings.get("changed", ())]
    return sorted(found, key=lambda change: not change.asks)


def _change(told: dict[str, Any], asks: bool) -> Change:
    kind, name = told["kind"], told["field"]
    column = MODELS[kind]._meta.get_field(name)
    said = _("{n} of {known}").format(n=f"{told['n']:,}", known=f"{told['known']:,}")
    examples = [(e["of"], _value(column, e["old"]), _value(column, e["new"])) for e in told["examples"]]
    return Change(_table(kind), str(column.verbose_name), said, asks, examples)


def _value(column: Any, text: str) -> str:
    """A value as people read it: the name of an area, the word of a status."""
    if column.name == "area" and text in stack().areas:
        return stack().areas[text].name
    return str(dict(column.flatchoices).get(text, text)) or "—"


def to_confirm(run: ImportRun) -> list[str]:
    """What has to be confirmed before a trial is imported, a sentence each."""
    return [_question(told) for told in findings.to_confirm(run)]


def _question(told: dict[str, Any]) -> str:
    if "column" in told:
        why, value = reason(told["why"], {}), quoted(told["value"])
        return _("In {n} rows nothing in column {column} can be read ({value} {why}); it is left as it is.").format(
            n=f"{told['n']:,}", column=quoted(told["column"]), value=value, why=why
        )
    field = MODELS[told["kind"]]._meta.get_field(told["field"]).verbose_name
    return _("{table}: {field} would be replaced in {n} of the {known} known ones. Are columns swapped?").format(
        table=_table(told["kind"]), field=quoted(str(field)), n=f"{told['replaced']:,}", known=f"{told['known']:,}"
    )


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
    for change in changes(run):
        lines.append(f"  {change.table} · {change.field}: {change.said}")
        lines += [f"    {of}: {old} → {new}" for of, old, new in change.examples]
    lines += [f"! {said}" for said in to_confirm(run)] + notes(run)
    if run.dry_run:
        lines.append(_("Trial run: nothing was changed."))
    return "\n".join(lines)
