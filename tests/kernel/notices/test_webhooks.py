"""Webhooks by the specification, judged by its own library; deliveries over TLS to a server that fails first."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.jobs import run_pending
from zhijian.kernel.notices.webhooks import sending, signing
from zhijian.kernel.notices.webhooks.models import Delivery, Endpoint
from zhijian.kernel.notices.webhooks.post import NotAllowed, allowed
from zhijian.ops import tls


def now() -> dt.datetime:
    """This moment, asked for anew: the library refuses what is five minutes old, and a test run may take longer."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


@given(st.text(), st.uuids())
def test_the_specifications_own_library_takes_what_we_sign(text, uid):
    secret = signing.new_secret()
    body = json.dumps({"type": "x", "data": text}).encode()
    told = Webhook(secret).verify(body, signing.headers([secret], f"msg_{uid.hex}", now(), body))
    assert told["data"] == text


@given(st.text(), st.uuids())
def test_we_take_what_the_specifications_own_library_signs(text, uid):
    secret, body = signing.new_secret(), json.dumps({"data": text})
    at = now()
    given = {
        signing.ID: str(uid), signing.TIMESTAMP: str(int(at.timestamp())),
        signing.SIGNATURE: Webhook(secret).sign(str(uid), at, body),
    }  # fmt: skip
    assert signing.verify([signing.new_secret(), secret], given, body.encode(), now()) == str(uid)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_what_is_too_old_or_from_the_future_is_refused(minutes):
    secret, body = signing.new_secret(), b"{}"
    told = signing.headers([secret], "msg_1", now() + dt.timedelta(minutes=minutes), body)
    with pytest.raises(signing.BadSignature, match="five minutes"):
        signing.verify([secret], told, body, now())
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, told)


def test_another_body_id_or_secret_is_refused():
    secret, body = signing.new_secret(), b'{"a":1}'
    told = signing.headers([secret], "msg_1", now(), body)
    signing.verify([secret], told, body, now())
    for headers, valid, sent in [
        (told, [secret], b'{"a":2}'),
        ({**told, signing.ID: "msg_2"}, [secret], body),
        (told, [signing.new_secret()], body),
        ({**told, signing.SIGNATURE: told[signing.SIGNATURE].replace("v1,", "v1a,")}, [secret], body),
        ({**told, signing.SIGNATURE: "v1,"}, [secret], body),
        ({**told, signing.TIMESTAMP: "soon"}, [secret], body),
        ({}, [secret], body),
    ]:
        with pytest.raises(signing.BadSignature):
            signing.verify(valid, headers, sent, now())


@pytest.mark.parametrize(
    "url",
    [
        "http://there.example/in", "https://other.example/in", "https://there.example:8443/in", "https://127.0.0.1/",
        "https://there.example@other.example/", "https://me:pw@there.example/", "https://other.example/there.example",
        "file:///etc/passwd", "https://[::1]/", "https://there.example:port/",
    ],
)  # fmt: skip
def test_nobody_points_the_server_elsewhere(settings, url):
    settings.WEBHOOK_HOSTS = ["there.example", "lan.example:8443"]
    assert allowed("https://there.example/in?a=1") == ("there.example", 443, "/in?a=1")
    assert allowed("https://lan.example:8443/") == ("lan.example", 8443, "/")
    with pytest.raises(NotAllowed):
        allowed(url)


@dataclass
class There:
    """The other side: what it answers next, and what it got."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def there(settings: Any) -> Iterator[There]:
    """An https server of the other side, with an authority of its own."""
    made = There()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(made.statuses.pop(0) if made.statuses else 200)
            self.send_header("Location", "https://localhost/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    certificate = tls.ensure("localhost")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.url = f"https://localhost:{server.server_port}/in"
    settings.WEBHOOK_HOSTS = [f"localhost:{server.server_port}"]
    settings.WEBHOOK_CA = str(certificate.authority)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def endpoint(db: None, there: There) -> Endpoint:
    return Endpoint.objects.create(name="theirs", url=there.url)


def delivered(endpoint: Endpoint, **more: Any) -> Delivery:
    with scoped(SYSTEM):
        return sending.deliver(endpoint, "record.owed", {"key": "张市监检〔2026〕1号"}, area="3703", **more)


def now_of(delivery: Delivery) -> Delivery:
    with scoped(SYSTEM):
        return Delivery.objects.select_related("endpoint").get(pk=delivery.pk)


def due(delivery: Delivery) -> None:
    """The pause is over."""
    with scoped(SYSTEM):
        Delivery.objects.filter(pk=delivery.pk).update(next_try=now())


def test_a_message_arrives_signed(endpoint, there):
    made = delivered(endpoint)
    run_pending()
    (headers, body), done = there.got[0], now_of(made)
    told = Webhook(str(endpoint.secret)).verify(body, headers)
    assert (told["type"], told["data"]["key"]) == ("record.owed", "张市监检〔2026〕1号")
    assert (done.state, done.status, headers["webhook-id"]) == ("delivered", 200, made.message)
    assert not sending.send_one(made.pk), "not twice"
    assert len(there.got) == 1


def test_it_is_tried_again_with_growing_pauses_under_the_same_id(endpoint, there):
    there.statuses = [500, 302, 503]
    made = delivered(endpoint)
    pauses = []
    for _ in range(3):
        due(made)
        assert not sending.send_one(made.pk)
        pauses.append(round((now_of(made).next_try - dt.datetime.now(dt.UTC)).total_seconds()))
    # Seconds pass between the two looks at the clock, on a busy machine many.
    assert pauses == [pytest.approx(n, abs=60) for n in (5, 300, 1800)], "a redirection is followed nowhere"
    due(made)
    assert sending.send_one(made.pk)
    assert {headers["webhook-id"] for headers, _body in there.got} == {made.message}
    assert now_of(made).endpoint.failing_since is None


def test_after_the_last_pause_it_is_given_up_and_somebody_told(endpoint, there, monkeypatch):
    told = []
    monkeypatch.setitem(sending._given_up, "toy:", told.append)
    there.statuses = [500] * 20
    made = delivered(endpoint, about="toy:7")
    for _ in range(len(sending.PAUSES) + 1):
        due(made)
        sending.send_one(made.pk)
    assert (now_of(made).state, [one.about for one in told]) == ("failed", ["toy:7"])
    there.statuses = []
    sending.again(made)
    assert sending.send_one(made.pk)


def test_a_dead_endpoint_is_switched_off_and_what_waits_goes_when_it_is_on_again(endpoint, there):
    there.statuses = [410]
    made = delivered(endpoint)
    sending.send_one(made.pk)
    assert now_of(made).endpoint.disabled_why == "410 Gone"
    due(made)
    assert not sending.send_one(made.pk)
    assert len(there.got) == 1
    sending.switch(now_of(made).endpoint, True)
    assert sending.send_one(made.pk)


def test_an_endpoint_that_fails_for_five_days_is_switched_off(endpoint, there):
    there.statuses = [500, 500]
    made = delivered(endpoint)
    sending.send_one(made.pk)
    with scoped(SYSTEM):
        Endpoint.objects.update(failing_since=now() - dt.timedelta(days=5, minutes=1))
    due(made)
    sending.send_one(made.pk)
    assert now_of(made).endpoint.disabled_at is not None


def test_both_secrets_sign_for_a_day(endpoint, there):
    before = str(endpoint.secret)
    after = endpoint.rotate()
    assert before != after
    delivered(endpoint)
    run_pending()
    headers, body = there.got[0]
    for secret in (before, after):
        Webhook(secret).verify(body, headers)
    Endpoint.objects.update(old_until=now() - dt.timedelta(seconds=1))
    assert Endpoint.objects.get().valid == [after]


def test_a_secret_lies_sealed_in_the_database(endpoint):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM notices_endpoint")
        assert str(endpoint.secret).encode() not in bytes(cursor.fetchone()[0])
