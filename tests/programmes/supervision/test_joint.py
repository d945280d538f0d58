"""Joint handling: an office asks another, which sees what was chosen and no more; what it contributes comes back."""

from __future__ import annotations

import datetime as dt
import io
import random

import pytest
from django.test import Client
from PIL import Image
from tests import openers, world
from tests.programmes.supervision.conftest import do, fresh

from zhijian.kernel.accounts.actor import SYSTEM, Actor, party_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import timeline
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import File, LedgerEntry
from zhijian.kernel.evidence.shown import shown_copy
from zhijian.kernel.figures import Period, compute, declared
from zhijian.kernel.matters.errors import BadFacts, NotAllowed, NotFound, NotOpen, StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.matters.ticking import tick
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.papers.models import Paper
from zhijian.programmes.supervision.joint import acts
from zhijian.programmes.supervision.models import JointHandling

WHO, PHONE = "张先生", "13805331234"
ASKED = {"area": world.SISTER, "subject": "查进货来源", "what": "请查该批次的供货单位"}


def ask(actor: Actor, of: Matter, **told: object) -> Matter:
    with scoped(actor):
        return acts.ask(of, actor, **{**ASKED, **told})


def judge(actor: Actor, asked: Matter, verb: str, **told: object) -> Matter:
    with scoped(actor):
        return acts.judge(asked.uid, verb, actor, **told)


def record(matter: Matter) -> JointHandling:
    with scoped(SYSTEM):
        return JointHandling.objects.get(pk=matter.pk)


def photo(of: Matter, shade: int, **more: object) -> File:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (shade, 0, 0)).save(out, "JPEG")
    with scoped(SYSTEM):
        return files.attach(of, files.store(out.getvalue()), actor=SYSTEM, kind="photo", name=f"{shade}.jpg", **more)


def told(name: str) -> list[tuple[str, int]]:
    with scoped(SYSTEM):
        rows = Notice.objects.filter(person__username=name, channel="in_app", data__kind="joint_handling").order_by(
            "pk"
        )
        return [(one.data["verb"], one.matter_id) for one in rows]


def client_of(w: world.World, name: str) -> Client:
    client = Client()
    client.force_login(w.people[name])
    return client


@pytest.fixture
def taken(w: world.World, complaint: Matter) -> Matter:
    """Asked of the sister office and taken over by its inspector."""
    asked = ask(w.actor("甲"), complaint)
    return do(w.actor("姊妹所长"), asked, "take", assignee=w.people["丙"].pk)


def test_the_whole_way_of_a_request(w, complaint):
    given, kept = photo(complaint, 10), photo(complaint, 20)
    asked = ask(w.actor("甲"), complaint, files=[given.uid], excerpt="吃出异物", answer_by=world.in_days(3))
    assert (asked.area, asked.parent_id, asked.number != "") == (world.SISTER, complaint.pk, True)
    assert ("ask", asked.pk) in told("姊妹所长")
    with scoped(w.actor("姊妹所长")):
        assert not Matter.objects.filter(pk=complaint.pk).exists(), "row security keeps the complaint from them"
        assert Matter.objects.filter(pk=asked.pk).exists()
        assert [one.blob_id for one in File.objects.all()] == [given.blob_id]
    do(w.actor("姊妹所长"), asked, "take", assignee=w.people["丙"].pk)
    theirs = photo(asked, 30)
    do(w.actor("丙"), asked, "answer", answer="供货单位是鲁中食品", photos=[theirs.uid])
    assert told("甲") == [("answer", complaint.pk)]
    with scoped(w.actor("甲")):
        assert not Matter.objects.filter(pk=asked.pk).exists()
        assert {one.blob_id for one in File.objects.filter(matter=complaint)} == {
            given.blob_id, kept.blob_id, theirs.blob_id,
        }  # fmt: skip
    judge(w.actor("甲"), asked, "send_back", why="请附进货单", answer_by=world.in_days(4))
    assert (fresh(asked).state, fresh(asked).due, fresh(asked).assignee) == ("taken", world.in_days(4), w.people["丙"])
    do(w.actor("丙"), asked, "answer", answer="进货单已附")
    judge(w.actor("所长"), asked, "accept")
    assert fresh(asked).state == "accepted" and told("丙")[-1] == ("accept", asked.pk)
    with scoped(w.actor("所长")) as head:
        words = [line.words for line in timeline.lines(LedgerEntry.objects.filter(matter=complaint), head)]
    assert sum("科苑" in one and asked.number in one for one in words) == 6


def test_who_may_ask_and_whom(w, complaint):
    for name in ("乙", "区长", "局长"):
        with pytest.raises(NotAllowed):
            ask(w.actor(name), complaint)
    for name in ("姊妹所长", "外区", "邻区局长"):
        with pytest.raises(NotFound):
            ask(w.actor(name), complaint)
    for area in (world.OFFICE, "9999", ""):
        with pytest.raises(BadFacts):
            ask(w.actor("甲"), complaint, area=area)
    assert ask(w.actor("区中心"), complaint, area=world.NEIGHBOUR_OFFICE).area == world.NEIGHBOUR_OFFICE
    with pytest.raises(NotAllowed):
        ask(w.actor("姊妹所长"), ask(w.actor("所长"), complaint))


def test_declined_comes_back_with_its_reason(w, complaint):
    asked = ask(w.actor("甲"), complaint)
    with pytest.raises(BadFacts):
        do(w.actor("姊妹所长"), asked, "decline", why="")
    do(w.actor("姊妹所长"), asked, "decline", why="该店不在本所辖区")
    assert fresh(asked).state == "declined" and told("甲") == [("decline", complaint.pk)]
    assert "该店不在本所辖区" in client_of(w, "甲").get(f"/m/{complaint.uid}/").content.decode()


def test_each_step_is_its_own_peoples(w, complaint, taken):
    with pytest.raises(NotOpen):
        do(w.actor("丙"), taken, "take", assignee=w.people["丙"].pk)  # the second who takes it comes too late
    with pytest.raises(NotFound):
        do(w.actor("甲"), taken, "answer", answer="不是我的")
    with pytest.raises(NotFound):
        do(w.actor("外区"), taken, "decline", why="外区")
    with pytest.raises(NotOpen):
        judge(w.actor("甲"), taken, "accept")
    do(w.actor("丙"), taken, "answer", answer="已查")
    for name in ("丙", "姊妹所长"):
        with pytest.raises(NotFound):
            judge(w.actor(name), taken, "accept")
        with pytest.raises(StepError):
            do(w.actor(name), taken, "accept")
    with pytest.raises(NotFound):
        judge(w.actor("乙"), taken, "accept")
    with pytest.raises(NotFound):
        judge(w.actor("甲"), taken, "answer", answer="x")
    assert judge(w.actor("甲"), taken, "accept").closed


def test_where_no_day_is_named_the_rule_counts_and_time_itself_tells(w, complaint):
    asked = ask(w.actor("甲"), complaint)
    day, _provisional = calendar.add_working_days(calendar.today(), 5)
    assert fresh(asked).due == record(asked).answer_by == day
    with pytest.raises(NotOpen):
        ask(w.actor("甲"), complaint, answer_by=world.in_days(-1))
    assert tick(calendar.start_of(day + dt.timedelta(days=1)) + dt.timedelta(hours=1), "joint_handling") == 1
    assert record(asked).overdue and told("甲") == [("late", complaint.pk)]


# Who came


def test_of_a_complaint_who_came_is_told_only_with_a_reason(w, complaint):
    with pytest.raises(BadFacts):
        ask(w.actor("甲"), complaint, tell_who=True)
    for name in ("subject", "what", "excerpt"):
        for value in (WHO, PHONE):
            with pytest.raises(BadFacts):
                ask(w.actor("甲"), complaint, **{name: f"请联系{value}"})
    asked = ask(w.actor("甲"), complaint, tell_who=True, who_reason="须当面取回商品")
    assert str(record(asked).who_came) == f"{WHO} {PHONE}"
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(matter=asked, kind="joint_handling.ask")
        assert entry.data["who_reason"] == "须当面取回商品" and WHO not in str(entry.data)
    inspector = client_of(w, "丙")
    page = inspector.get(f"/m/{asked.uid}/").content.decode()
    assert WHO not in page and PHONE not in page and "须当面取回商品" in page
    address = f"/private/joint_who/{asked.uid}/"
    assert inspector.post(address, {"reason": ""}).status_code == 422, "nobody's yet, and not his to give"
    do(w.actor("姊妹所长"), asked, "take", assignee=w.people["丙"].pk)
    assert PHONE in inspector.post(address, {"reason": ""}).content.decode()
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(matter=asked, kind="private.opened").count() == 1
    assert client_of(w, "外区").get(address).status_code == 404


def test_of_a_report_and_of_a_secret_complaint_who_came_is_never_told(w, complaint):
    with scoped(SYSTEM):
        report = openers.item(w, "report")
        complaint.item.__class__.objects.filter(pk=complaint.pk).update(secret=True)
    for of in (report, complaint):
        with pytest.raises(BadFacts):
            ask(w.actor("甲"), of, tell_who=True, who_reason="想知道")
        with pytest.raises(BadFacts):
            ask(w.actor("甲"), of, what=f"举报人{PHONE}反映")
        page = client_of(w, "甲").get(f"/supervision/{of.uid}/joint/").content.decode()
        assert 'name="f-tell_who"' not in page and 'name="f-who_reason"' not in page
    assert record(ask(w.actor("甲"), report)).who_came is None


def test_no_enterprise_sees_any_of_it(w):
    """A marker in each word and photo, about a matter that its enterprise does see."""
    with scoped(SYSTEM):
        of = openers.rectification(w)
    asked = ask(w.actor("甲"), of, what="暗记甲", excerpt="暗记乙", subject="暗记丁")
    do(w.actor("姊妹所长"), asked, "take", assignee=w.people["丙"].pk)
    theirs = photo(asked, 77)
    do(w.actor("丙"), asked, "answer", answer="暗记丙", photos=[theirs.uid])
    judge(w.actor("甲"), asked, "send_back", why="暗记戊")
    with scoped(SYSTEM):
        brought = File.objects.get(matter=of, caption=asked.number)
        copy = shown_copy(brought)
        assert copy is not None and (brought.entity_id, copy.entity_id) == (None, None)
    with scoped(party_of(w.entity)):
        assert Matter.objects.filter(pk=of.pk).exists() and not Matter.objects.filter(pk=asked.pk).exists()
        mine = LedgerEntry.objects.all()
        assert mine.exists() and not mine.filter(kind__startswith="joint").exists()
        assert not mine.filter(kind="supervision.told").exists()
        assert not File.objects.filter(pk__in=[brought.pk, copy.pk, theirs.pk]).exists()
        assert not Paper.objects.filter(matter=asked.pk).exists()
    with scoped(SYSTEM):
        assert not Notice.objects.filter(entity=w.entity, data__kind="joint_handling").exists()


# What becomes of it when its matter goes on


def test_whoever_holds_the_matter_asks_from_then_on(w, complaint, taken):
    do(w.actor("所长"), complaint, "hand_up", reason="不归本所管")
    assert (record(taken).by_area, fresh(taken).state, fresh(taken).area) == (world.DISTRICT, "taken", world.SISTER)
    do(w.actor("丙"), taken, "answer", answer="已查")
    with pytest.raises(NotFound):
        judge(w.actor("所长"), taken, "accept")
    assert judge(w.actor("区中心"), taken, "accept").closed


def test_it_ends_when_the_matter_comes_to_the_office_that_was_asked(w, complaint, taken):
    do(w.actor("所长"), complaint, "hand_up", reason="不归本所管")
    do(w.actor("区中心"), complaint, "pass_on", area=world.SISTER)
    assert fresh(taken).state == "withdrawn" and told("丙")[-1] == ("let_go", taken.pk)


@pytest.mark.parametrize(("answered", "state"), [(False, "withdrawn"), (True, "accepted")])
def test_it_ends_with_its_matter(w, answered, state):
    with scoped(SYSTEM):
        enquiry = openers.item(w, "enquiry")
    asked = ask(w.actor("甲"), enquiry)
    do(w.actor("姊妹所长"), asked, "take", assignee=w.people["丙"].pk)
    if answered:
        do(w.actor("丙"), asked, "answer", answer="已查")
    do(w.actor("甲"), enquiry, "reply", reply="可以到窗口办理。", outcome="explained")
    do(w.actor("所长"), enquiry, "approve")
    assert (fresh(asked).state, record(asked).waits) == (state, False)
    with scoped(SYSTEM):
        assert not fresh(asked).clocks.filter(stopped=None).exists()


@pytest.mark.parametrize("seed", range(4))
def test_no_way_of_its_matter_leaves_an_orphan(w, seed):
    """Whatever happens to the matter, an open request lies elsewhere than it, and names who asks now."""
    dice = random.Random(seed)
    of = openers.item(w, dice.choice(["complaint", "enquiry", "report"]))
    asked = [ask(w.actor("甲"), of, area=area) for area in (world.SISTER, world.NEIGHBOUR_OFFICE)]
    acts_ = [
        ("assign", {"assignee": w.second.pk}), ("hand_up", {"reason": "不归本处管"}),
        ("pass_on", {"area": world.SISTER}), ("pass_on", {"area": world.OFFICE}), ("withdraw", {"reason": "不再要求"}),
        ("name", {"meant": "absent"}), ("settle", {"why": "双方和解"}), ("decide", {"why": "查无实据", "filed": False}),
        ("reply", {"reply": "已办理", "outcome": "solved"}), ("approve", {}), ("reopen", {"reason": "重办"}),
    ]  # fmt: skip
    done = 0
    for _n in range(60):
        verb, told_ = dice.choice(acts_)
        one = dice.choice(asked)
        try:
            do(SYSTEM, of, verb, **told_)
            done += 1
            do(SYSTEM, one, "take", assignee=w.people["丙"].pk)
            do(SYSTEM, one, "answer", answer="已查")
        except StepError:
            pass
        for one in map(fresh, asked):
            now, held = fresh(of), record(one)
            if one.closed is None:
                assert now.closed is None and now.area != one.area and held.by_area == now.area
                assert one.entity_id == now.entity_id
            else:
                assert one.state in ("withdrawn", "accepted") and not held.waits
    assert done > 2, "a walk on which nothing happens proves nothing"


# Pages


def test_it_is_asked_and_judged_from_the_page_of_the_matter(w, complaint):
    shown = photo(complaint, 40)
    inspector = client_of(w, "甲")
    address = f"/supervision/{complaint.uid}/joint/"
    assert address in inspector.get(f"/m/{complaint.uid}/").content.decode()
    assert str(shown.uid) in inspector.get(address).content.decode()
    assert inspector.post(address, {"f-what": ""}).status_code == 422
    facts = {f"f-{name}": value for name, value in ASKED.items()} | {"f-files": [str(shown.uid)]}
    assert inspector.post(address, facts).status_code == 302
    with scoped(SYSTEM):
        asked = JointHandling.objects.select_related("matter").get(of=complaint).matter
    sister = client_of(w, "丙")
    assert sister.get(f"/m/{complaint.uid}/").status_code == 404
    page = sister.get(f"/m/{asked.uid}/").content.decode()
    assert "请查该批次的供货单位" in page and complaint.number in page
    assert sister.post(f"/m/{asked.uid}/do/take/", {"f-assignee": w.people["丙"].pk}).status_code in (302, 404)
    do(w.actor("丙"), asked, "take", assignee=w.people["丙"].pk) if fresh(asked).state == "asked" else None
    do(w.actor("丙"), asked, "answer", answer="供货单位是鲁中食品")
    assert "供货单位是鲁中食品" in inspector.get(f"/m/{complaint.uid}/").content.decode()
    assert "joint" in inspector.get("/").content.decode()
    assert complaint.number in inspector.get("/supervision/joint/").content.decode()
    assert complaint.number not in client_of(w, "外区").get("/supervision/joint/").content.decode()
    there = f"/supervision/joint/{asked.uid}/"
    assert sister.post(f"{there}accept/").status_code == 404
    assert inspector.get(f"{there}nothing/").status_code == 404
    assert inspector.post(f"{there}send_back/", {"f-why": ""}).status_code == 422
    assert inspector.post(f"{there}accept/").status_code == 302 and fresh(asked).state == "accepted"
    assert inspector.post(f"{there}accept/").status_code == 409


def test_what_is_counted(w, complaint):
    kept = ask(w.actor("甲"), complaint)
    do(w.actor("姊妹所长"), kept, "take", assignee=w.people["丙"].pk)
    do(w.actor("丙"), kept, "answer", answer="已查")
    late, declined, withdrawn = (ask(w.actor("甲"), complaint) for _n in range(3))
    do(w.actor("姊妹所长"), declined, "decline", why="不归本所")
    judge(w.actor("甲"), withdrawn, "withdraw", why="不必了")
    with scoped(SYSTEM):
        JointHandling.objects.filter(pk=late.pk).update(answer_by=world.in_days(-1))
    today = calendar.today()
    with scoped(w.actor("局长")) as leader:
        period = Period(today - dt.timedelta(days=3), today, today)
        found = [
            compute.value(declared()[f"joint.{one}"], period, world.SISTER, leader).number
            for one in ("asked", "due", "in_time", "in_time_rate")
        ]
    assert found == [3, 2, 1, 50]


def test_who_asks_may_also_act_as_the_system_only_through_the_page(w, complaint, taken):
    """The system's hand is not the asker's: the ledger names who decided."""
    do(w.actor("丙"), taken, "answer", answer="已查")
    judge(w.actor("甲"), taken, "accept")
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(matter=taken, kind="joint_handling.accept")
        assert (entry.actor, entry.data["prompted_by"]) == ("system", "甲")
        perform(fresh(complaint), "hand_up", SYSTEM, reason="不归本所管")
