"""What the application's role cannot do, and that what an owner of the database does is found."""

from __future__ import annotations

import datetime as dt
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from tests import world
from tests.kernel.evidence import pictures
from tests.kernel.evidence.test_seal import note
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import PUBLIC, SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import files, ledger, seal, verify
from zhijian.kernel.evidence.management.commands import verify as command
from zhijian.kernel.evidence.models import LedgerEntry, LedgerPersonal

DAY = dt.date(2026, 11, 23)


def checked(*arguments: str) -> tuple[int, str]:
    """Exit code and everything that was said."""
    out = io.StringIO()
    try:
        call_command("verify", *arguments, stdout=out, stderr=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


@contextmanager
def owner() -> Iterator[Callable[[str], None]]:
    """The database's owner, who has put every guard away."""
    with connections["owner"].cursor() as cursor:
        tables = ("evidence_ledgerentry", "evidence_seal", "evidence_ledgerpersonal")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY")
        yield cursor.execute
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE evidence_ledgerentry FORCE ROW LEVEL SECURITY")


@pytest.fixture
def kept(fresh_database: object) -> list[LedgerEntry]:
    """Two chains under one seal, the second with personal values."""
    with scoped(SYSTEM):
        entries = [note(n, "test:a") for n in range(5)]
        entries += [note(n, "test:b", personal={"phone": f"1380013800{n}"}) for n in range(3)]
    seal.make_seal(DAY)
    assert checked()[0] == 0
    return entries


# The application's role


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence_ledgerentry SET kind = 'x'",
        "DELETE FROM evidence_ledgerentry",
        "TRUNCATE evidence_ledgerentry CASCADE",
        "UPDATE evidence_seal SET root = 'x'",
        "DELETE FROM evidence_seal",
        "TRUNCATE evidence_seal",
        "UPDATE evidence_ledgerpersonal SET salt = 'x'",
        "TRUNCATE evidence_ledgerpersonal",
        "ALTER TABLE evidence_ledgerentry DISABLE TRIGGER USER",
        "ALTER TABLE evidence_ledgerentry NO FORCE ROW LEVEL SECURITY",
        "DROP TRIGGER append_only ON evidence_ledgerentry",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_can_only_append(db: None, statement: str) -> None:
    with scoped(SYSTEM):
        note(1)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_owner_too_is_stopped_by_the_triggers(kept: list[LedgerEntry]) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE evidence_ledgerentry NO FORCE ROW LEVEL SECURITY")
        try:
            for statement in ("UPDATE {} SET kind = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
                with pytest.raises(DatabaseError, match="append-only"):
                    cursor.execute(statement.format("evidence_ledgerentry"))
        finally:
            cursor.execute("ALTER TABLE evidence_ledgerentry FORCE ROW LEVEL SECURITY")


def test_what_the_public_does_is_written_in_a_system_scope(db: None) -> None:
    """A failed sign-in is an entry of somebody who sees nothing, not even what he has just written."""
    with scoped(PUBLIC):
        for n in range(2):
            with scoped(SYSTEM):
                ledger.record("test.noted", actor=PUBLIC, subject="test:public", data={"n": n})
        assert not LedgerEntry.objects.exists()
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            note(3, "test:public")
    assert checked("--subject", "test:public")[0] == 0


# What is found

TAMPERED = {
    "a fact": ("UPDATE evidence_ledgerentry SET data = '{{\"n\": 99}}' WHERE id = {2}", "test:a #3: "),
    "a float": ("UPDATE evidence_ledgerentry SET data = '{{\"n\": 1.5}}' WHERE id = {2}", "test:a #3: "),
    "who": ("UPDATE evidence_ledgerentry SET actor = 'person:7' WHERE id = {1}", "test:a #2: "),
    "when": ("UPDATE evidence_ledgerentry SET at = at + interval '1 microsecond' WHERE id = {0}", "test:a #1: "),
    "where": ("UPDATE evidence_ledgerentry SET area = '370303' WHERE id = {3}", "test:a #4: "),
    "one digest": ("UPDATE evidence_ledgerentry SET sm3 = repeat('0', 64) WHERE id = {4}", "test:a #5: "),
    "taken out": ("DELETE FROM evidence_ledgerentry WHERE id = {2}", "test:a #3: "),
    "the first one": ("DELETE FROM evidence_ledgerentry WHERE id = {0}", "test:a #1: "),
    "the last one": ("DELETE FROM evidence_ledgerentry WHERE id = {4}", "seal #1: 2026-11-23: "),
    "a whole chain": ("DELETE FROM evidence_ledgerentry WHERE subject = 'test:b'", "seal #1: 2026-11-23: "),
    "another chain": ("UPDATE evidence_ledgerentry SET subject = 'test:c', seq = 1 WHERE id = {4}", "test:c #1: "),
    "the seal's root": ("UPDATE evidence_seal SET root = repeat('0', 64)", "seal #1: 2026-11-23: "),
    "the seal's day": ("UPDATE evidence_seal SET day = '2026-11-20'", "seal #1: 2026-11-20: "),
    "a personal value": ("UPDATE evidence_ledgerpersonal SET salt = 'x' WHERE entry_id = {6}", "test:b #2: "),
    "another's value": (
        "UPDATE evidence_ledgerpersonal SET sealed = (SELECT sealed FROM evidence_ledgerpersonal WHERE entry_id = {5})"
        " WHERE entry_id = {7}",
        "test:b #3: ",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_changed_is_found_and_named(kept: list[LedgerEntry], what: str) -> None:
    statement, where = TAMPERED[what]
    with owner() as do:
        do(statement.format(*[entry.pk for entry in kept]))
    code, said = checked()
    assert code == 1
    first = next(line for line in said.splitlines() if "test:" in line or "seal #" in line)
    assert where in first, said


def test_a_chain_written_anew_is_found_by_the_seal(kept: list[LedgerEntry]) -> None:
    """Who can write digests can make a chain fit again, but not the seal that others keep."""
    changed = kept[4]
    changed.data = {"n": 77}
    previous = kept[3]
    changed.sha256 = verify.sha256_hex(verify.canonical(verify.material(changed, previous.sha256)))
    changed.sm3 = verify.sm3_hex(verify.canonical(verify.material(changed, previous.sm3)))
    with owner() as do:
        do(
            f"UPDATE evidence_ledgerentry SET data = '{{\"n\": 77}}', sha256 = '{changed.sha256}',"
            f" sm3 = '{changed.sm3}' WHERE id = {changed.pk}"
        )
    code, said = checked()
    assert code == 1
    assert "seal #1" in said
    assert "test:a" not in said


def test_an_erased_value_leaves_the_chain_whole(kept: list[LedgerEntry]) -> None:
    with scoped(SYSTEM):
        assert LedgerPersonal.objects.filter(entry=kept[6]).delete()[0] == 1
    code, said = checked()
    assert code == 0, said


def test_one_chain_can_be_checked_by_itself(kept: list[LedgerEntry]) -> None:
    with owner() as do:
        do(f"DELETE FROM evidence_ledgerentry WHERE id = {kept[1].pk}")
    assert checked("--subject", "test:b")[0] == 0
    assert checked("--subject", "test:a")[0] == 1
    assert checked("--subject", "test:unheard")[0] == 2


def test_only_the_first_break_of_a_chain_is_told(kept: list[LedgerEntry]) -> None:
    with owner() as do:
        do("UPDATE evidence_ledgerentry SET kind = 'x' WHERE subject = 'test:a'")
    _code, said = checked()
    assert said.count("test:a #") == 1


def test_files_are_read_whole(fresh_database: object) -> None:
    blob = files.store(pictures.noise())
    path = Path(default_storage.path(files.path_of(blob.sha256)))
    assert checked("--blobs")[0] == 0
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(bytes(data))
    assert checked()[0] == 0, "without the flag files are not read"
    code, said = checked("--blobs")
    assert code == 1
    assert blob.sha256 in said
    path.unlink()
    assert checked("--blobs")[0] == 1


def test_papers_are_checked(fresh_database: object) -> None:
    from zhijian.kernel.papers.models import Paper

    with scoped(SYSTEM):
        w = world.make()
        assert all([w.head, w.inspector, w.second])
    matter = plan(w)
    digests = {"digest": verify.sha256_hex(b'{"n":1}'), "digest_sm3": verify.sm3_hex(b'{"n":1}')}
    with scoped(SYSTEM):
        paper = Paper.objects.create(
            matter=matter, area=matter.area, organ=matter.area, kind="x", number="X1", data={"n": 1}, code="ABC",
            at=dt.datetime.now(dt.UTC), made_by="system", signed_digest=digests["digest"], **digests,
        )  # fmt: skip
        assert checked()[0] == 0
        Paper.objects.filter(pk=paper.pk).update(data={"n": 2})
        code, said = checked()
    assert code == 1
    assert "X1" in said


def test_long_checks_say_how_far_they_are(kept: list[LedgerEntry], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "…" not in checked()[1]
    monkeypatch.setattr(command, "EVERY_SECONDS", 0.0)
    assert "… " in checked()[1]


def test_it_is_a_command_with_an_exit_code(kept: list[LedgerEntry], fresh_database: object) -> None:
    line = [sys.executable, "-m", "zhijian", "verify"]
    env = os.environ | fresh_database.env
    good = subprocess.run(line, env=env, capture_output=True, text=True)
    assert good.returncode == 0, good.stderr
    with owner() as do:
        do(f"UPDATE evidence_ledgerentry SET kind = 'x' WHERE id = {kept[0].pk}")
    bad = subprocess.run(line, env=env, capture_output=True, text=True)
    assert bad.returncode == 1
    assert "test:a #1" in bad.stderr
