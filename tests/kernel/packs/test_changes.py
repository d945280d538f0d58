"""What the bureau may set itself, and what only the law: rows on top, sign-offs, conflicts, and who may."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.ledger import describe
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.packs import Limit, Unit, areas, changes, check, current, rule_rows
from zhijian.kernel.packs.models import LocalRule
from zhijian.programmes.inspection import rules

TODAY = dt.date(2026, 11, 23)
RECTIFY = rules.RECTIFY_WITHIN


@pytest.fixture
def admin(db: None) -> Actor:
    with scoped(SYSTEM):
        world.jurisdictions()  # no shop and no list: those bring a rule of their own
        w = world.World(None, None, None)  # type: ignore[arg-type]
        w.person("管理员", Role.ADMIN, world.CITY)
        w.person("所员", Role.INSPECTOR, world.OFFICE)
        return w.actor("管理员")


def set_ten(admin: Actor, since: dt.date = TODAY, limit: str = "10 days") -> LocalRule:
    with scoped(admin):
        return changes.override(RECTIFY.name, actor=admin, since=since, limit=limit, reason="局务会决定")


def test_a_local_value_holds_from_its_day_and_is_in_the_ledger(admin: Actor) -> None:
    assert RECTIFY.on(TODAY).limit == Limit(15, Unit.DAYS)
    set_ten(admin)
    row = RECTIFY.on(TODAY)
    assert (row.limit, row.is_local, row.by, row.reason) == (Limit(10, Unit.DAYS), True, "管理员", "局务会决定")
    assert (row.whose, row.unverified) == ("party", False)
    assert RECTIFY.on(TODAY - dt.timedelta(1)).limit == Limit(15, Unit.DAYS)
    with scoped(admin):
        entry = LedgerEntry.objects.latest("id")
        with translation.override("en"):
            told = describe(entry, admin)
    assert (entry.kind, entry.subject) == ("rules.override", f"rules:{RECTIFY.name}")
    assert (entry.data["old"], entry.data["new"]) == ("15 days", "10 days")
    assert told == f"Set {RECTIFY.name} to 10 days from 2026-11-23 (before: 15 days). Reason: 局务会决定"


def test_the_latest_since_wins_and_of_those_the_last_made(admin: Actor) -> None:
    set_ten(admin, TODAY, "10 days")
    set_ten(admin, dt.date(2026, 6, 1), "12 days")
    set_ten(admin, TODAY, "9 days")
    given = [RECTIFY.on(day).limit.n for day in (dt.date(2026, 5, 31), dt.date(2026, 6, 1), TODAY)]
    assert given == [15, 12, 9]


def test_the_shipped_value_can_be_put_back(admin: Actor) -> None:
    set_ten(admin, dt.date(2026, 6, 1))
    with scoped(admin):
        changes.withdraw(RECTIFY.name, actor=admin, since=TODAY, reason="恢复默认")
    assert (RECTIFY.on(dt.date(2026, 6, 1)).limit.n, RECTIFY.on(TODAY).limit.n) == (10, 15)


def test_what_is_absent_can_be_set_where_it_is_left_to_the_bureau(admin: Actor) -> None:
    assert rules.FREQUENCY_CAP.maybe(TODAY) is None
    with scoped(admin):
        changes.override(rules.FREQUENCY_CAP.name, actor=admin, since=TODAY, value=2, reason="市里公布上限")
    assert rules.FREQUENCY_CAP.on(TODAY).value == 2
    assert rules.cap_reached(2, rules.FREQUENCY_CAP.value(TODAY), "planned")
    assert not rules.cap_reached(2, rules.FREQUENCY_CAP.value(TODAY), "complaint")


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        (rules.PUBLISH_WITHIN.name, {"limit": "30 days"}, "第39条"),
        (rules.OFFICERS_MIN.name, {"value": 1}, "第23条"),
        ("no.such_rule", {"value": 1}, "."),
        (RECTIFY.name, {"limit": "soon"}, "."),
        (RECTIFY.name, {"value": 3}, "."),
        (RECTIFY.name, {}, "."),
        (RECTIFY.name, {"limit": "3 days", "value": 3}, "."),
        (RECTIFY.name, {"limit": "3 days", "reason": " "}, "."),
        (RECTIFY.name, {"limit": "3 days", "until": TODAY - dt.timedelta(1)}, "."),
        (rules.PHOTOS_MAX.name, {"value": "many"}, "."),
    ],
)
def test_what_the_law_sets_or_makes_no_sense_is_refused(admin: Actor, name: str, given: dict, says: str) -> None:
    with scoped(admin), pytest.raises(changes.ChangeRefused, match=says):
        changes.override(name, actor=admin, since=TODAY, **{"reason": "因为", **given})
    assert not LocalRule.objects.exists()


def test_only_administrators_and_sections_may(admin: Actor) -> None:
    from zhijian.kernel.accounts.actor import actor_of
    from zhijian.kernel.accounts.models import Person

    officer = actor_of(Person.objects.get(username="所员"))
    with pytest.raises(changes.NotPermitted):
        changes.override(RECTIFY.name, actor=officer, since=TODAY, limit="10 days", reason="因为")
    with pytest.raises(changes.NotPermitted):
        changes.sign_off(rule_rows(RECTIFY.name)[0], note="读过", actor=officer)


def test_a_sign_off_takes_the_mark_away_and_is_in_the_ledger(admin: Actor) -> None:
    row = RECTIFY.on(TODAY)
    assert row.unverified
    with scoped(admin):
        changes.sign_off(row, note="市局公报 2026 年第 3 期", actor=admin)
        changes.sign_off(row, note="again", actor=admin)  # once is enough
    signed = RECTIFY.on(TODAY)
    assert not signed.unverified
    assert signed.signed.startswith("管理员, ")
    with scoped(admin):
        assert LedgerEntry.objects.filter(kind="rules.sign_off").count() == 1


def test_rows_of_the_bureau_are_never_changed_nor_deleted(admin: Actor) -> None:
    row = set_ten(admin)
    for harm in (lambda: LocalRule.objects.update(limit="1 day"), row.delete):
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
            harm()


def test_a_change_that_is_rolled_back_is_forgotten_at_once(admin: Actor) -> None:
    with transaction.atomic():
        set_ten(admin)
        assert RECTIFY.on(TODAY).limit.n == 10
        transaction.set_rollback(True)
    assert RECTIFY.on(TODAY).limit.n == 15


def test_reading_rules_asks_the_database_once_a_request(admin: Actor) -> None:
    current.forget()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        for _ in range(5):
            RECTIFY.on(TODAY)
            rules.OFFICERS_MIN.on(TODAY)
    assert len(asked) == 1


def test_an_upgrade_that_closes_a_rule_is_told_as_a_conflict(admin: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    row = set_ten(admin)
    assert not [f for f in check.check() if f.level == "conflict"]
    shipped = current.stack().timelines[RECTIFY.name].layers[0][0]
    for change, word in (
        ({"local": False}, "now sets it"),
        ({"limit": Limit(20, Unit.DAYS)}, "the shipped row changed"),
    ):
        timeline = current.Timeline(RECTIFY.name, ((replace(shipped, **change),),))
        monkeypatch.setitem(current.stack().timelines, RECTIFY.name, timeline)
        current.own().timelines.clear()
        with translation.override("en"):
            told = [f for f in check.check() if f.level == "conflict"]
        assert len(told) == 1, told
        assert word in told[0].what
        assert RECTIFY.on(row.since).limit.n == (15 if "local" in change else 10)
    current.own().timelines.clear()


def test_check_finds_no_error_and_lists_what_is_unverified(db: None) -> None:
    found = check.check()
    assert [f for f in found if f.level == "error"] == []
    where = " ".join(f.where for f in found if f.level == "unverified")
    assert "inspection.rectify_within" in where
    assert "food_service.xlsx K10.6" in where
    assert "inspection.officers_min (cn, since 2022-03-15)" not in where


def test_the_command_checks_lists_and_signs(admin: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    for language, said in (("en_US.UTF-8", "cn/cn_shandong/cn_zibo: 0 errors"), ("zh_CN.UTF-8", "错误 0 处")):
        monkeypatch.setenv("LC_ALL", language)
        out = StringIO()
        call_command("pack", "check", stdout=out)
        assert said in out.getvalue()
        assert ("text and basis" in out.getvalue()) == (language == "en_US.UTF-8")
    out = StringIO()
    call_command("pack", "list", "inspection.publish", "--on", "2026-11-23", stdout=out)
    assert "20 working days" in out.getvalue()
    line = ["pack", "sign", RECTIFY.name, "--since", "2016-05-01", "--note", "读过", "--by"]
    call_command(*line, "管理员", stdout=StringIO())
    for nobody in ("谁", "所员"):
        with pytest.raises(CommandError):
            call_command(*line, nobody)
    assert not RECTIFY.on(TODAY).unverified


def test_areas_are_added_once_and_what_is_there_is_left_alone(admin: Actor) -> None:
    from zhijian.kernel.accounts.models import Jurisdiction

    assert areas.load() == 100 - 6
    assert areas.load() == 0
    assert Jurisdiction.objects.get(pk=world.OFFICE).name == "体育场所"
    assert Jurisdiction.objects.get(pk="370303009").short == "马尚所"


def test_each_office_s_point_lies_in_its_own_district_and_cell() -> None:
    offices = [area for area in current.stack().areas.values() if area.level == "office"]
    assert [a.code for a in offices if areas.office_at(float(a.latitude), float(a.longitude)) != a] == []
    assert areas.office_at(39.9, 116.4) is None  # Beijing
