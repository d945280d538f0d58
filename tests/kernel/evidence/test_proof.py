"""The proof of one entry: holds as it is, fails when anything in it is changed, and needs nobody's database."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import world
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger, merkle, proof
from zhijian.kernel.evidence.models import LedgerEntry, Seal
from zhijian.kernel.evidence.seal import make_seal
from zhijian.kernel.matters.models import Matter

NOTE = ledger.entry_kind("test.proof_note", label="note {n}")


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        return world.make()


@pytest.fixture
def matter(w: world.World) -> Matter:
    """A planned visit with twelve notes, sealed."""
    made = plan(w)
    with scoped(SYSTEM):
        for n in range(12):
            ledger.record(NOTE.code, actor=SYSTEM, subject=f"matter:{made.pk}", matter=made, data={"n": n})
        make_seal()
    return made


def browser(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def taken(matter: Matter, seq: int) -> dict[str, Any]:
    with scoped(SYSTEM):
        found = proof.proof_of(LedgerEntry.objects.get(subject=f"matter:{matter.pk}", seq=seq))
    assert found is not None
    return json.loads(json.dumps(found))


def test_every_entry_of_the_chain_can_be_proved(matter):
    for seq in range(1, 14):
        assert proof.check(taken(matter, seq)) == []


def _other_fact(told: dict[str, Any]) -> None:
    told["entry"]["data"]["n"] = 99


def _other_time(told: dict[str, Any]) -> None:
    told["entry"]["at"] = "2020-01-01T00:00:00.000000+00:00"


def _other_before(told: dict[str, Any]) -> None:
    told["previous"]["sm3"] = "0" * 64


def _other_path(told: dict[str, Any]) -> None:
    told["path"]["sha256"].pop()


def _other_side(told: dict[str, Any]) -> None:
    told["path"]["sm3"][0][0] = "right" if told["path"]["sm3"][0][0] == "left" else "left"


def _other_root(told: dict[str, Any]) -> None:
    told["seal"]["root"] = "f" * 64


def _other_day(told: dict[str, Any]) -> None:
    told["seal"]["day"] = "2020-01-01"


@pytest.mark.parametrize(
    "change", [_other_fact, _other_time, _other_before, _other_path, _other_side, _other_root, _other_day]
)
def test_whatever_is_changed_is_found(matter, change: Callable[[dict[str, Any]], None]):
    told = taken(matter, 5)
    change(told)
    assert proof.check(told) != []


@pytest.mark.parametrize("nonsense", [{}, [], None, 3, {"entry": {}, "seal": {"digest": 1.5}}])
def test_nonsense_is_told(nonsense):
    assert proof.check(nonsense) == ["This is not a proof that can be read."] or proof.check(nonsense)


def test_paths_are_cut_as_the_standard_says():
    for count in range(1, 40):
        leaves = [bytes([n]) for n in range(count)]
        tree = merkle.Tree("sha256")
        for data in leaves:
            tree.add(data)
        for index in range(count):
            beside = merkle.path("sha256", iter(leaves), count, index)
            assert merkle.root_from("sha256", leaves[index], beside) == tree.root()
    with pytest.raises(IndexError):
        merkle.path("sha256", [b"a"], 1, 1)


def test_the_page_explains_and_the_file_checks_offline(w, matter, tmp_path: Path, capsys):
    client = browser(w.head)
    page = client.get(f"/m/{matter.uid}/entry/3/").content.decode()
    assert "What this proves, and what not" in page
    with scoped(SYSTEM):
        assert Seal.objects.get().digest in page
    assert f"/m/{matter.uid}/entry/3/" in client.get(f"/m/{matter.uid}/").content.decode()
    answer = client.get(f"/m/{matter.uid}/entry/3/proof.json")
    assert "attachment" in answer["Content-Disposition"]
    file = tmp_path / "proof.json"
    file.write_bytes(answer.content)
    call_command("verify", proof=file)
    with scoped(SYSTEM):
        assert Seal.objects.get().digest in capsys.readouterr().out
    # The few lines on the page, as whoever gets the file would run them.
    lines = unescape(re.search(r"<pre[^>]*>(.*?)</pre>", page, re.S).group(1))
    run = [sys.executable, "-I", "-c", lines]
    assert subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.startswith("fits")
    told = copy.deepcopy(json.loads(file.read_text()))
    told["entry"]["data"]["n"] = 99
    file.write_text(json.dumps(told))
    assert subprocess.run(run, cwd=tmp_path, capture_output=True, check=False).returncode != 0
    with pytest.raises(SystemExit) as stopped:
        call_command("verify", proof=file)
    assert stopped.value.code == 1


def test_an_entry_that_no_seal_covers_says_when(w, matter):
    with scoped(SYSTEM):
        ledger.record(NOTE.code, actor=SYSTEM, subject=f"matter:{matter.pk}", matter=matter, data={"n": 77})
    client = browser(w.head)
    assert "No seal covers this entry yet" in client.get(f"/m/{matter.uid}/entry/14/").content.decode()
    assert client.get(f"/m/{matter.uid}/entry/14/proof.json").status_code == 404


def test_others_entries_are_not_there(w, matter):
    for tail in ("", "proof.json"):
        assert browser(w.stranger).get(f"/m/{matter.uid}/entry/1/{tail}").status_code == 404
        assert browser(w.head).get(f"/m/{matter.uid}/entry/99/{tail}").status_code == 404
        assert Client().get(f"/m/{matter.uid}/entry/1/{tail}").status_code == 302


def test_personal_values_never_stand_in_a_proof(w, matter):
    kind = ledger.entry_kind("test.proof_personal", label="{caller}", personal=("caller",))
    with scoped(SYSTEM):
        entry = ledger.record(
            kind.code, actor=SYSTEM, subject=f"matter:{matter.pk}", matter=matter, personal={"caller": "13812345678"}
        )
        Seal.objects.all()
        make_seal(Seal.objects.get().day.replace(year=2099))
        told = proof.proof_of(entry)
    assert "13812345678" not in json.dumps(told)
    assert proof.check(told) == []


def test_a_long_seal_asks_as_much_as_a_short_one(w, matter):
    client = browser(w.head)

    def asked(seq: int) -> int:
        client.get(f"/m/{matter.uid}/entry/{seq}/")
        with CaptureQueriesContext(connection) as caught:
            assert client.get(f"/m/{matter.uid}/entry/{seq}/").status_code == 200
        return len(caught)

    few = asked(1)
    with scoped(SYSTEM):
        for n in range(30):
            ledger.record(NOTE.code, actor=SYSTEM, subject=f"matter:{matter.pk}", matter=matter, data={"n": n})
        make_seal(Seal.objects.get().day.replace(year=2099))
    assert asked(30) == few
