"""`zhijian openapi` writes the API's document, `--check` says whether the committed one is still true."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation


def text() -> str:
    """The document as it is committed: in English, sorted, two spaces, one newline at the end."""
    from zhijian.kernel.desk.api import document

    with translation.override("en"):
        return json.dumps(document(), ensure_ascii=False, indent=2, sort_keys=True, default=str) + "\n"


def committed() -> Path:
    """Where it is committed."""
    return Path(settings.ROOT) / "docs/openapi.json"


class Command(BaseCommand):
    example = "openapi --check"
    help = "Write docs/openapi.json, or compare it (--check)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the file differs")

    def handle(self, *args: Any, **options: Any) -> None:
        path = committed()
        if not options["check"]:
            path.write_text(text(), encoding="utf-8")
            self.stdout.write(f"{path}: written")
        elif not path.exists() or path.read_text(encoding="utf-8") != text():
            raise CommandError(
                "docs/openapi.json no longer says what the API does. Run `zhijian openapi` and commit it."
            )
