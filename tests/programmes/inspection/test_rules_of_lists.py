"""For which places a list is: the bureau's own rule beside the workbook, tried on the register, then in force."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests import world as worlds
from tests.openers import piece
from tests.world import in_days

from zhijian.gateways.field import reference
from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.kernel.packs.changes import NotPermitted
from zhijian.kernel.registry.models import Entity, Licence, Premises
from zhijian.programmes.inspection.checklists import applying, in_force, reaching, ruling, shops_for
from zhijian.programmes.inspection.checklists.applying import Place
from zhijian.programmes.inspection.checklists.sheet import read_checklist
from zhijian.programmes.inspection.models import Checklist, ListReach, ListRule

RULED = json.loads((Path(__file__).parents[2] / "fixtures/applying.json").read_text(encoding="utf-8"))["ruled"]
WISH = ruling.Wish(["food_stall"], ["food_business:JY2"], ["F52"], ["equipment"])


@pytest.mark.parametrize("case", RULED["cases"], ids=lambda case: case["name"])
def test_the_rule_of_a_day_is_the_one_that_the_phone_takes(case: dict[str, Any]) -> None:
    own = {key: RULED["list"][key] for key in ("applies", "licences", "industries")}
    rules = [ListRule(**{**one, "since": dt.date.fromisoformat(one["since"])}) for one in RULED["list"]["ruled"]]
    of = Checklist(code="cn.food_service", **own)
    of.ruled = applying.rule_on(rules, dt.date.fromisoformat(case["day"]))
    assert (of.rule.applies, of.rule.licences) == (case["applies"], case["licences"])
    back = [rules[0], ListRule(since=rules[1].since, back=True)]
    assert applying.told(of, back, dt.date(2026, 4, 1)) == RULED["list"]["ruled"], "what the phone is told of them"


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=6), st.integers(0, 9))
def test_of_several_rules_the_one_that_begins_last_holds_and_of_one_day_the_newest(
    made: list[tuple[int, bool]], n: int
) -> None:
    first = dt.date(2026, 1, 1)
    rules = [ListRule(since=first + dt.timedelta(days=day), back=back) for day, back in made]
    held = applying.rule_on(rules, day := first + dt.timedelta(days=n))
    begun = [one for one in rules if one.since <= day]
    last = max(begun, key=lambda one: (one.since, rules.index(one)), default=None)
    assert held is (None if last is None or last.back else last)


@pytest.fixture
def w(db: None) -> Iterator[worlds.World]:
    with scoped(SYSTEM):
        world = worlds.make()
        for n, (trade, kind, number, industry, status) in enumerate(
            [
                ("food_stall", "", "", "", "open"),
                ("museum", "food_business", "JY2370303000900", "", "open"),
                ("museum", "food_business", "JY1370303000900", "", "open"),
                ("", "", "", "F5211", "open"),
                ("museum", "", "", "F53", "open"),
                ("food_stall", "", "", "", "closed"),
            ]
        ):
            entity = Entity.objects.create(name=f"店{n}", area=worlds.OFFICE, industry=industry)
            area = worlds.NEIGHBOUR_OFFICE if n == 3 else worlds.OFFICE
            shop = Premises.objects.create(entity=entity, name=f"店{n}", area=area, trade=trade, status=status)
            if kind:
                Licence.objects.create(entity=entity, premises=shop, kind=kind, number=number)
        world.person("科长", Role.SECTION, worlds.CITY)
        piece(world)
        yield world


def admin(w: worlds.World) -> Actor:
    return w.actor("科长")


def the_list() -> Checklist:
    return next(one for one in in_force(worlds.in_days(0)) if one.code == "test.food")


def set_rule(w: worlds.World, rule: ruling.Wish | None = WISH, day: int = 0) -> ListRule:
    return ruling.put_in_force(
        the_list(), rule, since=in_days(day), reason="夜市归餐饮", seen=ruling.last("test.food"), actor=admin(w)
    )


def test_the_count_is_what_the_rule_says_of_each_place(w: worlds.World) -> None:
    places = Premises.objects.exclude(status="closed").select_related("entity").prefetch_related("licences")
    of = the_list()
    of.ruled = ListRule(**asdict(WISH))
    fit = {one.pk for one in places if applying.fits(of, Place.of(one))}
    assert {one.name for one in places if one.pk in fit} >= {"店0", "店1", "店3", "清风小馆(水晶街店)"}
    assert sum(reaching.reach(WISH).values()) == len(fit) == places.filter(shops_for(of)).distinct().count()


def test_a_trial_says_who_would_get_the_list_and_who_would_lose_it(w: worlds.World) -> None:
    wish = ruling.Wish(["food_stall"], [], ["F52"])
    trial = reaching.compare(the_list().rule, wish, SYSTEM)
    assert [one.name for one in trial.lost] == [w.premises.name]
    assert sorted(one.name for one in trial.gained) == ["店0", "店3"]
    assert trial.areas[worlds.OFFICE] == (1, 1, 1, 1)
    assert trial.areas[worlds.NEIGHBOUR_OFFICE] == (0, 1, 1, 0)
    w.person("区科", Role.SECTION, worlds.DISTRICT)
    assert worlds.NEIGHBOUR_OFFICE not in reaching.compare(the_list().rule, wish, w.actor("区科")).areas
    assert not ListRule.objects.exists(), "trying changes nothing"


def test_a_sign_of_like_in_a_number_is_only_that_sign(w: worlds.World) -> None:
    assert reaching.reach(ruling.Wish(licences=["food_business:JY_3"])) == {}


def test_from_its_day_on_the_bureaus_rule_wins_and_there_is_a_way_back(w: worlds.World) -> None:
    stall = Premises.objects.get(name="店0")
    day = in_days(0)
    assert "test.food" not in [one.code for one in applying.applicable(stall, day)]
    set_rule(w, day=2)
    assert "test.food" not in [one.code for one in applying.applicable(stall, day)]
    assert "test.food" in [one.code for one in applying.applicable(stall, in_days(2))]
    assert "test.food" not in [one.code for one in applying.applicable(Premises.objects.get(name="店4"), in_days(2))]
    set_rule(w, None, day=5)
    assert "test.food" in [one.code for one in applying.applicable(stall, in_days(4))]
    assert "test.food" not in [one.code for one in applying.applicable(stall, in_days(5))]
    entries = LedgerEntry.objects.filter(subject="rules:checklist:test.food").order_by("pk")
    assert [one.kind for one in entries][-2:] == ["checklist.rule", "checklist.rule_back"]
    kept = Checklist.objects.get(pk=w.checklist.pk)
    assert (kept.digest, kept.applies) == (w.checklist.digest, ["restaurant"])


def test_a_rule_is_never_altered(w: worlds.World) -> None:
    row = set_rule(w)
    with pytest.raises(DatabaseError), transaction.atomic():
        ListRule.objects.filter(pk=row.pk).update(reason="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()


def test_who_may_and_what_is_refused(w: worlds.World) -> None:
    of = the_list()
    with pytest.raises(NotPermitted):
        ruling.put_in_force(of, WISH, since=in_days(0), reason="x", seen=0, actor=w.actor(w.head.name))
    for wrong in ({"since": in_days(-1), "reason": "x"}, {"since": in_days(0), "reason": " "}):
        with pytest.raises(ruling.RuleRefused):
            ruling.put_in_force(of, WISH, seen=0, actor=admin(w), **wrong)
    set_rule(w)
    with pytest.raises(ruling.Changed):
        ruling.put_in_force(of, WISH, since=in_days(0), reason="x", seen=0, actor=admin(w))
    for trades, licences, industries in [
        ([], "", ""), (["moon"], "", ""), ([], "JY 2:3:4", ""), ([], "food_business:a:b", ""), ([], "", "52%"),
    ]:  # fmt: skip
        with pytest.raises(ruling.RuleRefused):
            ruling.wish(trades, licences, industries, [], {"restaurant"})
    with pytest.raises(ruling.RuleRefused):
        ruling.wish([], "", "", ["inspection"], {"restaurant"})  # visits end: nothing stays registered by them
    assert ruling.wish([], "", "", ["equipment"], {"restaurant"}).registers == ["equipment"]


def test_the_phone_gets_a_list_again_when_its_rule_is_another(w: worlds.World) -> None:
    lists, _gone, held = reference._lists({})
    assert next(one for one in lists if one["id"] == "test.food")["ruled"] == []
    assert reference._lists(held)[0] == []
    set_rule(w)
    (again,), gone, after = reference._lists(held)
    assert again["ruled"] == [{"since": in_days(0).isoformat(), "applies": ["food_stall"],
                               "licences": ["food_business:JY2"], "industries": ["F52"],
                               "registers": ["equipment"]}]  # fmt: skip
    assert (again["applies"], gone) == (["restaurant"], [])
    assert reference._lists(after)[0] == []
    old = dict.fromkeys(sorted(held), "")  # what a cursor from before says
    assert [one["id"] for one in reference._lists(old)[0]] == ["test.food"]


def test_the_page_tries_puts_into_force_and_goes_back(w: worlds.World) -> None:
    reaching.count_all()
    assert sum(ListReach.objects.get(code="test.food").areas.values()) == 1
    client = Client()
    client.force_login(w.people["科长"])
    assert "test.food" in client.get("/checklists/").content.decode()
    address = "/checklists/test.food/"
    rule = {"trade": ["food_stall"], "licences": "food_business:JY2", "industries": "", "register": ["equipment"]}
    page = client.get(address, {**rule, "try": "1"}).content.decode()
    assert "店0" in page and "店1" in page and "特种设备" in page
    assert w.premises.name not in page, "it loses its trade's line and keeps the list by its lift"
    without = client.get(address, {**rule, "register": [], "try": "1"}).content.decode()
    assert w.premises.name in without, "would lose it"
    assert client.get(address, {**rule, "industries": "%", "try": "1"}).status_code == 422
    sent = {**rule, "since": in_days(0).isoformat(), "reason": "夜市归餐饮", "seen": "0"}
    refused = client.post(address, {**sent, "reason": ""})
    assert (refused.status_code, ListRule.objects.count()) == (422, 0)
    assert "food_business:JY2" in refused.content.decode(), "what was written is kept"
    assert client.post(address, {**sent, "since": "0"}).status_code == 422
    assert client.post(address, sent).status_code == 302
    conflict = client.post(address, sent)
    assert (conflict.status_code, ListRule.objects.count()) == (409, 1)
    row = ListRule.objects.get()
    assert (row.by_name, row.reason, row.applies) == ("科长", "夜市归餐饮", ["food_stall"])
    assert row.registers == ["equipment"]
    back = {"back": "1", "since": in_days(0).isoformat(), "reason": "试行结束", "seen": str(row.pk)}
    assert client.post(address, back).status_code == 302
    assert the_list().ruled is None
    client.force_login(w.person("区科", Role.SECTION, worlds.DISTRICT))
    assert client.get(address).status_code == 200
    assert client.post(address, sent).status_code == 403


def test_what_is_registered_at_a_place_is_asked_once_and_ends_with_the_register(
    w: worlds.World, django_assert_num_queries: Any
) -> None:
    of = Checklist(code="test.lift", registers=["equipment"])
    shops = list(Premises.objects.select_related("entity").prefetch_related("licences").order_by("pk"))
    with django_assert_num_queries(1):
        applying.note_registered(shops)
        fit = [one.name for one in shops if applying.fits(of, Place.of(one))]
    assert fit == [w.premises.name]
    assert applying.registered_in(Q(area=worlds.OFFICE)) == {"equipment": [w.premises.uid]}
    assert applying.registered_in(Q(area=worlds.NEIGHBOUR_OFFICE)) == {}
    Matter.objects.filter(kind="equipment").update(state="scrapped", closed=when.now())
    fresh = Premises.objects.get(pk=w.premises.pk)
    assert not applying.fits(of, Place.of(fresh)), "what is scrapped is registered no more"
    assert list(Premises.objects.filter(applying.reached_by(of))) == []


def test_the_shipped_list_of_special_equipment_is_for_whoever_has_some() -> None:
    data = read_checklist(
        stack().files("checklists/special_equipment_v2.xlsx")["checklists/special_equipment_v2.xlsx"]
    ).data
    assert data is not None and data["registers"] == ["equipment"]
