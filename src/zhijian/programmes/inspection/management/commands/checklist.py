"""`zhijian checklist`: take a checklist's workbook into use, write one out, or load those that the packs ship."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.packs import stack
from zhijian.programmes.inspection import checklists
from zhijian.programmes.inspection.models import Checklist


class Command(BaseCommand):
    example = "checklist export CODE list.xlsx"
    help = "Checklists: import FILE | export CODE FILE | load (what the packs ship)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        taken = parts.add_parser("import", help="read an Excel workbook; says sheet, row and column of each fault")
        taken.add_argument("file", type=Path)
        taken.add_argument("--check", action="store_true", help="only look, change nothing")
        export = parts.add_parser("export", help="write a version as a workbook, fit to be edited and imported again")
        export.add_argument("code")
        export.add_argument("file", type=Path)
        export.add_argument("--version-no", type=int, help="which version (default: the newest)")
        parts.add_parser("load", help="bring the packs' checklists into use")

    def handle(self, *_: Any, **options: Any) -> None:
        with scoped(SYSTEM):
            getattr(self, f"_{options['part']}")(options)

    def _import(self, options: dict[str, Any]) -> None:
        reading = checklists.read_checklist(options["file"], stack().table("codes/trades")["trade"])
        for fault in reading.faults:
            self.stderr.write(str(fault))
        if reading.data is None:
            raise CommandError(f"{len(reading.faults)} faults; nothing was imported")
        if options["check"]:
            self.stdout.write("no faults")
            return
        try:
            made = checklists.load(reading.data, SYSTEM)
        except checklists.VersionRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{made.code} version {made.version}: {len(made.items)} items, from {made.since}")

    def _export(self, options: dict[str, Any]) -> None:
        found = Checklist.objects.filter(code=options["code"])
        if options["version_no"]:
            found = found.filter(version=options["version_no"])
        checklist = found.order_by("-version").first()
        if checklist is None:
            raise CommandError(f"there is no checklist {options['code']}")
        options["file"].write_bytes(checklists.export_xlsx(checklists.as_data(checklist), stack().language))
        self.stdout.write(f"{options['file']}: {checklist.code} version {checklist.version}")

    def _load(self, options: dict[str, Any]) -> None:
        try:
            loaded = checklists.load_shipped()
        except checklists.VersionRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(", ".join(f"{c.code} version {c.version}" for c in loaded) or "nothing to load")
