"""Finding what somebody types: every way to be meant, in order, within an area, in one round trip."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from zhijian.kernel.accounts.actor import PUBLIC, Actor, PostFact
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.registry.models import Entity, EntityStatus, Licence, Premises
from zhijian.kernel.registry.search import by_code, by_door_code, capped_count, matching, search
from zhijian.kernel.registry.views import search_api

from .tables import code, jy

FISH, NOODLES, FIRM = "张店（老味道）烤鱼店", "淄川区银行街面馆", "淄博香源餐饮有限公司"
pytestmark = pytest.mark.django_db


@pytest.fixture
def shops() -> dict[str, Entity]:
    """Five entities in two districts."""
    made = {}
    rows = [
        ("香源", "淄博香源餐饮有限公司", "王乐", "13853312345", "张店区共青团西路1号", "370303009"),
        ("烤鱼", "张店（老味道）烤鱼店", "李 明", "0533-2345678", "张店区柳泉路88号", "370303009"),
        ("银行", "淄川区银行街面馆", "张三", "", "淄川区般阳路3号", "370302001"),
        ("源香", "源香源饭店", "赵香源", "", "淄川区源泉路5号", "370302001"),
        ("关门", "香源饭店", "孙", "", "", "370303009"),
    ]
    for n, (key, name, person, phone, address, area) in enumerate(rows, 1):
        made[key] = Entity.objects.create(
            scheme="uscc", code=code(n), name=name, representative=person, phone=phone, address=address, area=area
        )
    made["关门"].status = EntityStatus.CLOSED
    made["关门"].save()
    shop = {"name": "老味道柳泉路店", "address": "柳泉路88号", "area": "370303009", "phone": "0533-2180099"}
    place = Premises.objects.create(entity=made["烤鱼"], **shop)
    Licence.objects.create(entity=made["烤鱼"], premises=place, kind="drug", number="鲁CB533000503")
    Licence.objects.create(entity=made["烤鱼"], premises=place, kind="food_business", number=jy(7))
    return made


def found(q: str, **more: Any) -> list[tuple[str, str]]:
    return [(hit.entity.name, hit.why) for hit in search(q, **more)]


@pytest.mark.parametrize(
    ("typed", "name", "why"),
    [
        *(("老味", FISH, "name"), ("店(老味道)烤", FISH, "name"), ("烤 鱼", FISH, "name"), ("kyd", FISH, "initials")),
        *(("ZDLWD", FISH, "initials"), ("yhjmg", NOODLES, "initials"), ("李明", FISH, "representative")),
        *(("5678", FISH, "phone"), ("138533", FIRM, "phone"), ("共青团西", FIRM, "address")),
        *(("般阳", NOODLES, "address"), (code(3)[-4:], NOODLES, "code"), (code(3)[-6:].lower(), NOODLES, "code")),
        *(("柳泉路店", FISH, "sign"), ("鲁cb5330005", FISH, "licence"), ("鲁 CB533000503", FISH, "licence")),
        *(("0533-218", FISH, "phone"), ("2180099", FISH, "phone"), ("0533-2345678", FISH, "phone")),
        *(("05332345", FISH, "phone"), ("0533 2180099", FISH, "phone")),
        *(("+86-533-2345678", FISH, "phone"), ("0533 234 5678", FISH, "phone")),
        *(("5678 烤鱼", FISH, "name"), ("柳泉 kyd", FISH, "name"), ("老味道 88号", FISH, "name")),
        *(("柳泉路店 88号", FISH, "sign"), ("王 香源", FIRM, "name"), ("香源 乐 张店", FIRM, "name")),
        *(("烤鱼 柳泉", FISH, "name"), (code(3), NOODLES, "code"), (jy(7)[:10].lower(), FISH, "licence")),
    ],
)  # fmt: skip
def test_every_way_to_be_meant(shops: dict[str, Entity], typed: str, name: str, why: str) -> None:
    assert (name, why) in found(typed)


def test_the_surest_comes_first(shops: dict[str, Entity]) -> None:
    names = [name for name, _ in found("香源")]
    assert names[0] == "源香源饭店"
    assert names.index("淄博香源餐饮有限公司") < names.index("香源饭店"), "what is closed comes last"
    assert len(names) == len(set(names)) == 3


@pytest.mark.parametrize("typed", ["5679 烤鱼", "烤鱼 zzd", "赵 烤鱼", "香源 柳泉", "烤鱼 9999"])
def test_every_word_counts(shops: dict[str, Entity], typed: str) -> None:
    assert found(typed) == []


def test_words_of_another_alphabet_in_any_order(db: None) -> None:
    blue = Entity.objects.create(name="The Blue Door Farm Market", address="843 W 103rd St")
    Entity.objects.create(name="Blueberry Floor Dorms", address="1 W Lake St")
    assert found("door blue") == [("The Blue Door Farm Market", "name")]
    assert found("blue door")[0] == ("The Blue Door Farm Market", "name")
    assert search("door blue")[0].entity == blue


def test_a_shop_of_the_firms_name_is_one_hit_with_both_facts(shops: dict[str, Entity]) -> None:
    Premises.objects.create(entity=shops["香源"], name="淄博香源餐饮有限公司", address="水晶街9号", area="370303009")
    hits = search("淄博香源")
    assert [(hit.entity.name, hit.premises and hit.premises.address) for hit in hits] == [(FIRM, "水晶街9号")]
    assert hits[0].entity.address == "张店区共青团西路1号"


def test_within_an_area(shops: dict[str, Entity]) -> None:
    assert {n for n, _ in found("香源", ranges=[("370302", "370302~")])} == {"源香源饭店"}
    assert found("香源", ranges=[]) == []


def test_one_round_trip_and_pieces_for_the_template(shops: dict[str, Entity]) -> None:
    with CaptureQueriesContext(connection) as queries:
        hits = search("店(老")
    assert len(queries) == 1
    assert hits[0].parts == [("张", False), ("店（老", True), ("味道）烤鱼店", False)]
    assert search("kyd")[0].parts == [("张店（老味道）", False), ("烤鱼店", True)]


@pytest.mark.parametrize("typed", ["", " ", "香", "%", "%%", "__", "'; --", "\\", "a" * 500, "香源%", "\x00香源", "❤❤"])
def test_nothing_breaks_it(shops: dict[str, Entity], typed: str) -> None:
    search(typed)
    matching(Entity.objects.all(), typed)


def test_wildcards_are_plain_letters(shops: dict[str, Entity]) -> None:
    assert found("%%%") == found("___") == []


def test_lists_and_capped_counts(shops: dict[str, Entity]) -> None:
    rows = matching(Entity.objects.order_by("name_key"), "香源")
    assert rows.count() == 3
    assert capped_count(rows) == (3, False)
    assert matching(Entity.objects.all(), "").count() == 5


def test_doors_and_codes(shops: dict[str, Entity]) -> None:
    place = Premises.objects.get()
    assert by_door_code(place.door_code.lower()) == place
    assert found(place.door_code)[0] == ("张店（老味道）烤鱼店", "door")
    assert by_door_code("0000000000X") is None
    assert by_code(f" {code(1).lower()} ") == shops["香源"]


def test_the_door_for_machines_is_for_staff(shops: dict[str, Entity]) -> None:
    def ask(actor: Actor, **query: str) -> tuple[int, dict]:
        request = RequestFactory().get("/api/registry/search", query)
        request.actor = actor
        answer = search_api(request)
        return answer.status_code, json.loads(answer.content)

    assert ask(PUBLIC, q="香源")[0] == 401
    staff = Actor(kind="staff", name="甲", person_id=1, posts=(PostFact(Role.INSPECTOR, "370302"),))
    status, said = ask(staff, q="香源", limit="2")
    assert status == 200
    assert len(said["hits"]) == 2
    assert said["more"] is True
    assert [h["name"] for h in ask(staff, q="香源", mine="1")[1]["hits"]] == ["源香源饭店"]
