"""Streams the rows of an XLSX: the sheet never stands in memory, the shared strings only as packed bytes.

python-calamine is quicker but holds the whole sheet (730 MB for 600,000 rows of our kind); an import must stay below
500 MB. expat is told to refuse entities, so that a "billion laughs" file ends at its first declaration.
"""

from __future__ import annotations

import re
import zipfile
from array import array
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from .sources import MAX_CELL, Refused, Row

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_CHUNK = 1 << 18
# Numbers of the built-in formats that show a day or a time (ECMA-376, 18.8.30; 27–58 in East Asian editions).
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}


class _Strings:
    """Shared strings as one run of bytes with offsets: 30 bytes each instead of 120."""

    def __init__(self) -> None:
        self.data, self.ends = bytearray(), array("Q", [0])

    def add(self, text: str) -> None:
        self.data += text.encode()
        self.ends.append(len(self.data))

    def __getitem__(self, index: int) -> str:
        return self.data[self.ends[index] : self.ends[index + 1]].decode()


def xlsx_rows(path: Path, hidden: list[str]) -> Iterator[Row]:
    """Rows of every visible sheet; the others' names go to `hidden`. Raises Refused for what is damaged."""
    try:
        with zipfile.ZipFile(path) as book:
            strings = _shared_strings(book)
            dates, epoch = _date_styles(book), _epoch(book)
            for title, part in _sheets(book, hidden):
                with book.open(part) as file:
                    for number, cells in _SheetReader(strings, dates, epoch).rows(file):
                        yield Row(number, title, cells)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, expat.ExpatError, ValueError, EOFError) as error:
        raise Refused("damaged", what="XLSX") from error


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=None)
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise Refused("bomb", size="?")

    parser.EntityDeclHandler = refuse
    return parser


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _small_xml(book: zipfile.ZipFile, part: str) -> ElementTree.Element:
    data = book.read(part) if book.getinfo(part).file_size < 20_000_000 else b""
    if b"<!ENTITY" in data:
        raise Refused("bomb", size="?")
    return ElementTree.fromstring(data)


def _sheets(book: zipfile.ZipFile, hidden: list[str]) -> list[tuple[str, str]]:
    """(title, part) of each visible worksheet in the workbook's order."""
    hidden.clear()
    relations = {
        r.get("Id"): r.get("Target", "")
        for r in _small_xml(book, "xl/_rels/workbook.xml.rels")
        if "worksheet" in r.get("Type", "")
    }
    found = []
    for sheet in _small_xml(book, "xl/workbook.xml").iter(f"{_MAIN}sheet"):
        target = relations.get(sheet.get(f"{_REL}id"))
        if target and sheet.get("state", "visible") != "visible":
            hidden.append(sheet.get("name", ""))
        elif target:
            found.append((sheet.get("name", ""), target.lstrip("/") if target.startswith("/") else f"xl/{target}"))
    return found


def _epoch(book: zipfile.ZipFile) -> datetime:
    properties = _small_xml(book, "xl/workbook.xml").find(f"{_MAIN}workbookPr")
    mac = properties is not None and properties.get("date1904") in ("1", "true")
    return datetime.fromisoformat("1904-01-01" if mac else "1899-12-30")


def _date_styles(book: zipfile.ZipFile) -> set[str]:
    """Style numbers of cells that show a date."""
    if "xl/styles.xml" not in book.namelist():
        return set()
    root = _small_xml(book, "xl/styles.xml")
    own = {
        int(f.get("numFmtId", "0")): re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", f.get("formatCode", ""))
        for f in root.iter(f"{_MAIN}numFmt")
    }
    dates = _DATE_FORMATS | {n for n, code in own.items() if re.search(r"[ymdhsYMDHS年月日]", code)}
    dates -= {n for n, code in own.items() if n not in _DATE_FORMATS and not re.search(r"[ymdhs年月日]", code, re.I)}
    cells = root.find(f"{_MAIN}cellXfs")
    return {str(i) for i, xf in enumerate(cells if cells is not None else []) if int(xf.get("numFmtId", "0")) in dates}


def _shared_strings(book: zipfile.ZipFile) -> _Strings:
    strings, parts, taking = _Strings(), [], [False, 0]
    if "xl/sharedStrings.xml" not in book.namelist():
        return strings
    parser = _parser()

    def start(name: str, _: dict[str, str]) -> None:
        local = _local(name)
        if local == "t" and not taking[1]:
            taking[0] = True
        elif local == "rPh":  # phonetic hints are no text of the cell
            taking[1] = 1

    def end(name: str) -> None:
        local = _local(name)
        if local == "t":
            taking[0] = False
        elif local == "rPh":
            taking[1] = 0
        elif local == "si":
            strings.add("".join(parts)[:MAX_CELL])
            parts.clear()

    def text(data: str) -> None:
        if taking[0] and len(parts) < MAX_CELL:  # no part is longer than a chunk, none is empty
            parts.append(data[:MAX_CELL])

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    with book.open("xl/sharedStrings.xml") as file:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    return strings


def _column(reference: str) -> int:
    """0 for A1, 26 for AA7."""
    index = 0
    for char in reference:
        if not char.isalpha():
            break
        index = index * 26 + ord(char) - 64
    return index - 1


class _SheetReader:
    """Reads one sheet in chunks and gives the rows that are complete after each."""

    def __init__(self, strings: _Strings, dates: set[str], epoch: datetime) -> None:
        self.strings, self.dates, self.epoch = strings, dates, epoch
        self.ready: list[tuple[int, list[str]]] = []
        self.cells: list[str] = []
        self.number = 0
        self.kind = self.style = ""
        self.column = 0
        self.taking = self.formula = False
        self.reference = ""
        self.length = 0
        self.parts: list[str] = []

    def rows(self, file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk, False)
            yield from self.ready
            self.ready.clear()
        parser.Parse(b"", True)
        yield from self.ready

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c" or name.endswith(":c"):
            place = attributes.get("r")
            self.column = _column(place) if place else len(self.cells)
            self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
            self.reference, self.formula, self.length = place or "", False, 0
            self.parts.clear()
        elif name == "f" or name.endswith(":f"):
            self.formula = True
        elif name in ("v", "t") or name.endswith((":v", ":t")):
            self.taking = True
        elif name == "row" or name.endswith(":row"):
            self.number = int(attributes.get("r", self.number + 1))
            self.cells = []

    def _text(self, data: str) -> None:
        # What exceeds a cell of Excel is left out as it comes: one cell of two gigabytes must not be put together.
        if self.taking and self.length <= MAX_CELL:
            self.parts.append(data[: MAX_CELL + 1])
            self.length += len(data)

    def _end(self, name: str) -> None:
        if name in ("v", "t") or name.endswith((":v", ":t")):
            self.taking = False
        elif name == "c" or name.endswith(":c"):
            if self.formula and not self.parts and self.kind != "str":  # a formula whose result is "" says t="str"
                raise Refused("formulas", cell=self.reference or f"#{self.number}")
            if self.parts and self.column < 1000:  # a stray cell far to the right must not make a row of 16,384
                self.cells += [""] * (self.column - len(self.cells))
                self.cells.append(self._value("".join(self.parts)))
            elif not self.reference and self.column < 1000:  # a cell that names no place counts, empty or not
                self.cells.append("")
        elif name == "row" or name.endswith(":row"):
            self.ready.append((self.number, self.cells))

    def _value(self, raw: str) -> str:
        if self.kind == "s":
            return self.strings[int(raw)]
        if self.kind == "n":
            return self._date(raw) if self.style in self.dates else _number(raw)
        if self.kind == "b":
            return "TRUE" if raw == "1" else "FALSE"
        return "" if self.kind == "e" else raw[:MAX_CELL]

    def _date(self, raw: str) -> str:
        try:
            moment = self.epoch + timedelta(days=float(raw))
        except (ValueError, OverflowError):
            return raw
        if moment.hour or moment.minute or moment.second:
            return moment.isoformat(" ", "seconds")
        return moment.date().isoformat()


def _number(raw: str) -> str:
    """As Excel would show it: 2021.0 is 2021. A long number that has lost digits keeps its exponent and is refused."""
    if raw.isdigit() and len(raw) <= 15:
        return raw
    try:
        value = float(raw)
    except ValueError:
        return raw
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.14E}" if abs(value) >= 1e15 else repr(value)
