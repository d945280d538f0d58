"""The yearly plan and the list of items: made from what is due, approved by another person, read by the public."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import threading
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.utils import translation
from tests import world
from tests.programmes.inspection.test_capping import today_and

from zhijian.kernel.accounts.actor import PUBLIC, SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import NotAllowed, NotFound, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.packs import changes
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.fair import planning
from zhijian.programmes.inspection.fair.items import Item, items
from zhijian.programmes.inspection.fair.models import PlanLine, PlanPlace, PublishedPlan, YearPlan
from zhijian.programmes.inspection.fair.plan_pages import COLUMNS
from zhijian.programmes.inspection.models import Inspection

YEAR = calendar.today().year
FOOD = Item("food", "餐饮服务监督检查", basis="食品安全法", lists=("test.food",)).told()


def set_rule(rule: Any, value: Any) -> None:
    with scoped(SYSTEM):
        changes.override(rule.name, actor=SYSTEM, since=dt.date(YEAR, 1, 1), value=value, reason="本局决定")


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.head, made.inspector, made.second
        made.person("区局", Role.HEAD, world.DISTRICT)
    set_rule(rules.ITEMS, [FOOD])
    return made


def shop(name: str, risk: str = "", area: str = world.OFFICE, trade: str = "restaurant") -> Premises:
    with scoped(SYSTEM):
        entity = Entity.objects.create(name=name, area=area)
        return Premises.objects.create(entity=entity, name=name, area=area, trade=trade, risk=risk)


def begun(w: world.World, area: str = world.OFFICE, who: str = "所长", year: int = YEAR) -> Matter:
    with scoped(w.actor(who)) as actor:
        return planning.open_plan(actor, About("", area), {"area": area, "year": year})


def step(w: world.World, matter: Matter, verb: str, who: str = "所长", **facts: Any) -> Matter:
    with scoped(w.actor(who)) as actor:
        return perform(matter, verb, actor, **facts)


def published(w: world.World) -> Matter:
    matter = step(w, begun(w), "submit")
    return step(w, step(w, matter, "approve", "区局"), "publish")


def named(matter: Matter) -> dict[str, int]:
    with scoped(SYSTEM):
        rows = PlanPlace.objects.filter(line__plan=matter.pk).values_list("premises__name", "visits")
        return dict(rows)


# What is due.


@pytest.mark.parametrize(
    ("last", "year", "visits"),
    [(None, 2026, 1), (dt.date(2024, 1, 1), 2026, 1), (dt.date(2024, 12, 31), 2026, 1), (dt.date(2025, 1, 1), 2026, 0),
     (dt.date(2020, 5, 5), 2026, 1), (dt.date(2024, 2, 29), 2025, 0)],
)  # fmt: skip
def test_without_a_grade_a_place_is_due_in_the_year_in_which_two_years_end(
    db: None, last: dt.date | None, year: int, visits: int
) -> None:
    assert planning.times("", last, year) == visits


@pytest.mark.parametrize(("grade", "visits"), [("A", 1), ("B", 1), ("C", 2), ("D", 3)])
def test_a_grade_says_how_many_at_least(db: None, grade: str, visits: int) -> None:
    assert planning.times(grade, calendar.today(), YEAR) == visits


def test_a_plan_names_who_is_due_and_leaves_out_who_was_visited_who_is_closed_and_who_is_elsewhere(
    w: world.World,
) -> None:
    shop("丁级", "D")
    recent, closed = shop("去年查过"), shop("关了")
    shop("别所", area=world.SISTER)
    shop("无清单", trade="bank")
    with scoped(SYSTEM):
        Premises.objects.filter(pk=closed.pk).update(status="closed")
        matter = today_and(w)
        now = dt.datetime.now(dt.UTC)
        Matter.objects.filter(pk=matter.pk).update(premises=recent.pk)
        Inspection.objects.filter(pk=matter.pk).update(ended=now)
    plan = begun(w)
    assert named(plan) == {"清风小馆(水晶街店)": 1, "丁级": 3}
    with scoped(SYSTEM):
        line = PlanLine.objects.get(plan=plan.pk)
        assert (line.visits, line.item, line.area) == (4, "food", world.OFFICE)


def test_a_place_of_several_items_stands_in_one_line(w: world.World) -> None:
    set_rule(rules.ITEMS, [FOOD, {**FOOD, "code": "twice"}])
    assert named(begun(w)) == {"清风小馆(水晶街店)": 1}


def test_a_district_s_plan_has_a_line_for_each_office(w: world.World) -> None:
    shop("科苑一家", area=world.SISTER)
    plan = begun(w, world.DISTRICT, "区局")
    with scoped(SYSTEM):
        assert [one.area for one in PlanLine.objects.filter(plan=plan.pk)] == [world.SISTER, world.OFFICE]
    with scoped(w.actor("所长")):
        assert {one.area for one in PlanLine.objects.all()} == {world.OFFICE}, "row security"
    with scoped(PUBLIC):
        assert not PlanPlace.objects.exists()


def test_an_area_has_one_plan_a_year_and_a_withdrawn_one_makes_room(w: world.World) -> None:
    plan = begun(w)
    with pytest.raises(NotOpen):
        begun(w)
    step(w, plan, "withdraw", reason="重编")
    begun(w)


def test_two_who_begin_it_at_once(fresh_database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with scoped(SYSTEM):
        w = world.make()
        w.head
    meet, said = threading.Barrier(2), []

    def once() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            meet.wait(timeout=5)
        try:
            begun(w)
            said.append("begun")
        except NotOpen:
            said.append("there is one")
        finally:
            connection.close()

    threads = [threading.Thread(target=once) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert sorted(said) == ["begun", "there is one"]


# Handing in, deciding, publishing, changing.


def test_whoever_handed_it_in_does_not_decide(w: world.World) -> None:
    matter = step(w, begun(w, who="区局"), "submit", "区局")
    with pytest.raises(NotOpen):
        step(w, matter, "approve", "区局")
    assert step(w, matter, "approve").state == "approved"


def test_an_empty_plan_is_not_handed_in(w: world.World) -> None:
    set_rule(rules.ITEMS, [{**FOOD, "lists": []}])
    plan = begun(w)
    with pytest.raises(NotOpen):
        step(w, plan, "submit")
    step(w, plan, "add_line", office=world.OFFICE, item="food", visits=5)
    assert step(w, plan, "submit").state == "submitted"


def test_lines_are_added_for_listed_items_of_its_own_offices_once(w: world.World) -> None:
    plan = begun(w)
    for office, item in [(world.OFFICE, "nothing"), (world.NEIGHBOUR_OFFICE, "food"), (world.OFFICE, "food")]:
        with pytest.raises(NotOpen):
            step(w, plan, "add_line", office=office, item=item, visits=1)


def test_the_public_reads_numbers_and_no_names_and_a_change_with_its_day(w: world.World, client: Client) -> None:
    plan = published(w)
    page = client.get(f"/plan/{world.OFFICE}/{YEAR}/", headers={"accept-language": "en"}).content.decode()
    assert "餐饮服务监督检查" in page
    assert "清风小馆" not in page
    with scoped(SYSTEM):
        line = PlanLine.objects.get(plan=plan.pk)
    step(w, plan, "change", line=line.pk, visits=7, reason="新开业增加")
    page = client.get(f"/plan/{world.OFFICE}/{YEAR}/", headers={"accept-language": "en"}).content.decode()
    assert "Visits in all: 7" in page
    assert f"Changed on {calendar.today():%Y-%m-%d}" in page
    with scoped(SYSTEM):
        assert LedgerEntry.objects.get(kind="visit_plan.change").data["reason"] == "新开业增加"
        assert PublishedPlan.objects.get().changed_on == calendar.today()
    assert client.get(f"/plan/{world.SISTER}/{YEAR}/").status_code == 404


def test_a_line_of_another_plan_is_not_changed_through_this_one(w: world.World) -> None:
    plan, other = begun(w), begun(w, year=YEAR + 1)
    with scoped(SYSTEM):
        line = PlanLine.objects.filter(plan=other.pk).first()
    with pytest.raises(NotOpen):
        step(w, plan, "set_line", line=line.pk, visits=1)


def test_the_neighbour_neither_sees_nor_plans(w: world.World) -> None:
    plan = begun(w)
    w.stranger
    with pytest.raises(NotFound):
        step(w, plan, "submit", "外区")
    with pytest.raises(NotAllowed):
        begun(w, who="外区", year=YEAR + 1)


# Which visits are of the plan.


def test_a_planned_visit_is_of_its_line_and_counted_there(w: world.World) -> None:
    plan = published(w)
    visit = today_and(w, checklist=w.checklist.pk)
    with scoped(SYSTEM):
        line = PlanLine.objects.get(plan=plan.pk)
        assert Inspection.objects.get(pk=visit.pk).line == line
        assert planning.done(YearPlan.objects.get(pk=plan.pk)) == {line.pk: (1, 0)}
        perform(visit, "cancel", SYSTEM, reason="重复")
        assert planning.done(YearPlan.objects.get(pk=plan.pk)) == {}


@pytest.mark.parametrize("what", ["tell", "doubt", "refuse"])
def test_a_visit_of_no_line_is_told_doubted_or_refused(w: world.World, what: str) -> None:
    set_rule(rules.UNPLANNED, what)
    if what == "refuse":
        with pytest.raises(NotOpen):
            today_and(w)
        today_and(w, purpose="complaint", outside_reason="12315 第 9 号")
        published(w)
        assert [one["code"] for one in today_and(w).flags] == ["same_day"]
    else:
        assert [one["code"] for one in today_and(w).flags if one["code"] != "same_day"] == (
            ["unplanned"] if what == "doubt" else []
        )


@pytest.mark.parametrize("what", ["tell", "doubt", "refuse"])
def test_a_list_of_no_item_is_told_doubted_or_refused(w: world.World, what: str) -> None:
    set_rule(rules.UNLISTED, what)
    today_and(w, checklist=w.checklist.pk), today_and(w)
    set_rule(rules.ITEMS, [{**FOOD, "lists": ["cn.food_service"]}])
    if what == "refuse":
        for facts in ({}, {"checklist": w.checklist.pk}, {"purpose": "complaint", "outside_reason": "12315 第 9 号"}):
            with pytest.raises(NotOpen) as error:
                today_and(w, **facts)
            assert "餐饮服务监督检查要点表" in error.value.message
    else:
        assert [one["code"] for one in today_and(w).flags if one["code"] != "same_day"] == (
            ["unlisted"] if what == "doubt" else []
        )


def test_shipped_every_shipped_list_stands_in_an_item_and_none_is_made_up(db: None) -> None:
    from zhijian.programmes.inspection.checklists import in_force, load_shipped
    from zhijian.programmes.inspection.fair.items import unlisted

    with scoped(SYSTEM):
        load_shipped()
        lists = in_force(calendar.today())
        assert lists
        assert unlisted(lists, calendar.today()) == []
        known = {one.code for one in lists} | {"cn.food_service_2016"}
        assert {code for one in items(calendar.today()) for code in one.lists} <= known
    assert rules.ITEMS.on(calendar.today()).unverified


# Excel.


def workbook(*rows: list[Any]) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return SimpleUploadedFile("计划.xlsx", held.getvalue())


def sent(client: Client, plan: Matter, *rows: list[Any], language: str = "en") -> Any:
    with translation.override(language):
        file = workbook([str(head) for head in COLUMNS.values()], *rows)
    return client.post(f"/plans/{plan.uid}/sheet/", {"file": file}, headers={"accept-language": language})


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_sheet_comes_back_with_other_numbers_and_new_lines(w: world.World, client: Client, language: str) -> None:
    set_rule(rules.ITEMS, [FOOD, {**FOOD, "code": "more", "lists": []}])
    plan = begun(w)
    client.force_login(w.head)
    out = b"".join(client.get(f"/excel/visit_plan_lines/?plan={plan.uid}").streaming_content)
    rows = list(openpyxl.load_workbook(io.BytesIO(out)).worksheets[0].values)
    assert (rows[1][0], rows[1][2], rows[1][4]) == (world.OFFICE, "food", 1)
    answer = sent(client, plan, [world.OFFICE, "food", 9, "秋季"], [world.OFFICE, "more", 2, ""], language=language)
    assert answer.status_code == 302, answer.content.decode()
    with scoped(SYSTEM):
        lines = PlanLine.objects.filter(plan=plan.pk).order_by("pk")
        assert [(one.item, one.visits, one.note) for one in lines] == [("food", 9, "秋季"), ("more", 2, "")]


@pytest.mark.parametrize(
    "row", [[world.OFFICE, "food", "many"], [world.OFFICE, "no", 1], ["999", "food", 1], [world.SISTER, "food", 1]]
)
def test_a_sheet_with_a_wrong_row_changes_nothing_and_says_which(
    w: world.World, client: Client, row: list[Any]
) -> None:
    plan = begun(w)
    client.force_login(w.head)
    answer = sent(client, plan, [world.OFFICE, "food", 9], row)
    assert answer.status_code == 422
    assert "Row 3" in answer.content.decode()
    with scoped(SYSTEM):
        assert PlanLine.objects.get(plan=plan.pk).visits == 1


def test_what_is_no_workbook_is_refused(w: world.World, client: Client) -> None:
    plan = begun(w)
    client.force_login(w.head)
    for file in (SimpleUploadedFile("x.xlsx", b"not a zip"), workbook(["a", "b"])):
        assert client.post(f"/plans/{plan.uid}/sheet/", {"file": file}).status_code == 422
    assert client.post(f"/plans/{plan.uid}/sheet/").status_code == 422


ITEM_HEADS = ["Item code", "Item", "Item level", "Basis", "Codes of checklists"]


def test_the_bureau_s_own_list_takes_the_place_of_the_shipped_one(w: world.World, client: Client) -> None:
    with scoped(SYSTEM):
        client.force_login(w.person("科室", Role.SECTION, world.CITY))
    form = {"since": calendar.today().isoformat(), "reason": "市政府公布"}
    rows = [ITEM_HEADS, ["a", "甲事项", "key item", "某法", "test.food"]]
    for bad in (["b", "乙", "", "", ""], ["a", "又", "", "法", ""], ["c", "丙", "", "法", "no.list"]):
        answer = client.post(
            "/visits/items/", {**form, "file": workbook(*rows, bad)}, headers={"accept-language": "en"}
        )
        assert answer.status_code == 422
        assert "Row 3" in answer.content.decode()
    answer = client.post("/visits/items/", {**form, "file": workbook(*rows)}, headers={"accept-language": "en"})
    assert answer.status_code == 302
    assert [(one.code, one.level, one.lists) for one in items(calendar.today())] == [("a", "key", ("test.food",))]
    page = client.get("/visits/items/", headers={"accept-language": "zh-hans"}).content.decode()
    assert "甲事项" in page
    client.force_login(w.head)
    assert client.post("/visits/items/", {**form, "file": workbook(*rows)}).status_code == 403


def test_pages_of_a_plan(w: world.World, client: Client) -> None:
    plan = published(w)
    with scoped(SYSTEM):
        line = PlanLine.objects.get(plan=plan.pk)
    client.force_login(w.head)
    page = client.get(f"/m/{plan.uid}/", headers={"accept-language": "en"}).content.decode()
    assert "As the public reads it" in page
    assert "清风小馆" in client.get(f"/plans/{plan.uid}/{line.pk}/").content.decode()
    assert client.get(f"/plans/{plan.uid}/{line.pk + 1}/").status_code == 404
    begin = client.get("/new/visit_plan/begin/", headers={"accept-language": "en"}).content.decode()
    assert str(YEAR + 1) in begin
    made = client.post("/new/visit_plan/begin/", {"f-area": world.OFFICE, "f-year": str(YEAR + 1)})
    assert made.status_code == 302
    with transaction.atomic(), scoped(SYSTEM):
        assert YearPlan.objects.filter(year=YEAR + 1).exists()
    with translation.override("en"):
        assert client.get("/l/visit_plan/").status_code == 200
