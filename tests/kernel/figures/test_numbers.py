"""Numbers counted by hand, and the same on both engines; shown and withheld add up."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import world
from tests.kernel.figures.conftest import YEAR

from zhijian.kernel.accounts.actor import PUBLIC, SYSTEM, party_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk import lists, menu
from zhijian.kernel.figures import Period, compute, declared, drill, engines, snapshot

CODES = sorted(declared())
BY_HAND = {
    # code: (office, city)
    "inspection.finished": ("4", "6"),
    "inspection.entities": ("2", "3"),
    "inspection.hindered": ("1", "1"),
    "inspection.with_problems": ("2", "3"),
    "inspection.problem_rate": ("50.0", "50.0"),
    "inspection.visits_per_entity": ("2.00", "2.00"),
    "inspection.items_checked": ("30", "40"),
    "inspection.key_items_failed": ("1", "1"),
    "inspection.problems_found": ("4", "4"),
    "inspection.problems_due": ("3", "3"),
    "inspection.corrected_in_time": ("1", "1"),
    "inspection.in_time_rate": ("33.3", "33.3"),
    "inspection.overdue": ("1", "1"),
    "inspection.publications_due": ("2", "2"),
    "inspection.published_in_time": ("1", "1"),
    "inspection.published_rate": ("50.0", "50.0"),
    "inspection.leads": ("0", "0"),
    "inspection.outside_cap": ("0", "0"),
    "inspection.timed": ("2", "3"),
    "inspection.minutes": ("90", "120"),
    "inspection.minutes_per_visit": ("45.00", "40.00"),
    "inspection.special_visits": ("1", "1"),
    "inspection.flight_visits": ("0", "1"),
    "inspection.complaint_visits": ("0", "0"),
    "inspection.random_visits": ("0", "0"),
}


@pytest.fixture
def duck(w, tmp_path) -> engines.Snapshot:
    snapshot.write(tmp_path / "snapshot")
    engine = engines.Snapshot(tmp_path / "snapshot", threads=1)
    yield engine
    engine.close()


def test_every_figure_says_what_it_is():
    lists.load()
    for one in declared().values():
        assert str(one.title).strip(), one.code
        assert len(str(one.definition).strip()) > 10, one.code
        assert str(one.unit).strip(), one.code
        assert menu.heading_of(one.module).code, f"{one.code} stands under a heading"
        assert set(one.ratio or ()) <= set(declared()), one.code


@pytest.mark.parametrize("code", sorted(BY_HAND))
def test_counted_by_hand(w, code):
    office, city = BY_HAND[code]
    assert compute.value(declared()[code], YEAR, world.OFFICE, SYSTEM).text == office
    assert compute.value(declared()[code], YEAR, world.CITY, SYSTEM).text == city


def test_every_figure_of_inspections_is_counted_by_hand():
    assert {c for c in CODES if c.startswith("inspection.")} == set(BY_HAND)


@pytest.mark.parametrize("code", CODES)
def test_both_engines_agree(w, duck, code):
    figure, areas = declared()[code], [world.DISTRICT, world.NEIGHBOUR]
    for viewer in (SYSTEM, w.actor("所长"), w.actor("外区"), PUBLIC):
        for area in ("", world.CITY, world.OFFICE, world.NEIGHBOUR):
            live = compute.value(figure, YEAR, area, viewer)
            assert compute.value(figure, YEAR, area, viewer, duck) == live
            if figure.select is not None:
                seen = drill.records(figure, YEAR, area, viewer)
                assert drill.records(figure, YEAR, area, viewer, engine=duck) == seen
        assert compute.by_area(figure, YEAR, areas, viewer, duck) == compute.by_area(figure, YEAR, areas, viewer)


@pytest.mark.parametrize("code", [c for c in CODES if declared()[c].select is not None])
def test_no_number_without_records(w, code):
    figure = declared()[code]
    records = list(drill.every_record(figure, YEAR, "", SYSTEM))
    number = compute.value(figure, YEAR, "", SYSTEM).number
    if figure.sum:
        assert number == sum(record.values[figure.sum] for record in records)
    elif figure.count == "id":
        assert number == len(records)
    else:
        assert number == len({record.values[figure.count] for record in records})
    assert len({record.key for record in records}) == len(records)


def test_shown_and_withheld_add_up(w):
    figure = declared()["inspection.finished"]
    whole = compute.value(figure, YEAR, world.CITY, SYSTEM)
    head = compute.value(figure, YEAR, world.CITY, w.actor("所长"))
    assert (head.number, head.withheld) == (4, 2)
    assert head.number + head.withheld == whole.number
    assert compute.value(figure, YEAR, world.OFFICE, w.actor("所长")).withheld == 0
    assert compute.value(figure, YEAR, world.CITY, w.actor("局长")).withheld == 0


def test_who_may_not_know_the_whole_is_not_told(w):
    inspector = compute.value(declared()["inspection.finished"], YEAR, world.CITY, w.actor("甲"))
    assert (inspector.number, inspector.withheld) == (4, None)


def test_what_is_withheld_of_a_sum_is_not_said(w):
    head = compute.value(declared()["inspection.items_checked"], YEAR, world.CITY, w.actor("所长"))
    assert (head.number, head.withheld) == (30, None)


def test_outsiders_see_nothing_even_when_the_session_could(w):
    figure = declared()["inspection.finished"]
    with scoped(SYSTEM):
        assert compute.value(figure, YEAR, world.CITY, PUBLIC).number == 0
        assert compute.value(figure, YEAR, world.CITY, party_of(w.entity)).number == 0
        assert compute.value(figure, YEAR, world.OFFICE, w.actor("外区")).number == 0
        assert compute.value(figure, YEAR, world.CITY, SYSTEM).number == 6  # and the outer scope is back


def test_the_views_hold_row_security_themselves(w):
    from django.db import connection

    with scoped(w.actor("外区")), connection.cursor() as cursor:
        for view in ("v_inspection", "v_rectification", "v_inspection_answer", "v_clock"):
            cursor.execute(f"SELECT count(*) FROM {view} WHERE area LIKE '{world.OFFICE}%'")
            assert cursor.fetchone() == (0,)
    with scoped(PUBLIC), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM v_inspection")
        assert cursor.fetchone() == (0,)


def test_migrating_makes_every_view(db):
    from django.db import connection

    from zhijian.kernel.figures.tables import sources

    with connection.cursor() as cursor:
        cursor.execute("SELECT viewname FROM pg_views WHERE schemaname = 'public'")
        assert {source.view for source in sources().values()} <= {name for (name,) in cursor.fetchall()}


def test_days_are_local_days(w):
    """23:00 on 31 December and 00:00 on 1 January lie in different years here, whatever UTC says."""
    figure = declared()["inspection.finished"]
    last = Period(dt.date(2025, 12, 31), dt.date(2025, 12, 31))
    first = Period(dt.date(2026, 1, 1), dt.date(2026, 1, 1))
    assert compute.value(figure, last, "", SYSTEM).number == 1
    assert compute.value(figure, first, "", SYSTEM).number == 1


def test_the_session_keeps_its_zone_and_transaction(w):
    from django.db import connection

    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SHOW timezone")
        before = cursor.fetchone()
        compute.value(declared()["inspection.finished"], YEAR, "", SYSTEM)
        cursor.execute("SHOW timezone")
        assert cursor.fetchone() == before


def test_areas_add_up_and_entities_are_not_counted_twice(w):
    found = compute.by_area(declared()["inspection.entities"], YEAR, [world.DISTRICT, world.NEIGHBOUR], SYSTEM)
    assert {code: v.number for code, v in found.items()} == {world.DISTRICT: 2, world.NEIGHBOUR: 1}
    rates = compute.by_area(declared()["inspection.problem_rate"], YEAR, [world.DISTRICT, world.SISTER], SYSTEM)
    assert rates[world.DISTRICT].text == "50.0"
    assert rates[world.SISTER].text == "—"


def test_pages_by_key(w):
    figure = declared()["inspection.finished"]
    first = drill.records(figure, YEAR, "", SYSTEM, limit=4)
    second = drill.records(figure, YEAR, "", SYSTEM, after=first.after, limit=4)
    assert ([len(p.records) for p in (first, second)], second.after) == ([4, 2], None)
    keys = [r.key for r in first.records + second.records]
    assert keys == sorted(keys, reverse=True)


def test_a_snapshot_holds_no_names_of_people_and_is_nobody_elses_to_read(w, tmp_path):
    import stat

    import duckdb

    folder = tmp_path / "s"
    counts = snapshot.write(folder)
    assert counts["inspection"] == 10
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    columns = duckdb.sql(f"DESCRIBE SELECT * FROM '{folder}/inspection.parquet'").fetchall()
    assert not {name for name, *_ in columns} & {"present_name", "present_role", "findings", "statement", "imported"}
    assert sorted(p.suffix for p in folder.iterdir()).count(".csv") == 0


def test_texts_survive_the_snapshot(w, tmp_path):
    from zhijian.kernel.matters.models import Matter

    odd = 'a "quoted", 中文\nline, \\N and NULL'
    with scoped(SYSTEM):
        Matter.objects.filter(kind="inspection").update(title=odd, number="")
    engine = engines.Snapshot((snapshot.write(tmp_path / "s"), tmp_path / "s")[1], threads=1)
    assert set(engine.rows("SELECT DISTINCT title, number FROM v_inspection")) == {(odd, "")}
    assert engine.rows("SELECT count(*) FROM v_inspection WHERE result IS NULL OR due IS NOT NULL") == [(0,)]
    engine.close()


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 4))
def test_division_is_exact_and_rounds_half_up(above, below, places):
    got = compute.divide(above, below, places)
    assert got.as_tuple().exponent == -places
    assert abs(Decimal(above) - got * below) <= Decimal(below) * Decimal(10) ** -places / 2


def test_division_by_nothing_and_halves():
    assert compute.divide(3, 0, 1) is None
    assert compute.divide(1, 8, 2) == Decimal("0.13")
    assert compute.divide(1, 3, 1, percent=True) == Decimal("33.3")
    assert compute.divide(Decimal("-0.5"), 1, 0) == -1


def test_named_periods():
    today = dt.date(2026, 3, 31)
    spans = {name: Period.named(name, today) for name in ("last_month", "this_quarter", "last_year")}
    assert [(p.start, p.end) for p in spans.values()] == [
        (dt.date(2026, 2, 1), dt.date(2026, 2, 28)),
        (dt.date(2026, 1, 1), today),
        (dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
    ]
    with pytest.raises(ValueError, match="ends after"):
        Period(dt.date(2026, 1, 2), dt.date(2026, 1, 1))
