"""What the two sheets of a checklist workbook hold, under Chinese and English headings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "flag", "list", "lines", "limits", "date", "whole", "number", "answer"]


@dataclass(frozen=True)
class Column:
    """One column (or head line): its key, its headings, what stands in it, and whether it must."""

    key: str
    zh: str
    en: str
    kind: Kind = "text"
    needed: bool = False
    width: int = 10

    def named(self, heading: str) -> bool:
        """True if a heading of a workbook means this column."""
        plain = heading.replace(" ", "").casefold()
        return plain in (self.zh, self.en.replace(" ", "").casefold())

    def heading(self, language: str) -> str:
        """The heading in the language of the pack."""
        return self.zh if language.startswith("zh") else self.en


HEAD_SHEET = Column("head", "检查表", "Checklist")
ITEM_SHEET = Column("items", "检查项", "Items")

HEAD = (
    Column("code", "代码", "Code", needed=True),
    Column("version", "版本", "Version", "whole", needed=True),
    Column("title", "名称", "Title", needed=True),
    Column("short", "简称", "Short name"),
    Column("number", "文号", "Document number"),
    Column("basis", "依据", "Basis", needed=True),
    Column("since", "施行日期", "Since", "date", needed=True),
    Column("until", "失效日期", "Until", "date"),
    Column("applies", "适用业态", "Applies to", "list", needed=True),
    Column("licences", "适用许可", "Applies to licences", "list"),
    Column("industries", "适用行业", "Applies to industries", "list"),
    Column("registers", "适用登记", "Applies to what is registered there", "list"),
    Column("source", "来源", "Source"),
    Column("note", "说明", "Note"),
)

ITEMS = (
    Column("section_no", "节号", "Section no.", needed=True, width=6),
    Column("section", "节名", "Section", needed=True, width=18),
    Column("no", "编号", "No.", needed=True, width=8),
    Column("key", "重点项", "Key item", "flag", needed=True, width=8),
    Column("text", "要点", "Requirement", needed=True, width=48),
    Column("basis", "依据", "Basis", needed=True, width=30),
    Column("type", "答案类型", "Answer", "answer", needed=True, width=10),
    Column("unit", "单位", "Unit", width=8),
    Column("min", "下限", "Min", "number", width=8),
    Column("max", "上限", "Max", "number", width=8),
    Column("limits", "分项限值", "Limits by kind", "limits", width=20),
    Column("photo", "应拍照", "Photo", "flag", needed=True, width=8),
    Column("may_na", "可不适用", "May be n/a", "flag", needed=True, width=8),
    Column("fix", "整改要求", "To be done", needed=True, width=40),
    Column("phrases", "常见问题", "Common faults", "lines", width=40),
    Column("applies", "限于业态", "Only for", "list", width=18),
    Column("same", "同问", "Asked as", width=12),
    Column("verified", "要点已核对", "Text checked", "flag", needed=True, width=10),
    Column("basis_verified", "依据已核对", "Basis checked", "flag", needed=True, width=10),
)

# Of the first sheet, in characters.
LONGEST = {"code": 60, "title": 120, "short": 6, "number": 120, "basis": 300, "source": 200}
MOST_PHRASES, LONGEST_PHRASE = 8, 60  # of an item: as many as a thumb finds, as long as a line of a paper

YES = {"是", "yes", "y", "true", "1", "√"}
NO = {"否", "no", "n", "false", "0", "×", ""}
ANSWERS = {"是否": "yesno", "是/否": "yesno", "yes/no": "yesno", "yesno": "yesno", "数值": "number", "number": "number"}
SHOWN: dict[str, dict[str | bool, str]] = {
    "zh": {"yesno": "是/否", "number": "数值", True: "是", False: "否"},
    "en": {"yesno": "yes/no", "number": "number", True: "yes", False: "no"},
}
