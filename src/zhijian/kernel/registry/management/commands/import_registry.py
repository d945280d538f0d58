"""`zhijian import FILE --mapping NAME`: take a table into the register."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ...import_.runner import import_file, mappings
from ...models import ImportRun, ImportState


class Command(BaseCommand):
    """Import a file and say what came of it."""

    help = "Import a register (XLSX, CSV, also gzipped) by a mapping of the pack."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, the mapping, and whether to try only."""
        parser.add_argument("file", type=Path, help="XLSX, CSV, CSV.GZ, XLS or ODS")
        parser.add_argument("--mapping", help="name of a mapping; without it the mappings are listed")
        parser.add_argument("--dry-run", action="store_true", help="check and count, change nothing")
        parser.add_argument("--report", type=Path, help="copy the report of rejected rows to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        if not options["mapping"]:
            known = "\n".join(f"  {name}: {m.title}" for name, m in mappings().items())
            raise CommandError(_("Name a mapping by --mapping. There are:") + "\n" + known)
        if not options["file"].is_file():
            raise CommandError(_("There is no file {file}.").format(file=options["file"]))
        run = import_file(options["file"], options["mapping"], dry_run=options["dry_run"], progress=self._progress)
        if sys.stderr.isatty():
            self.stderr.write("", ending="\r")
        if run.state == ImportState.REFUSED:
            raise CommandError(f"{run.problem}\n{_('Nothing was changed.')}{self._report(run, options['report'])}")
        self.stdout.write(summary(run) + self._report(run, options["report"]))

    def _progress(self, run: ImportRun) -> None:
        """One line that is written over; in a log, a line every second is too much, so only to a terminal."""
        if sys.stderr.isatty():
            total = f" / {run.total_rows:,}" if run.total_rows else ""
            self.stderr.write(f"\r{run.done_rows:,}{total}", ending="")
            self.stderr.flush()

    def _report(self, run: ImportRun, wanted: Path | None) -> str:
        if not run.report:
            return ""
        if wanted:
            with default_storage.open(run.report) as made:
                wanted.write_bytes(made.read())
        where = wanted or default_storage.path(run.report)
        return "\n" + _("Report: {where}").format(where=where)


def summary(run: ImportRun) -> str:
    """What an import did, a line for each table."""
    counts = run.counts
    lines = [_("{rows} rows, {rejected} rejected, {noted} with notes.").format(**counts)]
    for kind, said in counts.items():
        if isinstance(said, dict):
            lines.append(f"  {kind}: " + ", ".join(f"{word} {n:,}" for word, n in said.items()))
    if counts.get("duplicates"):
        lines.append(_("{n} duplicates within the file were merged.").format(n=counts["duplicates"]))
    if run.dry_run:
        lines.append(_("Trial run: nothing was changed."))
    return "\n".join(lines)
