"""What `zhijian pack check` looks at: platforms whose columns, records, rules and answers are all there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from zhijian.kernel.clock import declared as rules
from zhijian.kernel.exchange import tables
from zhijian.kernel.exchange.declared import KEY, owed, taken
from zhijian.kernel.exchange.tables import Table

if TYPE_CHECKING:
    from zhijian.kernel.packs.check import Finding


def findings() -> Iterator[Finding]:
    """Faults, and what nobody compared with the other side's own sheet yet."""
    from zhijian.kernel.packs.check import Finding

    for platform in tables.platforms().values():
        where = f"exchange/{platform.code}.toml"
        if platform.side not in ("above", "beside"):
            yield Finding("error", where, "side must be above or beside")
        if platform.keeper not in ("city", "district", "office"):
            yield Finding("error", where, "keeper must be city, district or office")
        for table in platform.tables.values():
            for fault in faults(table):
                yield Finding("error", f"{where} {table.code}", fault)
            if table.verified != "V":
                yield Finding("unverified", f"{where} {table.code}", f"columns of {platform.name}: {table.title}")
            elif not table.source:
                yield Finding("error", f"{where} {table.code}", "verified, but the source is not named")


def faults(table: Table) -> Iterator[str]:
    """What makes a table unusable."""
    known = owed().get(table.record) if table.owing else taken().get(table.record)
    if table.direction not in ("owe", "take") or known is None:
        yield f"no programme declares {table.direction} {table.record!r}"
        return
    named = {KEY, *known.values}
    for column in table.columns:
        if bool(column.value) == bool(column.text):
            yield f"column {column.head}: give either value or text"
        elif column.value and column.value not in named:
            yield f"column {column.head}: {table.record} has no value {column.value!r}; it has {sorted(named)}"
        if column.codes and column.codes not in table.codes:
            yield f"column {column.head}: there is no table of codes {column.codes!r}"
    heads = [column.head for column in table.columns]
    if len(set(heads)) != len(heads):
        yield "two columns have the same heading"
    if sum(column.value == KEY for column in table.columns) != 1:
        yield 'exactly one column must hold the value "key": it is how both sides know a record'
    if table.format not in tables.FORMATS or set(table.by) - tables.BY:
        yield f"format is one of {sorted(tables.FORMATS)}, by are some of {sorted(tables.BY)}"
    yield from _due(table, named)
    yield from _answer(table)


def _due(table: Table, named: set[str]) -> Iterator[str]:
    if set(table.due) - {"rule", "from", "day"}:
        yield "due knows rule, from and day"
    if (rule := table.due.get("rule")) and rule not in rules():
        yield f"due: no code declares the rule {rule!r}"
    for value in (table.due.get("from"), table.due.get("day")):
        if value and value not in named:
            yield f"due: there is no value {value!r}"


def _answer(table: Table) -> Iterator[str]:
    if table.answer is None:
        if table.daily:
            yield "what is reconciled daily needs to know how their list reads: [answer]"
        return
    wrong = set(table.answer.states.values()) - tables.STATES
    if wrong:
        yield f"answer: states mean one of {sorted(tables.STATES)}, not {sorted(wrong)}"
    if "{key}" not in table.attachments and table.attachments:
        yield "attachments are named by the record's {key}"
