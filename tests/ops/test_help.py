"""`zhijian --help` is good enough to learn it from: it names whatever there is to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhijian import cli
from zhijian.ops import commands

CODE = Path(commands.__file__).parents[1]


def told() -> set[str]:
    """The names on the help page."""
    return {line.split()[0] for line in commands.HELP.splitlines() if line.startswith("  ") and line[2] != " "}


def test_every_command_of_ours_is_on_the_help_page() -> None:
    shown = {name: shown for shown, name in commands.DJANGO_NAMES.items()}
    ours = {path.stem for path in CODE.glob("*/*/management/commands/*.py")} - {"__init__"}
    assert {shown.get(name, name) for name in ours} <= told()


@pytest.mark.parametrize("name", sorted(told() - {"test"}))
def test_every_name_on_the_page_tells_more(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = cli.main([name, "--help"])
    except SystemExit as end:
        code = end.code or 0  # type: ignore[assignment]
    assert code == 0
    assert len(capsys.readouterr().out) > 30
