"""A place that the register does not have: entered on the phone, matched on the desk, nothing typed twice."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from tests import world
from tests.kernel.papers.conftest import enrol

from zhijian.gateways.field import records
from zhijian.gateways.field.models import FieldRecord
from zhijian.kernel import papers
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers.models import NumberRow, Paper
from zhijian.kernel.papers.render import pdf
from zhijian.kernel.registry.models import Entity, Premises, Proposal
from zhijian.programmes.inspection.models import Inspection, Lead

PLACE = "0193aaaa-0000-7000-8000-0000000000aa"


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.head, made.inspector, made.second, made.stranger
        return made


@pytest.fixture
def phone(w: world.World) -> Device:
    with scoped(SYSTEM):
        return enrol(w.inspector)


def sent(w: world.World, phone: Device, licensed: str = "no", **changes: Any) -> FieldRecord:
    """A place entered at its door, as the server takes it in."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0).isoformat()
    people = [{"id": p.pk, "name": p.name, "certificate_no": p.certificate_no} for p in (w.inspector, w.second)]
    content = {
        "task": None, "purpose": "routine", "premises": PLACE, "checklist": None, "mode": "note",
        "device": str(phone.uid), "app": "1", "started": now, "ended": now, "clock_skew_ms": 0,
        "place": {"lat": "36.810300", "lon": "118.050100", "accuracy": 9}, "inspectors": people, "hindered": None,
        "unlisted": {"name": "清风小馆", "trade": "restaurant", "licensed": licensed, "where": "水晶街口早市"},
        **changes,
    }  # fmt: skip
    body = {"schema": 2, "id": str(uuid4()), "kind": "inspection", "content": content, "signatures": []}
    return put(phone, {**body, "digest": sha256_hex(canonical(content))})


def put(phone: Device, body: dict[str, Any]) -> FieldRecord:
    with scoped(SYSTEM):
        FieldRecord.objects.update(
            received=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        )  # none came just now: worked on at once
        records.take(body["id"], canonical(body), phone)
        return FieldRecord.objects.select_related("matter").get(pk=body["id"])


def again(kept: FieldRecord) -> FieldRecord:
    with scoped(SYSTEM):
        return FieldRecord.objects.select_related("matter").get(pk=kept.pk)


def head(w: world.World) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(w.head)
    return client


def test_it_waits_with_candidates_and_their_reasons(w, phone):
    kept = sent(w, phone)
    assert (kept.state, str(kept.place)) == ("held", PLACE)
    assert "清风小馆" in head(w).get("/held/").content.decode()
    page = head(w).get(f"/held/{kept.pk}/").content.decode()
    for said in ("The shop has no file here.", w.premises.name, "like name", "same trade", "m away", "no licence"):
        assert said in page


def test_one_key_matches_it_and_what_the_phone_sends_later_goes_there_too(w, phone):
    kept, other = sent(w, phone), sent(w, phone, licensed="yes")
    head(w).post(f"/held/{kept.pk}/place/", {"p": str(w.premises.uid)})
    kept, other = again(kept), again(other)
    assert kept.state == other.state == "accepted"
    assert kept.matter.premises_id == other.matter.premises_id == w.premises.pk
    assert kept.matter.state == "planned", "a visit to it is to be made"
    later = sent(w, phone, licensed="yes", mode="hindered", hindered={"kind": "shut"})
    assert later.state == "accepted"
    assert later.matter.premises_id == w.premises.pk
    with scoped(SYSTEM):
        assert Lead.objects.get(inspection=kept.matter_id).found.count("水晶街口早市") == 1
        assert not Lead.objects.filter(inspection=other.matter_id).exists()


def test_a_new_file_has_no_code_and_the_phones_own_id(w, phone):
    kept, other = sent(w, phone), sent(w, phone, licensed="yes")
    head(w).post(f"/held/{kept.pk}/file/", {"area": world.OFFICE})
    made = Premises.objects.get(uid=PLACE)
    assert (made.name, made.trade, made.address, made.area) == ("清风小馆", "restaurant", "水晶街口早市", world.OFFICE)
    assert (made.entity.scheme, made.entity.code, str(made.lat)) == ("", "", "36.810300")
    assert again(kept).matter.premises_id == again(other).matter.premises_id == made.pk
    head(w).post(f"/held/{kept.pk}/file/", {"area": world.OFFICE})
    assert Entity.objects.filter(name="清风小馆").count() == 1, "a second tap makes no second file"


def test_its_bytes_stay_as_they_came(w, phone):
    kept = sent(w, phone)
    came = bytes(kept.body)
    head(w).post(f"/held/{kept.pk}/file/", {"area": world.OFFICE})
    assert bytes(again(kept).body) == came
    assert again(kept).flags == []


def test_another_district_sees_nothing_of_it(w, phone):
    kept = sent(w, phone)
    client = Client()
    client.force_login(w.stranger)
    for path in ("", "file/", "place/"):
        assert client.post(f"/held/{kept.pk}/{path}", {"area": world.OFFICE}).status_code in (404, 405)
    assert not Entity.objects.filter(name="清风小馆").exists()


def correction(w: world.World, phone: Device, *changes: dict[str, Any], premises: str = "") -> FieldRecord:
    now = dt.datetime.now(dt.UTC).replace(microsecond=0).isoformat()
    content = {
        "premises": premises or str(w.premises.uid), "visit": None, "device": str(phone.uid), "app": "1", "made": now,
        "changes": list(changes),
    }  # fmt: skip
    return put(phone, {"schema": 2, "id": str(uuid4()), "kind": "correction", "content": content})


def test_a_correction_is_a_record_of_its_own_that_becomes_proposals(w, phone):
    kept = correction(
        w, phone,
        {"what": "phone", "old": {"text": "13805330000"}, "new": {"text": "0533-2180099"}},
        {"what": "pin", "old": None, "new": {"lat": "36.8101", "lon": "118.0501"}},
    )  # fmt: skip
    assert (kept.state, kept.matter, kept.area) == ("accepted", None, world.OFFICE)
    with scoped(SYSTEM):
        assert sorted(Proposal.objects.values_list("what", flat=True)) == ["phone", "pin"]
        told = records.answer(kept)
    assert (told["state"], told["matter"], told["flags"]) == ("accepted", None, [])
    assert Premises.objects.get(pk=w.premises.pk).phone == "", "the register changes only on the desk"


def test_a_correction_of_unknown_premises_waits_for_a_person(w, phone):
    kept = correction(w, phone, {"what": "phone", "new": {"text": "1"}}, premises=PLACE)
    assert kept.state == "held"
    assert head(w).get(f"/held/{kept.pk}/").status_code == 200
    with scoped(SYSTEM):
        assert not Matter.objects.filter(field_records=kept).exists()


def test_a_record_of_schema_1_is_taken_as_ever(w, phone):
    from tests.gateways.field.test_held import sent as of_schema_1

    with scoped(SYSTEM):
        body = of_schema_1(w, str(w.premises.uid))
    assert body["schema"] == 1
    kept = put(phone, body)
    assert kept.state == "accepted"
    assert json.loads(bytes(kept.body))["schema"] == 1


def short(w: world.World, phone: Device, licensed: str = "no", **changes: Any) -> tuple[FieldRecord, NumberRow]:
    """A short on-site record: what was seen, signed, on a paper with a number that the phone had reserved."""
    with scoped(SYSTEM):
        (number,) = papers.top_up(phone, "onsite_record", world.OFFICE, 1)
    told = {
        "mode": "short", "findings": "未取得食品经营许可，现场制售油条。", "present": {"name": "周某", "role": "摊主"},
        "informed": {"cards_shown": True, "rights_told": True, "recusal": "no"}, "statement": "无异议",
        "papers": [{"kind": "onsite_record", "number": number.number, "code": number.code}], **changes,
    }  # fmt: skip
    return sent(w, phone, licensed, **told), number


def test_a_short_record_is_bound_to_the_premises_that_the_desk_matches(w, phone):
    kept, number = short(w, phone)
    assert (kept.state, kept.matter) == ("held", None), "whose it is, a person says"
    head(w).post(f"/held/{kept.pk}/place/", {"p": str(w.premises.uid)})
    matter = again(kept).matter
    assert (matter.state, matter.premises_id, matter.flags) == ("closed", w.premises.pk, [])
    with scoped(SYSTEM):
        visit = Inspection.objects.get(pk=matter.pk)
        assert (visit.findings, visit.result, visit.present_name) == ("未取得食品经营许可，现场制售油条。", "", "周某")
        (paper,) = Paper.objects.filter(matter=matter)
        assert (paper.number, paper.code) == (number.number, number.code)
        assert paper.data["party"]["name"] == "清风小馆", "as it was handed over, not as it is filed"
        assert paper.data["findings"] == visit.findings
        assert pdf(paper).startswith(b"%PDF-")
        assert NumberRow.objects.get(pk=number.pk).state == "used"
        assert Lead.objects.get(inspection=matter.pk).found.count("水晶街口早市") == 1
        assert not Matter.objects.filter(parent=matter, kind="publication").exists(), "it has no result to publish"
    page = head(w).get(f"/m/{matter.uid}/").content.decode()
    assert "On-site record: 未取得食品经营许可" in page
    assert "Items checked" not in page


def test_a_short_record_wants_two_officers_like_any_act_of_enforcement(w, phone):
    one = {"id": w.inspector.pk, "name": w.inspector.name, "certificate_no": w.inspector.certificate_no}
    kept, _number = short(w, phone, inspectors=[one])
    head(w).post(f"/held/{kept.pk}/file/", {"area": world.OFFICE})
    assert [flag["code"] for flag in again(kept).matter.flags] == ["one_officer"]
