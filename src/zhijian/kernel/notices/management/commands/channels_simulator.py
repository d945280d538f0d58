"""The providers of text messages and group robots, simulated by HTTP, for developers."""

from __future__ import annotations

import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zhijian.kernel.notices.channels.outside import Outside
from zhijian.kernel.simulating import serve


class Command(BaseCommand):
    example = "channels_simulator --port 8091"
    help = "Runs a simulated SMS provider until Ctrl-C, and prints the environment that uses it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8091)

    def handle(self, *args: Any, **options: Any) -> None:
        with serve(Outside(), options["port"]) as (url, outside):
            self.stdout.write(f"ZHIJIAN_SMS_URL={url}")
            self.stdout.write(f"ZHIJIAN_SECRET_SMS={outside.token}")
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                self.stdout.write("")
