"""A workbook of a million rows is read in little memory; a cell or a line that never ends is not put together."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from zhijian.config.places import CHECKOUT

ROWS = 1_000_000 if os.environ.get("ZHIJIAN_LONG") == "1" else 150_000
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
READ = """
import sys
from pathlib import Path
from zhijian.kernel.registry.import_.sources import Refused, recognise
try:
    print(sum(1 for _ in recognise(Path(sys.argv[1])).rows()))
except Refused as refused:
    print(refused.why)
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))  # since this program began
print(int(peak.split()[1]) // 1024)
"""


def workbook(path: Path, rows: int, last: str = "") -> Path:
    """A sheet with texts in its cells, written row by row; `last` is put into one more cell."""
    sheets = f'<sheets><sheet name="一" sheetId="1" r:id="rId1" xmlns:r="{OFFICE}"/></sheets>'
    kind = f'Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"'
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        book.writestr("xl/workbook.xml", f"<workbook {MAIN}>{sheets}</workbook>")
        book.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{relations}"><Relationship {kind}/></Relationships>'
        )
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f"<worksheet {MAIN}><sheetData>".encode())
            for n in range(1, rows + 1):
                cells = "".join(
                    f'<c r="{letter}{n}" t="inlineStr"><is><t>{n * 7919 % 999983:x}{letter}</t></is></c>'
                    for letter in "ABCDEF"
                )
                sheet.write(f'<row r="{n}">{cells}</row>'.encode())
            if last:
                sheet.write(f'<row r="{rows + 1}"><c r="A{rows + 1}" t="inlineStr"><is><t>'.encode())
                for _ in range(120):
                    sheet.write(last.encode())
                sheet.write(b"</t></is></c></row>")
            sheet.write(b"</sheetData></worksheet>")
    return path


def read(path: Path) -> tuple[str, int]:
    """(rows, or why it was refused; MB at the peak) of a process of its own."""
    path_of = os.environ | {"PYTHONPATH": str(CHECKOUT / "src")}
    done = subprocess.run([sys.executable, "-c", READ, str(path)], env=path_of, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said, megabytes = done.stdout.split()
    return said, int(megabytes)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    few, before = read(workbook(tmp_path / "few.xlsx", 1_000))
    many, after = read(workbook(tmp_path / "many.xlsx", ROWS))
    assert (few, many) == ("1000", str(ROWS))
    assert after < before + 20, (before, after)


def test_a_cell_without_end_is_cut(tmp_path: Path) -> None:
    import random

    noise = "".join(random.Random(1).choices("甲乙丙丁戊己庚辛壬癸0123456789abcdef", k=400_000))
    said, megabytes = read(workbook(tmp_path / "t.xlsx", 10, noise))  # 48 million characters in one cell
    assert said == "11"
    assert megabytes < 80


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n" + b"x" * 40_000_000)
    assert read(path)[0] == "long_line"
