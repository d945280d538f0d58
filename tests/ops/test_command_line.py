"""The command line says what to do: no traceback, the nearest command, help with an example."""

from __future__ import annotations

import subprocess
import sys

import pytest

from zhijian import cli
from zhijian.config.places import CHECKOUT
from zhijian.ops import commands


def test_a_database_that_does_not_answer_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    env = {"DATABASE_URL": "postgresql://zj:pw@127.0.0.1:1/zj", "PYTHONPATH": str(CHECKOUT / "src"), "HOME": "/tmp"}
    run = [sys.executable, "-m", "zhijian", "verify"]
    done = subprocess.run(run, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "127.0.0.1:1" in done.stderr and "DATABASE_URL" in done.stderr and "pw" not in done.stderr


@pytest.mark.parametrize(("typed", "meant"), [("imprt", "import"), ("verfy", "verify"), ("chekclist", "checklist")])
def test_a_slip_proposes_the_nearest(typed: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([typed]) == 2
    assert f"Did you mean {meant}" in capsys.readouterr().err


def test_what_is_a_command_is_no_slip() -> None:
    assert [name for name in ("import", "run", "migrate", "shell", "dbshell", "-h") if commands.nearest(name)] == []


@pytest.mark.parametrize("name", ["import", "verify", "pack", "demo", "figures", "user", "worker", "checklist"])
def test_help_shows_an_example_and_leaves_djangos_own_out(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([name, "--help"]) == 0
    said = capsys.readouterr().out
    assert f"zhijian {name}" in said.split("Example:")[1]
    assert "--pythonpath" not in said and "--no-color" not in said


def test_import_names_its_mappings(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["import", "--help"])
    said = capsys.readouterr().out
    assert all(name in said for name in ("registration", "food_licences", "drug_licences"))
