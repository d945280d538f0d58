"""Supervision orders: who orders about what, who answers by when, and what becomes of one when its matter goes on."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection
from django.test import Client
from PIL import Image
from tests import openers, world
from tests.programmes.supervision.conftest import do, fresh, made, order

from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import timeline
from zhijian.kernel.desk.waiting import lines
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import File, LedgerEntry
from zhijian.kernel.figures import Period, compute, declared
from zhijian.kernel.matters.errors import BadFacts, NotAllowed, NotFound, NotOpen, StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.matters.ticking import tick
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.render import pdf
from zhijian.programmes.supervision import actions
from zhijian.programmes.supervision.joint import acts
from zhijian.programmes.supervision.models import SupervisionOrder


def record(matter: Matter) -> SupervisionOrder:
    with scoped(SYSTEM):
        return SupervisionOrder.objects.get(pk=matter.pk)


def told(name: str, matter: Matter) -> list[str]:
    """The steps of which somebody was told about a matter."""
    with scoped(SYSTEM):
        rows = Notice.objects.filter(person__username=name, matter=matter, channel="in_app").order_by("pk")
        return [one.data["verb"] for one in rows]


def client_of(w: world.World, name: str) -> Client:
    client = Client()
    client.force_login(w.people[name])
    return client


def test_the_whole_way_of_an_order(w, complaint):
    made_ = order(w.actor("区长"), complaint, grade="listed", answer_by=world.in_days(3))
    assert (made_.kind, made_.parent_id, made_.area) == ("supervision", complaint.pk, world.OFFICE)
    assert made_.number and fresh(made_).assignee == w.inspector and fresh(made_).due == world.in_days(3)
    assert told("甲", made_) == ["order"] and told("所长", made_) == ["order"]
    do(w.actor("甲"), made_, "see")
    with pytest.raises(NotOpen):
        do(w.actor("甲"), made_, "see")
    do(w.actor("甲"), made_, "answer", answer="已约谈双方，明日调解")
    assert record(made_).in_time is True and fresh(made_).due is None
    assert told("区长", made_) == ["answer"]
    do(w.actor("区长"), made_, "send_back", why="写明为何超期", answer_by=world.in_days(5))
    assert (fresh(made_).state, fresh(made_).due, record(made_).times_back) == ("ordered", world.in_days(5), 1)
    do(w.actor("所长"), made_, "answer", answer="鉴定等了六天，附清单")
    done = do(w.actor("区中心"), made_, "accept")
    assert (done.state, told("甲", made_)[-1]) == ("accepted", "accept") and done.closed


def test_where_no_day_is_named_the_rule_counts(w, complaint):
    made_ = order(w.actor("区长"), complaint)
    day, _provisional = calendar.add_working_days(calendar.today(), 5)
    assert record(made_).answer_by == fresh(made_).due == day


def test_who_may_order(w, complaint):
    for name in ("甲", "乙"):
        with pytest.raises(NotAllowed):
            order(w.actor(name), complaint)
    for name in ("邻区局长", "外区", "姊妹所长"):
        with pytest.raises(NotFound):
            order(w.actor(name), complaint)
    assert record(order(w.actor("局长"), complaint)).by_area == world.CITY
    assert record(order(w.actor("所长"), complaint)).by_area == world.OFFICE


def test_nothing_is_ordered_about_what_is_over_or_about_an_order_or_ones_own(w, complaint):
    made_ = order(w.actor("区长"), complaint)
    with pytest.raises(NotAllowed):
        order(w.actor("局长"), made_)
    with scoped(SYSTEM):
        enquiry = openers.item(w, "enquiry")
        Matter.objects.filter(pk=enquiry.pk).update(assignee=w.head)
    with pytest.raises(NotOpen):
        order(w.actor("所长"), enquiry)
    with scoped(SYSTEM):
        perform(fresh(enquiry), "reply", SYSTEM, reply="可以到窗口办理。", outcome="explained")
        perform(fresh(enquiry), "approve", SYSTEM)
    with pytest.raises(NotOpen):
        order(w.actor("区长"), enquiry)


def test_one_order_of_a_jurisdiction_is_open_at_a_time(w, complaint):
    first = order(w.actor("区长"), complaint)
    with pytest.raises(NotOpen):
        order(w.actor("区中心"), complaint)
    order(w.actor("市中心"), complaint)
    do(w.actor("区长"), first, "withdraw", why="已另行安排")
    assert order(w.actor("区中心"), complaint).state == "ordered"


def test_a_day_that_is_over_is_no_day(w, complaint):
    with pytest.raises(NotOpen):
        order(w.actor("区长"), complaint, answer_by=world.in_days(-1))
    with pytest.raises(BadFacts):
        order(w.actor("区长"), complaint, what="")


def test_each_step_is_its_own_peoples(w, complaint):
    made_ = order(w.actor("区长"), complaint)
    with pytest.raises(NotAllowed):
        do(w.actor("区中心"), made_, "see")
    with pytest.raises(StepError):
        do(w.actor("乙"), made_, "answer", answer="不是我的")
    with pytest.raises(NotFound):
        do(w.actor("外区"), made_, "answer", answer="外区")
    do(w.actor("甲"), made_, "answer", answer="已办")
    for name in ("所长", "甲"):  # the office does not judge its own answer
        with pytest.raises(StepError):
            do(w.actor(name), made_, "accept")
    with pytest.raises(StepError):
        do(w.actor("所长"), made_, "withdraw", why="不想要")
    assert do(w.actor("市中心"), made_, "accept").state == "accepted"  # the centre above may


def test_who_orders_does_not_answer_and_a_matter_of_nobody_falls_to_the_head(w, complaint):
    with scoped(SYSTEM):
        Matter.objects.filter(pk=complaint.pk).update(assignee=None)
    assert fresh(order(w.actor("区长"), complaint)).assignee == w.head
    with scoped(SYSTEM):
        w.person("区长", Role.HEAD, world.DISTRICT)
    with scoped(SYSTEM):
        made_ = SupervisionOrder.objects.select_related("matter").get(of=complaint).matter
    with pytest.raises(NotOpen):
        do(w.actor("区长"), made_, "answer", answer="自问自答")


def test_time_itself_tells_and_counts(w, complaint):
    made_ = order(w.actor("区长"), complaint, answer_by=world.in_days(1))
    assert tick(calendar.start_of(world.in_days(2)) + dt.timedelta(hours=1), "supervision") == 1
    assert tick(calendar.start_of(world.in_days(2)) + dt.timedelta(hours=1), "supervision") == 0
    assert record(made_).overdue
    assert told("区长", made_) == ["late"] and told("甲", made_)[-1] == told("所长", made_)[-1] == "late"
    with scoped(SYSTEM):
        perform(fresh(made_), "answer", SYSTEM, at=calendar.start_of(world.in_days(3)), answer="晚了")
    assert record(made_).in_time is False


# What becomes of it when its matter goes on


def test_it_goes_where_its_matter_goes(w, complaint):
    made_ = order(w.actor("局长"), complaint)
    do(w.actor("所长"), complaint, "assign", assignee=w.second.pk)
    assert fresh(made_).assignee == w.second and told("乙", made_) == ["go_with"]
    do(w.actor("所长"), complaint, "hand_up", reason="不归本所管")
    now = fresh(made_)
    assert (now.area, now.state) == (world.DISTRICT, "ordered") and now.assignee_id != w.second.pk
    do(w.actor("区中心"), complaint, "pass_on", area=world.SISTER)
    now = fresh(made_)
    assert (now.area, now.assignee) == (world.SISTER, w.people["姊妹所长"])
    with scoped(SYSTEM):
        assert set(now.clocks.values_list("area", flat=True)) == {world.SISTER}


def test_it_ends_when_its_matter_leaves_the_jurisdiction_that_ordered(w, complaint):
    made_ = order(w.actor("区长"), complaint)
    do(w.actor("所长"), complaint, "hand_up", reason="不归本所管")
    assert fresh(made_).state == "ordered"
    do(w.actor("区中心"), complaint, "hand_up", reason="不归本区管")
    assert fresh(made_).state == "withdrawn" and told("区长", made_) == ["let_go"]


def answer_and_approve(w: world.World, of: Matter) -> None:
    do(w.actor("甲"), of, "reply", reply="可以到窗口办理。", outcome="explained")
    do(w.actor("所长"), of, "approve")


def test_when_its_matter_ends_the_orderer_judges_with_one_key(w):
    with scoped(SYSTEM):
        enquiry = openers.item(w, "enquiry")
    made_ = order(w.actor("区长"), enquiry)
    answer_and_approve(w, enquiry)
    assert (fresh(made_).state, told("区长", made_)) == ("answered", ["matter_ended"])
    assert record(made_).answer.startswith("事项已办结")
    with scoped(w.actor("区长")):
        assert any("1" in line.words for line in lines(w.actor("区长")) if "supervision" in line.url)
    do(w.actor("区长"), made_, "send_back", why="超期原因没有写")
    assert fresh(made_).assignee == w.inspector
    do(w.actor("甲"), made_, "answer", answer="补充说明超期原因")
    assert do(w.actor("区长"), made_, "accept").closed


@pytest.mark.parametrize("seed", range(6))
def test_no_way_of_its_matter_leaves_an_orphan(w, seed):
    """Whatever happens to the matter, each open order lies with it, is somebody's, and can still be ended."""
    dice = random.Random(seed)
    of = openers.item(w, dice.choice(["complaint", "enquiry", "report"]))
    orders = [order(w.actor(name), of) for name in ("局长", "区长", "所长")]
    ways = [
        ("assign", {"assignee": w.second.pk}), ("hand_up", {"reason": "不归本处管"}),
        ("pass_on", {"area": world.SISTER}), ("pass_on", {"area": world.DISTRICT}),
        ("withdraw", {"reason": "不再要求"}), ("name", {"meant": "absent"}),
        ("settle", {"why": "双方和解"}), ("decide", {"why": "查无实据", "filed": False}),
        ("reply", {"reply": "已办理", "outcome": "solved"}), ("approve", {}), ("reopen", {"reason": "重办"}),
    ]  # fmt: skip
    done = 0
    for _n in range(60):
        verb, told_ = dice.choice(ways)
        try:
            do(SYSTEM, of, verb, **told_)
        except StepError:
            continue
        done += 1
        for one in map(fresh, orders):
            now, held = fresh(of), record(one)
            if one.closed is None:
                assert now.area.startswith(held.by_area)
                assert (one.area, one.entity_id, one.title) == (now.area, now.entity_id, now.title)
                assert one.assignee_id == now.assignee_id or now.assignee_id in (None, held.ordered_by_id)
                assert f"entity:{one.entity_id}" in one.kept_from or one.entity_id is None
                assert now.closed is None or one.state == "answered"
            else:
                assert one.state == "withdrawn"
    assert done > 2, "a walk on which nothing happens proves nothing"


# Two at once


def race(w: world.World, of: Matter, monkeypatch: pytest.MonkeyPatch, *, locked: bool) -> list[str]:
    """Two of one district order at the same moment: each looks before the other has written."""
    both, real = Barrier(2), actions.why_no_order

    def looks(matter, actor):
        why = real(matter, actor)
        with contextlib.suppress(BrokenBarrierError):
            both.wait(1.5)
        return why

    monkeypatch.setattr(actions, "why_no_order", looks)

    def work(name: str) -> str:
        try:
            actor = w.actor(name)
            with scoped(actor):
                return actions.order(of, actor, what="三日内答复", locked=locked).state
        except StepError:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(work, ["区长", "区中心"]))


@pytest.mark.parametrize("locked", [False, True])
def test_two_at_once_are_one_order_and_two_without_the_lock(fresh_database, monkeypatch, locked):
    w = made()
    with scoped(SYSTEM):
        of = openers.item(w, "complaint")
    assert race(w, of, monkeypatch, locked=locked) == (["ordered", "refused"] if locked else ["ordered", "ordered"])


# Who sees it


def test_no_enterprise_sees_any_of_it(w):
    """A marker in each word of an order, about a matter that its enterprise does see."""
    with scoped(SYSTEM):
        of = openers.rectification(w)
    made_ = order(w.actor("区长"), of, what="暗记甲：催办整改")
    do(w.actor("甲"), made_, "answer", answer="暗记乙：已上门")
    do(w.actor("区长"), made_, "send_back", why="暗记丙：不够")
    party = party_of(w.entity)
    with scoped(party):
        assert Matter.objects.filter(pk=of.pk).exists() and not Matter.objects.filter(pk=made_.pk).exists()
        assert not LedgerEntry.objects.filter(kind__startswith="supervision").exists()
        assert not Paper.objects.filter(matter=made_.pk).exists() and not File.objects.filter(matter=made_.pk).exists()
        assert not SupervisionOrder.objects.filter(matter__in=Matter.objects.all()).exists()
    with scoped(SYSTEM):
        told_ = LedgerEntry.objects.get(matter=of, kind="supervision.told", data__verb="order")
        assert told_.entity_id is None and "暗记" not in str(told_.data)
        assert not Notice.objects.filter(entity=w.entity, matter=made_).exists()


def test_what_is_kept_from_somebody_is_kept_with_all_that_hangs_on_it(w, complaint):
    with scoped(SYSTEM):
        Matter.objects.filter(pk=complaint.pk).update(kept_from=[*complaint.kept_from, f"person:{w.head.pk}"])
        Matter.objects.filter(pk=complaint.pk).update(assignee=None)
    made_ = order(w.actor("区长"), complaint)
    with scoped(w.actor("区中心")) as centre:
        asked = acts.ask(complaint, centre, area=world.SISTER, subject="协查", what="请查供货单位")
    assert fresh(made_).assignee is None and told("所长", made_) == []
    with scoped(w.actor("所长")):
        assert not Matter.objects.filter(pk=made_.pk).exists()
    for one in (made_, asked):
        assert set(fresh(one).kept_from) == {f"person:{w.head.pk}", f"entity:{w.entity.pk}"}


def test_the_doors_of_the_enterprise_show_none_of_it(w):
    """By link and by account, pages, photos and papers, with a marker in every text."""
    with scoped(SYSTEM):
        of = openers.rectification(w)
        token = make_link(w.entity, of.parent)
    made_ = order(w.actor("区长"), of, what="暗记甲：催办整改")
    do(w.actor("甲"), made_, "answer", answer="暗记乙：已上门")
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (9, 9, 9)).save(out, "JPEG")
    with scoped(w.actor("甲")) as officer:
        asked = acts.ask(of, officer, area=world.SISTER, subject="暗记丙", what="暗记丁")
    do(w.actor("丙"), asked, "take", assignee=w.people["丙"].pk)
    with scoped(SYSTEM):
        theirs = files.attach(asked, files.store(out.getvalue()), actor=SYSTEM, kind="photo", name="x.jpg")
    do(w.actor("丙"), asked, "answer", answer="暗记戊", photos=[theirs.uid])
    with scoped(SYSTEM):
        brought = File.objects.get(matter=of, caption=asked.number)
        paper = Paper.objects.get(matter=made_)
    party = Client(headers={"accept-language": "zh-CN"})
    page = party.get(f"/p/{token}/").content.decode()
    assert w.premises.name in page or "整改" in page
    assert "暗记" not in page and "督办" not in page and "协办" not in page
    for uid in (brought.uid, theirs.uid):
        assert party.get(f"/p/{token}/photo/{uid}.jpg").status_code == 404
        assert party.get(f"/files/{uid}/shown").status_code == 404
    assert party.get(f"/p/{token}/paper/{paper.uid}.pdf").status_code == 404
    for one in (made_, asked):
        assert party.post(f"/p/{token}/{one.uid}/answer/").status_code in (302, 404)
        assert party.get(f"/api/v1/matters/{one.uid}").status_code in (401, 404)
        assert fresh(one).state == "answered"
    verified = party.get(f"/v/{paper.code}")
    assert verified.status_code == 200 and "暗记" not in verified.content.decode()


def test_the_paper_says_the_order_and_in_the_end_the_answer(w, complaint):
    made_ = order(w.actor("区长"), complaint, what="说明超期原因", answer_by=world.in_days(3))
    do(w.actor("甲"), made_, "answer", answer="鉴定等了六天")
    do(w.actor("区长"), made_, "accept")
    with scoped(SYSTEM):
        first, last = Paper.objects.filter(matter=made_, kind="supervision_order").order_by("pk")
        assert (first.data["what"], first.data["answer"], last.data["answer"]) == ("说明超期原因", "", "鉴定等了六天")
        assert first.organ == world.DISTRICT and first.entity_id is None
        assert pdf(last).startswith(b"%PDF")


def test_the_matter_says_so_in_its_timeline(w, complaint):
    made_ = order(w.actor("区长"), complaint)
    do(w.actor("甲"), made_, "answer", answer="已办")
    with scoped(w.actor("所长")) as head:
        words = [line.words for line in timeline.lines(LedgerEntry.objects.filter(matter=complaint), head)]
    assert sum(made_.number in one for one in words) == 2


# Pages


def test_it_is_ordered_from_the_page_of_its_matter(w, complaint):
    leader = client_of(w, "区长")
    page = leader.get(f"/m/{complaint.uid}/").content.decode()
    assert f"/supervision/{complaint.uid}/order/" in page
    assert f"/supervision/{complaint.uid}/order/" not in client_of(w, "甲").get(f"/m/{complaint.uid}/").content.decode()
    address = f"/supervision/{complaint.uid}/order/"
    assert leader.get(address).status_code == 200
    assert leader.post(address, {"f-what": ""}).status_code == 422
    assert leader.post(address, {"f-what": "三日内答复", "f-grade": "listed"}).status_code == 302
    page = leader.get(f"/m/{complaint.uid}/").content.decode()
    assert "三日内答复" in page and 'id="supervision"' in page
    assert leader.post(address, {"f-what": "再来一次"}).status_code == 409
    for name, status in (("甲", 404), ("外区", 404), ("邻区局长", 404)):
        assert client_of(w, name).get(address).status_code == status


def test_many_are_ordered_at_once_each_by_itself(w, complaint):
    with scoped(SYSTEM):
        other = openers.item(w, "complaint")
    order(w.actor("区长"), complaint)
    leader = client_of(w, "区长")
    address = "/supervision/lists/complaint/order/"
    both = [str(complaint.uid), str(other.uid)]
    assert address in leader.get("/l/complaint/").content.decode()
    asked = leader.post(address, {"uid": both})
    assert asked.status_code == 200 and SupervisionOrder.objects.count() == 1
    assert leader.post(address, {"uid": both, "told": "1", "f-what": "三日内答复"}).status_code == 302
    with scoped(SYSTEM):
        assert set(SupervisionOrder.objects.values_list("of", flat=True)) == {complaint.pk, other.pk}
    assert leader.post(address, {"uid": both, "told": "1", "f-what": "三日内答复"}).status_code == 409
    assert client_of(w, "甲").post(address, {"uid": both}).status_code == 404


def test_what_is_counted(w, complaint):
    with scoped(SYSTEM):
        others = [openers.item(w, "complaint") for _n in range(3)]
    kept = order(w.actor("区长"), complaint)
    do(w.actor("甲"), kept, "answer", answer="已办")
    taken_back = order(w.actor("区长"), others[0])
    do(w.actor("区长"), taken_back, "withdraw", why="不必了")
    late = order(w.actor("区长"), others[1])
    order(w.actor("区长"), others[2])
    with scoped(SYSTEM):
        SupervisionOrder.objects.filter(pk=late.pk).update(answer_by=world.in_days(-1), overdue=True)
    today = calendar.today()
    names = ("ordered", "due", "in_time", "overdue", "in_time_rate")
    with scoped(w.actor("局长")) as leader:
        period = Period(today - dt.timedelta(days=3), today, today)
        found = [compute.value(declared()[f"supervision.{one}"], period, world.CITY, leader).number for one in names]
    assert found == [3, 2, 1, 1, 50]
