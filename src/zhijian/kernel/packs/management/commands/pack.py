"""`zhijian pack`: look at the law and place in force, check it, sign rows off, load areas."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from zhijian.kernel.packs import rule_rows, stack
from zhijian.kernel.packs.rows import RuleRow
from zhijian.kernel.words import terminal_language


class Command(BaseCommand):
    example = "pack check --errors-only"
    help = "Packs: check | list | sign | load. Law and place as data, see docs/packs.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        check = parts.add_parser("check", help="every rule there, no gap, no overlap; and all that is not verified")
        check.add_argument("--errors-only", action="store_true", help="leave out what is only unverified (待核实)")
        listed = parts.add_parser("list", help="the rules and what they are on a day")
        listed.add_argument("name", nargs="?", default="", help="only rules whose name begins so, with all their rows")
        listed.add_argument("--on", type=date.fromisoformat, default=None, help="the day (default: today)")
        sign = parts.add_parser("sign", help="sign an unverified row off: it was compared with the published text")
        sign.add_argument("name")
        sign.add_argument("--since", type=date.fromisoformat, required=True, help="the row's first day")
        sign.add_argument("--note", required=True, help="what was read, and where")
        sign.add_argument("--by", required=True, help="username of an administrator or somebody of a section")
        parts.add_parser("load", help="bring the packs' areas into the table of jurisdictions")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(terminal_language()):
            getattr(self, f"_{options['part']}")(options)

    def _check(self, options: dict[str, Any]) -> None:
        from zhijian.kernel.packs.check import check

        self.stdout.write(_("Reading rules, calendar, areas, papers and checklists …"))
        self.stdout.flush()
        found = check()
        marks = {"error": _("ERROR"), "conflict": _("conflict"), "unverified": _("to be verified")}
        errors = [f for f in found if f.level == "error"]
        for finding in found:
            if finding.level != "unverified" or not options["errors_only"]:
                self.stdout.write(f"{marks[finding.level]}  {finding.where}: {finding.what}")
        names = "/".join(pack.name for pack in stack().packs)
        open_rows = sum(f.level == "unverified" for f in found)
        conflicts = sum(f.level == "conflict" for f in found)
        said = _("{names}: {errors} errors, {conflicts} conflicts, {unverified} to be verified")
        self.stdout.write(said.format(names=names, errors=len(errors), conflicts=conflicts, unverified=open_rows))
        if errors:
            raise CommandError(_("the packs cannot be used like this"))

    def _list(self, options: dict[str, Any]) -> None:
        from zhijian.kernel.clock import calendar

        day = options["on"] or calendar.today()
        for name in sorted(stack().timelines):
            if not name.startswith(options["name"]):
                continue
            rows = rule_rows(name) if options["name"] else [r for r in rule_rows(name) if r.covers(day)][-1:]
            for row in rows:
                self.stdout.write(_line(row))

    def _sign(self, options: dict[str, Any]) -> None:
        from zhijian.kernel.accounts.actor import actor_of
        from zhijian.kernel.accounts.models import Person
        from zhijian.kernel.accounts.scope import scoped
        from zhijian.kernel.packs import changes

        rows = [r for r in rule_rows(options["name"]) if r.since == options["since"] and not r.is_local]
        if not rows:
            raise CommandError(f"no pack has a row of {options['name']} since {options['since']}")
        person = Person.objects.filter(username=options["by"], is_active=True).first()
        if person is None:
            raise CommandError(f"there is no account {options['by']!r}")
        try:
            with scoped(actor_of(person)) as actor:
                changes.sign_off(rows[-1], note=options["note"], actor=actor)
        except (changes.ChangeRefused, changes.NotPermitted) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"signed off: {_line(rows[-1])}")

    def _load(self, options: dict[str, Any]) -> None:
        from zhijian.kernel.packs import areas

        self.stdout.write(f"{areas.load()} areas added")


def _line(row: RuleRow) -> str:
    span = f"{row.since}…{row.until or ''}"
    shown = "absent" if row.absent else str(row.given)
    mark = "" if row.absent or not row.unverified else "  待核实"
    own = f"  [{row.by}: {row.reason}]" if row.is_local else ""
    return f"{row.name}  {shown}  {span}  {row.basis} {row.article}  ({row.pack}){mark}{own}"
