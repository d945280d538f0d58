"""What every way out has in common: a letter goes in, the provider's own number or a refusal in words comes out.

What became of it is told afterwards (`receipts`), where the way tells at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from django.conf import settings
from django.utils.translation import gettext_noop


class TryLater(Exception):
    """The provider took nothing, and may take it later."""


class Refused(Exception):
    """The provider will never take this message (number unknown, text refused); says why."""


class NoSuchAddress(Refused):
    """The mail server takes nothing for this address, for good."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("the mail server knows no such address"))


class SendsNothingOut(Refused):
    """A practice copy was asked to reach somebody outside."""


def real() -> None:
    """Every adapter that reaches the outside asks first. Raises SendsNothingOut in a practice copy."""
    if settings.TRAINING:
        raise SendsNothingOut(gettext_noop("a practice copy sends nothing out"))


@dataclass(frozen=True)
class Letter:
    """One message as an adapter gets it. `key` is the same for each try, `again` says that it was tried before.

    `to` is a number, an address, or a robot's key; `template` and `values` belong to a registered text of SMS; `kind`
    and `secret` to a robot. `notice` is our row of it.
    """

    key: str
    to: str
    text: str
    again: bool = False
    subject: str = ""
    signature: str = ""
    template: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    parts: int = 1
    kind: str = ""
    secret: str = ""
    notice: int = 0


@dataclass(frozen=True)
class Receipt:
    """What a provider reports of a message: whether it arrived, else why not. `id` is the report's own."""

    id: str
    key: str
    arrived: bool
    at: dt.datetime
    why: str = ""


class Adapter:
    """A way out. Whoever adds one overrides `send`; the rest only where the provider can do it.

    `reports`: receipts come afterwards. `asks`: it never sends a second copy under the same key, so that a try of which
    nobody knows how it ended may be repeated.
    """

    reports: ClassVar[bool] = False
    asks: ClassVar[bool] = False
    simulated: ClassVar[bool] = False

    def send(self, letter: Letter) -> str:
        """Returns the provider's own number of the message. Raises TryLater or Refused; anything else is unclear."""
        raise NotImplementedError

    def receipts(self) -> Sequence[Receipt]:
        """Some reports that were not taken yet. Raises TryLater."""
        return ()

    def taken(self, receipts: Sequence[Receipt]) -> None:
        """They are written down: the provider need not tell them again. Raises TryLater."""
