"""`zhijian import FILE`: take a table into the register."""

from __future__ import annotations

import getpass
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from zhijian.kernel.words import quoted, terminal_language

from ...import_.runner import import_file, mappings
from ...import_words import faults, summary
from ...models import ImportRun, ImportState

PAUSE = 2.0  # seconds between two lines of progress in a log
SHOWN = 5  # faults that are told at once; the report has all


class Command(BaseCommand):
    """Import a file and say what came of it. Exit code 1 when nothing of it could be taken."""

    told = 0.0
    example = "import 企业登记.xlsx --dry-run"
    help = "Import a register (XLSX, CSV, also gzipped) by a mapping of the pack."

    def more_help(self) -> str:
        """The mappings there are."""
        return "Mappings:\n" + "\n".join(f"  {name:20} {m.title}" for name, m in mappings().items())

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, the mapping, and whether to try only."""
        parser.add_argument("file", type=Path, help="XLSX, CSV, CSV.GZ, XLS or ODS")
        parser.add_argument("--mapping", default="", help="name of a mapping; without it the headings tell which")
        parser.add_argument("--dry-run", action="store_true", help="check and count, change nothing")
        parser.add_argument("--sure", action="store_true", help="confirm what --dry-run has marked with !")
        parser.add_argument("--report", type=Path, help="copy the report of rejected rows to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        with translation.override(terminal_language()):
            self._handle(options["file"], options["mapping"], options["dry_run"], options["report"], options["sure"])

    def _handle(self, file: Path, mapping: str, dry_run: bool, report: Path | None, sure: bool) -> None:
        if mapping and mapping not in mappings():
            known = "\n".join(f"  {name}: {m.title}" for name, m in mappings().items())
            raise CommandError(_("There is no mapping {name}. There are:").format(name=mapping) + "\n" + known)
        if not file.is_file():
            raise CommandError(_("There is no file {file}.").format(file=file))
        if not dry_run and ImportRun.objects.filter(state=ImportState.RUNNING, dry_run=False).exists():
            self.stderr.write(_("Another import is running. This one reads its file and then waits for its turn."))
        self.stdout.write(_("Reading {file} …").format(file=file.name))
        self.stdout.flush()
        run = import_file(file, mapping, dry_run=dry_run, progress=self._progress, sure=sure, account=getpass.getuser())
        if sys.stderr.isatty():
            self.stderr.write("", ending="\r")
        if run.state != ImportState.DONE:
            why = run.trouble or str(run.get_state_display())
            raise CommandError(f"{why}\n{_('Nothing was changed.')}{self._report(run, report)}")
        said = summary(run) + self._faults(run) + self._report(run, report)
        if run.counts["rejected"] == run.counts["rows"]:
            raise CommandError(f"{said}\n{_('No row can be read.')} {_('Nothing was changed.')}")
        self.stdout.write(said)

    def _progress(self, run: ImportRun) -> None:
        """One line that is written over; into a pipe or a log a line of its own, every few seconds."""
        total = f" / {run.total_rows:,}" if run.total_rows else ""
        if sys.stderr.isatty():
            self.stderr.write(f"\r{run.done_rows:,}{total}", ending="")
        elif time.monotonic() - self.told >= PAUSE:
            self.told = time.monotonic()
            self.stderr.write(_("{done}{total} rows are read.").format(done=f"{run.done_rows:,}", total=total))
        self.stderr.flush()

    def _faults(self, run: ImportRun) -> str:
        """The first things that are wrong, each with its cell."""
        found = faults(run)
        lines = [f"  {f.where} {f.column}{quoted(f.value) if f.value else ''}: {f.why}" for f in found[:SHOWN]]
        return "".join("\n" + line for line in lines) + ("\n  …" if len(found) > SHOWN else "")

    def _report(self, run: ImportRun, wanted: Path | None) -> str:
        if not run.report:
            return ""
        if wanted:
            with default_storage.open(run.report) as made:
                wanted.write_bytes(made.read())
        where = wanted or default_storage.path(run.report)
        return "\n" + _("Report: {where}").format(where=where)
