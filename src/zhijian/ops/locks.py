"""Locks without a registry's name in them: Python's with digests, npm's without addresses."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from zhijian.ops.console import OpsError, step
from zhijian.ops.install import CHECKOUT, web_parts


def renew() -> int:
    """Resolve anew: requirements.lock (uv) and each web part's lock (npm)."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        raise OpsError("Locking needs uv: pip install uv")
    with step("requirements.lock"):
        line = [uv, "pip", "compile", "pyproject.toml", "--all-extras", "--no-emit-index-url", "--generate-hashes"]
        subprocess.run(
            [*line, "--quiet", "--custom-compile-command", "make lock", "-o", "requirements.lock"],
            cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    for part in web_parts():
        with step(f"web/{part.name}/package-lock.json"):
            line = ["npm", "install", "--package-lock-only", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(line, cwd=part, check=True)
            strip_addresses(part / "package-lock.json")
    return 0


def strip_addresses(path: Path) -> int:
    """Take every address out of an npm lock: where a package was fetched, whom to fund. Digests stay.

    Returns how many there were.
    """
    lock = json.loads(path.read_text())
    count = 0
    for package in lock.get("packages", {}).values():
        for key in ("resolved", "funding"):
            if "://" in json.dumps(package.get(key)):
                del package[key]
                count += 1
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")
    return count
