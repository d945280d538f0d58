"""The ways out of a demo: what would have gone out stands on a page, and behaves as it would with a provider.

Numbers that end in 99999 are refused, 99998 come back undelivered, 99997 are never reported on; the same in the HTTP
simulator (`outside.py`), so that a demo, a test and a developer see the same things.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_noop

from zhijian.kernel import when
from zhijian.kernel.notices.channels.protocol import Adapter, Letter, NoSuchAddress, Receipt, Refused
from zhijian.kernel.notices.channels.sms import ARRIVED, REFUSALS, STATES
from zhijian.kernel.notices.models import Channel, SimulatedMessage

REFUSED, LOST, SILENT = "99999", "99998", "99997"
TAKES = dt.timedelta(seconds=3)  # until a phone has it
FEW = 200


def state_of(number: str) -> str:
    """What a network would report of a number; empty for one that is never reported on."""
    if number.endswith(SILENT):
        return ""
    return "UNDELIV" if number.endswith(LOST) else ARRIVED


class _Kept(Adapter):
    channel = Channel.SMS
    asks = True
    simulated = True

    def send(self, letter: Letter) -> str:
        """Store the message; its row's id is the number. The same key again is the same row."""
        self.check(letter)
        shown = f"{letter.subject}\n{letter.text}" if letter.subject else letter.text
        row, _made = SimulatedMessage.objects.get_or_create(
            key=letter.key,
            defaults={
                "notice_id": letter.notice, "channel": self.channel, "number": self.shown(letter), "text": shown,
                "parts": letter.parts, "reported_at": None if self.reports else when.now(),
            },
        )  # fmt: skip
        return f"simulated-{row.pk}"

    def check(self, letter: Letter) -> None:
        """What would be refused. Raises Refused."""

    def shown(self, letter: Letter) -> str:
        return letter.to


class Simulator(_Kept):
    """Text messages, with receipts."""

    reports = True

    def check(self, letter: Letter) -> None:
        if letter.to.endswith(REFUSED):
            raise Refused(REFUSALS["unknown_number"])

    def receipts(self) -> Sequence[Receipt]:
        """Of what was sent more than some seconds ago."""
        rows = SimulatedMessage.objects.filter(channel=Channel.SMS, reported_at=None, at__lt=when.now() - TAKES)
        rows = rows.exclude(key=None).exclude(number__endswith=SILENT).order_by("id")[:FEW]
        return [_receipt(row) for row in rows]

    def taken(self, receipts: Sequence[Receipt]) -> None:
        SimulatedMessage.objects.filter(pk__in=[int(one.id) for one in receipts]).update(reported_at=when.now())


def _receipt(row: SimulatedMessage) -> Receipt:
    state = state_of(row.number)
    return Receipt(str(row.pk), str(row.key), state == ARRIVED, row.at + TAKES, STATES.get(state, state))


class SimulatedMail(_Kept):
    """E-mail; addresses at nowhere.invalid do not exist."""

    channel = Channel.EMAIL

    def check(self, letter: Letter) -> None:
        if letter.to.endswith("@nowhere.invalid"):
            raise NoSuchAddress


class SimulatedRobot(_Kept):
    """Groups; a key that ends in "gone" belongs to a robot that was removed."""

    channel = Channel.ROBOT

    def check(self, letter: Letter) -> None:
        if letter.to.endswith("gone"):
            raise Refused(gettext_noop("the robot's address is wrong, or the robot was removed from the group"))

    def shown(self, letter: Letter) -> str:
        return letter.kind
