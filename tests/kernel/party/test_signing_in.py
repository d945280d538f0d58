"""The enterprise's account opens by a one-time code; nothing tells whether a code is registered."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.notices.models import Notice, SimulatedMessage
from zhijian.kernel.party import signing_in

pytestmark = pytest.mark.django_db
PAGE = "/my/sign-in/"
UNKNOWN = "91370303MA3C999999"


def ask(client: Client, registered: str):
    return client.post(PAGE, {"registered": registered}, follow=True)


def sent() -> str:
    """The code of the newest message."""
    jobs.run_pending()
    with scoped(SYSTEM):
        found = re.search(r"\b\d{6}\b", SimulatedMessage.objects.latest("pk").text)
    assert found is not None
    return found.group()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_right_code_opens_the_account(client, w):
    assert "Code from the message" in ask(client, f" {w.entity.code.lower()[:6]} {w.entity.code[6:]} ").content.decode()
    answer = client.post(PAGE, {"code": sent()}, follow=True)
    assert answer.redirect_chain[-1][0] == "/my/" and w.entity.name in answer.content.decode()
    with scoped(SYSTEM):
        assert LedgerEntry.objects.get(kind="enterprise.signed_in").entity_id == w.entity.pk
    client.post("/my/sign-out/")
    assert client.get("/my/").status_code == 302


def test_a_code_is_good_once(client, w):
    ask(client, w.entity.code)
    code = sent()
    client.post(PAGE, {"code": code})
    assert Client().post(PAGE, {"code": code}).status_code == 422


def test_an_unknown_enterprise_is_answered_alike(w):
    pages = []
    for registered in (w.entity.code, UNKNOWN):
        client = Client(HTTP_ACCEPT_LANGUAGE="en")
        asked = ask(client, registered).content.decode()
        code = sent() if registered == w.entity.code else "000000"
        tried = client.post(PAGE, {"code": wrong(code)})
        assert tried.status_code == 422
        without = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|' + registered)
        pages.append([without.sub("", asked), without.sub("", tried.content.decode())])
    assert pages[0] == pages[1]
    with scoped(SYSTEM):
        assert Notice.objects.filter(template="enterprise.code").count() == 1


def test_wrong_codes_use_up_the_code(client, w):
    ask(client, w.entity.code)
    code = sent()
    for _ in range(signing_in.TRIES):
        assert "not right" in client.post(PAGE, {"code": wrong(code)}).content.decode()
    late = client.post(PAGE, {"code": code})
    assert late.status_code == 422 and "Ask for a new one" in late.content.decode()
    assert client.get("/my/").status_code == 302


def test_an_old_code_is_worth_nothing(client, w):
    ask(client, w.entity.code)
    code, session = sent(), client.session
    until = (timezone.now() - dt.timedelta(seconds=1)).isoformat()
    session[signing_in.PENDING] = {**session[signing_in.PENDING], "until": until}
    session.save()
    assert "too old" in client.post(PAGE, {"code": code}).content.decode()


def test_an_enterprise_is_sent_five_codes_an_hour_and_nobody_is_told(w):
    answers = {ask(Client(HTTP_ACCEPT_LANGUAGE="en"), w.entity.code).status_code for _ in range(signing_in.CODES + 2)}
    assert answers == {200}
    with scoped(SYSTEM):
        assert Notice.objects.filter(template="enterprise.code").count() == signing_in.CODES


def test_an_address_may_not_ask_for_ever(w, monkeypatch):
    monkeypatch.setattr(signing_in, "ASKED", 3)
    answers = [Client().post(PAGE, {"registered": f"{UNKNOWN[:-1]}{n}"}).status_code for n in range(5)]
    assert answers == [302, 302, 302, 429, 429]


def test_an_address_may_not_guess_for_ever(client, w, monkeypatch):
    monkeypatch.setattr(signing_in, "WRONG", 2)
    ask(client, w.entity.code)
    code = sent()
    answers = [client.post(PAGE, {"code": wrong(code)}).status_code for _ in range(3)]
    assert answers == [422, 422, 429]
    assert client.post(PAGE, {"code": code}).status_code == 429


def test_what_is_no_registered_code_is_told_at_once(client, w):
    answer = client.post(PAGE, {"registered": "清风"})
    assert answer.status_code == 422 and "the whole code" in answer.content.decode()
