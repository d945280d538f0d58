"""A place's grade from its first visit to a review, and the days of the visits that follow from it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests import world
from tests.kernel.matters.test_scope import plan
from tests.openers import grading

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.errors import Conflict, NotAllowed, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import offers, perform
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.packs import changes
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.grading import computing, explaining, points, reading, rules
from zhijian.programmes.grading.models import Event, Grading, Held
from zhijian.programmes.inspection.models import Answer, ByList, Checklist, Inspection

pytestmark = pytest.mark.django_db


@pytest.fixture
def w():
    with scoped(SYSTEM):
        made = world.make()
        made.inspector, made.second, made.head
        Checklist.objects.filter(pk=made.checklist.pk).update(code="cn.food_service")
        made.checklist.refresh_from_db()
        yield made


def visit(
    w: world.World, day: dt.date, *failed: str, purpose: str = "routine", premises: Premises | None = None
) -> Matter:
    """A visit that went by the three items of the world's list; those named did not comply."""
    at = calendar.start_of(day) + dt.timedelta(hours=10)
    with scoped(SYSTEM):
        matter = plan(w)
        Inspection.objects.filter(pk=matter.pk).update(purpose=purpose)
        if premises is not None:
            Matter.objects.filter(pk=matter.pk).update(premises=premises)
        key = sum(no == "1.1" for no in failed)
        record = Inspection.objects.get(pk=matter.pk)
        for one in world.ITEMS:
            Answer.objects.create(
                inspection=record, item=one["no"], key=one["key"], answer="no" if one["no"] in failed else "yes", at=at
            )
        counts = {"items_checked": 3, "failed": len(failed), "failed_key": key}
        ByList.objects.create(inspection=record, checklist=w.checklist, **counts)
        return perform(
            matter, "finish", SYSTEM, at=at, result="compliant", failed=len(failed), items_checked=3, started=at,
            ended=at, record_id=uuid7(), record_digest="0" * 64, by_field={"failed_key": key},
        )  # fmt: skip


def record(matter: Matter) -> Grading:
    return Grading.objects.select_related("matter").get(pk=matter.pk)


def confirm(w: world.World, matter: Matter, verb: str = "confirm", **facts: object) -> Grading:
    with scoped(w.actor("所长")) as head:
        perform(Matter.objects.get(pk=matter.pk), verb, head, **facts)
    return record(matter)


def test_a_visit_that_is_recorded_proposes_a_grade_that_names_the_visit(w) -> None:
    done = visit(w, calendar.today(), "1.1", "1.2")
    jobs.run_pending()
    matter = Matter.objects.get(kind="grading", premises=w.premises)
    made = record(matter)
    assert (matter.state, made.grade, made.computed) == ("proposed", "", "A")
    assert made.dynamic == points.Decimal("1.5"), "a key item 1, a general one 0.5"
    found = next(part for part in explaining.parts(made) if part.code == "dynamic")
    assert [one.words for one in found.reasons] == ["1.1 食品经营许可证有效", "1.2 醒目处公示许可证"]
    assert found.reasons[0].seen == [(calendar.today().isoformat(), done.number, str(done.uid))]
    assert found.grounds[0]["rule"] == "grading.dynamic" and found.grounds[0]["unverified"]
    assert (made.needed, made.made, made.left) == (1, 1, 0)
    assert matter.due == dt.date(calendar.today().year + 1, 12, 31), "grade A: the next one next year"


def test_a_person_confirms_it_the_enterprise_is_told_and_the_decision_is_kept(w) -> None:
    matter = grading(w)
    with scoped(w.actor("甲")) as inspector, pytest.raises(NotAllowed):
        perform(matter, "confirm", inspector)
    made = confirm(w, matter)
    assert (made.matter.state, made.grade, made.since) == ("held", "A", calendar.today())
    held = Held.objects.get(grading=made)
    assert (held.grade, held.computed, held.by_name, held.reason) == ("A", "A", "所长", "")
    assert held.lines == made.lines and held.tables[0]["rule"] == "grading.static_service"
    assert Notice.objects.filter(matter=matter, to_kind="entity").exists()
    w.premises.refresh_from_db()
    assert w.premises.risk == "A", "caps, the yearly plan and the phones go by the register"


@pytest.mark.parametrize("act", ["update", "delete"])
def test_what_was_decided_cannot_be_changed(w, act: str) -> None:
    made = confirm(w, grading(w))
    rows = Held.objects.filter(grading=made)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(grade="D") if act == "update" else rows.delete()
    assert rows.get().grade == "A"


def test_whoever_differs_says_why_and_it_is_not_proposed_again_by_night(w) -> None:
    matter = grading(w)
    with pytest.raises(NotOpen):
        confirm(w, matter, "differ", to="A", reason="与计算结果相同")
    made = confirm(w, matter, "differ", to="C", reason="上月投诉集中")
    assert (made.grade, made.decided, made.needed) == ("C", "A", 2)
    assert Held.objects.get(grading=made).reason == "上月投诉集中"
    computing.settle_all()
    assert record(matter).matter.state == "held", "it was decided with this computed grade before one's eyes"


def test_a_penalty_raises_the_computed_grade_until_it_is_taken_back(w) -> None:
    matter = grading(w)
    confirm(w, matter)
    with scoped(w.actor("甲")) as inspector:
        perform(
            Matter.objects.get(pk=matter.pk),
            "note",
            inspector,
            what="penalty",
            on=world.in_days(-3),
            word="淄市监处〔2026〕7号",
        )
    made = record(matter)
    assert (made.matter.state, made.grade, made.computed) == ("proposed", "A", "B"), "A stays in force until confirmed"
    assert confirm(w, matter).grade == "B"
    entry = Event.objects.get(strikes=None)
    confirm(w, matter, "strike", event=entry.pk, reason="案件撤销")
    assert record(matter).computed == "A" and Event.objects.count() == 2, "both entries stay"
    assert record(matter).matter.state == "proposed"
    with pytest.raises(NotOpen):
        confirm(w, matter, "strike", event=entry.pk, reason="再来一次")


def test_the_enterprise_asks_for_a_review_and_is_answered(w) -> None:
    matter = grading(w)
    confirm(w, matter)
    party = party_of(w.entity)
    with scoped(party):
        assert [one.step.verb for one in offers(Matter.objects.get(pk=matter.pk), party)] == ["ask"]
        perform(Matter.objects.get(pk=matter.pk), "ask", party, review="面积登记有误")
    assert Notice.objects.filter(matter=matter, to_kind="person", person=w.head).exists()
    assert confirm(w, matter, "keep", answer="面积已核对无误").matter.state == "held"
    assert Held.objects.count() == 1, "nothing new was decided"
    with scoped(party):
        perform(Matter.objects.get(pk=matter.pk), "ask", party, review="请再核对一次")
    made = confirm(w, matter, "change", to="B", answer="补充材料后调整")
    assert (made.grade, Held.objects.count()) == ("B", 2)


def test_what_staff_enter_of_the_place_counts_at_once(w) -> None:
    matter = grading(w)
    was = record(matter).static
    with scoped(w.actor("甲")) as inspector:
        perform(
            matter,
            "describe",
            inspector,
            known={"floor": "3500", "hot": "yes", "raw": "yes", "cold": "yes", "pastry": "yes"},
        )
    made = record(matter)
    assert (was, made.static, made.computed) == (points.Decimal(10), points.Decimal(34), "B")
    assert made.unknown == 1


def test_other_lists_and_re_checks_do_not_count(w) -> None:
    Checklist.objects.filter(pk=w.checklist.pk).update(code="cn.drug_retail")
    w.checklist.refresh_from_db()
    visit(w, calendar.today(), "1.1")
    made = record(grading(w))
    assert made.dynamic == 0 and made.made == 1, "a pharmacy's items give no points to a restaurant"
    visit(w, calendar.today(), purpose="recheck")
    computing.settle([w.premises.pk])
    assert record(grading(w)).made == 1, "looking again at what was found is no visit of the plan"


def test_a_rule_of_the_bureau_changes_the_grades_from_its_day(w) -> None:
    with scoped(SYSTEM):
        w.person("管理员", Role.ADMIN, world.CITY)
    made = confirm(w, grading(w))
    assert made.needed == 1
    with scoped(w.actor("管理员")) as actor:
        table = {"A": [2, 2], "B": [2, 2], "C": [3, 3], "D": [4, 4]}
        changes.override(
            "grading.visits_per_year", actor=actor, since=calendar.today(), value=table, reason="市局年度计划"
        )
    computing.settle_all()
    assert record(made.matter).needed == 2


def test_a_closed_place_and_another_enterprise_end_the_grade(w) -> None:
    matter = grading(w)
    Premises.objects.filter(pk=w.premises.pk).update(status="closed")
    computing.settle([w.premises.pk])
    matter.refresh_from_db()
    assert (matter.state, matter.due) == ("ended", None)
    Premises.objects.filter(pk=w.premises.pk).update(status="open")
    again = grading(w)
    assert again.pk != matter.pk, "who opens again is graded anew; what was decided stays with the old one"
    Premises.objects.filter(pk=w.premises.pk).update(trade="drug_retail")
    computing.settle_all()
    again.refresh_from_db()
    assert again.state == "ended"


def test_two_places_that_were_joined_keep_one_grade(w) -> None:
    first = grading(w)
    twin = Premises.objects.create(entity=w.entity, name="清风小馆", area=world.OFFICE, trade="restaurant")
    computing.settle([twin.pk])
    second = Matter.objects.get(kind="grading", premises=twin)
    Premises.objects.filter(pk=twin.pk).update(merged_into=w.premises)
    Matter.objects.filter(premises=twin).update(premises=w.premises)
    computing.settle_all()
    left = Matter.objects.filter(kind="grading", closed=None)
    assert [one.pk for one in left] == [first.pk] and second.pk != first.pk


def test_who_read_before_another_opened_the_grade_opens_no_second_one(w, monkeypatch) -> None:
    tables = rules.tables(calendar.today())
    stale = reading.places([w.premises.pk], tables)  # as another job read it, before the first had written
    grading(w)
    monkeypatch.setattr(reading, "places", lambda premises, tables: stale)
    assert computing.settle([w.premises.pk]).opened == 0
    monkeypatch.setattr(computing, "_still_without", lambda fresh: fresh)
    assert computing.settle([w.premises.pk]).opened == 1, "without waiting for each other there would be two"


def test_a_place_without_an_office_is_not_graded_yet(w) -> None:
    Premises.objects.filter(pk=w.premises.pk).update(area="")
    computing.settle([w.premises.pk])
    assert not Matter.objects.filter(kind="grading").exists()


def test_a_refused_visit_raises_the_grade_and_is_none_of_the_plan(w) -> None:
    matter = plan(w)
    with scoped(SYSTEM):
        at = timezone.now()
        Inspection.objects.filter(pk=matter.pk).update(hindered="refused")
        Matter.objects.filter(pk=matter.pk).update(state="hindered", closed=at)
    made = record(grading(w))
    assert (made.computed, made.made) == ("B", 0)
    found = next(part for part in explaining.parts(made) if part.code == "adjust")
    assert found.reasons[0].points in ("1 level higher", "上调 1 级")


def test_a_place_that_moves_to_another_office_takes_its_grade_along(w) -> None:
    matter = grading(w)
    Premises.objects.filter(pk=w.premises.pk).update(area=world.NEIGHBOUR_OFFICE)
    computing.settle([w.premises.pk])
    with scoped(w.actor("所长")):
        assert not Matter.objects.filter(pk=matter.pk).exists()


def test_decisions_are_seen_by_those_who_see_the_grade(w) -> None:
    w.stranger
    confirm(w, grading(w))
    for who, n in (("所长", 1), ("外区", 0)):
        with scoped(w.actor(who)):
            assert Held.objects.count() == n


def test_what_somebody_else_changed_meanwhile_is_a_conflict(w) -> None:
    matter = grading(w)
    seen = matter.version
    confirm(w, matter)
    with scoped(w.actor("甲")) as actor, pytest.raises(Conflict):
        perform(Matter.objects.get(pk=matter.pk), "describe", actor, version=seen, known={})


def test_a_round_asks_the_same_number_of_queries_for_many_places(w) -> None:
    counts = []
    for n in (3, 30):
        new = [
            Premises.objects.create(entity=w.entity, name=f"分店{n}-{k}", area=world.OFFICE, trade="restaurant")
            for k in range(n)
        ]
        keys = [one.pk for one in new]
        computing.settle(keys)
        for one in new:
            visit(w, calendar.today(), "1.2", premises=one)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            done = computing.settle(keys)
        assert (done.opened, done.written) == (0, n)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    with CaptureQueriesContext(connection) as asked:
        assert computing.settle(keys).written == 0, "the second night finds nothing to write"


def test_grades_are_due_this_year_until_their_visits_are_made(w) -> None:
    matter = grading(w)
    made = confirm(w, matter, "differ", to="D", reason="多次举报属实")
    assert made.needed == 3 and made.matter.due >= calendar.today(), "graded today, nothing is overdue"
    year = calendar.today().year
    Grading.objects.filter(pk=made.pk).update(since=dt.date(year - 1, 3, 1))
    computing.settle([w.premises.pk])
    made = record(matter)
    assert (made.left, made.matter.due) == (3, dt.date(year, 4, 30)), "graded last year: the whole year is due"
    visit(w, calendar.today())
    jobs.run_pending()
    made = record(matter)
    assert (made.made, made.left, made.matter.due) == (1, 2, dt.date(year, 8, 31))
