"""Text messages by a small HTTP interface, so that whatever provider a bureau has can be put behind a few lines.

    POST {url}/messages        {"key", "to", "signature", "template", "values", "text"}  →  {"id"}
    GET  {url}/messages/{key}  what became of an earlier request: {"id"}; 404 when there was none
    GET  {url}/receipts        {"receipts": [{"id", "key", "state", "at"}]}, the same again until they are taken
    POST {url}/receipts/taken  {"ids": […]}

The bearer token is the secret `sms`. The same `key` is the same message: it is asked what became of a key before it is
sent again. A refusal is 4xx with {"code"}; 408, 425, 429 and 5xx mean: later. States are the networks' own (DELIVRD,
UNDELIV, EXPIRED, REJECTD, …), `at` is ISO 8601.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop

from zhijian.config.places import secret
from zhijian.kernel.accounts.links import plain_number
from zhijian.kernel.notices.channels.http import Silence, ask
from zhijian.kernel.notices.channels.protocol import Adapter, Letter, Receipt, Refused, TryLater, real

# Why a provider refuses, and why a network reports a failure, in words.
REFUSALS = {
    "number": gettext_noop("the number is not a telephone number"),
    "unknown_number": gettext_noop("unknown number"),
    "unsubscribed": gettext_noop("the receiver wants no messages from this signature"),
    "signature": gettext_noop("the signature is not registered with the provider"),
    "template": gettext_noop("the text is not the one that is registered with the provider"),
    "content": gettext_noop("the provider refuses a word of the text"),
    "balance": gettext_noop("the account with the provider is used up"),
}
STATES = {
    "UNDELIV": gettext_noop("the network could not deliver it (phone off, out of reach, or full)"),
    "EXPIRED": gettext_noop("the phone could not be reached until the message ran out"),
    "REJECTD": gettext_noop("the network rejected it"),
    "MK:0001": gettext_noop("the number is not in use"),
    "MBBLACK": gettext_noop("the number is on the network's list of those who want no messages"),
}
UNWANTED = frozenset({REFUSALS["unsubscribed"], STATES["MBBLACK"]})  # the receiver himself wants none
ARRIVED = "DELIVRD"
LATER = (408, 425, 429)


class HttpSms(Adapter):
    """A provider behind ZHIJIAN_SMS_URL."""

    reports = True
    asks = True

    def __init__(self, url: str = "", token: str = "") -> None:
        self.url = (url or settings.SMS_URL).rstrip("/")
        self.token = token

    def send(self, letter: Letter) -> str:
        """Ask what became of the key where it was tried before, then send it."""
        real()
        if letter.again:
            status, told = self._ask("GET", f"/messages/{letter.key}")
            if status == 200:
                return _number(told)
            if status != 404:
                raise TryLater(f"HTTP {status}")
        told = self._good(
            *self._ask(
                "POST",
                "/messages",
                {
                    "key": letter.key, "to": plain_number(letter.to), "signature": letter.signature,
                    "template": letter.template, "values": dict(letter.values), "text": letter.text,
                },
            )
        )  # fmt: skip
        return _number(told)

    def receipts(self) -> Sequence[Receipt]:
        """The reports that the provider has kept for us."""
        real()
        told = self._good(*self._ask("GET", "/receipts"))
        rows = told.get("receipts", []) if isinstance(told, dict) else []
        return [made for row in rows if (made := _receipt(row)) is not None]

    def taken(self, receipts: Sequence[Receipt]) -> None:
        self._good(*self._ask("POST", "/receipts/taken", {"ids": [one.id for one in receipts]}))

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """Silence is no danger here: the key is asked for before it is sent again."""
        token = self.token or secret("sms")
        try:
            return ask(method, self.url + path, body, {"Authorization": f"Bearer {token}"})
        except Silence as error:
            raise TryLater(str(error)) from error

    def _good(self, status: int, told: Any) -> Any:
        if 200 <= status < 300:
            return told
        if status >= 500 or status in LATER:
            raise TryLater(f"HTTP {status}")
        code = str(told.get("code", "")) if isinstance(told, dict) else ""
        raise Refused(REFUSALS.get(code, f"HTTP {status} {code}".strip()))


def _number(told: Any) -> str:
    number = str(told.get("id", "")) if isinstance(told, dict) else ""
    if not number:
        raise TryLater("the answer names no message")
    return number


def _receipt(row: Any) -> Receipt | None:
    """A report, None for one that cannot be read."""
    try:
        state, at = str(row["state"]), dt.datetime.fromisoformat(row["at"])
        if at.tzinfo is None:
            at = at.replace(tzinfo=dt.UTC)
        return Receipt(str(row["id"]), str(row["key"]), state == ARRIVED, at, STATES.get(state, state))
    except (KeyError, TypeError, ValueError):
        return None
