"""Sealed blanks: issued by count with serials, each with one fate, counted by the month."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.papers.blanks import acts
from zhijian.kernel.papers.models import Blank

ORDER = "rectification_order"


def sign_in(person: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


@pytest.fixture
def clerk(w: world.World) -> Any:
    with scoped(SYSTEM):
        return w.person("内勤", Role.CLERK, world.OFFICE)


def issued(w: world.World, clerk: Any, first: str = "A-0098", count: int = 5) -> list[Blank]:
    told = {"kind": ORDER, "holder": w.inspector.pk, "first": first, "count": count}
    assert sign_in(clerk).post("/papers/blanks/", told).status_code == 302
    return blanks()


def blanks() -> list[Blank]:
    with scoped(SYSTEM):
        return list(Blank.objects.order_by("serial"))


@given(st.text("AB-", max_size=6), st.integers(0, 9_999), st.integers(1, 50))
def test_serials_count_on_and_never_repeat(prefix: str, first: int, count: int) -> None:
    found = acts.serials(f"{prefix}{first:04d}", count)
    assert len(set(found)) == count
    assert [int(one[len(prefix) :]) for one in found] == list(range(first, first + count))


def test_issued_by_count_held_and_each_settled_once(w, clerk, matter):
    rows = issued(w, clerk)
    assert [one.serial for one in rows] == ["A-0098", "A-0099", "A-0100", "A-0101", "A-0102"]
    officer = sign_in(w.inspector)
    page = officer.get(f"/papers/blanks/of/{w.inspector.pk}/").content.decode()
    assert page.count("data-row") == 5
    first, second, third = (f"/papers/blanks/{one.uid}/" for one in rows[:3])
    assert officer.post(first, {"state": "used", "matter": "nonsense"}).status_code == 422
    assert officer.post(first, {"state": "used", "matter": matter.number}).status_code == 302
    assert officer.post(first, {"state": "spoiled", "reason": "wet"}).status_code == 409
    assert officer.post(second, {"state": "spoiled"}).status_code == 422
    assert officer.post(second, {"state": "spoiled", "reason": "wet"}).status_code == 302
    assert officer.post(third, {"state": "returned"}).status_code == 403, "who keeps the seal takes it back"
    assert sign_in(clerk).post(third, {"state": "returned"}).status_code == 302
    assert [one.state for one in blanks()] == ["used", "spoiled", "returned", "held", "held"]
    assert blanks()[0].matter_id == matter.pk
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="blank.fate").count() == 3
        (month,) = acts.month(Blank.objects.all(), world.in_days(0).replace(day=1))
    assert (month.before, month.issued, month.used, month.spoiled, month.returned, month.after) == (0, 5, 1, 1, 1, 2)
    page = sign_in(clerk).get("/papers/blanks/").content.decode()
    assert "甲" in page
    assert "<strong>2</strong>" in page
    with scoped(SYSTEM):
        assert acts.held_by(w.inspector.pk).count() == 2


def test_a_serial_is_issued_once(w, clerk):
    issued(w, clerk)
    with scoped(w.actor("内勤")) as actor, pytest.raises(NotOpen):
        acts.issue(ORDER, "A-0100", 9, w.second, actor)
    told = {"kind": ORDER, "holder": w.second.pk, "first": "A-0090", "count": 20}
    assert sign_in(clerk).post("/papers/blanks/", told).status_code == 422
    assert sign_in(clerk).post("/papers/blanks/", {**told, "first": "no digits"}).status_code == 422
    assert len(blanks()) == 5, "all or none"


def test_others_neither_see_nor_settle_them(w, clerk):
    (one, *_rest) = issued(w, clerk)
    for person in (w.second, w.stranger):
        assert sign_in(person).get(f"/papers/blanks/{one.uid}/").status_code == 404
        assert sign_in(person).get(f"/papers/blanks/of/{w.inspector.pk}/").status_code == 404
    assert sign_in(w.inspector).get("/papers/blanks/").status_code == 404
    told = {"kind": ORDER, "holder": w.inspector.pk, "first": "B-1", "count": 1}
    assert sign_in(w.stranger).post("/papers/blanks/", told).status_code == 422


@pytest.mark.parametrize("spelt", ["a-000110", "Ａ-０００１１０", " A-000110 "])
def test_a_serial_is_the_same_however_it_is_spelt(spelt: str) -> None:
    assert acts.serials(spelt, 2) == ["A-000110", "A-000111"]
