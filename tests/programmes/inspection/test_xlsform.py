"""A bureau's own XLSForm becomes a checklist version; what does not fit is said with its row and column."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.programmes.inspection.checklists import Reading, read_checklist
from zhijian.programmes.inspection.models import Checklist

SURVEY: list[list[Any]] = [
    ["type", "name", "label::中文 (zh)", "hint::中文 (zh)", "guidance_hint", "constraint", "relevant", "整改要求"],
    ["start", "start", "", "", "", "", "", ""],
    ["begin_group", "s1", "一 许可", "", "", "", "", ""],
    [
        "select_one answer",
        "k1",
        "★ 1.1 食品经营许可证在有效期内",
        "食品安全法第三十五条",
        "",
        "",
        "",
        "停止经营，依法办理许可",
    ],
    ["select_multiple faults", "k1_f", "常见问题", "", "", "", "${k1} = 'no'", ""],
    ["image", "k1_p", "照片", "", "", "", "${k1} = 'no'", ""],
    ["select_one plain", "k2", "1.2 公示许可证", "令78", "当日公示", "", "", ""],
    ["end_group", "", "", "", "", "", "", ""],
    ["begin_group", "s2", "2、贮存", "", "", "", "", ""],
    ["note", "n", "以下实测", "", "", "", "", ""],
    ["decimal", "k3", "2.1 冷藏温度（℃）", "GB 31654", "调整温度", ". >= 0 and . <= 8", "", ""],
    ["end group", "", "", "", "", "", "", ""],
]
CHOICES = [
    ["list_name", "name", "label::中文 (zh)"],
    ["answer", "yes", "符合"], ["answer", "no", "不符合"], ["answer", "na", "不适用"],
    ["plain", "yes", "是"], ["plain", "no", "否"],
    ["faults", "a", "许可证已过期"], ["faults", "b", "许可证地址不符"],
]  # fmt: skip
SETTINGS = [
    ["form_title", "form_id", "version", "依据", "施行日期", "适用业态"],
    ["早餐店自查要点", "zibo.breakfast", "1", "食品安全法", "2026-12-01", "restaurant"],
]


def workbook(survey: Any = SURVEY, choices: Any = CHOICES, settings: Any = SETTINGS) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, rows in (("survey", survey), ("choices", choices), ("settings", settings)):
            sheet = book.add_worksheet(name)
            for n, row in enumerate(rows):
                sheet.write_row(n, 0, row)
    return out.getvalue()


def read(**changed: Any) -> Reading:
    return read_checklist(workbook(**changed), ["restaurant"])


def changed(row: int, column: int, value: Any, rows: list[list[Any]] = SURVEY) -> list[list[Any]]:
    return [[value if (n, c) == (row, column) else cell for c, cell in enumerate(each)] for n, each in enumerate(rows)]


def test_it_becomes_a_checklist() -> None:
    reading = read()
    assert [str(one) for one in reading.faults] == []
    data = reading.data
    assert data is not None
    assert (data["code"], data["version"], data["title"], data["since"]) == (
        "zibo.breakfast",
        1,
        "早餐店自查要点",
        "2026-12-01",
    )
    assert [(s["no"], s["title"]) for s in data["sections"]] == [("一", "许可"), ("2", "贮存")]
    one, two, three = [item for section in data["sections"] for item in section["items"]]
    assert (one["no"], one["key"], one["text"], one["basis"]) == (
        "1.1",
        True,
        "食品经营许可证在有效期内",
        "食品安全法第三十五条",
    )
    assert (one["may_na"], two["may_na"]) == (True, False)
    assert (one["photo"], one["phrases"], one["fix"]) == (
        True,
        ["许可证已过期", "许可证地址不符"],
        "停止经营，依法办理许可",
    )
    assert two["fix"] == "当日公示", "the guidance, where no column of ours says it"
    assert three["answer"] == {"type": "number", "unit": "℃", "min": "0", "max": "8"} and three["text"] == "冷藏温度"
    assert not one["verified"], "nobody has compared it with what was published"


@pytest.mark.parametrize(
    ("survey", "cell", "word"),
    [
        (changed(6, 0, "text"), "survey A7", "text"),
        (changed(6, 0, "select_one colour"), "survey A7", "select_one colour"),
        (changed(6, 2, "1.1 公示许可证"), "survey C7", "1.1"),
        (changed(6, 4, ""), "survey H7", "整改要求"),
        (changed(6, 3, ""), "survey D7", "依据"),
        (changed(10, 2, "2.1 冷藏温度"), "survey C11", ""),
        (changed(10, 5, ""), "survey F11", ""),
    ],
)
def test_what_does_not_fit_is_said_where_it_stands(survey: Any, cell: str, word: str) -> None:
    reading = read(survey=survey)
    assert reading.data is None
    said = [str(fault) for fault in reading.faults]
    assert any(one.startswith(f"{cell}:") and word in one for one in said), said


def test_what_the_law_wants_to_know_beside_stands_in_settings() -> None:
    reading = read(settings=[row[:3] for row in SETTINGS])
    said = " ".join(map(str, reading.faults))
    assert reading.data is None and "施行日期" in said and "settings" in said
    reading = read(settings=changed(1, 1, "Frühstück", SETTINGS))
    assert [str(fault).partition(":")[0] for fault in reading.faults] == ["settings B2"]


def test_dry_run_then_import(db: None, tmp_path: Any) -> None:
    path = tmp_path / "breakfast.xlsx"
    path.write_bytes(workbook())
    call_command("checklist", "import", str(path), "--check")
    with scoped(SYSTEM):
        assert not Checklist.objects.exists(), "it only looked"
    call_command("checklist", "import", str(path))
    with scoped(SYSTEM):
        assert len(Checklist.objects.get(code="zibo.breakfast").items) == 3
    path.write_bytes(workbook(survey=changed(6, 0, "text")))
    with pytest.raises(CommandError):
        call_command("checklist", "import", str(path), "--check")
