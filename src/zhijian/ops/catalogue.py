"""Message catalogues: .po → .mo in Python, so that no gettext program is needed on the machine."""

from __future__ import annotations

import os
from pathlib import Path

from zhijian.config.places import CHECKOUT

LOCALES = CHECKOUT / "src/zhijian/locale"


def compile_all(folder: Path = LOCALES) -> list[Path]:
    """Compile each catalogue that is newer than its compiled form; returns those that were compiled."""
    import polib

    made = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        polib.pofile(str(source)).save_as_mofile(str(draft))
        draft.replace(target)
        made.append(target)
    return made
