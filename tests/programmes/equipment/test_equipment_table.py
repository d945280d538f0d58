"""A table of special equipment through the registry's own import: tried, taken in, the same again, killed."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.import_.runner import import_file
from zhijian.kernel.registry.models import Entity, ImportState
from zhijian.programmes.equipment import importing
from zhijian.programmes.equipment.models import Equipment

pytestmark = pytest.mark.django_db
HEAD = [
    "使用单位名称", "使用单位统一社会信用代码", "管辖单位", "设备代码", "产品名称", "使用登记证编号", "使用地点",
    "安全状况等级", "维保单位名称", "维保单位电话", "投用日期",
    "监督检验日期", "检测日期", "检验日期", "检验结论", "下次检验日期", "使用状态",
]  # fmt: skip
CODE = "91370303MA3C0R6E95"


def row(code: str, **more: str) -> list[str]:
    told = dict.fromkeys(HEAD, "") | {
        "使用单位名称": "淄博清风餐饮有限公司", "使用单位统一社会信用代码": CODE, "管辖单位": "体育场所",
        "设备代码": code,
        "产品名称": "乘客电梯", "使用地点": "水晶街 1 号", "使用状态": "在用",
    }  # fmt: skip
    return list((told | more).values())


def table(folder: Path, *rows: list[str], encoding: str = "gb18030") -> Path:
    path = folder / "equipment.csv"
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows([HEAD, *rows])
    return path


LIFT = row(
    "31103703002024000001", 使用登记证编号="梯11鲁C00001(24)", 维保单位名称="淄博捷安电梯维保有限公司",
    维保单位电话="13905330011",
    监督检验日期="2024-06-11", 检验日期="2025年6月2日", 检验结论="合格",
)  # fmt: skip
VESSEL = row("21503703002020000002", 产品名称="储气罐", 安全状况等级="3级", 检验日期="2023/1/5", 下次检验日期="2026-01")
IDLE = row("51103703002022000003", 产品名称="叉车", 使用状态="停用")


@pytest.fixture(autouse=True)
def places():
    with scoped(SYSTEM):
        world.jurisdictions()
        yield


def test_a_trial_reads_and_changes_nothing(tmp_path):
    run = import_file(table(tmp_path, LIFT, VESSEL), "equipment", dry_run=True)
    assert run.state == ImportState.DONE and run.counts["equipment"] == {"read": 2}
    assert not Equipment.objects.exists() and not Entity.objects.exists()


def test_told_by_its_headings_taken_in_and_the_same_again_changes_nothing(tmp_path):
    path = table(tmp_path, LIFT, VESSEL, IDLE)
    run = import_file(path, "")
    assert (run.mapping, run.counts["equipment"]) == ("equipment", {"new": 3, "changed": 0, "same": 0})
    lift = Equipment.objects.select_related("matter", "maintainer").get(code=LIFT[3])
    assert (lift.category, lift.group, lift.certificate) == ("3110", "3", "梯11鲁C00001(24)")
    assert (lift.next_on, lift.next_what) == (dt.date(2026, 6, 30), "testing")
    assert lift.matter.due == lift.next_on and lift.matter.number == lift.code
    assert lift.maintainer is not None and lift.maintainer.phone == "13905330011"
    vessel = Equipment.objects.get(code=VESSEL[3])
    assert (vessel.next_on, vessel.grade) == (dt.date(2026, 1, 31), "3")  # the report names a month
    idle = Matter.objects.get(number=IDLE[3])
    assert (idle.state, idle.due) == ("idle", None)
    again = import_file(path, "equipment")
    assert again.counts["equipment"] == {"new": 0, "changed": 0, "same": 3}
    assert LedgerEntry.objects.filter(kind="equipment.taken_over").count() == 3


def test_a_later_table_changes_what_it_says_and_an_older_one_takes_nothing_back(tmp_path):
    import_file(table(tmp_path, [("2024-06-11" if cell == "2025年6月2日" else cell) for cell in LIFT]), "equipment")
    later = row(LIFT[3], 检验日期="2025-06-05", 监督检验日期="2024-06-11", 使用地点="水晶街 2 号")
    run = import_file(table(tmp_path, later), "equipment")
    assert run.counts["equipment"] == {"new": 0, "changed": 1, "same": 0}
    lift = Equipment.objects.select_related("matter").get(code=LIFT[3])
    assert (lift.place, lift.next_on) == ("水晶街 2 号", dt.date(2026, 6, 30))
    assert lift.matter.due == lift.next_on and lift.certificate == "梯11鲁C00001(24)"  # an empty cell erases nothing
    older = row(LIFT[3], 检验日期="2025-01-02", 使用地点="水晶街 2 号")
    assert import_file(table(tmp_path, older), "equipment").counts["equipment"]["same"] == 1
    assert Equipment.objects.get(code=LIFT[3]).inspected_on == dt.date(2025, 6, 5)


def test_an_inspection_that_was_not_passed_moves_no_day_on(tmp_path):
    import_file(table(tmp_path, LIFT), "equipment")
    before = Equipment.objects.get(code=LIFT[3])
    failed = row(LIFT[3], 检验日期="2025-07-05", 检验结论="不合格", 下次检验日期="2026-07-05")
    import_file(table(tmp_path, failed), "equipment")
    one = Equipment.objects.get(code=LIFT[3])
    assert (one.failed_on, one.inspected_on) == (dt.date(2025, 7, 5), before.inspected_on)
    assert one.next_on == min(before.next_on, dt.date(2025, 7, 5))
    passed = row(LIFT[3], 检验日期="2025-08-05", 检验结论="合格")
    import_file(table(tmp_path, passed), "equipment")
    one = Equipment.objects.get(code=LIFT[3])
    assert (one.failed_on, one.inspected_on) == (None, dt.date(2025, 8, 5))
    boiler = row("11003703002020000009", 产品名称="锅炉", 检验日期="2025-07-05", 检验结论="不合格")
    import_file(table(tmp_path, boiler), "equipment")
    assert Equipment.objects.get(code="11003703002020000009").failed_on == dt.date(2025, 7, 5)


def test_rows_that_cannot_be_read_come_back_with_the_reason(tmp_path):
    bad = row("ABC")  # no category of the catalogue
    nobody = row("31103703002024000009", 使用单位统一社会信用代码="")
    run = import_file(table(tmp_path, LIFT, bad, nobody), "equipment")
    assert run.counts["equipment"]["new"] == 1 and run.counts["rejected"] == 2 and run.report
    whys = {problem["why"] for one in run.sample for problem in one["problems"]}
    assert whys == {"not_in_table", "missing"}


def test_classes_that_the_catalogue_lacks_and_days_to_come_are_lines_to_mend(tmp_path):
    """Nothing of 3999 or 9999 is registered; nobody has inspected anything in years to come."""
    bad = [
        row("39993703002024000009"), row("99993703002024000010"), row("70003703002024000011"),
        *(row(f"3110370300202400002{n}", **{what: day}) for n, (what, day) in enumerate([
            ("检验日期", "2090-06-02"), ("监督检验日期", "2090年6月"), ("检测日期", "69500"), ("投用日期", "2090/6/2"),
        ])),
    ]  # fmt: skip
    run = import_file(table(tmp_path, LIFT, *bad), "equipment")
    assert (run.counts["equipment"]["new"], run.counts["rejected"]) == (1, len(bad))
    whys = [problem["why"] for one in run.sample for problem in one["problems"]]
    assert (whys.count("not_in_table"), whys.count("to_come")) == (3, 4)
    assert Equipment.objects.count() == 1


def test_a_firm_without_its_telephone_is_noted_and_gets_it_from_a_later_row(tmp_path):
    mute = [("" if cell == "13905330011" else cell) for cell in LIFT]
    run = import_file(table(tmp_path, mute), "equipment")
    assert [one["why"] for row in run.sample for one in row["problems"]] == ["unreached"] and run.counts["noted"] == 1
    assert Equipment.objects.get().maintainer.phone == ""
    run = import_file(table(tmp_path, LIFT), "equipment")
    assert run.counts["noted"] == 0 and Equipment.objects.get().maintainer.phone == "13905330011"


def test_what_stands_twice_counts_once(tmp_path):
    twice = row(LIFT[3], 使用地点="水晶街 3 号")
    run = import_file(table(tmp_path, LIFT, twice), "equipment")
    assert run.counts["equipment"] == {"new": 1, "changed": 0, "same": 1}
    assert Equipment.objects.get().place == "水晶街 3 号"


def test_an_import_that_breaks_in_the_middle_leaves_nothing(tmp_path, monkeypatch):
    def breaks(*args: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(importing.Planter, "flush", breaks)
    with pytest.raises(RuntimeError):
        import_file(table(tmp_path, LIFT), "equipment")
    assert not Equipment.objects.exists() and not Entity.objects.exists()
