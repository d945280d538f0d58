"""A simulated e-seal service by HTTP, for developers."""

from __future__ import annotations

import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zhijian.kernel.papers.sealing.simulator import Desk
from zhijian.kernel.simulating import serve


class Command(BaseCommand):
    example = "seal_simulator --port 8090"
    help = "Runs a simulated e-seal service until Ctrl-C, and prints the environment that uses it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8090)

    def handle(self, *args: Any, **options: Any) -> None:
        with serve(Desk(), options["port"]) as (url, desk):
            self.stdout.write("ZHIJIAN_SEAL_PROVIDER=zhijian.kernel.papers.sealing.providers.HttpSeal")
            self.stdout.write(f"ZHIJIAN_SEAL_URL={url}")
            self.stdout.write(f"ZHIJIAN_SEAL_KEY={desk.public_key}")
            self.stdout.write(f"ZHIJIAN_SECRET_SEAL={desk.token}")
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                self.stdout.write("")
