"""A record that was sent and is signed anew: the new version holds, every version stays, nothing settled is undone."""

from __future__ import annotations

import copy
import datetime as dt
import uuid
from typing import Any

import pytest
from tests import world
from tests.gateways.field.test_field import flags, here, phone, put, w  # noqa: F401 -- fixtures
from tests.phone import Phone, photo_of, picture, record

from zhijian.gateways.field import held, jobs, records
from zhijian.gateways.field.models import FieldRecord
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock.calendar import today
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.desk import clocks
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.papers.drafts.acts import replacement
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.verify import look_up
from zhijian.programmes.grading import jobs as grading_jobs
from zhijian.programmes.inspection.amending.models import EarlierVersion
from zhijian.programmes.inspection.amending.shown import versions
from zhijian.programmes.inspection.flow import INSPECTION
from zhijian.programmes.inspection.models import (
    Answer,
    Inspection,
    Lead,
    Publication,
    PublishedResult,
    Rectification,
)

Json = dict[str, Any]


def anew(handset: Phone, first: Json, reason: str = "第1.2项当场看错", **changes: Any) -> Json:
    """A new version of a record, as the phone makes one: numbers of its own, the visit's times, who and why."""
    now = changes.pop("now", dt.datetime.now(dt.UTC)).replace(microsecond=0)
    content = copy.deepcopy(first["content"])
    failed = changes.pop("failed", None)
    if failed is not None:
        fresh = record(handset, here_of(handset, content), failed=failed)["content"]
        content |= {key: fresh[key] for key in ("answers", "outcome", "deadline", "papers")}
    else:
        kinds = [one["kind"] for one in content["papers"]]
        content["papers"] = [{"kind": k, "number": None, "code": None} for k in kinds]
    old = [{"kind": one["kind"], "number": one["number"]} for one in first["content"]["papers"]]
    amends = {"record": first["id"], "reason": reason, "at": now.isoformat(), "absent": False, "papers": old}
    content |= {"amends": amends, **changes}
    signatures = [{**one, "at": now.isoformat()} for one in first["signatures"]]
    digest = sha256_hex(canonical(content))
    return {**first, "id": str(uuid.uuid4()), "content": content, "digest": digest, "signatures": signatures}


def here_of(handset: Phone, content: Json) -> Json:
    found: Json = handset.data["premises"][content["premises"]]
    return found


def visit_of(told: Json) -> Inspection:
    return Inspection.objects.select_related("matter").get(matter__uid=told["matter"]["uid"])


def states(visit: Inspection) -> dict[str, str]:
    rows = Rectification.objects.filter(inspection=visit).select_related("matter").order_by("pk")
    return {row.item: row.matter.state for row in rows}


@pytest.fixture
def sent(phone: Phone, w: world.World) -> tuple[Json, Json]:  # noqa: F811
    """A visit with two findings, as it was sent and as it was answered."""
    first = record(phone, here(phone, w), failed={"1.2": {"note": "未公示"}, "2.3": {"value": "9", "unit": "℃"}})
    status, told = put(phone, first)
    assert (status, told["state"]) == (201, "accepted")
    return first, told


def test_a_new_version_takes_the_place_of_the_first_and_both_are_kept(
    phone: Phone, w: world.World, sent: tuple[Json, Json]  # noqa: F811
) -> None:  # fmt: skip
    first, was = sent
    second = anew(phone, first, failed={"2.3": {"value": "12", "unit": "℃", "note": "压缩机停"}})
    status, told = put(phone, second)
    assert (status, told["state"], flags(told)) == (201, "accepted", set())
    assert told["matter"] == was["matter"], "the same visit, the same number"
    assert put(phone, second)[0] == 200, "an answer that got lost changes nothing"
    with scoped(SYSTEM):
        visit = visit_of(told)
        assert (str(visit.record_id), visit.failed, visit.matter.state) == (second["id"], 1, "rectifying")
        assert states(visit) == {"1.2": "retracted", "2.3": "ordered"}
        assert {one.item: one.note for one in Answer.objects.filter(inspection=visit, answer="no")} == {
            "2.3": "压缩机停"
        }
        kept = EarlierVersion.objects.get(inspection=visit)
        assert (kept.n, str(kept.record_id), kept.told["answers"]["1.2"]["note"]) == (1, first["id"], "未公示")
        assert bytes(FieldRecord.objects.get(pk=first["id"]).body) == canonical(first), "byte for byte"
        (shown,) = versions(visit)
        said = {one.what.split()[0]: (one.before, one.after) for one in shown.changes}
        assert said["1.2"][0].endswith("未公示") and said["2.3"][1].endswith("压缩机停")
        entry = LedgerEntry.objects.get(matter=visit.pk, kind="inspection.amend_order")
        assert entry.data["reason"] == "第1.2项当场看错"
        assert Inspection.objects.filter(matter__premises=visit.matter.premises).count() == 1


def test_photos_that_a_version_adds_or_no_longer_names_stand_among_its_changes(phone: Phone, w: world.World) -> None:  # noqa: F811
    one, other, swapped = (
        photo_of(picture(n), item, dt.datetime.now(dt.UTC)) for n, item in ((1, "1.2"), (2, "2.3"), (3, "2.3"))
    )
    first = record(phone, here(phone, w), failed={"1.2": {"note": "未公示"}}, photos=[one])
    put(phone, first)
    second = anew(phone, first, photos=[one, other])
    put(phone, second)
    _, told = put(phone, anew(phone, second, photos=[swapped]))
    with scoped(SYSTEM):
        said = [[(c.before, c.after) for c in v.changes if c.what == "照片"] for v in versions(visit_of(told))]
    assert said == [[("", "新增 1 张 (2.3)")], [("去掉 2 张 (1.2、2.3)", "新增 1 张 (2.3)")]]


def test_the_papers_of_before_are_void_and_lead_to_the_new_ones(
    phone: Phone, w: world.World, sent: tuple[Json, Json]  # noqa: F811
) -> None:  # fmt: skip
    first, _was = sent
    _, told = put(phone, anew(phone, first, failed={}))
    with scoped(SYSTEM):
        visit = visit_of(told)
        old = {one.kind: one for one in Paper.objects.filter(matter=visit.pk, signed_digest=first["digest"])}
        assert {one.state for one in old.values()} == {"void"} and len(old) == 3
        new = {one.kind: one for one in Paper.objects.filter(matter=visit.pk, state="issued")}
        assert set(new) == {"onsite_record", "result_sheet"}, "nothing is left to be ordered"
        assert all(new[kind].replaces == old[kind] for kind in new)
        assert new["onsite_record"].data["amends"]["number"] == old["onsite_record"].number
        assert new["onsite_record"].data["started"] == old["onsite_record"].data["started"], "the visit's own times"
        assert new["onsite_record"].number != old["onsite_record"].number
        assert "第1.2项当场看错" in old["rectification_order"].void_reason
        assert visit.matter.state == "closed" and states(visit) == {"1.2": "retracted", "2.3": "retracted"}
        assert not Clock.objects.filter(matter__rectification__inspection=visit, stopped=None)
    seen, seen_new = look_up(old["result_sheet"].code), look_up(new["result_sheet"].code)
    assert seen is not None and seen_new is not None
    assert (seen.state, seen_new.state) == ("replaced", "issued")


def test_what_was_settled_meanwhile_is_not_undone(phone: Phone, w: world.World, sent: tuple[Json, Json]) -> None:  # noqa: F811
    first, was = sent
    with scoped(SYSTEM):
        visit = visit_of(was)
        row = Rectification.objects.select_related("matter").get(inspection=visit, item="1.2")
        inspector = actor_of(w.people["甲"])
    with scoped(inspector):
        perform(row.matter, "accept", inspector, on_site=True, review_note="已公示")
    _, told = put(phone, anew(phone, first, failed={"2.3": {"value": "9", "unit": "℃"}}))
    assert flags(told) == {"finding_settled"}
    with scoped(SYSTEM):
        assert states(visit) == {"1.2": "accepted", "2.3": "ordered"}


def test_a_proposal_goes_with_the_record_until_somebody_works_on_it(phone: Phone, w: world.World) -> None:  # noqa: F811
    first = record(phone, here(phone, w), failed={"1.1": {"note": "无证"}})
    put(phone, first)
    second = anew(phone, first, failed={"1.2": {}})
    _, told = put(phone, second)
    with scoped(SYSTEM):
        visit = visit_of(told)
        lead = Lead.objects.select_related("matter").get(inspection=visit)
        assert lead.matter.state == "retracted" and visit.result == "basically_compliant"
    third = anew(phone, second, "第1.1项仍不符合", failed={"1.1": {"note": "无证"}})
    _, told = put(phone, third)
    with scoped(SYSTEM):
        lead = Lead.objects.select_related("matter").filter(inspection=visit).latest("pk")
        assert lead.matter.state == "proposed", "proposed anew"
        head = actor_of(w.people["所长"])
    with scoped(head):
        perform(lead.matter, "open", head)
    _, told = put(phone, anew(phone, third, failed={}))
    assert "lead_at_work" in flags(told)
    with scoped(SYSTEM):
        lead.matter.refresh_from_db()
        assert lead.matter.state == "opened"
        assert EarlierVersion.objects.filter(inspection=visit).count() == 3


def test_who_amends_when_and_which_version_is_looked_at(
    phone: Phone, w: world.World, sent: tuple[Json, Json]  # noqa: F811
) -> None:  # fmt: skip
    first, was = sent
    late = dt.datetime.now(dt.UTC) - dt.timedelta(days=9)
    of_before = record(phone, here(phone, w), now=late)
    put(phone, of_before)
    _, told = put(phone, anew(phone, of_before))
    assert flags(told) == {"amended_late"}
    put(phone, anew(phone, first, "先改的"))
    _, told = put(phone, anew(phone, first, "同伴也改了"))
    assert flags(told) == {"amended_twice"}
    with scoped(SYSTEM):
        rows = EarlierVersion.objects.filter(inspection=visit_of(was)).order_by("n")
        assert [(one.n, one.reason) for one in rows] == [(1, "先改的"), (2, "同伴也改了")]
        Inspection.objects.filter(matter__uid=was["matter"]["uid"]).update(
            officers=[{"name": "丙", "certificate_no": "X"}]
        )
    newest = anew(phone, {**first, "id": str(rows_last(was))}, "外人改的")
    _, told = put(phone, newest)
    assert "amended_by_others" in flags(told)


def rows_last(was: Json) -> uuid.UUID:
    with scoped(SYSTEM):
        found = visit_of(was).record_id
        assert found is not None
        return found


def test_a_version_of_what_is_not_here_waits_and_finds_it_later(phone: Phone, w: world.World) -> None:  # noqa: F811
    first = record(phone, here(phone, w), failed={"1.2": {}})
    second = anew(phone, first, failed={})
    assert put(phone, second)[1]["state"] == "held"
    put(phone, first)
    with scoped(SYSTEM):
        head = actor_of(w.people["所长"])
    with scoped(head):
        held.again(uuid.UUID(second["id"]), head)
    with scoped(SYSTEM):
        assert FieldRecord.objects.get(pk=second["id"]).state == "accepted"
        assert EarlierVersion.objects.filter(record_id=first["id"]).exists()


def test_in_a_burst_the_first_version_is_worked_on_before_the_second(
    phone: Phone, w: world.World, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    first = record(phone, here(phone, w), failed={"1.2": {}})
    second = anew(phone, first, failed={})
    monkeypatch.setattr(records, "_busy", lambda: True)
    put(phone, first)
    put(phone, second)
    with scoped(SYSTEM):
        jobs.work_on(record=second["id"])
        states_now = set(FieldRecord.objects.filter(pk__in=[first["id"], second["id"]]).values_list("state", flat=True))
        assert states_now == {"accepted"}
        assert EarlierVersion.objects.get().n == 1


def test_a_published_result_is_published_anew_by_whoever_publishes(
    phone: Phone, w: world.World, sent: tuple[Json, Json]  # noqa: F811
) -> None:  # fmt: skip
    """The officers alone change nothing that the public reads: the page says that the record was amended."""
    first, was = sent
    with scoped(SYSTEM):
        visit, head = visit_of(was), actor_of(w.people["所长"])
        waiting = Matter.objects.get(kind="publication", publication__inspection=visit)
    with scoped(head):
        perform(waiting, "publish", head)
    put(phone, anew(phone, first, failed={"2.3": {"value": "9", "unit": "℃"}}))
    with scoped(SYSTEM):
        shown = PublishedResult.objects.get(matter_uid=was["matter"]["uid"])
        assert (shown.failed, shown.awaits, shown.put_right_on) == (2, True, None)
        waiting.refresh_from_db()
        assert waiting.state == "waiting" and Clock.objects.filter(matter=waiting, stopped=None).exists()
    with scoped(head):
        perform(waiting, "publish", head)
    with scoped(SYSTEM):
        shown.refresh_from_db()
        assert (shown.failed, shown.open_items, [one["no"] for one in shown.failed_items]) == (1, 1, ["2.3"])
        assert shown.amended_on is not None and not shown.awaits and shown.put_right_on is None


def test_what_was_struck_out_was_never_put_right(phone: Phone, w: world.World, sent: tuple[Json, Json]) -> None:  # noqa: F811
    first, was = sent
    put(phone, anew(phone, first, failed={}))
    with scoped(SYSTEM):
        visit, head = visit_of(was), actor_of(w.people["所长"])
        waiting = Matter.objects.get(kind="publication", publication__inspection=visit)
        order = Paper.objects.get(matter=visit.pk, kind="rectification_order")
        assert order.superseded, "no other order is drafted for what was struck out"
        struck = Rectification.objects.select_related("matter").filter(inspection=visit).first()
        assert struck is not None
        assert [one.due.words for one in clocks.of_matter(struck.matter)] == ["不再适用"], "nothing was done by its day"
    with scoped(head), pytest.raises(NotOpen):
        replacement(order, head)
    with scoped(head):
        perform(waiting, "publish", head)
    with scoped(SYSTEM):
        assert PublishedResult.objects.get(matter_uid=was["matter"]["uid"]).put_right_on is None


def test_the_visits_times_stay_put_right_by_the_clock_of_back_then(phone: Phone, w: world.World) -> None:  # noqa: F811
    fast = 25 * 60_000
    first = record(phone, here(phone, w), clock_skew_ms=fast, failed={"1.2": {}})
    _, was = put(phone, first)
    with scoped(SYSTEM):
        before = visit_of(was)
    _, told = put(phone, anew(phone, first, clock_skew_ms=0))
    with scoped(SYSTEM):
        now = visit_of(told)
    assert before.clock_ahead == dt.timedelta(milliseconds=fast)
    assert (now.started, now.ended, now.clock_ahead) == (before.started, before.ended, before.clock_ahead)


def test_a_day_that_was_given_is_never_shortened(phone: Phone, w: world.World, sent: tuple[Json, Json]) -> None:  # noqa: F811
    first, was = sent
    earlier = dt.date.fromisoformat(first["content"]["deadline"]) - dt.timedelta(days=3)
    _, told = put(phone, anew(phone, first, deadline=earlier.isoformat()))
    assert flags(told) == {"deadline_kept"}
    with scoped(SYSTEM):
        days = set(Rectification.objects.filter(inspection=visit_of(was)).values_list("deadline", flat=True))
        assert days == {dt.date.fromisoformat(first["content"]["deadline"])}


def test_a_drawn_visit_is_published_as_what_is_said_now_and_a_judgement_stays(phone: Phone, w: world.World) -> None:  # noqa: F811
    with scoped(w.actor("所长")) as head:
        matter = perform(
            INSPECTION, "plan_drawn", head, about=About(w.premises.name, world.OFFICE, w.entity, w.premises),
            purpose="random", planned_for=today(), assignee=w.inspector.pk, second=w.second.pk,
        )  # fmt: skip
    phone.pull()
    found = {"1.2": {"note": "未公示"}}
    first = record(phone, here(phone, w), failed=found, photos=[], task=str(matter.uid), purpose="random")
    assert put(phone, first)[1]["state"] == "accepted"
    with scoped(SYSTEM):
        assert Publication.objects.get(inspection=matter.pk).drawn == "ordered"
    second = anew(phone, first, failed={})
    put(phone, second)
    with scoped(SYSTEM):
        owed = Publication.objects.get(inspection=matter.pk)
        assert owed.drawn == "clean"
    with scoped(w.actor("所长")) as head:
        perform(owed.matter, "classify", head, drawn="concealed", drawn_reason="第一版与实物不符")
        perform(owed.matter, "publish", head)
    put(phone, anew(phone, second, failed=found))
    with scoped(w.actor("所长")) as head:
        perform(owed.matter, "publish", head)
    with scoped(SYSTEM):
        told = PublishedResult.objects.get(matter_uid=matter.uid)
        assert (told.drawn, told.failed) == ("concealed", 1), "the result is the new one, the judgement stands"


def test_a_new_version_takes_a_refusal_back(phone: Phone, w: world.World) -> None:  # noqa: F811
    """He had not refused, he was away: reason and witness of the earlier version stand on the page no more."""
    refused = {"reason": "认为检查不公", "witness": "赵六", "no_witness": ""}
    sent = record(phone, here(phone, w), refused=refused)
    told = put(phone, sent)[1]
    with scoped(SYSTEM):
        assert visit_of(told).refused_reason == "认为检查不公"
    put(phone, anew(phone, sent, "当事人不在场，并非拒签", refused=None))
    with scoped(SYSTEM):
        visit = visit_of(told)
        assert (visit.refused, visit.refused_reason, visit.witness, visit.no_witness) == (False, "", "", "")


def test_an_amended_record_grades_its_place_anew(
    phone: Phone,  # noqa: F811
    w: world.World,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(grading_jobs.grade, "later", lambda *, premises, job_once: asked.append(premises))
    sent = record(phone, here(phone, w), failed={"1.2": {"note": "未公示"}})
    put(phone, sent)
    put(phone, anew(phone, sent, failed={}))
    assert asked == [w.premises.pk, w.premises.pk], "after the visit, and after what it had found was taken away"
