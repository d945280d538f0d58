"""The field API as a phone lives it: three factors, tokens of minutes, records never refused and never doubled.

With real commits: a pull ends at the oldest running transaction, so it never shows what is not committed.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections import Counter
from typing import Any

import pytest
from django.utils import timezone
from tests import world
from tests.kernel.appointments.conftest import slot_of
from tests.kernel.matters.test_scope import plan
from tests.phone import Phone, client_transport, photo_of, picture, record

from zhijian.gateways.field import records
from zhijian.gateways.field.models import FieldRecord
from zhijian.kernel.accounts import devices
from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.models import Device, Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.appointments import acts, telling
from zhijian.kernel.appointments.offering import moment_of
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.digest import canonical
from zhijian.kernel.evidence.models import File, LedgerEntry
from zhijian.kernel.jobs import run_pending
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.packs import stack
from zhijian.kernel.papers.models import NumberRow, Paper
from zhijian.kernel.papers.render import pdf
from zhijian.kernel.papers.verify import look_up
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.guards import MOST_A_DAY
from zhijian.programmes.inspection.models import Inspection, PublishedResult, Rectification

PASSWORD = "correct horse battery"


@pytest.fixture
def w(fresh_database: object) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.inspector.set_password(PASSWORD)
        made.inspector.save()
        made.second, made.head
        return made


@pytest.fixture
def phone(w: world.World, client: Any) -> Phone:
    """An enrolled phone that has pulled."""
    made = Phone(client_transport(client))
    with scoped(SYSTEM):
        code = devices.issue_code(w.inspector)
    assert made.enrol("甲", PASSWORD, code)[0] == 200
    assert made.prove() == 200
    # A pull ends at the oldest running transaction of the server, which may be another test's.
    for _ in range(600):
        made.pull()
        if str(w.premises.uid) in made.data["premises"]:
            return made
        time.sleep(0.2)
    raise AssertionError("the premises never came")


def put(phone: Phone, sent: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Send a record, and ask what became of it when the worker has been at it (many at once wait for it)."""
    status, told = phone.put(sent)
    if told.get("state") == "accepted" and told["matter"] is None:
        run_pending()
        _, told = phone.call("GET", f"records/{sent['id']}")
    return status, told


def here(phone: Phone, w: world.World) -> dict[str, Any]:
    return phone.data["premises"][str(w.premises.uid)]


def test_enrolment_needs_all_three(w: world.World, client: Any) -> None:
    phone = Phone(client_transport(client))
    with scoped(SYSTEM):
        code = devices.issue_code(w.inspector)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for tried in (("甲", "wrong password", code), ("甲", PASSWORD, wrong), ("nobody", PASSWORD, code)):
        status, told = phone.enrol(*tried)
        assert (status, told["problem"]) == (403, "enrol.refused")
        assert told["message"] and told["mend"]
    # The first try used the code up, as a code is counted before the password.
    assert phone.enrol("甲", PASSWORD, code)[0] == 403
    with scoped(SYSTEM):
        code = devices.issue_code(w.inspector)
    assert phone.enrol("甲", PASSWORD, code)[0] == 200
    assert phone.enrol("甲", PASSWORD, code)[0] == 403, "a code works once"


def test_a_code_stops_after_five_tries(w: world.World, client: Any) -> None:
    phone = Phone(client_transport(client))
    with scoped(SYSTEM):
        code = devices.issue_code(w.inspector)
    for n in range(devices.CODE_TRIES):
        assert phone.enrol("甲", PASSWORD, f"{(int(code) + 1 + n) % 1_000_000:06d}")[0] == 403
    assert phone.enrol("甲", PASSWORD, code)[0] == 403


def test_a_token_needs_the_key(phone: Phone, client: Any) -> None:
    thief = Phone(client_transport(client))
    thief.device = phone.device
    assert thief.prove() == 401
    thief.token = "x" * 40
    assert thief.call("GET", "pull?since=")[0] == 401


def test_the_patch_is_the_persons_own(phone: Phone, w: world.World) -> None:
    with scoped(SYSTEM):
        far = world.Entity.objects.create(name="外区饭店", area=world.NEIGHBOUR_OFFICE)
        world.Premises.objects.create(entity=far, name="外区饭店", area=world.NEIGHBOUR_OFFICE, trade="restaurant")
    phone.cursor = ""
    phone.pull()
    assert set(phone.data["premises"]) == {str(w.premises.uid)}
    assert [c["name"] for c in phone.data["colleagues"]] == ["甲", "乙"] or len(phone.data["colleagues"]) == 2
    assert len(phone.data["numbers"]) == 4 * 20


def test_an_officer_on_loan_has_numbers_of_both_bureaus_and_each_place_its_own(phone: Phone, w: world.World) -> None:
    """A paper about a place of his own bureau never bears the other one's name or number."""
    before = {one["number"] for one in phone.data["numbers"]}
    with scoped(SYSTEM):
        w.person("甲", Role.INSPECTOR, world.NEIGHBOUR_OFFICE)
    phone.cursor = ""
    told = phone.pull()
    own, other = (stack().organ(area) for area in (world.OFFICE, world.NEIGHBOUR_OFFICE))
    assert [one["area"] for one in told["organs"]] == [own.code, other.code], "that of his home first"
    assert told["organ"]["name"] == own.name
    numbers = phone.data["numbers"]
    assert {one["number"] for one in numbers if one["organ"] == own.code} == before, "what he held stays his"
    assert sum(one["organ"] == other.code for one in numbers) == 4 * 20
    begins = {code: {one["number"][0] for one in numbers if one["organ"] == code} for code in (own.code, other.code)}
    assert not begins[own.code] & begins[other.code], "each bears its bureau's sign"
    with scoped(SYSTEM):
        w.people["甲"].posts.filter(jurisdiction=world.NEIGHBOUR_OFFICE).delete()
    phone.cursor = ""
    phone.pull()
    assert {one["number"] for one in phone.data["numbers"]} == before


def test_numbers_last_for_a_day_without_network(phone: Phone, w: world.World) -> None:
    """As many of each kind as the rule says, and for a full day (40 visits) as many as there are visits."""
    held = lambda: Counter(one["kind"] for one in phone.data["numbers"])  # noqa: E731
    assert set(held().values()) == {rules.number_block(calendar.today())} == {20}
    with scoped(SYSTEM):
        for _ in range(40):
            plan(w)
    phone.pull()
    assert set(held().values()) == {MOST_A_DAY} == {40}


def test_a_second_pull_brings_only_what_changed(phone: Phone, w: world.World) -> None:
    told = phone.pull()
    assert (told["premises"], told["tasks"], told["checklists"]) == ([], [], [])
    matter = plan(w)
    told = phone.pull()
    assert [(t["uid"], t["check_code"]) for t in told["tasks"]] == [(str(matter.uid), "")]
    with scoped(SYSTEM):
        Inspection.objects.filter(pk=matter.pk).update(check_code="JC-1")
    assert [t["check_code"] for t in phone.pull()["tasks"]] == ["JC-1"], "the superiors' code follows when it is issued"
    with scoped(w.actor("所长")) as head:
        perform(matter, "cancel", head, reason="改期了")
    assert phone.pull()["removed"]["tasks"] == [str(matter.uid)]


def test_the_time_that_the_enterprise_chose_stands_with_the_task(phone: Phone, w: world.World) -> None:
    phone.pull()
    sent = record(phone, here(phone, w), failed={"1.2": {"note": "未悬挂"}}, photos=[])
    put(phone, sent)
    assert [t["appointment"] for t in phone.pull()["tasks"] if t["kind"] == "recheck"] == [""]
    slot = slot_of(w, w.inspector)
    with scoped(SYSTEM):
        visit = Matter.objects.select_related("entity").get(kind="inspection", state="rectifying")
    with scoped(party_of(w.entity)) as party:
        acts.book(slot, acts.wish_of(visit), party)
    assert [t["appointment"] for t in phone.pull()["tasks"]] == [telling.said(slot)]
    slot.day = calendar.today()
    slot.begins, slot.ends = moment_of(slot.day, dt.time(0)), moment_of(slot.day, dt.time(0, 1))
    with scoped(SYSTEM):
        slot.save()
        assert telling.coming([visit.pk]) == {visit.pk: telling.said(slot)}, "it stays for its day, as on the desk"
    slot.day, slot.begins, slot.ends = (one - dt.timedelta(days=1) for one in (slot.day, slot.begins, slot.ends))
    with scoped(SYSTEM):
        slot.save()
        assert telling.coming([visit.pk]) == {}


def test_a_visit_with_findings_becomes_everything(phone: Phone, w: world.World) -> None:
    task = plan(w)
    phone.pull()
    now = timezone.now()
    photo = picture(1)
    sent = record(
        phone, here(phone, w), task=str(task.uid),
        failed={"1.2": {"note": "未悬挂"}, "2.3": {"value": "11.5", "unit": "℃"}},
        photos=[photo_of(photo, "1.2", now)],
    )  # fmt: skip
    status, told = put(phone, sent)
    assert status == 201, told
    assert told["state"] == "accepted" and told["flags"] == [], told
    assert told["blobs_missing"] == [photo_of(photo, "1.2", now)["sha256"]]
    with scoped(SYSTEM):
        matter = Matter.objects.get(uid=task.uid)
        assert matter.state == "rectifying"
        visit = Inspection.objects.get(pk=matter.pk)
        assert (visit.result, visit.failed, visit.failed_key) == ("basically_compliant", 2, 0)
        findings = Rectification.objects.filter(inspection=visit).order_by("item")
        assert [(f.item, f.required) for f in findings] == [("1.2", "当日补齐公示"), ("2.3", "调整温度")]
        assert [f.found for f in findings] == ["未悬挂", "测得 11.5 ℃；不符合：冷藏 0–8 ℃"]
        kinds = set(matter.children.values_list("kind", flat=True))
        assert kinds == {"rectification", "publication"}
        assert File.objects.get(matter=matter, kind="photo").blob is None
        assert sorted(matter.papers.values_list("kind", flat=True)) == [
            "onsite_record",
            "rectification_order",
            "result_sheet",
        ]


def test_a_failed_key_item_proposes_an_investigation_not_a_date(phone: Phone, w: world.World) -> None:
    _, told = put(phone, record(phone, here(phone, w), failed={"1.1": {"note": "过期"}}))
    with scoped(SYSTEM):
        matter = Matter.objects.get(uid=told["matter"]["uid"])
        assert matter.state == "closed"
        lead = matter.children.get(kind="lead")
        assert lead.state == "proposed" and lead.due is not None
        assert lead.lead.items == ["1.1"]
        assert not matter.children.filter(kind="rectification").exists()


def test_the_same_bytes_again_are_accepted_other_bytes_are_a_conflict(phone: Phone, w: world.World) -> None:
    sent = record(phone, here(phone, w))
    first = put(phone, sent)
    again = put(phone, sent)
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    changed = json.loads(canonical(sent))
    changed["content"]["statement"] = "另一份"
    status, told = put(phone, changed)
    assert (status, told["problem"]) == (409, "record.differs")
    with scoped(SYSTEM):
        assert Inspection.objects.count() == 1


def flags(told: dict[str, Any]) -> set[str]:
    return {flag["code"] for flag in told["flags"]}


def test_what_the_server_would_refuse_is_kept_and_flagged(phone: Phone, w: world.World, client: Any) -> None:
    """Cancelled, reassigned, done twice, far away, wrong clock, one officer: a fact each, flagged each."""
    place = here(phone, w)
    cancelled = plan(w)
    with scoped(w.actor("所长")) as head:
        perform(cancelled, "cancel", head, reason="改期了")
    assert flags(put(phone, record(phone, place, task=str(cancelled.uid)))[1]) == {"task_cancelled"}
    far = record(phone, place, place={"lat": "36.90", "lon": "118.05", "accuracy": 10})
    _, told = put(phone, far)
    assert flags(told) == {"far_away"}
    with scoped(SYSTEM):
        owed = Matter.objects.get(kind="publication", parent__uid=told["matter"]["uid"])
    client.force_login(w.head)
    page = client.get(f"/m/{owed.uid}/").content.decode()
    assert "公示前请先查看" in page and "米" in page, "who publishes it reads what is in doubt"
    skewed = record(phone, place, clock_skew_ms=-86_400_000)
    assert flags(put(phone, skewed)[1]) == {"clock_wrong"}
    twice = plan(w)
    put(phone, record(phone, place, task=str(twice.uid)))
    _, told = put(phone, record(phone, place, task=str(twice.uid)))
    assert flags(told) == {"task_done_twice"}
    assert told["matter"]["uid"] != str(twice.uid), "the second visit stands beside the first"
    client.force_login(w.head)
    assert f"/m/{twice.uid}/" in client.get(f"/m/{told['matter']['uid']}/").content.decode(), "and leads to it"
    alone = record(phone, place)
    alone["content"]["inspectors"] = alone["content"]["inspectors"][:1]
    assert "one_officer" in flags(put(phone, alone)[1])
    tampered = record(phone, place)
    tampered["content"]["statement"] = "改过"
    assert "digest_wrong" in flags(put(phone, tampered)[1])


def test_somebody_else_took_the_task_over(phone: Phone, w: world.World) -> None:
    task = plan(w)
    third = w.person("丙", world.Role.INSPECTOR, world.OFFICE, "鲁C-003")
    with scoped(w.actor("所长")) as head:
        perform(task, "assign", head, assignee=third.pk, second=w.second.pk)
    _, told = put(phone, record(phone, here(phone, w), task=str(task.uid)))
    assert flags(told) == {"task_reassigned"}
    assert told["matter"]["uid"] == str(task.uid)


def test_after_the_grant_or_a_revocation_records_come_in_and_nothing_goes_out(phone: Phone, w: world.World) -> None:
    sent = record(phone, here(phone, w))
    with scoped(SYSTEM):
        Device.objects.update(revoked_at=timezone.now(), grant_until=timezone.now() - dt.timedelta(days=1))
        Person.objects.filter(pk=w.inspector.pk).update(is_active=False)
    status, told = put(phone, sent)
    assert status == 201
    assert {"device_revoked", "grant_ended", "account_closed"} <= flags(told)
    assert phone.call("GET", "pull?since=")[0] == 403


def test_unknown_premises_are_held_for_a_person(phone: Phone, w: world.World) -> None:
    sent = record(phone, {**here(phone, w), "uid": "00000000-0000-7000-8000-000000000000"})
    status, told = put(phone, sent)
    assert (status, told["state"], told["matter"]) == (201, "held", None)
    with scoped(SYSTEM):
        kept = FieldRecord.objects.get(pk=sent["id"])
        assert bytes(kept.body) == canonical(sent), "byte for byte"
        assert kept.area == world.OFFICE


def test_an_unreadable_record_is_refused_with_a_way_out(phone: Phone) -> None:
    status, told = phone.call("PUT", "records/00000000-0000-4000-8000-000000000001", raw=b"\xff\xfe not json")
    assert (status, told["problem"]) == (422, "record.unreadable")
    assert told["mend"]


def test_the_whole_way_to_closing(phone: Phone, w: world.World, client: Any) -> None:
    """Findings → the enterprise answers → sent back → answered → accepted → closed → published; all in the ledger."""
    _, told = put(phone, record(phone, here(phone, w), failed={"1.2": {}, "2.3": {"value": "12"}}))
    with scoped(SYSTEM):
        matter = Matter.objects.get(uid=told["matter"]["uid"])
        one, two = Matter.objects.filter(parent=matter, kind="rectification").order_by("title")
    with scoped(party_of(w.entity)) as party:
        perform(one, "answer", party, answer="已悬挂", photos=[])
    with scoped(w.actor("甲")) as inspector:
        perform(one, "send_back", inspector, return_reason="照片看不清")
    with scoped(party_of(w.entity)) as party:
        perform(one, "answer", party, answer="已悬挂,见新照片", photos=[])
    with scoped(w.actor("甲")) as inspector:
        perform(one, "accept", inspector)
    with scoped(w.actor("所长")) as head:
        perform(Matter.objects.get(parent=matter, kind="publication"), "publish", head)
    with scoped(SYSTEM):
        shown = PublishedResult.objects.get(matter_uid=matter.uid)
        assert (shown.open_items, shown.failed) == (1, 2)
    page = client.get(f"/d/{w.premises.door_code}/")
    assert page.status_code == 200
    recheck = record(
        phone, here(phone, w), purpose="recheck", task=str(matter.uid), answers=[], outcome=None, deadline=None,
        papers=[],
        rechecks=[{"rectification": str(two.uid), "accepted": True, "note": "现场复查 4 ℃", "photos": []}],
    )  # fmt: skip
    phone.pull()
    assert [i["rectification"] for i in phone.data["tasks"][str(matter.uid)]["open_items"]] == [str(two.uid)]
    status, told = put(phone, recheck)
    assert (status, told["state"], told["flags"]) == (201, "accepted", []), told
    with scoped(SYSTEM):
        matter.refresh_from_db()
        assert matter.state == "closed"
        assert PublishedResult.objects.get(matter_uid=matter.uid).open_items == 0
        said = list(matter.entries.order_by("id").values_list("kind", flat=True))
        assert said[:2] == ["inspection.start", "inspection.order"]
        assert said[-2:] == ["inspection.close", "inspection.rechecked"]


def test_the_enterprise_opens_its_link_without_an_account(phone: Phone, w: world.World, client: Any) -> None:
    from zhijian.kernel.accounts.links import make_link

    _, told = put(phone, record(phone, here(phone, w), failed={"1.2": {}}))
    with scoped(SYSTEM):
        matter = Matter.objects.get(uid=told["matter"]["uid"])
        token = make_link(w.entity, matter)
        finding = Matter.objects.get(parent=matter, kind="rectification")
    page = client.get(f"/p/{token}/")
    assert page.status_code == 200
    assert "未悬挂" in page.content.decode() or "公示" in page.content.decode()
    empty = client.post(f"/p/{token}/{finding.uid}/answer/", {"answer": ""})
    assert empty.status_code == 422
    from django.core.files.uploadedfile import SimpleUploadedFile

    bad = client.post(f"/p/{token}/{finding.uid}/answer/", {
        "answer": "已经补齐", "photos": SimpleUploadedFile("x.jpg", b"MZ not a photo")
    })  # fmt: skip
    assert bad.status_code == 422 and "已经补齐" in bad.content.decode(), "what was typed survives"
    good = client.post(f"/p/{token}/{finding.uid}/answer/", {
        "answer": "已经补齐", "photos": SimpleUploadedFile("x.jpg", picture(3))
    })  # fmt: skip
    assert good.status_code == 302
    with scoped(SYSTEM):
        finding.refresh_from_db()
        assert finding.state == "answered"
        assert File.objects.filter(matter=finding, original=None).count() == 1
    assert client.get("/p/wrong-token/").status_code == 404
    html = client.get(f"/p/{token}/").content.decode()
    source = re.search(r'/p/[^"]+/photo/[^"]+\.jpg', html)
    assert source is not None
    assert client.get(source.group()).headers["Content-Type"] == "image/jpeg"


def test_a_burst_is_kept_at_once_and_worked_on_after(
    phone: Phone, w: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An office gets signal back: every record is safe at once, and becomes its visit when the worker gets there."""
    monkeypatch.setattr(records, "AT_ONCE", 0)  # however slow this machine is, it counts as a burst
    sent = [record(phone, here(phone, w)) for _ in range(8)]
    told = [phone.put(one) for one in sent]
    assert {(status, answer["state"]) for status, answer in told} == {(201, "accepted")}
    assert any(answer["matter"] is None for _, answer in told), "a burst must be longer than what is done at once"
    again = [phone.put(one)[0] for one in sent]
    assert set(again) == {200}
    run_pending()
    numbers = {phone.call("GET", f"records/{one['id']}")[1]["matter"]["number"] for one in sent}
    with scoped(SYSTEM):
        assert len(numbers) == len(sent) == Inspection.objects.count()


def test_a_recorded_visit_reaches_the_phones_that_have_the_place(phone: Phone, w: world.World, client: Any) -> None:
    colleague = Phone(client_transport(client))
    with scoped(SYSTEM):
        w.second.set_password(PASSWORD)
        w.second.save()
        code = devices.issue_code(w.second)
    assert colleague.enrol("乙", PASSWORD, code)[0] == 200
    assert colleague.prove() == 200
    colleague.pull()
    for each in (phone, colleague):
        assert here(each, w)["last"] is None
    moment = dt.datetime.now(dt.UTC)  # of two that ended in the same second the one recorded later is the last
    put(phone, record(phone, here(phone, w), failed={"1.2": {"note": "未悬挂"}}, now=moment))
    for each in (phone, colleague):
        each.pull()
        assert (here(each, w)["last"]["result"], here(each, w)["last"]["failed"]) == ("basically_compliant", ["1.2"])
    assert phone.pull()["premises"] == [], "told once"
    put(phone, record(phone, here(phone, w), now=moment))
    colleague.pull()
    assert (here(colleague, w)["last"]["result"], here(colleague, w)["last"]["failed"]) == ("compliant", [])


def anew(w: world.World, person: Person, client: Any) -> Phone:
    """A phone that this person sets up (once more)."""
    made = Phone(client_transport(client))
    with scoped(SYSTEM):
        person.set_password(PASSWORD)
        person.save()
        code = devices.issue_code(person)
    assert made.enrol(person.username, PASSWORD, code)[0] == 200
    assert made.prove() == 200
    made.pull()
    return made


def test_papers_laid_out_before_the_phone_was_renewed_are_ours(phone: Phone, w: world.World, client: Any) -> None:
    laid_out = record(phone, here(phone, w))
    renewed = anew(w, w.inspector, client)
    _, told = put(renewed, laid_out)
    assert told["flags"] == []
    with scoped(SYSTEM):
        made = {p.number: p for p in Paper.objects.filter(matter__uid=told["matter"]["uid"])}
    for paper in laid_out["content"]["papers"]:
        assert made[paper["number"]].code == paper["code"]
        assert client.get(f"/v/{paper['code']}").status_code == 200


def again(phone: Phone, w: world.World, **how: Any) -> dict[str, Any]:
    """Its grant renewed by its person."""
    with scoped(SYSTEM):
        code = devices.issue_code(w.inspector)
    status, told = phone.renew("甲", PASSWORD, code, **how)
    assert status == 200
    return told


def test_a_renewed_phone_is_the_same_row_and_its_old_key_ends(phone: Phone, w: world.World, client: Any) -> None:
    laid_out = record(phone, here(phone, w))
    with scoped(SYSTEM):
        Device.objects.update(name="M2012K11AC · Chrome", grant_until=timezone.now() + dt.timedelta(days=1))
    old_key, old_token = phone.key, phone.token
    assert again(phone, w)["device"] == phone.device
    with scoped(SYSTEM):
        (device,) = Device.objects.filter(person=w.inspector)
        assert device.name == "M2012K11AC · Chrome"
        assert device.renewed_at is not None
        assert device.grant_until > timezone.now() + dt.timedelta(days=29)
        assert not NumberRow.objects.filter(state="returned").exists(), "what it holds stays with it"
    phone.token = old_token
    assert phone.call("GET", "pull")[0] == 401, "a token of the old key is worth nothing"
    new_key, phone.key, phone.token = phone.key, old_key, ""
    assert phone.prove() == 401
    phone.key = new_key
    assert phone.prove() == 200
    phone.pull()
    _, told = put(phone, laid_out)
    assert told["flags"] == [], "papers that were laid out before are sent after"


def test_who_cannot_show_the_old_key_is_another_phone(phone: Phone, w: world.World) -> None:
    first = phone.device
    stranger = Phone(phone.send).key
    assert again(phone, w, by=stranger)["device"] != first
    with scoped(SYSTEM):
        names = list(Device.objects.filter(person=w.inspector).order_by("pk").values_list("name", flat=True))
    assert names == ["test", "x"]


def test_a_lost_phone_that_was_found_is_another_one(phone: Phone, w: world.World) -> None:
    first = phone.device
    with scoped(SYSTEM):
        devices.revoke(Device.objects.select_related("person").get(), SYSTEM)
    assert again(phone, w)["device"] != first


def test_two_phones_of_one_name_are_told_apart(phone: Phone, w: world.World, client: Any) -> None:
    anew(w, w.inspector, client)
    with scoped(SYSTEM):
        rows = list(Device.objects.filter(person=w.inspector).select_related("person").order_by("pk"))
        assert [one.name for one in rows] == ["test", "test (2)"]
        devices.rename(rows[1], "test", SYSTEM)
        assert rows[1].name == "test (2)"


def test_a_number_of_another_persons_phone_is_a_doubt(phone: Phone, w: world.World, client: Any) -> None:
    laid_out = record(phone, here(phone, w))
    _, told = put(anew(w, w.second, client), laid_out)
    assert "number_foreign" in flags(told)


def test_a_return_at_the_recheck_never_shortens_what_was_granted(phone: Phone, w: world.World) -> None:
    _, told = put(phone, record(phone, here(phone, w), failed={"1.2": {}}))
    with scoped(SYSTEM):
        matter = Matter.objects.get(uid=told["matter"]["uid"])
        finding = Matter.objects.get(parent=matter, kind="rectification")
        ordered = finding.rectification.deadline
    granted = ordered + dt.timedelta(days=9)
    with scoped(party_of(w.entity)) as party:
        perform(finding, "ask_time", party, asked_until=granted, asked_reason="配件未到")
    with scoped(w.actor("甲")) as inspector:
        perform(finding, "grant_time", inspector, deadline=granted)

    def back(day: dt.date) -> dict[str, Any]:
        rechecks = [{"rectification": str(finding.uid), "accepted": False, "note": "仍未悬挂", "photos": []}]
        numbers = [n for n in phone.data["numbers"] if n["kind"] == "onsite_record"]
        phone.data["numbers"].remove(numbers[0])
        sent = record(
            phone, here(phone, w), purpose="recheck", task=str(matter.uid), answers=[], outcome=None, checklist=None,
            deadline=day.isoformat(), papers=[numbers[0]], rechecks=rechecks,
        )  # fmt: skip
        return put(phone, sent)[1]

    assert flags(back(granted - dt.timedelta(days=6))) == {"deadline_kept"}
    with scoped(SYSTEM):
        finding = Matter.objects.get(pk=finding.pk)
        assert (finding.rectification.deadline, finding.due) == (granted, granted)
    later = granted + dt.timedelta(days=4)
    back(later)
    with scoped(SYSTEM):
        finding = Matter.objects.get(pk=finding.pk)
        assert (finding.rectification.deadline, finding.due) == (later, later)
        paper = Paper.objects.filter(matter=matter, kind="onsite_record").latest("pk")
        assert paper.data["deadline"] == later.isoformat(), "the record hands the new day over"
        assert pdf(paper)
    with scoped(w.actor("甲")) as inspector, pytest.raises(StepError):
        perform(finding, "send_back", inspector, return_reason="未改", on_site=True, deadline=granted)


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        ({"witness": "钱大妈"}, "Witness: 钱**"),
        ({"witness": "", "no_witness": "现场无其他人"}, "No witness: 现场无其他人"),
    ],
)
def test_a_recheck_that_was_not_signed_says_why_on_the_desk(
    phone: Phone, w: world.World, client: Any, refused: dict[str, str], said: str
) -> None:
    _, told = put(phone, record(phone, here(phone, w), failed={"1.2": {}}))
    with scoped(SYSTEM):
        matter = Matter.objects.get(uid=told["matter"]["uid"])
        finding = Matter.objects.get(parent=matter, kind="rectification")
    rechecks = [{"rectification": str(finding.uid), "accepted": True, "note": "", "photos": []}]
    sent = record(
        phone, here(phone, w), purpose="recheck", task=str(matter.uid), answers=[], outcome=None, checklist=None,
        deadline=None, papers=[], rechecks=rechecks, refused={"reason": "称老板不在，不签", **refused},
    )  # fmt: skip
    sent["signatures"].append({**sent["signatures"][0], "who": "witness", "name": refused["witness"]})
    put(phone, sent)
    client.force_login(w.head)
    page = client.get(f"/m/{matter.uid}/", headers={"accept-language": "en"}).content.decode()
    assert f"The record of the re-check was not signed: 称老板不在，不签 {said}" in page
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(kind="inspection.recheck_unsigned")
        assert "钱大妈" not in json.dumps(entry.data, ensure_ascii=False)


def refusing(phone: Phone, w: world.World, signed: bool, **refused: str) -> dict[str, Any]:
    sent = record(phone, here(phone, w), refused={"reason": "不认可检查结果", "witness": "", **refused})
    sent["signatures"] = [one for one in sent["signatures"] if one["who"] != "party"]
    if signed:
        sent["signatures"].append({**sent["signatures"][0], "who": "witness", "name": refused.get("witness", "")})
    return sent


@pytest.mark.parametrize(
    ("signed", "refused", "doubted"),
    [
        (True, {"witness": "钱大妈"}, False),
        (False, {"no_witness": "现场无其他人，已全程录像"}, False),
        (False, {"witness": "钱大妈"}, True),
        (False, {}, True),
    ],
)
def test_a_refusal_is_witnessed_or_it_says_why_not(
    phone: Phone, w: world.World, client: Any, signed: bool, refused: dict[str, str], doubted: bool
) -> None:
    _, told = put(phone, refusing(phone, w, signed, **refused))
    assert ("no_witness" in flags(told)) is doubted
    client.force_login(w.head)
    page = client.get(f"/m/{told['matter']['uid']}/").content.decode()
    for said in ("不认可检查结果", *refused.values()):
        assert said in page
    with scoped(SYSTEM):
        for paper in Paper.objects.filter(matter__uid=told["matter"]["uid"]):
            assert pdf(paper)


@pytest.mark.parametrize("told_by", ["the phone", "the receipt"])
def test_legal_days_follow_the_right_clock_papers_keep_what_was_printed(
    phone: Phone, w: world.World, client: Any, told_by: str
) -> None:
    wrong = dt.timedelta(hours=26)
    now = timezone.now().replace(microsecond=0)
    skew = int(wrong.total_seconds() * 1000) if told_by == "the phone" else 0
    sent = record(phone, here(phone, w), now=now + wrong, failed={"1.2": {}}, clock_skew_ms=skew)
    _, told = put(phone, sent)
    assert flags(told) == {"clock_wrong"}
    with scoped(SYSTEM):
        visit = Inspection.objects.get(matter__uid=told["matter"]["uid"])
        assert abs(visit.ended - now) < dt.timedelta(minutes=2)
        assert visit.ended <= timezone.now()
        publication = Matter.objects.get(parent=visit.matter, kind="publication")
        assert publication.due == clocks.count(rules.PUBLISH_WITHIN.on(calendar.today()), now).due
        papers = list(Paper.objects.filter(matter=visit.matter))
        assert {paper.face for paper in papers} == {now + wrong}, "what was handed over stays as it was"
        assert {paper.at for paper in papers} == {visit.ended}, "lists and the register go by the right time"
        entries = LedgerEntry.objects.filter(matter=visit.matter)
        assert max(entry.at for entry in entries) <= timezone.now(), "nothing stands above today"
        answer = look_up(papers[0].code)
        assert answer.day == calendar.legal_day(now + wrong), "whoever verifies compares with the paper"
    client.force_login(w.head)
    page = client.get(f"/m/{told['matter']['uid']}/").content.decode()
    assert page.count("手机时钟（纸面）") == len(papers)
    listed = client.get("/papers/").content.decode()
    assert f"纸面：{calendar.local(now + wrong):%Y-%m-%d %H:%M}" in listed
    for moment in (visit.started, visit.ended, now + wrong):
        assert calendar.local(moment).strftime("%H:%M") in page
    assert calendar.local(now + wrong).strftime("%Y-%m-%d %H:%M") in page


def test_a_small_drift_of_the_clock_moves_nothing(phone: Phone, w: world.World) -> None:
    sent = record(phone, here(phone, w), clock_skew_ms=120_000)
    _, told = put(phone, sent)
    assert flags(told) == set()
    with scoped(SYSTEM):
        visit = Inspection.objects.get(matter__uid=told["matter"]["uid"])
        assert (visit.ended.isoformat(), visit.clock_ahead) == (sent["content"]["ended"], None)


def test_a_visit_begun_after_the_phone_was_lost_waits_for_a_person(phone: Phone, w: world.World, client: Any) -> None:
    lost = timezone.now() - dt.timedelta(minutes=50)
    with scoped(SYSTEM):
        Device.objects.update(revoked_at=lost)
    before = record(phone, here(phone, w), now=lost + dt.timedelta(minutes=5))  # begun a quarter of an hour before
    assert flags(put(phone, before)[1]) == {"device_revoked"}
    after = record(phone, here(phone, w), failed={"1.2": {}})
    _, told = put(phone, after)
    assert (told["state"], told["matter"]) == ("held", None)
    with scoped(SYSTEM):
        assert not Rectification.objects.exists(), "nothing is served"
    client.force_login(w.head)
    page = client.get(f"/held/{after['id']}/").content.decode()
    assert f"?p={w.premises.uid}" in page
    client.post(f"/held/{after['id']}/place/", {"p": str(w.premises.uid)})
    with scoped(SYSTEM):
        kept = FieldRecord.objects.get(pk=after["id"])
        assert kept.matter is not None and "after_loss" in {flag["code"] for flag in kept.flags}
    status, told = phone.call("GET", "pull?since=")
    assert (status, told["problem"]) == (403, "device.revoked")


def test_a_photo_that_was_set_aside_is_not_waited_for(phone: Phone, w: world.World, client: Any) -> None:
    photo = picture(3)
    named = photo_of(photo, "1.2", timezone.now())
    sent = record(phone, here(phone, w), failed={"1.2": {}}, photos=[named])
    _, told = put(phone, sent)
    client.force_login(w.head)
    address = f"/m/{told['matter']['uid']}/"
    english = {"accept-language": "en"}
    assert "still on the phone" in client.get(address, headers=english).content.decode()
    status, said = phone.call("POST", f"records/{sent['id']}/aside", {"photos": [named["sha256"], "f" * 64]})
    assert (status, said) == (200, {"aside": 1})
    assert phone.call("POST", f"records/{sent['id']}/aside", {"photos": [named["sha256"]]})[1] == {"aside": 0}
    page = client.get(address, headers=english).content.decode()
    assert "still on the phone" not in page and "exported from the phone by hand" in page
    with scoped(SYSTEM):
        assert Matter.objects.get(uid=told["matter"]["uid"]).entries.filter(kind="file.aside").count() == 1
        files.arrived(files.store(photo))
        assert File.objects.get(expected=named["sha256"]).blob_id == named["sha256"], "taken in all the same"
    stranger = anew(w, w.second, client)
    assert stranger.call("POST", f"records/{sent['id']}/aside", {"photos": []})[0] == 404


@pytest.mark.parametrize("schema", ["x", None, True, 1.5, 10**9, -3, 0, []])
def test_a_strange_schema_is_kept_and_told_in_words(phone: Phone, w: world.World, schema: Any) -> None:
    sent = {**record(phone, here(phone, w), papers=[]), "schema": schema}
    body = json.dumps(sent).encode()
    status, told = phone.call("PUT", f"records/{sent['id']}", raw=body)
    assert (status, told["state"]) == (201, "accepted" if type(schema) is int and schema < 2 else "held")
    assert all(" " in flag["message"] or len(flag["message"]) > 12 for flag in told["flags"])
    with scoped(SYSTEM):
        assert bytes(FieldRecord.objects.get(pk=sent["id"]).body) == body


def test_the_contacts_own_number_is_opened_for_a_call_and_not_kept(phone: Phone, w: world.World) -> None:
    with scoped(SYSTEM):
        w.premises.contact, w.premises.contact_phone = "周店长", "13805330042"
        w.premises.save()
    for _ in range(100):
        phone.pull()
        if here(phone, w).get("contact_phone"):
            break
        time.sleep(0.2)
    assert here(phone, w)["contact_phone"] == "138******42"
    path = f"contacts/{w.premises.uid}"
    status, told = phone.call("POST", path, {"reason": ""})
    assert (status, told["problem"]) == (422, "contact.why")
    assert phone.call("POST", path, {"reason": "问路"})[1] == {"number": "13805330042"}
    with scoped(SYSTEM):
        plan(w)
    assert phone.call("POST", path, {"reason": ""})[1] == {"number": "13805330042"}
    with scoped(SYSTEM):
        entries = LedgerEntry.objects.filter(kind="private.opened").order_by("pk")
        assert [one.data["why"] for one in entries] == ["问路", entries[1].data["why"]]
        Device.objects.update(revoked_at=timezone.now())
    assert phone.call("POST", path, {"reason": "问路"})[0] == 403, "a lost phone opens nothing"


def test_no_number_of_another_district(phone: Phone, w: world.World) -> None:
    with scoped(SYSTEM):
        w.premises.area, w.premises.contact_phone = world.NEIGHBOUR_OFFICE, "13805330042"
        w.premises.save()
    assert phone.call("POST", f"contacts/{w.premises.uid}", {"reason": "问路"})[0] == 404
