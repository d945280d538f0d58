"""A call is written down while it lasts: the shop found as it is typed, registered and passed on in one act."""

from __future__ import annotations

from django.test import Client
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter

CALL = {"sort": "complaint", "f-channel": "phone", "f-phone": "13805331234", "f-text": "吃出头发，要求退款。"}


def caller(w: world.World, client: Client, name: str = "市中心") -> Client:
    client.force_login(Person.objects.get(pk=w.people[name].pk))
    return client


def only() -> Matter:
    with scoped(SYSTEM):
        return Matter.objects.select_related("item").get()


def test_the_shop_is_found_as_it_is_typed_and_the_item_goes_to_its_office(w: world.World, client: Client) -> None:
    caller(w, client)
    lines = client.get("/complaints/new/shops/", {"f-said_name": w.premises.name[:4]}).content.decode()
    assert f'data-premises="{w.premises.uid}"' in lines
    chosen = {"entity": str(w.entity.uid), "premises": str(w.premises.uid), "pass_on": "1"}
    answer = client.post("/complaints/new/", {**CALL, "f-said_name": w.premises.name, **chosen})
    matter = only()
    assert answer["Location"] == f"/m/{matter.uid}/"
    assert (matter.area, matter.state, matter.item.meant, matter.title) == (
        w.premises.area, "received", "confirmed", w.premises.name,
    )  # fmt: skip


def test_what_is_not_on_the_register_stays_in_their_words(w: world.World, client: Client) -> None:
    caller(w, client)
    answer = client.post("/complaints/new/", {**CALL, "sort": "suggestion", "f-said_name": "没有的店", "next": "1"})
    assert answer["Location"] == "/complaints/new/"
    matter = only()
    kept = (matter.kind, matter.item.sort, matter.item.meant, matter.area)
    assert kept == (
        "enquiry",
        "suggestion",
        "open",
        world.CITY,
    )


def test_nothing_typed_is_lost_where_something_is_missing(w: world.World, client: Client) -> None:
    caller(w, client)
    chosen = {"entity": str(w.entity.uid), "premises": str(w.premises.uid)}
    answer = client.post("/complaints/new/", {**CALL, "f-text": "", "f-said_name": "清风", **chosen})
    page = answer.content.decode()
    assert (
        answer.status_code == 422 and "13805331234" in page and str(w.premises.uid) in page and w.premises.name in page
    )
    with scoped(SYSTEM):
        assert not Matter.objects.exists()


def test_whoever_takes_nothing_in_finds_no_such_page(w: world.World, client: Client) -> None:
    from zhijian.kernel.accounts.roles import Role

    with scoped(SYSTEM):
        w.person("审计", Role.AUDITOR, world.CITY)
    caller(w, client, "审计")
    assert client.get("/complaints/new/").status_code == 404
