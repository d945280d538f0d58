"""Acts by Excel: out with keys and versions, back with what is to be done; tried, done row by row, taken back."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook
from tests import world as worlds
from tests.kernel.desk.test_rows import text
from tests.kernel.matters.test_scope import plan

from zhijian.kernel import jobs
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk.lists import load
from zhijian.kernel.desk.models import SheetRow, SheetRun
from zhijian.kernel.desk.sheets import acting, columns
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.registry.import_.xlsx import xlsx_rows
from zhijian.programmes.inspection.models import Inspection

pytestmark = pytest.mark.django_db
SHEET = "/l/inspection/sheet/"


@pytest.fixture
def third(world: worlds.World) -> Any:
    return world.person("丙", Role.INSPECTOR, worlds.OFFICE, "鲁C-003")


@pytest.fixture
def head(world: worlds.World, third: Any, signed_in: Callable[[Any], Client]) -> Client:
    world.inspector, world.second
    return signed_in(world.head)


def table(answer: Any) -> list[list[Any]]:
    """The first sheet of a workbook that came out."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    return book.get_sheet_by_index(0).to_python()


def filled(rows: list[list[Any]], change: dict[str, Any], only: Callable[[list[Any]], bool] = bool) -> bytes:
    """The same rows as somebody saves them, with the cells of some headings changed in those that `only` picks."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for n, row in enumerate(rows):
        for m, cell in enumerate(row):
            if n and rows[0][m] in change and only(row):
                cell = change[rows[0][m]]
            if cell not in (None, ""):
                sheet.write(n, m, cell)
    book.close()
    return out.getvalue()


def send(client: Client, data: bytes, address: str = SHEET, name: str = "acts.xlsx") -> Any:
    return client.post(address, {"file": SimpleUploadedFile(name, data)})


def planned(world: worlds.World, n: int) -> list[Matter]:
    return [plan(world) for _ in range(n)]


def test_the_sheet_holds_the_filtered_rows_their_facts_now_and_says_how_to_fill_it_in(world, head):
    matter = plan(world)
    answer = head.get("/l/inspection/sheet.xlsx?state=planned")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    rows = book.get_sheet_by_index(0).to_python()
    row = dict(zip(rows[0], rows[1], strict=True))
    assert row["Key (leave as it is)"] == str(matter.uid)
    assert row["Version (leave as it is)"] == matter.version
    assert (row["Act to do"], row["First officer"], row["Second officer"]) == ("", "甲", "乙")
    assert row["Day of the visit"] == worlds.in_days(1)
    told = [line[0] for line in book.get_sheet_by_index(1).to_python()]
    assert any("Assign to others: Day of the visit, First officer *, Second officer *" in line for line in told)
    assert any("甲, 乙, 丙" in line or "丙" in line for line in told), "who can be chosen"
    assert any(line.startswith("State:") for line in told)


def test_what_came_out_comes_in_again_with_its_empty_cells_where_they_were(world, head, tmp_path: Path):
    plan(world)
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"".join(head.get("/l/inspection/sheet.xlsx").streaming_content))
    first, second = [row for row in xlsx_rows(path, []) if row.sheet == next(xlsx_rows(path, [])).sheet]
    row = dict(zip(first.cells, second.cells, strict=False))
    assert row["Second officer"] == "乙" and row["Act to do"] == ""


def test_tried_nothing_changes_then_it_is_done_and_each_act_is_in_the_ledger(world, head, third):
    matters = planned(world, 3)
    rows = table(head.get("/l/inspection/sheet.xlsx"))
    data = filled(rows, {"Act to do": "Assign to others", "Second officer": "丙"})
    address = send(head, data)["Location"]
    page = text(head.get(address))
    assert "Tried: 3 would be done, 0 refused." in page
    assert {m.second_id for m in Matter.objects.all()} == {world.second.pk}
    assert LedgerEntry.objects.filter(kind="inspection.assign").count() == 0
    head.post(f"{address}do/")
    assert "Done: 3, refused: 0." in text(head.get(address))
    assert {m.second_id for m in Matter.objects.all()} == {third.pk}
    entries = LedgerEntry.objects.filter(kind="inspection.assign")
    assert sorted(e.matter_id for e in entries) == [m.pk for m in matters]
    assert {e.actor_name for e in entries} == {"所长"}
    done = LedgerEntry.objects.get(kind="desk.sheet_done")
    assert (done.data["done"], done.data["file"]) == (3, "acts.xlsx")
    twice = head.post(f"{address}do/", follow=True)
    assert "begun already" in text(twice)
    assert entries.count() == 3
    again = send(head, data)
    assert (again.status_code, "was done already" in text(again)) == (422, True)


def test_a_changed_cell_says_by_itself_what_is_to_be_done_where_only_one_act_takes_it(world, head, third):
    one, other = planned(world, 2)
    rows = table(head.get("/l/inspection/sheet.xlsx"))
    data = filled(rows, {"Second officer": "丙"}, lambda row: str(one.uid) in row)
    page = text(head.get(send(head, data)["Location"]))
    assert "Tried: 1 would be done, 0 refused." in page
    assert one.number in page and other.number not in page


def test_each_wrong_row_is_said_with_column_and_reason_and_comes_back_to_be_mended(world, head, third):
    _good, version, nobody, act, helper = planned(world, 5)
    world.person("协管", Role.HELPER, worlds.OFFICE)
    rows = table(head.get("/l/inspection/sheet.xlsx"))
    with scoped(world.actor("所长")):
        perform(version, "assign", world.actor("所长"), assignee=world.inspector.pk, second=third.pk)
    place = {name: n for n, name in enumerate(rows[0])}
    for row in rows[1:]:
        row[place["Act to do"]], row[place["Second officer"]] = "Assign to others", "丙"
        if str(nobody.uid) in row:
            row[place["Second officer"]] = "无此人"
        if str(act.uid) in row:
            row[place["Act to do"]] = "飞"
        if str(helper.uid) in row:
            row[place["First officer"]] = "丙"
    rows.append([*rows[1]])  # the same matter once more
    rows.append(["" for _ in rows[0]])
    rows[-1][place["Key (leave as it is)"]] = "11111111-1111-7111-8111-111111111111"
    rows[-1][place["Act to do"]] = "Assign to others"
    address = send(head, filled(rows, {}))["Location"]
    page = text(head.get(address))
    assert "Tried: 1 would be done, 6 refused." in page
    for said in (
        "It was changed since the sheet was made", "There is no “无此人” to choose here.", "“飞” is none of",
        "Two different officers are needed.", "Another row of the sheet is about the same.",
        "There is no such matter or place, or it is not yours.",
    ):  # fmt: skip
        assert said in page, said
    head.post(f"{address}do/")
    assert "Done: 1, refused: 6." in text(head.get(address))
    report = table(head.get(f"{address}refused.xlsx"))
    assert report[0] == [*rows[0], "What is wrong"]
    assert len(report) == 7
    assert any("Second officer: There is no “无此人” to choose here." in row[-1] for row in report[1:])
    mend = [row[:-1] for row in report if row[-1] == "What is wrong" or str(nobody.uid) in row]
    mend[1][place["Second officer"]] = "丙"
    again = send(head, filled(mend, {}))["Location"]
    assert "Tried: 1 would be done, 0 refused." in text(head.get(again))


def test_what_changed_between_trial_and_doing_is_refused_and_said(world, head, third):
    one, other = planned(world, 2)
    rows = table(head.get("/l/inspection/sheet.xlsx"))
    address = send(head, filled(rows, {"Act to do": "Assign to others", "Second officer": "丙"}))["Location"]
    with scoped(world.actor("所长")):
        perform(one, "cancel", world.actor("所长"), reason="店已关")
    head.post(f"{address}do/")
    page = text(head.get(address))
    assert "Done: 1, refused: 1." in page and "It was changed since the sheet was made" in page
    other.refresh_from_db()
    assert other.second_id == third.pk


def test_many_rows_are_a_job_with_progress_that_goes_on_where_it_died(world, head, third, monkeypatch):
    monkeypatch.setattr(acting, "AT_ONCE", 2)
    monkeypatch.setattr(acting, "TICK", 2)
    planned(world, 5)
    rows = table(head.get("/l/inspection/sheet.xlsx"))
    address = send(head, filled(rows, {"Act to do": "Assign to others", "Second officer": "丙"}))["Location"]
    assert "being tried" in text(head.get(address))
    jobs.run_pending()
    head.post(f"{address}do/")
    page = head.get(address).content.decode()
    assert 'hx-trigger="every 1s"' in page and "0 of 5 rows." in text(head.get(address))
    real, seen = acting._act, []

    def dies(*args: Any, **more: Any) -> bool:
        seen.append(SheetRun.objects.get().gone)
        if len(seen) == 4:
            raise MemoryError
        return real(*args, **more)

    monkeypatch.setattr(acting, "_act", dies)
    with pytest.raises(MemoryError):
        jobs.run_pending()
    assert seen == [0, 0, 2, 2]
    monkeypatch.setattr(acting, "_act", real)
    SheetRun.objects.update(state="doing")
    acting.do(run=SheetRun.objects.get().pk)
    assert "Done: 5, refused: 0." in text(head.get(address))
    assert LedgerEntry.objects.filter(kind="inspection.assign").count() == 5, "none twice"


def test_visits_are_planned_from_the_doors_of_an_area_and_taken_back(world, head):
    answer = head.get(f"/l/inspection/sheet/doors.xlsx?area={worlds.OFFICE}")
    rows = table(answer)
    change = {
        "Act to do": "Plan a visit", "Day of the visit": worlds.in_days(3).isoformat(), "First officer": "甲",
        "Second officer": "乙", "Purpose": "",
    }  # fmt: skip
    address = send(head, filled(rows, change))["Location"]
    assert "Tried: 1 would be done, 0 refused." in text(head.get(address))
    assert not Matter.objects.exists()
    head.post(f"{address}do/")
    matter = Matter.objects.get()
    assert (matter.premises_id, matter.assignee_id) == (world.premises.pk, world.inspector.pk)
    assert Inspection.objects.get().planned_for == worlds.in_days(3)
    back = head.get(f"{address}undo/")
    assert "1 act was done." in text(back)
    assert head.post(f"{address}undo/").status_code == 422, "it asks why"
    head.post(f"{address}undo/", {"reason": "选错了街道"})
    matter.refresh_from_db()
    assert matter.state == "cancelled"
    assert "Taken back: 1; 0 stay as they are." in text(head.get(address))


def test_assigning_is_taken_back_to_whom_it_was_save_where_something_happened_since(world, head, third):
    one, other = planned(world, 2)
    rows = table(head.get("/l/inspection/sheet.xlsx"))
    address = send(head, filled(rows, {"Act to do": "Assign to others", "Second officer": "丙"}))["Location"]
    head.post(f"{address}do/")
    one.refresh_from_db()
    with scoped(world.actor("所长")):
        perform(one, "cancel", world.actor("所长"), reason="店已关")
    head.post(f"{address}undo/")
    page = text(head.get(address))
    assert "Taken back: 1; 1 stay as they are." in page
    assert "Something happened to it since; it stays as it is." in page
    other.refresh_from_db()
    assert other.second_id == world.second.pk
    assert LedgerEntry.objects.get(kind="desk.sheet_undone").data["undone"] == 1


def test_a_file_that_is_none_of_ours_is_refused_with_its_reason(world, head):
    plan(world)
    rows = table(head.get("/l/inspection/sheet.xlsx"))
    at = rows[0].index("Act to do")
    for data, said in (
        (b"MZ", "damaged"),
        (filled([row[:3] for row in rows], {}), "is missing: download the sheet here"),
        (filled([[cell for n, cell in enumerate(row) if n != at] for row in rows], {}), "“Act to do” is missing"),
        (filled(rows, {}), "No row says what is to be done."),
    ):
        page = text(head.get(send(head, data)["Location"]))
        assert "The file was not taken." in page and said in page, said
    assert head.post(SHEET).status_code == 422
    assert SheetRow.objects.count() == 0


def test_a_sheet_in_the_other_language_is_understood(world, head, third):
    plan(world)
    rows = table(head.get("/l/inspection/sheet.xlsx", headers={"accept-language": "zh-hans"}))
    assert "检查日期" in rows[0] and len(set(rows[0])) == len(rows[0]), "no heading stands twice"
    act = next(h for h, code in columns.known_headings([]).items() if code == "act" and h in rows[0])
    page = text(head.get(send(head, filled(rows, {act: "assign"}))["Location"]))
    assert "Tried: 1 would be done" in page


def test_a_sheet_is_its_makers_alone_and_so_are_its_acts(world, head, third, signed_in):
    plan(world)
    rows = table(head.get("/l/inspection/sheet.xlsx"))
    data = filled(rows, {"Act to do": "Assign to others", "Second officer": "丙"})
    address = send(head, data)["Location"]
    stranger, inspector = signed_in(world.stranger), signed_in(world.inspector)
    for tail in ("", "undo/", "refused.xlsx"):
        assert stranger.get(address + tail).status_code == 404
    assert stranger.post(f"{address}do/").status_code == 404
    theirs = send(stranger, data)["Location"]
    assert "There is no such matter or place, or it is not yours." in text(stranger.get(theirs))
    assert inspector.get("/l/publication/sheet/").status_code == 404, "nothing there is his to do"
    with scoped(world.actor("外区")):
        assert SheetRow.objects.exclude(run__person=world.stranger).count() == 0


def test_every_list_with_bulk_acts_has_its_sheet_and_every_way_back_exists(world, head):
    for one in load().values():
        flow = one.all_flows()[0]
        for verb in one.bulk:
            steps = [step for step in flow.steps if step.verb == verb]
            assert steps, f"{one.slug()}: {verb}"
            for step in steps:
                if step.back:
                    assert acting.way_back(one, verb) is not None
    assert flow_of("inspection").find("assign", "planned", worlds.in_days(0)).back == "assign"


def test_more_rows_take_no_more_queries_on_the_page(world, head, third):
    def asked(n: int) -> int:
        planned(world, n)
        rows = table(head.get("/l/inspection/sheet.xlsx"))
        address = send(head, filled(rows, {"Act to do": "Assign to others", "Second officer": "丙"}))["Location"]
        head.get(address)
        with CaptureQueriesContext(connection) as caught:
            head.get(address)
        return len(caught)

    assert asked(1) == asked(6)


def test_old_files_are_swept_what_was_done_stays_noted(world, head, third):
    plan(world)
    rows = table(head.get("/l/inspection/sheet.xlsx"))
    address = send(head, filled(rows, {"Act to do": "Assign to others", "Second officer": "丙"}))["Location"]
    head.post(f"{address}do/")
    SheetRun.objects.update(at=timezone.now() - timezone.timedelta(days=acting.KEPT_DAYS + 1))
    assert acting.sweep() == 1
    assert "Done: 1, refused: 0." in text(head.get(address))
    assert head.get(f"{address}refused.xlsx").status_code == 404


def test_a_row_without_an_act_is_nobodys_business_though_its_matter_changed_since(world, head, third):
    one, other = planned(world, 2)
    rows = table(head.get("/l/inspection/sheet.xlsx"))
    with scoped(world.actor("所长")) as actor:
        perform(one, "assign", actor, assignee=world.inspector.pk, second=third.pk)
    act = {"Act to do": "Assign to others", "Second officer": "丙"}
    page = text(head.get(send(head, filled(rows, act, lambda row: str(other.uid) in row))["Location"]))
    assert "Tried: 1 would be done, 0 refused." in page
    assert one.number not in page and "It was changed since the sheet was made" not in page


def test_acts_and_people_are_chosen_from_drop_downs(world, head, third, tmp_path: Path):
    plan(world)
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"".join(head.get("/l/inspection/sheet.xlsx").streaming_content))
    book = openpyxl.load_workbook(path)
    sheet, told = book.worksheets
    heads = {cell.value: cell.column_letter for cell in sheet[1]}
    offered = {}
    for one in sheet.data_validations.dataValidation:
        name, _bang, place = one.formula1.rpartition("!")
        assert name.strip("'") == told.title and one.type == "list"
        offered[str(one.sqref).split("2")[0]] = [row[0].value for row in told[place.replace("$", "")]]
    assert "Assign to others" in offered[heads["Act to do"]]
    assert {"甲", "乙", "丙"} <= set(offered[heads["Second officer"]])
    assert heads["Day of the visit"] not in offered, "a day is typed"
