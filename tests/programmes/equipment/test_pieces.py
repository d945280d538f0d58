"""A piece of equipment from the register to the scrap, and the order about one that runs past its day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from tests import world
from tests.openers import piece

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import offers, perform
from zhijian.kernel.matters.ticking import tick
from zhijian.kernel.notices.models import Notice, SimulatedMessage
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.party.doors import KEY, sealed
from zhijian.programmes.equipment import due, reminding, rules
from zhijian.programmes.equipment.desk import standing
from zhijian.programmes.equipment.models import Equipment
from zhijian.programmes.equipment.periods import LIFT

pytestmark = pytest.mark.django_db


@pytest.fixture
def w():
    with scoped(SYSTEM):
        made = world.make()
        made.inspector, made.second, made.head
        yield made


def record(matter: Matter) -> Equipment:
    return Equipment.objects.select_related("matter").get(pk=matter.pk)


def said(notices) -> list[dict]:
    """What notices tell, one by one: those of one moment stand in one notice."""
    return [told for one in notices for told in (one.data, *(more["data"] for more in one.data.get("more", [])))]


def late_lift(w: world.World) -> Matter:
    """A lift whose inspection is ten days overdue."""
    return piece(w, told_next=world.in_days(-10), inspected_on=world.in_days(-375), supervised_on=world.in_days(-3000))


def late_boiler(w: world.World) -> Matter:
    return piece(w, f"1100{timezone.now():%H%M%S%f}", inspected_on=world.in_days(-375), told_next=world.in_days(-10))


def order(w: world.World, matter: Matter) -> Matter:
    with scoped(w.actor("甲")) as actor:
        perform(
            matter, "order", actor, ground="uninspected", problem="超期未检仍在使用", required="停用并申请检验",
            stop=True, deadline=world.in_days(7), first=w.inspector.pk, other=w.second.pk,
        )  # fmt: skip
    with scoped(SYSTEM):
        return matter.children.get(kind="equipment_order")


def test_the_day_comes_from_the_rules_and_stands_as_a_clock(w):
    matter = piece(w, supervised_on=dt.date(2024, 6, 11), inspected_on=dt.date(2025, 6, 2))
    one = record(matter)
    assert (one.next_on, one.next_what, one.next_rule) == (dt.date(2026, 6, 30), "testing", LIFT)
    clock = Clock.objects.get(matter=matter, stopped=None)
    assert (clock.rule, clock.due) == ("equipment.inspect_by", one.next_on)
    assert "TSG T7001—2023" in clock.basis["set_by"]  # by whose rule, where a person's name would stand
    assert Matter.objects.get(pk=matter.pk).due == one.next_on
    assert matter.number == one.code and matter.title == "乘客电梯 水晶街 1 号"


def test_a_code_of_no_class_of_the_catalogue_is_refused_by_hand(w):
    for code in ("39993703032019000009", "X1103703032019000009"):
        with pytest.raises(NotOpen):
            piece(w, code)
    assert piece(w, "31993703032019000009").number == "31993703032019000009", "a category that is not verified is taken"


def test_in_use_due_overdue_out_of_use_scrapped(w):
    """What is kept: in use, out of use, scrapped. What the clock tells: due, overdue."""
    matter = piece(w, "11001", inspected_on=world.in_days(-300), told_next=world.in_days(100))
    assert standing(matter, record(matter)).text == "在用"
    with scoped(w.actor("甲")) as actor:
        perform(matter, "inspect", actor, done_on=world.in_days(-9), next_told=world.in_days(30))
        assert standing(matter, record(matter)).text == "临近检验"
        perform(matter, "inspect", actor, done_on=world.in_days(-8), next_told=world.in_days(-1))
    assert standing(matter, record(matter)).text == "已超期"
    with scoped(party_of(w.entity)) as user:
        perform(Matter.objects.get(pk=matter.pk), "put_away", user, idle_since=world.in_days(0), reason="停产")
    matter = Matter.objects.get(pk=matter.pk)
    assert (matter.state, matter.due, standing(matter, record(matter)).text) == ("idle", None, "停用")
    with scoped(SYSTEM):
        perform(matter, "scrap", SYSTEM, reason="锅炉拆除")
    assert Matter.objects.get(pk=matter.pk).closed is not None


def test_an_inspection_of_long_ago_stands_in_the_history_and_moves_no_day_back(w):
    matter = piece(w, supervised_on=world.in_days(-1200))

    def enter(days: int, **more: object) -> Equipment:
        with scoped(w.actor("甲")) as actor:
            perform(Matter.objects.get(pk=matter.pk), "inspect", actor, done_on=world.in_days(days), **more)
        return record(matter)

    enter(-30, report="NEW", by_body="市特检院")
    newest = enter(-20, what="testing", report="T-NEW")
    for what in ("inspection", "testing"):
        one = enter(-3000, what=what, report="OLD", by_body="旧检验所", next_told=world.in_days(-2635))
        for name in ("inspected_on", "tested_on", "told_next", "report_no", "body", "next_on", "next_what"):
            assert getattr(one, name) == getattr(newest, name), (what, name)
    assert LedgerEntry.objects.filter(matter=matter, kind="equipment.inspect").count() == 4
    enter(-10, outcome="failed", report="BAD")
    with pytest.raises(NotOpen):  # it has passed since
        enter(-40, outcome="failed")
    assert enter(-15, outcome="failed", report="BAD-OLD").failed_report == "BAD"


def test_nothing_that_is_told_of_a_piece_when_it_is_registered_is_still_to_come(w):
    for name in ("in_use_since", "supervised_on", "inspected_on"):
        with pytest.raises(NotOpen, match="尚未到来"):
            piece(w, **{name: world.in_days(1)})


def test_only_kinds_that_are_registered_piece_by_piece_are_offered_and_taken(w, client):
    client.force_login(w.head)
    page = client.get("/l/equipment/").content.decode()
    assert "压力管道元件" not in page and "安全附件" not in page and "客运索道" in page
    for code in ("70003703002024000001", "F0003703002024000001"):
        with pytest.raises(NotOpen):
            piece(w, code)


def test_what_failed_its_inspection_is_as_due_as_it_was(w):
    matter = late_boiler(w)
    with scoped(w.actor("甲")) as actor:
        perform(matter, "inspect", actor, done_on=world.in_days(0), outcome="failed")
    assert record(matter).next_on == world.in_days(-10)


def test_what_did_not_pass_must_not_run_until_it_passes(w, client):
    """Safety Law art. 84: not only what was not inspected."""
    matter = piece(w, f"1100{timezone.now():%H%M%S%f}", inspected_on=world.in_days(-60))
    assert record(matter).next_on > world.in_days(0)
    with scoped(w.actor("甲")) as actor:
        perform(matter, "inspect", actor, done_on=world.in_days(0), outcome="failed", report="BAD-1")
    one = record(matter)
    assert (one.failed_on, one.next_on, one.inspected_on) == (world.in_days(0), world.in_days(0), world.in_days(-60))
    assert due.is_overdue(one, world.in_days(0)) and standing(matter, one).tone == "bad"
    page = client.get(f"/t/{one.door_code}/").content.decode()
    assert "检验不合格：不得使用" in page
    client.force_login(w.head)
    page = client.get(f"/m/{matter.uid}/").content.decode()
    assert "检验：不合格" in page and "BAD-1" in page, "the timeline says the outcome"
    head = page[page.index('class="rechead"') : page.index('class="columns')]
    assert f"{world.in_days(0)} 定期检验不合格：不得使用" in head and "在用" not in head and "到期" not in head
    given = order(w, matter)
    with scoped(w.actor("甲")) as actor:
        with pytest.raises(NotOpen):
            perform(given, "lift", actor, note="仍在用")
        perform(Matter.objects.get(pk=matter.pk), "inspect", actor, done_on=world.in_days(0), outcome="passed")
        perform(Matter.objects.get(pk=given.pk), "lift", actor, note="已复检合格")
    assert record(matter).failed_on is None and record(matter).next_on > world.in_days(300)


def test_what_makes_up_for_what_was_not_passed(w):
    """An inspection for everything up to its day, a testing for a testing; an older pass for nothing."""
    matter = piece(w, supervised_on=world.in_days(-1200), inspected_on=world.in_days(-400))

    def enter(days: int, what: str, outcome: str) -> dt.date | None:
        with scoped(w.actor("甲")) as actor:
            perform(Matter.objects.get(pk=matter.pk), "inspect", actor, done_on=world.in_days(days), what=what,
                    outcome=outcome, report=f"{what}{days}")  # fmt: skip
        return record(matter).failed_on

    assert enter(-20, "inspection", "failed") == world.in_days(-20)
    assert enter(-10, "testing", "passed") == world.in_days(-20), "no testing makes up for an inspection"
    assert enter(-30, "inspection", "passed") == world.in_days(-20), "it was before that"
    assert (record(matter).report_no, record(matter).failed_report) == ("inspection-30", "inspection-20")
    assert enter(-5, "inspection", "passed") is None
    assert enter(-3, "testing", "failed") == world.in_days(-3)
    assert record(matter).next_what == "testing" or record(matter).next_on < world.in_days(-3)
    assert enter(-1, "testing", "passed") is None
    with pytest.raises(NotOpen):
        enter(-8, "inspection", "failed")


def test_the_message_about_an_order_names_the_orders_own_day(w, settings):
    settings.DEMO, settings.PUBLIC_ORIGIN = True, "https://zj.example"
    order(w, late_boiler(w))
    jobs.run_pending()
    texts = " ".join(SimulatedMessage.objects.values_list("text", flat=True))
    assert f"请于{world.in_days(7):%Y-%m-%d}前整改并报告" in texts and f"{world.in_days(-10):%Y-%m-%d}" not in texts


def test_after_a_year_at_rest_it_is_inspected_first_and_its_month_counts_from_then(w):
    matter = piece(w, supervised_on=dt.date(2020, 3, 5), inspected_on=dt.date(2024, 3, 1))
    with scoped(SYSTEM):
        perform(matter, "put_away", SYSTEM, idle_since=world.in_days(-400), reason="停业")
        matter = Matter.objects.get(pk=matter.pk)
        with pytest.raises(NotOpen):
            perform(matter, "resume", SYSTEM)
        perform(matter, "inspect", SYSTEM, done_on=world.in_days(-2))
        perform(Matter.objects.get(pk=matter.pk), "resume", SYSTEM)
    one = record(matter)
    assert one.base_month == world.in_days(-2).month and one.next_on is not None and one.next_on.month == one.base_month


def test_an_order_is_given_only_about_what_is_overdue_and_only_by_two(w):
    matter = piece(w, "11002", inspected_on=world.in_days(-100), told_next=world.in_days(200))
    with scoped(w.actor("甲")) as actor:
        said = {"problem": "超期", "required": "停用", "deadline": world.in_days(7)}
        with pytest.raises(NotOpen, match="没有超期"):
            perform(matter, "order", actor, ground="uninspected", first=w.inspector.pk, other=w.second.pk, **said)
        with pytest.raises(NotOpen, match="两名"):
            perform(matter, "order", actor, ground="hazard", first=w.inspector.pk, other=w.inspector.pk, **said)


def test_an_order_stops_what_is_not_inspected_and_leaves_no_more_time_than_the_rule(w):
    """Safety Law art. 84: what was not inspected must not run; no order waits for decades."""
    matter = late_lift(w)
    said = {"problem": "超期", "required": "停用并申请检验", "first": w.inspector.pk, "other": w.second.pk}
    last = rules.latest_to_obey(world.in_days(0))
    assert world.in_days(60) <= last <= world.in_days(70), "a last day that is a holiday moves on"
    with scoped(w.actor("甲")) as actor:
        with pytest.raises(NotOpen, match="停止使用") as refused:
            perform(matter, "order", actor, ground="uninspected", stop=False, deadline=world.in_days(7), **said)
        assert "第84条" in refused.value.article
        for ground in ("uninspected", "hazard"):
            with pytest.raises(NotOpen, match=f"{last:%Y-%m-%d}"):
                perform(matter, "order", actor, ground=ground, stop=True, deadline=last + dt.timedelta(days=1), **said)
        perform(matter, "order", actor, ground="hazard", stop=False, deadline=last, **said)
    made = matter.children.get(kind="equipment_order")
    with scoped(party_of(w.entity)) as user:
        perform(made, "report", user, answer="马上办")
    with scoped(w.actor("甲")) as actor, pytest.raises(NotOpen, match="最晚"):
        perform(Matter.objects.get(pk=made.pk), "again", actor, note="没有停", deadline=world.in_days(3000))


def test_overdue_ordered_inspected_and_looked_at_again(w):
    """Order, paper with its number, report of the user, re-check within ten working days, lifted."""
    matter = late_boiler(w)
    made = order(w, matter)
    paper = Paper.objects.get(matter=made, kind="safety_instruction")
    assert "特令" in paper.number and paper.data["stop"] is True
    assert "第84条" in paper.data["against"] and "第23条" in paper.data["power"]
    assert made.due == world.in_days(7) and (made.assignee, made.second) == (w.inspector, w.second)
    with scoped(party_of(w.entity)) as user:
        perform(made, "report", user, answer="已停用并预约检验")
    made = Matter.objects.get(pk=made.pk)
    assert made.state == "reported" and made.due == calendar.add_working_days(calendar.today(), 10)[0]
    with scoped(w.actor("甲")) as actor:
        with pytest.raises(NotOpen, match="超期"):
            perform(made, "lift", actor, note="仍在使用")
        perform(Matter.objects.get(pk=matter.pk), "inspect", actor, done_on=world.in_days(0), report="GL-1")
        perform(made, "lift", actor, note="检验合格,恢复使用")
    assert Matter.objects.get(pk=made.pk).state == "lifted"


def test_a_user_who_says_nothing_is_looked_at_all_the_same(w):
    made = order(w, late_boiler(w))
    after = timezone.now() + dt.timedelta(days=9)
    tick(after, kind="equipment_order")
    made = Matter.objects.get(pk=made.pk)
    assert made.state == "recheck"
    assert made.due == calendar.add_working_days(calendar.legal_day(after), 10)[0]
    tick(made.clocks.get(stopped=None).started + dt.timedelta(days=40), kind="equipment_order")
    assert LedgerEntry.objects.filter(matter=made, kind="equipment_order.remind").exists()
    assert {"run_out", "remind"} <= {one["verb"] for one in said(Notice.objects.filter(matter=made, person=w.head))}


def test_not_obeyed_another_day_or_handed_over(w):
    made = order(w, late_boiler(w))
    with scoped(party_of(w.entity)) as user:
        perform(made, "report", user, answer="马上办")
    with scoped(w.actor("甲")) as actor:
        perform(Matter.objects.get(pk=made.pk), "again", actor, note="锅炉仍在运行", deadline=world.in_days(3))
    made = Matter.objects.get(pk=made.pk)
    assert (made.state, made.due) == ("ordered", world.in_days(3))
    with scoped(w.actor("所长")) as head:
        perform(made, "hand_over", head, reason="拒不停用")
    assert Matter.objects.get(pk=made.pk).closed is not None


def test_one_order_at_a_time(w):
    matter = late_boiler(w)
    order(w, matter)
    with scoped(w.actor("甲")) as actor:
        shut = next(one for one in offers(Matter.objects.get(pk=matter.pk), actor) if one.step.verb == "order")
    assert not shut.open and "已有" in shut.why


def test_users_are_reminded_60_and_30_days_before_once_each(w):
    one = piece(w, "11003", inspected_on=world.in_days(-300), told_next=world.in_days(45))
    two = piece(w, "11004", inspected_on=world.in_days(-300), told_next=world.in_days(58))
    piece(w, "11005", inspected_on=world.in_days(-300), told_next=world.in_days(90))
    assert reminding.remind() == 1
    assert reminding.remind() == 0
    told = Notice.objects.filter(template="equipment.near", entity=w.entity, channel="in_app")
    assert [(notice.data["n"], notice.data["day"]) for notice in told] == [(2, f"{world.in_days(45)}")]
    assert reminding.remind(world.in_days(20)) == 1  # the first is 25 days away now
    assert [one["n"] for one in said(told.all())] == [2, 1]
    assert sorted(Equipment.objects.filter(pk__in=[one.pk, two.pk]).values_list("reminded", flat=True)) == [30, 60]


def test_the_reminder_arrives_with_its_day_by_text_message_and_in_the_account(w, settings, client):
    settings.DEMO, settings.PUBLIC_ORIGIN = True, "https://zj.example"
    for n, days in enumerate((45, 50)):
        piece(w, f"1100{n}", inspected_on=world.in_days(-300), told_next=world.in_days(days))
    reminding.remind()
    jobs.run_pending()
    sms = Notice.objects.get(template="equipment.near", entity=w.entity, channel="sms")
    assert (sms.state, sms.error) == ("sent", "")
    text = SimulatedMessage.objects.get(notice=sms).text
    assert f"等2台特种设备须在{world.in_days(45):%Y-%m-%d}前检验" in text and "/p/" in text
    with scoped(SYSTEM):
        link = text[text.index("/p/") :]
    assert client.get(link).status_code == 200
    session = client.session
    session[KEY] = sealed(w.entity.phone)
    session.save()
    page = client.get("/my/").content.decode()
    assert "特种设备临近检验：2 台" in page and f"{world.in_days(45)}" in page and "请提前一个月" in page


def test_each_morning_the_head_is_told_how_many_are_overdue(w):
    late_boiler(w)
    late_lift(w)
    assert reminding.morning() == 1
    notice = Notice.objects.get(template="equipment.overdue", person=w.head, channel="in_app")
    assert notice.data["n"] == "2"
    assert reminding.morning() == 0


def test_counting_all_anew_changes_only_what_the_rules_change(w):
    one, two = late_lift(w), late_boiler(w)
    assert due.settle_all() == 0
    Equipment.objects.filter(pk=one.pk).update(next_on=dt.date(2020, 1, 1))
    assert due.settle_all() == 1
    assert record(one).next_on != dt.date(2020, 1, 1) and record(two).next_on == world.in_days(-10)


def test_time_itself_says_that_the_day_is_over(w):
    matter = late_boiler(w)
    tick(kind="equipment")
    assert tick(kind="equipment") == 0
    assert LedgerEntry.objects.filter(matter=matter, kind="equipment.lapse").count() == 1
