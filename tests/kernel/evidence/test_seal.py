"""Daily seals: the trees, the chain of seals, proofs, and that no entry slips under a seal unseen."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
import time

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger, merkle, seal
from zhijian.kernel.evidence.models import LedgerEntry, Seal

KIND = ledger.entry_kind("test.noted", label="noted {n}", personal=("phone",))
DAY = dt.date(2026, 11, 23)


def note(n: int, subject: str = "", **more: object) -> LedgerEntry:
    return ledger.record(KIND.code, actor=SYSTEM, subject=subject or f"test:{n % 3}", data={"n": n}, **more)


# Trees


def test_the_tree_is_that_of_rfc_6962() -> None:
    """Roots of the test vectors of Certificate Transparency's reference implementation (0, 1, 2, 3, 8 leaves)."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    roots = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    tree = merkle.Tree("sha256")
    for n in range(9):
        if n in roots:
            assert tree.root().hex() == roots[n]
        if n < 8:
            tree.add(bytes.fromhex(inputs[n]))


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=70), st.data())
def test_every_leaf_has_its_proof_and_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    for algorithm in ("sha256", "sm3"):
        tree = merkle.Tree(algorithm)
        for one in leaves:
            tree.add(one)
        index = data.draw(st.integers(0, len(leaves) - 1))
        beside = merkle.path(algorithm, leaves, len(leaves), index)
        assert merkle.root_from(algorithm, leaves[index], beside) == tree.root()
        assert merkle.root_from(algorithm, leaves[index] + b"x", beside) != tree.root()
        assert len(beside) <= 7


# Seals


def test_each_seal_holds_the_one_before(db: None) -> None:
    with scoped(SYSTEM):
        entries = [note(n) for n in range(5)]
        one = seal.make_seal(DAY)
        assert (one.first_entry, one.previous) == (1, "")
        assert one.last_entry == entries[-1].pk
        assert seal.make_seal(DAY) == one, "a day has one"
        empty = seal.make_seal(DAY + dt.timedelta(days=1))
        assert (empty.count, empty.previous) == (0, one.digest)
        assert empty.root == hashlib.sha256().hexdigest()
        more = [note(n) for n in range(4)]
        late = seal.make_seal(DAY + dt.timedelta(days=9))
        assert (late.count, late.previous, late.first_entry) == (4, empty.digest, one.last_entry + 1)
        for entry in (*entries, *more):
            proof = seal.inclusion_proof(entry)
            assert proof.holds()
            assert proof.seal.digest in (one.digest, late.digest)
        assert seal.inclusion_proof(note(1)) is None


def test_a_changed_entry_has_no_proof_any_more(db: None) -> None:
    with scoped(SYSTEM):
        entries = [note(n) for n in range(3)]
        seal.make_seal(DAY)
        proof = seal.inclusion_proof(entries[1])
        entries[1].sha256 = "0" * 64
        assert not seal.Proof(proof.seal, entries[1], proof.beside, proof.beside_sm3).holds()


def test_seals_cannot_be_changed(db: None) -> None:
    with scoped(SYSTEM):
        made = seal.make_seal(DAY)
        for change in ({"root": "0" * 64}, None):
            rows = Seal.objects.filter(pk=made.pk)
            with pytest.raises(Exception, match=r"permission denied|append-only"), transaction.atomic():
                rows.update(**change) if change else rows.delete()


def test_seals_are_published(db: None) -> None:
    with scoped(SYSTEM):
        note(1)
        made = seal.make_seal(DAY)
        seal.make_seal(DAY + dt.timedelta(days=1))
    page = Client().get("/seals/")
    assert page.status_code == 200
    assert made.root_sm3[:16] in page.content.decode()
    told = Client().get("/seals/seals.json").json()["seals"]
    assert [one["day"] for one in told] == ["2026-11-23", "2026-11-24"]
    assert told[0]["digest"] == made.digest == told[1]["previous"]
    assert len(Client().get("/seals/seals.json?since=2026-11-24").json()["seals"]) == 1
    assert Client().get("/seals/seals.json?since=yesterday").status_code == 400


# Numbers are taken before they are seen


class Writer(threading.Thread):
    """Somebody who writes an entry and lets his transaction wait."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.n, self.written, self.go = n, threading.Event(), threading.Event()
        self.entry: LedgerEntry | None = None

    def run(self) -> None:
        with scoped(SYSTEM):
            self.entry = note(self.n, f"writer:{self.n}")
            self.written.set()
            self.go.wait(20)
        connection.close()


def slow_and_quick() -> tuple[Writer, Writer]:
    """The slow one has a lower number and has not committed, the quick one has a higher number and has."""
    slow, quick = Writer(1), Writer(2)
    slow.start()
    assert slow.written.wait(10)
    quick.go.set()
    quick.start()
    quick.join()
    assert slow.entry.pk < quick.entry.pk
    return slow, quick


def test_a_seal_by_the_highest_number_would_miss_who_commits_late(
    fresh_database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = slow_and_quick()
    monkeypatch.setattr(seal, "_writers", set)
    made = seal.make_seal(DAY)
    slow.go.set()
    slow.join()
    assert made.last_entry == quick.entry.pk
    with scoped(SYSTEM):
        assert seal.roots(made.first_entry, made.last_entry)[0] == made.count + 1, "an entry slipped under the seal"
    with pytest.raises(SystemExit):
        call_command("verify")


def test_a_seal_waits_for_who_commits_late_and_holds_up_nobody(fresh_database: object) -> None:
    slow, quick = slow_and_quick()
    made: list[Seal] = []

    def work() -> None:
        made.append(seal.make_seal(DAY))
        connection.close()

    sealing = threading.Thread(target=work)
    sealing.start()
    time.sleep(0.4)
    assert not made
    third = Writer(3)  # who comes now need not wait for the seal, nor the seal for him
    third.start()
    assert third.written.wait(2)
    slow.go.set()
    sealing.join(10)
    assert made, "the seal does not wait for who came later"
    assert made[0].last_entry == quick.entry.pk
    third.go.set()
    slow.join()
    third.join()
    with scoped(SYSTEM):
        count, root, _sm3 = seal.roots(made[0].first_entry, made[0].last_entry)
        assert (count, root) == (made[0].count, made[0].root)
        assert seal.make_seal(DAY + dt.timedelta(days=1)).count == 1
    call_command("verify")


def test_who_rolls_back_leaves_no_hole(fresh_database: object) -> None:
    with scoped(SYSTEM):
        note(1)
        transaction.set_rollback(True)
    with scoped(SYSTEM):
        entry = note(2)
    made = seal.make_seal(DAY)
    assert (made.count, made.last_entry) == (1, entry.pk)


def test_a_writer_without_end_only_puts_the_seal_off(fresh_database: object) -> None:
    slow = Writer(1)
    slow.start()
    assert slow.written.wait(10)
    with pytest.raises(seal.Unsettled):
        seal.make_seal(DAY, wait=0.3)
    assert not Seal.objects.exists()
    slow.go.set()
    slow.join()
    assert seal.make_seal(DAY).count == 1


def test_many_writers_and_a_seal_every_moment(fresh_database: object) -> None:
    """Whatever commits when: in the end every entry stands under exactly one seal."""
    stop = time.monotonic() + 3

    def write(n: int) -> None:
        while time.monotonic() < stop:
            with scoped(SYSTEM):
                note(n, f"many:{n}")
                time.sleep(0.002 * n)
                note(n, f"also:{n}")
        connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    day = DAY
    while time.monotonic() < stop:
        seal.make_seal(day)
        day += dt.timedelta(days=1)
    for thread in threads:
        thread.join()
    seal.make_seal(day)
    with scoped(SYSTEM):
        assert sum(Seal.objects.values_list("count", flat=True)) == LedgerEntry.objects.count() > 50
    call_command("verify")


def test_two_seals_at_once_are_one(fresh_database: object) -> None:
    with scoped(SYSTEM):
        note(1)
    made: list[int] = []

    def work() -> None:
        try:
            made.append(seal.make_seal(DAY).pk)
        except IntegrityError:
            made.append(0)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1
    assert made[0]
