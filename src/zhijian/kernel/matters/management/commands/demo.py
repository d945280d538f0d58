"""`zhijian demo`: the demo city, made once; each programme plants its part (`demo.py`)."""

from __future__ import annotations

import argparse
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.accounts.tree import load_jurisdictions
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.catalogue import furniture


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
                self.stdout.write(f"{account.username:10} {people.PASSWORD:14} {account.name} · {account.role.value} · {account.area}")
            return
        begun = time.monotonic()
        with scoped(SYSTEM):
            load_jurisdictions()
            people.plant(calendar.today())
        for module in furniture("demo"):
            module.plant(options["scale"], self._say)
        self._say(f"demo city ready after {time.monotonic() - begun:.0f} s")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
