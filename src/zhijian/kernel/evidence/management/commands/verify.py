"""`zhijian verify`: are ledger, seals, papers and files still what was written?"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import proof, verify
from zhijian.kernel.evidence.verify import Break, Count
from zhijian.kernel.words import listed, terminal_language

SEEN = {
    "chains": gettext_noop("%(n)s chains"),
    "entries": gettext_noop("%(n)s entries"),
    "seals": gettext_noop("%(n)s seals"),
    "files": gettext_noop("%(n)s files"),
    "papers": gettext_noop("%(n)s papers"),
}
SHOWN = 20
EVERY_SECONDS = 2.0


class Command(BaseCommand):
    example = "verify --subject matter:12"
    help = "Check ledger, seals and papers (with --blobs the files' bytes too) against their fingerprints."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--subject", default="", help="only this chain, e.g. matter:12")
        parser.add_argument("--blobs", action="store_true", help="also read every stored file (takes its time)")

        parser.add_argument("--proof", type=Path, help="a proof that was handed out; needs no database")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was checked and every break, the first one first; exit code 1 when there is one."""
        with translation.override(terminal_language()):
            self._handle(options)

    def _handle(self, options: dict[str, Any]) -> None:
        if options["proof"]:
            self._proof(options["proof"])
            return
        self.stdout.write(_("Chains, seals and papers are compared with their fingerprints."))
        self.stdout.flush()
        count = Count(tick=self._progress())
        self.count = count
        with scoped(SYSTEM):
            found = self._report(self._checks(count, options["subject"], options["blobs"]))
            seen = listed(_(SEEN[name]) % {"n": f"{many:,}"} for name, many in count.seen.items()) or _("nothing")
            self.stdout.write(_("Checked: %(seen)s.") % {"seen": seen})
            if options["subject"] and not count.seen.get("entries"):
                self.stderr.write(_("There is no chain %(subject)s.") % {"subject": options["subject"]})
                sys.exit(2)
            if not options["subject"]:
                self.stdout.write(_("%(n)s entries wait for the next seal.") % {"n": verify.unsealed()})
        self.stdout.flush()  # into a pipe the count comes before what it says of it
        if found:
            self.stderr.write(_("BROKEN: %(n)s places do not fit their fingerprints.") % {"n": found})
            sys.exit(1)
        self.stdout.write(_("All of it fits its fingerprints."))

    def _proof(self, file: Path) -> None:
        """Check one proof by itself; what remains is to compare its seal with one that somebody kept."""
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            self.stderr.write(_("The file cannot be read (%(error)s).") % {"error": error})
            sys.exit(2)
        wrong = proof.check(told)
        for one in wrong:
            self.stderr.write(_("BROKEN: %(what)s") % {"what": one})
        if wrong:
            sys.exit(1)
        seal = told["seal"]
        words = _("The proof fits. It stands under the seal of %(day)s: %(digest)s. Compare it with one that was kept.")
        self.stdout.write(words % {"day": seal["day"], "digest": seal["digest"]})

    def _checks(self, count: Count, subject: str, with_blobs: bool) -> Iterator[Break]:
        if subject:
            return verify.chains(count, subject)
        files = verify.blobs(count) if with_blobs else iter(())
        return chain(verify.chains(count), verify.seals(count), verify.papers(count), files)

    def _report(self, breaks: Iterator[Break]) -> int:
        found = 0
        for one in breaks:
            found += 1
            if found == 1:
                self.stderr.write(_("First break: %(where)s") % {"where": one})
            elif found <= SHOWN:
                self.stderr.write(f"  {one}")
        return found

    def _progress(self) -> Any:
        """What tells, every two seconds, how far it has come; silent when all is done sooner."""
        last = time.monotonic()

        def tick() -> None:
            nonlocal last
            if time.monotonic() - last >= EVERY_SECONDS:
                last = time.monotonic()
                said = listed(_(SEEN[name]) % {"n": f"{many:,}"} for name, many in self.count.seen.items())
                self.stderr.write(f"… {said}")

        return tick
