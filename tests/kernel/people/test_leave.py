"""Leave: somebody stands in (AB 角), does what the absent one holds; the ledger names both; it ends by itself."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from tests import world
from tests.kernel.people.conftest import entries, fresh, signed_in
from tests.openers import OPENERS

from zhijian.gateways.field import reference
from zhijian.kernel.accounts import people
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.models import Leave
from zhijian.kernel.accounts.roles import Relation, Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import offers, perform
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.notices.receivers import receivers
from zhijian.kernel.people import leave
from zhijian.programmes.inspection import doubts

pytestmark = pytest.mark.django_db


def away(w: world.World, stand_in: str = "丙", since: int = 0, until: int = 7) -> Leave:
    with scoped(SYSTEM):
        return leave.take(
            w.people["甲"], w.people[stand_in], world.in_days(since), world.in_days(until), actor=w.actor("所长")
        )


@pytest.fixture
def asked(w):
    """A finding of 甲's whose enterprise asks for more time: only who is in charge, or a head, grants it."""
    finding = OPENERS["rectification"](w)
    with scoped(SYSTEM):
        Matter.objects.filter(pk=finding.pk).update(assignee=w.inspector)
        finding = Matter.objects.get(pk=finding.pk)
        return perform(finding, "ask_time", SYSTEM, asked_until=world.in_days(10), asked_reason="等配件")


def test_the_stand_in_acts_and_the_ledger_names_both(w, asked):
    finding = asked
    with scoped(w.actor("丙")) as actor, pytest.raises(NotAllowed):
        perform(finding, "refuse_time", actor, reason="不同意")
    away(w)
    with scoped(w.actor("丙")) as actor:
        perform(finding, "refuse_time", actor, reason="不同意")
    (entry,) = entries(f"matter:{finding.pk}", "rectification.refuse_time")
    assert (entry.actor_name, entry.data["stands_for"]) == ("丙", "甲")
    assert "丙 for 甲" in signed_in(w.head).get(f"/m/{finding.uid}/").content.decode()
    assert fresh(finding).assignee == w.inspector, "the matter stays his"


def test_what_is_his_own_he_does_in_his_own_name(w, asked):
    finding = asked
    with scoped(SYSTEM):
        Matter.objects.filter(pk=finding.pk).update(assignee=w.people["丙"])
    away(w)
    with scoped(w.actor("丙")) as actor:
        perform(finding, "refuse_time", actor, reason="不同意")
    (entry,) = entries(f"matter:{finding.pk}", "rectification.refuse_time")
    assert "stands_for" not in entry.data


def test_it_begins_and_ends_by_itself(w):
    taken = away(w, since=2, until=4)
    days = {n: [one.name for one in actor_of(w.people["丙"], world.in_days(n)).absent] for n in (1, 2, 4, 5)}
    assert days == {1: [], 2: ["甲"], 4: ["甲"], 5: []}
    assert taken.until == world.in_days(4)


def test_to_do_phone_and_notices(w, planned):
    away(w)
    page = signed_in(w.people["丙"]).get("/").content.decode()
    assert "For 甲, on leave until" in page and planned.title in page
    with scoped(w.actor("丙")) as actor:
        assert [task["uid"] for task in reference.tasks(actor)] == [str(planned.uid)]
        assert doubts.of_task(planned, True, actor.hands) == []
    with scoped(SYSTEM):
        assert {one.name for one in receivers(Relation.ASSIGNEE, planned)} == {"甲", "丙"}
        assert doubts.of_task(planned, True, w.actor("外区").hands) == [{"code": "task_reassigned"}]


def test_back_early(w, planned):
    taken = away(w, since=-3)
    with scoped(SYSTEM):
        leave.end(taken, actor=w.actor("所长"))
    assert w.actor("丙").absent == ()
    kinds = [one.kind for one in entries(f"account:{w.inspector.pk}", "account.leave", "account.leave_ended")]
    assert kinds == ["account.leave", "account.leave_ended"]


@pytest.mark.parametrize("began", [-3, 0])
def test_what_the_stand_in_did_before_he_was_back_lies_within_the_leave(w, asked, began):
    taken = away(w, since=began)
    with scoped(w.actor("丙")) as actor:
        perform(asked, "refuse_time", actor, reason="不同意")
    with scoped(SYSTEM):
        leave.end(taken, actor=w.actor("所长"))
    (kept,) = Leave.objects.filter(person=w.inspector)
    (done,) = entries(f"matter:{asked.pk}", "rectification.refuse_time")
    assert (kept.since, kept.until) == (world.in_days(began), world.in_days(0))
    assert done.at < kept.back_at and w.actor("丙").absent == ()
    away(w)  # and he may go again the same day
    assert [one.name for one in w.actor("丙").absent] == ["甲"]


def test_the_stand_in_must_hold_the_post_and_be_there(w):
    with scoped(SYSTEM):
        w.person("协管", Role.HELPER, world.OFFICE)
        w.person("快过期", Role.INSPECTOR, world.OFFICE, "鲁C-011", until=world.in_days(3))
        w.person("邻所", Role.INSPECTOR, world.SISTER, "鲁C-012")
    for name in ("协管", "快过期", "邻所", "甲"):
        with pytest.raises(ValidationError):
            away(w, name)
    away(w, "快过期", until=3)
    with pytest.raises(ValidationError):
        away(w, "丙", since=1)  # on leave at that time already
    with scoped(SYSTEM), pytest.raises(ValidationError):  # who stands in can't go himself
        leave.take(w.people["快过期"], w.second, world.in_days(1), world.in_days(2), actor=w.actor("所长"))
    with scoped(SYSTEM), pytest.raises(ValidationError):  # nor be closed
        people.lock(w.people["快过期"], actor=w.actor("管理员"))


def test_the_stand_ins_post_must_last_as_long_as_the_leave(w):
    with scoped(SYSTEM):
        lent = w.person("借调", Role.INSPECTOR, world.SISTER, "鲁C-013")
        people.give_post(lent, Role.INSPECTOR, world.OFFICE, world.in_days(0), world.in_days(3), actor=w.actor("所长"))
    with override("en"), pytest.raises(ValidationError, match="any more"):
        away(w, "借调", until=5)
    away(w, "借调", until=3)


def test_the_head_enters_it_on_the_page(w):
    client = signed_in(w.head)
    told = {"since": world.in_days(0), "until": world.in_days(5), "stand_in": w.people["丙"].pk}
    address = f"/people/{w.inspector.pk}/do/leave/"
    wrong = client.post(address, {f"leave-{k}": v for k, v in (told | {"until": world.in_days(-5)}).items()})
    assert wrong.status_code == 422 and not Leave.objects.exists()
    assert client.post(address, {f"leave-{k}": v for k, v in told.items()}).status_code == 302
    taken = Leave.objects.get()
    assert signed_in(w.stranger).post(f"/people/{w.inspector.pk}/leave/{taken.uid}/end/").status_code == 404
    assert client.post(f"/people/{w.inspector.pk}/leave/{taken.uid}/end/").status_code == 302
    assert not Leave.objects.between(world.in_days(0)).exists()


def test_the_second_officer_who_stands_in_for_the_first_acts_for_him(w, asked):
    with scoped(SYSTEM):
        Matter.objects.filter(pk=asked.pk).update(second=w.people["丙"])
    away(w)
    with scoped(w.actor("丙")) as actor:
        perform(asked, "refuse_time", actor, reason="不同意")
    (entry,) = entries(f"matter:{asked.pk}", "rectification.refuse_time")
    assert (entry.actor_name, entry.data["stands_for"]) == ("丙", "甲")


def test_one_person_never_counts_as_both_officers(w, planned):
    away(w, "乙")
    pair = {"planned_for": world.in_days(3), "assignee": w.inspector.pk, "second": w.second.pk}
    with scoped(w.actor("所长")) as head, override("en"):
        with pytest.raises(NotOpen, match="one person is not two"):
            perform(planned, "assign", head, **pair)
        perform(planned, "assign", head, **(pair | {"planned_for": world.in_days(9)}))  # he is back by then
        told = SimpleNamespace(content=SimpleNamespace(
            inspectors=[SimpleNamespace(id=one.pk, name=one.name) for one in (w.inspector, w.second)],
            mode="full", hindered=None,
        ))  # fmt: skip
        assert doubts.of_officers(told, world.in_days(3)) == [{"code": "officer_away", "name": "甲"}]
        assert doubts.of_officers(told, world.in_days(9)) == []


def test_the_to_do_of_a_stand_in_shows_nothing_twice(w, planned):
    away(w, "乙")
    page = signed_in(w.second).get("/").content.decode()
    assert page.count(f"/m/{planned.uid}/") == 1
    assert "1 more matter names both of you" in page


@pytest.mark.parametrize(("days", "open_now"), [(0, True), (-1, False)])
def test_an_expired_certificate_accepts_nothing(w, asked, days, open_now):
    with scoped(SYSTEM):
        perform(asked, "refuse_time", SYSTEM, reason="不同意")
        w.inspector.certificate_until = world.in_days(days)
        w.inspector.save()
    with scoped(w.actor("甲")) as actor, override("en"):
        finding = Matter.objects.get(pk=asked.pk)
        (accept,) = [one for one in offers(finding, actor) if one.step.verb == "accept"]
        assert accept.open == open_now, accept.why
        if open_now:
            perform(finding, "accept", actor, on_site=True)
        else:
            with pytest.raises(NotOpen, match="certificate"):
                perform(finding, "accept", actor, on_site=True)


def lent(w: world.World, name: str = "丙"):
    """A second post of that person, on loan at the neighbour's: one of several may end."""
    with scoped(SYSTEM):
        return people.give_post(
            w.people[name], Role.INSPECTOR, world.NEIGHBOUR_OFFICE, world.in_days(-1), world.in_days(30),
            actor=SYSTEM, loan=True,
        )  # fmt: skip


def told_of(person) -> list[str]:
    with scoped(SYSTEM):
        return list(Notice.objects.filter(person=person).values_list("template", flat=True))


def test_ending_the_post_on_which_a_stand_in_rests_says_so_first_and_tells_who_must_know(w):
    away(w)
    lent(w)
    own = w.people["丙"].posts.get(jurisdiction_id=world.OFFICE)
    head, url = signed_in(w.head), f"/people/{w.people['丙'].pk}/post/{own.pk}/end/"
    asked = head.post(url)
    assert asked.status_code == 409 and fresh(own).until is None, "nothing was done yet"
    page = asked.content.decode()
    assert "丙 stands in for 甲" in page and "another stand-in is needed" in page
    assert "leave.no_stand_in" not in told_of(w.inspector)
    assert head.post(url, {"sure": "1"}).status_code == 302
    assert fresh(own).until == world.in_days(0)
    assert "leave.no_stand_in" in told_of(w.inspector), "who is on leave is told"
    assert "1 leave needs another stand-in" in head.get("/").content.decode()
    assert "data-no-stand-in" in head.get("/people/").content.decode()
    page = head.get(f"/people/{w.inspector.pk}/").content.decode()
    assert "no stand-in" in page and "丙 stands in</small>" not in page


def test_the_head_is_told_where_an_administrator_ends_it(w):
    away(w)
    lent(w)
    own = w.people["丙"].posts.get(jurisdiction_id=world.OFFICE)
    signed_in(w.people["管理员"]).post(f"/people/{w.people['丙'].pk}/post/{own.pk}/end/", {"sure": "1"})
    assert "leave.no_stand_in" in told_of(w.head)


def test_a_post_on_which_no_stand_in_rests_ends_at_once(w):
    away(w)
    loan = lent(w)
    with scoped(SYSTEM):
        w.person("市局管理员", Role.ADMIN, world.CITY)
    answer = signed_in(w.people["市局管理员"]).post(f"/people/{w.people['丙'].pk}/post/{loan.pk}/end/")
    assert answer.status_code == 302 and fresh(loan).until == world.in_days(0)


def test_a_certificate_that_runs_out_before_leaves_the_leave_without_a_stand_in(w):
    away(w)
    with scoped(SYSTEM):
        people.certify(w.people["丙"], "鲁C-003", world.in_days(2), actor=w.actor("所长"))
    assert "leave.no_stand_in" in told_of(w.inspector)
    with scoped(w.actor("所长")) as actor:
        assert leave.count(actor) == 1


def test_another_one_is_named_for_the_rest_of_it(w):
    taken = away(w, since=-2)
    with scoped(SYSTEM):
        w.person("丁", Role.INSPECTOR, world.OFFICE, "鲁C-004")
        people.certify(w.people["丙"], "鲁C-003", world.in_days(2), actor=w.actor("所长"))
    head = signed_in(w.head)
    url = f"/people/{w.inspector.pk}/leave/{taken.uid}/stand-in/"
    assert head.post(url, {f"stand-in-{taken.pk}-stand_in": str(w.people["丁"].pk)}).status_code == 302
    with scoped(SYSTEM):
        now = w.inspector.leaves.between(world.in_days(0)).get()
    assert (now.stand_in.name, now.since, now.until) == ("丁", world.in_days(0), world.in_days(7))
    with scoped(w.actor("所长")) as actor:
        assert leave.count(actor) == 0


def entered(w: world.World, client, stand_in: str, since: int = 0, until: int = 5, **more: str):
    told = {"since": world.in_days(since), "until": world.in_days(until), "stand_in": w.people[stand_in].pk}
    given = {f"leave-{k}": str(v) for k, v in told.items()} | more
    return client.post(f"/people/{w.inspector.pk}/do/leave/", given)


def test_a_stand_in_who_is_the_other_officer_is_told_before_and_the_head_finds_them_after(w, planned):
    head = signed_in(w.head)
    asked = entered(w, head, "乙")
    assert asked.status_code == 409 and not Leave.objects.exists(), "nothing was done yet"
    page = asked.content.decode()
    assert "乙 is the other officer of matters of 甲 already" in page and "/l/inspection/?single=1" in page
    assert f'name="leave-until" value="{world.in_days(5)}"' in page, "what was typed stays"
    assert entered(w, head, "丙", sure=str(w.second.pk)).status_code == 302, "of him nothing is to be said"
    Leave.objects.all().delete()
    assert "with one officer only" not in head.get("/").content.decode()
    assert entered(w, head, "乙", sure=str(w.second.pk)).status_code == 302
    assert "Inspections: 1 with one officer only" in head.get("/").content.decode()
    assert head.get("/l/inspection/?single=1").content.decode().count("data-row") == 1
    assert "another second officer is to be named" in head.get(f"/m/{planned.uid}/").content.decode()
    person = head.get(f"/people/{w.inspector.pk}/").content.decode()
    assert "With one officer only meanwhile" in person and "/l/inspection/?single=1" in person
    with scoped(w.actor("所长")) as actor:
        perform(Matter.objects.get(pk=planned.pk), "assign", actor, assignee=w.second.pk, second=w.people["丙"].pk)
    assert "with one officer only" not in head.get("/").content.decode()
    assert "With one officer only meanwhile" not in head.get(f"/people/{w.inspector.pk}/").content.decode()


@pytest.mark.parametrize(("since", "until", "due", "told"), [(5, 9, 4, False), (5, 9, 7, True), (0, 2, 4, False),
                                                             (0, 2, -3, True), (5, 9, None, True)])  # fmt: skip
def test_only_what_falls_into_the_leave_is_told(w, planned, since, until, due, told):
    with scoped(SYSTEM):
        day = None if due is None else world.in_days(due)
        Matter.objects.filter(pk=planned.pk).update(due=day)
    head = signed_in(w.head)
    assert entered(w, head, "乙", since, until).status_code == (409 if told else 302)
    entered(w, head, "乙", since, until, sure=str(w.second.pk))
    assert Leave.objects.count() == 1
    assert ("with one officer only" in head.get("/").content.decode()) == told
    assert ("is to be named" in head.get(f"/m/{planned.uid}/").content.decode()) == told


def test_naming_another_stand_in_who_is_the_other_officer_says_so_first(w, planned):
    taken = away(w)
    with scoped(SYSTEM):
        people.certify(w.people["丙"], "鲁C-003", world.in_days(2), actor=w.actor("所长"))
    head, url = signed_in(w.head), f"/people/{w.inspector.pk}/leave/{taken.uid}/stand-in/"
    told = {f"stand-in-{taken.pk}-stand_in": str(w.second.pk)}
    with scoped(SYSTEM):
        Matter.objects.filter(pk=planned.pk).update(due=world.in_days(3))
    asked = head.post(url, told)
    assert asked.status_code == 409 and fresh(taken).stand_in == w.people["丙"]
    assert head.post(url, told | {"sure": str(w.second.pk)}).status_code == 302
