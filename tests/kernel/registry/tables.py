"""Tables of other systems as they come: made here, written as CSV or XLSX."""

from __future__ import annotations

import csv
from pathlib import Path

import xlsxwriter

from zhijian.kernel.registry.codes import make_food_licence, make_uscc

HEAD = ["统一社会信用代码", "企业名称", "法定代表人", "登记状态", "成立日期", "住所", "联系电话"]
FOOD_HEAD = ["许可证编号", "经营者名称", "社会信用代码", "法定代表人(负责人)", "经营场所", "主体业态", "经营项目"]
FOOD_HEAD += ["发证日期", "有效期至", "状态", "纬度", "经度"]


def code(serial: int) -> str:
    """A valid USCC."""
    return make_uscc("91", "370303", serial)


def jy(serial: int) -> str:
    """A valid JY number of a restaurant."""
    return make_food_licence("JY", f"2370303{serial:06d}")


def entity(serial: int, name: str = "", **more: str) -> list[str]:
    """One row of a registration table; `more` by heading."""
    values = [code(serial), name or f"淄博第{serial}饭店", "王乐", "存续", "2020-01-02", "张店区马尚街道", ""]
    row = dict(zip(HEAD, values, strict=True))
    return list((row | more).values())


def food(serial: int, **more: str) -> list[str]:
    """One row of a food licence table."""
    row = [jy(serial), f"淄博第{serial}饭店", code(serial), "王乐", "张店区马尚街道1号", "餐饮服务", "热食类、冷食类"]
    row += ["2024-01-02", "2029-01-01", "有效", "36.81", "118.05"]
    return list((dict(zip(FOOD_HEAD, row, strict=True)) | more).values())


def write(path: Path, rows: list[list[str]], encoding: str = "utf-8-sig") -> Path:
    """As CSV."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def write_xlsx(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    """As a workbook."""
    book = xlsxwriter.Workbook(path)
    for title, rows in sheets.items():
        sheet = book.add_worksheet(title)
        for i, row in enumerate(rows):
            sheet.write_row(i, 0, row)
    book.close()
    return path
