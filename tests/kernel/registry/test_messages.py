"""What a person reads who sends a table that can't be taken as it is: real files, both languages."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from os import environ
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.utils import translation

from zhijian.kernel.registry.import_.problems import REASONS, REFUSALS
from zhijian.kernel.registry.import_.runner import import_file
from zhijian.kernel.registry.import_words import faults, notes
from zhijian.kernel.registry.models import Entity, ImportRun

from .tables import FOOD_HEAD, HEAD, code, entity, food, write, write_xlsx

pytestmark = pytest.mark.django_db


def tried(path: Path, mapping: str = "") -> ImportRun:
    run = import_file(path, mapping, dry_run=True)
    run.refresh_from_db()
    return run


def said(run: ImportRun) -> tuple[str, str]:
    """The trouble in Chinese and in English."""
    with translation.override("zh-hans"):
        chinese = run.trouble
    with translation.override("en"):
        return chinese, run.trouble


def rows(n: int = 3) -> list[list[str]]:
    return [HEAD, *(entity(i) for i in range(1, n + 1))]


def swap(table: list[list[str]], a: str, b: str) -> list[list[str]]:
    """The values of two columns under each other's heading."""
    i, j = table[0].index(a), table[0].index(b)
    for row in table[1:]:
        row[i], row[j] = row[j], row[i]
    return table


def a_book(path: Path, parts: dict[str, str]) -> Path:
    """Any zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in parts.items():
            out.writestr(name, text)
    return path


def with_macros(path: Path) -> Path:
    write_xlsx(path, {"一": [list(row) for row in rows()]})
    with zipfile.ZipFile(path, "a") as book:
        book.writestr("xl/vbaProject.bin", b"macro")
    return path


def uncached(path: Path) -> Path:
    """As programs write workbooks that no spreadsheet has computed."""
    write_xlsx(path, {"一": [list(row) for row in rows()]})
    parts = {name: zipfile.ZipFile(path).read(name) for name in zipfile.ZipFile(path).namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    begin = sheet.index('<c r="B3"')
    end = sheet.index("</c>", begin)
    sheet = sheet[:begin] + '<c r="B3"><f>A1&amp;"店"</f><v></v>' + sheet[end:]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in parts.items():
            out.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else data)
    return path


def bytes_of(text: str, encoding: str = "utf-8") -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.write_bytes(text.encode(encoding))
        return path

    return make


def csv_text(table: list[list[str]], sign: str = ",") -> str:
    return "".join(sign.join(row) + "\n" for row in table)


def mixed(path: Path) -> Path:
    path.write_bytes(csv_text(rows(2)).encode() + csv_text([entity(3)]).encode("gb18030"))
    return path


SWAPPED = "“统一社会信用代码”列里是名称，而“企业名称”列里是代码：两列颠倒了。请把表头改正后重新上传。"
CASES: dict[str, tuple[str, Callable[[Path], Path], str, str]] = {
    "no bytes": ("t.csv", bytes_of(""), "文件是空的。", "The file is empty."),
    "only blanks": ("t.csv", bytes_of(" \n\n"), "文件是空的。", "The file is empty."),
    "only a header": ("t.csv", bytes_of(csv_text([HEAD])), "只有表头", "a header, but no row"),
    "an empty workbook": ("t.xlsx", lambda p: write_xlsx(p, {"一": []}), "文件是空的。", "The file is empty."),
    "swapped": (
        "t.csv", lambda p: write(p, swap(rows(5), "统一社会信用代码", "企业名称")), SWAPPED, "the two are swapped",
    ),
    "swapped dates": (
        "t.csv", lambda p: write(p, swap([HEAD, *(entity(i, 联系电话="13900000000") for i in range(1, 5))],
                                         "成立日期", "联系电话")), "颠倒", "holds telephone numbers",
    ),
    "a program": ("t.csv", bytes_of("a,b\n\0\0"), "第 2 行", "Line 2 holds bytes that no text has"),
    "another encoding": (
        "t.csv", lambda p: (p.write_bytes(b"a,b\n\xff\xff\xff,1\n"), p)[1], "第 2 行既不是", "Line 2 is neither UTF-8",
    ),
    "two encodings": ("t.csv", mixed, "第 4 行", "line 4 is in another encoding"),
    "an open quotation mark": (
        "t.csv", bytes_of(csv_text(rows(2)) + csv_text([entity(3, '"甲饭店')]) + csv_text([entity(4), entity(5)])),
        "第 4 行附近有引号没有闭合", "Near line 4",
    ),
    "two quotation marks, rows apart": (
        "t.csv", bytes_of(csv_text([HEAD, entity(1), entity(2, '"甲饭店'), entity(3), entity(4, '乙"饭店')])),
        "第 3 行附近有引号没有闭合", "Near line 3",
    ),
    "a Word document": (
        "t.xlsx", lambda p: a_book(p, {"word/document.xml": "<x/>"}), "而是 Word 文件", "not a spreadsheet but Word",
    ),
    "a zip": ("t.zip", lambda p: a_book(p, {"a.csv": "x"}), "ZIP 压缩包", "a ZIP archive"),
    "a picture": ("t.csv", lambda p: (p.write_bytes(b"\x89PNG\r\n"), p)[1], "而是 PNG 文件", "PNG"),
    "macros": ("t.xlsm", with_macros, "含有宏", "contains macros"),
    "formulas": ("t.xlsx", uncached, "B3 单元格是公式", "Cell B3 holds a formula"),
    "another table": (
        "t.csv", bytes_of("姓名,年龄\n王,3\n"), "没有哪一种表是这样的表头：姓名、年龄", "No kind of table has such",
    ),
    "a table that lacks a column": (
        "t.csv", bytes_of(csv_text([FOOD_HEAD[:5], food(1)[:5]])), "但缺少：主体业态", "which lacks: 主体业态",
    ),
    "one long line": ("t.csv", bytes_of("a" * 17_000_000), "第 1 行超过", "Line 1 is longer"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_is_not_taken_says_why_and_what_to_do(tmp_path: Path, case: str) -> None:
    name, make, chinese, english = CASES[case]
    run = tried(make(tmp_path / name))
    assert run.state == "refused", run.counts
    told = said(run)
    assert chinese in told[0]
    assert english in told[1]
    assert "{" not in "".join(told)


def test_chinese_and_latin_stand_apart() -> None:
    """A blank between Chinese characters and digits or Latin letters, as everywhere else on the desk."""
    import re

    with translation.override("zh-hans"):
        texts = [str(t) for t in (*REASONS.values(), *REFUSALS.values())]
    close = re.compile(r"[\u4e00-\u9fff](?:[A-Za-z0-9]|\{(?:line|n|max|size|year|min|what|cell|name)\})"
                       r"|(?:[A-Za-z0-9]|\{(?:line|n|max|size|year|min|what|cell|name)\})[\u4e00-\u9fff]")  # fmt: skip
    assert [t for t in texts if close.search(t.replace("2024年3月5日", ""))] == []


@pytest.mark.parametrize(
    "written",
    ["2024/3/5", "2024-03-05", "2024.3.5", "2024年3月5日", "2024 年 3 月 5 日", "2024年3月5号", "20240305", "45356",
     "2024-03-05 00:00:00", "2024/3/5 8:30", "２０２４年３月５日"],
)  # fmt: skip
def test_days_as_people_write_them(tmp_path: Path, written: str) -> None:
    import_file(write(tmp_path / "t.csv", [HEAD, entity(1, 成立日期=written)]), "registration")
    assert str(Entity.objects.get().established) == "2024-03-05"


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("成立日期", "2024/2/30", "is a day that does not exist"),
        ("成立日期", "2024年13月1日", "is a day that does not exist"),
        ("成立日期", "昨天", "is not a date; write it as 2024-03-05"),
        ("成立日期", "1024-01-01", "lies before 1900"),
        ("统一社会信用代码", "91370303MA3C00000A", "has a check digit that does not fit"),
        ("统一社会信用代码", "9137", "does not have 18 characters"),
        ("统一社会信用代码", "9.13703E+17", "has lost digits in the spreadsheet"),
        ("企业名称", "", "is empty, but needed"),
    ],
)
def test_a_bad_cell_is_named(tmp_path: Path, column: str, value: str, why: str) -> None:
    run = tried(write(tmp_path / "t.csv", [HEAD, entity(1), entity(2, **{column: value})]))
    with translation.override("en"):
        (fault,) = faults(run)
    assert fault.where == "ABCDEFG"[HEAD.index(column)] + "3"
    assert (fault.column, fault.value) == (column, value)
    assert fault.why.startswith(why)


def test_what_was_left_out_is_said(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    book = xlsxwriter.Workbook(path)
    for title, table in {
        "一": rows(2),
        "二": [[*HEAD, "联系电话", "备注"], [*entity(3), "", ""]],
        "旧": rows(1),
    }.items():
        sheet = book.add_worksheet(title)
        for i, row in enumerate([["淄博市登记信息"], *table]):
            sheet.write_row(i, 0, row)
        if title == "旧":
            sheet.hide()
    book.add_worksheet("说明").write(0, 0, "本表由系统导出")
    book.close()
    run = tried(path)
    assert run.counts["entity"]["new"] == 3
    assert run.mapping == "registration"
    with translation.override("en"):
        told = notes(run)
    assert "Hidden sheets were left out: 旧" in told
    assert "Sheets without a fitting header were left out: 说明" in told
    one = tried(write(tmp_path / "t.csv", [[*HEAD, "联系电话", "备注"], [*entity(3), "", ""]]))
    with translation.override("en"):
        assert "Columns that were not used: 备注" in notes(one)
        assert any("联系电话 stands 2 times" in text for text in notes(one))


def test_a_table_is_told_by_its_headings(tmp_path: Path) -> None:
    drug = ["许可证编号", "企业名称", "统一社会信用代码", "经营方式", "经营地址"]
    tables = {
        "registration": [HEAD, entity(1)],
        "food_licences": [FOOD_HEAD, food(1)],
        "drug_licences": [drug, ["鲁CB0001234", "甲药店", code(1), "零售", "张店区"]],
    }
    for name, table in tables.items():
        assert tried(write(tmp_path / f"{name}.csv", table)).mapping == name


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_signs_between_cells_are_not_mistaken(tmp_path: Path, sign: str) -> None:
    other = ";" if sign != ";" else "|"
    table = [[*HEAD, "经营范围"], *([*entity(i), other.join("餐饮服务食品销售" * i)] for i in range(1, 6))]
    path = tmp_path / "t.csv"
    path.write_text(csv_text(table, sign), encoding="utf-8")
    assert tried(path).counts["entity"]["new"] == 5


def test_the_command_fails_when_nothing_can_be_taken(fresh_database: Any, tmp_path: Path) -> None:
    bad = write(tmp_path / "t.csv", [HEAD, entity(1, 企业名称=""), entity(2, 成立日期="昨天")])
    line = [sys.executable, "-m", "zhijian", "import", str(bad)]
    for language, words in (("zh_CN.UTF-8", "没有一行能读"), ("en_US.UTF-8", "No row can be read.")):
        more = fresh_database.env | {"LC_ALL": language}
        done = subprocess.run(line, env=environ | more, capture_output=True, text=True)
        assert done.returncode == 1
        assert words in done.stderr
        assert "B2" in done.stderr
    good = write(tmp_path / "g.csv", [HEAD, entity(1), entity(2, 成立日期="昨天")])
    done = subprocess.run([*line[:-1], str(good)], env=environ | fresh_database.env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "E3" in done.stdout
