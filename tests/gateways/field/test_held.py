"""Records that could not be placed: seen by whom they concern, tried again, placed by hand, taken out as they came."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import world
from tests.kernel.papers.conftest import SHARED, enrol

from zhijian.gateways.field import records
from zhijian.gateways.field.models import FieldRecord
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Proposal
from zhijian.programmes.inspection import record
from zhijian.programmes.inspection.record import CURRENT

WHY = "The premises that it names are not in the register."


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        return world.make()


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def sent(w: world.World, premises: str) -> dict[str, Any]:
    """The record that phone and server share as a fixture, about other premises and by our people."""
    told: dict[str, Any] = json.loads(SHARED.read_text())["records"]["signed"]
    officers = [{"id": p.pk, "name": p.name, "certificate_no": p.certificate_no} for p in (w.inspector, w.second)]
    content = {**told["content"], "premises": premises, "task": None, "inspectors": officers, "papers": []}
    return {**told, "id": str(uuid7()), "content": content, "digest": sha256_hex(canonical(content))}


def hold(w: world.World, premises: str = "00000000-0000-7000-8000-000000000000", area: str = world.OFFICE) -> Any:
    """A record as it is kept when its premises are unknown."""
    with scoped(SYSTEM):
        body = canonical(sent(w, premises))
        return FieldRecord.objects.create(
            uid=json.loads(body)["id"], device=enrol(w.inspector), person=w.inspector, schema=1, kind="inspection",
            body=body, sha256=sha256_hex(body), state="held", area=area,
            flags=[{"code": "held", "why": "CannotPlace: premises"}],
        )  # fmt: skip


def test_it_is_shown_to_the_head_and_the_administrator_of_the_area_only(w):
    kept = hold(w)
    with scoped(SYSTEM):
        admin = w.person("管理员", Role.ADMIN, world.CITY)
    for person in (w.head, admin):
        page = signed_in(person).get("/held/").content.decode()
        assert WHY in page
        assert str(kept.pk) in page
        assert "1 record from a phone waits" in signed_in(person).get("/").content.decode()
    assert str(kept.pk) not in signed_in(w.stranger).get("/held/").content.decode()
    assert signed_in(w.inspector).get("/held/").status_code == 404
    for tail in ("", "raw.json", "place/"):
        assert signed_in(w.head).get(f"/held/{kept.pk}/{tail}").status_code == 200
        assert signed_in(w.stranger).get(f"/held/{kept.pk}/{tail}").status_code == 404
        assert signed_in(w.inspector).get(f"/held/{kept.pk}/{tail}").status_code == 404
    assert signed_in(w.stranger).post(f"/held/{kept.pk}/again/").status_code == 404


def test_what_came_from_nobodys_area_is_the_administrators(w):
    kept = hold(w, area="")
    with scoped(SYSTEM):
        admin = w.person("管理员", Role.ADMIN, world.CITY)
    assert str(kept.pk) in signed_in(admin).get("/held/").content.decode()
    assert str(kept.pk) not in signed_in(w.head).get("/held/").content.decode()


def test_it_is_taken_out_byte_for_byte_and_that_is_in_the_ledger(w):
    kept = hold(w)
    answer = signed_in(w.head).get(f"/held/{kept.pk}/raw.json")
    assert answer.content == bytes(kept.body)
    with scoped(SYSTEM):
        assert LedgerEntry.objects.get(kind="field.opened").actor == f"person:{w.head.pk}"


def test_trying_again_succeeds_once_the_register_knows_the_premises(w):
    kept = hold(w)
    client = signed_in(w.head)
    assert client.post(f"/held/{kept.pk}/again/")["Location"] == f"/held/{kept.pk}/"
    with scoped(SYSTEM):
        assert FieldRecord.objects.get(pk=kept.pk).state == "held"
        type(w.premises).objects.filter(pk=w.premises.pk).update(uid="00000000-0000-7000-8000-000000000000")
    assert client.post(f"/held/{kept.pk}/again/")["Location"].startswith("/m/")
    with scoped(SYSTEM):
        assert Matter.objects.get(kind="inspection").premises_id == w.premises.pk
    twice = client.post(f"/held/{kept.pk}/again/", follow=True)
    assert "was placed already" in twice.content.decode(), "a second press leads to the visit"
    with scoped(SYSTEM):
        assert Matter.objects.filter(kind="inspection").count() == 1


def test_placing_it_makes_the_visit_and_leaves_what_was_signed(w):
    kept = hold(w)
    client = signed_in(w.head)
    assert w.premises.name in client.get(f"/held/{kept.pk}/place/", {"p": str(w.premises.uid)}).content.decode()
    with scoped(SYSTEM):
        assert not Matter.objects.exists()
    answer = client.post(f"/held/{kept.pk}/place/", {"p": str(w.premises.uid)})
    with scoped(SYSTEM):
        matter = Matter.objects.get(kind="inspection")
        again = FieldRecord.objects.get(pk=kept.pk)
        assert (again.state, again.matter_id, bytes(again.body)) == ("accepted", matter.pk, bytes(kept.body))
        assert matter.premises_id == w.premises.pk
        assert "digest_wrong" not in {flag["code"] for flag in matter.flags}
        assert LedgerEntry.objects.get(kind="field.placed").actor == f"person:{w.head.pk}"
    assert answer["Location"] == f"/m/{matter.uid}/"
    address = f"/held/{kept.pk}/place/"
    assert client.post(address, {"p": str(w.premises.uid)})["Location"] == f"/m/{matter.uid}/", "placed already"
    assert signed_in(w.stranger).post(address, {"p": str(w.premises.uid)}).status_code == 404
    with scoped(SYSTEM):
        assert Matter.objects.filter(kind="inspection").count() == 1


def test_what_still_cannot_be_worked_on_stays_and_says_so(w):
    kept = hold(w)
    with scoped(SYSTEM):
        body = json.loads(bytes(kept.body))
        del body["content"]["started"]
        FieldRecord.objects.filter(pk=kept.pk).update(body=canonical(body))
    client = signed_in(w.head)
    assert client.get("/held/").status_code == 200
    assert client.get(f"/held/{kept.pk}/").status_code == 200
    assert client.post(f"/held/{kept.pk}/place/", {"p": str(w.premises.uid)}).status_code == 409
    with scoped(SYSTEM):
        assert FieldRecord.objects.get(pk=kept.pk).state == "held"
        assert not Matter.objects.exists()


@pytest.mark.parametrize("kind", ["inspection", "correction"])
def test_a_record_of_a_newer_app_waits_for_a_newer_server(w, kind, monkeypatch):
    """Taken in by this server's meaning of it, something would be lost in silence; it is kept, and says what to do."""
    newer = {**sent(w, str(w.premises.uid)), "schema": CURRENT + 1, "kind": kind}
    if kind == "correction":
        newer["content"] = {
            "premises": str(w.premises.uid), "device": newer["content"]["device"], "made": "2026-11-20T10:00:00+08:00",
            "changes": [{"what": "phone", "new": {"text": "0533-2180001"}}],
        }  # fmt: skip
    with scoped(SYSTEM):
        phone = enrol(w.inspector)
    new, told = records.take(UUID(newer["id"]), canonical(newer), phone)
    assert (new, told["state"], told["matter"]) == (True, "held", None)
    assert "服务器升级后" in told["flags"][0]["message"]
    with scoped(SYSTEM):
        assert not Matter.objects.exists() and not Proposal.objects.exists()
        assert LedgerEntry.objects.get(kind="field.held").data["why"] == "NewerSchema"
    client = signed_in(w.head)
    page = client.get(f"/held/{newer['id']}/").content.decode()
    assert "newer than this server" in page and "brings the server up to date" in page
    assert "Choose the premises" not in page, "no premises would help"
    placed = client.post(f"/held/{newer['id']}/place/", {"p": str(w.premises.uid)})
    assert placed.status_code == 409 and "newer than this server" in placed.content.decode()
    monkeypatch.setattr(record, "CURRENT", CURRENT + 1)  # the server is brought up to date
    monkeypatch.setitem(record.UPCASTERS, CURRENT, lambda content: content)
    client.post(f"/held/{newer['id']}/again/")
    with scoped(SYSTEM):
        assert FieldRecord.objects.get(pk=newer["id"]).state == "accepted"
        assert (Matter if kind == "inspection" else Proposal).objects.exists()


@pytest.mark.parametrize("content", [None, [], {"answers": "x", "photos": [1], "premises": 7, "started": "soon"}])
def test_a_record_that_says_nonsense_is_still_shown(w, content):
    kept = hold(w)
    with scoped(SYSTEM):
        FieldRecord.objects.filter(pk=kept.pk).update(body=canonical({"id": str(kept.pk), "content": content}))
    for address in ("/held/", f"/held/{kept.pk}/", f"/held/{kept.pk}/place/"):
        assert signed_in(w.head).get(address).status_code == 200


def test_premises_out_of_reach_cannot_be_chosen(w):
    kept = hold(w)
    with scoped(SYSTEM):
        type(w.premises).objects.filter(pk=w.premises.pk).update(area=world.NEIGHBOUR_OFFICE)
    assert signed_in(w.head).post(f"/held/{kept.pk}/place/", {"p": str(w.premises.uid)}).status_code == 404


def test_many_rows_ask_as_much_as_one(w):
    client = signed_in(w.head)

    def asked() -> int:
        client.get("/held/")
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/held/").status_code == 200
        return len(caught)

    hold(w)
    few = asked()
    for _ in range(29):
        hold(w)
    assert asked() == few
