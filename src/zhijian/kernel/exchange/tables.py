"""Platforms above and beside us, as the pack describes them: what goes which way, in which columns, by when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from zhijian.kernel.clock import calendar
from zhijian.kernel.packs.loader import PackError, read_toml

FORMATS = {"xlsx": "", "csv": "gb18030", "csv-utf8": "utf-8-sig"}  # and the encoding of the bytes
STATES = frozenset(
    {"receipt", "sent_back", "exported"}
)  # what an answer can mean: taken, refused, still being looked at
BY = frozenset({"file", "hand", "interface"})


@dataclass(frozen=True)
class Column:
    """A column of the other side's sheet: its heading, and the value, or the fixed text, that stands in it.

    `codes` names a table of the other side's words; `form` is how a day is written; `most` is what its field holds;
    `needed` must not be empty; `compare` is compared in a reconciliation where their list has it too.
    """

    head: str
    value: str = ""
    text: str = ""
    codes: str = ""
    form: str = "%Y-%m-%d"
    most: int = 0
    needed: bool = False
    compare: bool = False


@dataclass(frozen=True)
class Answer:
    """How their answers and their lists read: headings of key, number, state and reason, and what their states mean."""

    key: str
    state: str
    states: Mapping[str, str]
    number: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Table:
    """One kind of record that goes over: `direction` "owe" or "take", `record` as a programme declares it.

    `due` is empty, `{rule = NAME}` (counted from the step that made it owed, or from the value `from`), or
    `{day = VALUE}`. `attachments` names the files ("{key}_{n}{ending}"). `title_rows` stand above the heading.
    """

    platform: str
    code: str
    title: str
    direction: str
    record: str
    columns: tuple[Column, ...]
    since: dt.date
    by: tuple[str, ...] = ("file",)
    due: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    answer: Answer | None = None
    format: str = "xlsx"
    sheet: str = ""
    title_rows: tuple[str, ...] = ()
    attachments: str = ""
    daily: bool = False
    verified: str = "K"
    source: str = ""
    note: str = ""

    @property
    def path(self) -> str:
        """Platform and table in one word, as addresses and entries name it."""
        return f"{self.platform}/{self.code}"

    @property
    def key_column(self) -> Column:
        """The column of the key."""
        return next(column for column in self.columns if column.value == "key")

    @property
    def owing(self) -> bool:
        return self.direction == "owe"


@dataclass(frozen=True)
class Platform:
    """Another body's platform: `side` above or beside us, `site` where people sign in, `keeper` who reconciles it."""

    code: str
    name: str
    side: str
    tables: Mapping[str, Table]
    short: str = ""
    site: str = ""
    keeper: str = "district"  # the level of the offices that reconcile
    verified: str = "K"
    source: str = ""
    note: str = ""


def _of(kind: type, raw: Mapping[str, Any], where: str, **more: Any) -> Any:
    unknown = set(raw) - {one.name for one in fields(kind)}
    if unknown:
        raise PackError(f"{where}: unknown fields {sorted(unknown)}")
    try:
        return kind(**{**raw, **more})
    except TypeError as error:
        raise PackError(f"{where}: {error}") from error


def _table(platform: str, code: str, raw: dict[str, Any], where: str) -> Table:
    more: dict[str, Any] = {
        "columns": tuple(_of(Column, one, f"{where}, column {n}") for n, one in enumerate(raw.pop("column", []), 1)),
        "by": tuple(raw.pop("by", ("file",))),
        "title_rows": tuple(raw.pop("title_rows", ())),
    }
    if "answer" in raw:
        more["answer"] = _of(Answer, raw.pop("answer"), f"{where}, answer")
    return _of(Table, raw, where, platform=platform, code=code, **more)


def read(path: Path) -> Platform:
    """One platform. Raises PackError saying what to mend."""
    raw = read_toml(path)
    where = f"exchange/{path.name}"
    made = {
        code: _table(path.stem, code, dict(one), f"{where}, table {code}") for code, one in raw.pop("table", {}).items()
    }
    return _of(Platform, raw, where, code=path.stem, tables=made)


@cache
def _platforms(pack: str) -> Mapping[str, Platform]:
    from zhijian.kernel.packs import stack

    return {path.stem: read(path) for path in stack().files("exchange/*.toml").values()}


def platforms() -> Mapping[str, Platform]:
    """The platforms of the place, by code; none where a pack names none."""
    return _platforms(settings.PACK)


def every_table() -> Iterator[Table]:
    """Every table of every platform."""
    for platform in platforms().values():
        yield from platform.tables.values()


def table_of(platform: str, code: str) -> Table:
    """A table by platform and code. Raises KeyError."""
    return platforms()[platform].tables[code]


def name_of(path: str) -> str:
    """Platform and table in words, from "platform/table"; as it stands where the pack no longer has it."""
    platform, _slash, code = path.partition("/")
    try:
        return f"{platforms()[platform].name} · {table_of(platform, code).title}"
    except KeyError:
        return path


@dataclass(frozen=True)
class Bad:
    """A cell that the other side would refuse: its heading, and why ("missing", "long", "unknown")."""

    head: str
    why: str
    detail: str = ""


def _written(value: Any, column: Column) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return calendar.local(value).strftime(column.form)
    if isinstance(value, dt.date):
        return value.strftime(column.form)
    if isinstance(value, list | tuple):
        return "；".join(str(one) for one in value)
    return str(value).strip()


def cells(table: Table, row: Mapping[str, Any]) -> tuple[list[str], list[Bad]]:
    """A record in the other side's order and words, and what is wrong with it. Pure."""
    found: list[str] = []
    bad: list[Bad] = []
    for column in table.columns:
        shown = _written(row[column.value], column) if column.value else column.text
        if column.codes and shown:
            codes = table.codes[column.codes]
            if shown in codes:
                shown = codes[shown]
            else:
                bad.append(Bad(column.head, "unknown", shown))
        if column.needed and not shown:
            bad.append(Bad(column.head, "missing"))
        if column.most and len(shown) > column.most:
            bad.append(Bad(column.head, "long", str(column.most)))
        found.append(shown)
    return found, bad
