"""Handling in law: papers of the right law, proof of identity, mediation, two in one, rewards, return calls."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import world
from tests.programmes.complaints.conftest import do, matter_of, order, take_in
from tests.programmes.complaints.test_orders import REPLIES, N, clocks, handled, owed

from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.appointments import acts
from zhijian.kernel.appointments.declared import bookables
from zhijian.kernel.appointments.offering import Plan, offer
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence.models import File, LedgerEntry
from zhijian.kernel.evidence.seal import make_seal
from zhijian.kernel.exchange import acts as exchange_acts
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.papers import whole
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.render import pdf
from zhijian.kernel.papers.serving.receipt import addressee
from zhijian.programmes.complaints import papers, rules
from zhijian.programmes.complaints.handling import recall, reward
from zhijian.programmes.complaints.models import Item, Mediation, Order, Part, Recall, Reward

NAME, PHONE, WORDS = "欧阳震华", "13905337788", "后厨老鼠爬上案板"


def made(matter: Matter) -> list[str]:
    with scoped(SYSTEM):
        return list(Paper.objects.filter(matter=matter).order_by("pk").values_list("kind", flat=True))


def item_of(matter: Matter) -> Item:
    with scoped(SYSTEM):
        return Item.objects.get(pk=matter.pk)


def accepted(w, centre, **more: str) -> Matter:
    take_in(centre, order(**more))
    return do(w.actor("甲"), handled(w, centre), "accept")


def mediating(w, centre, *, named: bool = True, delegate: bool = False) -> tuple[Matter, Matter]:
    """An accepted complaint, and its mediation to which both agree."""
    matter = accepted(w, centre, 来电人=NAME, 联系号码=PHONE)
    do(w.actor("甲"), matter, "consent", consent_how="phone", consent_named=named, consent_delegate=delegate)
    do(w.actor("甲"), matter, "invite", subject="就餐时发现异物", request="退还餐费并赔偿")
    with scoped(SYSTEM):
        mediation = Mediation.objects.select_related("matter").get(of=matter).matter
    return matter, do(party_of(w.entity), mediation, "agree", delegate=delegate)


def booked(w, mediation: Matter) -> None:
    """A time that the office offers, taken."""
    day, _provisional = calendar.add_working_days(calendar.today(), 2)
    with scoped(w.actor("所长")) as head:
        offer(
            Plan("mediation.in_person", world.OFFICE, day, day, dt.time(9), dt.time(10), 1, "二楼调解室"), head
        )  # fmt: skip
    with scoped(w.actor("甲")) as officer:
        wish = acts.wish_of(Matter.objects.select_related("entity").get(pk=mediation.pk))
        (slot, _left), *_more = acts.free(wish, bookables()["mediation.in_person"])
        acts.book(slot, wish, officer)


# Papers


@pytest.mark.parametrize(
    ("received", "kind"), [("2026-04-14", "complaint_acceptance_2019"), ("2026-04-15", "complaint_acceptance")]
)
def test_the_form_is_that_of_the_law_of_receipt(w, centre, received, kind):
    matter = accepted(w, centre, 受理时间=f"{received} 10:00")
    assert made(matter) == [kind]


def test_a_paper_covers_names_in_its_data_and_bears_them_on_its_sheet(w, centre):
    matter = accepted(w, centre, 来电人=NAME)
    with scoped(SYSTEM):
        paper = Paper.objects.get(matter=matter)
        assert NAME not in json.dumps(paper.data, ensure_ascii=False)
        assert whole.data_of(paper)["person"] == NAME
        assert paper.entity_id is None and NAME not in addressee(paper) and addressee(paper).endswith("欧***")
        assert pdf(paper).startswith(b"%PDF")
        assert File.objects.get(pk=Paper.objects.get(pk=paper.pk).file_id).entity_id is None
    with scoped(party_of(w.entity)):
        assert not Paper.objects.exists() and not File.objects.filter(kind="paper").exists()


def test_every_form_of_both_laws_is_printed(w, centre):
    matter = accepted(w, centre, 来电人=NAME)
    with scoped(SYSTEM):
        item = Item.objects.select_related("matter__assignee", "matter__entity", "matter__premises").get(pk=matter.pk)
        for day in (dt.date(2026, 4, 14), dt.date(2026, 4, 15)):
            item.matter.opened = calendar.start_of(day)
            for name in rules.FORMS.value(day):
                printed = papers.grounds(rules.END_GROUNDS, item.matter, "3", item.matter.opened)
                paper = papers.made(
                    name, item, calendar.start_of(calendar.today()), SYSTEM, ground="3", grounds=printed
                )
                assert paper is not None and pdf(paper).startswith(b"%PDF")


def test_what_is_registered_at_the_desk_is_registered_by_a_form(w, centre):
    from zhijian.kernel.matters.perform import About
    from zhijian.programmes.complaints.flow import COMPLAINT

    with scoped(w.actor("李桂芬")) as clerk:
        matter = perform(
            COMPLAINT, "register", clerk, about=About("清风小馆", world.OFFICE), channel="phone", text=WORDS,
            person=NAME, phone=PHONE,
        )  # fmt: skip
    assert made(matter) == ["complaint_register"]


def test_another_bureau_gets_it_with_a_paper_of_the_one_that_passes_it_on(w, centre):
    take_in(centre, order(事发区县=""))
    matter = matter_of(N)
    assert matter.area == world.CITY
    do(centre, matter, "pass_on", area=world.DISTRICT)
    with scoped(SYSTEM):
        paper = Paper.objects.get(matter=matter)
        assert (paper.kind, paper.organ) == ("complaint_passing", world.CITY)
        assert paper.number.startswith("淄市监")
    do(w.actor("区中心"), matter, "pass_on", area=world.OFFICE)
    assert made(matter) == ["complaint_passing"], "an office is of the same bureau"


def test_a_refusal_ticks_its_printed_ground(w, centre):
    take_in(centre, order())
    matter = do(w.actor("甲"), handled(w, centre), "refuse", ground="4", why="2020 年的消费")
    with scoped(SYSTEM):
        paper = Paper.objects.get(matter=matter, kind="complaint_refusal")
    assert [one["n"] for one in paper.data["grounds"] if one["on"]] == ["4"] and len(paper.data["grounds"]) == 7


# Proof of identity


def test_an_identity_that_is_asked_for_is_awaited_and_then_accepted_or_refused(w, centre):
    take_in(centre, order())
    matter, officer = handled(w, centre), w.actor("甲")
    due = calendar.today() + dt.timedelta(days=3)
    do(officer, matter, "ask_identity", identity_due=due, materials="身份证原件")
    assert "complaints.identity_within" in clocks(matter) and made(matter) == ["identity_request"]
    with pytest.raises(NotOpen):
        do(officer, matter, "accept")
    with pytest.raises(NotOpen):
        do(officer, matter, "refuse", ground="6", why="未提供身份证明")
    do(
        officer,
        matter,
        "show_identity",
        identity_shown=calendar.today(),
        true_name="张三丰",
        document="370303199001010011",
    )
    assert (item_of(matter).person, "complaints.identity_within" in clocks(matter)) == ("张三丰", False)
    assert do(officer, matter, "accept").state == "mediating"


def test_an_identity_not_proved_in_time_is_a_ground_of_refusal(w, centre):
    take_in(centre, order())
    matter, officer = handled(w, centre), w.actor("甲")
    do(officer, matter, "ask_identity", identity_due=calendar.today() + dt.timedelta(days=3), materials="身份证")
    after = calendar.start_of(calendar.today() + dt.timedelta(days=4)) + dt.timedelta(hours=9)
    with scoped(officer):
        done = perform(Matter.objects.get(pk=matter.pk), "refuse", officer, at=after, ground="6", why="逾期未提供")
    assert done.state == "concluded" and "complaint_refusal" in made(matter)


def test_the_old_law_knows_no_such_request(w, centre):
    take_in(centre, order(受理时间="2026-04-14 10:00"))
    with pytest.raises(NotOpen):
        do(w.actor("甲"), handled(w, centre), "ask_identity", identity_due=world.in_days(3), materials="身份证")


# Mediation


def test_nobody_is_asked_to_mediation_before_who_complains_agreed(w, centre):
    matter = accepted(w, centre)
    with pytest.raises(NotOpen):
        do(w.actor("甲"), matter, "invite", subject="就餐纠纷", request="退款")


def test_from_the_invitation_to_the_performed_agreement(w, centre):
    matter, mediation = mediating(w, centre)
    officer = w.actor("甲")
    with pytest.raises(NotOpen):
        do(officer, mediation, "summon", bring="小票")
    booked(w, mediation)
    do(officer, mediation, "summon", bring="小票")
    assert made(mediation) == ["mediation_notice"] and made(matter) == ["complaint_acceptance", "mediation_notice"]
    by = calendar.today() + dt.timedelta(days=7)
    do(officer, mediation, "agreement", terms="退还 58 元并赔偿 500 元", amount="558.00", perform_by=by)
    assert matter_of(N).state == "concluded" and item_of(matter).result == "agreed"
    with scoped(SYSTEM):
        assert Clock.objects.get(matter=mediation, rule="mediation.perform_within", stopped=None).due == by
        assert Paper.objects.filter(matter=mediation, kind="mediation_agreement").count() == 1
    do(officer, mediation, "sign", signed_on=calendar.today())
    do(officer, mediation, "perform", performed_on=calendar.today(), recovered="558.00")
    assert item_of(matter).recovered == Decimal("558.00")


def test_the_enterprise_sees_the_mediation_and_not_the_complaint(w, centre):
    matter, mediation = mediating(w, centre, named=False)
    booked(w, mediation)
    do(w.actor("甲"), mediation, "summon")
    with scoped(party_of(w.entity)):
        assert Matter.objects.filter(pk=mediation.pk).exists() and not Matter.objects.filter(pk=matter.pk).exists()
        seen = list(Paper.objects.filter(matter=mediation))
        assert [one.kind for one in seen] == ["mediation_notice"]
    with scoped(SYSTEM):
        told = json.dumps([whole.data_of(one) for one in seen], ensure_ascii=False)
    assert NAME not in told and "一名消费者" in told and PHONE not in told
    with pytest.raises(NotOpen):
        do(w.actor("甲"), mediation, "agreement", terms="退款")
    do(w.actor("甲"), matter, "consent", consent_how="phone", consent_named=True)
    assert do(w.actor("甲"), mediation, "agreement", terms="退款").state == "performing"


def test_a_mediation_is_delegated_only_if_both_agree(w, centre):
    matter, mediation = mediating(w, centre)
    with pytest.raises(NotOpen):
        do(w.actor("甲"), mediation, "delegate", body="张店区消费者协会")
    do(w.actor("甲"), matter, "consent", consent_how="phone", consent_named=True, consent_delegate=True)
    with pytest.raises(NotOpen):
        do(w.actor("甲"), mediation, "delegate", body="张店区消费者协会")
    with scoped(SYSTEM):
        Mediation.objects.filter(pk=mediation.pk).update(delegate=True)
    do(w.actor("甲"), mediation, "delegate", body="张店区消费者协会")


def test_time_at_the_laboratory_is_left_out_with_its_reason_and_stands_on_the_paper(w, centre):
    matter, mediation = mediating(w, centre)
    officer, day = w.actor("甲"), calendar.start_of(calendar.today())
    with scoped(SYSTEM):
        before = Clock.objects.get(matter=matter, rule="complaints.mediate_within").due
    for verb, n, facts in (
        ("rest", 1, {"reason": "送检白酒"}),
        ("go_on", 6, {}),
        ("end", 7, {"ground": "3", "why": "分歧大"}),
    ):
        with scoped(officer):
            perform(Matter.objects.get(pk=matter.pk), verb, officer, at=day + dt.timedelta(days=n, hours=9), **facts)
    with scoped(SYSTEM):
        assert Clock.objects.get(matter=matter, rule="complaints.mediate_within").due == before + dt.timedelta(days=5)
        to_both = Paper.objects.filter(kind="mediation_end").order_by("pk")
        assert {one.matter_id for one in to_both} == {matter.pk, mediation.pk}
        assert all("送检白酒" in one.data["excluded"] for one in to_both)
        assert Matter.objects.get(pk=mediation.pk).state == "ended"


# Two in one


def test_a_mixed_order_becomes_two_matters_and_one_answer(w, centre):
    take_in(centre, order(诉求内容="吃出头发要求退款，另外他们无证经营"))
    matter, officer, head = handled(w, centre), w.actor("甲"), w.actor("所长")
    do(officer, matter, "split", other="report", part="无证经营")
    with scoped(SYSTEM):
        other = Part.objects.select_related("matter").get(of=matter).matter
        received = matter_of(N).opened
        assert (other.kind, other.opened, other.entity_id) == ("report", received, w.entity.pk)
        assert Clock.objects.get(matter=other, rule="reports.verify_within").started == received
    do(officer, matter, "settle", why="退款 58 元")
    do(officer, matter, "reply", reply="商家已退款。")
    with pytest.raises(NotOpen):
        do(head, matter, "approve")
    do(head, other, "assign", assignee=w.inspector.pk)
    do(officer, other, "decide", why="证照齐全")
    do(officer, other, "reply", reply="证照齐全，不予立案。", outcome="explained")
    do(head, other, "approve")
    do(head, matter, "approve")
    with scoped(centre):
        row, bad = exchange_acts.told_now(owed(REPLIES, matter), REPLIES)
    assert "商家已退款。" in str(row) and "证照齐全，不予立案。" in str(row) and not bad
    assert owed(REPLIES, other) is None, "owed once"


def test_what_was_taken_for_an_enquiry_goes_on_as_a_complaint_with_the_time_from_receipt(w, centre):
    take_in(centre, order(诉求类型="咨询"))
    matter = matter_of(N)
    received = matter.opened
    do(centre, matter, "correct", other="complaint", reason="要求退款")
    now = matter_of(N)
    assert (now.kind, now.state, now.opened) == ("complaint", "received", received)
    assert {"complaints.accept_within", "hotline.reply_within", "hotline.return_within"} <= clocks(now)
    with scoped(SYSTEM):
        assert Matter.objects.get(pk=matter.pk).state == "corrected" and Order.objects.get(number=N).matter_id == now.pk


# Rewards


def rewarded(w, centre) -> Matter:
    """A report with a case, for which a reward is proposed."""
    take_in(centre, order(诉求类型="举报", 来电人=NAME, 联系号码=PHONE, 诉求内容=WORDS))
    matter, officer = handled(w, centre), w.actor("甲")
    do(officer, matter, "decide", filed=True, why="案板鼠迹属实")
    do(officer, matter, "propose_reward", level="2", fined="20000", merit="线索详实，查证属实")
    with scoped(SYSTEM):
        return Reward.objects.select_related("matter").get(of=matter).matter


def test_a_reward_is_approved_by_another_and_picked_up_by_its_code_without_a_name(w, centre):
    matter = rewarded(w, centre)
    with scoped(SYSTEM):
        assert Reward.objects.get(pk=matter.pk).amount == Decimal("3000.00"), "3 per cent are less than the least"
    do(w.actor("所长"), matter, "approve")
    with scoped(w.actor("甲")) as officer:
        code = reward.give_code(matter, officer)
    with scoped(w.actor("李桂芬")) as clerk:
        assert reward.find("0000-0000-0000", clerk) is None
        found = reward.find(code, clerk)
        assert found is not None and found.code_mark != code
        perform(found.matter, "pay", clerk, paid_on=calendar.today(), voucher="FK-1")
        assert reward.find(code, clerk) is None, "paid once"
    with scoped(SYSTEM):
        rows = LedgerEntry.objects.filter(matter=matter)
        said = json.dumps([one.data for one in rows], ensure_ascii=False)
    assert NAME not in said and PHONE not in said and code not in said


def test_nobody_approves_the_reward_that_he_proposed(w, centre):
    take_in(centre, order(诉求类型="举报"))
    matter, head = handled(w, centre), w.actor("所长")
    do(w.actor("甲"), matter, "decide", filed=True, why="属实")
    do(head, matter, "propose_reward", level="3", fined="0", merit="查证属实")
    with scoped(SYSTEM):
        made_ = Reward.objects.select_related("matter").get(of=matter).matter
    with pytest.raises(NotOpen):
        do(head, made_, "approve")


MONEY = st.decimals(0, 10**9, places=2)


@given(MONEY, MONEY, st.integers(0, 10), st.integers(0, 5000))
def test_the_reward_is_never_below_the_least_nor_above_the_most_and_grows_with_the_fine(fined, more, share, least):
    table = (Decimal(share), Decimal(least), Decimal(1_000_000))
    amount = rules.amount_of(fined, *table)
    assert least <= amount <= rules.amount_of(fined + more, *table) <= 1_000_000


# Return calls


def answered(w, centre, outcome: str = "solved") -> Matter:
    take_in(centre, order())
    matter = handled(w, centre)
    do(w.actor("甲"), matter, "settle", why="退款")
    do(w.actor("甲"), matter, "reply", reply="商家已退款给您。", outcome=outcome)
    return do(w.actor("所长"), matter, "approve")


def test_a_share_is_drawn_under_the_seal_and_called_by_the_centre(w, centre, monkeypatch):
    matter = answered(w, centre)
    monkeypatch.setattr(recall.rules.RECALL_PERCENT.__class__, "value", lambda self, day, default=None: 100)
    with scoped(SYSTEM):
        seal = make_seal(wait=5)
        (draw,) = recall.draw_due(seal)
        assert draw.chosen == [str(matter.uid)] == draw.population and draw.seed == seal.digest
        assert recall.draw_due() == [], "each seal is drawn once"
        call = Recall.objects.select_related("matter").get(of=matter).matter
    monkeypatch.undo()
    assert call.area == world.DISTRICT
    with pytest.raises((NotAllowed, NotOpen, Exception)):
        do(w.actor("甲"), call, "call", said="unsolved", process="not", satisfied="not")
    do(w.actor("区中心"), call, "call", said="unsolved", process="satisfied", satisfied="not", words=WORDS)
    with scoped(SYSTEM):
        record = Recall.objects.get(pk=call.pk)
    assert (record.written, record.said, record.differs) == ("solved", "unsolved", True)


def test_a_claim_is_unreasonable_when_a_second_person_finds_it_so(w, centre):
    take_in(centre, order())
    matter, officer, head = handled(w, centre), w.actor("甲"), w.actor("所长")
    do(officer, matter, "settle", why="双方认可")
    with pytest.raises(NotOpen):
        do(officer, matter, "reply", reply="不合理诉求。", outcome="unreasonable")
    do(officer, matter, "call_unreasonable", unreasonable="要求赔偿一百万元")
    with pytest.raises(NotAllowed):
        do(officer, matter, "find_unreasonable")
    do(head, matter, "find_unreasonable")
    do(officer, matter, "reply", reply="不合理诉求。", outcome="unreasonable")
    assert item_of(matter).unreasonable_sure_id == w.head.pk


# Whoever reported


def test_nothing_that_reaches_the_enterprise_bears_the_name_the_number_or_the_words_of_who_reported(w, centre):
    """Markers planted in a report; a case, a paper, a reward and a return call follow. None reaches the enterprise."""
    reward_ = rewarded(w, centre)
    with scoped(SYSTEM):
        report = Reward.objects.select_related("of").get(pk=reward_.pk).of
    do(w.actor("甲"), report, "tell_result", basis="广告法第53条", told="已立案")
    do(w.actor("甲"), report, "reply", reply=f"已立案，感谢{NAME}。")
    do(w.actor("所长"), report, "approve")
    with scoped(SYSTEM):
        recall.ask(report)
        for paper in Paper.objects.all():
            pdf(paper)
    with scoped(party_of(w.entity)):
        reached = [*Matter.objects.all(), *Paper.objects.all(), *File.objects.all()]
        entries = [json.dumps(one.data, ensure_ascii=False) for one in LedgerEntry.objects.all()]
        notices = list(Notice.objects.filter(entity=w.entity))
        assert not any(getattr(one, "kind", "") in ("report", "report_reward", "item_recall") for one in reached)
        assert not Paper.objects.exists() and not notices
        assert not any(marker in one for one in entries for marker in (NAME, PHONE, WORDS, "举报"))
    with scoped(SYSTEM):
        everything = json.dumps([one.data for one in LedgerEntry.objects.all()], ensure_ascii=False)
        kept = json.dumps(list(Paper.objects.values_list("data", flat=True)), ensure_ascii=False)
        titles = " ".join(Matter.objects.values_list("title", flat=True))
    for marker in (NAME, PHONE, WORDS):
        assert marker not in everything and marker not in kept and marker not in titles
