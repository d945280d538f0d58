"""What becomes of a penalty: filed and paid in either order, the money handed in, overdue, under review, withdrawn."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from tests import world
from tests.openers import spot_penalty

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.figures import Period, compute, declared
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform, why_not
from zhijian.kernel.matters.ticking import tick
from zhijian.kernel.notices.wording import step_title
from zhijian.kernel.papers import making
from zhijian.kernel.papers.models import NumberRow, Paper
from zhijian.programmes.spot_penalty import rules, shown
from zhijian.programmes.spot_penalty.actions import taken_over
from zhijian.programmes.spot_penalty.effects import mark_served
from zhijian.programmes.spot_penalty.flow import SPOT_PENALTY
from zhijian.programmes.spot_penalty.models import SpotPenalty


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.head
        made.person("内勤", Role.CLERK, world.OFFICE)
        return made


def running(matter: Matter) -> set[str]:
    with scoped(SYSTEM):
        return set(Clock.objects.filter(matter=matter, stopped=None, about="").values_list("rule", flat=True))


def act(w: world.World, who: str, matter: Matter, verb: str, **facts: Any) -> Matter:
    with scoped(w.actor(who)) as actor:
        return perform(matter, verb, actor, **facts)


def kept(matter: Matter) -> SpotPenalty:
    with scoped(SYSTEM):
        return SpotPenalty.objects.select_related("matter").get(pk=matter.pk)


PAID: dict[str, Any] = {"receipt": "鲁非税 001"}
FILE, PAY, CASH = rules.FILE_WITHIN.name, rules.PAY_WITHIN.name, rules.HAND_IN_WITHIN.name


@pytest.mark.parametrize("order", [("file", "pay"), ("pay", "file")])
def test_filed_and_paid_in_either_order(w: world.World, order: tuple[str, str]) -> None:
    matter = spot_penalty(w)
    assert running(matter) == {FILE}, "the time to pay waits for the service"
    mark_served(matter, calendar.today(), matter.opened)
    assert running(matter) == {FILE, PAY}
    assert kept(matter).pay_by == rules.last_day_to_pay(calendar.today())
    told = {"file": {"note": "2026-当罚-1"}, "pay": {"paid_on": calendar.today(), **PAID}}
    states = [act(w, "内勤", matter, verb, **told[verb]).state for verb in order]
    assert states == [{"file": "paying", "pay": "filing"}[order[0]], "closed"]
    assert running(matter) == set()
    record = kept(matter)
    assert (record.filed_on, record.paid_on, record.note) == (calendar.today(), calendar.today(), "2026-当罚-1")


def test_seven_working_days_to_file_and_fifteen_days_to_pay(w: world.World) -> None:
    matter = spot_penalty(w)
    mark_served(matter, calendar.today(), matter.opened)
    with scoped(SYSTEM):
        file, pay = (Clock.objects.get(matter=matter, rule=name) for name in (FILE, PAY))
    assert file.due == calendar.add_working_days(calendar.today(), 7)[0]
    assert pay.due >= calendar.today() + dt.timedelta(days=15), "the last day moves on from a day off, never back"
    assert (file.basis["article"], pay.basis["article"]) == ("第70条", "第72条")


def test_a_warning_is_only_filed(w: world.World) -> None:
    matter = spot_penalty(w, fine=0, warning=True, decided="警告")
    assert matter.state == "filing" and running(matter) == {FILE}
    with pytest.raises(NotOpen):
        act(w, "内勤", matter, "pay", paid_on=calendar.today(), **PAID)
    assert act(w, "所长", matter, "file").state == "closed"
    with translation.override("zh-hans"):
        assert "缴" not in str(SPOT_PENALTY.state("closed").label), "there was nothing to pay"


def test_the_message_says_what_happened_and_the_page_why_it_was_withdrawn(w: world.World, client: Client) -> None:
    matter = spot_penalty(w)
    act(w, "内勤", matter, "pay", paid_on=calendar.today(), **PAID)
    told = {"kind": SPOT_PENALTY.kind, "verb": "pay", "state": "filing", "party": True}
    with translation.override("zh-hans"):
        assert step_title(told) == "当场处罚：罚款已缴"
        assert step_title(told | {"verb": "decide"}) == "当场处罚：已决定"
    act(w, "所长", matter, "appeal", since=calendar.today(), what="张店区政府 2026-9")
    act(w, "所长", matter, "withdraw", reason="当事人已取得健康证明")
    assert kept(matter).pauses[-1]["until"] == calendar.today().isoformat(), "the review ended with the decision"
    with scoped(SYSTEM):
        link = make_link(w.entity, matter)
    assert "当事人已取得健康证明" in client.get(f"/p/{link}/").content.decode()


def test_money_taken_on_the_spot_is_handed_in_by_those_who_took_it(w: world.World) -> None:
    matter = spot_penalty(w, fine=100)
    with scoped(SYSTEM):
        SpotPenalty.objects.filter(pk=matter.pk).update(payment="cash", cash_ground="small", receipt="鲁财 1")
        from zhijian.kernel.clock import clocks

        clocks.start(matter, rules.HAND_IN_WITHIN, matter.opened)
    mark_served(matter, calendar.today(), matter.opened)
    assert running(matter) == {FILE, CASH}, "nothing is to be paid at the bank"
    with scoped(w.actor("内勤")) as clerk, translation.override("en"):
        assert "taken on the spot" in why_not(matter, "pay", clerk)
    done = act(w, "甲", matter, "hand_in", handed_on=calendar.today(), voucher="缴 7")
    assert done.state == "filing"
    with scoped(w.actor("甲")) as officer, pytest.raises(NotAllowed):
        perform(matter, "file", officer)


def test_who_pays_late_owes_three_percent_a_day_and_never_more_than_the_fine(w: world.World) -> None:
    matter = spot_penalty(w)
    served = calendar.today() - dt.timedelta(days=200)
    with scoped(SYSTEM):
        Matter.objects.filter(pk=matter.pk).update(opened=calendar.start_of(served))
    mark_served(matter, served, calendar.start_of(served))
    record = kept(matter)
    assert record.pay_by is not None
    late = [record.additional_on(record.pay_by + dt.timedelta(days=n)) for n in (0, 1, 10, 60)]
    assert late == [0, Decimal("6.00"), Decimal("60.00"), Decimal("200.00")]
    assert shown.money(record).tone == "bad"
    day = record.pay_by + dt.timedelta(days=10)
    with pytest.raises(NotOpen):
        act(w, "内勤", matter, "pay", paid_on=day, additional=Decimal("60.01"), **PAID)
    with pytest.raises(NotOpen):
        act(w, "内勤", matter, "pay", paid_on=calendar.today() + dt.timedelta(days=1), **PAID)
    act(w, "内勤", matter, "pay", paid_on=day, additional=Decimal("60.00"), **PAID)
    record = kept(matter)
    assert (record.additional_on(calendar.today()), record.settled) == (Decimal("60.00"), Decimal("260.00"))


def paid_late(w: world.World, days: int = 10) -> tuple[Matter, dt.date]:
    """A decision that was not paid in time, and a day so many days after the last one for paying."""
    matter = spot_penalty(w)
    served = calendar.today() - dt.timedelta(days=200)
    with scoped(SYSTEM):
        Matter.objects.filter(pk=matter.pk).update(opened=calendar.start_of(served))
    mark_served(matter, served, calendar.start_of(served))
    pay_by = kept(matter).pay_by
    assert pay_by is not None
    return matter, pay_by + dt.timedelta(days=days)


def test_what_was_added_stays_owed_until_it_is_paid(w: world.World, client: Client) -> None:
    matter, day = paid_late(w)
    with scoped(w.actor("内勤")), pytest.raises(NotOpen, match=r"60\.00"):
        act(w, "内勤", matter, "pay", paid_on=day, **PAID)
    act(w, "内勤", matter, "file")
    client.force_login(w.head)
    form = client.get(f"/m/{matter.uid}/pay/").content.decode()
    assert 'value="200.00"' in form, "the form begins with what has been added by today"
    form = client.get(f"/m/{matter.uid}/pay_part/").content.decode()
    assert 'value="200.00"' not in form, "what came of it must be told: all of it would be refused"
    done = act(w, "内勤", matter, "pay_part", paid_on=day, additional=Decimal(20), **PAID)
    assert (done.state, kept(matter).rest, shown.money(kept(matter)).tone) == ("paying", Decimal("40.00"), "bad")
    with pytest.raises(NotOpen):
        act(w, "内勤", matter, "pay", paid_on=day, additional=Decimal(40), **PAID)
    waits, listed = "罚款已缴、加处罚款尚欠：1 件", "/l/spot_penalty/?rest=on"
    todo = client.get("/").content.decode()
    assert waits in todo and listed in todo
    assert f"/m/{matter.uid}/" in client.get(listed).content.decode()
    for verb in ("pay_rest", "waive"):
        assert "加处的罚款尚欠 40 元" in client.get(f"/m/{matter.uid}/{verb}/").content.decode(), verb
    told = {"kind": SPOT_PENALTY.kind, "verb": "pay_part", "state": "paying", "party": True}
    with translation.override("zh-hans"):
        assert step_title(told) == "当场处罚：罚款已缴，加处罚款未缴清"
    with scoped(SYSTEM):
        link = make_link(w.entity, matter)
    assert "尚须缴纳加处罚款 40 元" in client.get(f"/p/{link}/").content.decode()
    done = act(w, "内勤", matter, "pay_rest", rest_on=calendar.today(), rest_receipt="鲁非税 002")
    record = kept(matter)
    assert (done.state, record.rest, record.settled) == ("closed", 0, Decimal("260.00"))
    assert waits not in client.get("/").content.decode()
    assert f"/m/{matter.uid}/" not in client.get(listed).content.decode()
    with pytest.raises(NotOpen):
        act(w, "内勤", matter, "pay_rest", rest_on=calendar.today(), rest_receipt="鲁非税 003")


def test_the_head_waives_what_was_added_but_never_the_fine(w: world.World, client: Client) -> None:
    """Administrative Compulsion Law art. 42."""
    matter, day = paid_late(w)
    with pytest.raises(NotOpen):
        act(w, "所长", matter, "waive", waived_why="已采取补救措施")
    act(w, "内勤", matter, "pay_part", paid_on=day, additional=Decimal(0), **PAID)
    with pytest.raises(NotAllowed):
        act(w, "内勤", matter, "waive", waived_why="已采取补救措施")
    done = act(w, "所长", matter, "waive", waived_why="已采取补救措施")
    record = kept(matter)
    assert (done.state, record.waived, record.rest, record.settled) == (
        "filing",
        Decimal("60.00"),
        0,
        Decimal("200.00"),
    )
    with scoped(SYSTEM):
        link = make_link(w.entity, matter)
    assert "加处罚款 60 元已减免" in client.get(f"/p/{link}/").content.decode(), "who was spared it reads so"


def test_what_was_closed_while_a_rest_was_owed_still_takes_it(w: world.World) -> None:
    matter, day = paid_late(w)
    act(w, "内勤", matter, "file")
    act(w, "内勤", matter, "pay", paid_on=day, additional=Decimal(60), **PAID)
    with scoped(SYSTEM):
        SpotPenalty.objects.filter(pk=matter.pk).update(additional=0)  # as older versions booked it
    done = act(w, "内勤", matter, "pay_rest", rest_on=calendar.today(), rest_receipt="鲁非税 002")
    assert (done.state, kept(matter).rest) == ("closed", 0)


def test_nothing_is_added_while_a_review_runs(w: world.World) -> None:
    """Penalty Law art. 73."""
    matter = spot_penalty(w)
    served = calendar.today() - dt.timedelta(days=60)
    with scoped(SYSTEM):
        Matter.objects.filter(pk=matter.pk).update(opened=calendar.start_of(served))
    mark_served(matter, served, calendar.start_of(served))
    pay_by = kept(matter).pay_by
    assert pay_by is not None
    since = pay_by + dt.timedelta(days=3)
    act(w, "所长", matter, "appeal", since=since, what="张店区政府 2026-8")
    assert kept(matter).additional_on(calendar.today()) == Decimal("12.00"), "two days before it"
    with pytest.raises(NotOpen):
        act(w, "所长", matter, "appeal", since=since, what="又一次")
    until = since + dt.timedelta(days=9)
    act(w, "所长", matter, "appeal_over", until=until)
    assert kept(matter).additional_on(until + dt.timedelta(days=4)) == Decimal("36.00"), "2 before, 4 after"


def test_a_warning_and_money_already_handed_in_are_appealed_against_as_well(w: world.World) -> None:
    """Reconsideration law art. 11: of whatever was decided, paid or not."""
    warned = spot_penalty(w, fine=0, warning=True, decided="警告")
    act(w, "内勤", warned, "file")
    act(w, "所长", warned, "appeal", since=calendar.today(), what="张店区政府 2026-9")
    assert kept(warned).under_review
    client = Client()
    client.force_login(w.head)
    assert "张店区政府 2026-9" in client.get(f"/m/{warned.uid}/").content.decode()
    act(w, "所长", warned, "appeal_over", until=calendar.today())
    assert not kept(warned).under_review


def test_a_withdrawn_decision_leaves_both_papers_and_owes_the_money_back(w: world.World) -> None:
    matter = spot_penalty(w)
    with scoped(SYSTEM):
        paper = making.make("spot_decision", matter, {"organ": "张店区市场监督管理局"}, actor=SYSTEM)
    act(w, "内勤", matter, "pay", paid_on=calendar.today(), **PAID)
    with scoped(w.actor("内勤")) as clerk, pytest.raises(NotAllowed):
        perform(matter, "withdraw", clerk, reason="事实不清")
    done = act(w, "所长", matter, "withdraw", reason="当事人已取得健康证明，事实认定有误")
    assert done.state == "withdrawn"
    with scoped(SYSTEM):
        old, new = Paper.objects.filter(matter=matter).order_by("pk")
        assert (old.pk, old.state, old.void_reason) == (paper.pk, "void", "当事人已取得健康证明，事实认定有误")
        assert NumberRow.objects.get(paper=old).state == "void", "its number stays accounted for"
        assert (new.kind, new.data["decision"]["number"], new.data["refund"]) == (
            "spot_withdrawal", paper.number, "200",
        )  # fmt: skip
        assert taken_over(matter).withdrawn == "当事人已取得健康证明，事实认定有误"
    assert kept(matter).refund == 200


def test_what_was_settled_is_withdrawn_once_and_shows_it(w: world.World) -> None:
    matter = spot_penalty(w)
    act(w, "内勤", matter, "pay", paid_on=calendar.today(), **PAID)
    act(w, "内勤", matter, "file")
    done = act(w, "所长", matter, "annul", reason="复议决定撤销")
    assert (done.state, kept(matter).refund) == ("withdrawn", 200)
    with pytest.raises(NotOpen):
        act(w, "所长", matter, "annul", reason="再撤一次")


def test_what_is_owed_back_is_refunded_once(w: world.World, client: Client) -> None:
    paid, unpaid = spot_penalty(w), spot_penalty(w)
    act(w, "内勤", paid, "pay", paid_on=calendar.today(), **PAID)
    for matter in (paid, unpaid):
        act(w, "所长", matter, "withdraw", reason="事实认定有误")
    back: dict[str, Any] = {"refunded_on": calendar.today(), "refund_receipt": "退 7"}
    with pytest.raises(NotOpen):
        act(w, "内勤", unpaid, "refund", **back)
    with pytest.raises(NotOpen):
        act(w, "内勤", paid, "refund", **back | {"refunded_on": calendar.today() - dt.timedelta(days=1)})
    assert act(w, "内勤", paid, "refund", **back).state == "withdrawn"
    with pytest.raises(NotOpen):
        act(w, "内勤", paid, "refund", **back)
    assert shown.money(kept(paid)).tone == "good"
    client.force_login(w.head)
    assert "退 7" in client.get(f"/m/{paid.uid}/").content.decode()
    with scoped(SYSTEM):
        link = make_link(w.entity, paid)
    assert "已于" in client.get(f"/p/{link}/").content.decode()


def test_time_reminds_of_what_was_not_filed_and_not_paid(w: world.World) -> None:
    matter = spot_penalty(w)
    long_ago = calendar.start_of(calendar.today() - dt.timedelta(days=90))
    with scoped(SYSTEM):
        Clock.objects.filter(matter=matter).update(due=calendar.today() - dt.timedelta(days=1))
        Matter.objects.filter(pk=matter.pk).update(opened=long_ago)
    mark_served(matter, calendar.legal_day(long_ago), long_ago)
    tick()
    with scoped(SYSTEM):
        told = set(LedgerEntry.objects.filter(matter=matter).values_list("kind", flat=True))
        assert {"spot_penalty.remind_file", "spot_penalty.remind_pay"} <= told


def test_the_desk_lists_it_the_visit_shows_it_and_the_head_takes_it_out_in_excel(
    w: world.World, client: Client
) -> None:
    matter = spot_penalty(w)
    mark_served(matter, calendar.today(), matter.opened)
    client.force_login(w.head)
    listed = client.get("/l/spot_penalty/").content.decode()
    assert w.entity.name in listed and "罚款 200 元" in listed and "前缴纳" in listed
    page = client.get(f"/m/{matter.uid}/").content.decode()
    assert "许可证未悬挂" in page and "第66条" in page and "不公示" in page
    with scoped(SYSTEM):
        parent = matter.parent
    assert f"/m/{matter.uid}/" in client.get(f"/m/{parent.uid}/").content.decode()
    assert client.get("/l/spot_penalty/?state=paying").content.decode().count(w.entity.name) == 0
    file = client.get("/l/spot_penalty/export/")
    assert file.status_code == 200


def test_a_stranger_s_office_sees_none_of_it(w: world.World, client: Client) -> None:
    matter = spot_penalty(w)
    client.force_login(w.stranger)
    assert client.get(f"/m/{matter.uid}/").status_code == 404


def test_what_a_case_programme_takes_over(w: world.World) -> None:
    matter = spot_penalty(w)
    mark_served(matter, calendar.today(), matter.opened)
    with scoped(SYSTEM):
        told = taken_over(matter)
    assert (told.state, told.fine, told.additional, told.served_on) == ("open", 200, 0, calendar.today())
    assert (told.facts, told.violated, told.officers[0]["name"]) == ("许可证未悬挂", "食品安全法第55条", "甲")
    assert told.visit and told.record and told.digest


def test_its_figures_are_counted_by_hand(w: world.World) -> None:
    """A withdrawn decision is none of those decided, whether it was settled already or not."""
    stands, unsettled, settled = (spot_penalty(w) for _ in range(3))
    act(w, "所长", unsettled, "withdraw", reason="事实不清")
    act(w, "内勤", settled, "file")
    act(w, "内勤", settled, "pay", **PAID, paid_on=calendar.today())
    act(w, "所长", settled, "annul", reason="适用依据错误")
    today = calendar.today()
    year = Period(today.replace(month=1, day=1), today.replace(month=12, day=31), today=today)
    count = {
        code: compute.value(declared()[f"spot_penalty.{code}"], year, world.OFFICE, SYSTEM).text
        for code in ("decided", "fines", "withdrawn")
    }
    assert count == {"decided": "1", "fines": f"{kept(stands).fine:.0f}", "withdrawn": "2"}
