"""The robots of groups: WeCom's and DingTalk's, which take a message at an address whose key is the only secret.

Neither can be asked what became of a message, so a broken-off try is never repeated by itself. Both take 20 messages a
minute of one robot; more are kept back here, before the provider locks the robot out.
"""

from __future__ import annotations

import base64
import hmac
import re
import time
from typing import Any
from urllib.parse import parse_qs, quote, quote_plus, urlsplit

from django.conf import settings
from django.utils.translation import gettext_noop

from zhijian.kernel.notices.channels.http import ask
from zhijian.kernel.notices.channels.length import fit_bytes
from zhijian.kernel.notices.channels.protocol import Adapter, Letter, Refused, TryLater, real

A_MINUTE = 20  # messages of one robot
WECOM, DINGTALK = "wecom", "dingtalk"
ORIGINS = {WECOM: "https://qyapi.weixin.qq.com", DINGTALK: "https://oapi.dingtalk.com"}
PATHS = {WECOM: ("/cgi-bin/webhook/send", "key"), DINGTALK: ("/robot/send", "access_token")}
MOST = {WECOM: 4096, DINGTALK: 18_000}  # bytes of a markdown text; DingTalk takes 20,000 of the whole body
_KEY = re.compile(r"[A-Za-z0-9_-]{16,128}")

BUSY = {-1, 45009, 130101, 410100}  # busy; too many in a minute
REFUSALS = {
    93000: gettext_noop("the robot's address is wrong, or the robot was removed from the group"),
    300001: gettext_noop("the robot's address is wrong, or the robot was removed from the group"),
    310000: gettext_noop("the robot's safety setting refuses it: check the signing secret"),
    40058: gettext_noop("the message is too long for the robot"),
    40008: gettext_noop("the robot does not take this kind of message"),
}


def key_of(kind: str, address: str) -> str:
    """The key inside the address that the group's settings show. Raises ValueError for an address of anything else."""
    parts = urlsplit(address.strip())
    path, name = PATHS[kind]
    values = parse_qs(parts.query).get(name, [])
    origin = f"{parts.scheme}://{parts.netloc}"
    if origin != ORIGINS[kind] or parts.path != path or len(values) != 1 or not _KEY.fullmatch(values[0]):
        raise ValueError(kind)
    return values[0]


def beginning(kind: str) -> str:
    """How every address of that kind of robot begins."""
    path, name = PATHS[kind]
    return f"{ORIGINS[kind]}{path}?{name}="


def masked(kind: str, key: str) -> str:
    """The address as a page shows it: who has the page cannot write into the group."""
    return f"{urlsplit(ORIGINS[kind]).hostname} … {PATHS[kind][1]}={key[:4]}…{key[-2:]}"


def sign(secret: str, at: int) -> str:
    """DingTalk's signature at a moment (milliseconds): base64 of HMAC-SHA256 over the moment and the secret."""
    return base64.b64encode(hmac.digest(secret.encode(), f"{at}\n{secret}".encode(), "sha256")).decode()


def request_of(letter: Letter) -> tuple[str, dict[str, Any]]:
    """The path with its key, and the body, as the kind of robot wants them."""
    path, name = PATHS[letter.kind]
    where = f"{path}?{name}={quote(letter.to)}"
    if letter.kind == WECOM:
        return where, {"msgtype": "markdown", "markdown": {"content": fit_bytes(letter.text, MOST[WECOM])}}
    if letter.secret:
        now = round(time.time() * 1000)
        where += f"&timestamp={now}&sign={quote_plus(sign(letter.secret, now))}"
    # DingTalk breaks a line of markdown only where two spaces stand at its end.
    text = fit_bytes(letter.text, MOST[DINGTALK]).replace("\n", "  \n")
    return where, {"msgtype": "markdown", "markdown": {"title": letter.subject[:60], "text": text}}


class GroupRobot(Adapter):
    """Posts into a group; the robot's kind chooses the provider."""

    def send(self, letter: Letter) -> str:
        """Neither provider numbers what it takes: the empty text."""
        real()
        path, body = request_of(letter)
        status, told = ask("POST", settings.ROBOT_ORIGINS.get(letter.kind, ORIGINS[letter.kind]) + path, body)
        if status == 429 or status >= 500:
            raise TryLater(f"HTTP {status}")
        code = told.get("errcode") if isinstance(told, dict) else None
        if status != 200 or code is None:
            raise Refused(f"HTTP {status}")
        if code in BUSY:
            raise TryLater(f"errcode {code}")
        if code != 0:
            raise Refused(REFUSALS.get(code, f"errcode {code}: {str(told.get('errmsg', ''))[:120]}"))
        return ""
