"""Other platforms give orders by Open311 and follow them: once each, nothing of others, errors as asked for."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import world
from tests.gateways.open311.conftest import BASE, OTHER, PLATFORM, Platform, answered, order, taken, work

from zhijian.gateways.open311 import inbox, keys, reading, wire
from zhijian.gateways.open311.models import Key, Media, Request, Update
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence.models import File, LedgerEntry
from zhijian.kernel.exchange.models import Owed, State
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.complaints import orders
from zhijian.programmes.complaints.models import Order

N = "FMS-1"


def test_without_a_key_discovery_and_services_are_told_in_both_forms(w):
    client = Client()
    assert client.get("/open311/discovery.json").json()["endpoints"][0]["url"].endswith("/open311/v2")
    assert client.get(f"{BASE}/discovery.xml").content.startswith(b"<?xml")
    rows = client.get(f"{BASE}/services.json").json()
    codes = {one["service_code"]: one for one in rows}
    assert {"P04", "R01", "enquiry", "praise"} <= set(codes) and "complaint" not in codes
    assert codes["P04"]["group"] == "投诉" and codes["P04"]["metadata"] is True and codes["P04"]["type"] == "batch"
    xml = ElementTree.fromstring(client.get(f"{BASE}/services.xml").content)
    assert (xml.tag, xml[0].tag, len(xml)) == ("services", "service", len(rows))
    asked = client.get(f"{BASE}/services/P04.json").json()["attributes"]
    assert [one["order"] for one in asked] == list(range(1, len(asked) + 1))
    types = {one["code"]: (one["datatype"], one["required"]) for one in asked}
    assert types["said_name"] == ("string", True) and types["amount"] == ("number", False)
    assert {kind for kind, _needed in types.values()} == {
        "string", "number", "datetime", "text", "singlevaluelist", "multivaluelist",
    }  # fmt: skip
    claim = ElementTree.fromstring(client.get(f"{BASE}/services/P04.xml").content).find(".//attribute[code='claim']")
    assert claim.find("values/value/key").text == "repair"
    assert client.get(f"{BASE}/services/nothing.json").status_code == 404


def test_a_request_becomes_the_order_that_its_row_in_a_sheet_would_be(w, there):
    token = there.give(external_id=N)
    assert there.get(f"tokens/{token}.json").json()[0]["service_request_id"] == ""
    assert there.get(f"requests/{N}.json").status_code == 404, "nothing is taken yet"
    work()
    assert there.get(f"tokens/{token}.json").json() == [{"service_request_id": N, "token": token}]
    matter = taken(N)
    item = matter.item
    assert (matter.kind, matter.area, matter.title) == ("complaint", world.DISTRICT, "清风小馆")
    assert (item.person, item.phone, item.said_category) == ("张小明", "13805331234", "食品安全")
    assert (sorted(item.claim), str(item.amount)) == (["damages", "refund"], "58.50")
    with scoped(SYSTEM):
        assert Order.objects.filter(platform=PLATFORM, number=N, given=True).count() == 1
        clocks = set(Clock.objects.filter(matter=matter, stopped=None).values_list("rule", flat=True))
        assert "hotline.reply_within" in clocks and "complaints.accept_within" in clocks
        told = str(list(LedgerEntry.objects.filter(matter=matter).values_list("data", flat=True)))
    assert "张小明" not in told and "头发" not in told


def test_the_same_again_is_the_same_with_a_number_and_without(w, there):
    first = there.give(external_id=N)
    assert there.give(external_id=N) == first
    work()
    assert there.give(external_id=N) == N, "taken by now: the number itself"
    assert there.post(**order(external_id=N, description="别的")).status_code == 400
    one = there.give()
    assert there.give() == one and there.give(phone="13805331235") != one
    with scoped(SYSTEM):
        Request.objects.filter(uid=one).update(received=timezone.now() - dt.timedelta(days=2))
    assert there.give() != one, "two days later it is said once more"
    work()
    with scoped(SYSTEM):
        assert Matter.objects.filter(kind="complaint").count() == 4
        assert Order.objects.count() == 4


def test_another_platform_s_requests_are_not_there(w, there):
    token, other = there.give(external_id=N), Platform(OTHER)
    work()
    assert other.get(f"requests/{N}.json").status_code == 404
    assert other.get(f"tokens/{token}.json").status_code == 404
    assert other.get("requests.json").json() == []
    assert other.get("requests.json", service_request_id=N).json() == []
    assert other.post("servicerequestupdates.json", service_request_id=N, update_id="1", status="open",
                      description="x").status_code == 404  # fmt: skip
    assert [one["service_request_id"] for one in there.get("requests.json").json()] == [N]


def test_the_key_may_come_in_three_ways_and_ends_when_it_is_revoked(w, there):
    client = Client()
    assert client.get(f"{BASE}/requests.json").status_code == 401
    assert client.post(f"{BASE}/requests.json", order()).status_code == 403
    for given_as in (f"Bearer {there.key}", "Basic " + _basic(f"zibo:{there.key}")):
        assert client.get(f"{BASE}/requests.json", headers={"Authorization": given_as}).status_code == 200
    assert client.get(f"{BASE}/requests.json", {"api_key": "wrong"}).status_code == 403
    assert client.get(f"{BASE}/requests.json", {"api_key": there.key}, REMOTE_ADDR="8.8.8.8").status_code == 403
    assert there.key not in str(Key.objects.values().get())
    keys.revoke(there.row)
    assert there.get("requests.json").status_code == 403


def test_a_key_revoked_by_another_process_is_refused_within_seconds(w, there, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(keys.time, "monotonic", lambda: clock[0])
    assert there.get("requests.json").status_code == 200
    Key.objects.update(revoked_at=timezone.now())
    assert there.get("requests.json").status_code == 200, "it was read a moment ago"
    clock[0] += keys.FRESH
    assert there.get("requests.json").status_code == 403
    assert keys.FRESH <= 2, "so it says in the operator's guide"


def test_a_post_costs_few_queries_however_it_is_numbered(w, there, monkeypatch):
    there.give(external_id="A0")
    monkeypatch.setattr(inbox, "_woken", [inbox.time.monotonic()])
    for told in ({"external_id": "A1"}, {"phone": "13805330001"}):
        with CaptureQueriesContext(connection) as asked:
            there.give(**told)
        said = [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"]]
        assert len(said) <= 3, said
        assert sum(one.startswith("INSERT") for one in said) == 1


def test_the_job_is_asked_for_once_for_what_comes_together(w, there, monkeypatch):
    woken = [-inbox.QUIET]
    monkeypatch.setattr(inbox, "_woken", woken)
    queued = ProcrastinateJob.objects.filter(queueing_lock=inbox.QUEUED)
    there.give(external_id="A0")
    assert queued.count() == 1
    assert woken == [-inbox.QUIET], "not yet committed: the next one asks again"
    inbox._awake()
    with CaptureQueriesContext(connection) as asked:
        there.give(external_id="A1")
    assert not any("procrastinate" in one["sql"] for one in asked)
    woken[0] -= inbox.QUIET
    with CaptureQueriesContext(connection) as asked:
        there.give(external_id="A2")
    assert any("procrastinate" in one["sql"] for one in asked) and queued.count() == 1


def _basic(text: str) -> str:
    import base64

    return base64.b64encode(text.encode()).decode()


def test_wrong_keys_are_counted_and_a_key_has_its_pace(w, monkeypatch):
    monkeypatch.setattr(keys, "WRONG", 3)
    monkeypatch.setattr(keys.time, "monotonic", lambda: 7.0)
    said = [Client().get(f"{BASE}/requests.json", {"api_key": "no"}).status_code for _ in range(5)]
    assert said == [403, 403, 403, 429, 429]
    slow = Platform(pace=2)
    assert [slow.get("requests.json").status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(
    ("told", "code", "word"),
    [
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "nothing"}, 404, "service_code"),
        ({"description": ""}, 400, "description"),
        ({"address_string": ""}, 400, "address_string"),
        ({"address_string": "", "lat": "36.8"}, 400, "lat"),
        ({"lat": "ninety", "long": "1"}, 400, "lat"),
        ({"lat": "NaN", "long": "1"}, 400, "lat"),
        ({"lat": "91", "long": "1"}, 400, "lat"),
        ({"attribute[said_name]": ""}, 400, "said_name"),
        ({"attribute[amount]": "a lot"}, 400, "amount"),
        ({"attribute[claim]": "gold"}, 400, "claim"),
        ({"attribute[happened_on]": "yesterday"}, 400, "happened_on"),
        ({"attribute[secret]": ["yes", "no"]}, 400, "secret"),
        ({"external_id": "a/b,c"}, 400, "80"),
        ({"description": "x" * 10_001}, 400, "description"),
        ({"description": "a\0b"}, 400, "description"),
        ({"jurisdiction_id": "boston.gov"}, 404, "jurisdiction_id"),
    ],
)
def test_what_is_wrong_is_said_in_the_form_asked_for_and_nothing_is_kept(there, told, code, word):
    answer = there.post("requests.json", **order(**told))
    assert answer.status_code == code
    assert answer.json()[0]["code"] == code and word in answer.json()[0]["description"]
    xml = ElementTree.fromstring(there.post("requests.xml", **order(**told)).content)
    assert (xml.tag, xml[0].find("code").text) == ("errors", str(code))
    assert not Request.objects.exists()


def test_lists_by_number_time_status_service_and_page(w, there):
    numbers = [f"Q{n}" for n in range(5)]
    for n, number in enumerate(numbers):
        there.give(external_id=number, service_code="R01" if n == 4 else "P04", **{"attribute[claim]": []})
    work()
    answered(w, "Q0")

    def asked(**what: str) -> list[str]:
        answer = there.get("requests.json", **what)
        assert answer.status_code == 200, answer.content.decode()
        return [one["service_request_id"] for one in answer.json()]

    assert asked() == numbers[::-1]
    assert asked(service_request_id="Q1,Q3,none") == ["Q3", "Q1"]
    assert asked(status="closed") == ["Q0"] and asked(status="open") == numbers[:0:-1]
    assert asked(service_code="R01") == ["Q4"]
    assert asked(page="2", page_size="2") == ["Q2", "Q1"] and asked(page="4", page_size="2") == []
    now = calendar.local(timezone.now())
    assert asked(start_date=(now + dt.timedelta(hours=1)).isoformat()) == []
    assert asked(end_date=(now - dt.timedelta(hours=1)).isoformat()) == []
    assert asked(updated_after=(now - dt.timedelta(hours=1)).isoformat())[0] == "Q0", "what changed last stands first"
    with scoped(SYSTEM):
        Request.objects.filter(number="Q3").update(received=timezone.now() - dt.timedelta(days=91))
    assert "Q3" not in asked() and "Q3" in asked(start_date=(now - dt.timedelta(days=100)).isoformat(),
                                                 end_date=now.isoformat())  # fmt: skip
    for wrong in ({"start_date": "soon"}, {"status": "half"}, {"page": "0"}, {"page_size": "-1"}):
        assert there.get("requests.json", **wrong).status_code == 400


def test_a_list_asks_the_database_no_more_often_for_many(w, there, django_assert_max_num_queries):
    for n in range(6):
        there.give(external_id=f"Q{n}")
    work()
    there.get("requests.json")
    with django_assert_max_num_queries(14):
        assert len(there.get("requests.json").json()) == 6


def test_the_approved_answer_and_nothing_before_it_is_told(w, there):
    there.give(external_id=N)
    work()
    row = there.get(f"requests/{N}.json").json()[0]
    assert (row["status"], row["status_notes"]) == ("open", "")
    assert row["description"] == "在清风小馆吃出头发，要求退款。" and "13805331234" not in str(row)
    matter = answered(w, N)
    row = there.get(f"requests/{N}.json").json()[0]
    assert (row["status"], row["status_notes"]) == ("closed", "经调解，商家已退款 58 元。")
    for name in ("requested_datetime", "updated_datetime"):
        assert dt.datetime.fromisoformat(row[name]).utcoffset() == dt.timedelta(hours=8)
    assert "甲" not in str(row) and "所长" not in str(row)
    with scoped(SYSTEM):
        owed = Owed.objects.get(matter=matter, table="replies")
        assert owed.state == State.EXPORTED, "they fetched it: it went over"
    said = there.get("servicerequestupdates.json").json()
    assert [(one["service_request_id"], one["status"], one["description"]) for one in said] == [
        (N, "closed", "经调解，商家已退款 58 元。")
    ]


def test_an_addition_is_read_by_whoever_handles_it_and_opens_what_was_answered(w, there):
    there.give(external_id=N)
    work()
    answered(w, N)
    about = {"service_request_id": N, "update_id_ext": "77", "status": "OPEN", "description": "钱还没退给张小明。"}
    answer = there.post("servicerequestupdates.xml", **about)
    assert ElementTree.fromstring(answer.content).find("request_update/update_id").text == "77"
    assert there.post("servicerequestupdates.json", **about).json() == [{"update_id": "77"}]
    assert there.post("servicerequestupdates.json", **{**about, "description": "别的"}).status_code == 400
    work()
    work()
    matter = taken(N)
    assert matter.state == "handling" and matter.item.times_reopened == 1
    with scoped(SYSTEM):
        said = LedgerEntry.objects.filter(matter=matter, kind="open311.said")
        assert said.count() == 1 and "张小明" not in str(said.get().data)
        assert Update.objects.filter(ours=True).count() == 2
    assert [one["status"] for one in there.get("servicerequestupdates.json").json()] == ["closed", "open"]
    row = there.get(f"requests/{N}.json").json()[0]
    assert (row["status"], row["status_notes"]) == ("open", ""), "the former answer holds no more"
    for wrong in ({"update_id_ext": ""}, {"status": ""}, {"service_request_id": ""}, {"updated_datetime": "x"}):
        assert there.post("servicerequestupdates.json", **about | {"update_id_ext": "9"} | wrong).status_code == 400


def test_what_cannot_be_taken_waits_for_the_centre_and_is_taken_once_mended(w, there):
    from tests.kernel.people.conftest import signed_in

    there.give(external_id=N)
    values = json.loads(str(Request.objects.get().body)) | {"received_at": "2099-01-01T00:00:00Z"}
    Request.objects.update(body=json.dumps(values))
    work()
    one = Request.objects.get()
    assert one.state == Request.State.UNFIT and one.matter is None
    centre, clerk = signed_in(w.people["市中心"]), signed_in(w.people["李桂芬"])
    assert "1 order that came by Open311" in centre.get("/").content.decode()
    page = centre.get("/exchange/open311/unfit/").content.decode()
    assert N in page and "2099" in page and "张小明" not in page
    assert clerk.get("/exchange/open311/unfit/").status_code == 404, "an office's clerk is not the centre"
    address = f"/exchange/open311/unfit/{one.uid}/"
    assert "头发" in centre.get(address).content.decode()
    assert centre.post(address, {"sort": "complaint", "received_at": "某天"}).status_code == 422
    assert centre.post(address, {"sort": "complaint", "received_at": "2026-03-05 10:00"}).status_code == 302
    assert taken(N).kind == "complaint"
    assert centre.get(address).status_code == 404


def test_a_row_that_breaks_us_holds_up_no_other(w, there, monkeypatch):
    there.give(external_id="BREAKS")
    there.give(external_id=N)
    whole = orders.area_of
    monkeypatch.setattr(orders, "area_of", lambda row: 1 / 0 if row["key"] == "BREAKS" else whole(row))
    work()
    assert taken(N).kind == "complaint"
    assert "ZeroDivisionError" in Request.objects.get(number="BREAKS").why


def jpeg(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return out.getvalue()


def test_a_picture_comes_with_the_request_and_what_is_none_is_refused(w, there):
    picture = SimpleUploadedFile("photo.jpg", jpeg(), content_type="image/jpeg")
    assert there.post(**order(external_id=N), media=picture).status_code == 200
    bad = SimpleUploadedFile("photo.jpg", b"<script>alert(1)</script>", content_type="image/jpeg")
    assert there.post(**order(external_id="N2"), media=bad).status_code == 400
    work()
    matter = taken(N)
    with scoped(SYSTEM):
        assert File.objects.filter(matter=matter, kind="photo", original=None).count() == 1
    assert not Request.objects.filter(number="N2").exists()
    assert Media.objects.get().attached


def test_a_place_without_an_address_goes_to_the_district_of_the_nearest_shop(w, there):
    there.give(external_id=N, address_string="", lat="36.8101", long="118.0501")
    there.give(external_id="N2", address_string="", lat="10", long="10")
    work()
    assert (taken(N).area, taken("N2").area) == (world.DISTRICT, world.CITY)
    row = there.get(f"requests/{N}.json").json()[0]
    assert (row["lat"], row["long"]) == (36.8101, 118.0501)


# -- hostile ---------------------------------------------------------------------------------------------------------


def test_what_is_no_request_is_refused_and_never_an_error_of_ours(w, there):
    client = Client()
    odd = [
        ("requests.xml", b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>", "text/xml"),
        ("requests.json", b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        ("requests.json", b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        ("requests.json", b"", "multipart/form-data"),
        ("requests.json", b"a=1&" * 2000, "application/x-www-form-urlencoded"),
        ("requests.json", b"description=" + b"x" * 3_000_000, "application/x-www-form-urlencoded"),
    ]
    for path, body, kind in odd:
        answer = client.post(f"{BASE}/{path}?api_key={there.key}", body, content_type=kind)
        assert answer.status_code in (400, 413), (kind, answer.status_code)
    assert client.delete(f"{BASE}/requests.json").status_code == 405
    assert client.get(f"{BASE}/requests.yaml").status_code == 404
    assert client.post(f"{BASE}/requests.json", order(), headers={"Content-Length": "99999999"}).status_code == 413
    assert not Request.objects.exists()


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from([
    "service_code", "description", "lat", "long", "address_string", "address_id", "attribute[amount]", "media_url",
    "attribute[claim]", "attribute[happened_on]", "attribute[said_name]", "external_id", "first_name", "email",
]), st.text(max_size=60) | st.sampled_from(["P04", "58", "2026-03-05T10:00:00+08:00", "36.8", "http://a,http://b"]),
))  # fmt: skip
def test_whatever_is_posted_is_kept_or_refused(told):
    from django.http import QueryDict

    data = QueryDict(mutable=True)
    for name, text in told.items():
        data[name] = text
    made = None
    with contextlib.suppress(reading.Bad):  # any other exception would be an error of ours
        made = reading.posted(data)
    assert made is None or (made.values["text"] and made.values["address"])


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(
    st.dictionaries(st.sampled_from(["a", "b", "value"]), inner, min_size=1))))  # fmt: skip
def test_whatever_is_told_is_xml(told):
    ElementTree.fromstring(wire.written("services", told if isinstance(told, list) else [{"a": told}], "xml"))


@pytest.mark.parametrize("body", [
    b"<!DOCTYPE a [<!ENTITY b 'c'>]><a><d>&b;</d></a>",
    b"<!DOCTYPE a SYSTEM 'http://elsewhere/x.dtd'><a/>", b"<a><b></a>", b"", b"\x00",
])  # fmt: skip
def test_xml_with_entities_or_none_is_unreadable(body):
    with pytest.raises(wire.Unreadable):
        wire.read(body, "xml")


def test_two_tries_of_one_mark_wait_for_each_other():
    """The lock is on the number, else on the content: what is looked for and written under it is one."""
    told = reading.Told("P04", {"text": "x"})
    assert inbox._mark("a", told, "{}") != inbox._mark("b", told, "{}")
    assert inbox._mark("a", told, "{}") == inbox._mark("a", reading.Told("P04", {"text": "x"}), "{}")
