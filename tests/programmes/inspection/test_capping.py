"""How often an enterprise may be visited: counted, refused, excepted; two who take the last place at once."""

from __future__ import annotations

import contextlib
import threading
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from tests import world
from tests.kernel.papers.conftest import enrol
from tests.openers import closed_visit
from tests.programmes.inspection.test_other_checklist import codes, recorded

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.packs import changes
from zhijian.programmes.inspection import flow, rules
from zhijian.programmes.inspection.fair import capping, pages, setting
from zhijian.programmes.inspection.models import Inspection, Outside

YEAR = date(2026, 6, 1).year


def today_and(w: world.World, **facts: Any) -> Matter:
    """One more visit for today, by the office's head."""
    with scoped(w.actor("所长")) as head:
        about = About(w.premises.name, world.OFFICE, w.entity, w.premises)
        given_ = {"planned_for": calendar.today(), "assignee": w.inspector.pk, "second": w.second.pk}
        return perform(flow.INSPECTION, "plan", head, about=about, **given_ | facts)


def cap(value: Any, since: date | None = None) -> None:
    with scoped(SYSTEM):
        since = since or calendar.today()
        changes.override(rules.FREQUENCY_CAP.name, actor=SYSTEM, since=since, value=value, reason="本局决定")


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.head, made.inspector, made.second
    return made


def test_a_second_visit_to_the_same_shop_on_the_same_day_is_said(w):
    first = today_and(w)
    second = today_and(w, planned_for=world.in_days(1))
    assert not first.flags and not second.flags
    third = today_and(w, planned_for=world.in_days(1))
    assert [(one["code"], one["number"]) for one in third.flags] == [("same_day", second.number)]


def year(w: world.World, **more: Any) -> capping.Standing:
    return capping.standing(w.entity, calendar.today(), premises=w.premises, **more)


NUMBER = st.integers(0, 9)
VALUE = st.none() | NUMBER | st.dictionaries(st.sampled_from(["any", "routine", "special", "A", "D"]), NUMBER)


@given(VALUE, st.sampled_from(["routine", "special", ""]), st.sampled_from(["", "A", "B"]))
def test_a_grade_takes_the_place_of_the_common_number_and_a_purpose_binds_besides(
    value: Any, purpose: str, grade: str
) -> None:
    total, of_purpose = capping.caps(value, purpose, grade)
    if not isinstance(value, dict):
        assert (total, of_purpose) == (value, None)
    else:
        assert total == (value[grade] if grade in value else value.get("any"))
        assert of_purpose == value.get(purpose)


@given(st.lists(st.tuples(NUMBER, NUMBER), max_size=2))
def test_one_full_bound_is_enough_and_the_tightest_is_told(bounds: list[tuple[int, int]]) -> None:
    now = capping.Standing(YEAR, 0, 0, tuple(bounds))
    assert now.reached == any(n >= most for n, most in bounds)
    if now.reached:
        assert now.tightest is not None
        assert now.tightest[0] >= now.tightest[1], "what is told is what refuses"


def test_no_cap_refuses_nobody_and_visits_are_counted_all_the_same(w: world.World) -> None:
    for _ in range(5):
        today_and(w)
    assert (year(w).counted, year(w).tightest, year(w).reached) == (5, None, False)


def test_the_visit_over_the_cap_is_refused_and_says_how_it_may_be_made(w: world.World) -> None:
    cap(2)
    today_and(w), closed_visit(w)
    with pytest.raises(NotOpen) as error:
        today_and(w)
    assert "2" in error.value.message
    with scoped(SYSTEM):
        assert Matter.objects.filter(kind="inspection").count() == 2


def test_a_lawful_exception_is_named_kept_and_does_not_count(w: world.World) -> None:
    cap(1)
    today_and(w)
    with pytest.raises(NotOpen):
        today_and(w, outside="complaint")  # what calls for it?
    made = today_and(w, purpose="complaint", outside_reason="12315 第 2026-77 号")
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(kind="inspection.outside_cap", matter=made)
        assert entry.data["outside"] == "complaint"
        assert entry.data["bounds"] == [[1, 1]]
    assert (year(w).counted, year(w).outside) == (1, 1)


def test_a_kind_that_never_counts_names_its_ground_by_itself(w: world.World) -> None:
    cap(1)
    today_and(w)
    with scoped(SYSTEM):
        again = Inspection.objects.get(pk=today_and(w, purpose="complaint", outside_reason="12315 第 8 号").pk)
        assert again.outside == Outside.COMPLAINT
        assert capping.cause_of("recheck", "") == Outside.FOLLOW_UP
        Inspection.objects.filter(pk=again.pk).update(purpose="recheck", outside="")
    assert (year(w).counted, year(w).outside) == (1, 1)


def test_what_the_place_does_not_know_is_no_exception(w: world.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capping, "allowed", lambda day: [Outside.COMPLAINT])
    with pytest.raises(NotOpen):
        today_and(w, purpose="special", outside="campaign", outside_reason="鲁市监〔2026〕1 号")


def test_a_cancelled_visit_and_a_shut_door_give_the_place_back(w: world.World) -> None:
    cap(1)
    first = today_and(w)
    with scoped(SYSTEM):
        perform(first, "cancel", SYSTEM, reason="重复")
    second = today_and(w)
    with scoped(SYSTEM):
        Matter.objects.filter(pk=second.pk).update(state="hindered")
    today_and(w)
    assert year(w).counted == 1


def test_putting_off_takes_a_place_only_in_another_year(w: world.World) -> None:
    then = date(calendar.today().year + 1, 3, 2)
    cap(1)
    first = today_and(w)
    today_and(w, planned_for=then)
    pair = {"assignee": w.inspector.pk, "second": w.second.pk}
    with scoped(w.actor("所长")) as head:
        first = perform(first, "assign", head, planned_for=calendar.today(), **pair)
        with pytest.raises(NotOpen):
            perform(first, "assign", head, planned_for=then, **pair)


def test_each_year_begins_anew_and_goes_by_the_cap_of_its_day(w: world.World) -> None:
    first = date(calendar.today().year + 1, 1, 1)
    cap(1)
    cap(2, since=first)
    today_and(w)
    today_and(w, planned_for=first), today_and(w, planned_for=first)
    with pytest.raises(NotOpen):
        today_and(w, planned_for=first)


def test_purpose_and_grade_bind(w: world.World) -> None:
    cap({"any": 3, "special": 1, "A": 2})
    today_and(w, purpose="special")
    with pytest.raises(NotOpen):
        today_and(w, purpose="special")
    with scoped(SYSTEM):
        w.premises.risk = "A"
        w.premises.save()
    today_and(w)
    with pytest.raises(NotOpen):
        today_and(w)


def test_premises_by_themselves_where_the_place_says_so(w: world.World) -> None:
    cap(1)
    today_and(w)
    with scoped(SYSTEM):
        changes.override(rules.CAP_COUNTS.name, actor=SYSTEM, since=calendar.today(), value="premises", reason="连锁")
        w.premises = world.Premises.objects.create(entity=w.entity, name="二店", area=world.OFFICE, trade="restaurant")
    today_and(w)
    with pytest.raises(NotOpen):
        today_and(w)


def test_counting_is_one_query_on_the_index_of_an_enterprises_matters(w: world.World) -> None:
    cap(4)
    for _ in range(3):
        today_and(w)
    with scoped(SYSTEM), connection.cursor() as cursor:
        rows = capping.visits(YEAR).filter(matter__entity=w.entity).values_list("purpose", "outside")
        cursor.execute("SET LOCAL enable_seqscan TO off")
        sql, values = rows.query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "matter_entity_newest" in plan
    assert "Seq Scan" not in plan
    with CaptureQueriesContext(connection) as made:
        year(w)
    assert sum("inspection_inspection" in one["sql"] for one in made) == 1


def test_a_visit_begun_at_the_door_is_taken_and_one_too_many_is_a_doubt(w: world.World) -> None:
    cap(1)
    with scoped(SYSTEM):
        phone = enrol(w.inspector)
    first = recorded(w, phone, Matter(), w.checklist)
    assert "over_cap" not in codes(first)
    second = recorded(w, phone, Matter(), w.checklist)
    assert [f for f in second.flags if f["code"] == "over_cap"] == [{"code": "over_cap", "n": 2, "cap": 1}]
    with scoped(SYSTEM):
        made = today_and(w, purpose="complaint", outside="clue", outside_reason="转 4 号")
        Inspection.objects.filter(pk=made.pk).update(checklist=w.checklist)
    assert "over_cap" not in codes(recorded(w, phone, made, w.checklist)), "it was planned"


def test_two_at_once_for_the_last_place(fresh_database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with scoped(SYSTEM):
        w = world.make()
        w.head, w.inspector, w.second
    cap(1)
    assert _both(w, monkeypatch, locked=False) == ["planned", "planned"], "the race, with the lock off"
    with scoped(SYSTEM):
        Matter.objects.filter(kind="inspection").update(state="cancelled")
    assert _both(w, monkeypatch, locked=True) == ["planned", "refused"]


def _both(w: world.World, monkeypatch: pytest.MonkeyPatch, *, locked: bool) -> list[str]:
    meet, said = threading.Barrier(2), []

    def wait() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            meet.wait(timeout=1.5)

    def once() -> None:
        try:
            today_and(w)
            said.append("planned")
        except NotOpen:
            said.append("refused")
        finally:
            connection.close()

    monkeypatch.setattr(capping, "_between_counting_and_planning", wait)
    monkeypatch.setattr(capping, "locking", capping._lock if locked else lambda entity: None)
    threads = [threading.Thread(target=once) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    return sorted(said)


# The page on which the cap is set.


@pytest.fixture
def section(w: world.World, client: Client) -> Actor:
    with scoped(SYSTEM):
        person = w.person("科室", Role.SECTION, world.CITY)
        client.force_login(person)
        return w.actor("科室")


def sent(client: Client, **more: str) -> Any:
    form = {"seen": str(setting.newest()), "since": calendar.today().isoformat(), "reason": "局办公会决定"}
    return client.post("/visits/cap/", {**form, **more}, headers={"accept-language": "en"})


def test_a_section_sets_the_cap_and_it_holds(w: world.World, section: Actor, client: Client) -> None:
    assert sent(client, any="1", special="").status_code == 302
    assert rules.FREQUENCY_CAP.value(calendar.today()) == 1
    today_and(w)
    with pytest.raises(NotOpen):
        today_and(w)
    assert sent(client, any="3", D="4").status_code == 302
    assert rules.FREQUENCY_CAP.value(calendar.today()) == {"any": 3, "D": 4}
    assert sent(client).status_code == 302, "nothing at all: no cap"
    assert rules.FREQUENCY_CAP.maybe(calendar.today()) is None
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(subject=f"rules:{rules.FREQUENCY_CAP.name}").count() == 3


@pytest.mark.parametrize(
    ("form", "status"),
    [({"any": "0"}, 422), ({"any": "two"}, 422), ({"any": "２"}, 422), ({"any": "2", "reason": " "}, 422),
     ({"any": "2", "since": "2020-01-01"}, 422), ({"any": "2", "since": "x"}, 422), ({"any": "2", "seen": "9"}, 409)],
)  # fmt: skip
def test_what_cannot_be_set_says_why_and_keeps_the_form(
    w: world.World, section: Actor, client: Client, form: dict[str, str], status: int
) -> None:
    answer = sent(client, **form)
    assert answer.status_code == status
    assert f'value="{form["any"]}"' in answer.content.decode()
    assert rules.FREQUENCY_CAP.maybe(calendar.today()) is None


def test_a_head_reads_it_and_does_not_set_it(w: world.World, client: Client) -> None:
    client.force_login(w.head)
    page = client.get("/visits/cap/", headers={"accept-language": "en"}).content.decode()
    assert "Complaint or report" in page
    assert "not verified" in page
    assert 'id="set"' not in page
    assert sent(client, any="2").status_code == 403


def test_whoever_plans_sees_the_year_before(w: world.World, client: Client) -> None:
    cap(2)
    today_and(w), today_and(w, purpose="complaint", outside="clue", outside_reason="转 3 号")
    client.force_login(w.head)
    page = client.get(f"/new/inspection/plan/?e={w.entity.uid}", headers={"accept-language": "en"}).content.decode()
    assert "1 visit of this enterprise counts, made or planned; the cap is 2. 1 more is outside it." in page
    file = client.get(f"/e/{w.entity.uid}/", headers={"accept-language": "en"}).content.decode()
    assert "of at most 2" in file
    assert "Begin a yearly plan" not in file, "a plan is about an area"


def test_the_words_of_a_table(w: world.World) -> None:
    assert pages.named("any") != pages.named("special") != pages.named("A")
