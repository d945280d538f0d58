"""Making, voiding, sealing: an issued paper never changes, and its number is accounted for."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from tests import world
from tests.kernel.papers.conftest import AT, enrol

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.digest import NotCanonical, canonical, sha256_hex, sm3_hex
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers import making, numbers
from zhijian.kernel.papers.models import NumberRow, Paper
from zhijian.programmes.inspection.record import PaperRef, read


@pytest.fixture
def data(shared: dict[str, Any]) -> dict[str, Any]:
    return shared["papers"]["signed"]["rectification_order"]


def test_a_paper_is_its_data(matter: Matter, officer: Actor, data: dict[str, Any]) -> None:
    with scoped(officer):
        paper = making.make("rectification_order", matter, data, at=AT, actor=officer)
    assert paper.number == "张市监责改〔2026〕1号"
    assert (paper.digest, paper.digest_sm3) == (sha256_hex(canonical(data)), sm3_hex(canonical(data)))
    assert paper.signed_digest == data["record"]["digest"]
    row = NumberRow.objects.get(paper=paper)
    assert (row.state, row.code, row.changed_by) == ("used", paper.code, officer.label)
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(kind="paper.made")
        assert (entry.data["number"], entry.data["digest"]) == (paper.number, paper.digest)


def test_data_with_a_float_is_refused_and_takes_no_number(matter: Matter, officer: Actor) -> None:
    with scoped(officer), pytest.raises(NotCanonical), transaction.atomic():
        making.make("onsite_record", matter, {"x": 1.5}, at=AT, actor=officer)
    assert not NumberRow.objects.exists()


def test_a_phones_number_is_used_once_and_only_by_it(
    matter: Matter, officer: Actor, phone: Device, w: world.World, data: dict[str, Any]
) -> None:
    with scoped(officer):
        row, other = numbers.top_up(phone, "rectification_order", world.OFFICE, 2)
        made = making.make("rectification_order", matter, data, number=row.number, code=row.code, at=AT, actor=officer)
        assert (made.number, made.code) == (row.number, row.code)
        for number, code in [(row.number, row.code), (other.number, row.code), ("张市监责改〔2026〕99号", None)]:
            with pytest.raises(numbers.NumberForeign):
                making.make("rectification_order", matter, data, number=number, code=code, at=AT, actor=officer)
        stranger = Actor(**{**officer.__dict__, "device": str(enrol(w.second).uid)})
        with pytest.raises(numbers.NumberForeign):
            making.make("rectification_order", matter, data, number=other.number, at=AT, actor=stranger)


def test_a_late_record_may_use_a_number_that_was_taken_back(
    matter: Matter, officer: Actor, phone: Device, data: dict[str, Any]
) -> None:
    with scoped(officer):
        (row,) = numbers.top_up(phone, "rectification_order", world.OFFICE, 1)
        numbers.release(phone, "注销")
        paper = making.make("rectification_order", matter, data, number=row.number, at=AT, actor=officer)
    assert NumberRow.objects.get(pk=row.pk).state == "used"
    assert paper.number == row.number


def test_a_paper_under_a_foreign_number_is_kept_and_told(
    matter: Matter, officer: Actor, shared: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    record = read(shared["records"]["signed"])
    data = shared["papers"]["signed"]["onsite_record"]
    monkeypatch.setitem(making._sources, "onsite_record", lambda *of: data)
    reference = PaperRef(kind="onsite_record", number="张市监检录〔2026〕777号", code="0H7N4QK2MXAA")
    with scoped(officer):
        with pytest.raises(numbers.NumberForeign):
            making.make_from_record("onsite_record", matter, record, reference, officer, AT)
        paper = Paper.objects.get()
        assert (paper.number, paper.data["claimed_number"]) == ("", reference.number)
        assert paper.digest == sha256_hex(canonical(paper.data))
        assert len(paper.signatures) == 3


def test_a_void_paper_keeps_its_number_and_names_what_replaces_it(
    matter: Matter, officer: Actor, data: dict[str, Any]
) -> None:
    with scoped(officer):
        paper = making.make("rectification_order", matter, data, at=AT, actor=officer)
        with pytest.raises(ValueError, match="reason"):
            making.void(paper, "", officer)
        void = making.void(paper, "期限写错", officer)
        new = making.make("rectification_order", matter, data, at=AT, actor=officer, replaces=void)
        with pytest.raises(ValueError, match="already"):
            making.void(paper, "again", officer)
    assert (void.state, void.void_reason, void.void_by) == ("void", "期限写错", officer.label)
    assert new.number == "张市监责改〔2026〕2号"
    assert NumberRow.objects.get(number=paper.number).state == "void"
    assert numbers.account("rectification_order", world.OFFICE, 2026).whole


def test_a_seal_goes_only_where_one_belongs(matter: Matter, officer: Actor, shared: dict[str, Any]) -> None:
    with scoped(officer):
        order = making.make("rectification_order", matter, {"x": "1"}, at=AT, actor=officer)
        assert making.affix_seal(order, officer).sealed
        record = making.make("onsite_record", matter, {"x": "1"}, at=AT, actor=officer)
        with pytest.raises(ValueError, match="no seal"):
            making.affix_seal(record, officer)


def test_row_security_holds_for_papers(matter: Matter, officer: Actor, w: world.World) -> None:
    with scoped(officer):
        making.make("onsite_record", matter, {"x": "1"}, at=AT, actor=officer)
    assert Paper.objects.count() == 0, "no scope, no rows"
    assert w.stranger
    with scoped(w.actor("外区")):
        assert Paper.objects.count() == 0
    with scoped(w.actor("所长")):
        assert Paper.objects.count() == 1
