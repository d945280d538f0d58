"""`zhijian demo`: the demo city, made once; each programme and gateway plants its part (`demo.py`)."""

from __future__ import annotations

import argparse
import datetime as dt
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from zhijian.kernel import when
from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import ROLE_LABELS, Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.accounts.tree import load_jurisdictions
from zhijian.kernel.appointments import demo as appointments
from zhijian.kernel.clock import breaking, calendar
from zhijian.kernel.desk import demo as kept
from zhijian.kernel.evidence.seal import make_seal
from zhijian.kernel.matters.catalogue import GATEWAYS, furniture
from zhijian.kernel.notices import demo as notices
from zhijian.kernel.notices import limits
from zhijian.kernel.packs import stack
from zhijian.kernel.papers import demo as papers
from zhijian.kernel.party import demo as doors
from zhijian.kernel.people import demo as away
from zhijian.kernel.ratings import demo as ratings
from zhijian.kernel.recordings import demo as films
from zhijian.kernel.registry import demo as twins
from zhijian.kernel.registry import generate
from zhijian.kernel.registry.models import Entity
from zhijian.kernel.words import terminal_language


class Command(BaseCommand):
    example = "demo --scale 0.1"
    help = "The demo city: people, entities, and the work of a closed year and of the last quarter. Does nothing twice."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--scale", type=float, default=0.01, help="1 is 607,000 entities (default %(default)s)")
        parser.add_argument("--accounts", action="store_true", help="only list the accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(terminal_language()):
            self._handle(options)

    def _handle(self, options: dict[str, Any]) -> None:
        if options["accounts"]:
            for account in people.accounts():
                self.stdout.write(
                    f"{account.username:10} {people.PASSWORD:14} "
                    f"{account.name} · {ROLE_LABELS[account.role]} · {_place(account.area)}"
                )
            return
        if not settings.DEMO:
            raise CommandError(_("The demo city belongs into demo mode only: set ZHIJIAN_DEMO=1."))
        begun = time.monotonic()
        self._say(_("People, offices and posts …"))
        with scoped(SYSTEM):
            load_jurisdictions()
            people.plant(calendar.today())
            with when.as_of(calendar.start_of(calendar.today()) - dt.timedelta(hours=15)):  # yesterday morning
                away.plant(calendar.today())
        self._register(options["scale"])
        programmes = sorted(furniture("demo"), key=lambda module: getattr(module, "LATER", False))
        for module in [*programmes, *furniture("demo", GATEWAYS)]:
            self._say(_("The work of {part} …").format(part=module.__name__.split(".")[-2]))
            module.plant(options["scale"], self._say)
        papers.plant(self._say)
        notices.plant(self._say)
        with scoped(SYSTEM):
            heads = [account for account in people.accounts() if account.role == Role.HEAD]
            twins.plant(heads[0].area, self._say)
            kept.plant([(account.username, account.area) for account in heads])
        doors.plant(heads[0].area, self._say)
        appointments.plant(self._say)
        ratings.plant(self._say)
        films.plant(self._say)
        kept.explain([one.username for one in people.accounts() if one.role in breaking.SAY], self._say)
        limits.catch_up(calendar.start_of(calendar.today()))  # of the night's own the worker tells
        make_seal()
        self._say(f"demo city ready after {time.monotonic() - begun:.0f} s")

    def _register(self, scale: float) -> None:
        """The made register; a place that brings a sample of real rows takes that instead (`demo.toml`, `import`)."""
        if Entity.objects.exists():
            return
        plan = stack().table("demo")
        self._say(_("The register …"))
        for one in plan.get("import", []):
            call_command("import_registry", str(stack().file(one["file"])), mapping=one["mapping"], stdout=self.stdout)
        if made := plan.get("made_up"):
            with scoped(SYSTEM):
                generate.plant_named(made)
        counts = plan["count"]
        if counts["entities"]:
            entities = round(counts["entities"] * scale)
            busy = {account.area for account in people.accounts() if account.certificate} if scale < 0.1 else ()
            generate.plant(entities, round(counts["food_and_drug"] * scale), seed=plan["seed"], busy=busy)
            self._say(f"register: {entities} entities")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _place(code: str) -> str:
    """An area by its name, with the code by which commands call it."""
    area = stack().areas.get(code)
    return f"{area.name} ({code})" if area else code
