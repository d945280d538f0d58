"""From the text of a cell to the text of a column: one converter for each kind of value. No Django, no database.

A converter takes the cell as written and gives the value as COPY wants it ("" for nothing). It raises `Bad` for what it
cannot read, and gives a `Rich` string when there is something to tell beside the value.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from ..codes import SCHEMES, BadCode, food_licence_doubt
from ..text import fold

# What people write into a cell that has nothing to say (forms.md, section 3, dirty data).
PLACEHOLDERS = frozenset(
    {"", "/", "、", "-", "--", "—", "——", "\\", "//", "*", "无", "不详", "暂无", "未知", "空"}
    | {"N/A", "n/a", "NA", "null", "NULL", "None"}
)
FOREVER_WORDS = frozenset({"长期", "永久", "长期有效", "无固定期限", "永续", "无期限", "至长期"})
FOREVER = "9999-12-31"

Converter = Callable[[str], str]


class Bad(ValueError):
    """A cell that cannot be read. `why` is a key of `problems.REASONS`; `detail` fills its text."""

    def __init__(self, why: str, **detail: str) -> None:
        super().__init__(why)
        self.why, self.detail = why, detail


class Rich(str):
    """A value with something beside it: a note for the report, more for `extra`, the scheme of a code."""

    __slots__ = ("extra", "note", "scheme")
    note: str
    extra: dict[str, Any]
    scheme: str

    def __new__(cls, value: str, *, note: str = "", extra: dict[str, Any] | None = None, scheme: str = "") -> Rich:
        made = super().__new__(cls, value)
        made.note, made.extra, made.scheme = note, extra or {}, scheme
        return made


def clean(cell: str) -> str:
    """A cell without leading apostrophe, odd blanks and control characters; placeholders become nothing."""
    text = cell.strip()
    if not text.isprintable():
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if text[:1] in ("'", "’", "‘") and len(text) > 1:
        text = text[1:].strip()
    return "" if text in PLACEHOLDERS else text


def half_width(text: str) -> str:
    """Full-width digits, letters and signs as ordinary ones."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def text_converter(spec: Mapping[str, Any], tables: Mapping[str, Any]) -> Converter:
    """Plain text, at most `max` characters (default 200), after an optional `prefix`."""
    longest, prefix = int(spec.get("max", 200)), str(spec.get("prefix", ""))

    def convert(cell: str) -> str:
        text = clean(cell)
        if len(text) > longest:
            raise Bad("too_long", max=str(longest))
        return prefix + text if text else ""

    return convert


def name_converter(spec: Mapping[str, Any], tables: Mapping[str, Any]) -> Converter:
    """A name: has a letter or a Chinese character; brackets in one width; blanks between Chinese characters go."""
    longest = int(spec.get("max", 200))
    breaks = re.compile(r"(?<=[\u2e80-\u9fff）])\s+(?=[\u2e80-\u9fff（])")

    def convert(cell: str) -> str:
        text = clean(cell)
        if not text:
            return ""
        if not text.isascii():
            text = half_width(text).replace("(", "（").replace(")", "）")
            text = breaks.sub("", text)
        if len(text) > longest:
            raise Bad("too_long", max=str(longest))
        if text.isnumeric() or not any(c.isalpha() for c in text):
            raise Bad("not_a_name")
        return text

    return convert


def identity_converter(spec: Mapping[str, Any], tables: Mapping[str, Any]) -> Converter:
    """The code of an entity by the mapping's scheme (see `codes.SCHEMES`)."""
    read = SCHEMES[spec["scheme"]]

    def convert(cell: str) -> str:
        text = clean(cell)
        if not text:
            return ""
        try:
            code = read(half_width(text).upper())
        except BadCode as bad:
            raise Bad(f"code_{bad.why}") from None
        return Rich(code.code, scheme=code.scheme, note=f"code_{code.note}" if code.note else "")

    return convert


def licence_no_converter(spec: Mapping[str, Any], tables: Mapping[str, Any]) -> Converter:
    """A licence number without blanks, upper case; a doubtful check digit of JY and SC is noted, never refused."""

    def convert(cell: str) -> str:
        text = half_width(clean(cell)).upper().replace(" ", "")
        if not text:
            return ""
        if re.fullmatch(r"\d(\.\d+)?E\+?\d+", text):
            raise Bad("code_scientific")
        if len(text) > 60:
            raise Bad("too_long", max="60")
        doubt = food_licence_doubt(text)
        return Rich(text, note="licence_check_digit") if doubt else text

    return convert


def choice_converter(spec: Mapping[str, Any], tables: Mapping[str, Any]) -> Converter:
    """A word or code of a table of the mapping; the longest key that the cell begins with serves too if `prefix`.

    `first = 2`: of the table's codes only the first two characters count (a class, not each of its categories).
    """
    first = int(spec["first"]) if "first" in spec else None
    table = {fold(str(k)[:first]): str(v)[:first] for k, v in tables[spec["table"]].items()}
    known = ", ".join(dict.fromkeys(str(k)[:first] for k in tables[spec["table"]]))[:200]
    by_length = sorted(table, key=len, reverse=True) if spec.get("prefix") else []
    keep = bool(spec.get("keep"))  # an unknown value stays as it is written, or becomes `rest`
    rest, longest = str(spec.get("rest", "")), int(spec.get("max", 200))

    @lru_cache(maxsize=4096)
    def convert(cell: str) -> str:
        text = clean(cell)
        if not text:
            return ""
        folded = fold(text)
        found = table.get(folded)
        if found is None:
            found = next((table[k] for k in by_length if folded.startswith(k)), None)
        if found is None and keep and len(text) <= longest:
            return text
        if found is None and rest:
            return rest
        if found is None:
            raise Bad("not_in_table", table=known)
        return found

    return convert


_DATE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?(?:(?:[T ]+|(?<=[日号]))\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_GAP = re.compile(r"(?<=[年月])\s+|\s+(?=[年月日号])|(?<=[-/.])\s+|\s+(?=[-/.])")  # 2024 年 3 月 5 日
_EPOCH = dt.date(1899, 12, 30)  # Excel's day 0, with its leap day of 1900 that never was
FIRST_TO_WAKE = dt.timedelta(hours=14)  # no place's day begins earlier; the checking process knows of no place


def _whole_date(text: str) -> str | None:
    found = _DATE.fullmatch(text) or _COMPACT.fullmatch(text)
    if found:
        try:
            return dt.date(int(found[1]), int(found[2]), int(found[3])).isoformat()
        except ValueError:
            raise Bad("no_such_day") from None
    return None


def date_converter(spec: Mapping[str, Any], tables: Mapping[str, Any]) -> Converter:
    """A day: 2021-03-05, 2021/3/5, 2021.3.5, 2021年3月5日, 20210305, an Excel serial, 长期; 2021年3月 with a note.

    `end = true`: a month without a day means its last day. `earliest` (default 1900): before it is an error.
    `past = true`: so is a day that is still to come.
    """
    earliest, past = int(spec.get("earliest", 1900)), bool(spec.get("past"))

    def been(day: str) -> str:
        if past and day > (dt.datetime.now(dt.UTC) + FIRST_TO_WAKE).date().isoformat():
            raise Bad("to_come")
        return day

    @lru_cache(maxsize=65536)
    def convert(cell: str) -> str:
        text = _GAP.sub("", half_width(clean(cell)))
        if not text:
            return ""
        if text in FOREVER_WORDS:
            return FOREVER
        if ":" in text and not text[0].isdigit():  # 加工日期:2021-03-05
            text = text.split(":", 1)[1].strip()
        whole = _whole_date(text)
        if whole is not None:
            if int(whole[:4]) < earliest:
                raise Bad("too_early", year=str(earliest))
            return been(whole)
        month = _MONTH.fullmatch(text)
        if month:
            day = _month_day(int(month[1]), int(month[2]), bool(spec.get("end")))
            return Rich(been(day), note="month_only")
        serial = _SERIAL.fullmatch(text)
        if serial and 10_000 <= int(serial[1]) <= 80_000:
            return been((_EPOCH + dt.timedelta(days=int(serial[1]))).isoformat())
        raise Bad("not_a_date")

    return convert


def _month_day(year: int, month: int, end: bool) -> str:
    try:
        first = dt.date(year, month, 1)
    except ValueError:
        raise Bad("no_such_day") from None
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return (last if end else first).isoformat()


_PHONE = re.compile(r"\+?\d[\d-]{4,18}\d")
_SPLIT = re.compile(r"[,;、/\s|和或]+")


def phone_converter(spec: Mapping[str, Any], tables: Mapping[str, Any]) -> Converter:
    """The first number of a list of business phones; the others go to `extra`."""

    def convert(cell: str) -> str:
        text = half_width(clean(cell))
        if len(text) == 11 and text.isdigit():
            return text
        if not text:
            return ""
        if re.fullmatch(r"\d(\.\d+)?E\+?\d+", text, re.IGNORECASE):
            raise Bad("code_scientific")
        text = text.replace("(", "").replace(")", "-").replace("转", "-")
        numbers = [p for p in (part.strip("-.:") for part in _SPLIT.split(text)) if _PHONE.fullmatch(p)]
        if not numbers:
            raise Bad("not_a_phone")
        return Rich(numbers[0], extra={"phones": numbers[1:]}) if len(numbers) > 1 else numbers[0]

    return convert


def decimal_converter(spec: Mapping[str, Any], tables: Mapping[str, Any]) -> Converter:
    """A number with at most `places` decimals (default 2) between `min` and `max`; thousands separators go."""
    places = Decimal(1).scaleb(-int(spec.get("places", 2)))
    low, high = (Decimal(str(spec[k])) if k in spec else None for k in ("min", "max"))

    def convert(cell: str) -> str:
        text = half_width(clean(cell)).replace(",", "").removesuffix(str(spec.get("unit", " "))).strip()
        if not text:
            return ""
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise Bad("not_a_number") from None
        if not value.is_finite() or (low is not None and value < low) or (high is not None and value > high):
            raise Bad("out_of_range", min=str(low), max=str(high))
        return format(value.quantize(places), "f")

    return convert


def list_converter(spec: Mapping[str, Any], tables: Mapping[str, Any]) -> Converter:
    """A list in one cell (separated by 、 ; , or a sign of `split`) as JSON; each entry once, order kept."""
    split = re.compile(spec.get("split", r"[、;；,，|\n]+"))

    @lru_cache(maxsize=4096)
    def convert(cell: str) -> str:
        parts = [clean(p) for p in split.split(cell)]
        kept = list(dict.fromkeys(p for p in parts if p))
        return json.dumps(kept, ensure_ascii=False) if kept else ""

    return convert


def constant_converter(spec: Mapping[str, Any], tables: Mapping[str, Any]) -> Converter:
    """Always the mapping's `value`, whatever the cell says."""
    value = str(spec["value"])
    return lambda cell: value
