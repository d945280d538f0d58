"""The same records by interface: out as webhooks, answers and codes in as webhooks; a stranger is refused."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid

import pytest
from django.test import Client
from django.utils.html import escape
from standardwebhooks import Webhook
from tests import world
from tests.kernel.exchange.conftest import owed_of, visit
from tests.kernel.matters.test_scope import plan
from tests.kernel.people.conftest import signed_in as sign_in

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.exchange import interface
from zhijian.kernel.exchange.exporting import NothingToExport
from zhijian.kernel.exchange.models import Inlet, Message, State
from zhijian.kernel.exchange.tables import table_of
from zhijian.kernel.jobs import run_pending
from zhijian.kernel.notices.webhooks.models import Delivery, Endpoint
from zhijian.programmes.inspection.models import Inspection


@pytest.fixture
def inlet(w) -> Inlet:
    return Inlet.objects.create(platform="luzhifa")


def knock(inlet: Inlet, told: dict, secret: str = "", message: str = "", at: dt.datetime | None = None) -> int:
    """Their software sends something; the status that it gets."""
    body, message = json.dumps(told), message or str(uuid.uuid4())
    at = at or dt.datetime.now(dt.UTC)
    signed = {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret or str(inlet.secret)).sign(message, at, body),
    }
    client = Client(enforce_csrf_checks=True)
    return client.post("/exchange/in/luzhifa/", body, content_type="application/json", headers=signed).status_code


def administrator(w: world.World) -> Client:
    with scoped(SYSTEM):
        return sign_in(w.person("管理员", Role.ADMIN, world.CITY))


def answer(key: str, state: str = "已备案", **more: str) -> dict:
    return {"type": "record.answered", "data": {"table": "tasks", "key": key, "state": state, **more}}


def test_a_record_goes_out_with_the_columns_of_the_sheet(w, clerk):
    tasks, made = table_of("luzhifa", "tasks"), plan(w)
    with scoped(clerk), pytest.raises(NothingToExport):
        interface.send(tasks, [owed_of(made, "tasks").uid], clerk)
    Endpoint.objects.create(name="luzhifa", url="https://there.example/in")
    with scoped(clerk):
        assert interface.send(tasks, [owed_of(made, "tasks").uid], clerk) == (1, [])
    with scoped(SYSTEM):
        delivery = Delivery.objects.get()
        told = json.loads(str(delivery.body))
        assert told["data"]["fields"]["统一社会信用代码"] == w.entity.code
        assert owed_of(made, "tasks").state == State.EXPORTED
        interface.undelivered(delivery)
    assert (owed_of(made, "tasks").state, owed_of(made, "tasks").why) == (State.TO_REPORT, interface.UNDELIVERED)


def test_an_answer_comes_in_once_and_its_code_is_kept(w, inlet, clerk):
    made = plan(w)
    Endpoint.objects.create(name="luzhifa", url="https://there.example/in")
    with scoped(clerk):
        interface.send(table_of("luzhifa", "tasks"), [owed_of(made, "tasks").uid], clerk)
    told = answer(made.number, number="JC-1")
    with scoped(SYSTEM):
        Delivery.objects.all().delete()
    assert knock(inlet, told, message="msg_1") == 202
    assert knock(inlet, told, message="msg_1") == 202
    assert Message.objects.count() == 1
    assert owed_of(made, "tasks").state == State.EXPORTED, "kept first, done by a job"
    run_pending()
    assert owed_of(made, "tasks").state == State.RECEIPT
    with scoped(SYSTEM):
        assert Inspection.objects.get(pk=made.pk).check_code == "JC-1"


def test_a_code_is_given_by_interface(w, inlet):
    made = plan(w)
    fields = {"检查码": "JC-9", "统一社会信用代码": w.entity.code, "计划检查日期": world.in_days(1).isoformat()}
    assert knock(inlet, {"type": "record.given", "data": {"table": "codes", "fields": fields}}) == 202
    run_pending()
    with scoped(SYSTEM):
        assert Inspection.objects.get(pk=made.pk).check_code == "JC-9"


@pytest.mark.parametrize(
    "told",
    [
        {"type": "record.answered", "data": {"table": "nothing"}},
        {"type": "record.given", "data": {"table": "codes", "fields": []}},
        {"type": "record.given", "data": {"table": "codes", "fields": {"检查码": "1"}}},
        {"type": "other", "data": {"table": "tasks"}},
        answer("没有这个号"),
        ["no object"],
        "text",
        7,
        {"type": "record.answered", "data": ["no object"]},
        {"type": "record.answered", "data": {"table": ["tasks"]}},
        {"data": {"table": "tasks"}},
        {"type": "record.answered"},
        {"type": "record.given", "data": {"table": "codes", "fields": {"检查码": "JC\0"}}},
        {"type": "record.given", "data": {"table": "codes", "fields": {"检查码": "\ud800"}}},
    ],
)
def test_what_says_nothing_is_kept_with_what_is_wrong(w, inlet, told):
    assert knock(inlet, told) == 202
    run_pending()
    message = Message.objects.get()
    assert message.state == Message.State.FAILED
    assert "indices" not in message.error and "unhashable" not in message.error
    assert "{" not in interface.why(message.error) and not re.match(r"[a-z_]+:", interface.why(message.error))
    admin = administrator(w).get("/exchange/interfaces/").content.decode()
    assert escape(interface.why(message.error)) in admin


def test_a_platform_without_an_interface_gets_no_address(w):
    client = administrator(w)
    assert 'value="gsxt"' not in client.get("/exchange/interfaces/").content.decode()
    for act in ("url", "inlet"):
        assert client.post("/exchange/interfaces/", {"platform": "gsxt", "act": act}).status_code == 404


def test_a_stranger_is_refused_and_seen(w, inlet):
    for _ in range(3):
        assert knock(inlet, answer("1"), secret=Inlet(platform="x").secret) == 401
    assert knock(inlet, answer("1"), at=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=6)) == 401
    assert not Message.objects.exists()
    inlet.refresh_from_db()
    assert inlet.refused == 4
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="exchange.refused").count() == 1, "one an hour: nobody fills the ledger"
    Inlet.objects.update(active=False)
    assert knock(inlet, answer("1")) == 404


def test_the_administrator_sets_it_up_and_sees_a_secret_once(w, settings):
    settings.WEBHOOK_HOSTS = ["there.example"]
    client = administrator(w)
    page = "/exchange/interfaces/"
    refused = client.post(page, {"platform": "luzhifa", "act": "url", "url": "https://evil.example/"})
    assert refused.status_code == 422 and not Endpoint.objects.exists()
    assert refused.content.decode().count('value="https://evil.example/"') == 1, "what was typed stays, in its field"
    made = client.post(page, {"platform": "luzhifa", "act": "url", "url": "https://there.example/in"})
    secret = str(Endpoint.objects.get().secret)
    assert secret in made.content.decode()
    assert secret not in client.get(page).content.decode()
    client.post(page, {"platform": "luzhifa", "act": "inlet"})
    before = str(Inlet.objects.get().secret)
    assert str(client.post(page, {"platform": "luzhifa", "act": "rotate_in"}).content.decode()).count("whsec_") == 1
    assert Inlet.objects.get().valid[1] == before
    client.post(page, {"platform": "luzhifa", "act": "off"})
    assert Endpoint.objects.get().disabled_at is not None
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="exchange.endpoint").count() == 4


def test_a_visit_waits_for_no_interface(w, clerk):
    """By file all goes on while nobody has set an interface up."""
    made = visit(w)
    assert owed_of(made, "visits").state == State.TO_REPORT


def test_a_message_that_could_not_be_used_is_on_the_to_do_until_somebody_saw_to_it(w, inlet):
    admin = administrator(w)
    knock(inlet, ["no object"])
    run_pending()
    assert "1 message of another platform could not be used" in admin.get("/").content.decode()
    page = admin.get("/exchange/interfaces/").content.decode()
    assert "It is no object" in page and "indices" not in page
    message = Message.objects.get()
    assert admin.post(f"/exchange/interfaces/messages/{message.pk}/seen/", follow=True).status_code == 200
    assert "could not be used" not in admin.get("/").content.decode()
    assert "seen to" in admin.get("/exchange/interfaces/").content.decode(), "it stays in the list"


def test_what_was_kept_before_with_pythons_own_words_is_said_in_ours():
    assert "indices" not in interface.why("table:list indices must be integers or slices, not str")


def test_while_it_fails_clerk_and_administrator_read_since_when(w, clerk):
    made, other = plan(w), plan(w)
    endpoint = Endpoint.objects.create(name="luzhifa", url="https://there.example/in")
    admin, browser = administrator(w), sign_in(w.people["李桂芬"])
    send = {"uid": [str(owed_of(made, "tasks").uid)], "interface": "1"}
    said = browser.post("/exchange/t/luzhifa/tasks/export/", send, follow=True).content.decode()
    assert "on its way" in said and "failing since" not in said
    Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=dt.datetime.now(dt.UTC))
    send = {"uid": [str(owed_of(other, "tasks").uid)], "interface": "1"}
    said = browser.post("/exchange/t/luzhifa/tasks/export/", send, follow=True).content.decode()
    assert "has been failing since" in said and "on its way" not in said
    assert "has been failing since" in browser.get("/exchange/").content.decode()
    assert "1 interface cannot be reached" in admin.get("/").content.decode()
    page = admin.get("/exchange/interfaces/").content.decode()
    with scoped(SYSTEM):
        delivery = Delivery.objects.latest("pk")
    assert delivery.message in page and other.number in page
