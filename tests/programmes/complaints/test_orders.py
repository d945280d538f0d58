"""A 12345 order that nobody types twice: in by a sheet, to the office, spoken to, settled, approved, back again."""

from __future__ import annotations

import datetime as dt

import pytest
from tests import world
from tests.kernel.exchange.conftest import book, rows_in
from tests.programmes.complaints.conftest import do, matter_of, order, take_in

from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.desk.waiting import lines
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.exchange import acts, arriving
from zhijian.kernel.exchange.exporting import export
from zhijian.kernel.exchange.models import Owed, State
from zhijian.kernel.exchange.tables import table_of
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.complaints import before, calling, exchange
from zhijian.programmes.complaints.models import Item, Order

N = "ZB2026113000001"
REPLIES, FEEDBACK, REGISTRATIONS = (
    table_of("zibo12345", "replies"), table_of("amr12315", "feedback"), table_of("amr12315", "registrations"),
)  # fmt: skip


def clocks(matter: Matter) -> set[str]:
    with scoped(SYSTEM):
        return set(Clock.objects.filter(matter=matter, stopped=None).values_list("rule", flat=True))


def owed(table, matter: Matter) -> Owed | None:
    with scoped(SYSTEM):
        rows = Owed.objects.filter(platform=table.platform, table=table.code, matter=matter)
        return rows.select_related("matter").first()


def handled(w, centre, number: str = N) -> Matter:
    """To the office, to the inspector, the enterprise named."""
    matter = matter_of(number)
    do(centre, matter, "pass_on", area=world.OFFICE)
    do(w.actor("所长"), matter, "name", meant="confirmed", entity=w.entity.pk, premises=w.premises.pk)
    return do(w.actor("所长"), matter, "assign", assignee=w.inspector.pk)


def answered(w, centre, number: str = N) -> Matter:
    matter = handled(w, centre, number)
    do(w.actor("甲"), matter, "settle", why="退款 58 元", recovered="58.00")
    do(w.actor("甲"), matter, "reply", reply="经调解，商家已退款 58 元。", outcome="solved")
    return do(w.actor("所长"), matter, "approve")


def test_the_row_becomes_one_matter_with_both_clocks_and_nobody_s_name_in_the_open(w, centre):
    arrival = take_in(centre, order())
    assert arrival.counts == {"new": 1}
    matter = matter_of(N)
    assert (matter.kind, matter.state, matter.area, matter.title) == (
        "complaint",
        "received",
        world.DISTRICT,
        "清风小馆",
    )
    item = matter.item
    assert (item.phone, item.person) == ("13805331234", "张先生")
    assert str(item.text) == "吃出异物\n在清风小馆吃出头发，要求退款。"
    assert clocks(matter) == {
        "complaints.accept_within", "complaints.contact_within", "hotline.reply_within", "hotline.return_within",
    }  # fmt: skip
    with scoped(SYSTEM):
        told = LedgerEntry.objects.filter(matter=matter).values_list("data", flat=True)
        assert (
            "张先生" not in str(list(told)) and "13805331234" not in str(list(told)) and "头发" not in str(list(told))
        )


def test_the_same_sheet_again_is_nothing_and_a_changed_row_is_no_second_matter(w, centre):
    take_in(centre, order(), order("ZB2"))
    assert take_in(centre, order(), order("ZB2")).counts == {"same": 2}
    assert take_in(centre, order(紧急程度="特急"), order("ZB2")).counts == {"changed": 1, "same": 1}
    with scoped(SYSTEM):
        assert Matter.objects.filter(kind="complaint").count() == 2


@pytest.mark.parametrize(
    ("sort", "kind"),
    [("投诉", "complaint"), ("举报", "report"), ("咨询", "enquiry"), ("建议", "enquiry"), ("其他", "enquiry")],
)
def test_what_is_told_decides_the_law(w, centre, sort, kind):
    take_in(centre, order(诉求类型=sort))
    assert matter_of(N).kind == kind


def test_a_row_that_cannot_be_taken_is_listed_with_what_to_mend_and_the_others_are_taken(w, centre):
    arrival = take_in(
        centre,
        order(),
        order("ZB2", 受理时间="某天"),
        order("ZB3", 受理时间="2099-01-01"),
        order("ZB4", 诉求类型="闲聊"),
    )
    assert arrival.counts == {"new": 1, "unfit": 3}
    with scoped(SYSTEM):
        said = dict(arrival.lines.values_list("key", "there"))
    assert "某天" in said["ZB2"] and "2099" in said["ZB3"] and "闲聊" in said["ZB4"]


def test_the_whole_journey_and_the_answer_goes_back_to_both_platforms(w, centre):
    take_in(centre, order())
    matter = handled(w, centre)
    assert "hotline.return_within" not in clocks(matter), "somebody of ours has it"
    with scoped(w.actor("甲")):
        call = calling.begun(matter, "person", w.actor("甲"))
    do(w.actor("甲"), matter, "contact", call=call.uid, whom="person", reached=True, note="说明情况")
    with scoped(SYSTEM):
        assert Item.objects.get(pk=matter.pk).contacted == call.at
    assert "complaints.contact_within" not in clocks(matter)
    do(w.actor("甲"), matter, "settle", why="退款 58 元", recovered="58.00")
    do(w.actor("甲"), matter, "reply", reply="经调解，商家已退款 58 元。", outcome="solved")
    do(w.actor("所长"), matter, "approve")
    assert clocks(matter) == set()
    reply = owed(REPLIES, matter)
    assert (reply.key, reply.state) == (N, State.TO_REPORT)
    assert owed(FEEDBACK, matter) is None, "it has no number there yet"
    with scoped(centre):
        batch = export(REPLIES, [reply.uid], centre).batch
    sheet = rows_in(files.read_blob(batch.sheet))
    row = dict(zip(sheet[0], sheet[1], strict=True))
    assert (row["工单编号"], row["办理结果"], row["答复内容"]) == (N, "已解决", "经调解，商家已退款 58 元。")
    registration = owed(REGISTRATIONS, matter)
    assert registration.key == matter_of(N).number
    with scoped(centre):
        acts.done_there(registration, "3703000020261130000001", centre)
    feedback = owed(FEEDBACK, matter)
    assert (feedback.key, feedback.state) == ("3703000020261130000001", State.TO_REPORT)


def test_nobody_approves_his_own_answer(w, centre):
    take_in(centre, order())
    matter = handled(w, centre)
    do(w.actor("所长"), matter, "assign", assignee=w.head.pk)
    do(w.actor("所长"), matter, "settle", why="已退款")
    do(w.actor("所长"), matter, "reply", reply="已经退款给您。")
    with pytest.raises(NotOpen):
        do(w.actor("所长"), matter, "approve")


def test_what_the_hotline_wants_done_again_is_done_again_and_goes_back_once_more(w, centre):
    take_in(centre, order())
    matter = answered(w, centre)
    with scoped(centre):
        export(REPLIES, [owed(REPLIES, matter).uid], centre)
    take_in(centre, order(重办次数="1", 重办原因="未退款到账"))
    matter = matter_of(N)
    assert (matter.state, matter.closed, matter.item.times_reopened) == ("handling", None, 1)
    assert "hotline.reply_within" in clocks(matter)
    take_in(centre, order(重办次数="1", 重办原因="未退款到账", 紧急程度="紧急"))
    assert matter_of(N).item.times_reopened == 1, "the same demand is one demand"
    do(w.actor("甲"), matter, "settle", why="退款已到账")
    do(w.actor("甲"), matter, "reply", reply="退款今日已到账。")
    do(w.actor("所长"), matter, "approve")
    again = owed(REPLIES, matter)
    assert (again.state, again.round) == (State.TO_REPORT, 2)


def test_one_matter_that_came_by_both_platforms_has_both_numbers_and_owes_both(w, centre):
    registered = {
        "登记编号": "3703000020261130000009", "登记时间": f"{world.in_days(-1):%Y-%m-%d} 09:10",
        "投诉请求": "退款、赔偿", "业务类型": "投诉",
        "提供方姓名": "张先生", "联系电话": "13805331234", "涉及主体名称": "清风小馆", "内容": "吃出头发，要求退款",
    }  # fmt: skip
    take_in(centre, registered, table="amr12315/items")
    take_in(centre, order(诉求内容="已在12315登记，编号3703000020261130000009，催办。"))
    with scoped(SYSTEM):
        assert Matter.objects.filter(kind="complaint").count() == 1
        assert Order.objects.filter(matter=matter_of(N)).count() == 2
    assert matter_of(N).item.claim == ["refund", "damages"]
    matter = answered(w, centre)
    assert owed(REPLIES, matter).key == N and owed(FEEDBACK, matter).key == "3703000020261130000009"
    assert owed(REGISTRATIONS, matter) is None, "that platform gave it to us"


def test_what_is_not_ours_goes_back_with_its_reason(w, centre):
    take_in(centre, order())
    matter = matter_of(N)
    do(centre, matter, "give_back", reason="属住建部门职责")
    assert matter_of(N).state == "returned"
    with scoped(centre):
        shown, bad = acts.told_now(owed(REPLIES, matter), REPLIES)
    assert "属住建部门职责" in shown and not bad


def test_an_office_hands_it_back_to_the_centre_above_and_no_longer_sees_it(w, centre):
    take_in(centre, order())
    matter = matter_of(N)
    do(centre, matter, "pass_on", area=world.OFFICE)
    do(w.actor("所长"), matter, "hand_up", reason="不在本所辖区")
    assert (matter_of(N).area, matter_of(N).state, matter_of(N).assignee) == (world.DISTRICT, "received", None)
    with scoped(w.actor("所长")):
        assert not Matter.objects.filter(pk=matter.pk).exists()
        assert not Order.objects.filter(number=N).exists(), "what stands beneath it went with it"


def test_the_enterprise_s_own_scope_never_reaches_what_is_about_it(w, centre):
    take_in(centre, order(诉求类型="举报"))
    matter = handled(w, centre)
    with scoped(party_of(w.entity)):
        assert not Matter.objects.filter(pk=matter.pk).exists()
        assert not LedgerEntry.objects.filter(kind__startswith="report.", data__has_key="meant").exists()
        assert not Order.objects.filter(matter=matter.pk).exists()
    with scoped(SYSTEM):
        assert Matter.objects.get(pk=matter.pk).entity_id == w.entity.pk


def test_a_ring_that_nobody_answers_is_no_contact(w, centre):
    take_in(centre, order())
    matter = handled(w, centre)
    with scoped(w.actor("甲")):
        call = calling.begun(matter, "person", w.actor("甲"))
        assert calling.begun(matter, "person", w.actor("甲")) == call, "a second tap is no second call"
    do(w.actor("甲"), matter, "contact", call=call.uid, whom="person", reached=False)
    with scoped(SYSTEM):
        assert Item.objects.get(pk=matter.pk).contacted is None
    assert "complaints.contact_within" in clocks(matter)


def test_daily_reconciliation_finds_what_only_they_have(w, centre):
    take_in(centre, order())
    matter = answered(w, centre)
    with scoped(centre):
        export(REPLIES, [owed(REPLIES, matter).uid], centre)
        rows = [["工单编号", "工单状态", "办理结果"], [N, "办结", "未解决"], ["ZB-别处", "办结", "已解决"]]
        arrival = arriving.take_in(REPLIES, "list", book(rows), world.CITY, centre)
        found = set(arrival.lines.values_list("code", "key"))
    assert found == {("content", N), ("state", N), ("there_only", "ZB-别处")}


@pytest.mark.parametrize(
    ("received", "accepted", "rule_says"),
    [("2026-04-14", "2026-04-20", "45 working days"), ("2026-04-15", "2026-04-20", "60 days")],
)
def test_mediation_runs_by_the_law_of_the_day_of_receipt(w, centre, received, accepted, rule_says):
    take_in(centre, order(受理时间=f"{received} 10:00"))
    matter = handled(w, centre)
    at = calendar.start_of(dt.date.fromisoformat(accepted)) + dt.timedelta(hours=10)
    with scoped(w.actor("甲")):
        perform(Matter.objects.get(pk=matter.pk), "accept", w.actor("甲"), at=at)
    with scoped(SYSTEM):
        clock = Clock.objects.get(matter=matter, rule="complaints.mediate_within")
    assert clock.basis["limit"] == rule_says


def test_a_dispatcher_may_not_see_what_lies_in_another_district(w, centre):
    with scoped(SYSTEM):
        w.person("淄川中心", Role.DISPATCHER, world.NEIGHBOUR)
    take_in(centre, order())
    with scoped(w.actor("淄川中心")):
        assert not Matter.objects.filter(kind="complaint").exists()


def test_the_office_of_the_shop_that_is_meant_is_proposed(w, centre):
    take_in(centre, order())
    matter = matter_of(N)
    assert matter.item.office == ""
    do(centre, matter, "name", meant="confirmed", entity=w.entity.pk, premises=w.premises.pk)
    assert matter_of(N).item.office == world.OFFICE
    do(centre, matter, "pass_on", area=world.OFFICE)
    assert matter_of(N).item.office == "", "it is there"


def test_whoever_handles_it_sees_what_the_same_person_brought_before_and_nobody_else_does(w, centre):
    take_in(
        centre,
        order(),
        order("ZB2", 来电号码="13805331234", 诉求内容="又吃出虫子"),
        order("ZB3", 来电号码="13900000000"),
    )
    matter = handled(w, centre)
    for number in ("ZB2", "ZB3"):
        do(centre, matter_of(number), "pass_on", area=world.OFFICE)
    other = handled_too(w, "ZB3")
    with scoped(w.actor("甲")) as holder:
        found = before.seen_before(matter, Item.objects.get(pk=matter.pk), holder)
        assert {one.matter.pk: "".join(one.reasons) for one in found} == {
            other.pk: "30 天内同一被诉主体",
            matter_of("ZB2").pk: "诉求人电话相同",
        }
    with scoped(w.actor("李桂芬")) as clerk:
        found = before.seen_before(matter, Item.objects.get(pk=matter.pk), clerk)
        assert [one.matter.pk for one in found] == [other.pk], "of the person only who handles it"


def handled_too(w, number: str) -> Matter:
    """Named by the office as the same restaurant's."""
    return do(w.actor("所长"), matter_of(number), "name", meant="confirmed", entity=w.entity.pk, premises=w.premises.pk)


def test_a_number_that_comes_when_all_is_answered_gets_the_answer_too(w, centre):
    registered = {
        "登记编号": "3703000020261130000009", "登记时间": f"{world.in_days(-1):%Y-%m-%d} 09:10", "业务类型": "投诉",
        "提供方姓名": "张先生", "联系电话": "13805331234", "内容": "吃出头发，要求退款",
    }  # fmt: skip
    take_in(centre, registered, table="amr12315/items")
    matter = answered(w, centre, "3703000020261130000009")
    take_in(centre, order(诉求内容="已在12315登记，编号3703000020261130000009。"))
    reply = owed(REPLIES, matter)
    assert (reply.key, reply.state) == (N, State.TO_REPORT)


def test_a_withdrawn_complaint_was_not_accepted(w, centre):
    take_in(centre, order())
    do(centre, matter_of(N), "withdraw", reason="已自行解决")
    with scoped(SYSTEM):
        assert exchange.answer_row(matter_of(N))["accepted"] == ""


def test_what_is_to_be_routed_and_approved_stands_on_the_to_do(w, centre):
    take_in(centre, order(), order("ZB2"), order("ZB3", 诉求类型="举报"))
    matter = handled(w, centre)
    do(w.actor("甲"), matter, "settle", why="已退款")
    do(w.actor("甲"), matter, "reply", reply="商家已退款给您。")
    said = {}
    for name in ("市中心", "所长", "外区", "甲"):
        with scoped(w.actor(name)) as actor:
            said[name] = [line.words for line in lines(actor)]
    assert {"投诉：1 件待分派", "举报：1 件待分派"} <= set(said["市中心"])
    assert "投诉：1 件答复待审核" in said["所长"] and "投诉：1 件待分派" not in said["所长"]
    assert not [one for name in ("外区", "甲") for one in said[name] if "待分派" in one or "答复" in one]
