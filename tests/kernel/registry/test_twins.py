"""Possible duplicates: found by rules, each with its reason; what a person said of a pair is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import world
from tests.kernel.registry.tables import code

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.registry import joining
from zhijian.kernel.registry.alike import alike
from zhijian.kernel.registry.models import Entity, Licence, Twin
from zhijian.kernel.registry.twins import finding

pytestmark = pytest.mark.django_db


@pytest.fixture
def w(db: None) -> Iterator[world.World]:
    with scoped(SYSTEM):
        made = world.make()
        made.person("clerk", Role.CLERK, world.OFFICE)
        yield made


def sign_in(person: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def file(name: str, **more: Any) -> Entity:
    return Entity.objects.create(name=name, **{"area": world.OFFICE, **more})


def reasons() -> list[list[str]]:
    finding.find()
    return [twin.reasons for twin in Twin.objects.order_by("pk")]


def test_each_rule_finds_its_pair_with_its_reason(w):
    real = code(7)
    pairs = {
        "code": (file("甲", scheme="uscc", code=real), file("乙", scheme="uscc", code=real.replace("0", "O", 1))),
        "name_address": (file("好再来面馆", address="柳泉路 9 号"), file("好再来 面馆", address="柳泉路9号")),
        "phone_name": (file("张店春风理发店", phone="05332111111"), file("春风理发", phone="05332111111")),
    }
    one, other = file("丙"), file("丁")
    Licence.objects.create(entity=one, kind="food_business", number="JY1")
    Licence.objects.create(entity=other, kind="food", number="jy1")
    pairs["licence"] = (one, other)
    finding.find()
    found = {(twin.one_id, twin.other_id): twin.reasons for twin in Twin.objects.all()}
    for reason, (a, b) in pairs.items():
        assert reason in found[a.pk, b.pk], reason
    assert len(found) == 4


def test_a_former_number_that_is_anothers_code_is_the_same_code(w):
    file("甲", code="370303123456789"), file("乙", scheme="uscc", code=code(8), old_code="370303123456789")
    assert reasons() == [["code"]]


def test_what_many_share_says_nothing_and_what_is_merged_is_not_asked_again(w):
    for n in range(finding.FEW + 1):
        file("代办登记的店", phone="05332222222", address=f"某路 {n} 号")
    assert reasons() == []
    one, other = file("好再来面馆", address="柳泉路9号"), file("好再来面馆", address="柳泉路9号")
    assert reasons() == [["name_address"]]
    joining.merge(one, other, SYSTEM, seen=joining.fingerprint(one, other))
    assert reasons() == []


def test_names_must_be_alike_beside_the_same_phone(w):
    file("春风理发店", phone="05332111111"), file("老王五金行", phone="05332111111")
    assert reasons() == []


def test_the_list_leads_to_the_merge_page_and_not_the_same_is_remembered(w):
    one, other = file("好再来面馆", address="柳泉路9号"), file("好再来面馆", address="柳泉路9号")
    finding.find()
    client = sign_in(w.people["clerk"])
    page = client.get("/duplicates/").content.decode()
    assert f"/e/{one.uid}/merge/?e={other.uid}" in page
    assert "the same name at the same address" in page
    assert client.get(f"/e/{one.uid}/merge/?e={other.uid}").status_code == 200
    assert [a.entity.pk for a in alike(one)] == [other.pk]
    twin = Twin.objects.get()
    answer = client.post(f"/duplicates/{twin.uid}/", {"what": "apart", "why": "两层楼两家店", "area": world.OFFICE})
    assert answer["Location"] == f"/duplicates/?area={world.OFFICE}"
    finding.find()
    assert one.name not in client.get("/duplicates/").content.decode(), "found again, and still not the same"
    assert alike(one) == []
    apart = client.get("/duplicates/?state=apart").content.decode()
    assert "两层楼两家店" in apart and "clerk" in apart
    assert LedgerEntry.objects.filter(kind="registry.not_the_same", entity=one).count() == 1
    twice = client.post(f"/duplicates/{twin.uid}/", {"what": "apart"}, follow=True).content.decode()
    assert "Somebody decided this meanwhile" in twice
    client.post(f"/duplicates/{twin.uid}/", {"what": "again"})
    assert one.name in client.get("/duplicates/").content.decode()


def test_either_side_must_be_ones_own(w):
    file("好再来面馆", address="柳泉路9号"), file("好再来面馆", address="柳泉路9号", area=world.SISTER)
    file("别处面馆", address="一号", area=world.SISTER), file("别处面馆", address="一号", area=world.SISTER)
    finding.find()
    mine = sign_in(w.people["clerk"]).get("/duplicates/").content.decode()
    assert "好再来面馆" in mine and "别处面馆" not in mine
    twin = Twin.objects.exclude(area=world.OFFICE).exclude(other_area=world.OFFICE).get()
    assert sign_in(w.people["clerk"]).post(f"/duplicates/{twin.uid}/", {"what": "apart"}).status_code == 404
    assert "好再来面馆" not in sign_in(w.stranger).get("/duplicates/").content.decode()
    assert sign_in(w.inspector).get("/duplicates/").status_code == 404


def test_filters_paging_and_what_a_page_asks(w, monkeypatch):
    monkeypatch.setattr("zhijian.kernel.registry.twins.pages.PAGE", 3)
    client = sign_in(w.people["clerk"])

    def asked() -> int:
        client.get("/duplicates/")
        with CaptureQueriesContext(connection) as caught:
            client.get("/duplicates/")
        return len(caught)

    def pair(n: int) -> None:
        file(f"第{n}面馆", address=f"柳泉路{n}号"), file(f"第{n}面馆", address=f"柳泉路{n}号")

    pair(0)
    finding.find()
    few = asked()
    for n in range(1, 6):
        pair(n)
    finding.find()
    assert asked() == few
    first = client.get("/duplicates/").content.decode()
    after = first.split("after=")[1].split('"')[0]
    second = client.get(f"/duplicates/?after={after}").content.decode()
    assert [f"第{n}面馆" in first for n in range(6)] == [True] * 3 + [False] * 3
    assert [f"第{n}面馆" in second for n in range(6)] == [False] * 3 + [True] * 3
    assert "第0面馆" not in client.get("/duplicates/?reason=licence").content.decode()
    for nonsense in ("area=x&reason=y&state=z&after=-1", "after=99999999999999999999"):
        assert client.get(f"/duplicates/?{nonsense}").status_code == 200


def test_one_may_have_it_looked_for_now(w):
    file("好再来面馆", address="柳泉路9号"), file("好再来面馆", address="柳泉路9号")
    client = sign_in(w.people["clerk"])
    client.post("/duplicates/find/"), client.post("/duplicates/find/")
    assert jobs.run_pending() == 1
    assert Twin.objects.count() == 1


def test_a_reason_is_shown_only_while_it_is_true(w):
    one = file("好再来面馆", address="柳泉路9号", phone="05332111111", scheme="uscc", code=code(7))
    other = file("好再来面馆", address="柳泉路9号", phone="05332111111", code=code(7).replace("0", "O", 1))
    for number, of in (("JY1", one), ("jy1", other)):
        Licence.objects.create(entity=of, kind="food_business", number=number)
    finding.find()
    assert set(Twin.objects.get().reasons) == {"code", "name_address", "phone_name", "licence"}
    client = sign_in(w.people["clerk"])

    def row(query: str = "") -> str:
        return client.get(f"/duplicates/{query}").content.decode().partition("data-row")[2].partition("</tr>")[0]

    steps = (
        ({"phone": "05332999999"}, "the same phone and a similar name"),
        ({"code": code(8)}, "the same code, typed differently"),
        ({"address": "别处"}, "the same name at the same address"),
    )
    for change, words in steps:
        assert words in row(), "as it was found"
        Entity.objects.filter(pk=other.pk).update(**change)
        assert words not in row() and "the same licence number" in row()
    assert row("?reason=licence") and not row("?reason=phone_name"), "the filter goes by what is true, too"
    Licence.objects.filter(entity=other).update(number="JY2")
    assert not row(), "nothing is left to ask about"
    assert Twin.objects.exists(), "the next look takes it away"
