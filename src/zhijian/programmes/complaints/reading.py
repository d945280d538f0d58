"""How the cells of other platforms' sheets read: dirty in known ways (two moments in a cell, html, numbers in texts).

Pure: no Django, no I/O.
"""

from __future__ import annotations

import datetime as dt
import html
import re
import unicodedata
from html.parser import HTMLParser

MOMENT = re.compile(
    r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*[日T]?"
    r"(?:\s*(?P<h>\d{1,2})\s*[:：时点]\s*(?P<min>\d{1,2})\s*分?(?:[:：]?\s*(?P<s>\d{1,2})\s*秒?)?)?"
)
SERIAL = re.compile(r"\d{5}(?:\.\d+)?")  # days since 1899-12-30, as a spreadsheet counts
PHONE = re.compile(r"(?<!\d)(?:\+?86[-\s]?)?(1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}|0\d{2,3}[-\s]?\d{7,8}|\d{7,8})(?!\d)")
NOTHING = frozenset({"", "/", "\\", "-", "--", "、", "无", "不详", "未知", "null", "NULL", "None"})
BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3"})


def cell(text: str) -> str:
    """A cell without what stands for nothing; full-width digits and blanks as usual ones."""
    plain = unicodedata.normalize("NFKC", text).replace("\x00", "").strip()
    return "" if plain in NOTHING else plain


def moment(text: str, zone: dt.tzinfo) -> dt.datetime | None:
    """The first moment that a cell names, of that zone; midnight where it names a day only. None for none."""
    plain = cell(text)
    if SERIAL.fullmatch(plain):
        epoch = dt.datetime(1899, 12, 30, tzinfo=zone)
        return (epoch + dt.timedelta(days=float(plain))).replace(microsecond=0)
    for found in MOMENT.finditer(plain):
        parts = [int(found[name] or 0) for name in ("y", "m", "d", "h", "min", "s")]
        try:
            return dt.datetime(*parts, tzinfo=zone)  # type: ignore[misc, arg-type]
        except ValueError:
            continue
    return None


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BREAKS:
            self.parts.append("\n")


def words(text: str) -> str:
    """A text without markup: answers and orders come with html in them, sometimes escaped twice."""
    plain = text.replace("\x00", "")
    if re.search(r"&lt;/?[a-zA-Z]", plain):
        plain = html.unescape(plain)
    if re.search(r"</?[a-zA-Z][^>]*>|&[a-z]+;|&#\d+;", plain):
        reader = _Words()
        reader.feed(plain)
        reader.close()
        plain = "".join(reader.parts)
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in plain.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def phones(text: str) -> list[str]:
    """The telephone numbers that a cell holds, each once and without blanks, in their order."""
    plain = unicodedata.normalize("NFKC", text)
    return list(dict.fromkeys(re.sub(r"[-\s]", "", found[1]) for found in PHONE.finditer(plain)))


def candidates(text: str) -> list[str]:
    """What in a text may be the number of a record elsewhere: ten letters and digits or more, most of them digits."""
    plain = unicodedata.normalize("NFKC", text)
    found = re.findall(r"[A-Za-z0-9][A-Za-z0-9-]{8,38}[A-Za-z0-9]", plain)
    return [one for one in dict.fromkeys(found) if sum(c.isdigit() for c in one) * 2 > len(one)]
