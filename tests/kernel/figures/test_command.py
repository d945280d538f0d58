"""`zhijian figures` prints the same numbers from the database and from files."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from tests import world


def said(capsys, *arguments: str) -> dict[str, str]:
    call_command("figures", *arguments)
    return {line.split("\t")[0]: line.split("\t")[1] for line in capsys.readouterr().out.splitlines()}


def test_the_same_from_both_engines(w, capsys, tmp_path):
    folder = str(tmp_path / "s")
    assert said(capsys, "--write", folder)["inspection.parquet"] == "10"
    choice = ("--area", world.OFFICE, "--from", "2026-01-01", "--to", "2026-12-31")
    live = said(capsys, *choice)
    assert live["inspection.finished"] == "4"
    assert said(capsys, *choice, "--read", folder) == live


def test_what_is_wrong_is_said(w, tmp_path):
    with pytest.raises(CommandError, match=r"inspection\.finished"):
        call_command("figures", "no.such")
    with pytest.raises(CommandError, match="--write"):
        call_command("figures", "--read", str(tmp_path))
    with pytest.raises(CommandError, match="after --to"):
        call_command("figures", "--from", "2026-02-01", "--to", "2026-01-01")
