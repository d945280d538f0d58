"""Visits that were recorded with ODK Collect: the same road as the field app's records, and nothing lost or doubled."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.utils import timezone
from tests import world
from tests.gateways.openrosa.collect import fill, made, signed
from tests.gateways.openrosa.conftest import Collect
from tests.gateways.openrosa.test_forms import JOINED, pharmacy
from tests.kernel.matters.test_scope import plan
from tests.phone import picture

from zhijian.gateways.field import held
from zhijian.gateways.field.models import FieldRecord
from zhijian.gateways.openrosa import forms, jobs, survey, taking
from zhijian.gateways.openrosa.models import Attachment, Submission
from zhijian.kernel.accounts import devices
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import File, LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers.models import Paper
from zhijian.programmes.inspection.amending.models import EarlierVersion
from zhijian.programmes.inspection.joining import join
from zhijian.programmes.inspection.models import Answer, Attempt, ByList, Inspection, Lead, Rectification


def answers(collect: Collect, **no: str) -> dict[str, str]:
    """Every item complies but those of `no` (by question name); what belongs to others' trades is left out."""
    told: dict[str, str] = {}
    for name, item in survey.items_of(collect.checklist.content["sections"]):
        if item.get("applies") and "restaurant" not in item["applies"]:
            continue
        told[name] = no.get(name, "yes")
    return told


def named(collect: Collect, no: str) -> str:
    """The question of an item."""
    return next(name for name, item in survey.items_of(collect.checklist.content["sections"]) if item["no"] == no)


def planned(collect: Collect, task: Matter) -> dict[str, str]:
    w = collect.w
    return {
        "how": "task", "task": str(task.uid), "trade": "restaurant", "name": w.premises.name,
        "premises": str(w.premises.uid), "purpose": "routine", "second": str(w.second.pk),
    }  # fmt: skip


def unplanned(collect: Collect) -> dict[str, str]:
    w = collect.w
    return {
        "how": "shop", "shop": str(w.premises.uid), "trade": "restaurant", "name": w.premises.name,
        "premises": str(w.premises.uid), "second": str(w.second.pk),
    }  # fmt: skip


def test_a_planned_visit_becomes_everything(collect: Collect) -> None:
    with scoped(SYSTEM):
        task = plan(collect.w)
        Inspection.objects.filter(pk=task.pk).update(checklist=collect.checklist)
    cold, oil = named(collect, "2.3"), named(collect, "K3.6")
    more = {
        f"{cold}_r1": "9.0", f"{cold}_r2": "-18.5", f"{cold}_faults": "f1", f"{cold}_note": "冷藏柜门封条破损",
        f"{cold}_p1": "1695900001.jpg", f"{cold}_p2": "1695900002.jpg", f"{oil}_r1": "175.0", "findings": "",
        "statement": "马上修", "door_p1": "1695900009.jpg",
    }  # fmt: skip
    instance = fill(collect.form(), made(**planned(collect, task), **answers(collect, **{cold: "no"}), **more))
    answer = collect.send(instance)
    assert answer.status_code == 201, answer.content.decode()
    assert "submit_success" in answer.content.decode() and "清风小馆" in answer.content.decode()
    assert answer["X-OpenRosa-Version"] == "1.0"
    with scoped(SYSTEM):
        record = FieldRecord.objects.get()
        matter = Matter.objects.get(pk=task.pk)
        assert (record.state, record.matter_id, record.kind, matter.state) == (
            "accepted",
            task.pk,
            "inspection",
            "rectifying",
        )
        assert matter.flags == [], "nothing of it is doubted: two officers, at the shop, all that was asked"
        visit = Inspection.objects.get(pk=task.pk)
        assert (visit.result, visit.failed, visit.present_name, visit.statement) == (
            "basically_compliant",
            1,
            "王清",
            "马上修",
        )
        given = Answer.objects.get(inspection=visit, item="2.3")
        assert (given.answer, given.value) == ("no", "冷藏 9 ℃；冷冻 -18.5 ℃")
        assert "冷藏柜门封条破损" in given.note and given.note.count("\n") == 1, "a common fault, then his own words"
        assert Answer.objects.get(inspection=visit, item="K3.6").value == "油温 175 ℃"
        skipped = {i["no"] for _n, i in survey.items_of(collect.checklist.content["sections"])} - {
            a.item for a in Answer.objects.filter(inspection=visit)
        }
        assert skipped == set(), "items for other trades are answered as not applicable"
        finding = Rectification.objects.get(inspection=visit)
        assert finding.item == "2.3" and finding.deadline > timezone.localdate()
        papers = {paper.kind: paper for paper in Paper.objects.filter(matter=matter)}
        assert set(papers) == {"onsite_record", "result_sheet", "rectification_order"}
        assert all(paper.number and paper.signatures == [] for paper in papers.values()), "numbered, signed by nobody"
        kinds = [(f.kind, f.item) for f in File.objects.filter(matter=matter, original=None).exclude(blob=None)]
        assert sorted(kinds) == [
            ("attachment", ""), ("photo", "2.3"), ("photo", "2.3"), ("photo", "door"),
            *[("signature", "")] * 3,
        ]  # fmt: skip
        entries = set(LedgerEntry.objects.values_list("kind", flat=True))
        assert "openrosa.kept" in entries


def test_the_same_again_is_the_same(collect: Collect) -> None:
    instance = fill(collect.form(), made(**unplanned(collect), **answers(collect)))
    first, second = collect.send(instance), collect.send(instance)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content, "the same answer"
    with scoped(SYSTEM):
        assert (
            FieldRecord.objects.count(),
            Submission.objects.count(),
            Matter.objects.filter(kind="inspection").count(),
        ) == (1, 1, 1)
        assert Attachment.objects.count() == 3
        assert File.objects.filter(kind="signature").count() == 3


def test_other_bytes_under_the_same_id_are_refused(collect: Collect) -> None:
    told = made(**unplanned(collect), **answers(collect))
    number = f"uuid:{uuid.uuid4()}"
    assert collect.send(fill(collect.form(), told, instance=number)).status_code == 201
    other = collect.send(fill(collect.form(), {**told, "present_name": "李四"}, instance=number))
    assert other.status_code == 409
    with scoped(SYSTEM):
        assert Inspection.objects.get().present_name == "王清", "nothing was overwritten"


def test_a_visit_in_several_requests(collect: Collect) -> None:
    photos = {f"{named(collect, '2.3')}_p{n}": f"169590000{n}.jpg" for n in (1, 2, 3)}
    told = answers(collect, **{named(collect, "2.3"): "no"})
    instance = fill(collect.form(), made(**unplanned(collect), **told, **photos))
    one, *others = instance.posts(most=len(instance.xml) + 3000)
    assert len(others) > 2, "as many requests as its photos need"
    for parts in [one, *others[:-1]]:
        answer = collect.post(parts)
        assert answer.status_code == 201
        with scoped(SYSTEM):
            assert not FieldRecord.objects.exists(), "not before all of it is here"
    assert collect.post(others[-2]).status_code == 201, "the answer to this one was lost: it is sent again"
    assert collect.post(others[-1]).status_code == 201
    with scoped(SYSTEM):
        assert FieldRecord.objects.get().state == "accepted"
        assert File.objects.filter(kind="photo", item="2.3", original=None).exclude(blob=None).count() == 3


def test_what_never_comes_is_doubted_and_taken_in_when_it_does(collect: Collect) -> None:
    photos = {f"{named(collect, '2.3')}_p1": "1695900001.jpg"}
    told = answers(collect, **{named(collect, "2.3"): "no"})
    instance = fill(collect.form(), made(**unplanned(collect), **told, **photos))
    [*_before, last] = [name for name in instance.files if name != "1695900001.jpg"] + ["1695900001.jpg"]
    first = instance.posts(most=1)[:-1]
    sent = [parts for parts in first if all(part[0] != last for part in parts)]
    for parts in sent:
        if parts[-1][0] != "*isIncomplete*":
            parts.append(("*isIncomplete*", None, None, b"yes"))
        assert collect.post(parts).status_code == 201
    with scoped(SYSTEM):
        assert jobs.sweep() == 0, "the phone still has its time"
    with scoped(SYSTEM), pytest.MonkeyPatch.context() as patch:
        patch.setattr(taking, "PATIENCE", dt.timedelta(seconds=-1))
        assert jobs.sweep() == 1
        assert jobs.sweep() == 0
        matter = Matter.objects.get(kind="inspection")
        assert [flag["code"] for flag in matter.flags] == ["files_missing"]
    late = next(parts for parts in instance.posts(most=1) if any(part[0] == last for part in parts))
    assert collect.post(late).status_code == 201
    with scoped(SYSTEM):
        assert File.objects.filter(matter=matter, name=last).exclude(blob=None).count() == 1
        assert LedgerEntry.objects.filter(kind="openrosa.late", matter=matter).count() == 1


@pytest.mark.parametrize("kind", ["shut", "repair", "closed_down", "moved", "not_found"])
def test_a_door_that_stays_shut(collect: Collect, kind: str) -> None:
    with scoped(SYSTEM):
        task = plan(collect.w)
    base = {key: text for key, text in planned(collect, task).items() if key != "second"}
    more = {"repair": {"again": world.in_days(9).isoformat()}, "moved": {"address": "张店区人民路 9 号"}}.get(kind, {})
    told = {**base, **more, "found": kind, "why": "卷帘门锁着", "door_p1": "1695900001.jpg", "here": "36.81 118.05 0 5"}
    assert collect.send(fill(collect.form(), told)).status_code == 201
    with scoped(SYSTEM):
        attempt = Attempt.objects.get(inspection_id=task.pk)
        assert (attempt.kind, attempt.note) == (kind, "卷帘门锁着")
        assert Matter.objects.get(pk=task.pk).flags == []
        assert not Paper.objects.exists(), "nobody signed, nothing was handed over"
        assert File.objects.filter(matter=task, kind="photo", item="door").exists()


def test_entry_refused_has_its_witness_and_its_record(collect: Collect) -> None:
    with scoped(SYSTEM):
        task = plan(collect.w)
    told = made(
        **planned(collect, task), why="不让进后厨", party_signs="refused", refused_reason="不让进后厨",
        witness_name="社区网格员刘芳",
    )  # fmt: skip
    told = {key: text for key, text in told.items() if key != "sign_party"} | signed("witness") | {"found": "refused"}
    assert collect.send(fill(collect.form(), told)).status_code == 201
    with scoped(SYSTEM):
        matter = Matter.objects.get(pk=task.pk)
        assert (matter.state, matter.flags) == ("hindered", [])
        tried = Attempt.objects.get(inspection=task.pk)
        assert (tried.kind, tried.witness, tried.refused_reason) == ("refused", "社区网格员刘芳", "不让进后厨")
        assert [paper.kind for paper in Paper.objects.all()] == ["onsite_record"]
        assert Lead.objects.exists(), "refusing entry proposes an investigation"


def test_a_refused_signature_without_witness_is_doubted(collect: Collect) -> None:
    told = made(
        **unplanned(collect), **answers(collect), party_signs="refused", refused_reason="要问老板", witness_name="刘芳"
    )
    del told["sign_party"]
    assert collect.send(fill(collect.form(), told)).status_code == 201
    with scoped(SYSTEM):
        assert [flag["code"] for flag in Matter.objects.get(kind="inspection").flags] == ["no_witness"]


def test_a_shop_that_is_not_in_the_list_waits_and_is_placed(collect: Collect) -> None:
    told = made(
        how="unlisted", place_name="无名炒饭摊", place_trade="restaurant", place_licensed="no", place_where="北门外",
        trade="restaurant", name="无名炒饭摊", second=str(collect.w.second.pk), **answers(collect),
    )  # fmt: skip
    answer = collect.send(fill(collect.form(), told))
    assert answer.status_code == 201
    with scoped(SYSTEM):
        kept = FieldRecord.objects.get()
        assert (kept.state, held.why(kept)[1]) == ("held", "CannotPlace: unlisted")
        assert held.told(kept).unlisted is not None
        matter = held.place(kept.pk, collect.w.premises, collect.w.actor("所长"))
        assert (matter.state, Lead.objects.count()) == ("closed", 1), "trading without a licence is proposed"
        assert File.objects.filter(matter=matter, kind="signature").count() == 3


def test_a_recheck_closes_what_was_put_right(collect: Collect) -> None:
    general = [name for name, i in survey.items_of(collect.checklist.content["sections"]) if not i["key"]][:2]
    told = made(**unplanned(collect), **answers(collect, **dict.fromkeys(general, "no")))
    first = fill(collect.form(), told, minutes=200)
    assert collect.send(first).status_code == 201
    with scoped(SYSTEM):
        visit = Matter.objects.get(kind="inspection")
        right, wrong = Rectification.objects.order_by("pk").select_related("matter")
        visit.assignee, visit.second = collect.w.inspector, collect.w.second
        visit.save()
    told = made(
        task=str(visit.uid), premises=str(collect.w.premises.uid), purpose="recheck", name="清风小馆",
        accepted=str(right.matter.uid), back=str(wrong.matter.uid), back_note="仍有油污",
        second=str(collect.w.second.pk), deadline=world.in_days(20).isoformat(), again_p1="1695900001.jpg",
    )  # fmt: skip
    assert collect.send(fill(forms.recheck(), told)).status_code == 201
    with scoped(SYSTEM):
        right, wrong = Rectification.objects.order_by("pk").select_related("matter")
        assert (right.matter.state, wrong.matter.state, wrong.return_reason) == ("accepted", "ordered", "仍有油污")
        assert wrong.deadline == world.in_days(20)


def foreign(collect: Collect) -> dict[str, Any]:
    form = collect.form()
    return {
        "form": lambda: fill(
            forms.Form("household", "2019", "x", form.xml.replace(collect.checklist.code.encode(), b"household"), ()),
            {},
        ),
        "values": lambda: fill(form, made(**unplanned(collect), **answers(collect)) | {"premises": "x"}),
        "amends": lambda: fill(form, made(**unplanned(collect), **answers(collect)), deprecated=f"uuid:{uuid.uuid4()}"),
    }


@pytest.mark.parametrize("why", ["form", "values", "amends"])
def test_what_cannot_be_read_is_kept_and_shown(collect: Collect, why: str) -> None:
    instance = foreign(collect)[why]()
    assert collect.send(instance).status_code == 201, "kept is kept"
    with scoped(SYSTEM):
        kept = FieldRecord.objects.get()
        assert (kept.state, held.why(kept)[1], kept.area) == ("held", f"CannotPlace: {why}", world.OFFICE)
        assert not Matter.objects.exists()
    collect.client.force_login(collect.w.head)
    assert collect.client.get("/held/").status_code == 200
    page = collect.client.get(f"/held/{kept.pk}/")
    assert f"/held/{kept.pk}/submission.xml" in page.content.decode()
    assert collect.client.get(f"/held/{kept.pk}/submission.xml").content == instance.xml, "byte for byte"
    collect.client.force_login(collect.w.stranger)
    assert collect.client.get(f"/held/{kept.pk}/submission.xml").status_code == 404


def test_a_form_that_is_edited_after_it_was_sent_is_a_new_version(collect: Collect) -> None:
    """Collect edits a sent form under another id and names the one before (`deprecatedID`)."""
    told, first = made(**unplanned(collect), **answers(collect)), f"uuid:{uuid.uuid4()}"
    assert collect.send(fill(collect.form(), told, instance=first)).status_code == 201
    edited = fill(collect.form(), {**told, "statement": "当场说明：冰箱昨天坏的"}, deprecated=first)
    assert collect.send(edited).status_code == 201
    with scoped(SYSTEM):
        visit = Inspection.objects.select_related("matter").get()
        assert (visit.statement, FieldRecord.objects.filter(state="accepted").count()) == ("当场说明：冰箱昨天坏的", 2)
        kept = EarlierVersion.objects.get(inspection=visit)
        assert f"uuid:{kept.record_id}" == first and kept.reason == "送出后在 ODK Collect 中修改"
        new = Paper.objects.get(matter=visit.matter, kind="onsite_record", state="issued")
        assert new.replaces is not None and new.data["amends"]["number"] == new.replaces.number


def test_absurd_values_hold_up_nothing(collect: Collect) -> None:
    told = made(**unplanned(collect), **answers(collect)) | {"present_name": "王" * 300, "here": "9e9 1e40 0 1e30"}
    assert collect.send(fill(collect.form(), told)).status_code == 201
    told |= {"second": "9" * 40, "deadline": "2026-99-99"}
    assert collect.send(fill(collect.form(), told)).status_code == 201
    told |= {"here": "NaN Infinity 0 0", "statement": "好" * 50_000}
    assert collect.send(fill(collect.form(), told)).status_code == 201
    with scoped(SYSTEM):
        assert FieldRecord.objects.count() == 3, "kept, whatever they say"
        assert Inspection.objects.filter(present_name="王" * 80).exists()


def test_bytes_that_are_no_form_are_refused(collect: Collect) -> None:
    bomb = (
        b'<!DOCTYPE a [<!ENTITY b "'
        + b"x" * 1000
        + b'">]><data id="a"><meta><instanceID>uuid:1</instanceID></meta>&b;</data>'
    )
    for xml in (b"hello", b"<data/>", bomb):
        answer = collect.post([("xml_submission_file", "a.xml", "text/xml", xml)])
        assert answer.status_code == 422, xml
    assert collect.post([("other", "a.xml", "text/xml", b"<a/>")]).status_code == 400
    with scoped(SYSTEM):
        assert not Submission.objects.exists() and not FieldRecord.objects.exists()


def test_a_broken_photo_holds_up_nothing(collect: Collect) -> None:
    photos = {f"{named(collect, '2.3')}_p1": "1695900001.jpg"}
    told = answers(collect, **{named(collect, "2.3"): "no"})
    instance = fill(collect.form(), made(**unplanned(collect), **told, **photos))
    instance.files["1695900001.jpg"] = picture(3)[:200]
    assert collect.send(instance).status_code == 201
    with scoped(SYSTEM):
        matter = Matter.objects.get(kind="inspection")
        assert not File.objects.filter(matter=matter, kind="photo").exists(), "it can be shown to nobody"
        assert File.objects.filter(matter=matter, kind="attachment", name="1695900001.jpg").exists(), "and is kept"


def test_a_lost_phone_gets_nothing_and_brings_what_it_has(collect: Collect) -> None:
    told = made(**unplanned(collect), **answers(collect))
    before = fill(collect.form(), told, minutes=60)
    with scoped(SYSTEM):
        devices.revoke(collect.device, SYSTEM)
    assert collect.get("formList").status_code == 403
    soon = (timezone.now() + dt.timedelta(seconds=2)).isoformat()
    after = fill(collect.form(), told | {"start": soon, "end": soon})
    assert (collect.send(before).status_code, collect.send(after).status_code) == (201, 201)
    with scoped(SYSTEM):
        states = {str(kept.pk): kept.state for kept in FieldRecord.objects.all()}
        assert sorted(states.values()) == ["accepted", "held"], "what was begun after the loss waits for a person"
        assert [f["code"] for f in Matter.objects.get(kind="inspection").flags] == ["device_revoked"]


def test_a_joined_form_is_one_visit_with_a_result_for_each_list_however_often_it_comes(collect: Collect) -> None:
    with scoped(SYSTEM):
        shop = pharmacy(collect.w)
    form = forms.named(JOINED)
    assert form is not None
    sheet = join([one.data for one in form.lists])
    asked = survey.items_of(sheet.sections)
    told = {name: "yes" for name, item in asked if "drug_retail" in (item.get("applies") or ["drug_retail"])}
    wrong, item = next(
        (name, item) for name, item in asked
        if name in told and not item["key"] and {one["id"] for one in sheet.places(item)} == {"cn.food_retail"}
    )  # fmt: skip
    told |= {wrong: "no", f"{wrong}_note": "标签不全", f"{wrong}_p1": "1695900001.jpg"}
    where = {"how": "shop", "shop": str(shop.uid), "trade": "drug_retail", "name": shop.name,
             "premises": str(shop.uid), "second": str(collect.w.second.pk)}  # fmt: skip
    instance = fill(form, made(**where, **told))
    assert [collect.send(instance).status_code for _again in range(3)] == [201] * 3
    with scoped(SYSTEM):
        visit = Inspection.objects.select_related("matter").get()
        assert (visit.failed, visit.matter.state) == (1, "rectifying")
        rows = {row.checklist.code: (row.result, row.failed) for row in ByList.objects.filter(inspection=visit)}
        assert set(rows) == set(JOINED.split("--"))
        assert {code for code, (_result, failed) in rows.items() if failed} == {"cn.food_retail"}
        assert rows["cn.drug_retail"] == ("compliant", 0)
        assert Rectification.objects.get(inspection=visit).item == item["no"]
        assert Answer.objects.filter(inspection=visit).count() == len(sheet.items)
        assert {flag["code"] for flag in visit.matter.flags} <= {"far"}, "the shop has no place on the map"
