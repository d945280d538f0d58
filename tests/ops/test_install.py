"""What `make install` decides: again only where inputs changed; catalogues without gettext."""

from __future__ import annotations

import gettext
import os
import subprocess
import sys
from pathlib import Path

import pytest

from zhijian.config.places import CHECKOUT
from zhijian.ops import catalogue, install
from zhijian.ops.stamps import content_digest, is_fresh, mark

PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Tower"\nmsgstr "塔"\n'


def test_a_step_is_done_again_only_for_other_content(tmp_path: Path) -> None:
    source = tmp_path / "src"
    (source / "node_modules").mkdir(parents=True)
    (source / "a.ts").write_text("one")
    first = content_digest([source])
    mark(tmp_path / "stamp", first)
    os.utime(source / "a.ts", (1, 1))
    (source / "node_modules/b").write_text("built")
    assert is_fresh(tmp_path / "stamp", content_digest([source]))
    (source / "a.ts").rename(source / "c.ts")
    assert not is_fresh(tmp_path / "stamp", content_digest([source]))


def test_a_part_is_built_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = tmp_path / "web/one"
    part.mkdir(parents=True)
    (part / "package.json").write_text('{"name": "one", "scripts": {"build": "node -e \\"require(\'fs\').mkdirSync'
                                       "('dist', {recursive: true})\\\"\"}}")  # fmt: skip
    (part / "package-lock.json").write_text('{"name": "one", "lockfileVersion": 3, "packages": {"": {"name": "one"}}}')
    monkeypatch.setattr(install, "CHECKOUT", tmp_path)
    commands: list[list[str]] = []
    real = install.run
    monkeypatch.setattr(install, "run", lambda command, folder: (commands.append(command), real(command, folder)))
    install.web_packages()
    install.web_packages()
    assert [command[:2] for command in commands] == [["npm", "ci"], ["npm", "run"]]
    (part / "main.ts").write_text("changed")
    install.web_packages()
    assert len(commands) == 3


def test_it_starts_with_nothing_installed() -> None:
    """The bare interpreter (-S -I: no site packages) can read the installer."""
    program = f"import sys; sys.path.insert(0, {str(CHECKOUT / 'src')!r}); import zhijian.ops.install"
    subprocess.run([sys.executable, "-S", "-I", "-c", program], check=True)


def test_catalogues_are_compiled_without_gettext(tmp_path: Path) -> None:
    folder = tmp_path / "zh_Hans/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(PO)
    assert catalogue.compile_all(tmp_path) == [folder / "django.mo"]
    assert gettext.translation("django", tmp_path, ["zh_Hans"]).gettext("Tower") == "塔"
    assert catalogue.compile_all(tmp_path) == []


def test_help_is_quick_and_names_what_people_look_for() -> None:
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    line = [sys.executable, "-X", "importtime", "-m", "zhijian", "--help"]
    done = subprocess.run(line, env=environment, capture_output=True, text=True)
    assert done.returncode == 0
    for word in ("install", "run", "migrate", "demo", "import", "verify", "pack", "backup", "restore", "doctor"):
        assert f"\n  {word}" in done.stdout
    assert "django" not in done.stderr


def test_the_lists_of_commands_are_the_same_in_help_and_code() -> None:
    from django.core.management import get_commands

    from zhijian.ops import commands

    offered = {line.split()[0] for line in commands.HELP.splitlines() if line.startswith("  ") and line[2] != " "}
    known = set(commands.OWN) | set(get_commands()) | set(commands.DJANGO_NAMES) | {"help"}
    assert offered - known == set()
