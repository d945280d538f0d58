"""The own number of a contact: covered for everybody, opened with a reason, and each opening is an entry."""

from __future__ import annotations

import json

import pytest
from tests import world as worlds
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.desk.private import private
from zhijian.kernel.evidence.models import LedgerEntry

pytestmark = pytest.mark.django_db
NUMBER = "13805330042"


@pytest.fixture
def place(world):
    for one in (world.inspector, world.second, world.head, world.stranger):
        assert one.pk
    world.premises.contact, world.premises.contact_phone = "周店长", NUMBER
    world.premises.save()
    return world.premises


def openings() -> list[LedgerEntry]:
    return list(LedgerEntry.objects.filter(kind="private.opened").order_by("pk"))


def test_it_is_covered_on_the_file_and_on_the_visit(world, place, signed_in):
    matter = plan(world)
    for address in (f"/e/{world.entity.uid}/", f"/m/{matter.uid}/"):
        page = signed_in(world.inspector).get(address).content.decode()
        assert "138******42" in page
        assert NUMBER not in page
        assert f"/private/contact/{place.uid}/" in page
    assert openings() == []


def test_who_holds_a_matter_there_opens_it_with_one_tap(world, place, signed_in):
    plan(world)
    client, address = signed_in(world.inspector), f"/private/contact/{place.uid}/"
    answer = client.post(address)
    assert f'href="tel:{NUMBER}"' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    (entry,) = openings()
    assert (entry.actor, entry.subject) == (f"person:{world.inspector.pk}", f"entity:{world.entity.pk}")
    assert entry.data["why"] == "=duty"
    assert NUMBER not in json.dumps(entry.data)
    page = signed_in(world.head).get(f"/e/{world.entity.uid}/").content.decode()
    assert "Opened the contact&#x27;s own number of" in page


def test_everybody_else_says_why(world, place, signed_in):
    client, address = signed_in(world.head), f"/private/contact/{place.uid}/"
    assert NUMBER not in client.get(address).content.decode()
    refused = client.post(address, {"reason": " "})
    assert refused.status_code == 422
    assert "say what you need it for" in refused.content.decode()
    assert NUMBER not in refused.content.decode()
    assert openings() == []
    assert NUMBER in client.post(address, {"reason": "群众投诉，需电话核实"}).content.decode()
    assert openings()[0].data["why"] == "群众投诉，需电话核实"


def test_a_closed_matter_is_no_duty_any_more(world, place, signed_in):
    matter = plan(world)
    type(matter).objects.filter(pk=matter.pk).update(closed=matter.opened)
    assert signed_in(world.inspector).post(f"/private/contact/{place.uid}/").status_code == 422


def test_what_is_not_his_or_not_there_is_not_found(world, place, signed_in):
    address = f"/private/contact/{place.uid}/"
    assert signed_in(world.stranger).post(address, {"reason": "好奇"}).status_code == 404
    assert "138******42" not in signed_in(world.stranger).get(f"/e/{world.entity.uid}/").content.decode()
    assert signed_in(world.head).get(f"/private/identity/{place.uid}/").status_code == 404
    place.contact_phone = None
    place.save()
    assert signed_in(world.head).get(address).status_code == 404
    assert openings() == []


def test_a_room_registers_what_it_keeps(world, place, signed_in):
    world.person("内勤", Role.CLERK, worlds.OFFICE)
    private("toy", "toy value", lambda uid, actor: None)
    assert signed_in(world.people["内勤"]).get(f"/private/toy/{place.uid}/").status_code == 404
