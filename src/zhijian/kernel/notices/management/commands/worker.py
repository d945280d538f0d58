"""`zhijian worker`: runs what was queued, and what the clock asks for, until it is told to stop."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app

from zhijian.kernel import jobs


class Command(BaseCommand):
    """Start a worker. SIGTERM or Ctrl-C: it takes no more work, ends what it holds, and leaves."""

    example = "worker"
    help = "Run queued and scheduled jobs until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queue", action="append", help="only this queue (may be given more than once)")
        parser.add_argument("--concurrency", type=int, default=2, help="jobs at the same time (default: 2)")
        parser.add_argument("--grace", type=float, default=30, help="seconds for running jobs to end (default: 30)")
        parser.add_argument("--once", action="store_true", help="leave as soon as the queue is empty")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until a signal comes."""
        jobs.load()
        with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]
            worker.run_worker(
                queues=options["queue"],
                concurrency=options["concurrency"],
                wait=not options["once"],
                shutdown_graceful_timeout=options["grace"],
                update_heartbeat_interval=jobs.HEARTBEAT,
                stalled_worker_timeout=jobs.DEAD_AFTER,
                fetch_job_polling_interval=5.0,
            )
