"""Signing in: the right password, the wrong one too often, demo accounts, where one goes next, the second factor."""

from __future__ import annotations

import re

import pytest
from django.test import Client, override_settings

from zhijian.kernel.accounts import devices
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.desk.signing_in import PER_ACCOUNT
from zhijian.kernel.evidence.models import LedgerEntry

pytestmark = pytest.mark.django_db
PASSWORD = "a good long word"


@pytest.fixture
def inspector(world):
    world.inspector.set_password(PASSWORD)
    world.inspector.save()
    return world.inspector


def try_it(client: Client, name: str, password: str, **more: str):
    return client.post("/login/", {"username": name, "password": password, **more})


def kinds(person) -> list[str]:
    return list(
        LedgerEntry.objects.filter(subject=f"account:{person.pk}").order_by("seq").values_list("kind", flat=True)
    )


def test_the_right_password_opens_the_desk_and_stands_in_the_ledger(inspector, client):
    answer = try_it(client, "甲", PASSWORD, next="/l/inspection/")
    assert (answer.status_code, answer["Location"]) == (302, "/l/inspection/")
    assert kinds(inspector) == ["account.login"]


def test_nobody_is_sent_to_another_site(inspector, client):
    for evil in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert try_it(client, "甲", PASSWORD, next=evil)["Location"] == "/"


def test_wrong_passwords_lock_the_account_also_for_the_right_one(inspector, client):
    for _ in range(PER_ACCOUNT):
        assert try_it(client, "甲", "wrong").status_code == 422
    locked = try_it(client, "甲", PASSWORD)
    assert locked.status_code == 429
    assert int(locked["Retry-After"]) > 0
    assert kinds(inspector) == ["account.login_failed"] * PER_ACCOUNT


def test_an_unknown_name_looks_like_a_wrong_password(inspector, client):
    known, unknown = try_it(client, "甲", "wrong"), try_it(client, "nobody", "wrong")
    assert known.status_code == unknown.status_code == 422
    words = re.compile(rb'role="alert">([^<]+)<')
    assert words.search(known.content)[1] == words.search(unknown.content)[1]


def test_demo_accounts_open_only_in_demo_mode(world, client):
    from zhijian.kernel.accounts import demo

    name = demo.accounts()[0].username
    assert client.post("/login/demo/", {"username": name}).status_code == 404
    world.person(name, demo.accounts()[0].role, "370303006")
    with override_settings(DEMO=True):
        assert name.encode() in client.get("/login/").content
        assert client.post("/login/demo/", {"username": "甲"}).status_code == 404
        assert client.post("/login/demo/", {"username": name}).status_code == 302


def test_a_phone_is_enrolled_with_the_code_of_the_page_and_revoked_there(inspector, signed_in, monkeypatch):
    client = signed_in(inspector)
    page = client.post("/me/code/").content.decode()
    code = re.search(r'class="code"[^>]*>(\d{6})<', page)
    assert code is not None
    assert "/field/" in page
    assert devices._use_code(inspector, code[1])
    phone = Device.objects.create(person=inspector, name="手机", public_key={}, grant_until="2035-01-01T00:00:00+00:00")
    asked = client.get(f"/me/phones/{phone.uid}/revoke/").content.decode()
    phone.refresh_from_db()
    assert "be undone" in asked
    assert "It is your only phone." in asked
    assert phone.revoked_at is None, "asking does nothing"
    assert client.post(f"/me/phones/{phone.uid}/revoke/").status_code == 302
    phone.refresh_from_db()
    assert phone.revoked_at is not None


def test_a_form_without_its_token_changes_nothing(inspector):
    client = Client(enforce_csrf_checks=True)
    assert try_it(client, "甲", PASSWORD).status_code == 403
    assert kinds(inspector) == []


def test_a_phone_gets_another_name_and_only_by_its_person(world, signed_in):
    phone = Device.objects.create(
        person=world.inspector, name="Linux", public_key={}, grant_until="2035-01-01T00:00:00+00:00"
    )
    client, other = signed_in(world.inspector), signed_in(world.second)
    address = f"/me/phones/{phone.uid}/name/"
    assert client.post(address, {"name": "白色红米"}).status_code == 302
    assert "白色红米" in client.get("/me/").content.decode()
    assert other.post(address, {"name": "x"}).status_code == 404
    assert other.get(f"/me/phones/{phone.uid}/revoke/").status_code == 404
    client.post(address, {"name": " "})
    phone.refresh_from_db()
    assert phone.name == "白色红米"
    entry = LedgerEntry.objects.get(kind="device.renamed")
    assert (entry.data["was"], entry.data["name"]) == ("Linux", "白色红米")
