"""The register of numbers: no gap, no double, each accounted for, also with phones and several desks at once."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from tests import world
from tests.kernel.papers.conftest import enrol

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.papers import numbers
from zhijian.kernel.papers.models import NumberRow, Series


def test_a_number_looks_as_the_office_writes_it(w: world.World) -> None:
    row = numbers.take("onsite_record", world.OFFICE, 2026)
    assert row.number == "张市监检录〔2026〕1号"
    assert re.fullmatch(r"\w+\u3014\d{4}\u3015\d+号", row.number)
    assert numbers.take("onsite_record", world.SISTER, 2026).n == 2, "the offices of a district share its series"
    assert numbers.take("onsite_record", world.NEIGHBOUR_OFFICE, 2026).number == "川市监检录〔2026〕1号"
    assert numbers.take("onsite_record", world.OFFICE, 2027).n == 1


def test_what_is_rolled_back_leaves_no_gap(w: world.World) -> None:
    with transaction.atomic():
        numbers.take("onsite_record", world.OFFICE, 2026)
        transaction.set_rollback(True)
    assert numbers.take("onsite_record", world.OFFICE, 2026).n == 1


def test_a_phone_holds_its_block_and_is_filled_up(w: world.World, phone: Device, officer: Actor) -> None:
    with scoped(officer):
        first = numbers.top_up(phone, "result_sheet", world.OFFICE, 10)
        again = numbers.top_up(phone, "result_sheet", world.OFFICE, 10)
        assert [row.pk for row in first] == [row.pk for row in again]
        numbers.void_number(first[0], "写错", actor=officer)
        third = numbers.top_up(phone, "result_sheet", world.OFFICE, 10)
    assert [row.n for row in third] == list(range(2, 12))
    assert len({row.code for row in third}) == 10


def test_last_years_numbers_go_back_at_the_next_pull(w: world.World, phone: Device) -> None:
    with scoped(SYSTEM):
        numbers.reserve_block(phone, "result_sheet", world.OFFICE, 3, year=2001)
        numbers.top_up(phone, "result_sheet", world.OFFICE, 10)
    assert set(NumberRow.objects.filter(year=2001).values_list("state", flat=True)) == {"returned"}


def test_a_revoked_phone_gives_all_back_with_who_when_and_why(w: world.World, phone: Device, officer: Actor) -> None:
    with scoped(officer):
        numbers.top_up(phone, "onsite_record", world.OFFICE, 10)
        numbers.top_up(phone, "result_sheet", world.OFFICE, 10)
    with scoped(w.actor("甲")) as head:
        assert numbers.release(phone, "手机遗失", actor=head) == 20
    row = NumberRow.objects.first()
    assert (row.state, row.reason, row.changed_by) == ("returned", "手机遗失", head.label)
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="number.return").count() == 2
        assert numbers.take("onsite_record", world.OFFICE).n == 11, "returned numbers are not given out again"


def test_the_register_accounts_for_each_number(w: world.World, phone: Device) -> None:
    with scoped(SYSTEM):
        block = numbers.reserve_block(phone, "onsite_record", world.OFFICE, 5, year=2026)
        numbers.take("onsite_record", world.OFFICE, 2026)
        numbers.void_number(block[1], "撕毁")
        numbers.release(phone, "交回")
    account = numbers.account("onsite_record", world.OFFICE, 2026)
    assert account.whole
    assert (account.last, account.counts) == (6, {"returned": 4, "void": 1, "reserved": 1})


def test_a_void_number_needs_a_reason_and_stays_void(w: world.World) -> None:
    row = numbers.take("onsite_record", world.OFFICE, 2026)
    with pytest.raises(ValueError, match="reason"):
        numbers.void_number(row, " ")
    numbers.void_number(row, "写错", actor=SYSTEM)
    with pytest.raises(ValueError, match="void"):
        numbers.void_number(row, "再次", actor=SYSTEM)


def _at_once(work: Callable[[int], object], people: int) -> list[BaseException]:
    failed: list[BaseException] = []

    def run(n: int) -> None:
        try:
            with scoped(SYSTEM):
                work(n)
        except IntegrityError as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def _without_lock(kind: str, organ: str, year: int, by: int) -> int:
    series, _ = Series.objects.get_or_create(kind=kind, organ=organ, year=year)
    time.sleep(0.2)
    Series.objects.filter(pk=series.pk).update(last=series.last + by)
    return series.last + by


def test_the_race_is_there_without_the_lock_and_gone_with_it(
    fresh_database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scoped(SYSTEM):
        w = world.make()
        phones = [enrol(w.person(f"p{n}", "inspector", world.OFFICE)) for n in range(4)]
        Series.objects.create(kind="result_sheet", organ=world.DISTRICT, year=2026)
    with monkeypatch.context() as patch:
        patch.setattr(numbers, "_advance", _without_lock)
        failed = _at_once(lambda n: numbers.take("result_sheet", world.OFFICE, 2026), 4)
        assert failed, "the race must be there, or the next lines prove nothing"

    def block_and_single(n: int) -> None:
        numbers.reserve_block(phones[n], "onsite_record", world.OFFICE, 10, year=2026)
        numbers.take("onsite_record", world.OFFICE, 2026)

    assert _at_once(block_and_single, 4) == []
    account = numbers.account("onsite_record", world.OFFICE, 2026)
    assert account.whole
    assert account.last == 44


def test_two_pulls_of_one_phone_fill_up_once(fresh_database: object) -> None:
    with scoped(SYSTEM):
        w = world.make()
        phone = enrol(w.inspector)
    assert _at_once(lambda n: numbers.top_up(phone, "onsite_record", world.OFFICE, 10), 3) == []
    assert NumberRow.objects.filter(device=phone).count() == 10
