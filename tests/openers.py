"""How a test opens a matter of each kind, with facts that no table can invent. A flow without an opener fails."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from django.utils import timezone
from tests import world
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.ratings import calling
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.complaints.flow import flow_for
from zhijian.programmes.complaints.handling import recall
from zhijian.programmes.complaints.models import Line, Mediation, Reward
from zhijian.programmes.equipment import flow as equipment_flow
from zhijian.programmes.equipment.models import Equipment
from zhijian.programmes.equipment.public import begin
from zhijian.programmes.grading.computing import settle
from zhijian.programmes.inspection import flow
from zhijian.programmes.inspection.draw.acts import open_draw
from zhijian.programmes.inspection.fair.models import YearPlan
from zhijian.programmes.inspection.fair.planning import open_plan
from zhijian.programmes.inspection.models import Inspection
from zhijian.programmes.returns.flow import PLEDGE
from zhijian.programmes.spot_penalty import flow as penalty_flow
from zhijian.programmes.stations import rules
from zhijian.programmes.stations.flow import DISPUTE, STATION
from zhijian.programmes.stations.models import Station
from zhijian.programmes.supervision.flow import JOINT, SUPERVISION

Opener = Callable[[world.World], Matter]


def _child(w: world.World, of: flow.Flow, verb: str, **facts: object) -> Matter:
    parent = plan(w)
    with scoped(SYSTEM):
        return perform(
            of, verb, SYSTEM, about=About("发现的问题", world.OFFICE, w.entity, w.premises, parent),
            by_field={"inspection": Inspection.objects.get(pk=parent.pk)}, **facts,
        )  # fmt: skip


def rectification(w: world.World) -> Matter:
    matter = _child(
        w, flow.RECTIFICATION, "order", item="1.2", found="未公示", required="补齐公示",
        deadline=world.in_days(7),
    )  # fmt: skip
    with scoped(SYSTEM):
        Matter.objects.filter(pk=matter.pk).update(assignee=w.inspector)
    return matter


def closed_visit(w: world.World) -> Matter:
    """A visit that is over, of the office's pair."""
    matter = plan(w)
    with scoped(SYSTEM):
        now = timezone.now()
        return perform(
            matter, "finish", SYSTEM, result="compliant", failed=0, items_checked=3, started=now, ended=now,
            record_id=uuid7(), record_digest="0" * 64,
        )  # fmt: skip


def return_call(w: world.World) -> Matter:
    call = calling.ask(closed_visit(w), "sample")
    with scoped(SYSTEM):
        return Matter.objects.get(pk=call.pk)


def piece(w: world.World, code: str = "", **more: object) -> Matter:
    """A lift of the restaurant, inspected a year and a half ago."""
    code = code or f"3110{uuid7().hex[-12:].upper()}"
    given = {"name": "乘客电梯", "place": "水晶街 1 号", "supervised_on": world.in_days(-550), **more}
    with scoped(SYSTEM):
        about = About(code, world.OFFICE, w.entity, w.premises)
        return perform(equipment_flow.EQUIPMENT, "register", SYSTEM, about=about, code=code, **given)


def equipment_order(w: world.World) -> Matter:
    matter = piece(w)
    with scoped(SYSTEM):
        perform(
            matter, "order", SYSTEM, ground="hazard", problem="门锁失效", required="停用并修理", stop=True,
            deadline=world.in_days(5), first=w.inspector.pk, other=w.second.pk,
        )  # fmt: skip
        return matter.children.get()


def lift_call(w: world.World) -> Matter:
    matter = piece(w)
    with scoped(SYSTEM):
        return begin(Equipment.objects.select_related("matter__entity", "maintainer").get(pk=matter.pk), "trapped", {})


def visit_plan(w: world.World) -> Matter:
    """A year's plan of the office: each opening is for another year, from what is due there."""
    w.head, w.inspector, w.second
    year = 2030 + YearPlan.objects.count()
    with scoped(w.actor("所长")) as head:
        matter = open_plan(head, About("", world.OFFICE), {"area": world.OFFICE, "year": min(year, 2099)})
        perform(matter, "add_line", head, office=world.OFFICE, item="product_seller", visits=2)
        return perform(matter, "add_line", head, office=world.OFFICE, item="metrology", visits=3)


def visit_draw(w: world.World, **wish: object) -> Matter:
    """A random draw of the office, by its head: the restaurant and whoever else is there."""
    w.head, w.inspector, w.second
    facts = {"area": world.OFFICE, "first": world.in_days(2), "last": world.in_days(12)} | wish
    with scoped(w.actor("所长")) as head:
        return open_draw(head, About("", world.OFFICE), facts)


def grading(w: world.World) -> Matter:
    """The restaurant's grade, computed and not confirmed yet."""
    with scoped(SYSTEM):
        settle([w.premises.pk])
        return Matter.objects.get(kind="grading", premises=w.premises, closed=None)


def visit_question(w: world.World) -> Matter:
    """A closed visit of the restaurant that took far less time than usual, as the night's job asks about it."""
    visit = closed_visit(w)
    with scoped(SYSTEM):
        of = {"about": "short", "inspection": Inspection.objects.get(pk=visit.pk)}
        about = About(visit.title, visit.area)
        return perform(
            flow.VISIT_QUESTION, "ask_short", SYSTEM, about=about, by_field=of, minutes=9, usual=40, compared=31
        )


def spot_penalty(w: world.World, **more: object) -> Matter:
    """A fine of two hundred yuan, decided at a visit of the restaurant, to be paid at the bank."""
    parent = plan(w)
    given = {"decided": "罚款贰佰元整", "item": "1.2", "found": "许可证未悬挂", "violated": "食品安全法第55条",
             "basis": "食品安全法第126条", "fine": 200, **more}  # fmt: skip
    by_field = {
        "side": "citizen", "most": 200, "told": True, "payment": "bank" if given["fine"] else "none",
        "officers": [{"name": "甲", "certificate_no": "鲁C-1"}], "record_id": uuid7(), "record_digest": "0" * 64,
    }  # fmt: skip
    with scoped(SYSTEM):
        matter = perform(
            penalty_flow.SPOT_PENALTY, "decide" if given["fine"] else "warn", SYSTEM, by_field=by_field,
            about=About("1.2 许可证未悬挂", world.OFFICE, w.entity, w.premises, parent), **given,
        )  # fmt: skip
        Matter.objects.filter(pk=matter.pk).update(assignee=w.inspector)
    return matter


def item(w: world.World, sort: str) -> Matter:
    """A complaint, report or enquiry about the restaurant that came by telephone, with its inspector."""
    with scoped(SYSTEM):
        matter = perform(
            flow_for(sort), "register", SYSTEM, about=About("", world.OFFICE), by_field={"sort": sort}, channel="phone",
            person="张先生", phone="13805331234", said_name="清风小馆", text="吃出异物，要求退款",
        )  # fmt: skip
        perform(matter, "name", SYSTEM, meant="confirmed", entity=w.entity.pk, premises=w.premises.pk)
        return perform(Matter.objects.get(pk=matter.pk), "assign", SYSTEM, assignee=w.inspector.pk)


def mediation(w: world.World) -> Matter:
    """The mediation of a complaint, the enterprise just asked."""
    complaint = item(w, "complaint")
    with scoped(SYSTEM):
        complaint = perform(complaint, "accept", SYSTEM)
        perform(complaint, "consent", SYSTEM, consent_named=True, consent_delegate=True)
        perform(complaint, "invite", SYSTEM, subject="就餐时发现异物", request="退还餐费")
        return Mediation.objects.select_related("matter").get(of=complaint).matter


def report_reward(w: world.World) -> Matter:
    """A reward for a report on which a case was opened, just proposed."""
    report = item(w, "report")
    with scoped(SYSTEM):
        perform(report, "decide", SYSTEM, filed=True, why="属实")
        perform(report, "propose_reward", SYSTEM, level="2", fined="20000", merit="查证属实")
        return Reward.objects.select_related("matter").get(of=report).matter


def item_recall(w: world.World) -> Matter:
    """A return call about an answered enquiry."""
    enquiry = item(w, "enquiry")
    with scoped(SYSTEM):
        perform(enquiry, "reply", SYSTEM, reply="可以到窗口办理。", outcome="explained")
        return recall.ask(perform(enquiry, "approve", SYSTEM))


def supervision(w: world.World) -> Matter:
    """An order of the district about a complaint of the office."""
    of = item(w, "complaint")
    with scoped(SYSTEM):
        about = About(of.title, of.area, of.entity, of.premises, of)
        by = {"of": of, "by_area": world.DISTRICT}
        return perform(SUPERVISION, "order", SYSTEM, about=about, by_field=by, what="说明超期原因，三日内答复")


def joint_handling(w: world.World) -> Matter:
    """What a sister office asks of the office about a complaint of its own."""
    with scoped(SYSTEM):
        of = item(w, "complaint")
        Matter.objects.filter(pk=of.pk).update(area=world.SISTER)
        of = Matter.objects.get(pk=of.pk)
        by = {"of": of, "by_area": of.area, "of_kind": of.kind, "of_number": of.number}
        about = About("查进货来源", world.OFFICE, of.entity, of.premises, of)
        return perform(
            JOINT, "ask", SYSTEM, about=about, by_field=by, area=world.OFFICE, subject="查进货来源",
            what="请查该批次的供货单位", excerpt="吃出异物",
        )  # fmt: skip


def station(w: world.World, state: str = "applied", sort: str = "trade") -> Matter:
    """A station of the restaurant, as far as it got."""
    with scoped(SYSTEM):
        about = About("水晶街服务站", world.OFFICE, w.entity)
        made = perform(
            STATION, "apply", SYSTEM, about=about, sort=sort, name=about.title, address="水晶街 1 号",
            phone="0533-2180099", hours="9:00—17:00",
        )  # fmt: skip
        if state == "applied":
            return made
        items = rules.standard(sort, made.day)
        given = {str(n): most for n, most in enumerate(items.values(), 1)}
        made = perform(made, "look", SYSTEM, given=given, found={"1": "挂在入口处"})
        return made if state == "looked" else perform(made, "approve", SYSTEM)


def station_dispute(w: world.World) -> Matter:
    """A complaint of the office that was sent to the restaurant's own station."""
    of, to = item(w, "complaint"), station(w, "in_force")
    with scoped(SYSTEM):
        by = {"of": of, "station": Station.objects.get(pk=to.pk), "person": "张三", "phone": "13800138000"}
        about = About(to.title, of.area, w.entity, None, of)
        return perform(DISPUTE, "send", SYSTEM, about=about, by_field=by, summary="菜里吃出异物", request="退款")


def complaint_line(w: world.World) -> Matter:
    """What is to be published of a complaint that was settled and answered."""
    complaint = item(w, "complaint")
    with scoped(SYSTEM):
        perform(complaint, "settle", SYSTEM, why="商家退款")
        perform(complaint, "reply", SYSTEM, reply="双方达成一致，商家退款。", outcome="solved")
        perform(complaint, "approve", SYSTEM)
        return Line.objects.select_related("matter").get(of=complaint).matter


def pledged(**more: object) -> dict[str, object]:
    """What a shop pledges."""
    return {
        "goods": "clothes", "scope": "服装、鞋帽", "excluded": "贴身衣物", "days": 7,
        "condition": "商品完好，带购物小票", "refund_days": 3, "valid_until": world.in_days(365), **more,
    }  # fmt: skip


def return_pledge(w: world.World, **more: object) -> Matter:
    """What another shop of the restaurant's enterprise pledges, not looked at yet."""
    with scoped(SYSTEM):
        shop = Premises.objects.create(
            entity=w.entity, name="清风鞋店", address="水晶街 3 号", area=world.OFFICE, trade="product_seller",
            lat=Decimal("36.812"), lon=Decimal("118.052"),
        )  # fmt: skip
        about = About(shop.name, world.OFFICE, w.entity, shop)
        return perform(PLEDGE, "pledge", SYSTEM, about=about, **pledged(**more))


OPENERS: dict[str, Opener] = {
    "inspection": plan,
    "rectification": rectification,
    "lead": lambda w: _child(w, flow.LEAD, "propose", items=["1.1"], found="无证", basis="食法35"),
    "unreachable": lambda w: _child(w, flow.UNREACHABLE, "seek", address="水晶街 1 号"),
    "return_call": return_call,
    "equipment": piece,
    "equipment_order": equipment_order,
    "lift_call": lift_call,
    "visit_plan": visit_plan,
    "visit_draw": visit_draw,
    "visit_question": visit_question,
    "spot_penalty": spot_penalty,
    "grading": grading,
    "publication": lambda w: _child(w, flow.PUBLICATION, "await"),
    "mediation": mediation,
    "report_reward": report_reward,
    "item_recall": item_recall,
    "station": station,
    "station_dispute": station_dispute,
    "supervision": supervision,
    "joint_handling": joint_handling,
    "return_pledge": return_pledge,
    "complaint_line": complaint_line,
    **{kind: partial(item, sort=kind) for kind in ("complaint", "report", "enquiry")},
}
