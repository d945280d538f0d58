"""A result is published, owed, exported, sent back, mended, exported again, received: told as it happens."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from tests import world
from tests.kernel.exchange.conftest import HEAD, book, finding, owed_of, published, rows_in, visit
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.clocks import count
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.exchange import acts, arriving, owing
from zhijian.kernel.exchange.declared import Attachment, owed
from zhijian.kernel.exchange.exporting import NothingToExport, export, sheet_bytes
from zhijian.kernel.exchange.models import Arrival, BatchRow, Owed, State
from zhijian.kernel.exchange.sheets import BadSheet
from zhijian.kernel.exchange.tables import table_of
from zhijian.kernel.matters import handing
from zhijian.kernel.matters.errors import Conflict, NotAllowed, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.notices.models import Notice
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.models import Inspection


def send(table, rows, actor, what="answers", area=world.OFFICE, name="answers.xlsx") -> Arrival:
    with scoped(actor):
        return arriving.take_in(table, what, book(rows, name), area, actor)


def lines(arrival: Arrival) -> list[tuple[str, str]]:
    """The lines of a sheet that somebody has to look at: what, and which key."""
    with scoped(SYSTEM):
        return [(line.code, line.key) for line in arrival.lines.order_by("id")]


def sent_of(table, actor, matter):
    """The record of a table that is not the results'."""
    with scoped(actor):
        return export(table, [owed_of(matter, table.code).uid], actor).batch


def sent(table, actor, *matters):
    """Those records exported by the actor."""
    with scoped(actor):
        return export(table, [owed_of(matter).uid for matter in matters], actor).batch


def test_a_published_result_is_owed_by_the_day_on_which_it_had_to_be_published(w, results):
    row = owed_of(published(w))
    with scoped(SYSTEM):
        ended = Inspection.objects.get().ended
        due = count(rules.PUBLISH_WITHIN.on(calendar.legal_day(ended)), ended).due
        assert row.key == Inspection.objects.get().matter.number
    assert (row.state, row.due, row.round, row.told) == (State.TO_REPORT, due, 1, False)


def test_nothing_is_owed_before_its_table_was_there_nor_without_the_step(w, results, monkeypatch):
    made = visit(w)
    with scoped(SYSTEM):
        assert {row.table for row in Owed.objects.filter(matter=made)} == {"tasks", "visits"}
        assert owing.tables_for(owed()["inspection_result"], results.since) == [results]
        assert owing.tables_for(owed()["inspection_result"], world.SINCE) == []


def test_the_sheet_is_theirs_and_can_be_had_again(w, clerk, results):
    matter = published(w)
    batch = sent(results, clerk, matter)
    rows = rows_in(files.read_blob(batch.sheet))
    assert rows[0][0] == "抽查检查结果公示信息导入表"
    assert rows[1] == [column.head for column in results.columns]
    assert rows[2][:3] == [owed_of(matter).key, w.entity.code, w.entity.name]
    assert rows[2][6] == "未发现问题"
    row = owed_of(matter)
    assert (row.state, row.told, row.batch_id, row.round) == (State.EXPORTED, True, batch.pk, 1)
    with scoped(SYSTEM):
        kinds = list(LedgerEntry.objects.filter(matter=matter).values_list("kind", flat=True))
        assert kinds[-1] == "exchange.exported"
        assert LedgerEntry.objects.filter(kind="exchange.batch").count() == 1
    with scoped(clerk), pytest.raises(NothingToExport):
        export(results, [row.uid], clerk)


def test_other_formats_hold_the_same(results):
    name = "=cmd|'/C calc'!A0"
    rows = [["1", "91370303MA3C000001", name, *("x" for _ in results.columns[3:])]]
    data = sheet_bytes(replace(results, format="csv"), rows).decode("gb18030")
    read = list(csv.reader(io.StringIO(data)))
    assert read[1] == [column.head for column in results.columns]
    assert read[2][2] == f"'{name}", "a spreadsheet runs nothing of it"
    assert rows_in(sheet_bytes(results, rows))[2][2] == name


def test_attachments_are_named_by_the_records_number(w, clerk, results, monkeypatch):
    one = owed()["inspection_result"]
    monkeypatch.setitem(owed(), one.record, replace(one, files=lambda m: [Attachment(".pdf", lambda: b"%PDF-1.7")] * 2))
    matter = published(w)
    batch = sent(results, clerk, matter)
    packed = zipfile.ZipFile(io.BytesIO(files.read_blob(batch.attachments)))
    key = owed_of(matter).key
    assert packed.namelist() == [f"{key}_1.pdf", f"{key}_2.pdf"]
    assert packed.read(f"{key}_1.pdf") == b"%PDF-1.7"


def test_what_they_would_refuse_stays_here_and_is_named(w, clerk, results):
    good, bad = published(w), published(w)
    with scoped(SYSTEM):
        Inspection.objects.filter(publication=bad.pk).update(result="")
    with scoped(clerk):
        made = export(results, [owed_of(good).uid, owed_of(bad).uid], clerk)
    assert made.batch.count == 1
    assert [(row.matter_id, one[0].head) for row, one in made.left] == [(bad.pk, "检查结果")]
    assert owed_of(bad).state == State.TO_REPORT


def test_a_result_is_sent_back_mended_and_received(w, clerk, results):
    good, bad = published(w), published(w)
    sent(results, clerk, good, bad)
    arrival = send(results, [["审核情况"], HEAD, [owed_of(good).key, "已公示", "G-1", ""],
                             [owed_of(bad).key, "退回", "", "名称与登记不一致"]], clerk)  # fmt: skip
    assert (arrival.counts, lines(arrival)) == ({"receipt": 1, "sent_back": 1}, [])
    assert (owed_of(good).state, owed_of(good).number) == (State.RECEIPT, "G-1")
    row = owed_of(bad)
    assert (row.state, row.why) == (State.SENT_BACK, "名称与登记不一致")
    with scoped(SYSTEM):
        told = Notice.objects.filter(template="exchange.sent_back", matter=bad)
        assert {notice.person.name for notice in told} == {"所长", "甲"}, (
            "the clerk did it himself; head and officer learn"
        )
        assert LedgerEntry.objects.filter(kind="exchange.sent_back").get().data["reason"] == "名称与登记不一致"
    with scoped(clerk):
        assert acts.sent_back_count(clerk) == 1
        acts.mended(row, "名称已更正", clerk)
        assert acts.sent_back_count(clerk) == 0
    assert (owed_of(bad).state, owed_of(bad).round) == (State.TO_REPORT, 2)
    batch = sent(results, clerk, bad)
    with scoped(SYSTEM):
        assert BatchRow.objects.get(batch=batch).round == 2
    send(results, [HEAD, [owed_of(bad).key, "已公示", "G-2", ""]], clerk)
    assert (owed_of(bad).state, owed_of(bad).number, owed_of(bad).why) == (State.RECEIPT, "G-2", "")


def test_the_same_answers_twice_change_nothing(w, clerk, results):
    matter = published(w)
    sent(results, clerk, matter)
    rows = [HEAD, [owed_of(matter).key, "已公示", "G-1", ""]]
    send(results, rows, clerk)
    version = owed_of(matter).version
    assert send(results, rows, clerk).counts == {"same": 1}
    assert owed_of(matter).version == version


def test_answers_come_as_csv_in_the_encoding_of_their_office(w, clerk, results):
    matter = published(w)
    sent(results, clerk, matter)
    text = "\r\n".join([",".join(HEAD), f"{owed_of(matter).key},退回,,企业名称与登记不一致，请更正"])
    file = SimpleUploadedFile("结果.csv", text.encode("gb18030"))
    with scoped(clerk):
        arriving.take_in(results, "answers", file, world.OFFICE, clerk)
    assert owed_of(matter).why == "企业名称与登记不一致，请更正"


def test_answers_that_do_not_fit_are_listed_and_change_nothing(w, clerk, results):
    waiting, torn, unsent = published(w), published(w), published(w)
    sent(results, clerk, waiting, torn)
    keys = [owed_of(one).key for one in (waiting, torn, unsent)]
    arrival = send(results, [
        HEAD, ["没有这个号", "已公示", "G-9", ""], [keys[0], "灰掉了", "", ""], [keys[1], "已公示", "G-2", ""],
        [keys[1], "退回", "", "重复"], [keys[2], "已公示", "G-3", ""],
    ], clerk)  # fmt: skip
    assert lines(arrival) == [
        ("unmatched", "没有这个号"), ("unknown_state", keys[0]), ("doubled", keys[1]), ("doubled", keys[1]),
        ("not_waiting", keys[2]),
    ]  # fmt: skip
    states = [owed_of(one).state for one in (waiting, torn, unsent)]
    assert states == [State.EXPORTED, State.EXPORTED, State.TO_REPORT]


def test_a_sheet_of_something_else_is_refused_with_what_it_needs(w, clerk, results):
    with scoped(clerk), pytest.raises(BadSheet, match="检查编号、审核状态"):
        arriving.take_in(results, "answers", book([["姓名"], ["甲"]]), world.OFFICE, clerk)
    assert not Arrival.objects.exists()


def test_answers_of_another_office_are_not_his(w, clerk, results):
    with scoped(clerk), pytest.raises(NotAllowed):
        arriving.take_in(results, "answers", book([HEAD]), world.NEIGHBOUR_OFFICE, clerk)


def test_what_changes_here_after_it_went_over_is_owed_again(w, clerk, results):
    matter = published(w, result="basically_compliant")
    fault = finding(w, matter)
    sent(results, clerk, matter)
    send(results, [HEAD, [owed_of(matter).key, "已公示", "G-1", ""]], clerk)
    with scoped(SYSTEM):
        perform(Matter.objects.get(pk=fault.pk), "accept", SYSTEM, on_site=True)
    row = owed_of(matter)
    assert (row.state, row.round, row.number, row.why) == (State.TO_REPORT, 2, "G-1", owing.CHANGED)
    assert row.due > calendar.today(), "the time runs from the change"
    rows = rows_in(files.read_blob(sent(results, clerk, matter).sheet))
    assert rows[2][8] == "已整改"


def test_a_step_that_changes_nothing_they_know_owes_nothing(w, clerk):
    tasks = table_of("luzhifa", "tasks")
    made = plan(w)
    with scoped(clerk):
        export(tasks, [owed_of(made, "tasks").uid], clerk)
    with scoped(SYSTEM):
        same = {"assignee": w.inspector.pk, "second": w.second.pk}
        perform(Matter.objects.get(pk=made.pk), "assign", SYSTEM, **same)
        assert owed_of(made, "tasks").state == State.EXPORTED
        perform(Matter.objects.get(pk=made.pk), "assign", SYSTEM, planned_for=world.in_days(3), **same)
    row = owed_of(made, "tasks")
    assert (row.state, row.round, row.due) == (State.TO_REPORT, 2, world.in_days(3))


def test_the_inspection_code_is_kept_on_the_visit(w, clerk):
    tasks = table_of("luzhifa", "tasks")
    made = plan(w)
    assert owed_of(made, "tasks").due == world.in_days(1), "before the visit"
    with scoped(clerk):
        export(tasks, [owed_of(made, "tasks").uid], clerk)
    send(tasks, [["任务编号", "备案状态", "检查码", "退回原因"], [made.number, "已备案", "JC3703-0001", ""]], clerk)
    with scoped(SYSTEM):
        assert Inspection.objects.get(pk=made.pk).check_code == "JC3703-0001"
        assert owed()["inspection_task"].row(made)["check_code"] == "JC3703-0001"
    assert owed_of(made, "tasks").state == State.RECEIPT


def test_a_code_that_comes_late_is_owed_where_it_is_a_column(w, clerk):
    tasks, visits = table_of("luzhifa", "tasks"), table_of("luzhifa", "visits")
    made = visit(w)
    with scoped(clerk):
        export(visits, [owed_of(made, "visits").uid], clerk)
        export(tasks, [owed_of(made, "tasks").uid], clerk)
    send(tasks, [["任务编号", "备案状态", "检查码"], [made.number, "已备案", "JC-5"]], clerk)
    assert (owed_of(made, "visits").state, owed_of(made, "visits").why) == (State.TO_REPORT, owing.CHANGED)
    assert "JC-5" in rows_in(files.read_blob(sent_of(visits, clerk, made).sheet))[1]


def test_a_code_that_was_applied_for_there_is_taken_by_file(w, clerk):
    codes = table_of("luzhifa", "codes")
    made = plan(w)
    day = world.in_days(1).isoformat()
    rows = [["检查码", "统一社会信用代码", "计划检查日期"], ["JC-7", w.entity.code, day], ["JC-8", "9" * 18, day],
            ["JC-9", w.entity.code, "明天"], ["", w.entity.code, day]]  # fmt: skip
    arrival = send(codes, rows, clerk, "records")
    assert arrival.counts == {"new": 1, "unfit": 2, "no_key": 1}
    with scoped(SYSTEM):
        assert Inspection.objects.get(pk=made.pk).check_code == "JC-7"
        assert LedgerEntry.objects.filter(matter=made).latest("pk").actor == clerk.label
    assert send(codes, rows[:2], clerk, "records").counts == {"same": 1}
    other = [rows[0], ["JC-10", w.entity.code, day]]
    assert send(codes, other, clerk, "records").counts == {"unfit": 1}, "nothing is replaced unseen"
    with scoped(SYSTEM):
        assert Inspection.objects.get(pk=made.pk).check_code == "JC-7"


def test_a_cancelled_visit_is_withdrawn(w, clerk):
    made = plan(w)
    with scoped(clerk):
        export(table_of("luzhifa", "tasks"), [owed_of(made, "tasks").uid], clerk)
    with scoped(w.actor("所长")) as head:
        perform(made, "cancel", head, reason="店已关闭")
    row = owed_of(made, "tasks")
    assert (row.state, row.why) == (State.WITHDRAWN, owing.TAKEN_BACK)


def test_done_there_by_hand_once(w, clerk, results):
    matter = published(w)
    row = owed_of(matter)
    with scoped(clerk):
        acts.done_there(row, "G-5", clerk, row.version)
        with pytest.raises(Conflict):
            acts.done_there(row, "G-6", clerk, row.version)
        with pytest.raises(NotOpen):
            acts.done_there(owed_of(matter), "G-6", clerk)
    assert (owed_of(matter).state, owed_of(matter).number, owed_of(matter).told) == (State.DONE_THERE, "G-5", True)


def test_an_inspector_reports_nothing(w, results):
    row = owed_of(published(w))
    with scoped(w.actor("甲")) as inspector:
        assert not acts.visible(inspector).exists()
        with pytest.raises(NotAllowed):
            acts.done_there(row, "", inspector)


def test_nobody_sees_what_another_district_owes(w, clerk, results):
    published(w)
    with scoped(clerk):
        assert Owed.objects.count() == 3, "task, visit and result"
    w.person("外区内勤", Role.CLERK, world.NEIGHBOUR_OFFICE)
    with scoped(w.actor("外区内勤")):
        assert Owed.objects.count() == 0, "below the querysets"


def test_what_was_there_before_the_table_is_gathered_once(w, results):
    matter = published(w)
    with scoped(SYSTEM):
        Owed.objects.filter(matter=matter).delete()
        one = owed()["inspection_result"]
        assert owing.gather(one, [matter]) == 1
        assert owing.gather(one, [matter]) == 0
    assert owed_of(matter).state == State.TO_REPORT


def test_a_handover_is_told_like_naming_others(w, clerk):
    """The planned visit went over with its officers: whoever takes it over is news, whichever way it came to him."""
    tasks = next(table for table in owing.every_table() if table.code == "tasks")
    one, other = plan(w), plan(w)
    sent_of(tasks, clerk, one)
    sent_of(tasks, clerk, other)
    with scoped(SYSTEM):
        third = w.person("丙", Role.INSPECTOR, world.OFFICE, "鲁C-003")
        pair = {"planned_for": world.in_days(3), "assignee": third.pk, "second": w.second.pk}
        perform(other, "assign", SYSTEM, **pair)
        again = owed_of(other, "tasks")
        handing.hand_over(w.inspector, third, SYSTEM, timezone.now())
        row = owed_of(one, "tasks")
    assert (again.state, again.round) == (State.TO_REPORT, 2)
    assert (row.state, row.round, row.why) == (State.TO_REPORT, 2, owing.CHANGED)


def test_what_is_lost_there_goes_over_again_with_a_word(w, clerk, results):
    matter = published(w)
    sent(results, clerk, matter)
    send(results, [HEAD, [owed_of(matter).key, "已公示", "G-1", ""]], clerk)
    with scoped(clerk):
        with pytest.raises(NotOpen):
            acts.report_again(owed_of(matter), "  ", clerk)
        acts.report_again(owed_of(matter), "平台上查不到", clerk)
        assert (owed_of(matter).state, owed_of(matter).round) == (State.TO_REPORT, 2)
        with pytest.raises(NotOpen):
            acts.report_again(owed_of(matter), "再来", clerk)
    row = owed_of(matter)
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="exchange.mended").get().data["reason"] == "平台上查不到"
        w.person("淄川内勤", Role.CLERK, world.NEIGHBOUR)
    with scoped(w.actor("淄川内勤")) as stranger, pytest.raises(NotAllowed):
        acts.report_again(row, "不是我的", stranger)


def test_the_findings_go_over_in_the_words_of_the_papers(w, clerk, results):
    matter = published(w, result="non_compliant")
    with scoped(SYSTEM):
        inspection = Inspection.objects.get(publication=matter.pk)
        inspection.answers.create(item="1.2", answer="no", at=timezone.now(), note="许可证挂在后厨。")
        inspection.answers.create(item="2.3", answer="no", at=timezone.now(), value="9", unit="℃")
        told = owed()["inspection_result"].row(matter)["failed_items"]
        items = inspection.checklist.items if inspection.checklist else {}
    assert told[0] == "1.2 许可证挂在后厨"
    assert told[1].startswith("2.3 ") and "9 ℃" in told[1], items
