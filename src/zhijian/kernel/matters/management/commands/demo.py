"""`zhijian demo`: the demo city, made once; each programme and gateway plants its part (`demo.py`)."""

from __future__ import annotations

import argparse
import datetime as dt
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from zhijian.kernel import when
from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.accounts.tree import load_jurisdictions
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.seal import make_seal
from zhijian.kernel.matters.catalogue import GATEWAYS, furniture
from zhijian.kernel.packs import stack
from zhijian.kernel.papers import demo as papers
from zhijian.kernel.people import demo as away
from zhijian.kernel.registry import demo as twins
from zhijian.kernel.registry import generate
from zhijian.kernel.registry.models import Entity


class Command(BaseCommand):
    help = "The demo city: people, entities, and the work of a closed year and of the last quarter. Does nothing twice."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--scale", type=float, default=0.01, help="1 is 607,000 entities (default %(default)s)")
        parser.add_argument("--accounts", action="store_true", help="only list the accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo city belongs into demo mode only: set ZHIJIAN_DEMO=1.")
        if options["accounts"]:
            for account in people.accounts():
                self.stdout.write(
                    f"{account.username:10} {people.PASSWORD:14} {account.name} · {account.role.value} · {account.area}"
                )
            return
        begun = time.monotonic()
        with scoped(SYSTEM):
            load_jurisdictions()
            people.plant(calendar.today())
            with when.as_of(calendar.start_of(calendar.today()) - dt.timedelta(hours=15)):  # yesterday morning
                away.plant(calendar.today())
        self._register(options["scale"])
        for module in [*furniture("demo"), *furniture("demo", GATEWAYS)]:
            module.plant(options["scale"], self._say)
        papers.plant(self._say)
        with scoped(SYSTEM):
            heads = [account.area for account in people.accounts() if account.role == Role.HEAD]
            twins.plant(heads[0], self._say)
        make_seal()
        self._say(f"demo city ready after {time.monotonic() - begun:.0f} s")

    def _register(self, scale: float) -> None:
        """The made register; a place that brings a sample of real rows takes that instead (`demo.toml`, `import`)."""
        if Entity.objects.exists():
            return
        plan = stack().table("demo")
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
