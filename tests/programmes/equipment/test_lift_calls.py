"""Trapped in a lift: who is called, by when somebody must be there, and what the code on the lift shows."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone
from tests import world
from tests.programmes.equipment.conftest import desk

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import in_scope, scoped
from zhijian.kernel.appointments.models import Slot
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import LedgerEntry, LedgerPersonal
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.matters.ticking import tick
from zhijian.kernel.notices import wording
from zhijian.kernel.notices.groups import counts
from zhijian.kernel.notices.models import Notice, Robot, SimulatedMessage
from zhijian.kernel.registry.models import Entity
from zhijian.programmes.equipment.models import Equipment, LiftCall

pytestmark = pytest.mark.django_db


def call(lift: Equipment, **said: str) -> str:
    answer = Client().post(f"/t/{lift.door_code}/call/", {"what": "trapped", **said})
    assert answer.status_code == 302
    return answer["Location"]


def test_the_code_shows_certificate_and_next_inspection(lift):
    Equipment.objects.filter(pk=lift.pk).update(certificate="梯11鲁C00001(24)")
    page = Client().get(f"/t/{lift.door_code}/").content.decode()
    assert "梯11鲁C00001(24)" in page and f"{lift.next_on}" in page and "我被困" in page
    assert Client().get(f"/d/{lift.door_code}/")["Location"] == f"/t/{lift.door_code}/"  # typed where shops are typed
    assert Client().get(f"/t/{lift.door_code.lower()}/")["Location"] == f"/t/{lift.door_code}/"
    nothing = Client().get("/t/0000000000/")
    assert nothing.status_code == 404 and "重新扫一次码" in nothing.content.decode(), "in a citizen's words"


def test_a_running_call_stands_first_on_the_to_do_of_whoever_may_answer_it(w, lift):
    def shown(person: Person) -> bool:
        client = Client()
        client.force_login(person)
        found = client.get("/").context["sections"]
        return bool(found) and found[0].code == "critical" and [line.matter.pk for line in found[0].lines] == [made.pk]

    call(lift)
    with scoped(SYSTEM):
        made = Matter.objects.get(kind="lift_call")
        people = [w.head, w.inspector, w.person("文员", Role.CLERK, world.OFFICE)]
        others = [w.stranger, w.person("审计", Role.AUDITOR, world.OFFICE)]
    assert [shown(one) for one in people] == [True] * 3
    assert [shown(one) for one in others] == [False] * 2
    with scoped(SYSTEM):
        Matter.objects.filter(pk=made.pk).update(due=world.in_days(-1), due_at=None)
    client = Client()
    client.force_login(w.head)
    late = next(one for one in client.get("/").context["others"] if one.code == "area")
    assert shown(w.head) and made.pk not in {line.matter.pk for line in late.lines}, "told once, where it is first"
    with scoped(SYSTEM):
        Matter.objects.filter(pk=made.pk).update(assignee=w.inspector)
    assert not shown(w.head), "it is in somebody's charge"
    with scoped(SYSTEM):
        Matter.objects.filter(pk=made.pk).update(assignee=None, urgency=Matter.Urgency.NORMAL)
    assert not shown(w.head)


def test_from_the_call_to_rescued_and_closed(w, lift, firm):
    where = call(lift, people="3", phone="13712345678", injured="1")
    made = LiftCall.objects.select_related("matter").get()
    assert (made.people, made.injured, made.matter.entity) == (3, True, firm)
    assert made.matter.urgency == Matter.Urgency.CRITICAL
    assert Notice.objects.filter(matter=made.matter, entity=firm).exists()
    assert {w.head.pk, w.inspector.pk} <= set(
        Notice.objects.filter(matter=made.matter).values_list("person", flat=True)
    )
    entry = LedgerEntry.objects.get(matter=made.matter, kind="lift_call.trapped")
    assert "13712345678" not in str(entry.data) and LedgerPersonal.objects.filter(entry=entry, name="phone").exists()
    clock = made.matter.clocks.get(rule="equipment.rescue_within")
    assert clock.due_at - clock.started == dt.timedelta(minutes=30)
    assert "淄博市电梯安全条例" in clock.basis["basis"]
    assert "分钟" in Client().get(where).content.decode()
    assert re.search(
        r"还剩 (29|30) 分钟（\d\d:\d\d 截止）", desk(w.head).get(f"/m/{made.matter.uid}/").content.decode()
    )
    Equipment.objects.filter(pk=lift.pk).update(maintainer=w.entity)
    assert firm.phone in Client().get(where).content.decode(), "the firm that was called, whoever keeps the lift by now"
    Equipment.objects.filter(pk=lift.pk).update(maintainer=firm)
    with scoped(party_of(firm)) as technicians:
        assert in_scope(Matter.objects.all(), technicians).get() == made.matter  # the call, not the user's lift
        perform(made.matter, "take", technicians, who="老陈")
        perform(Matter.objects.get(pk=made.matter.pk), "arrive", technicians)
        perform(Matter.objects.get(pk=made.matter.pk), "free", technicians, word="三人已安全离开")
    made.refresh_from_db()
    assert made.in_time is True and made.taken and made.arrived and made.settled
    assert "data-waits" not in Client().get(where).content.decode()  # nothing more to wait for
    with scoped(w.actor("所长")) as head:
        perform(Matter.objects.get(pk=made.matter.pk), "close", head, cause="门锁触点接触不良")
    assert Matter.objects.get(pk=made.matter.pk).state == "closed"


def test_half_an_hour_is_told_by_its_minutes_wherever_it_stands(w, lift, firm):
    call(lift)
    matter = Matter.objects.get(kind="lift_call")
    clock = matter.clocks.order_by("due_at")[0]  # the firm's answer, before anybody must be there
    assert (matter.due, matter.due_at) == (clock.due, clock.due_at)
    minutes = re.compile(r"还剩 \d+ 分钟（\d\d:\d\d 截止）")
    link = f"/p/{make_link(firm, matter)}/"
    record = f"/m/{matter.uid}/"
    for page in ("/", "/l/lift_call/", record, f"{record}clock/{clock.pk}/", f"/e/{firm.uid}/", link):
        told = desk(w.head).get(page).content.decode()
        assert minutes.search(told) or "夜间、周末和节假日照常计算" in told, page
        assert "共计入" not in told and "今天到期" not in told, page
    assert "夜间、周末和节假日照常计算" in Client().get(link).content.decode(), "why it is that moment"
    assert not desk(w.head).get("/l/lift_call/?overdue=1").context["rows"]
    Matter.objects.filter(pk=matter.pk).update(due_at=timezone.now() - dt.timedelta(minutes=3))
    late = desk(w.head).get("/l/lift_call/?overdue=1").content.decode()
    assert re.search(r"已超时 [34] 分钟", late), "late from that minute on, not from tomorrow"
    assert counts(world.OFFICE, matter.due, timezone.now())["late"]["lift_call"] == 1


def test_the_call_chain_goes_on_by_itself(w, lift):
    call(lift)
    matter = Matter.objects.get(kind="lift_call")
    w.person("科长", world.Role.SECTION, world.CITY)
    assert tick(timezone.now() + dt.timedelta(minutes=4), kind="lift_call") == 0
    assert tick(timezone.now() + dt.timedelta(minutes=6), kind="lift_call") == 1  # the firm does not answer
    assert tick(timezone.now() + dt.timedelta(minutes=31), kind="lift_call") == 1  # nobody is there in time
    kinds = LedgerEntry.objects.filter(matter=matter).order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["lift_call.trapped", "lift_call.unanswered", "lift_call.too_late"]
    assert Notice.objects.filter(matter=matter, person__username="科长").exists()
    with scoped(w.actor("甲")) as officer:  # the office enters what the firm says by telephone
        perform(matter, "arrive", officer, at=timezone.now() + dt.timedelta(minutes=40))
    assert LiftCall.objects.get().in_time is False


def test_a_firm_that_gets_no_message_is_to_be_rung_and_nobody_says_that_it_was_told(w, lift, firm, settings):
    settings.DEMO = True  # there is a gateway: the simulator
    Entity.objects.filter(pk=firm.pk).update(phone="")
    assert "同时通知维保单位" not in Client().get(f"/t/{lift.door_code}/").content.decode()
    where = call(lift)
    made = Matter.objects.get(kind="lift_call")
    page = Client().get(where).content.decode()
    assert "无法通知：没有电话" in page and "96333" in page and "已通知" in page
    for address in ("/", f"/m/{made.uid}/"):
        assert "请立即拨打应急热线" in desk(w.head).get(address).content.decode(), "at once, not after five minutes"
    with scoped(w.actor("甲")) as officer:
        perform(made, "take", officer, who="老陈")
    assert Matter.objects.get(pk=made.pk).flags == []
    assert "无法通知" not in Client().get(where).content.decode()


def test_what_is_said_of_a_firm_that_was_told_is_what_became_of_the_message(w, lift, firm, settings):
    settings.DEMO, settings.PUBLIC_ORIGIN = True, "https://zj.example"
    assert "同时通知维保单位" in Client().get(f"/t/{lift.door_code}/").content.decode()
    where = call(lift)
    assert "已发短信" in Client().get(where).content.decode() and Matter.objects.get(kind="lift_call").flags == []
    Notice.objects.filter(matter__kind="lift_call", channel="sms").update(state="failed")
    assert "没有收到短信，请直接拨打" in Client().get(where).content.decode()
    Entity.objects.filter(pk=firm.pk).update(phone="0533-2180000")  # a landline gets no text message
    LiftCall.objects.all().delete()
    call(lift)
    flags = Matter.objects.filter(kind="lift_call").latest("pk").flags
    assert flags == [{"code": "unheard", "phone": "0533-2180000"}]
    assert "请立即电话联系：0533-2180000" in desk(w.head).get("/").content.decode()


@pytest.mark.parametrize(
    ("what", "after", "words"),
    [
        ("trapped", 0, "有人被困，请立即应答并在{by}前到达现场"),
        ("fault", 0, "报告故障，请应答并到场检修"),
        ("trapped", 31, "应于{by}前到达，现已超时，请立即赶到现场"),
    ],
)
def test_the_firms_message_says_which_lift_what_and_until_when(w, lift, firm, settings, what, after, words):
    settings.DEMO, settings.PUBLIC_ORIGIN = True, "https://zj.example"
    Client().post(f"/t/{lift.door_code}/call/", {"what": what, "words": "门关不上"})
    made = Matter.objects.get(kind="lift_call")
    jobs.run_pending()
    if after:
        tick(timezone.now() + dt.timedelta(minutes=after), kind="lift_call")
        jobs.run_pending()
    clock = made.clocks.filter(rule="equipment.rescue_within").first()
    by = f"{calendar.local(clock.due_at):%H:%M}" if clock else ""
    sms = Notice.objects.filter(matter=made, channel="sms").latest("pk")
    assert (sms.state, sms.error) == ("sent", "")
    text = SimulatedMessage.objects.get(notice=sms).text
    assert words.format(by=by) in text and made.title in text


def test_the_offices_group_reads_which_lift_what_happened_and_until_when(w, lift, settings):
    with scoped(SYSTEM):
        Robot.objects.create(area=world.OFFICE, kind="wecom", key="693a1316-7a0c-4bc4-97a0-0ec2b5fa5a7d")
    call(lift)
    made = Matter.objects.get(kind="lift_call")
    by = f"{calendar.local(made.clocks.get(rule='equipment.rescue_within').due_at):%H:%M}"
    tick(timezone.now() + dt.timedelta(minutes=6), kind="lift_call")
    tick(timezone.now() + dt.timedelta(minutes=31), kind="lift_call")
    told = [
        wording.render(one.template, one.data).text for one in Notice.objects.filter(channel="robot").order_by("pk")
    ]
    for text, what in zip(told, ("有人被困", "维保单位没有应答", "救援人员超时"), strict=True):
        assert made.title in text and what in text and made.number in text
    assert by in told[0] and by in told[2]


def test_after_the_time_is_over_the_firm_is_told_to_hurry_and_how_late_it_was(w, lift, firm):
    call(lift)
    made = Matter.objects.get(kind="lift_call")
    page = f"/p/{make_link(firm, made)}/"
    assert "前到达现场" in Client().get(page).content.decode()
    clock = made.clocks.get(rule="equipment.rescue_within")
    made.clocks.update(due_at=timezone.now() - dt.timedelta(minutes=9, seconds=30))
    by = f"{calendar.local(made.clocks.get(pk=clock.pk).due_at):%H:%M}"
    late = Client().get(page).content.decode()
    assert f"{by} 已经到时" in late and f"请在 {by} 前" not in late
    with scoped(w.actor("甲")) as officer:
        perform(Matter.objects.get(pk=made.pk), "arrive", officer)
    told = desk(w.head).get(f"/m/{made.uid}/").content.decode()
    assert "晚 10 分钟" in told and "逾期 10 分钟了结" in told


def test_no_appointment_is_offered_while_people_are_trapped(w, lift, firm):
    with scoped(SYSTEM):
        begins = timezone.now() + dt.timedelta(days=3)
        Slot.objects.create(
            area=world.OFFICE, kind="counter", day=calendar.legal_day(begins), begins=begins, capacity=1,
            ends=begins + dt.timedelta(minutes=30), made_at=timezone.now(), place="一楼大厅",
        )  # fmt: skip
    call(lift)
    made = Matter.objects.get(kind="lift_call")
    page = f"/p/{make_link(firm, made)}/"
    assert "times/" not in Client().get(page).content.decode()
    with scoped(SYSTEM):
        Matter.objects.filter(pk=made.pk).update(urgency=Matter.Urgency.NORMAL)
    assert "times/" in Client().get(page).content.decode(), "the slot is there for others"


def test_whoever_presses_twice_makes_one_call(lift):
    assert call(lift) == call(lift)
    assert LiftCall.objects.count() == 1


def test_nonsense_beside_the_button_is_said_and_kept(lift):
    answer = Client().post(f"/t/{lift.door_code}/call/", {"what": "fault", "people": "viele", "words": "门关不上"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "门关不上" in page and "请填整数" in page
    assert Client().post(f"/t/{lift.door_code}/call/", {"what": "dance"}).status_code == 404
    call(lift, people="viele")  # who is trapped gets help all the same
    assert LiftCall.objects.get().people is None


def test_a_fault_is_told_in_words_and_gets_no_advice_for_the_trapped(lift):
    answer = Client().post(f"/t/{lift.door_code}/call/", {"what": "fault"})
    assert answer.status_code == 422 and not LiftCall.objects.exists()
    where = Client().post(f"/t/{lift.door_code}/call/", {"what": "fault", "words": "轿门反复开关"})["Location"]
    page = Client().get(where).content.decode()
    assert "轿厢" not in page and "data-waits" in page
