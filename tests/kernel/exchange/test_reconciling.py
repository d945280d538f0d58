"""The daily reconciliation: records lost, doubled and changed on either side; a day without one is asked for."""

from __future__ import annotations

from tests import world
from tests.kernel.exchange.conftest import HEAD, book, owed_of, published, rows_in
from tests.kernel.exchange.test_owing import lines, send, sent

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.exchange import acts, arriving, reminding, wording
from zhijian.kernel.exchange.models import State
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
