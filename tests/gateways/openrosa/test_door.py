"""Who comes in by Collect's door: an app password of one handset, over https, and never the person's own."""

from __future__ import annotations

import base64
import json
import threading
import zlib
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.gateways.openrosa.collect import fill, headers, made
from tests.gateways.openrosa.conftest import Collect, make
from tests.gateways.openrosa.test_submissions import answers, unplanned

from zhijian.gateways.field import records
from zhijian.gateways.field.models import FieldRecord
from zhijian.gateways.openrosa import access, pages, reading
from zhijian.gateways.openrosa.models import Access
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry


def test_only_the_app_password_opens(collect: Collect) -> None:
    asked = {"secure": True}
    anonymous = collect.client.get("/openrosa/formList", **asked)
    assert anonymous.status_code == 401 and anonymous["WWW-Authenticate"].startswith("Basic ")
    with scoped(SYSTEM):
        collect.w.inspector.set_password("correct horse battery")
        collect.w.inspector.save()
    own = headers("甲", "correct horse battery")
    assert collect.client.get("/openrosa/formList", headers=own, **asked).status_code == 401, "never his own"
    other = headers("乙", collect.password)
    assert collect.client.get("/openrosa/formList", headers=other, **asked).status_code == 401, "nor with another name"
    collect.client.force_login(collect.w.inspector)
    assert collect.client.get("/openrosa/formList", **asked).status_code == 401, "a session opens nothing here"
    assert collect.get("formList").status_code == 200


def test_it_is_asked_for_over_https_only(collect: Collect) -> None:
    told = headers(collect.username, collect.password)
    for path in ("formList", "submission", "forms/recheck/manifest"):
        method = collect.client.head if path == "submission" else collect.client.get
        answer = method(f"/openrosa/{path}", headers=told)
        assert answer.status_code == 403 and "WWW-Authenticate" not in answer, "a password is not even asked for"


def test_at_rest_it_is_a_digest(collect: Collect) -> None:
    kept = Access.objects.get()
    assert collect.password not in kept.digest and len(collect.password.replace("-", "")) == 20
    with scoped(SYSTEM):
        told = json.dumps(list(LedgerEntry.objects.values_list("data", flat=True)))
    assert collect.password not in told


def test_guessing_stops(collect: Collect) -> None:
    wrong = headers(collect.username, "abcde-abcde-abcde-abcde")
    for _ in range(access.BY_NAME):
        assert collect.client.get("/openrosa/formList", headers=wrong, secure=True).status_code == 401
    assert collect.client.get("/openrosa/formList", headers=wrong, secure=True).status_code == 429
    assert collect.get("formList").status_code == 429, "from there, by that name, not even with the right one"
    elsewhere = headers(collect.username, collect.password)
    answer = collect.client.get("/openrosa/formList", headers=elsewhere, secure=True, REMOTE_ADDR="198.51.100.7")
    assert answer.status_code == 200, "the officer himself is not locked out"


def test_another_password_ends_the_one_before_and_renews_the_grant(collect: Collect) -> None:
    Device.objects.filter(pk=collect.device.pk).update(grant_until=timezone.now())
    assert collect.get("formList").status_code == 403, "the grant is over; what is on the phone may still come"
    with scoped(SYSTEM):
        before, collect.password = collect.password, access.renew(collect.device, actor_of(collect.w.inspector))
    assert collect.get("formList").status_code == 200
    old = headers(collect.username, before)
    assert collect.client.get("/openrosa/formList", headers=old, secure=True).status_code == 401


def test_a_submission_is_shown_on_to_the_uploads_process(collect: Collect, settings: Any) -> None:
    told = headers(collect.username, collect.password)
    answer = collect.client.head("/openrosa/submission?deviceID=a", headers=told, secure=True)
    assert answer.status_code == 204 and int(answer["X-OpenRosa-Accept-Content-Length"]) == 4 * 1024 * 1024
    assert answer["Location"] == f"https://testserver:{settings.UPLOAD_TLS_PORT}/openrosa/submission?deviceID=a"
    settings.UPLOAD_ORIGIN = "https://uploads.example.cn"
    answer = collect.client.head("/openrosa/submission?deviceID=a", headers=told, secure=True)
    assert answer["Location"] == "https://testserver/openrosa/submission?deviceID=a", "Collect follows to no other host"


def test_the_officer_lets_a_phone_in_and_sees_its_password_once(collect: Collect) -> None:
    client, w = collect.client, collect.w
    client.force_login(w.inspector)
    assert "/me/collect/" in client.get("/me/", secure=True).content.decode()
    assert "https" in client.get("/me/collect/").content.decode(), "by http it only says why not"
    assert client.post("/me/collect/", {"name": "旧手机"}).status_code == 302
    page = client.post("/me/collect/", {"name": "旧手机"}, secure=True)
    device = Device.objects.get(name="旧手机")
    password = page.context["password"]
    assert password in page.content.decode()
    code = pages.settings_code(page.context["address"], w.inspector, password)
    told = json.loads(zlib.decompress(base64.b64decode(code)))
    assert told["general"]["server_url"] == "https://testserver/openrosa" and told["general"]["password"] == password
    assert password not in client.get("/me/collect/", secure=True).content.decode()
    again = client.post(f"/me/collect/{device.uid}/", secure=True)
    assert again.context["password"] not in ("", password)
    client.force_login(w.second)
    assert client.post(f"/me/collect/{device.uid}/", secure=True).status_code == 404
    client.force_login(w.head)
    assert client.get("/me/collect/", secure=True).status_code == 404, "who does not inspect has nothing to do there"
    with scoped(SYSTEM):
        kinds = list(LedgerEntry.objects.filter(data__device=str(device.uid)).values_list("kind", flat=True))
    assert sorted(kinds) == ["device.enrolled", "device.renewed"]


@pytest.fixture
def site(fresh_database: object) -> Collect:
    with scoped(SYSTEM):
        return make(Client())


def test_two_who_send_the_same_at_once_make_one_record(site: Collect, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both make it, and one of them fails; with it the second gets the first one's answer."""

    def at_once(instance: Any) -> list[int]:
        gate, told = threading.Barrier(2), []

        def send() -> None:
            client = Client(raise_request_exception=False)
            mine = Collect(site.w, site.device, site.password, client, site.checklist)
            [parts] = instance.posts()
            gate.wait()
            told.append(mine.post(parts).status_code)
            connections.close_all()

        threads = [threading.Thread(target=send) for _ in range(2)]
        [one.start() for one in threads]
        [one.join() for one in threads]
        return sorted(told)

    told = made(**unplanned(site), **answers(site))
    with monkeypatch.context() as patch:
        patch.setattr(records, "lock", lambda uid: None)
        seen = (at_once(fill(site.form(), told)) for _ in range(20))
        assert [201, 500] in seen, "without the lock both try to make it"
    before = FieldRecord.objects.count()
    assert all(at_once(fill(site.form(), told)) == [201, 201] for _ in range(3))
    assert FieldRecord.objects.count() == before + 3


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**8), max_value=10**8, places=3))
def test_numbers_are_told_as_people_write_them(value: Any) -> None:
    told = reading._number(str(value))
    assert value == type(value)(told) and "E" not in told and (not told.endswith("0") or "." not in told)


@given(st.text())
def test_every_instance_has_one_id(instance: str) -> None:
    assert reading.uid_of(instance) == reading.uid_of(instance)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with pytest.raises(reading.Unreadable):
        reading.read(data)
