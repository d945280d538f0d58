"""The daily reconciliation: records lost, doubled and changed on either side; a day without one is asked for."""

from __future__ import annotations

from django.test import Client
from django.utils.translation import override
from tests import world
from tests.kernel.exchange.conftest import HEAD, book, owed_of, published, rows_in, visit
from tests.kernel.exchange.test_owing import lines, send, sent

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.exchange import acts, arriving, owing, reminding, wording
from zhijian.kernel.exchange.exporting import export
from zhijian.kernel.exchange.models import State
from zhijian.kernel.exchange.tables import table_of
from zhijian.kernel.notices.models import Notice

LIST = [*HEAD, "企业名称", "检查结果"]


def listed(w, matter, state="已公示", number="G", reason="", name="", result="未发现问题"):
    return [owed_of(matter).key, state, number, reason, name or w.entity.name, result]


def test_what_is_lost_doubled_and_changed_on_either_side_is_found(w, clerk, results):
    well, lost, doubled, changed, refused, unsent, by_hand = (published(w) for _ in range(7))
    sent(results, clerk, well, lost, doubled, changed, refused)
    answers = [[owed_of(one).key, "已公示", f"G-{one.pk}", ""] for one in (well, lost, doubled, changed)]
    send(results, [HEAD, *answers, [owed_of(refused).key, "退回", "", "重复"]], clerk)
    with scoped(clerk):
        acts.done_there(owed_of(by_hand), "G-8", clerk)
    rows = [
        LIST, listed(w, well), listed(w, doubled), listed(w, doubled), listed(w, changed, name="别的名字"),
        listed(w, refused, state="已公示", number="G-6"), listed(w, unsent), listed(w, by_hand),
        ["他们自己的号", "已公示", "G-0", "", "某店", "未发现问题"],
    ]  # fmt: skip
    arrival = send(results, rows, clerk, "list")
    found = lines(arrival)
    assert len(found) == 6
    assert set(found) == {
        ("here_only", owed_of(lost).key), ("doubled_there", owed_of(doubled).key), ("content", owed_of(changed).key),
        ("state", owed_of(refused).key), ("there_untold", owed_of(unsent).key), ("there_only", "他们自己的号"),
    }  # fmt: skip
    assert (arrival.counts["here"], arrival.counts["there"], arrival.counts["agree"]) == (6, 8, 3)
    assert owed_of(refused).state == State.SENT_BACK, "looking changes nothing"
    with scoped(clerk):
        report = rows_in(wording.workbook(arrival))
        assert len(report) == 7
        assert arriving.settle(arrival, results, clerk) == 1
        assert arriving.settle(arrival, results, clerk) == 0
    assert (owed_of(refused).state, owed_of(refused).number) == (State.RECEIPT, "G-6")


def test_a_table_that_is_reconciled_daily_is_asked_for_once_a_day(w, clerk, results, monkeypatch):
    with scoped(SYSTEM):
        w.person("区局内勤", Role.CLERK, world.DISTRICT)
        w.person("淄川内勤", Role.CLERK, world.NEIGHBOUR)
    matter = published(w)
    monkeypatch.setattr(reminding.calendar, "is_working_day", lambda day: True)
    with scoped(SYSTEM):
        reminding.remind_today()
        assert not Notice.objects.filter(template="exchange.reconcile").exists(), "nothing is over there yet"
    sent(results, clerk, matter)
    with scoped(SYSTEM):
        assert reminding.missing(results) == [world.DISTRICT]
        reminding.remind_today()
        reminding.remind_today()
        told = Notice.objects.filter(template="exchange.reconcile")
        assert [notice.person.name for notice in told] == ["区局内勤"]
    with scoped(w.actor("区局内勤")) as district:
        arriving.take_in(results, "list", book([LIST, listed(w, matter)]), world.DISTRICT, district)
    with scoped(SYSTEM):
        assert reminding.missing(results) == []


def test_both_values_are_shown_and_a_day_is_a_day_however_it_is_written(w, clerk, results, monkeypatch):
    assert (
        owing.mark("2026/11/20") == owing.mark("2026-11-20") == owing.mark("2026年11月20日") != owing.mark("2026-11-21")
    )
    matter = published(w)
    sent(results, clerk, matter)
    send(results, [HEAD, [owed_of(matter).key, "已公示", "G-1", ""]], clerk)
    arrival = send(results, [LIST, listed(w, matter, name="别的名字")], clerk, "list")
    with scoped(SYSTEM):
        line = arrival.lines.get()
    assert (line.code, line.here, line.there) == ("content", f"企业名称={w.entity.name}", "企业名称=别的名字")


def test_the_province_is_asked_for_the_name_too(w, clerk):
    """A task and a result that bear another name there, with the right code and day, are found."""
    made = visit(w)
    for code, key, state in (("tasks", "任务编号", "已备案"), ("visits", "任务编号", "已归集")):
        table = table_of("luzhifa", code)
        with scoped(clerk):
            export(table, [owed_of(made, code).uid], clerk)
            shown, _bad = acts.told_now(owed_of(made, code), table)
        theirs = dict(zip((one.head for one in table.columns), shown, strict=True))
        heads = [key, table.answer.state, *(one.head for one in table.columns if one.compare)]
        row = [owed_of(made, code).key, state, *(theirs[head] for head in heads[2:])]
        assert lines(send(table, [heads, row], clerk, "list")) == [("state", owed_of(made, code).key)]
        renamed = ["别的名字" if text == w.entity.name else text for text in row]
        with scoped(SYSTEM):
            told = {one.code: one for one in send(table, [heads, renamed], clerk, "list").lines.all()}
        assert told["content"].here == f"检查对象名称={w.entity.name}"
        assert told["content"].there == "检查对象名称=别的名字"


def test_how_it_stands_here_is_told_in_the_language_of_whoever_reads(w, clerk, results):
    lost, odd = published(w), published(w)
    sent(results, clerk, lost, odd)
    with override("zh-hans"):
        arrival = send(results, [LIST, listed(w, odd, state="没听说过")], clerk, "list")
        answers = send(results, [HEAD, [owed_of(odd).key, "没听说过", "", ""]], clerk)
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(w.people["李桂芬"])
    for one in (arrival, answers):
        page = client.get(f"/exchange/arrivals/{one.uid}/").content.decode()
        assert "Exported, no answer yet" in page
        assert "已导出" not in page
        assert "Exported, no answer yet" in str(rows_in(client.get(f"/exchange/arrivals/{one.uid}/report/").content))
    with scoped(SYSTEM):
        arrival.lines.update(here="已导出，待回执")
    assert "已导出，待回执" in client.get(f"/exchange/arrivals/{arrival.uid}/").content.decode(), "a line of before"


def test_lines_that_ask_for_another_round_go_over_again_together(w, clerk, results):
    lost, changed, well = published(w), published(w), published(w)
    sent(results, clerk, lost, changed, well)
    arrival = send(results, [LIST, listed(w, changed, name="别的名字"), listed(w, well)], clerk, "list")
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(w.people["李桂芬"])
    page = client.get(f"/exchange/arrivals/{arrival.uid}/").content.decode()
    with scoped(SYSTEM):
        chosen = list(arrival.lines.filter(code__in=["here_only", "content"]).values_list("pk", flat=True))
        every = list(arrival.lines.values_list("pk", flat=True))
    assert page.count('name="line"') == len(chosen) == 2
    address = f"/exchange/arrivals/{arrival.uid}/again/"
    assert client.post(address, {"line": every, "reason": " "}).status_code == 302
    assert owed_of(lost).state == State.EXPORTED, "not without a word"
    assert client.post(address, {"line": every, "reason": "平台重装后丢失"}).status_code == 302
    assert [owed_of(one).state for one in (lost, changed, well)] == [State.TO_REPORT, State.TO_REPORT, State.EXPORTED]
    assert 'name="line"' not in client.get(f"/exchange/arrivals/{arrival.uid}/").content.decode()
    with scoped(SYSTEM):
        stranger = w.person("淄川内勤", Role.CLERK, world.NEIGHBOUR)
    client.force_login(stranger)
    assert client.post(address, {"line": every, "reason": "不是我的"}).status_code == 404
