"""Stamps: a step is done again only when the content of its inputs has changed. Times of files don't matter."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

SKIPPED = {"node_modules", "dist", "__pycache__", ".venv", ".git", "coverage"}


def content_digest(paths: Iterable[Path], *extra: str) -> str:
    """A digest of the names and contents of those files and of all files in those folders, and of extra words."""
    digest = hashlib.sha256("\0".join(extra).encode())
    for root in paths:
        for path in _files(root):
            digest.update(f"\0{path.relative_to(root.parent)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(root: Path) -> list[Path]:
    if root.is_file():
        return [root]
    found: list[Path] = []
    for path in sorted(root.iterdir()) if root.is_dir() else []:
        if path.name in SKIPPED:
            continue
        found += _files(path)
    return found


def is_fresh(stamp: Path, digest: str) -> bool:
    """Whether the step that this stamp stands for was done with inputs of that digest."""
    return stamp.exists() and stamp.read_text().strip() == digest


def mark(stamp: Path, digest: str) -> None:
    """Note that the step is done."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest + "\n")
