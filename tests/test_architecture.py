"""The house's own rules: who may import whom, and what no tracked file may hold."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from importlinter.cli import lint_imports

from zhijian.config import environment
from zhijian.ops.locks import strip_addresses

ROOT = Path(__file__).resolve().parents[1]
TEXT = {".py", ".toml", ".md", ".txt", ".lock", ".json", ".ts", ".vue", ".js", ".mjs", ".css", ".html", ".po", ".csv",
        ".typ", ".svg", ".yml", ".yaml", ".sh", ".sql", ""}  # fmt: skip


def tracked() -> list[Path]:
    """Files that git knows or would take in."""
    line = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(line, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    """Tracked files that hold text, with their text."""
    for path in tracked():
        if path.suffix in TEXT:
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Who imports whom in the whole of `zhijian`."""
    return grimp.build_graph("zhijian")


def test_contracts_of_import_linter_hold(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0, capsys.readouterr().out


def test_a_programme_takes_from_another_only_its_actions(graph: grimp.ImportGraph) -> None:
    programmes = graph.find_children("zhijian.programmes")
    wrong = []
    for one in programmes:
        for other in programmes - {one}:
            for importer in graph.find_descendants(one) | {one}:
                for imported in graph.find_modules_directly_imported_by(importer):
                    inside = imported == other or imported.startswith(other + ".")
                    if inside and not imported.startswith(other + ".actions"):
                        wrong.append(f"{importer} imports {imported}")
    assert wrong == []


def test_what_runs_before_the_packages_are_there_needs_none_of_them(graph: grimp.ImportGraph) -> None:
    """`make install` starts with a bare interpreter."""
    allowed = {"zhijian.ops.install", "zhijian.ops.console", "zhijian.ops.stamps", "zhijian.ops", "zhijian"}
    foreign = grimp.build_graph("zhijian", include_external_packages=True)
    installed = {name for name in foreign.modules if foreign.is_module_squashed(name)}
    for module in sorted(allowed):
        for imported in foreign.find_modules_directly_imported_by(module):
            assert imported in allowed or imported in installed & _standard_library(), f"{module} imports {imported}"


def _standard_library() -> set[str]:
    import sys

    return set(sys.stdlib_module_names)


def test_every_app_stands_in_its_storey() -> None:
    for config in apps.get_app_configs():
        if config.name.startswith("zhijian."):
            assert re.fullmatch(r"zhijian\.(kernel|programmes|gateways)\.\w+", config.name)
            assert config.label == config.name.rsplit(".", 1)[1]


def test_every_environment_variable_is_in_the_settings_table() -> None:
    known = {variable.name for variable in environment.VARIABLES}
    pattern = re.compile(r"""environ(?:\.get|\.setdefault|\.pop)?[\[(]\s*["']([A-Z][A-Z0-9_]+)["']""")
    ours = re.compile(r"^(ZHIJIAN_|DATABASE_|XDG_|PACK$|HOST$|PORT$|SCALE$)")
    read = set()
    for path in (ROOT / "src/zhijian").rglob("*.py"):
        read |= {name for name in pattern.findall(path.read_text()) if ours.match(name)}
    assert {name for name in read - known if not name.endswith("_")} == set()


def test_the_python_lock_names_no_host_and_checks_every_file() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"https?://|--index-url|--extra-index-url|--find-links|@ file:", lock)
    packages = re.findall(r"^([A-Za-z0-9._-]+(?:\[[^\]]*\])?)==(\S+)", lock, re.M)
    blocks = re.split(r"^(?=[A-Za-z0-9._-]+(?:\[[^\]]*\])?==)", lock, flags=re.M)[1:]
    assert len(packages) == len(blocks)
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_python_lock_holds_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    names = {re.split(r"[\[<>=;! ]", line)[0].lower().replace("_", "-") for line in asked}
    locked = set(re.findall(r"^([a-z0-9._-]+)", (ROOT / "requirements.lock").read_text(), re.M))
    assert names - locked == set()


@pytest.mark.parametrize("lock", sorted(ROOT.glob("web/*/package-lock.json")), ids=lambda path: path.parent.name)
def test_npm_locks_name_no_host_and_are_whole(lock: Path) -> None:
    assert "://" not in lock.read_text()
    data = json.loads(lock.read_text())
    for name, package in data["packages"].items():
        if name and not package.get("link"):
            assert package.get("integrity"), f"{name} has no digest"
    # npm ci refuses a lock in which an optional package of another platform is missing.
    for name, package in data["packages"].items():
        for optional in package.get("optionalDependencies", {}):
            nested = f"{name}/node_modules/{optional}" in data["packages"]
            assert nested or f"node_modules/{optional}" in data["packages"], f"{name} misses {optional}"


def test_addresses_are_taken_out_of_a_lock(tmp_path: Path) -> None:
    lock = tmp_path / "package-lock.json"
    lock.write_text(
        '{"packages": {"": {}, "node_modules/a": {"resolved": "https://host/a.tgz", "integrity": "x",'
        ' "funding": [{"url": "https://fund"}]}}}'
    )
    assert strip_addresses(lock) == 2
    assert json.loads(lock.read_text())["packages"]["node_modules/a"] == {"integrity": "x"}


def test_no_tracked_file_names_this_machine() -> None:
    folder = str(ROOT)
    homes = {folder} if folder.count("/") > 1 else set()
    if len(os.environ.get("HOME", "/")) > 5:
        homes.add(os.environ["HOME"] + "/")
    wrong = [f"{p.relative_to(ROOT)}: {home}" for p, text in texts() for home in homes if home in text]
    assert wrong == []


def test_no_tracked_file_promises_to_be_finished_later() -> None:
    marks = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
    wrong = [str(path.relative_to(ROOT)) for path, text in texts() if path.suffix == ".py" and marks.search(text)]
    assert wrong == []


def test_no_python_file_is_longer_than_a_reader_holds() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "src").rglob("*.py")
        if "/migrations/" not in str(path) and (lines := len(path.read_text().splitlines())) > 420
    }
    assert long == {}


def test_nothing_built_is_tracked() -> None:
    wrong = [path for path in tracked() if path.suffix in {".mo", ".pyc"} or "node_modules" in path.parts]
    assert wrong == []
    assert max(path.stat().st_size for path in tracked()) < 5 * 2**20
