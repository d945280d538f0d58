"""Opens what people send: CSV in whatever encoding, XLSX, old XLS and ODS, each also gzipped; row by row.

Everything here refuses rather than guesses: `Refused` tells in one sentence what the file is and what to do. Memory is
bounded: CSV and XLSX are streamed; XLS and ODS, which must be read whole, only up to a size.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

MAX_ROWS = 1_000_000
HEAD_ROWS = 20  # more, for titles and headings
MAX_BYTES = 2_000_000_000  # of a file when unpacked
MAX_WHOLE = 60_000_000  # of a file that has to be read whole (XLS, ODS)
MAX_RATIO = 400  # unpacked to packed; real workbooks stay below 60, a zip bomb begins at 1,000
MAX_CELL = 32_767  # characters; what a cell of Excel holds
MAX_LINE = 16_000_000  # bytes without an end of line
_CHUNK = 1 << 20


class Refused(Exception):
    """The file cannot be taken as it is. `why` is a key of `problems.REFUSALS`, `detail` (texts, lists) fills it."""

    def __init__(self, why: str, **detail: object) -> None:
        super().__init__(why, detail)
        self.why = why
        self.detail = {k: v if isinstance(v, list) else str(v) for k, v in detail.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """One row as written: its number in the sheet (from 1), its sheet ("" for CSV) and its cells."""

    number: int
    sheet: str
    cells: list[str]


@dataclass
class Source:
    """A file that has been recognised: what it is and how many bytes or rows, for progress."""

    path: Path
    name: str
    kind: str  # csv, xlsx, xls, ods
    sha256: str
    size: int
    encoding: str = ""
    delimiter: str = ""
    gzipped: bool = False
    lines: int | None = None  # CSV: lines in the file
    read: int = 0  # rows given so far
    hidden: list[str] = field(default_factory=list)  # sheets that nobody sees, and that were left out

    def rows(self) -> Iterator[Row]:
        """All rows of all sheets, in order. Raises Refused."""
        for row in self._rows():
            self.read += 1
            if self.read > MAX_ROWS + HEAD_ROWS:
                raise Refused("too_many_rows", max=f"{MAX_ROWS:,}")
            yield row

    def _rows(self) -> Iterator[Row]:
        if self.kind == "csv":
            return _csv_rows(self)
        if self.kind == "xlsx":
            from .xlsx import xlsx_rows

            return xlsx_rows(self.path, self.hidden)
        return _whole_rows(self.path)

    def open(self) -> IO[bytes]:
        """The bytes, unpacked when gzipped."""
        return gzip.open(self.path) if self.gzipped else self.path.open("rb")  # type: ignore[return-value]


def recognise(path: Path, name: str = "", known: tuple[str, int] | None = None) -> Source:
    """Say what a file is. `name` is the one that the sender gave it, `known` its `fingerprint`. Raises Refused."""
    name = name or path.name
    digest, size = known or fingerprint(path)
    if size == 0:
        raise Refused("empty")
    with path.open("rb") as file:
        head = file.read(8192)
    if head[:2] == b"\x1f\x8b":
        inner = _gunzipped_head(path)
        if inner[:4] == b"PK\x03\x04" or inner[:8] == _OLE:
            raise Refused("gzipped_workbook")
        return _as_csv(Source(path, name, "csv", digest, size, gzipped=True))
    if head[:4] == b"PK\x03\x04":
        return Source(path, name, _zip_kind(path, size), digest, size)
    if head[:8] == _OLE:
        if size > MAX_WHOLE:
            raise Refused("old_and_big")
        return Source(path, name, "xls", digest, size)
    _refuse_others(head, name)
    try:
        return _as_csv(Source(path, name, "csv", digest, size))
    except Refused as refused:
        if refused.why in ("encoding", "binary") and (kind := Path(name).suffix.lower()) in _WORKBOOKS:
            raise Refused("damaged", what=kind[1:].upper()) from refused
        raise


_WORKBOOKS = (".xlsx", ".xls", ".et", ".ods")  # what is named so and is no text either was to be a workbook


_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_MAGICS = {b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF"}
_ARCHIVES = {b"Rar!": "RAR", b"7z\xbc\xaf": "7z"}
_OFFICE = {"word/document.xml": "Word", "ppt/presentation.xml": "PowerPoint"}


def _refuse_others(head: bytes, name: str) -> None:
    for magic, what in _MAGICS.items():
        if head.startswith(magic):
            raise Refused("not_a_sheet", what=what)
    for magic, what in _ARCHIVES.items():
        if head.startswith(magic):
            raise Refused("archive", what=what)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:400].lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head")) or b"<html" in start:
        raise Refused("html_as_xls", name=name)
    if start.startswith(b"<?xml") or b"urn:schemas-microsoft-com" in start:
        raise Refused("xml_as_xls", name=name)


def fingerprint(path: Path) -> tuple[str, int]:
    """SHA-256 and bytes of a file; reads it once."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _gunzipped_head(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read(8192)
    except (OSError, EOFError) as error:
        raise Refused("damaged", what="gzip") from error


def _zip_kind(path: Path, size: int) -> str:
    """Say xlsx or ods. Refuses bombs, macros, binary workbooks and other archives before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = {e.filename for e in entries}
            total = sum(e.file_size for e in entries)
            worst = max((e.file_size / max(e.compress_size, 1) for e in entries if e.file_size > 1_000_000), default=0)
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Refused("damaged", what="zip") from error
    if total > MAX_BYTES or worst > MAX_RATIO or len(entries) > 20_000:
        raise Refused("bomb", size=f"{total / 1e6:,.0f}")
    if any(n.lower().endswith("vbaproject.bin") for n in names):
        raise Refused("macros")
    if "xl/workbook.bin" in names:
        raise Refused("binary_workbook")
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        if total > MAX_WHOLE:
            raise Refused("old_and_big")
        return "ods"
    for part, what in _OFFICE.items():
        if part in names:
            raise Refused("not_a_sheet", what=what)
    raise Refused("archive", what="ZIP")


# -- CSV ------------------------------------------------------------------------------------------------------------


def _as_csv(source: Source) -> Source:
    """Find encoding and delimiter by reading the whole file once: a byte that does not fit is named before any row."""
    scan = _Scan(source)
    try:
        with source.open() as file:
            while chunk := file.read(_CHUNK):
                scan.take(chunk)
    except (OSError, EOFError) as error:
        raise Refused("damaged", what="gzip") from error
    source.encoding, source.lines = scan.encoding(), scan.lines + 1
    if not scan.wide and scan.rows > MAX_ROWS + HEAD_ROWS:
        raise Refused("too_many_rows", max=f"{MAX_ROWS:,}")
    source.delimiter = _delimiter(source)
    return source


def is_misread(source: Source, cells: list[str]) -> bool:
    """Whether headings look like another encoding (Big5, Shift-JIS, Latin-1) that was read as GB18030.

    Nearly all bytes are some character of GB18030; what people write in it are those of GB 2312's first level.
    """
    signs = [c for cell in cells for c in cell if not c.isascii()]
    return source.encoding == "gb18030" and sum(map(_is_common, signs)) * 2 < len(signs)


def _is_common(char: str) -> bool:
    """Whether a character is a sign or one of the 3,755 frequent Chinese characters of GB 2312."""
    try:
        first = char.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return first <= 0xA3 or 0xB0 <= first <= 0xD7


class _Scan:
    """One pass over the bytes of a text: which encodings are still possible, how many lines there are."""

    def __init__(self, source: Source) -> None:
        self.limit = min(MAX_BYTES, MAX_RATIO * max(source.size, 10_000)) if source.gzipped else MAX_BYTES
        with source.open() as file:
            wide = file.read(2) in (b"\xff\xfe", b"\xfe\xff")
        names = ("utf-16",) if wide else ("utf-8", "gb18030")
        self.decoders = {name: codecs.getincrementaldecoder(name)() for name in names}
        self.wide = wide
        self.bad: dict[str, int] = {}  # encoding → line that is not of it
        self.lines = self.total = self.begun = self.utf8 = 0
        self.quoted = False  # within a cell in quotation marks, which may have lines of its own
        self.rows = 0

    def take(self, chunk: bytes) -> None:
        """The next piece. Raises Refused where no text goes on like this."""
        self.total += len(chunk)
        if self.total > self.limit:
            raise Refused("bomb", size=f"{self.total / 1e6:,.0f}")
        if not self.wide and (at := chunk.find(b"\0")) >= 0:
            raise Refused("binary", line=self.lines + chunk.count(b"\n", 0, at) + 1)
        self._measure(chunk)
        for name in list(self.decoders):
            self._try(name, chunk)
        self.lines += chunk.count(b"\n")
        self.rows += self._ends(chunk)
        if not self.decoders:
            raise Refused("encoding", line=max(self.bad.values()) + 1)

    def _ends(self, chunk: bytes) -> int:
        """Ends of rows: of lines that are not within a cell."""
        if not self.quoted and b'"' not in chunk:
            return chunk.count(b"\n")
        outside = chunk.split(b'"')[int(self.quoted) :: 2]
        self.quoted ^= chunk.count(b'"') % 2 == 1
        return sum(part.count(b"\n") for part in outside)

    def _measure(self, chunk: bytes) -> None:
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        self.begun = self.begun + len(chunk) if end < 0 else len(chunk) - end
        if self.begun > MAX_LINE:
            raise Refused("long_line", line=self.lines + 1, max=MAX_LINE // 1_000_000)

    def _try(self, name: str, chunk: bytes) -> None:
        decoder = self.decoders.get(name)
        if decoder is None:
            return
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            before = chunk[: max(error.start, 0)]
            self.bad[name] = self.lines + before.count(b"\n")
            del self.decoders[name]
            # So much text is not UTF-8 by chance: it is, and what follows is something else.
            if name == "utf-8" and self.utf8 + _high_bytes(before) >= _NOT_BY_CHANCE:
                raise Refused("mixed_encoding", line=self.bad[name] + 1) from None
            return
        if name == "utf-8" and not chunk.isascii():
            self.utf8 += _high_bytes(chunk)
            if self.utf8 >= _NOT_BY_CHANCE:
                self.decoders.pop("gb18030", None)

    def encoding(self) -> str:
        """The encoding, at the end. Raises Refused when the last character is cut off in every one."""
        for name, decoder in list(self.decoders.items()):
            try:
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                del self.decoders[name]
        if not self.decoders:
            raise Refused("encoding", line=self.lines + 1)
        name = next(iter(self.decoders))
        return "utf-8-sig" if name == "utf-8" else name


_NOT_BY_CHANCE = 12  # bytes


def _high_bytes(data: bytes) -> int:
    """Bytes beyond ASCII."""
    return len(data) - len(data.translate(None, _HIGH)) if not data.isascii() else 0


_HIGH = bytes(range(0x80, 0x100))


def _text(source: Source) -> io.TextIOWrapper:
    return io.TextIOWrapper(source.open(), encoding=source.encoding, newline="")  # type: ignore[arg-type]


def _delimiter(source: Source) -> str:
    """The sign among , ; tab | that cuts most of the first lines into the same, greatest number of cells."""
    with _text(source) as file:
        sample = [line for line in (file.readline(MAX_CELL) for _ in range(20)) if line.strip()]
    if not sample:
        raise Refused("empty")

    def evenness(sign: str) -> int:
        widths = Counter(n for n in map(len, csv.reader(sample, delimiter=sign)) if n > 1)
        return max((width * count for width, count in widths.items()), default=0)

    return max(",\t;|", key=evenness)


class _Held:
    """Lines of a text on their way to the CSV reader; those of the row that is being read are kept to be looked at."""

    def __init__(self, file: io.TextIOWrapper) -> None:
        self.file = file
        self.row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self.file:
            self.row.append(line)
            yield line

    def is_broken(self, delimiter: str, width: int) -> bool:
        """Whether a cell of several lines has swallowed rows: its quotation mark was never meant to open, or to close.

        An inner line that could be a row of its own, or an odd number of marks, gives it away.
        """
        if len(self.row) < 2:
            return False
        swallowed = width > 2 and any(line.count(delimiter) >= width - 1 for line in self.row[1:-1])
        return swallowed or sum(line.count('"') for line in self.row) % 2 == 1


def _csv_rows(source: Source) -> Iterator[Row]:
    csv.field_size_limit(MAX_CELL)
    with _text(source) as file:
        held = _Held(file)
        reader = csv.reader(held, delimiter=source.delimiter)
        start, width = 1, 0
        try:
            for cells in reader:
                width = max(width, len(cells)) if start <= 20 else width
                if held.is_broken(source.delimiter, width):
                    raise Refused("quotation", line=start)
                held.row.clear()
                yield Row(start, "", cells)
                start = reader.line_num + 1
        except csv.Error as error:
            raise Refused("quotation", line=start) from error
        except UnicodeDecodeError as error:
            raise Refused("encoding", line=start) from error


# -- workbooks that must be read whole ------------------------------------------------------------------------------


def _whole_rows(path: Path) -> Iterator[Row]:
    """Old XLS and ODS by calamine."""
    import datetime as dt

    from python_calamine import CalamineError, CalamineWorkbook

    def shown(value: object) -> str:
        if isinstance(value, float):
            return str(int(value)) if value.is_integer() else repr(value)
        if isinstance(value, dt.datetime):
            return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
        return str(value)

    try:
        book = CalamineWorkbook.from_path(path)
        for sheet in book.sheet_names:
            for number, cells in enumerate(book.get_sheet_by_name(sheet).iter_rows(), 1):
                yield Row(number, sheet, [shown(v) for v in cells])
    except CalamineError as error:
        raise Refused("password_or_damaged") from error
