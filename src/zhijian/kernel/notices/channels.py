"""The ways out: adapters with one method. The simulated gateway writes to a table that the demo shows on a page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_noop

from zhijian.kernel.notices.models import Notice, SimulatedMessage

# The alphabet of plain text messages (3GPP TS 23.038, 6.2.1) and its extension, whose characters count twice.
_PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("^{}\\[~]|€\f")


class TryLater(Exception):
    """The gateway took nothing, and may take it later."""


class Refused(Exception):
    """The gateway will never take this message (number unknown, text refused)."""


@dataclass(frozen=True)
class Length:
    """How long a text message is: its units, and the messages that it is billed as."""

    units: int
    parts: int


def sms_length(text: str) -> Length:
    """Units and parts of a text: 160 or 153 each in the plain alphabet, otherwise 70 or 67 (UTF-16 code units)."""
    if all(c in _PLAIN or c in _DOUBLE for c in text):
        units, whole, part = len(text) + sum(c in _DOUBLE for c in text), 160, 153
    else:
        units, whole, part = len(text.encode("utf-16-le")) // 2, 70, 67
    return Length(units, 1 if units <= whole else math.ceil(units / part))


class Gateway(Protocol):
    """Sends one text message. `key` is the same for each try of a message, so that a gateway can drop a second copy."""

    def send(self, number: str, text: str, key: str, notice: Notice) -> str:
        """Returns the gateway's own number of the message. Raises TryLater or Refused; anything else is unclear."""


class Simulator:
    """Keeps what it is given. Numbers that end in 99999 are refused, so that failing can be seen."""

    def send(self, number: str, text: str, key: str, notice: Notice) -> str:
        """Store the message; its row's id is the receipt."""
        if number.endswith("99999"):
            raise Refused(gettext_noop("unknown number"))
        row = SimulatedMessage.objects.create(notice=notice, number=number, text=text, parts=sms_length(text).parts)
        return f"simulated-{row.pk}"


class SendsNothingOut(Refused):
    """A practice copy was asked to reach somebody outside."""


def real() -> None:
    """Every adapter that reaches the outside asks first. Raises SendsNothingOut in a practice copy."""
    if settings.TRAINING:
        raise SendsNothingOut(gettext_noop("a practice copy sends nothing out"))


def gateway() -> Gateway | None:
    """The gateway of this installation: settings.SMS_GATEWAY, the simulator in the demo, otherwise none.

    A practice copy has the simulator, whatever is set: it sends nothing out.
    """
    if settings.TRAINING:
        return Simulator()
    path = getattr(settings, "SMS_GATEWAY", "") or (f"{__name__}.Simulator" if settings.DEMO else "")
    return import_string(path)() if path else None
