"""`zhijian figures`: the numbers on the command line, from the live database or from a snapshot of files."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.figures import Period, compute, declared, engines, snapshot


class Command(BaseCommand):
    """Print figures, or write the files that another engine counts in."""

    example = "figures --area 370303 --from 2026-10-01 --to 2026-10-31"
    help = "Print figures of an area and a period, or write a snapshot of what they count."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", nargs="*", help="only these figures (default: all)")
        parser.add_argument("--area", default="", help="code of an area (default: everything)")
        parser.add_argument("--from", dest="start", type=dt.date.fromisoformat, help="first day (default: 1 January)")
        parser.add_argument("--to", dest="end", type=dt.date.fromisoformat, help="last day (default: today)")
        parser.add_argument("--write", type=Path, metavar="FOLDER", help="write Parquet files there and stop")
        parser.add_argument("--read", type=Path, metavar="FOLDER", help="count in these files, with DuckDB")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write a snapshot, or print one line for each figure."""
        if options["write"]:
            for name, rows in snapshot.write(options["write"]).items():
                self.stdout.write(f"{name}.parquet\t{rows}")
            return
        unknown = set(options["code"]) - set(declared())
        if unknown:
            raise CommandError(f"No such figure: {', '.join(sorted(unknown))}. There are: {', '.join(declared())}.")
        if options["read"] and not (options["read"] / "snapshot.json").exists():
            raise CommandError(f"{options['read']} holds no snapshot; make one by `zhijian figures --write FOLDER`.")
        engine = engines.Snapshot(options["read"]) if options["read"] else engines.Live()
        period = self._period(options)
        for code in options["code"] or declared():
            value = compute.value(declared()[code], period, options["area"], SYSTEM, engine)
            self.stdout.write(f"{code}\t{value.text}\t{value.figure.unit}\t{value.figure.title}")

    def _period(self, options: dict[str, Any]) -> Period:
        usual = Period.named("this_year")
        try:
            return Period(options["start"] or usual.start, options["end"] or usual.end)
        except ValueError:
            raise CommandError("The period ends before it begins: --from is after --to.") from None
