"""`zhijian device`: enrolled phones; a lost one is revoked."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from zhijian.kernel.accounts import devices
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped


class Command(BaseCommand):
    """list, revoke."""

    example = "device list"
    help = "Enrolled phones: list, revoke (a lost one gets no more data; what it recorded before is still taken)."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="every phone: whose, until when, last seen")
        verbs.add_parser("revoke", help="a phone by its number in the list").add_argument("uid")

    def handle(self, *args: Any, **options: Any) -> None:
        with scoped(SYSTEM):
            getattr(self, f"_{options['verb']}")(options)

    def _list(self, options: dict[str, Any]) -> None:
        for device in Device.objects.select_related("person").order_by("person__username", "enrolled_at"):
            state = "revoked" if device.revoked_at else f"until {device.grant_until:%Y-%m-%d}"
            seen = f"{device.last_seen:%Y-%m-%d %H:%M}" if device.last_seen else "never seen"
            self.stdout.write(f"{device.uid}  {device.person.username:<12} {device.name:<24} {state}, {seen}")

    def _revoke(self, options: dict[str, Any]) -> None:
        try:
            device = Device.objects.select_related("person").get(uid=options["uid"], revoked_at=None)
        except (Device.DoesNotExist, ValidationError):
            raise CommandError("There is no such phone, or it is revoked already; see `zhijian device list`.") from None
        devices.revoke(device, SYSTEM)
        self.stdout.write(f"Revoked: {device.name} of {device.person.username}.")
