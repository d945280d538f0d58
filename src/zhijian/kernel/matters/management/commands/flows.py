"""`zhijian flows`: the state diagrams and step tables of all flows, as Markdown."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from zhijian.kernel.matters.diagrams import document


class Command(BaseCommand):
    example = "flows > docs/flows.md"
    help = "State diagrams and step tables of all flows, as Markdown."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(document(), ending="")
