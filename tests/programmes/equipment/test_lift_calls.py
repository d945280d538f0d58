"""Trapped in a lift: who is called, by when somebody must be there, and what the code on the lift shows."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from tests import world
from tests.openers import piece

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import in_scope, scoped
from zhijian.kernel.appointments.models import Slot
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import LedgerEntry, LedgerPersonal
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.matters.ticking import tick
from zhijian.kernel.notices import wording
from zhijian.kernel.notices.groups import counts
from zhijian.kernel.notices.models import Notice, Robot, SimulatedMessage
from zhijian.kernel.party.doors import KEY, sealed
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.equipment import due, maintenance
from zhijian.programmes.equipment.models import Equipment, LiftCall, Maintenance

pytestmark = pytest.mark.django_db
NUMBER = "13905330011"


@pytest.fixture
def w():
    with scoped(SYSTEM):
        made = world.make()
        made.inspector, made.head
        yield made


@pytest.fixture
def firm(w) -> Entity:
    return Entity.objects.create(name="淄博捷安电梯维保有限公司", area=world.OFFICE, phone=NUMBER)


@pytest.fixture
def lift(w, firm) -> Equipment:
    matter = piece(w)
    Equipment.objects.filter(pk=matter.pk).update(maintainer=firm)
    return Equipment.objects.select_related("matter__premises", "maintainer").get(pk=matter.pk)


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


def desk(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def technician(number: str = NUMBER) -> Client:
    client = Client()
    session = client.session
    session[KEY] = sealed(number)
    session.save()
    return client


def test_only_the_firm_of_the_lift_records_its_visits(w, lift):
    address = f"/t/{lift.door_code}/maintenance/"
    assert "只有这台电梯的维保单位" in Client().get(address).content.decode()
    assert Client().post(address, {"work": "half_month"}).status_code == 403
    assert technician(w.entity.phone).post(address, {"work": "half_month"}).status_code == 403
    assert technician().get(address).status_code == 200
    assert not Maintenance.objects.exists()


def test_a_visit_is_recorded_with_time_and_place_and_doubted_far_away_or_nowhere(w, lift, firm):
    address, there = f"/t/{lift.door_code}/maintenance/", lift.matter.premises
    near = {"work": "half_month", "note": "半月保养", "lat": f"{there.lat}", "lon": f"{there.lon + Decimal('0.001')}"}
    assert technician().post(address, near).status_code == 302
    far = {**near, "lat": f"{there.lat + Decimal('0.05')}", "lon": f"{there.lon}"}
    assert technician().post(address, far).status_code == 302
    assert technician().post(address, {"work": "repair", "note": "更换门锁"}).status_code == 302
    found = list(Maintenance.objects.order_by("pk"))
    assert [one.doubt for one in found] == ["", "far", "nowhere"]
    assert found[0].metres < 100 and found[1].metres > 5000
    assert [one.in_time for one in found] == [None, None, None], "what is doubted counts once it was looked at"
    lift.refresh_from_db()
    assert lift.maintain_by == world.in_days(15)
    flags = Matter.objects.get(pk=lift.pk).flags
    assert [flag["code"] for flag in flags] == ["far", "nowhere"]
    assert (
        LedgerEntry.objects.filter(matter=lift.matter, kind="equipment.maintained", actor=f"entity:{firm.pk}").count()
        == 3
    )
    for visit, left in ((found[1], ["nowhere"]), (found[2], [])):
        look(w, lift, visit)
        assert [flag["code"] for flag in Matter.objects.get(pk=lift.pk).flags] == left


def look(w, lift: Equipment, visit: Maintenance, finding: str = "made", **more: object) -> None:
    with scoped(w.actor("所长")) as head:
        perform(
            Matter.objects.get(pk=lift.pk), "look", head, visit=visit.pk, finding=finding, word="已电话核实", **more
        )


def test_each_doubtful_visit_is_accepted_or_rejected_by_itself(w, lift, firm):
    address, there = f"/t/{lift.door_code}/maintenance/", lift.matter.premises
    far = {"work": "half_month", "note": "半月保养", "lat": f"{there.lat + Decimal('0.2')}", "lon": f"{there.lon}"}
    for told in (far, {"work": "repair", "note": "更换门锁"}):
        technician().post(address, told)
    one, two = Maintenance.objects.order_by("pk")
    form = desk(w.head).get(f"/m/{lift.matter.uid}/look/").content.decode()
    assert "记录位置距电梯" in form and "没有位置" in form, "each with its reason"
    look(w, lift, one, "not_made")
    lift.refresh_from_db()
    assert lift.maintained_on is None and len(Matter.objects.get(pk=lift.pk).flags) == 1
    with pytest.raises(NotOpen, match="已经核对"):
        look(w, lift, one)
    with pytest.raises(NotOpen, match="没有位置"):
        look(w, lift, two, stands_here=True)
    look(w, lift, two)
    lift.refresh_from_db()
    assert lift.maintained_on == world.in_days(0)
    assert list(Maintenance.objects.order_by("pk").values_list("finding", flat=True)) == ["not_made", "made"]
    for page in (f"/m/{lift.matter.uid}/", "/equipment/firms/"):
        told = desk(w.head).get(page).content.decode()
        assert "没有进行" in told and "确已进行" in told


def test_at_a_lift_of_unknown_place_a_visit_is_doubted_until_somebody_says_where_it_stands(w, lift, firm):
    Premises.objects.filter(pk=lift.matter.premises_id).update(lat=None, lon=None)
    address = f"/t/{lift.door_code}/maintenance/"
    told = {"work": "half_month", "note": "半月保养", "lat": "36.8", "lon": "118.05"}
    page = technician().post(address, told, follow=True).content.decode()
    assert "还不知道这台电梯在哪里" in page
    visit = Maintenance.objects.get()
    lift.refresh_from_db()
    assert (visit.doubt, visit.in_time, lift.maintained_on) == ("unplaced", None, None)
    assert "电梯的位置不明" in desk(w.head).get(f"/m/{lift.matter.uid}/").content.decode()
    look(w, lift, visit, stands_here=True)
    lift.refresh_from_db()
    assert (lift.lat, lift.lon, lift.maintained_on) == (Decimal("36.8"), Decimal("118.05"), world.in_days(0))
    technician().post(address, told)
    assert Maintenance.objects.latest("pk").doubt == ""


def test_a_visit_says_what_was_maintained(w, lift):
    address = f"/t/{lift.door_code}/maintenance/"
    for note in ({}, {"note": " "}, {"note": "好"}):
        assert technician().post(address, {"work": "half_month", **note}).status_code == 422
    assert not Maintenance.objects.exists()


def test_a_doubtful_visit_counts_when_the_head_finds_that_it_took_place(w, lift, firm):
    """Three visits in a minute, 26 km away, are no maintenance: neither the lift's days nor the score move."""
    address, there = f"/t/{lift.door_code}/maintenance/", lift.matter.premises
    Equipment.objects.filter(pk=lift.pk).update(maintained_on=world.in_days(-14), maintain_by=world.in_days(1))
    far = {"work": "half_month", "note": "保养", "lat": f"{there.lat + Decimal('0.2')}", "lon": f"{there.lon}"}
    for _ in range(3):
        technician().post(address, far)
    lift.refresh_from_db()
    assert (lift.maintained_on, lift.maintain_by) == (world.in_days(-14), world.in_days(1))
    assert maintenance.scores(w.actor("所长"), world.in_days(0))[0].made == 0
    for visit in Maintenance.objects.all():
        look(w, lift, visit, "not_made")
    lift.refresh_from_db()
    assert lift.maintain_by == world.in_days(1)
    technician().post(address, far)
    look(w, lift, Maintenance.objects.latest("pk"))
    lift.refresh_from_db()
    score = maintenance.scores(w.actor("所长"), world.in_days(0))[0]
    assert (lift.maintained_on, score.made, score.in_time) == (world.in_days(0), 1, 1)


def test_the_score_of_a_firm_is_what_its_formula_says(w, lift, firm):
    """Three visits with gaps of 14 and 20 days, and the lift is late now: one in time of three due."""
    now = timezone.now()
    for days in (60, 46, 26):
        one = Equipment.objects.select_related("matter__premises").get(pk=lift.pk)
        at = now - dt.timedelta(days=days)
        there = one.matter.premises
        maintenance.visit_of(one, firm, at, maintenance.Visit(note="半月保养"), (there.lat, there.lon)).save()
        maintenance.remember(one, world.in_days(-days))
        one.save()
    head = w.actor("所长")
    score = maintenance.scores(head, world.in_days(0))[0]
    assert (score.lifts, score.made, score.in_time, score.late, score.due, score.percent) == (1, 2, 1, 1, 3, 33)
    assert (
        maintenance.scores(w.person("外", world.Role.HEAD, world.NEIGHBOUR_OFFICE) and w.actor("外"), world.in_days(0))
        == []
    )
    page = desk(w.head).get("/equipment/firms/").content.decode()
    assert "1 ÷ (2 + 1)" in page and "33" in page


def test_a_lift_without_any_record_is_late_like_every_other(w, lift, firm):
    """A firm that records nothing has no better score than one that comes too late."""
    assert lift.maintain_by is None
    assert due.settle_all() == 0
    lift.refresh_from_db()
    assert lift.maintain_by == world.in_days(15)
    assert due.settle_all() == 0
    score = maintenance.scores(w.actor("所长"), world.in_days(16))[0]
    assert (score.lifts, score.made, score.late, score.never, score.percent) == (1, 0, 1, 1, 0)
    page = desk(w.head).get("/equipment/firms/").content.decode()
    assert "无维保记录" in page


def test_another_firm_keeps_the_lift_from_the_day_on_that_the_office_enters_it(w, lift, firm):
    Equipment.objects.filter(pk=lift.pk).update(maintained_on=world.in_days(-40), maintain_by=world.in_days(-25))
    other = Entity.objects.create(name="淄博安达电梯有限公司", area=world.NEIGHBOUR_OFFICE, phone="13905330022")
    with scoped(w.actor("甲")) as officer:
        for said, phone in (("淄博捷安电梯维保有限公司", ""), ("没有这家公司", ""), ("没有这家公司", "abc")):
            with pytest.raises(NotOpen):
                perform(Matter.objects.get(pk=lift.pk), "entrust", officer, firm=said, phone=phone)
        perform(Matter.objects.get(pk=lift.pk), "entrust", officer, firm=other.name)
    lift.refresh_from_db()
    assert (lift.maintainer, lift.maintain_by) == (other, world.in_days(15))
    assert technician().post(f"/t/{lift.door_code}/maintenance/", {"work": "repair"}).status_code == 403
    there = lift.matter.premises
    told = {"work": "repair", "note": "修理", "lat": f"{there.lat}", "lon": f"{there.lon}"}
    assert technician(other.phone).post(f"/t/{lift.door_code}/maintenance/", told).status_code == 302
    made = Maintenance.objects.get()
    assert (made.firm, made.gap, made.in_time) == (other, 40, True)  # the days before were not this firm's
    with scoped(w.actor("甲")) as officer:
        perform(Matter.objects.get(pk=lift.pk), "entrust", officer, firm="外地电梯公司", phone="053112345678")
    entered = Equipment.objects.get(pk=lift.pk).maintainer
    assert entered.source == maintenance.FIRMS
    Entity.objects.filter(pk=entered.pk).update(merged_into=firm)
    assert maintenance.firm_named("外地电梯公司") == firm, "of one that was merged, the row that stands"


def test_a_fault_is_told_in_words_and_gets_no_advice_for_the_trapped(lift):
    answer = Client().post(f"/t/{lift.door_code}/call/", {"what": "fault"})
    assert answer.status_code == 422 and not LiftCall.objects.exists()
    where = Client().post(f"/t/{lift.door_code}/call/", {"what": "fault", "words": "轿门反复开关"})["Location"]
    page = Client().get(where).content.decode()
    assert "轿厢" not in page and "data-waits" in page
