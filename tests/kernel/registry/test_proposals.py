"""Corrections from the field: proposed, seen beside the register, decided once, never over somebody's head."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.registry import proposals
from zhijian.kernel.registry.models import Premises, Proposal

AT = dt.datetime(2026, 11, 23, 2, 20, tzinfo=dt.UTC)


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.head, made.inspector, made.stranger
        made.person("内勤", Role.CLERK, world.OFFICE)
        return made


def proposed(w: world.World, what: str, new: dict[str, str], **more: Any) -> Proposal:
    with scoped(SYSTEM):
        return proposals.propose(w.premises, what, new, w.actor("甲"), record=uuid4(), at=AT, **more)


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def press(w: world.World, who: str, of: Proposal, verb: str = "accept", **told: str) -> Any:
    """What the key on the row does."""
    return signed_in(w.people[who]).post(f"/corrections/{of.uid}/{verb}/", told, follow=True)


def now(w: world.World) -> Premises:
    return Premises.objects.get(pk=w.premises.pk)


@pytest.mark.parametrize(
    ("what", "new", "columns"),
    [
        ("phone", {"text": "0533-2180099"}, {"phone": "0533-2180099"}),
        ("sign", {"text": "清风小馆(新店)"}, {"name": "清风小馆(新店)"}),
        ("pin", {"lat": "36.8111234", "lon": "118.05"}, {"lat": "36.811123", "lon": "118.050000"}),
        ("contact", {"name": "王清", "phone": "13805330071"}, {"contact": "王清", "contact_phone": "13805330071"}),
        ("status", {"text": "closed"}, {"status": "closed"}),
    ],
)
def test_one_key_takes_it_over(w, what, new, columns):
    of = proposed(w, what, new)
    page = press(w, "内勤", of, seen=proposals.shown(of).seen).content.decode()
    assert "Taken over into the register" in page
    after = now(w)
    assert {name: str(getattr(after, name)) for name in columns} == columns
    with scoped(SYSTEM):
        assert Proposal.objects.get().state == "accepted"
        entry = LedgerEntry.objects.get(entity_id=w.entity.pk, kind__endswith="corrected")
        assert "13805330071" not in str(entry.data), "a private number never stands in the ledger"


def test_the_new_sign_is_found_by_the_search(w):
    of = proposed(w, "sign", {"text": "淄味小酥肉"})
    press(w, "所长", of, seen=proposals.shown(of).seen)
    from zhijian.kernel.registry.search import search

    assert [hit.premises.pk for hit in search("小酥肉") if hit.premises] == [w.premises.pk]


def test_a_private_number_is_sealed_and_shown_by_its_mask(w):
    of = proposed(w, "contact", {"name": "王清", "phone": "13805330071"})
    page = signed_in(w.head).get("/corrections/").content.decode()
    assert "138******71" in page
    assert "13805330071" not in page
    from django.db import connection

    with connection.cursor() as cursor, scoped(SYSTEM):
        cursor.execute("SELECT new FROM registry_proposal WHERE id = %s", [of.pk])
        assert b"13805330071" not in bytes(cursor.fetchone()[0])


def test_old_and_new_stand_beside_each_other_and_what_changed_meanwhile_is_said(w):
    of = proposed(w, "phone", {"text": "0533-2180099"})
    looked_at = proposals.shown(of).seen
    page = signed_in(w.head).get("/corrections/").content.decode()
    assert "13805330000" in page
    assert "0533-2180099" in page
    assert "changed meanwhile" not in page
    Premises.objects.filter(pk=w.premises.pk).update(phone="0533-2180055")
    page = press(w, "所长", of, seen=looked_at).content.decode()
    assert "Nothing was changed. The register was changed meanwhile." in page
    assert "at the door it was 13805330000" in page
    assert now(w).phone == "0533-2180055"
    with scoped(SYSTEM):
        again = proposals.shown(Proposal.objects.select_related("premises__entity").get())
    press(w, "所长", of, seen=again.seen)
    assert now(w).phone == "0533-2180099", "after another look it is his to decide"


def test_it_is_decided_once(w):
    of = proposed(w, "phone", {"text": "0533-2180099"})
    press(w, "内勤", of, "refuse")
    page = press(w, "所长", of, seen=proposals.shown(of).seen).content.decode()
    assert "Somebody has decided this meanwhile." in page
    assert now(w).phone == ""


def test_only_clerk_and_head_of_the_area_decide(w):
    of = proposed(w, "phone", {"text": "0533-2180099"})
    seen = proposals.shown(of).seen
    for who in ("外区", "甲"):
        assert press(w, who, of, seen=seen).status_code == 404
        assert press(w, who, of, "refuse").status_code == 404
    assert signed_in(w.inspector).get("/corrections/").status_code == 404
    assert w.premises.name not in signed_in(w.stranger).get("/corrections/").content.decode()
    with scoped(w.actor("外区")):
        assert not Proposal.objects.exists(), "row security below the querysets"
    assert now(w).phone == ""


def test_the_same_of_the_same_record_is_kept_once(w):
    record = uuid4()
    with scoped(SYSTEM):
        for _ in range(2):
            proposals.propose(w.premises, "phone", {"text": "1"}, w.actor("甲"), record=record, at=AT)
        assert Proposal.objects.count() == 1


def test_what_cannot_be_taken_over_says_how_to_mend_it(w):
    of = proposed(w, "phone", {"text": "9" * 60})
    page = press(w, "所长", of, seen=proposals.shown(of).seen).content.decode()
    assert "Nothing was changed." in page
    assert now(w).phone == ""
    of = proposed(w, "address", {"text": "", "area": world.OFFICE})
    assert "Say what it is now." in press(w, "所长", of, seen=proposals.shown(of).seen).content.decode()
    page = press(w, "所长", of, seen=proposals.shown(of).seen, text="水晶街 9 号", area=world.SISTER).content.decode()
    assert (now(w).address, now(w).area) == ("水晶街 9 号", world.SISTER)


def test_an_empty_list_says_what_would_be_here(w):
    assert "Nothing waits to be corrected." in signed_in(w.head).get("/corrections/").content.decode()
