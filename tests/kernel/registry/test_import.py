"""Whole imports on a real database: what is taken, what is refused, what a second time does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import translation

from zhijian.config.places import CHECKOUT
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.registry import import_words
from zhijian.kernel.registry.import_ import hooks
from zhijian.kernel.registry.import_.doors import recover, submit
from zhijian.kernel.registry.import_.runner import import_file
from zhijian.kernel.registry.import_.sources import recognise
from zhijian.kernel.registry.jobs import run_import
from zhijian.kernel.registry.models import Entity, ImportRun, Licence, Premises

from .tables import FOOD_HEAD, HEAD, code, entity, food, jy, write, write_xlsx

SAMPLE = CHECKOUT / "src/zhijian/packs/us_chicago/sample/inspections.csv"


def take(path: Path, mapping: str = "registration", **more: Any) -> ImportRun:
    run = import_file(path, mapping, **more)
    run.refresh_from_db()
    return run


def rejected(run: ImportRun, folder: Path) -> list[list[str]]:
    """The report's first sheet."""
    copy = folder / "report.xlsx"
    with default_storage.open(run.report) as report:
        copy.write_bytes(report.read())
    sheets: dict[str, list[list[str]]] = {}
    for row in recognise(copy).rows():
        sheets.setdefault(row.sheet, []).append(row.cells)
    return next(iter(sheets.values()))


@pytest.mark.django_db
def test_a_table_is_taken_once(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [["登记信息（2026年）"], HEAD, entity(1), entity(2), ["合计", "2"]], "gb18030")
    assert take(path, dry_run=True).counts["entity"] == {"new": 2, "changed": 0, "same": 0}
    assert not Entity.objects.exists()
    assert take(path).counts["entity"] == {"new": 2, "changed": 0, "same": 0}
    again = take(path)
    assert again.counts["entity"] == {"new": 0, "changed": 0, "same": 2}
    assert again.state == "done"
    found = Entity.objects.get(code=code(1))
    assert (found.scheme, found.area, found.status, found.initials[:3]) == ("uscc", "370303009", "active", "zbd")


@pytest.mark.django_db
def test_changes_fill_but_never_erase(tmp_path: Path) -> None:
    take(write(tmp_path / "a.csv", [HEAD, entity(1, 联系电话="13900000000"), entity(2)]))
    Entity.objects.filter(code=code(1)).update(area="370302001", pinned=True)
    changed = entity(1, "新名字烤鱼店", 法定代表人="", 联系电话="")
    assert take(write(tmp_path / "b.csv", [HEAD, changed, entity(2)])).counts["entity"]["changed"] == 1
    found = Entity.objects.get(code=code(1))
    assert (found.name, found.representative, found.phone) == ("新名字烤鱼店", "王乐", "13900000000")
    assert found.area == "370302001", "an area set by hand stays"
    saved = Entity.objects.get(pk=found.pk)
    saved.save()
    assert (saved.grams, saved.fold) == (found.grams, found.fold), "the import writes what save() would write"


@pytest.mark.django_db
def test_rejected_rows_come_back_and_can_be_mended(tmp_path: Path) -> None:
    rows = [entity(1), entity(2, 统一社会信用代码="9.13703E+17"), entity(3, 成立日期="2021-02-30", 企业名称="")]
    run = take(write(tmp_path / "t.csv", [HEAD, *rows]))
    assert (run.counts["rejected"], run.counts["entity"]["new"]) == (2, 1)
    report = rejected(run, tmp_path)
    assert report[0][: len(HEAD)] == HEAD
    assert report[1][-2] == "3"
    assert report[2][-1].count("\n") == 1
    report[1][0], report[2][1], report[2][4] = code(2), "补名饭店", "2021-02-28"
    mended = take(write_xlsx(tmp_path / "mended.xlsx", {"拒绝": report}))
    assert mended.counts["entity"] == {"new": 2, "changed": 0, "same": 0}


@pytest.mark.django_db
def test_a_founding_day_to_come_is_refused_and_what_was_taken_with_a_note_is_listed(tmp_path: Path) -> None:
    run = take(write(tmp_path / "t.csv", [HEAD, entity(1, 成立日期="2199-01-01"), entity(2, 联系电话="abc")]))
    assert (run.counts["rejected"], run.counts["noted"]) == (1, 1)
    with translation.override("en"):
        assert [(one.column, one.why) for one in import_words.faults(run)] == [
            ("成立日期", "is a day that has not come yet")
        ]
        assert [(one.column, one.value) for one in import_words.remarks(run)] == [("联系电话", "abc")]


@pytest.mark.django_db
def test_more_duplicates_than_the_report_lists_are_counted_whole(tmp_path: Path) -> None:
    rows = [entity(n) for n in range(1, 1102)]
    run = take(write(tmp_path / "t.csv", [HEAD, *rows, *rows]))
    assert (run.counts["duplicates"], run.counts["entity"]["new"]) == (1101, 1101)


@pytest.mark.django_db
def test_duplicates_in_the_file_become_one(tmp_path: Path) -> None:
    rows = [entity(1, 联系电话="13900000000"), entity(2), entity(1, "改名饭店", 法定代表人="")]
    run = take(write(tmp_path / "t.csv", [HEAD, *rows]))
    assert run.counts["duplicates"] == 1, "rows that went into others"
    assert run.counts["entity"]["new"] == 2
    one = Entity.objects.get(code=code(1))
    assert (one.name, one.representative, one.phone) == ("改名饭店", "王乐", "13900000000")
    grams, _ = one.grams, one.save()
    assert one.grams == grams


@pytest.mark.django_db
def test_former_numbers_are_adopted(tmp_path: Path) -> None:
    take(write(tmp_path / "a.csv", [HEAD, entity(1, 统一社会信用代码="370303000012345")]))
    pk = Entity.objects.get(scheme="reg15").pk
    take(write(tmp_path / "b.csv", [[*HEAD, "注册号"], [*entity(1), "370303000012345"]]))
    now = Entity.objects.get(pk=pk)
    assert (now.scheme, now.code, now.old_code) == ("uscc", code(1), "370303000012345")
    assert take(tmp_path / "a.csv").counts["entity"]["new"] == 0
    assert Entity.objects.count() == 1


@pytest.mark.django_db
def test_headers_in_two_rows_on_several_sheets(tmp_path: Path) -> None:
    upper = ["统一社会信用代码", "企业名称", "负责人员", "", "住所"]
    lower = ["", "", "法定代表人", "联系电话", ""]
    row = [code(1), "甲饭店", "王乐", "13900000000", "张店区"]
    sheets = {
        "说明": [["本表由系统导出"]],
        "一": [["标题"], upper, lower, row],
        "二": [upper, lower, [code(2), *row[1:]]],
    }
    run = take(write_xlsx(tmp_path / "t.xlsx", sheets))
    assert run.counts["entity"]["new"] == 2
    assert {"why": "skipped_sheets", "detail": {"sheets": ["说明"]}} in run.notes
    assert Entity.objects.filter(representative="王乐", phone="13900000000").count() == 2


@pytest.mark.django_db
def test_licences_with_their_places(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [FOOD_HEAD, food(1), food(2, 主体业态="学校食堂"), food(3, 主体业态="养殖")])
    run = take(path, "food_licences")
    assert run.counts["rejected"] == 1
    assert [run.counts[k]["new"] for k in ("entity", "premises", "licence")] == [2, 2, 2]
    licence = Licence.objects.select_related("premises__entity").get(number=jy(1))
    assert (licence.kind, licence.scope, str(licence.valid_until)) == (
        "food_business",
        ["热食类", "冷食类"],
        "2029-01-01",
    )
    assert licence.premises is not None
    assert licence.premises.trade == "restaurant"
    assert licence.premises.entity.code == code(1)
    assert licence.premises.area == "370303009"
    again = take(path, "food_licences").counts
    assert [again[k]["same"] for k in ("entity", "premises", "licence")] == [2, 2, 2]
    # The registration's word on the entity outweighs the licence's.
    take(write(tmp_path / "r.csv", [HEAD, entity(1, "登记名称饭店")]))
    assert take(path, "food_licences").counts["entity"]["changed"] == 0
    renewed = take(write(tmp_path / "n.csv", [FOOD_HEAD, food(1, 有效期至="2034-01-01", 状态="注销")]), "food_licences")
    assert renewed.counts["licence"] == {"new": 0, "changed": 1, "same": 0}
    assert Premises.objects.get(source_key=jy(1)).status == "closed"


DRUG_HEAD = ["许可证编号", "企业名称", "统一社会信用代码", "经营地址", "经营方式", "有效期至"]
DRUG = ["鲁DA5331234", "淄博第1大药房", code(1), "张店区马尚街道1号(临街)", "零售", "2029-01-01"]


def pharmacy(serial: int, **more: str) -> list[str]:
    """The food licence of the pharmacy: its address in another way of writing."""
    told = {
        "经营者名称": DRUG[1],
        "社会信用代码": code(1),
        "经营场所": "张店区马尚街道１号（临街）",
        "主体业态": "食品销售",
    }
    return food(serial, **(told | more))


@pytest.mark.django_db
@pytest.mark.parametrize("name", [DRUG[1], "第一药房食品柜"])
def test_a_licence_of_another_trade_is_of_the_shop_that_stands_there(tmp_path: Path, name: str) -> None:
    drugs = write(tmp_path / "d.csv", [DRUG_HEAD, DRUG])
    assert take(drugs, "drug_licences").counts["premises"]["new"] == 1
    shop = Premises.objects.get()
    rows = write(tmp_path / "f.csv", [FOOD_HEAD, pharmacy(1, 经营者名称=name)])
    for dry in (True, False):
        counts = take(rows, "food_licences", dry_run=dry).counts
        assert (counts["premises"]["new"], counts["licence"]["new"]) == (0, 1)
    assert {one.premises_id for one in Licence.objects.all()} == {shop.pk}
    for path, mapping in ((rows, "food_licences"), (drugs, "drug_licences")):
        again = take(path, mapping).counts
        assert [again[kind]["same"] for kind in ("entity", "premises", "licence")] == [1, 1, 1]
    given_up = write(tmp_path / "g.csv", [FOOD_HEAD, pharmacy(1, 经营者名称=name, 状态="注销")])
    assert take(given_up, "food_licences").counts["licence"]["changed"] == 1
    now = Premises.objects.get()
    assert (now.door_code, now.trade, now.status, now.name) == (shop.door_code, "drug_retail", "open", DRUG[1])


@pytest.mark.django_db
def test_a_licence_elsewhere_or_of_another_shop_of_the_enterprise_brings_a_shop(tmp_path: Path) -> None:
    take(write(tmp_path / "d.csv", [DRUG_HEAD, DRUG]), "drug_licences")
    other = [
        pharmacy(1, 经营场所="张店区马尚街道2号"),
        pharmacy(2, 经营者名称="甲"),
        pharmacy(3, 经营者名称="乙"),
        pharmacy(4),
    ]
    counts = take(write(tmp_path / "f.csv", [FOOD_HEAD, *other]), "food_licences").counts
    assert (counts["premises"]["new"], counts["licence"]["new"]) == (3, 4)
    assert Licence.objects.get(number=jy(4)).premises == Premises.objects.get(source="cn.drug")


@pytest.mark.django_db
def test_a_shop_without_a_licence_is_told_by_the_first_that_it_gets(tmp_path: Path) -> None:
    take(write(tmp_path / "r.csv", [HEAD, entity(1)]))
    owner = Entity.objects.get()
    shop = Premises.objects.create(entity=owner, name=DRUG[1], address=DRUG[3], area=owner.area)
    take(write(tmp_path / "o.csv", [FOOD_HEAD, pharmacy(2, 状态="注销")]), "food_licences")
    assert set(Premises.objects.values_list("status", "source")) == {("open", ""), ("closed", "cn.food")}
    path = write(tmp_path / "f.csv", [FOOD_HEAD, pharmacy(1)])
    assert take(path, "food_licences").counts["premises"] == {"new": 0, "changed": 1, "same": 0}
    shop.refresh_from_db()
    assert shop.trade == "food_retail"
    assert Licence.objects.get(number=jy(1)).premises == shop
    assert take(path, "food_licences").counts["premises"]["same"] == 1


@pytest.mark.django_db
def test_refusals_change_nothing_and_say_why(tmp_path: Path) -> None:
    swapped = [[r[1], r[0], *r[2:]] for r in (entity(n) for n in range(1, 41))]
    run = take(write(tmp_path / "s.csv", [HEAD, *swapped]))
    assert run.state == "refused"
    assert "统一社会信用代码" in run.trouble
    assert not Entity.objects.exists()
    assert take(write(tmp_path / "h.csv", [["甲", "乙"], ["1", "2"]])).state == "refused"
    assert take(tmp_path / "h.csv", "no_such_mapping").state == "refused"


@pytest.fixture
def chicago(settings: Any) -> Iterator[None]:
    """The second place's pack, whatever the installation's is."""
    from zhijian.kernel.packs import Stack
    from zhijian.kernel.registry.import_ import runner

    other, before = Stack.read("us_chicago"), runner.stack
    runner.stack = lambda: other
    kept = dict(hooks._importers)
    yield
    runner.stack = before
    hooks._importers.clear()
    hooks._importers.update(kept)


@pytest.mark.django_db
def test_another_city_without_a_code_scheme(chicago: None) -> None:
    seen: list[Any] = []
    hooks.register_record_importer("inspection", lambda rows, source: {"new": sum(not seen.append(r) for r in rows)})
    run = take(SAMPLE, "chicago_inspections")
    assert run.state == "done", run.trouble
    assert run.counts["inspection"] == {"new": 300}
    assert run.counts["premises"]["new"] == 128
    assert Premises.objects.filter(area__startswith="CHI").exists()
    assert seen[0]["premises_id"]
    assert seen[0]["data"]["result"] in {"pass", "fail", "conditions"}
    assert take(SAMPLE, "chicago_inspections").counts["premises"] == {"new": 0, "changed": 0, "same": 128}


def test_a_killed_import_leaves_nothing(fresh_database: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [HEAD, *(entity(n) for n in range(1, 15_001))])
    command = [sys.executable, "-m", "zhijian", "import", str(path), "--mapping", "registration"]
    killed = subprocess.Popen(command, env=os.environ | fresh_database.env, stderr=subprocess.DEVNULL)
    for _ in range(3000):
        if ImportRun.objects.filter(state="running").exists():
            break
        time.sleep(0.02)
    time.sleep(0.3)  # it is reading, checking, staging
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    deadline = time.monotonic() + 20
    while not recover() and time.monotonic() < deadline:
        time.sleep(0.2)
    run = ImportRun.objects.get()
    assert run.state == "failed"
    assert not Entity.objects.exists()
    done = subprocess.run(command, env=os.environ | fresh_database.env, capture_output=True, text=True, check=True)
    assert "15000" in done.stdout
    assert Entity.objects.count() == 15_000


@pytest.mark.django_db
def test_a_file_is_taken_by_a_job(tmp_path: Path) -> None:
    path = write(tmp_path / "名单 一.csv", [HEAD, entity(1)])
    with path.open("rb") as file:
        run = submit(File(file, name=path.name), "registration", SYSTEM)
    assert ImportRun.objects.get().state == "queued"
    run_import(run_id=run.pk)
    run.refresh_from_db()
    assert run.state == "done", run.trouble
    assert (run.file_name, run.counts["entity"]["new"], len(run.sha256)) == ("名单 一.csv", 1, 64)
    with default_storage.open(run.stored) as kept:
        assert kept.read() == path.read_bytes()


@pytest.mark.django_db
def test_into_a_pipe_the_command_says_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from io import StringIO

    from django.core.management import call_command

    from zhijian.kernel.registry.import_ import watch
    from zhijian.kernel.registry.management.commands import import_registry

    monkeypatch.setattr(watch, "TICK", 0.0)
    monkeypatch.setattr(import_registry, "PAUSE", 0.0)
    out, err = StringIO(), StringIO()
    path = write(tmp_path / "t.csv", [HEAD, *map(entity, range(1, 30))])
    call_command("import_registry", str(path), stdout=out, stderr=err)
    assert path.name in out.getvalue().splitlines()[0], "what it does stands first"
    assert "30 / 31" in err.getvalue() and err.getvalue().endswith("\n")
