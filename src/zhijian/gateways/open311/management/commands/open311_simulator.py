"""Another platform's Open311 software, simulated, for developers and tests."""

from __future__ import annotations

import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zhijian.gateways.open311.simulator import Store, push_for_ever, serve


class Command(BaseCommand):
    example = "open311_simulator --store /tmp/other.db --port 8095 --make 20"
    help = "Runs a simulated Open311 platform until Ctrl-C: its endpoint, and with --push one that gives us orders."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--store", required=True, help="its file (SQLite)")
        parser.add_argument("--port", type=int, default=8095)
        parser.add_argument("--key", default="simulator", help="the key that it asks for")
        parser.add_argument("--make", type=int, default=0, help="make so many requests first")
        parser.add_argument("--push", default="", help="give them to this endpoint (http://localhost:8000/open311/v2)")
        parser.add_argument("--push-key", default="", help="with this key")

    def handle(self, *args: Any, **options: Any) -> None:
        store = Store(options["store"])
        store.make(options["make"])
        if options["push"]:
            told = (store, options["push"].rstrip("/"), options["push_key"])
            threading.Thread(target=push_for_ever, args=told, daemon=True).start()
        with serve(store, options["key"], options["port"]) as url:
            self.stdout.write(f"{url}  (ZHIJIAN_WEBHOOK_HOSTS=127.0.0.1:{options['port']}, api_key {options['key']})")
            self.stdout.flush()
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                self.stdout.write("")
