"""Handover: all that hangs on one person goes to another in one act that both confirm."""

from __future__ import annotations

import datetime as dt
import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.translation import override
from tests import world
from tests.gateways.field.test_held import hold
from tests.kernel.matters.test_scope import plan
from tests.kernel.people.conftest import entries, fresh, proposed, signed_in
from tests.openers import OPENERS

from zhijian.kernel import papers
from zhijian.kernel.accounts import people
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Device, Handover, Person, Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import clocks
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.matters.errors import Conflict, NotAllowed
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.papers import making
from zhijian.kernel.papers.blanks import acts as blanks
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Blank, NumberRow
from zhijian.kernel.papers.serving import proving
from zhijian.kernel.papers.serving.models import Service
from zhijian.kernel.papers.serving.rules import HAND_WITHIN
from zhijian.kernel.people import handover, keeping, kept, leave

pytestmark = pytest.mark.django_db
RECORD = Path(__file__).parents[2] / "fixtures/record_inspection_1.json"


def phone_of(person: Person) -> Device:
    return Device.objects.create(person=person, name="手机", public_key={}, grant_until="2035-01-01T00:00:00+00:00")


def test_all_goes_over_in_one_act(w, planned):
    with scoped(SYSTEM):
        phone = phone_of(w.inspector)
        papers.top_up(phone, "onsite_record", world.OFFICE, 3)
        clocks = list(Clock.objects.filter(matter=planned).values_list("pk", "due", "stopped"))
        parts = {part.keeping.code: part.count for part in keeping.parts(w.inspector)}
    assert parts == {"matters": 1, "numbers": 3, "phones": 1}
    made = proposed(w)
    assert fresh(planned).assignee == w.inspector, "nothing moves before the successor confirms"
    done = handover.confirm(made, actor=w.actor("丙"))
    assert done.given == {"matters": 1, "numbers": 3, "phones": 1}
    assert fresh(planned).assignee == w.people["丙"]
    with scoped(SYSTEM):
        assert list(Clock.objects.filter(matter=planned).values_list("pk", "due", "stopped")) == clocks
        assert set(NumberRow.objects.filter(device=phone).values_list("state", flat=True)) == {"returned"}
    assert fresh(phone).revoked_at is not None
    (entry,) = entries(f"matter:{planned.pk}", "matter.handed_over")
    assert (entry.data["giver"], entry.data["successor"], entry.actor_name) == ("甲", "丙", "丙")
    for person in ("甲", "丙"):
        both = entries(f"account:{w.people[person].pk}", "handover.proposed", "handover.confirmed")
        assert [(one.kind, one.actor_name) for one in both] == [
            ("handover.proposed", "所长"), ("handover.confirmed", "丙"),
        ]  # fmt: skip
        assert all({one.data["giver"], one.data["successor"]} == {"甲", "丙"} for one in both)


def test_as_second_officer_and_where_the_successor_is_the_other_one(w, planned):
    with scoped(SYSTEM):
        other = plan(w)
        Matter.objects.filter(pk=other.pk).update(assignee=w.second, second=w.inspector)
    handover.confirm(proposed(w, "乙"), actor=w.actor("乙"))
    now = fresh(planned)
    assert (now.assignee, now.second) == (w.second, None), "one man is not two officers"
    assert (fresh(other).assignee, fresh(other).second) == (w.second, None)
    (entry,) = entries(f"matter:{planned.pk}", "matter.handed_over")
    assert entry.data["second"] == "to be named"


def test_what_is_left_with_one_officer_stands_where_it_is_looked_for(w, planned):
    head = signed_in(w.head)
    assert "with one officer only" not in head.get("/").content.decode()
    made = proposed(w, "乙")
    handover.confirm(made, actor=w.actor("乙"))
    done = head.get(f"/handovers/{made.uid}/").content.decode()
    assert planned.title in done and "1 has one officer still" in done
    todo = head.get("/").content.decode()
    assert "1 with one officer only" in todo and "/l/inspection/?single=1" in todo
    listed = head.get("/l/inspection/?single=1").content.decode()
    assert listed.count("data-row") == 1
    assert "second officer to be named" in head.get(f"/m/{planned.uid}/").content.decode()
    assert "one officer only" in signed_in(w.second).get("/").content.decode(), "the successor sees it, too"
    with scoped(w.actor("所长")) as actor:
        perform(Matter.objects.get(pk=planned.pk), "assign", actor, assignee=w.second.pk, second=w.people["丙"].pk)
    assert "with one officer only" not in head.get("/").content.decode()
    assert "has a second one by now" in head.get(f"/handovers/{made.uid}/").content.decode()


def test_a_service_that_lacks_its_proof_goes_along_and_what_stays_is_said(w, planned):
    with scoped(SYSTEM):
        signed = json.loads(RECORD.read_text())["papers"]["signed"]
        paper = making.make("onsite_record", planned, signed["onsite_record"], actor=SYSTEM)
        perform(planned, "cancel", SYSTEM, reason="店已关门")
        Service.objects.create(
            paper=paper, way="direct", state="served", served_on=world.in_days(-1), proof_due=True,
            area=planned.area, addressee="清风小馆", made_by="person:1",
        )  # fmt: skip
        assert [one.keeping.code for one in keeping.parts(w.inspector)] == ["proofs"]
    hold(w)
    made = proposed(w)
    handover.confirm(made, actor=w.actor("丙"))
    assert fresh(planned).assignee == w.people["丙"]
    assert (fresh(made).given, fresh(made).left) == ({"phones": 1, "proofs": 1}, {"field": 1})
    with scoped(w.actor("丙")) as actor:
        assert proving.waiting(actor, mine=True).count() == 1
    with scoped(w.actor("甲")) as actor:
        assert proving.waiting(actor, mine=True).count() == 0
    page = signed_in(w.head).get(f"/handovers/{made.uid}/").content.decode()
    part = page.partition("What did not go over")[2]
    assert "Records to be placed" in part and "They stay with the head of office" in part


def test_before_he_confirms_he_reads_which_visits_would_have_one_officer(w, planned):
    address = f"/handovers/{proposed(w, '乙').uid}/"
    page = signed_in(w.second).get(address).content.decode()
    assert "Afterwards they have one officer" in page and page.count(planned.title) == 2
    handover.withdraw(Handover.objects.get(), actor=w.actor("所长"))
    page = signed_in(w.people["丙"]).get(f"/handovers/{proposed(w).uid}/").content.decode()
    assert "Afterwards they have one officer" not in page


def test_an_officer_takes_over_from_a_helper_and_not_the_other_way_round(w, planned):
    with scoped(SYSTEM):
        helper = w.person("协管", Role.HELPER, world.OFFICE)
        Matter.objects.filter(pk=planned.pk).update(assignee=helper)
    handover.confirm(proposed(w, "丙", helper), actor=w.actor("丙"))
    assert fresh(planned).assignee == w.people["丙"]


def test_of_two_posts_only_the_one_counts_at_which_something_lies(w, planned):
    with scoped(SYSTEM):
        w.person("甲", Role.INSPECTOR, world.SISTER)
    handover.confirm(proposed(w), actor=w.actor("丙"))
    with scoped(SYSTEM):
        Matter.objects.filter(pk=planned.pk).update(assignee=w.inspector, area=world.SISTER)
        plan(w)
    with pytest.raises(ValidationError, match="清单"):
        proposed(w)


def test_whose_loan_ends_before_the_last_of_it_is_due_does_not_take_it_over(w, planned):
    with scoped(SYSTEM):
        lent = w.person("借调", Role.INSPECTOR, world.OFFICE, "鲁C-022")
        lent.posts.update(until=planned.due - dt.timedelta(days=1), loan=True)
        if planned.due == world.in_days(1):
            Matter.objects.filter(pk=planned.pk).update(due=world.in_days(5))
            lent.posts.update(until=world.in_days(4))
    with pytest.raises(ValidationError, match="借调"):
        proposed(w, "借调")
    with scoped(SYSTEM):
        lent.posts.update(until=world.in_days(5))
    proposed(w, "借调")


def test_only_who_can_take_his_place_is_offered(w, planned):
    with scoped(SYSTEM):
        w.person("过期", Role.INSPECTOR, world.OFFICE, "鲁C-010", until=world.in_days(-1))
        w.person("协管", Role.HELPER, world.OFFICE)
    for address in (f"/people/{w.inspector.pk}/handover/", f"/people/{w.inspector.pk}/"):
        page = signed_in(w.head).get(address).content.decode()
        offered = re.findall(r'<option value="\d+">([^<]*)', page)
        assert {"乙", "丙"} <= set(offered), address
        assert not {"过期", "协管", "甲"} & set(offered), address


def test_only_the_successor_confirms_and_only_once(w, planned):
    made = proposed(w)
    for name in ("甲", "所长", "乙"):
        with pytest.raises(ValidationError):
            handover.confirm(made, actor=w.actor(name))
    handover.confirm(made, actor=w.actor("丙"))
    with pytest.raises(ValidationError):
        handover.confirm(made, actor=w.actor("丙"))
    with pytest.raises(ValidationError):
        handover.withdraw(made, actor=w.actor("所长"))
    assert len(entries(f"matter:{planned.pk}", "matter.handed_over")) == 1


def test_what_was_closed_meanwhile_stays_and_what_came_goes_too(w, planned):
    made = proposed(w)
    with scoped(SYSTEM):
        perform(planned, "cancel", SYSTEM, reason="店已关门")
        later = plan(w)
    handover.confirm(made, actor=w.actor("丙"))
    assert fresh(planned).assignee == w.inspector
    assert fresh(later).assignee == w.people["丙"]


def test_who_was_writing_meanwhile_gets_the_page_of_a_conflict(w, planned):
    before = planned.version
    handover.confirm(proposed(w), actor=w.actor("丙"))
    with scoped(w.actor("所长")) as head, pytest.raises(Conflict):
        perform(planned, "cancel", head, version=before, reason="店已关门")


def test_the_successor_must_be_able_to_do_it(w, planned):
    with scoped(SYSTEM):
        w.person("外人", Role.INSPECTOR, world.NEIGHBOUR_OFFICE, "鲁C-009")
        w.person("过期", Role.INSPECTOR, world.OFFICE, "鲁C-010", until=world.in_days(-1))
        w.person("协管", Role.HELPER, world.OFFICE)
    for name in ("外人", "过期", "协管", "甲"):
        with pytest.raises(ValidationError):
            proposed(w, name)
    assert not Handover.objects.exists()


def test_one_at_a_time(w, planned):
    made = proposed(w)
    with pytest.raises(ValidationError):
        proposed(w, "乙")
    handover.withdraw(made, actor=w.actor("所长"))
    proposed(w, "乙")


def test_nobody_is_closed_while_matters_are_open_on_him(w, planned):
    admin = w.actor("管理员")
    with scoped(SYSTEM):
        with pytest.raises(ValidationError, match="1"):
            people.lock(w.inspector, actor=admin)
        with pytest.raises(ValidationError):
            people.end_posts(w.inspector, world.in_days(0), actor=admin)
        post = w.inspector.posts.get()
        with pytest.raises(ValidationError):
            people.end_post(post, world.in_days(0), actor=admin, today=world.in_days(0))
    client = signed_in(w.people["管理员"])
    answer = client.post(f"/people/{w.inspector.pk}/do/lock/")
    assert answer.status_code == 409
    assert f"/people/{w.inspector.pk}/handover/" in answer.content.decode()
    assert fresh(w.inspector).is_active
    handover.confirm(proposed(w), actor=w.actor("丙"))
    assert client.post(f"/people/{w.inspector.pk}/do/lock/").status_code == 302
    assert not fresh(w.inspector).is_active
    assert client.post(f"/people/{w.inspector.pk}/do/reopen/").status_code == 302
    assert fresh(w.inspector).is_active


def test_pages_from_proposal_to_confirmation(w, planned):
    head, successor = signed_in(w.head), signed_in(w.people["丙"])
    page = head.get(f"/people/{w.inspector.pk}/handover/")
    assert planned.title in page.content.decode()
    answer = head.post(f"/people/{w.inspector.pk}/handover/", {"successor": w.people["丙"].pk, "alone": "on"})
    assert answer.status_code == 302
    assert "/handovers/" in successor.get("/").content.decode()
    uid = answer["Location"].split("/")[-2]
    assert head.post(f"/handovers/{uid}/confirm/").status_code == 409
    assert f"/handovers/{uid}/" in head.get("/handovers/").content.decode(), "whoever proposed it finds it again"
    assert f"/handovers/{uid}/" not in signed_in(w.second).get("/handovers/").content.decode()
    assert signed_in(w.second).get(f"/handovers/{uid}/").status_code == 404
    assert signed_in(w.stranger).post(f"/handovers/{uid}/confirm/").status_code == 404
    assert planned.title in successor.get(f"/handovers/{uid}/").content.decode()
    assert successor.post(f"/handovers/{uid}/confirm/").status_code == 302
    assert fresh(planned).assignee == w.people["丙"]
    assert successor.get(f"/m/{planned.uid}/").content.decode().count("Handed over from 甲 to 丙") == 1


def test_the_command_line_closes_nobody_either(w, planned):
    with pytest.raises(CommandError, match="甲"):
        call_command("user", "retire", "甲")
    assert fresh(w.inspector).is_active
    handover.confirm(proposed(w), actor=w.actor("丙"))
    call_command("user", "retire", "甲", stdout=StringIO())
    assert not fresh(w.inspector).is_active
    with pytest.raises(CommandError):
        call_command("user", "post", "乙", role="clerk", area=world.OFFICE, loan=True)
    until = world.in_days(9).isoformat()
    line = ["user", "post", "乙", "--role", "clerk", "--area", world.SISTER, "--loan", "--until", until]
    call_command(*line, stdout=StringIO())
    assert w.second.posts.get(loan=True).until == world.in_days(9)


def sheets(w, count: int = 3) -> list[Blank]:
    with scoped(SYSTEM):
        clerk = w.person("内勤", Role.CLERK, world.OFFICE)
    with scoped(w.actor("内勤")) as actor:
        assert clerk.pk
        return blanks.issue("rectification_order", "A-0098", count, w.inspector, actor)


def test_sealed_blanks_go_over_by_their_serials_and_both_confirm(w, planned):
    rows = sheets(w)
    with scoped(w.actor("甲")) as officer:
        blanks.settle(rows[1], "spoiled", officer, reason="淋湿")
    page = signed_in(w.head).get(f"/people/{w.inspector.pk}/handover/").content.decode()
    assert "Sealed blanks" in page
    assert "A-0098, A-0100" in page, "what has its fate is not handed over"
    made = proposed(w)
    with scoped(SYSTEM):
        assert blanks.held_by(w.inspector.pk).count() == 2, "nothing moves before the successor confirms"
    done = handover.confirm(made, actor=w.actor("丙"))
    assert done.given["blanks"] == 2
    with scoped(SYSTEM):
        assert list(blanks.held_by(w.people["丙"].pk).order_by("serial").values_list("serial", flat=True)) == [
            "A-0098", "A-0100",
        ]  # fmt: skip
        assert Blank.objects.get(serial="A-0099").holder == w.inspector
    (entry,) = entries(f"blanks:rectification_order:{rows[0].organ}", "blanks.handed")
    assert (entry.data["giver"], entry.data["holder"], entry.data["serials"]) == ("甲", "丙", ["A-0098", "A-0100"])
    told = signed_in(w.people["丙"]).get(f"/handovers/{made.uid}/").content.decode()
    assert "Sealed blanks" in told
    with scoped(w.actor("甲")) as officer, pytest.raises(NotAllowed):
        blanks.settle(rows[0], "used", officer, matter=planned)


def test_nobody_is_closed_while_sealed_blanks_lie_with_him(w):
    sheets(w, 1)
    answer = signed_in(w.people["管理员"]).post(f"/people/{w.inspector.pk}/do/lock/")
    assert answer.status_code == 409
    assert "holds 1 sealed blank" in answer.content.decode()
    handover.confirm(proposed(w), actor=w.actor("丙"))
    assert signed_in(w.people["管理员"]).post(f"/people/{w.inspector.pk}/do/lock/").status_code == 302


def test_numbers_on_the_page_say_from_which_to_which(w, planned):
    with scoped(SYSTEM):
        phone = phone_of(w.inspector)
        taken = papers.top_up(phone, "onsite_record", world.OFFICE, 3)
    page = signed_in(w.head).get(f"/people/{w.inspector.pk}/handover/").content.decode()
    assert f"{taken[0].number} – {taken[-1].number}" in page
    handover.confirm(proposed(w), actor=w.actor("丙"))
    with scoped(SYSTEM):
        assert set(NumberRow.objects.filter(device=phone).values_list("state", "reason")) == {("returned", "移交给丙")}


@pytest.mark.parametrize(
    ("serials", "said"),
    [
        ([], ""), (["A-0098"], "A-0098"), (["A-0098", "A-0099", "A-0100"], "A-0098 – A-0100"),
        (["A-01", "B-02", "B-03"], "A-01, B-02 – B-03"), (["A-099", "A-100", "x"], "A-099 – A-100, x"),
    ],
)  # fmt: skip
def test_serials_are_said_as_spans(serials, said):
    with override("en"):
        assert kept.runs(serials) == said


def borrowed(w, until: int = 30):
    """甲 also serves at the neighbour's on loan, for some days."""
    with scoped(SYSTEM):
        return Post.objects.create(
            person=w.inspector, role=Role.INSPECTOR.value, jurisdiction_id=world.SISTER, since=world.in_days(-9),
            until=world.in_days(until), loan=True,
        )  # fmt: skip


def test_a_post_does_not_end_over_matters_that_no_other_post_reaches(w, planned):
    borrowed(w)
    own = w.inspector.posts.get(loan=False)
    head = signed_in(w.head)
    answer = head.post(f"/people/{w.inspector.pk}/post/{own.pk}/end/")
    assert answer.status_code == 409
    assert f"/people/{w.inspector.pk}/handover/" in answer.content.decode()
    assert fresh(own).until is None
    with scoped(SYSTEM):
        people.give_post(w.inspector, Role.CLERK, world.DISTRICT, world.in_days(-1), actor=SYSTEM)
    assert head.post(f"/people/{w.inspector.pk}/post/{own.pk}/end/").status_code == 302, "the district reaches them"
    assert fresh(own).until == world.in_days(0)


@pytest.mark.parametrize(("until", "word"), [(5, "ends soon"), (-1, "over")])
def test_a_loan_that_runs_out_over_open_matters_is_told_to_the_head(w, planned, until, word):
    loan = borrowed(w, until)
    head = signed_in(w.head)
    assert "ends soon, with open matters" not in head.get("/").content.decode()
    with scoped(SYSTEM):
        Matter.objects.filter(pk=planned.pk).update(area=world.SISTER)
        w.person("邻所长", Role.HEAD, world.SISTER)
    theirs = signed_in(w.people["邻所长"])
    assert "1 post is over, or ends soon, with open matters" in theirs.get("/").content.decode()
    page = theirs.get("/people/").content.decode()
    part = page.partition("data-stranded")[2].partition("</li>")[0]
    assert word in part and "1 open matter" in part and f"/people/{w.inspector.pk}/handover/" in part
    assert "data-stranded" not in head.get("/people/").content.decode(), "nothing of it lies at his office"
    with scoped(SYSTEM):
        people.give_post(w.inspector, Role.INSPECTOR, world.SISTER, world.in_days(max(until + 1, 0)), actor=SYSTEM)
    assert "data-stranded" not in theirs.get("/people/").content.decode(), loan


def test_a_paper_still_to_be_served_on_a_closed_matter_goes_over_and_keeps_the_account_open(w, planned):
    with scoped(SYSTEM):
        clocks.start(planned, HAND_WITHIN, timezone.now(), about="0197-paper", called="责改 1 号")
        perform(planned, "cancel", SYSTEM, reason="店已关门")
        (part,) = keeping.parts(w.inspector)
        assert (part.keeping.code, part.count) == ("matters", 1)
        assert part.rows[0].url == f"/m/{planned.uid}/"
        with override("en"):
            assert "still to be served" in kept.matters(w.inspector)[0].note
        with pytest.raises(ValidationError, match="1"):
            people.lock(w.inspector, actor=w.actor("管理员"))
    handover.confirm(proposed(w), actor=w.actor("丙"))
    assert fresh(planned).assignee == w.people["丙"]
    with scoped(SYSTEM):
        people.lock(w.inspector, actor=w.actor("管理员"))
        clocks.stop(planned, HAND_WITHIN, timezone.now(), about="0197-paper")
        assert not keeping.parts(w.people["丙"])


def test_only_papers_that_are_to_bear_a_seal_wait_for_it(w, planned):
    kinds = {"rectification_order": True, "onsite_record": False}
    assert {kind: form(kind).sealed for kind in kinds} == kinds
    with scoped(SYSTEM):
        signed = json.loads(RECORD.read_text())["papers"]["signed"]
        for kind in kinds:
            making.make(kind, planned, signed[kind], actor=SYSTEM)
        assert kept.count_papers(w.inspector) == 1
        assert len(kept.papers(w.inspector)) == 1


def test_the_giver_confirms_what_his_head_proposes(w, planned):
    head, giver, successor = signed_in(w.head), signed_in(w.inspector), signed_in(w.people["丙"])
    answer = head.post(f"/people/{w.inspector.pk}/handover/", {"successor": w.people["丙"].pk})
    address = answer["Location"]
    line = "1 handover to confirm"
    assert line in giver.get("/").content.decode() and line not in successor.get("/").content.decode()
    assert successor.post(f"{address}confirm/").status_code == 409, "the giver has not confirmed"
    assert "I hand it all over" in giver.get(address).content.decode()
    assert giver.post(f"{address}confirm/").status_code == 302
    assert fresh(planned).assignee == w.inspector
    assert line in successor.get("/").content.decode() and line not in giver.get("/").content.decode()
    assert successor.post(f"{address}confirm/").status_code == 302
    assert fresh(planned).assignee == w.people["丙"]
    kinds = [(one.kind, one.actor_name) for one in entries(f"account:{w.inspector.pk}", "handover.agreed")]
    assert kinds == [("handover.agreed", "甲")]


def test_pages_of_his_own_have_a_way_in(w, planned):
    page = signed_in(w.inspector).get("/").content.decode()
    assert 'href="/handovers/"' in page and f'href="/papers/blanks/of/{w.inspector.pk}/"' in page
    mine = signed_in(w.inspector).get(f"/people/{w.inspector.pk}/handover/").content.decode()
    assert 'href="/people/"' not in mine and 'href="/handovers/"' in mine
    assert "I confirm for him" not in mine


def test_who_stands_in_is_led_to_the_leave(w, planned):
    with scoped(SYSTEM):
        leave.take(w.inspector, w.people["丙"], world.in_days(0), world.in_days(5), actor=SYSTEM)
    answer = signed_in(w.people["管理员"]).post(f"/people/{w.people['丙'].pk}/do/lock/")
    page = answer.content.decode().partition("<main")[2]
    assert answer.status_code == 409
    assert f"/people/{w.inspector.pk}/#leave" in page
    assert "To the handover" not in page


def test_only_what_can_be_given_a_second_officer_is_counted_and_the_rest_is_said(w, planned):
    with scoped(SYSTEM):
        others = [OPENERS[kind](w) for kind in ("spot_penalty", "equipment_order")]
        perform(others[0].parent, "cancel", SYSTEM, reason="店已关门")
        pks = [one.pk for one in others]
        Matter.objects.filter(pk__in=pks).update(assignee=w.inspector, second=w.second)
    made = proposed(w, "乙")
    page = signed_in(w.second).get(f"/handovers/{made.uid}/").content.decode()
    assert (
        "2 more have one officer, too" in page.partition("Afterwards they have one officer")[2].partition("</div>")[0]
    )
    handover.confirm(made, actor=w.actor("乙"))
    head = signed_in(w.head)
    page = head.get(f"/handovers/{made.uid}/").content.decode()
    assert "Of 3 matters that went over both were the officers; 1 has one officer still" in page
    assert planned.number in page and "To be visited" in page, "which visit it is can be told"
    assert str(others[0].uid) not in page and "2 more have one officer, too" in page
    assert "Inspections: 1 with one officer only" in head.get("/").content.decode()
    with scoped(w.actor("所长")) as actor:
        perform(Matter.objects.get(pk=planned.pk), "assign", actor, assignee=w.second.pk, second=w.people["丙"].pk)
    page = head.get(f"/handovers/{made.uid}/").content.decode()
    assert "1 matter was left with one officer; it has a second one by now" in page
    assert "2 more have one officer, too" in page
