"""What must not pass as clean: columns that were swapped, fields that change everywhere, files in other encodings."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from zhijian.kernel.registry import findings, import_words
from zhijian.kernel.registry.import_ import sources
from zhijian.kernel.registry.models import Entity, ImportRun

from .tables import HEAD, entity, write
from .test_import import take

pytestmark = pytest.mark.django_db
PEOPLE = ["王乐", "李明", "赵香源", "孙建国", "周敏", "吴海涛", "郑一鸣", "钱多", "陈晓", "欧阳静"]
NAMES = (
    "淄博{n}号烤鱼店",
    "张店区{n}信电子科技有限公司",
    "山东鲁{n}餐饮管理有限公司",
    "淄川{n}五金商行",
    "好再来{n}面馆",
)


def register(count: int = 30) -> list[list[str]]:
    """Rows as a register has them: firms, persons, addresses, phones."""
    return [
        entity(
            n,
            NAMES[n % 5].format(n=n),
            法定代表人=PEOPLE[n % 10],
            住所=f"淄博市张店区柳泉路{n}号",
            联系电话=f"138533{n:05d}",
        )
        for n in range(1, count + 1)
    ]


def swapped(rows: list[list[str]], one: str, other: str) -> list[list[str]]:
    """The same rows with the cells of two columns exchanged."""
    a, b = HEAD.index(one), HEAD.index(other)
    found = [list(row) for row in rows]
    for row in found:
        row[a], row[b] = row[b], row[a]
    return found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("企业名称", "法定代表人"), ("企业名称", "住所"), ("法定代表人", "住所"), ("联系电话", "住所")),
        *(("联系电话", "法定代表人"), ("企业名称", "联系电话"), ("统一社会信用代码", "企业名称")),
        *(("登记状态", "法定代表人"), ("登记状态", "成立日期"), ("成立日期", "联系电话")),
    ],
)
def test_two_columns_that_hold_each_others_values_are_named(tmp_path: Path, one: str, other: str) -> None:
    run = take(write(tmp_path / "t.csv", [HEAD, *swapped(register(), one, other)]), dry_run=True)
    assert (run.state, run.refusal["why"]) == ("refused", "swapped_with")
    assert {run.refusal["detail"]["column"], run.refusal["detail"]["other"]} == {one, other}
    assert one in run.trouble and other in run.trouble


def test_a_register_as_it_should_be_is_not_suspected(tmp_path: Path) -> None:
    assert take(write(tmp_path / "t.csv", [HEAD, *register()]), dry_run=True).state == "done"
    odd = [entity(n, PEOPLE[n % 10] + "面馆", 住所="马尚村", 法定代表人=PEOPLE[n % 10]) for n in range(1, 9)]
    assert take(write(tmp_path / "t.csv", [HEAD, *odd]), dry_run=True).state == "done"


def test_persons_that_no_pattern_knows_are_not_taken_for_firms(tmp_path: Path) -> None:
    """Three hundred firms that are all new, their names under the representatives' heading and the other way round."""
    new = [entity(n, f"张店新办{n}餐饮有限公司", 法定代表人=f"张测{5000 + n}") for n in range(1, 301)]
    run = take(write(tmp_path / "t.csv", [HEAD, *swapped(new, "企业名称", "法定代表人")]), dry_run=True)
    assert (run.state, run.refusal["why"]) == ("refused", "swapped_with")
    assert run.refusal["detail"] == {
        "column": "企业名称", "other": "法定代表人", "holds": "person", "other_holds": "name",
    }  # fmt: skip
    with translation.override("zh-hans"):
        assert "企业名称" in run.trouble and "法定代表人" in run.trouble and "人名" in run.trouble
    assert Entity.objects.count() == 0
    assert take(write(tmp_path / "u.csv", [HEAD, *new]), dry_run=True).state == "done"


def test_households_called_like_their_owners_are_not_suspected(tmp_path: Path) -> None:
    rows = [entity(n, PEOPLE[n % 10], 法定代表人=PEOPLE[n % 10]) for n in range(1, 31)]
    assert take(write(tmp_path / "t.csv", [HEAD, *rows]), dry_run=True).state == "done"
    firms = [entity(n, NAMES[1].format(n=n), 法定代表人=f"山东某{n}投资管理有限公司") for n in range(1, 31)]
    assert take(write(tmp_path / "u.csv", [HEAD, *firms]), dry_run=True).state == "done", "a firm runs a partnership"


def test_before_the_import_one_sees_what_would_stand_there(tmp_path: Path) -> None:
    take(write(tmp_path / "a.csv", [HEAD, *register()]))
    changed = register()
    changed[2][HEAD.index("联系电话")] = "13800000000"
    changed[4][HEAD.index("登记状态")] = "注销"
    run = take(write(tmp_path / "b.csv", [HEAD, *changed]), dry_run=True)
    told = {one["field"]: one for one in run.findings["changed"]}
    assert set(told) == {"phone", "status"}
    assert (told["phone"]["n"], told["phone"]["known"]) == (1, 30)
    assert told["phone"]["examples"] == [{"of": NAMES[3].format(n=3), "old": "13853300003", "new": "13800000000"}]
    assert findings.to_confirm(run) == []
    with translation.override("zh-hans"):
        words = [change.examples[0][1:] for change in import_words.changes(run)]
    assert ("存续", "注销") in words, "as people read it"


def test_a_field_that_changes_nearly_everywhere_has_to_be_confirmed(tmp_path: Path) -> None:
    take(write(tmp_path / "a.csv", [HEAD, *register()]))
    others = [[*row[:2], "张三丰", *row[3:]] for row in register()]
    path = write(tmp_path / "b.csv", [HEAD, *others])
    run = take(path, dry_run=True)
    assert [one["field"] for one in findings.to_confirm(run)] == ["representative"]
    few = take(write(tmp_path / "c.csv", [HEAD, *others[:6], *register()[6:]]), dry_run=True)
    assert findings.to_confirm(few) == [], "6 of 30 are not more than a fifth"
    with pytest.raises(CommandError, match="--sure"):
        call_command("import_registry", str(path))
    assert Entity.objects.filter(representative="张三丰").count() == 0
    call_command("import_registry", str(path), "--sure")
    assert Entity.objects.filter(representative="张三丰").count() == 30


def test_filling_what_was_empty_needs_no_confirmation(tmp_path: Path) -> None:
    take(write(tmp_path / "a.csv", [HEAD, *([*row[:6], ""] for row in register())]))
    run = take(write(tmp_path / "b.csv", [HEAD, *register()]), dry_run=True)
    assert run.findings["changed"][0]["n"] == 30
    assert findings.to_confirm(run) == []


def test_a_column_in_which_nothing_can_be_read_has_to_be_confirmed(tmp_path: Path) -> None:
    rows = [[*row[:6], "见附件"] for row in register()]
    run = take(write(tmp_path / "a.csv", [HEAD, *rows]), dry_run=True)
    assert (run.counts["noted"], run.counts["rejected"]) == (30, 0)
    (asked,) = findings.to_confirm(run)
    assert (asked["column"], asked["value"], asked["n"]) == ("联系电话", "见附件", 30)
    assert "联系电话" in import_words.to_confirm(run)[0]


def test_a_district_does_not_replace_an_office_within_it(tmp_path: Path) -> None:
    head = [*HEAD, "管辖单位"]
    take(write(tmp_path / "a.csv", [head, [*entity(1, 住所="张店区某路1号"), "马尚所"]]))
    assert Entity.objects.get().area == "370303009"
    run = take(write(tmp_path / "b.csv", [head, [*entity(1, 住所="张店区某路1号"), "火星所"]]))
    assert Entity.objects.get().area == "370303009"
    assert run.counts["entity"]["same"] == 1 and run.counts["noted"] == 1
    take(write(tmp_path / "c.csv", [head, [*entity(1, 住所="淄川区某路1号"), ""]]))
    assert Entity.objects.get().area == "370302", "another district does"


def test_too_many_rows_are_refused_before_any_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_ROWS", 20)
    ticks: list[int] = []
    rows = [entity(n) for n in range(1, 60)]
    run = take(write(tmp_path / "t.csv", [HEAD, *rows]), progress=lambda r: ticks.append(r.done_rows))
    assert (run.refusal["why"], run.done_rows, ticks) == ("too_many_rows", 0, [])
    monkeypatch.setattr("zhijian.kernel.registry.import_.sources._csv_rows", lambda source: pytest.fail("was read"))
    with pytest.raises(sources.Refused, match="too_many_rows"):
        sources.recognise(write(tmp_path / "t.csv", [HEAD, *rows]))


def test_lines_within_a_cell_are_no_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_ROWS", 5)
    rows = [entity(n, 住所="张店区\n马尚街道\n" * 10) for n in range(1, 5)]
    assert take(write(tmp_path / "t.csv", [HEAD, *rows]), dry_run=True).state == "done"


@pytest.mark.parametrize("mapping", ["", "registration"])
def test_another_encoding_is_said_to_be_one(tmp_path: Path, mapping: str) -> None:
    head = ["統一社會信用代碼", "企業名稱", "法定代表人", "登記狀態", "成立日期", "住所", "聯繫電話"]
    rows = [["91370303MA3C000128", "淄博餐飲店", "王樂", "存續", "2020-01-02", "張店區馬尚街道", "0533-2345678"]]
    run = take(write(tmp_path / "t.csv", [head, *rows], "big5"), mapping, dry_run=True)
    assert run.refusal["why"] == "odd_encoding"
    plain = take(
        write(tmp_path / "t.csv", [["甲", "乙", "丙", "丁"], ["1", "2", "3", "4"]], "gb18030"), "", dry_run=True
    )
    assert plain.refusal["why"] == "unknown_table"


def test_what_is_refused_keeps_its_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"%PDF-1.7 no table")
    run = take(path, "", dry_run=True)
    assert run.state == "refused"
    assert (run.sha256, run.size) == sources.fingerprint(path)


def test_an_interrupted_import_says_it_once() -> None:
    run = ImportRun(state="failed", refusal={"why": "interrupted", "detail": {}})
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert not any(said in run.trouble for said in ("nothing was changed", "interrupted", "未作任何", "中断"))


def test_unused_columns_are_listed_whole_in_the_readers_language(tmp_path: Path) -> None:
    more = [f"别的列{n:02d}" for n in range(30)]
    run = take(write(tmp_path / "t.csv", [[*HEAD, *more], [*entity(1), *more]]), dry_run=True)
    with translation.override("en"):
        (said,) = (s for s in import_words.notes(run) if "别的列00" in s)
        assert "别的列00, 别的列01" in said and said.endswith("别的列19 and 10 more")
    with translation.override("zh-hans"):
        assert any("别的列00、别的列01" in s for s in import_words.notes(run))


def test_mappings_are_called_in_full_width() -> None:
    from zhijian.kernel.registry.import_.runner import mappings

    assert [m.title for m in mappings().values() if "(" in m.title] == []
