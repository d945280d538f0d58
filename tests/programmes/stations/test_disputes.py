"""A complaint that goes to a station first: settled there, or up again by itself; its own clocks never stop."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from tests import openers, world
from tests.programmes.stations.conftest import do, fresh, record, send, station
from tests.programmes.stations.test_stations import client_of

from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import timeline
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.figures import Period, compute, declared
from zhijian.kernel.matters.errors import BadFacts, NotAllowed, NotFound, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.matters.ticking import tick
from zhijian.kernel.notices.models import Notice
from zhijian.programmes.complaints import telling
from zhijian.programmes.complaints.models import Item
from zhijian.programmes.stations import actions, entering


def told(name: str, matter: Matter) -> list[str]:
    """The steps of which somebody was told about a matter."""
    with scoped(SYSTEM):
        rows = Notice.objects.filter(person__username=name, matter=matter, channel="in_app").order_by("pk")
        return [one.data["verb"] for one in rows]


def running(matter: Matter) -> set[str]:
    with scoped(SYSTEM):
        return set(matter.clocks.filter(stopped=None).values_list("rule", flat=True))


def test_the_firms_own_comes_first_then_the_place(w, complaint):
    far = station("般阳路服务站", "bureau", world.NEIGHBOUR_OFFICE)
    city = station("市局服务站", "bureau", world.CITY)
    bureau = station("体育场所服务站", "bureau")
    community = station("水晶社区服务站", "community")
    own = station("清风服务站", "trade", entity=w.entity)
    odr = station("清风ODR", "odr", entity=w.entity)
    other = station("别家ODR", "odr")
    with scoped(w.actor("甲")):
        found = [one.pk for one in actions.choices(complaint)]
    assert found == [one.pk for one in (odr, own, community, bureau, city)]
    assert far.pk not in found and other.pk not in found
    with pytest.raises(BadFacts):
        send(w.actor("甲"), complaint, far)


def test_settled_by_the_station_confirmed_by_the_consumer_ended_by_the_office(w, complaint):
    one = station("水晶社区服务站", "community")
    before = running(complaint)
    page = client_of(w, "甲")
    form = page.get(reverse("station_send", args=[complaint.uid])).content.decode()
    assert "吃出异物" in form and "水晶社区服务站" in form
    answer = page.post(
        reverse("station_send", args=[complaint.uid]),
        {"f-station": str(one.matter.uid), "f-summary": "菜里吃出异物", "f-request": "退款 58 元"},
    )
    assert answer.status_code == 302, answer.content.decode()
    with scoped(SYSTEM):
        sent = Matter.objects.get(kind="station_dispute")
    day, _provisional = calendar.add_working_days(calendar.today(), 3)
    assert (sent.parent_id, sent.area, sent.due, record(sent).answer_by) == (complaint.pk, world.OFFICE, day, day)
    assert running(complaint) == before and "complaints.accept_within" in before
    with pytest.raises(NotOpen, match="已经转交"):
        send(w.actor("甲"), complaint, one)

    with scoped(w.actor("内勤")) as actor:
        key = entering.give_key(fresh(one.matter), actor)
    worker = Client()
    address = reverse("station_door_dispute", args=[key, sent.uid])
    text = worker.get(address).content.decode()
    assert "菜里吃出异物" in text and "13805331234" not in text and "张先生" not in text

    def act(verb: str, **facts: str) -> int:
        return worker.post(reverse("station_door_act", args=[key, sent.uid, verb]), facts).status_code

    assert act("open_phone") == 422 and "13805331234" not in worker.get(address).content.decode()
    assert act("open_phone", reason="联系消费者核实") == 302
    assert "13805331234" in worker.get(address).content.decode()
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(matter=sent, kind="station_dispute.open_phone")
    assert entry.data["reason"] == "联系消费者核实"
    assert act("contact", note="下午到店") == 302 and fresh(sent).state == "working"
    assert act("settle", done="商家退款并致歉", recovered="58") == 302
    assert (fresh(sent).state, record(sent).in_time, fresh(sent).due) == ("settled", True, None)
    assert "13805331234" not in worker.get(address).content.decode()
    assert told("甲", sent) == ["settle"]
    assert act("settle", done="再来一次") == 409 and act("recall", why="x") == 404

    with scoped(w.actor("甲")) as actor:
        said = [line.words for line in timeline.lines(LedgerEntry.objects.filter(matter=complaint), actor)]
    assert any("水晶社区服务站" in line and "已和解" in line for line in said)
    text = page.get(reverse("record", args=[complaint.uid])).content.decode()
    assert reverse("station_end", args=[sent.uid]) in text and "商家退款并致歉" in text

    form = page.get(reverse("station_end", args=[sent.uid])).content.decode()
    assert "商家退款并致歉" in form and 'value="58.00"' in form
    answer = page.post(reverse("station_end", args=[sent.uid]), {"f-why": "商家退款并致歉", "f-recovered": "58"})
    assert answer.status_code == 302
    assert (fresh(complaint).state, fresh(sent).state) == ("concluded", "done")
    with scoped(SYSTEM):
        assert Item.objects.get(pk=complaint.pk).recovered == Decimal("58.00")


def test_what_is_not_settled_in_time_goes_up_by_itself(w, complaint):
    one = station("水晶社区服务站", "community")
    sent = send(w.actor("甲"), complaint, one)
    before = running(complaint)
    late = calendar.end_of(record(sent).answer_by) + dt.timedelta(minutes=1)
    tick(late)
    assert (fresh(sent).state, record(sent).in_time) == ("lapsed", False)
    assert "lapse" in told("甲", sent)
    assert running(complaint) == before and fresh(complaint).state == "handling"
    assert send(w.actor("甲"), complaint, one).state == "sent"  # it may go there again


def test_an_odr_enterprise_has_its_own_clock_and_page(w, complaint):
    odr = station("清风ODR", "odr", entity=w.entity)
    sent = send(w.actor("甲"), complaint, odr)
    day, _provisional = calendar.add_working_days(calendar.today(), 10)
    assert fresh(sent).due == day
    with scoped(SYSTEM):
        token = make_link(w.entity, sent)
    text = Client().get(f"/p/{token}/").content.decode()
    assert "菜里吃出异物" in text and "13805331234" not in text and complaint.number not in text
    assert Client().post(f"/p/{token}/{sent.uid}/open_phone/", {"reason": "回访"}).status_code == 302
    assert "13805331234" in Client().get(f"/p/{token}/").content.decode()
    assert Client().post(f"/p/{token}/{sent.uid}/hand_back/", {"why": "不是本店"}).status_code == 302
    assert fresh(sent).state == "returned" and told("甲", sent) == ["hand_back"]
    assert "13805331234" not in Client().get(f"/p/{token}/").content.decode()


def test_the_enterprise_sees_no_complaint(w, complaint):
    odr = station("清风ODR", "odr", entity=w.entity)
    send(w.actor("甲"), complaint, odr)
    with scoped(party_of(w.entity)):
        assert set(Matter.objects.values_list("kind", flat=True)) == {"station", "station_dispute"}
        assert not LedgerEntry.objects.filter(kind="stations.told").exists()


def test_only_disputes_go_to_a_station_and_nothing_secret(w, complaint):
    one = station("水晶社区服务站", "community")
    report = openers.item(w, "report")
    with pytest.raises(NotAllowed):
        send(w.actor("甲"), report, one)
    assert client_of(w, "甲").get(reverse("station_send", args=[report.uid])).status_code == 404
    with scoped(SYSTEM):
        Item.objects.filter(pk=complaint.pk).update(secret=True)
    with pytest.raises(NotOpen, match="保密"):
        send(w.actor("甲"), complaint, one)
    assert client_of(w, "甲").get(reverse("station_send", args=[complaint.uid])).status_code == 200


def test_who_sends(w, complaint):
    one = station("水晶社区服务站", "community")
    with pytest.raises(NotAllowed):
        send(w.actor("乙"), complaint, one)
    with pytest.raises((NotFound, NotAllowed)):
        send(w.actor("外区"), complaint, one)
    assert send(w.actor("分派"), complaint, one).state == "sent"


@pytest.mark.parametrize("settled", [True, False])
def test_whoever_complained_has_the_last_word(w, settled):
    with scoped(SYSTEM):
        made, code = telling.tell(
            telling.Sort.COMPLAINT, {"said_name": "清风小馆", "text": "菜里吃出异物，要求退款", "phone": "13805331234"}
        )
        if fresh(made).state == "told":
            perform(made, "take_in", SYSTEM)
        perform(fresh(made), "pass_on", SYSTEM, area=world.OFFICE)
        perform(fresh(made), "assign", SYSTEM, assignee=w.inspector.pk)
    one = station("水晶社区服务站", "community")
    sent = send(w.actor("甲"), fresh(made), one)
    page = Client()
    text = page.get(f"/c/{code}/").content.decode()
    assert "水晶社区服务站" in text and one.phone in text and "问题解决了吗" not in text
    assert page.post(f"/c/{code}/station/", {"settled": "yes"}).status_code == 409
    do(SYSTEM, sent, "settle", done="已退款")
    assert "已退款" in page.get(f"/c/{code}/").content.decode()
    assert page.post(f"/c/{code}/station/", {"settled": "?"}).status_code == 404
    assert page.post(f"/c/{code}/station/", {"settled": "yes" if settled else "no"}).status_code == 302
    assert record(sent).confirmed is settled
    assert fresh(sent).state == ("settled" if settled else "unsettled")
    assert told("甲", sent)[-1] == ("confirm" if settled else "deny")
    assert page.post(f"/c/{code}/station/", {"settled": "yes"}).status_code == 409


def test_it_goes_with_the_complaint_and_ends_with_it(w, complaint):
    one = station("水晶社区服务站", "community")
    sent = send(w.actor("甲"), complaint, one)
    do(w.actor("所长"), complaint, "assign", assignee=w.second.pk)
    assert fresh(sent).assignee == w.second
    do(w.actor("所长"), complaint, "hand_up", reason="超出权限")
    assert fresh(sent).area == fresh(complaint).area == world.DISTRICT
    with scoped(SYSTEM):
        perform(fresh(complaint), "withdraw", SYSTEM, reason="撤回")
    assert fresh(sent).state == "ended"


def test_the_office_takes_it_back_or_rejects_what_was_settled(w, complaint):
    one = station("水晶社区服务站", "community")
    sent = send(w.actor("甲"), complaint, one)
    do(w.actor("甲"), sent, "recall", why="商家已关门")
    assert fresh(sent).state == "recalled"
    sent = send(w.actor("甲"), complaint, one)
    do(SYSTEM, sent, "settle", done="已退款")
    do(w.actor("甲"), sent, "reject", why="消费者说没有收到")
    assert fresh(sent).state == "unsettled"


def test_figures_count_what_stations_did(w, complaint):
    one = station("水晶社区服务站", "community")
    sent = send(w.actor("甲"), complaint, one)
    do(SYSTEM, sent, "settle", done="已退款", recovered=Decimal("58.00"))
    other = send(w.actor("甲"), openers.item(w, "complaint"), one)
    do(SYSTEM, other, "fail", why="各执一词")
    taken = send(w.actor("甲"), openers.item(w, "complaint"), one)
    do(w.actor("甲"), taken, "recall", why="商家已关门")
    names = ("approved", "sent", "over", "settled", "in_time", "settled_rate", "recovered")
    with scoped(w.actor("所长")) as actor:
        today = calendar.today()
        period = Period(today - dt.timedelta(days=3), today, today)
        found = [compute.value(declared()[f"stations.{one}"], period, world.OFFICE, actor).number for one in names]
    assert found == [1, 2, 2, 1, 2, 50, 58]
