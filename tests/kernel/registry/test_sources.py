"""What files are taken, what is refused and in which words."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from zhijian.kernel.registry.import_.problems import REASONS, REFUSALS, refusal
from zhijian.kernel.registry.import_.sources import Refused, recognise

TABLE = "统一社会信用代码,企业名称\n91440300708461136T,名称甲\n"


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def cells(path: Path) -> list[list[str]]:
    return [row.cells for row in recognise(path).rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_encodings(tmp_path: Path, encoding: str, packed: bool) -> None:
    data = TABLE.encode(encoding)
    path = put(tmp_path, "t.csv", gzip.compress(data) if packed else data)
    assert cells(path) == [["统一社会信用代码", "企业名称"], ["91440300708461136T", "名称甲"]]


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_delimiters(tmp_path: Path, sign: str) -> None:
    assert cells(put(tmp_path, "t.csv", TABLE.replace(",", sign).encode()))[0] == ["统一社会信用代码", "企业名称"]


def test_a_workbook_is_streamed_with_dates_sheets_and_blanks(tmp_path: Path) -> None:
    import datetime as dt

    path = tmp_path / "t.xlsx"
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("甲")
    sheet.write_row(0, 0, ["a", "", "c"])
    sheet.write_datetime(1, 0, dt.date(2021, 3, 5), day)
    sheet.write_number(1, 1, 913703030000000123)
    sheet.write_number(1, 2, 2021.0)
    sheet.write_string(3, 2, "<&>")
    book.add_worksheet("乙").write_boolean(0, 0, True)
    book.add_worksheet("丙").hide()
    book.close()
    rows = list(recognise(path).rows())
    assert [(r.sheet, r.number, r.cells) for r in rows] == [
        ("甲", 1, ["a", "", "c"]),
        ("甲", 2, ["2021-03-05", "9.13703030000000E+17", "2021"]),
        ("甲", 4, ["", "", "<&>"]),
        ("乙", 1, ["TRUE"]),
    ]


def archive(folder: Path, parts: dict[str, bytes]) -> Path:
    path = folder / "t.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in parts.items():
            out.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("t.csv", b"", "empty"),
        ("t.xls", b"\n<html><table><tr><td>1</td></tr></table></html>", "html_as_xls"),
        (
            "t.xls",
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "xml_as_xls",
        ),
        ("t.xlsx", b"%PDF-1.4", "not_a_sheet"),
        ("t.csv", b"a,b\n\0\0", "binary"),
        ("t.csv", "甲,乙\n".encode() + b"\xff\xfe\xff,1\n", "encoding"),
        ("t.xlsx", b"PK\x03\x04 cut off", "damaged"),
        ("t.xlsx", bytes(range(256)) * 9, "damaged"),
        ("t.csv.gz", gzip.compress(TABLE.encode())[:-12], "damaged"),
        ("t.csv.gz", gzip.compress(b" " * 40_000_000), "bomb"),
        ("t.csv", b'a,b\n"never closed,1\n' + b"x,y\n" * 20_000, "quotation"),
    ],
)
def test_refusals(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    with pytest.raises(Refused) as error:
        cells(put(tmp_path, name, data))
    assert error.value.why == why
    assert "{" not in refusal(why, error.value.detail)


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"xl/workbook.xml": b"<x/>", "xl/vbaProject.bin": b""}, "macros"),
        ({"xl/workbook.bin": b""}, "binary_workbook"),
        ({"readme.txt": b""}, "archive"),
        ({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b"0" * 50_000_000}, "bomb"),
        (
            {"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "xl/_rels/workbook.xml.rels": b"<x/>"},
            "bomb",
        ),
    ],
)
def test_archives_that_are_no_plain_workbook(tmp_path: Path, parts: dict[str, bytes], why: str) -> None:
    with pytest.raises(Refused) as error:
        cells(archive(tmp_path, parts))
    assert error.value.why == why


def test_every_reason_has_words() -> None:
    filled = dict.fromkeys(("max", "table", "year", "min", "n", "name", "what", "size", "line"), "1")
    filled |= dict.fromkeys(("missing", "found", "column", "value", "fault", "known", "kind", "cell", "title"), "1")
    filled |= dict.fromkeys(("holds", "other", "other_holds", "columns", "sheets"), "1")
    for texts in (REASONS, REFUSALS):
        for words in texts.values():
            assert "{" not in str(words).format(**filled)
