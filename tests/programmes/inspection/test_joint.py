"""Planned visits of one place close together become one in one act, or stay apart with a reason."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests import world
from tests.programmes.inspection.test_capping import cap, today_and, year
from tests.world import in_days

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import Conflict, NotAllowed, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.inspection.fair import joint
from zhijian.programmes.inspection.models import Checklist, Inspection

DAY = dt.date(2026, 3, 1)


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.head, made.inspector, made.second
        return made


def found(w: world.World, who: str = "所长") -> list[joint.Proposal]:
    with scoped(w.actor(who)) as actor:
        return joint.proposals(actor)


def accept(w: world.World, **more: object) -> Matter:
    one = found(w)[0]
    versions = {visit.pk: visit.matter.version for visit in one.visits}
    given_ = {"planned_for": in_days(2), "assignee": w.inspector.pk, "second": w.second.pk}
    with scoped(w.actor("所长")) as head:
        return joint.accept(one, versions, head, **given_ | more)  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 100), max_size=8), st.integers(0, 40))
def test_a_group_lies_within_the_time_and_nothing_is_in_two(days: list[int], within: int) -> None:
    dated = [(DAY + dt.timedelta(days=n), place) for place, n in enumerate(days)]
    groups = joint.close_together(dated, within)
    taken = [one for group in groups for one in group]
    assert len(taken) == len(set(taken))
    for group in groups:
        assert len(group) > 1
        assert max(days[one] for one in group) - min(days[one] for one in group) <= within
    alone = sorted(days[one] for one in range(len(days)) if one not in taken)
    assert all(later - earlier > within for earlier, later in itertools.pairwise(alone)), "none was missed"


def test_two_close_together_are_proposed_and_one_far_off_or_a_re_check_is_not(w: world.World) -> None:
    one, two = today_and(w), today_and(w, planned_for=in_days(20), purpose="special")
    today_and(w, planned_for=in_days(200))
    again = today_and(w, planned_for=in_days(3))
    with scoped(SYSTEM):
        Inspection.objects.filter(pk=again.pk).update(purpose="recheck")
    assert [proposal.key for proposal in found(w)] == [[one.pk, two.pk]]
    w.stranger
    assert found(w, "外区") == [], "another office's"
    assert found(w, "甲") == [], "an officer decides on none"


def test_one_visit_by_all_the_lists_is_made_of_them_in_one_act(w: world.World) -> None:
    cap(2)
    first, other = today_and(w, checklist=w.checklist.pk), today_and(w, planned_for=in_days(9))
    assert year(w).counted == 2
    made = accept(w)
    with scoped(SYSTEM):
        record = Inspection.objects.get(pk=first.pk)
        assert (made.pk, record.planned_for, record.checklist) == (first.pk, in_days(2), None)
        gone = Matter.objects.get(pk=other.pk)
        assert gone.state == "cancelled"
        assert LedgerEntry.objects.get(kind="inspection.go_into", matter=gone).data["into"] == first.number
        assert LedgerEntry.objects.filter(kind="inspection.join", matter=made).exists()
    assert year(w).counted == 1, "the enterprise has its place back"
    assert found(w) == []


def test_a_visit_after_a_complaint_joined_with_a_planned_one_counts_as_planned(w: world.World) -> None:
    today_and(w, purpose="complaint", outside_reason="12315 第 3 号"), today_and(w, planned_for=in_days(3))
    accept(w)
    assert (year(w).counted, year(w).outside) == (1, 0)


def test_a_list_that_is_not_for_the_place_is_not_lost_in_silence(w: world.World) -> None:
    with scoped(SYSTEM):
        other = Checklist.objects.create(
            code="test.bank", version=1, title="银行检查表", since=world.SINCE, applies=["bank"], digest="0",
            content=w.checklist.content,
        )  # fmt: skip
    one, two = today_and(w, checklist=other.pk), today_and(w)
    with pytest.raises(NotOpen) as error:
        accept(w)
    assert "银行检查表" in error.value.message
    with scoped(SYSTEM):
        assert set(Matter.objects.filter(pk__in=[one.pk, two.pk]).values_list("state", flat=True)) == {"planned"}


def test_what_somebody_changed_meanwhile_is_looked_at_once_more(w: world.World) -> None:
    today_and(w), today_and(w)
    one = found(w)[0]
    with scoped(w.actor("所长")) as head:
        pair = {"assignee": w.second.pk, "second": w.inspector.pk}
        perform(one.visits[0].matter, "assign", head, **pair)
        with pytest.raises(Conflict):
            joint.accept(one, {visit.pk: 1 for visit in one.visits}, head, planned_for=in_days(1), **pair)
    assert len(found(w)) == 1, "nothing of it was done"


def test_they_stay_apart_with_a_reason_until_another_one_comes(w: world.World) -> None:
    today_and(w), today_and(w)
    one = found(w)[0]
    with scoped(w.actor("所长")) as head:
        with pytest.raises(NotOpen):
            joint.keep_apart(one, " ", head)
        joint.keep_apart(one, "专项检查须单独进行", head)
    with scoped(w.actor("甲")) as officer, pytest.raises(NotAllowed):
        joint.keep_apart(one, "不想", officer)
    assert found(w) == []
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="inspection.kept_apart").count() == 2
    today_and(w)
    assert len(found(w)) == 1


def test_the_page_proposes_accepts_and_keeps_apart(w: world.World, client: Client) -> None:
    first, other = today_and(w), today_and(w, planned_for=in_days(5))
    client.force_login(w.head)
    page = client.get("/visits/joint/", headers={"accept-language": "en"}).content.decode()
    assert first.number in page
    assert "Visits of 1 place could be one" in client.get("/", headers={"accept-language": "en"}).content.decode()
    form = {"visit": [f"{first.pk}:1", f"{other.pk}:1"], "assignee": w.inspector.pk, "second": w.inspector.pk}
    form |= {"planned_for": in_days(2).isoformat()}
    assert client.post("/visits/joint/", form).status_code == 409, "two different officers are needed"
    assert client.post("/visits/joint/", {**form, "planned_for": "x"}).status_code == 409
    assert client.post("/visits/joint/", {**form, "visit": [f"{first.pk}:1"]}).status_code == 409
    assert client.post("/visits/joint/", {"visit": form["visit"], "apart": "1", "reason": ""}).status_code == 409
    answer = client.post("/visits/joint/", {**form, "second": w.second.pk})
    assert answer.status_code == 302
    assert answer["Location"] == f"/m/{first.uid}/"
