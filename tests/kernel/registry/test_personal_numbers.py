"""The mobile of one person's business is covered for who works elsewhere, and opened with a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from tests import world as worlds
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.registry.models import Entity, Premises

pytestmark = pytest.mark.django_db
NUMBER, COVERED = "13805330000", "138******00"


@pytest.fixture
def w(db: None) -> Any:
    with scoped(SYSTEM):
        made = worlds.make()
        for person in (made.inspector, made.second, made.head, made.stranger):
            assert person.pk
        made.person("督察", Role.AUDITOR, worlds.NEIGHBOUR)
        Entity.objects.filter(pk=made.entity.pk).update(kind="9500")
        Premises.objects.filter(pk=made.premises.pk).update(phone="13905330011")
        return made


def client(person: Any) -> Client:
    made = Client(HTTP_ACCEPT_LANGUAGE="en")
    made.force_login(person)
    return made


def whole(person: Any, uid: Any) -> bool:
    page = client(person).get(f"/e/{uid}/").content.decode()
    found = client(person).get("/search/", {"q": NUMBER[-4:]}).content.decode()
    hits = client(person).get("/api/registry/search", {"q": NUMBER[-4:]}).json()["hits"]
    assert "data-row" in found and [hit["uid"] for hit in hits] == [str(uid)], "it is found all the same"
    told = {NUMBER in page, NUMBER in "".join(text for text, _hit in hits[0]["parts"]), NUMBER in hits[0]["phone"]}
    told |= {"13905330011" in page}
    assert len(told) == 1, "every door says the same"
    return told.pop()


def test_who_works_there_reads_it_and_who_works_elsewhere_does_not(w):
    assert whole(w.inspector, w.entity.uid) and whole(w.head, w.entity.uid)
    assert not whole(w.stranger, w.entity.uid)
    page = client(w.stranger).get(f"/e/{w.entity.uid}/").content.decode()
    assert COVERED in page and f"/private/registered/{w.entity.uid}/" in page
    assert "/private/" not in client(w.people["督察"]).get(f"/e/{w.entity.uid}/").content.decode()
    with scoped(SYSTEM):
        Premises.objects.create(
            entity=w.entity, name="分店", address="般阳路 1 号", area=worlds.NEIGHBOUR_OFFICE, trade="restaurant"
        )
    page = client(w.stranger).get(f"/e/{w.entity.uid}/").content.decode()
    assert NUMBER in page, "a shop of his own office stands in the file"


def test_he_opens_it_with_a_reason_that_the_file_keeps(w):
    stranger, address = client(w.stranger), f"/private/registered/{w.entity.uid}/"
    assert NUMBER not in stranger.get(address).content.decode()
    assert stranger.post(address, {"reason": " "}).status_code == 422
    assert NUMBER in stranger.post(address, {"reason": "跨区联合检查"}).content.decode()
    assert "13905330011" in stranger.post(f"/private/shop/{w.premises.uid}/", {"reason": "联系店里"}).content.decode()
    with scoped(SYSTEM):
        entries = list(LedgerEntry.objects.filter(kind="private.opened").order_by("pk"))
    assert [one.data["why"] for one in entries] == ["跨区联合检查", "联系店里"]
    assert all(one.actor == f"person:{w.stranger.pk}" and NUMBER not in json.dumps(one.data) for one in entries)
    assert "跨区联合检查" in client(w.head).get(f"/e/{w.entity.uid}/").content.decode()
    assert client(w.head).get(address).status_code == 404, "nothing is covered for him"


@pytest.mark.parametrize(("kind", "number"), [("1100", NUMBER), ("", NUMBER), ("9500", "0533-2180099")])
def test_a_companys_number_and_a_landline_stand_open(w, kind, number):
    plan(w)
    with scoped(SYSTEM):
        Entity.objects.filter(pk=w.entity.pk).update(kind=kind, phone=number)
    assert number in client(w.stranger).get(f"/e/{w.entity.uid}/").content.decode()
