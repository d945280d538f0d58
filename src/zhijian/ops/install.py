"""`make install`: Python packages from the lock, the project itself, the web parts, the catalogues.

Runs with the bare interpreter of a new .venv, so this file and what it imports use the standard library only.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from zhijian.ops.console import OpsError, say, step
from zhijian.ops.stamps import SKIPPED, content_digest, is_fresh, mark

CHECKOUT = Path(__file__).resolve().parents[3]
VENV = Path(sys.prefix)
NODE_AT_LEAST = (20, 19)


def run(command: list[str], folder: Path = CHECKOUT) -> None:
    """Run quietly; when it fails, show all it said."""
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        say(done.stdout)
        raise OpsError(f"`{' '.join(command)}` failed in {folder}.")


def system_packages(*, install: bool = True) -> None:
    """Packages of the operating system that tests and papers want; installed where we may, else one sentence."""
    listed = (CHECKOUT / "system-packages.txt").read_text().splitlines()
    wanted = [line.split("#")[0].strip() for line in listed if line.split("#")[0].strip()]
    if shutil.which("dpkg-query") is None:
        return
    query = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Abbrev}\n", *wanted]
    answer = subprocess.run(query, capture_output=True, text=True).stdout
    present = {line.split()[0].split(":")[0] for line in answer.splitlines() if " ii" in line}
    missing = [name for name in wanted if name not in present]
    if not missing:
        return
    may = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None
    if may and install:
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        with step("System packages: " + " ".join(missing)):
            for line in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
                if subprocess.run(["apt-get", *line], env=environment, capture_output=True).returncode:
                    break
            else:
                return
    say(f"  Browser tests and their pictures want: apt-get install {' '.join(missing)}")


def python_packages() -> None:
    """Exactly what the lock says, each file checked against its digest."""
    lock = CHECKOUT / "requirements.lock"
    digest, stamp = content_digest([lock], sys.version), VENV / ".zhijian-packages"
    if not is_fresh(stamp, digest):
        with step("Python packages"):
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "-q"]
            run([*pip, "--require-hashes", "-r", str(lock)])
        mark(stamp, digest)
    digest, stamp = content_digest([CHECKOUT / "pyproject.toml"], str(CHECKOUT), digest), VENV / ".zhijian-project"
    if not is_fresh(stamp, digest):
        with step("The command zhijian"):
            run([*(sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "-q"),
                 *("--no-deps", "--no-build-isolation", "--no-index", "-e", ".")])  # fmt: skip
        mark(stamp, digest)


def web_parts() -> list[Path]:
    """The folders below web/ that npm knows."""
    return sorted(path.parent for path in (CHECKOUT / "web").glob("*/package-lock.json"))


def web_packages() -> None:
    """npm ci and the build of each part below web/, each only when its inputs changed."""
    parts = web_parts()
    if not parts:
        return
    _check_node()
    for part in parts:
        lock = [part / "package.json", part / "package-lock.json"]
        digest, stamp = content_digest(lock), part / "node_modules/.zhijian-stamp"
        if not is_fresh(stamp, digest):
            with step(f"npm packages of web/{part.name}"):
                run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], part)
            mark(stamp, digest)
        if "build" not in json.loads((part / "package.json").read_text()).get("scripts", {}):
            continue
        inputs = [*[p for p in part.iterdir() if p.name not in SKIPPED | {"tests"}], *_shared_inputs(part)]
        digest, stamp = content_digest(sorted(inputs), digest), part / "node_modules/.zhijian-built"
        if not is_fresh(stamp, digest) or not (part / "dist").is_dir():
            with step(f"Build of web/{part.name}"):
                run(["npm", "run", "--silent", "build"], part)
            mark(stamp, digest)


def _shared_inputs(part: Path) -> list[Path]:
    """Files outside a part's folder that its build reads: `"zhijian": {"inputs": [...]}` in its package.json."""
    named = json.loads((part / "package.json").read_text()).get("zhijian", {}).get("inputs", [])
    return [(part / name).resolve() for name in named]


def _check_node() -> None:
    try:
        text = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        raise OpsError("Node.js is not installed; the web parts need 20.19 or newer.") from None
    if tuple(int(n) for n in text.strip().lstrip("v").split(".")[:2]) < NODE_AT_LEAST:
        raise OpsError(f"Node.js is {text.strip()}; the web parts need 20.19 or newer.")


def main() -> int:
    """Everything, in order; what is up to date is passed over in silence."""
    if sys.version_info < (3, 11):
        say(f"Python is {sys.version.split()[0]}; Zhijian needs 3.11 or newer (make PYTHON=python3.12 …).")
        return 1
    try:
        if "--no-system" not in sys.argv:
            system_packages()
        python_packages()
        web_packages()
        catalogue = "from zhijian.ops.catalogue import compile_all; compile_all()"
        run([sys.executable, "-c", catalogue])
    except OpsError as error:
        say(f"zhijian: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
