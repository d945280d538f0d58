"""Who is meant: what people tell, with their errors, leads to the right shop, with reasons; bounded queries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from zhijian.kernel.packs import Stack
from zhijian.kernel.registry.codes import make_uscc
from zhijian.kernel.registry.likely import PROPOSE, Candidate, Told, compare, likely, scoring
from zhijian.kernel.registry.likely import clues as cut
from zhijian.kernel.registry.likely.lore import Lore, read
from zhijian.kernel.registry.likely.ranking import measured
from zhijian.kernel.registry.likely.reasons import WORDS
from zhijian.kernel.registry.models import Entity, EntityStatus, Premises, RegistrationChange

from .tables import code

ZIBO = read(Stack.read("cn_zibo"))
NOWHERE = Lore()
FISH, FIRM, WORKSHOP = "淄博市张店区源盛烤鱼店", "淄博香源餐饮有限公司", "张店区立信五金加工部"
FIELDS = st.builds(
    scoring.Evidence, **{name: st.floats(0, 1) for name in scoring.FIELDS}
)  # fmt: skip


# -- pure ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "body", "stem", "branch"),
    [
        (FISH, "源盛烤鱼店", "源盛", ""),
        ("张店区马尚街道源盛烤鱼", "源盛烤鱼", "源盛", ""),
        ("源盛烤鱼店（水晶街店）", "源盛烤鱼店", "源盛", "水晶街"),
        ("源盛烤鱼的店", "源盛烤鱼", "源盛", ""),
        ("張店區源盛烤魚店", "源盛烤鱼店", "源盛", ""),
        (FIRM, "香源餐饮", "香源", ""),
        ("淄博香源餐饮有限公司张店区分公司", "香源餐饮", "香源", ""),
        ("香源饭店（个体）", "香源饭店", "香源", ""),
        ("龙泉烤鱼店", "龙泉烤鱼店", "龙泉", ""),  # the name of a town, too
        ("张店（老味道）烤鱼店", "老味道烤鱼店", "老味道", ""),
        ("饭店", "饭店", "饭店", ""),
    ],
)
def test_a_name_without_what_half_the_register_shares(name: str, body: str, stem: str, branch: str) -> None:
    made = cut.read_name(name, ZIBO)
    assert (made.body, made.stem, made.branch) == (body, stem, branch)


@pytest.mark.parametrize(
    "typed", ["水晶街12号", "水晶街１２号", "水晶街十二号", "水晶街12", "山东省淄博市张店区水晶街12号2号楼"]
)
def test_house_numbers_in_every_form(typed: str) -> None:
    made = cut.read_address(typed, ZIBO)
    assert (made.road, made.number) == ("水晶街", "12")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("138 5331 2345", ["13853312345"]),
        ("+86 138-5331-2345", ["13853312345"]),
        ("13853312345/0533-2180099", ["13853312345", "05332180099"]),
        ("2180099", ["2180099"]),
        ("１３８５３３１２３４５", ["13853312345"]),
        ("(0533)218 0099", ["05332180099"]),
        ("没有", []),
    ],
)
def test_telephones_in_every_form(typed: str, found: list[str]) -> None:
    assert cut.phones_in(typed) == found


def test_numbers_are_one_with_or_without_the_code_of_their_area() -> None:
    assert compare.same_phone("2180099", "0533-2180099")
    assert compare.near_phone("13853312354", "13853312345")
    assert compare.near_phone("13853312346", "13853312345")
    assert not compare.near_phone("13853312364", "13853312345")
    assert not compare.same_phone("180099", "0533-2180099")


def test_what_sounds_or_looks_alike_is_less_of_an_error() -> None:
    right = "源盛烤鱼店"
    heard, seen, other = (compare.likeness(right, one, ZIBO) for one in ("园盛烤鱼店", "原盛烤鱼店", "李盛烤鱼店"))
    assert 1 > min(heard, seen) > other > 0
    assert compare.heard("张", "脏", ZIBO) and not compare.heard("张", "脏", NOWHERE)


def test_a_code_with_one_slip_has_few_repairs_and_the_right_one_is_among_them() -> None:
    right = make_uscc("91", "370303", 1234)
    wrong = right[:10] + right[11] + right[10] + right[12:]
    if wrong == right:
        wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    made = compare.repaired(wrong)
    assert right in made and len(made) < 40
    assert compare.repaired(right) == []


TEXTS = st.text(alphabet="张店区水晶街源盛烤鱼店的（）()淄博市有限公司公司12号 號園A", max_size=24)


@given(TEXTS)
def test_cutting_a_name_again_changes_nothing(text: str) -> None:
    once = cut.read_name(text, ZIBO).body
    whole = cut.read_name(text, ZIBO).whole
    assert cut.read_name(whole, ZIBO).whole == whole
    assert ZIBO.plain(ZIBO.plain(text)) == ZIBO.plain(text)
    assert len(once) <= len(whole)


@given(TEXTS)
def test_an_address_in_digits_stays_as_it_is(text: str) -> None:
    once = cut.digits_for(text, ZIBO)
    assert cut.digits_for(once, ZIBO) == once


@given(TEXTS, TEXTS)
def test_likeness_is_the_same_from_either_side(one: str, other: str) -> None:
    like = compare.likeness(one, other, ZIBO)
    assert 0 <= like <= 1
    assert like == pytest.approx(compare.likeness(other, one, ZIBO))


@given(FIELDS, st.sampled_from([one for one in scoring.FIELDS if one not in scoring.AGAINST]), st.floats(0, 1))
def test_what_agrees_never_lowers_a_score(seen: scoring.Evidence, name: str, more: float) -> None:
    weights = measured().weights
    better = replace(seen, **{name: max(getattr(seen, name), more)})
    assert scoring.score(better, weights) >= scoring.score(seen, weights)


@given(
    st.sampled_from(["name", "address", "phone", "code", "area"]),
    st.sets(st.sampled_from(["name", "address", "phone"])),
)
def test_a_further_field_that_agrees_never_lowers_the_score(field: str, others: set[str]) -> None:
    right = {"name": FISH, "address": "张店区水晶街12号", "phone": "13853312345", "code": code(1), "area": "370303009"}
    facts = scoring.Facts((FISH,), (right["address"],), (right["phone"],), (right["code"],), (right["area"],))
    weights = measured().weights

    def worth(names: set[str]) -> float:
        clues = cut.read(Told(**{name: right[name] for name in names}), ZIBO)
        return scoring.score(scoring.match(clues, facts, weights, ZIBO).evidence, weights)

    assert worth(others | {field}) >= worth(others)


@given(st.lists(st.floats(-20, 20), max_size=8), st.floats(-20, 20))
def test_shares_are_a_belief_and_keep_the_order(scores: list[float], nobody: float) -> None:
    made = scoring.shares(scores, nobody)
    assert sum(made) <= 1 + 1e-9
    assert [made[i] for i in sorted(range(len(made)), key=scores.__getitem__)] == sorted(made)


def test_what_ships_is_whole_and_ascends() -> None:
    known = measured()
    assert set(known.weights) == set(scoring.FIELDS)
    assert all(
        (known.weights[name] <= 0) == (name in scoring.AGAINST) or not known.weights[name] for name in known.weights
    )
    assert list(known.bins) == sorted(known.bins) and [b for _, b in known.bins] == sorted(b for _, b in known.bins)
    assert known.bins[0][0] == 0 and known.bins[-1][1] >= PROPOSE, "something can be proposed"
    assert scoring.calibrated(0.5, [(0, 0.1), (0.4, 0.6), (0.9, 1)]) == 0.6


def test_a_place_without_such_words_compares_names_as_they_stand() -> None:
    assert cut.read_name("The Blue Door", NOWHERE).body == "THEBLUEDOOR"
    assert compare.likeness("THEBLUEDOOR", "THEBLUEDOR", NOWHERE) > 0.9
    assert cut.read(Told(text="a shop at 12 Lake St"), NOWHERE).names == ()


# -- in the register ------------------------------------------------------------------------------------------------


@pytest.fixture
def shops(db: None) -> dict[str, Entity]:
    """Shops in two districts, among others that are like them."""
    rows = [
        ("fish", FISH, "13853312345", "山东省淄博市张店区马尚街道水晶街12号", "370303009"),
        ("other", "淄博市淄川区源盛烤鱼店", "13853399999", "山东省淄博市淄川区般阳路街道柳泉路5号", "370302001"),
        ("firm", FIRM, "0533-2345678", "山东省淄博市张店区马尚街道共青团路1号", "370303009"),
        ("workshop", WORKSHOP, "13953300001", "山东省淄博市张店区马尚街道水晶街14号", "370303009"),
        ("gone", "张店区同乐面馆", "13953300002", "山东省淄博市张店区马尚街道新村路8号", "370303009"),
        ("after", "张店区同乐面馆", "13953300003", "山东省淄博市张店区马尚街道新村路8号", "370303009"),
    ]
    made = {
        key: Entity.objects.create(scheme="uscc", code=code(n), name=name, phone=phone, address=address, area=area)
        for n, (key, name, phone, address, area) in enumerate(rows, 1)
    }
    Entity.objects.filter(pk=made["gone"].pk).update(status=EntityStatus.CLOSED)
    sign = {"name": "老味道家常菜（共青团路店）", "address": made["firm"].address, "area": "370303009"}
    Premises.objects.create(entity=made["firm"], phone="0533-2180099", lat="36.810000", lon="118.050000", **sign)
    for n in range(30):
        Entity.objects.create(name=f"张店区第{n}烤鱼店", address=f"张店区和平路{n}号", area="370303009")
    return made


def first(**told: Any) -> Candidate | None:
    return next(iter(likely(Told(**told))), None)


@pytest.mark.parametrize(
    ("told", "key", "reason"),
    [
        ({"name": FISH}, "fish", "name"),
        ({"name": "源盛烤鱼", "area": "370303009"}, "fish", "town"),
        ({"name": "源胜烤鱼店", "area": "370303"}, "fish", "name_near"),
        ({"name": "原盛烤鱼店", "address": "水晶街12号"}, "fish", "place"),
        ({"name": "张店源盛烧烤", "address": "水晶街"}, "fish", "road"),
        ({"name": "張店區源盛烤魚店"}, "fish", "name_body"),
        ({"name": "源烤鱼店", "address": "水晶街十二号"}, "fish", "place"),
        ({"name": "源盛烤鱼店", "address": "周村区水晶街12号"}, "fish", "district_other"),
        ({"phone": "138-5331-2345"}, "fish", "phone"),
        ({"phone": "13853312354", "name": "烤鱼"}, "fish", "phone_near"),
        ({"phone": "2345678"}, "firm", "phone"),
        ({"phone": "13900000000 / 0533 2180099"}, "firm", "phone"),
        ({"code": code(4).lower()}, "workshop", "code"),
        ({"code": code(4)[:15] + code(4)[16] + code(4)[15] + code(4)[17:]}, "workshop", "code_near"),
        ({"name": "老味道家常菜"}, "firm", "sign"),
        ({"name": "老味道", "address": "共青团路1号"}, "firm", "place"),
        ({"name": "香源餐饮有限责任公司"}, "firm", "name_body"),
        ({"name": "老味道家常菜", "lat": 36.8101, "lon": 118.0501}, "firm", "near"),
        ({"text": "我昨天在张店区水晶街12号的源盛烤鱼吃饭，不给开票，电话13853312345"}, "fish", "phone"),
        ({"text": "投诉立信五金，卖的东西是坏的", "area": "370303009"}, "workshop", "town"),
        ({"name": "同乐面馆", "address": "新村路8号"}, "after", "successor"),
    ],
)  # fmt: skip
def test_who_is_meant(shops: dict[str, Entity], told: dict[str, Any], key: str, reason: str) -> None:
    found = first(**told)
    assert found is not None and found.entity == shops[key]
    assert reason in {one.code for one in found.reasons}
    assert 0 < found.confidence <= 1


def test_the_one_in_business_goes_before_the_one_that_has_closed(shops: dict[str, Entity]) -> None:
    found = likely(Told(name="张店区同乐面馆", address="新村路8号"))
    assert [one.entity for one in found[:2]] == [shops["after"], shops["gone"]]
    assert "closed" in {one.code for one in found[1].reasons}


def test_what_could_be_two_is_not_proposed(shops: dict[str, Entity]) -> None:
    found = likely(Told(name="源盛烤鱼店"))
    assert {one.entity for one in found} == {shops["fish"], shops["other"]}
    assert not any(one.proposed for one in found)
    sure = first(name="源盛烤鱼店", address="水晶街12号", phone="13853312345")
    assert sure is not None and sure.proposed and "only" in {one.code for one in sure.reasons}


def test_a_former_name_finds_it_and_a_merged_row_leads_to_what_stands(shops: dict[str, Entity]) -> None:
    shops["workshop"].name = "张店区宏达机械厂"
    shops["workshop"].save()
    assert RegistrationChange.objects.filter(entity=shops["workshop"]).exists()
    found = first(name="立信五金加工部", area="370303")
    assert found is not None and found.entity == shops["workshop"]
    assert "former" in {one.code for one in found.reasons}
    Entity.objects.filter(pk=shops["gone"].pk).update(merged_into=shops["after"])
    assert [one.entity for one in likely(Told(name="同乐面馆"))] == [shops["after"]]


def test_a_number_that_many_share_says_less(shops: dict[str, Entity]) -> None:
    alone = first(phone="13853312345")
    for n in range(20):
        Entity.objects.create(name=f"代办{n}商店", phone="13853312345", area="370303009")
    shared = next(one for one in likely(Told(phone="13853312345", name="源盛")) if one.entity == shops["fish"])
    assert alone is not None and "phone_shared" in {one.code for one in shared.reasons}
    assert not any(one.proposed for one in likely(Told(phone="13853312345")))


@pytest.mark.parametrize(
    "told",
    [
        {}, {"name": "香"}, {"name": "完全没有的名字理发店"}, {"name": "%_'\\"}, {"phone": "1"}, {"text": "退款" * 500},
        {"name": "x" * 500}, {"code": "0" * 18}, {"lat": 95.0, "lon": 500.0}, {"name": "（）"}, {"address": "号"},
        {"name": "\x00源盛"},
    ],
)  # fmt: skip
def test_nothing_breaks_it_and_nothing_is_made_up(shops: dict[str, Entity], told: dict[str, Any]) -> None:
    assert not any(one.proposed for one in likely(Told(**told)))


def test_the_order_is_the_same_each_time_and_queries_are_bounded(shops: dict[str, Entity]) -> None:
    told = Told(
        name="第1烤鱼店", address="张店区和平路11号", phone="13853312345", code=code(4), text="在和平路的烤鱼店"
    )
    once = [one.entity.pk for one in likely(told)]
    with CaptureQueriesContext(connection) as queries:
        again = likely(told, limit=3)
    assert [one.entity.pk for one in again] == once[:3]
    assert len(queries) == 4, "candidates, entities, premises, former names"
    with CaptureQueriesContext(connection) as none:
        likely(Told())
    assert len(none) == 0


def test_reasons_are_said_in_the_readers_language(shops: dict[str, Entity]) -> None:
    found = first(name="源胜烤鱼店", address="水晶街12号", area="370303")
    assert found is not None
    with translation.override("en"):
        assert f"nearly the name that was told: {FISH}" in [one.words for one in found.reasons]
    with translation.override("zh-hans"):
        assert all(not str(words).isascii() for words in WORDS.values())
        assert any(FISH in one.words and "told" not in one.words for one in found.reasons)


def test_the_shop_that_is_meant_among_several_of_one_firm(shops: dict[str, Entity]) -> None:
    firm = shops["firm"]
    sign = {"name": "老味道（新村路店）", "address": "张店区新村路2号", "area": "370303009"}
    second = Premises.objects.create(entity=firm, **sign)
    found = first(name="老味道（新村路店）", address="新村路2号")
    assert found is not None and (found.entity, found.premises) == (firm, second)
    unclear = first(name=FIRM, code=firm.code)
    assert unclear is not None and unclear.entity == firm
    assert unclear.premises is None or unclear.premises.address == firm.address
