"""Time on site: measured from the signed record, told by office and kind and never by person; what stands out is a
question to the head, who answers with a word or has somebody look again."""

from __future__ import annotations

import datetime as dt
import inspect as inspecting
import io
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from tests import world
from tests.programmes.inspection.test_record import fixture

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import api_shapes
from zhijian.kernel.desk.columns import Column
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.figures import compute, declared, drill
from zhijian.kernel.figures.period import Period
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.inspection.desk import Inspections, VisitQuestions
from zhijian.programmes.inspection.models import ByList, Inspection
from zhijian.programmes.inspection.onsite import minutes, usual
from zhijian.programmes.inspection.onsite.models import UsualTime, VisitQuestion
from zhijian.programmes.inspection.record import read

RECORD = next(iter(fixture(3).values()))
HALF = dt.timedelta(minutes=30)
NINE = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)


def at(minute: float) -> dt.datetime:
    return NINE + minute * minutes.MINUTE


def recorded(
    *, answers: list[float] = (), photos: list[float] = (), signed: list[float] = (60,), ended: float = 55
) -> Any:  # type: ignore[assignment]
    """A record begun at nine whose things were written down at these minutes."""
    digest = "0" * 64
    content = {
        **RECORD["content"],
        "started": at(0).isoformat(), "ended": at(ended).isoformat(),
        "answers": [{"item": str(n), "answer": "yes", "at": at(m).isoformat()} for n, m in enumerate(answers)],
        "photos": [{"sha256": digest, "size": 1, "type": "image/jpeg", "taken": at(m).isoformat()} for m in photos],
        "voices": [],
    }  # fmt: skip
    signatures = [{"who": "party", "name": "王清", "strokes": [], "at": at(m).isoformat()} for m in signed]
    return read({**RECORD, "content": content, "signatures": signatures})


def test_from_the_begin_to_the_last_signature() -> None:
    made = recorded(answers=[5, 20, 40], photos=[22], signed=[56, 58, 61])
    assert minutes.of_record(made, HALF) == minutes.OnSite(61, 0)


def test_a_visit_that_was_put_aside_over_lunch_or_night_is_told_without_the_pause() -> None:
    made = recorded(answers=[5, 20, 140, 150], ended=155, signed=[160])
    assert minutes.of_record(made, HALF) == minutes.OnSite(40, 120)
    next_day = recorded(answers=[10, 24 * 60, 24 * 60 + 10], ended=24 * 60 + 12, signed=[24 * 60 + 15])
    assert minutes.of_record(next_day, HALF) == minutes.OnSite(25, 24 * 60 - 10)


def test_a_clock_that_was_wrong_all_along_changes_nothing_and_one_set_back_measures_nothing() -> None:
    made = recorded(answers=[5, 20, 40], signed=[60])
    fast = made.model_copy(update={"content": made.content.model_copy(update={"clock_skew_ms": 3_600_000})})
    assert minutes.of_record(fast, HALF) == minutes.of_record(made, HALF)
    assert minutes.fields(recorded(ended=-90, signed=[-80]), HALF) == {"minutes": None, "minutes_paused": 0}


@given(st.lists(st.integers(-50, 500), max_size=20), st.integers(0, 400), st.integers(1, 60))
def test_counted_and_paused_are_all_of_it(written: list[int], last: int, pause: int) -> None:
    found = minutes.measure(at(0), map(at, written), at(last), pause * minutes.MINUTE)
    assert found is not None
    assert found.minutes + found.paused == last
    assert found.paused == 0 or found.paused > pause
    assert (
        minutes.measure(at(0), map(at, [*written, last // 2]), at(last), pause * minutes.MINUTE).minutes
        >= found.minutes
    )


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.head, made.inspector, made.second, made.stranger
        made.person("局长", Role.LEADER, world.CITY)
        made.person("稽查", Role.SECTION, world.CITY)
        return made


def visited(w: world.World, took: list[int], *, area: str = world.OFFICE, items: int = 30, failed: int = 0,
            days_ago: int = 3) -> list[int]:  # fmt: skip
    """Visits that were recorded some days ago, each with its minutes on site. Returns their ids, in order."""
    ended = calendar.start_of(world.in_days(-days_ago)) + dt.timedelta(hours=11)
    with scoped(SYSTEM):
        rows = Matter.objects.bulk_create(
            Matter(
                kind="inspection", title=w.premises.name, area=area, state="closed", opened=ended, closed=ended,
                number=f"T{uuid7().hex[-12:]}", entity=w.entity, premises=w.premises, assignee=w.inspector,
                second=w.second,
            )
            for _ in took
        )  # fmt: skip
        Inspection.objects.bulk_create(
            Inspection(
                matter=row, started=ended - m * minutes.MINUTE, ended=ended, minutes=m, items_checked=items,
                failed=failed,
                result="basically_compliant" if failed else "compliant", record_id=uuid4(),
            )
            for row, m in zip(rows, took, strict=True)
        )  # fmt: skip
        ByList.objects.bulk_create(
            ByList(inspection_id=row.pk, checklist=w.checklist, result="compliant") for row in rows
        )
    return [row.pk for row in rows]


def questions() -> list[VisitQuestion]:
    with scoped(SYSTEM):
        return list(VisitQuestion.objects.select_related("matter", "relook").order_by("pk"))


def test_a_visit_below_a_third_of_the_median_of_twenty_like_ones_is_a_question(w: world.World) -> None:
    visited(w, [60] * 20, days_ago=100)
    short, fair, small = visited(w, [19])[0], visited(w, [20])[0], visited(w, [5], items=10)[0]
    assert usual.nightly() == 1
    (asked,) = questions()
    assert (asked.inspection_id, asked.minutes, asked.usual, asked.compared) == (short, 19, 60, 21)
    assert (asked.matter.state, asked.matter.area) == ("asked", world.OFFICE)
    assert {fair, small} & {one.inspection_id for one in questions()} == set(), (
        "nearly, and of another size: no question"
    )
    assert usual.nightly() == 0, "asked once"
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(subject=f"matter:{asked.matter_id}", kind="visit_question.ask_short")
    assert entry.data | {"minutes": 19, "usual": 60, "compared": 21} == entry.data


def test_too_few_like_visits_or_one_of_long_ago_ask_nothing(w: world.World) -> None:
    visited(w, [60] * 19, days_ago=100)
    visited(w, [5])
    assert usual.nightly() == 0, "nineteen are too few"
    visited(w, [60], days_ago=100)
    visited(w, [5], days_ago=30)
    assert usual.nightly() == 1, "the one of three days ago; nobody remembers the one of last month"


def test_an_office_that_finds_nothing_where_others_do_is_a_question(w: world.World) -> None:
    visited(w, [40] * 10, area=world.SISTER, failed=1)
    visited(w, [40] * 20, area=world.SISTER)
    visited(w, [40] * 19)
    assert usual.nightly() == 0, "nineteen visits are too few"
    visited(w, [40])
    assert usual.nightly() == 1
    (asked,) = questions()
    assert (asked.about, asked.visits, asked.elsewhere, asked.compared) == ("nothing", 20, 33, 30)
    assert usual.by_chance(20, 1 / 3) < 1
    assert usual.nightly() == 0, "not a second time about the same days"


def test_where_nobody_finds_much_it_may_be_chance_and_one_finding_ends_it(w: world.World) -> None:
    visited(w, [40] * 20)
    visited(w, [40] * 6, area=world.SISTER, failed=1)
    visited(w, [40] * 30, area=world.SISTER)
    assert usual.by_chance(20, 6 / 36) > 1
    assert usual.nightly() == 0
    visited(w, [40] * 20, area=world.SISTER, failed=1)
    visited(w, [40], failed=1)
    assert usual.nightly() == 0


def client_of(w: world.World, name: str) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    with scoped(SYSTEM):
        client.force_login(w.people[name])
    return client


def one_question(w: world.World) -> VisitQuestion:
    visited(w, [60] * 20, days_ago=100)
    visited(w, [12])
    usual.nightly()
    return questions()[0]


def test_the_head_reads_the_facts_and_explains_it_with_a_word(w: world.World) -> None:
    asked = one_question(w)
    head = client_of(w, "所长")
    assert "1 question about visits waits for a word from you" in head.get("/").content.decode()
    html = head.get(f"/m/{asked.matter.uid}/").content.decode()
    assert "took 12 minutes on site" in html
    assert "usually take 60" in html
    assert "no reproach" in html
    assert "甲" not in re.sub(r"(?s)<(nav|header|aside).*?</\1>", "", html), "whoever was there is not named"
    with scoped(w.actor("所长")) as actor:
        matter = Matter.objects.get(pk=asked.matter_id)
        matter = perform(matter, "explain", actor, word="店面只有十平米，只卖瓶装水。")
    assert matter.state == "explained"
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(subject=f"matter:{matter.pk}", kind="visit_question.explain")
    assert entry.data["word"] == "店面只有十平米，只卖瓶装水。"
    assert "question about visits" not in head.get("/").content.decode()


def test_somebody_looks_again_and_is_told_nothing_of_the_question(w: world.World) -> None:
    asked = one_question(w)
    given: dict[str, Any] = {
        "word": "再看一次", "visit": asked.inspection_id, "planned_for": world.in_days(3), "first": w.inspector.pk,
        "other": w.second.pk,
    }  # fmt: skip
    with scoped(w.actor("所长")) as actor:
        matter = Matter.objects.get(pk=asked.matter_id)
        with pytest.raises(NotOpen):
            perform(matter, "look_again", actor, **{**given, "visit": asked.inspection_id - 1})
        perform(matter, "look_again", actor, **given)
    asked = questions()[0]
    made = asked.relook
    assert made is not None
    assert (asked.matter.state, made.kind, made.state, made.premises_id) == (
        "again",
        "inspection",
        "planned",
        w.premises.pk,
    )
    assert (made.parent_id, asked.matter.assignee_id) == (None, None)
    own = client_of(w, "甲")
    assert own.get(f"/m/{asked.matter.uid}/").status_code == 404
    html = own.get(f"/m/{made.uid}/").content.decode()
    assert "question" not in html.lower().replace("questions?", "")
    assert "再看一次" not in html


def test_only_heads_and_those_who_oversee_see_it(w: world.World) -> None:
    asked = one_question(w)
    for name, status in (("所长", 200), ("局长", 200), ("甲", 404), ("外区", 404)):
        assert client_of(w, name).get(f"/m/{asked.matter.uid}/").status_code == status, name


def test_time_is_told_by_office_and_kind_from_five_visits_on(w: world.World) -> None:
    visited(w, [20, 30, 40, 50])
    visited(w, [30, 40, 50, 60, 70], area=world.SISTER)
    usual.nightly()
    html = client_of(w, "稽查").get("/visits/time/").content.decode()
    assert "科苑所" in html
    assert "体育场所" not in html.split("<table")[1], "four visits are not told"
    visited(w, [60])
    usual.nightly()
    with scoped(SYSTEM):
        row = UsualTime.objects.get(area=world.OFFICE)
    assert (row.visits, row.median, row.everywhere, row.titles) == (5, 40, 50, w.checklist.title)
    html = client_of(w, "所长").get("/visits/time/").content.decode()
    assert "体育场所" in html
    assert "科苑所" not in html.split("<table")[1], "of his own area"
    assert client_of(w, "甲").get("/visits/time/").status_code == 404


def test_nothing_tells_minutes_by_person(w: world.World) -> None:
    """No page, Excel file, figure or interface breaks time on site down by person, or lets anybody sort by it."""
    visited(w, [20, 30, 40, 50, 60])
    usual.nightly()
    people = {"甲", "乙"}
    client = client_of(w, "稽查")
    html = re.sub(r"(?s)<(nav|header|aside).*?</\1>", "", client.get("/visits/time/").content.decode())
    assert not any(name in html for name in people)
    assert "sort" not in html.split("<table")[1]
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(client.get("/excel/visit_time/").streaming_content)))
    cells = [str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    assert "体育场所" in cells
    assert not any(name in cell for name in people for cell in cells)
    named = {field.name for field in UsualTime._meta.get_fields()}
    assert named == {
        "id", "area", "purpose", "lists", "titles", "visits", "median", "lower", "upper", "everywhere", "at"
    }, "what is kept of usual times has no column for a person"  # fmt: skip
    for one in (Inspections, VisitQuestions):
        for column in one.made_columns(export=True):
            assert isinstance(column, Column)
            assert "minutes" not in column.code, "no list of visits, which names officers, has their minutes beside it"
    assert not {"assignee", "second"} & {column.code for column in VisitQuestions.made_columns(export=True)}
    assert "assignee" not in VisitQuestions.filters
    assert "minutes" not in inspecting.getsource(api_shapes), "the interface of matters has no minutes"
    period = Period(calendar.today() - dt.timedelta(days=30), calendar.today())
    for code in ("inspection.minutes", "inspection.timed"):
        rows = list(drill.every_record(declared()[code], period, world.CITY, w.actor("稽查")))
        assert len(rows) == 5
        assert all(not {"assignee_id", "second_id", "officers"} & row.values.keys() for row in rows), code
    assert not {"assignee_id", "second_id"} & set(drill.SHOWN)
    assert set(inspecting.signature(compute.by_area).parameters) == {"figure", "period", "areas", "viewer", "engine"}


def test_the_figure_is_minutes_by_visits_with_known_time(w: world.World) -> None:
    visited(w, [20, 30, 40])
    with scoped(SYSTEM):
        Inspection.objects.filter(pk__in=visited(w, [0])).update(minutes=None)
        period = Period(calendar.today() - dt.timedelta(days=30), calendar.today())
        found = {
            code: compute.value(declared()[f"inspection.{code}"], period, world.OFFICE, w.actor("所长")).number
            for code in ("minutes", "timed", "minutes_per_visit")
        }
    assert found == {"minutes": 90, "timed": 3, "minutes_per_visit": 30}
