"""Whose time runs: the enterprise's until it answers, the officer's until he has looked, nobody's after acceptance."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone, translation
from tests import world
from tests.kernel.matters.test_scope import plan
from tests.openers import OPENERS

from zhijian.kernel.accounts import links
from zhijian.kernel.accounts.actor import SYSTEM, actor_of, party_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.desk import clocks as shown
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, offers, perform
from zhijian.programmes.inspection import flow, rules
from zhijian.programmes.inspection.models import Inspection, PublishedResult


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        return world.make()


@pytest.fixture
def finding(w: world.World) -> Matter:
    return OPENERS["rectification"](w)


def open_clocks(matter: Matter) -> list[str]:
    return list(Clock.objects.filter(matter=matter, stopped=None).values_list("rule", flat=True))


def answer(w: world.World, finding: Matter, at: dt.datetime | None = None) -> None:
    with scoped(party_of(w.entity)) as party:
        perform(finding, "answer", party, at=at, answer="已在醒目处公示", photos=[])


def test_an_answer_stops_the_enterprise_s_clock_and_starts_the_officer_s(w: world.World, finding: Matter) -> None:
    with scoped(SYSTEM):
        assert open_clocks(finding) == [rules.RECTIFY_WITHIN.name]
    answer(w, finding)
    with scoped(SYSTEM):
        assert open_clocks(finding) == [rules.RECHECK_WITHIN.name]
        kept = Clock.objects.get(matter=finding, rule=rules.RECTIFY_WITHIN.name)
        assert clocks.due_state(kept, kept.stopped + dt.timedelta(days=300)).state == "kept"


def test_acceptance_stops_both(w: world.World, finding: Matter) -> None:
    answer(w, finding)
    with scoped(w.actor("甲")) as officer:
        done = perform(finding, "accept", officer)
        assert (open_clocks(finding), done.due) == ([], None)


def test_sent_back_the_enterprise_s_time_runs_again_until_a_day_still_to_come(w: world.World, finding: Matter) -> None:
    late = calendar.start_of(finding.rectification.deadline) + dt.timedelta(days=3)
    answer(w, finding, at=late)
    today = calendar.today()
    with scoped(SYSTEM):
        type(finding.rectification).objects.filter(pk=finding.pk).update(deadline=today - dt.timedelta(days=1))
    with scoped(w.actor("甲")) as officer:
        with pytest.raises(NotOpen):
            perform(finding, "send_back", officer, return_reason="仍未公示")
        day = today + dt.timedelta(days=5)
        perform(finding, "send_back", officer, return_reason="仍未公示", deadline=day)
        clock = Clock.objects.get(matter=finding, stopped=None)
        assert (clock.rule, clock.due, clock.basis["set_by"]) == (rules.RECTIFY_WITHIN.name, day, "甲")


def test_the_page_names_who_set_the_day(w: world.World, finding: Matter) -> None:
    with scoped(SYSTEM):
        clock = Clock.objects.get(matter=finding)
        told = shown.told(clock)
    assert clock.fixed == (rules.set_by_hand(finding.rectification.deadline, clock.started) is not None)
    assert told["set_by"] == "", "the system is nobody"
    assert told["shown"].name != rules.RECTIFY_WITHIN.meaning


@translation.override("en")
def test_time_is_asked_for_and_granted_until_a_day_to_come(w: world.World, finding: Matter) -> None:
    today = calendar.today()
    over = today - dt.timedelta(days=9)
    with scoped(SYSTEM):
        type(finding.rectification).objects.filter(pk=finding.pk).update(deadline=over)
    with scoped(party_of(w.entity)) as party:
        with pytest.raises(NotOpen, match="still to come"):
            perform(finding, "ask_time", party, asked_until=over + dt.timedelta(days=1), asked_reason="等配件")
        perform(finding, "ask_time", party, asked_until=today + dt.timedelta(days=2), asked_reason="等配件")
    with scoped(w.actor("甲")) as officer, pytest.raises(NotOpen, match="still to come"):
        perform(finding, "grant_time", officer, deadline=over + dt.timedelta(days=1))


def test_an_answer_overtakes_a_request_for_time(w: world.World, finding: Matter) -> None:
    later = finding.rectification.deadline + dt.timedelta(days=3)
    with scoped(party_of(w.entity)) as party:
        perform(finding, "ask_time", party, asked_until=later, asked_reason="等配件")
    answer(w, finding)
    with scoped(SYSTEM):
        assert type(finding.rectification).objects.get(pk=finding.pk).asked_until is None


def test_what_was_put_right_before_publication_is_published_as_such(w: world.World, finding: Matter) -> None:
    answer(w, finding)
    with scoped(w.actor("甲")) as officer:
        perform(finding, "accept", officer)
    with scoped(SYSTEM):
        inspection = Inspection.objects.select_related("matter").get(pk=finding.rectification.inspection_id)
        about = About(finding.title, finding.area, w.entity, w.premises)
        duty = perform(flow.PUBLICATION, "await", SYSTEM, about=about, by_field={"inspection": inspection})
    with scoped(actor_of(w.head)) as head:
        perform(duty, "publish", head)
    shown_to_all = PublishedResult.objects.get(matter_uid=inspection.matter.uid)
    assert (shown_to_all.open_items, shown_to_all.put_right_on) == (0, calendar.today())


def test_the_record_says_its_doubts_in_words(w: world.World, finding: Matter, client: Client) -> None:
    with scoped(SYSTEM):
        visit = Matter.objects.get(kind="inspection")
        Matter.objects.filter(pk=visit.pk).update(flags=[{"code": "far_away", "metres": 640}])
    client.force_login(w.head)
    page = client.get(f"/m/{visit.uid}/", headers={"accept-language": "en"}).content.decode()
    assert page.count("Recorded 640 m away from the premises.") == 1
    assert "far_away" not in page


def test_who_asks_and_who_grants_is_told_the_last_day_beforehand(w: world.World, finding: Matter) -> None:
    latest = rules.latest_extension(finding.rectification.deadline)
    token = links.make_link(w.entity, finding)
    page = Client()
    page.get(f"/p/{token}/")
    html = page.get(f"/p/{token}/", follow=True).content.decode()
    assert f"最晚到 {latest:%Y-%m-%d}。" in html and f'max="{latest:%Y-%m-%d}"' in html
    with scoped(party_of(w.entity)) as party:
        perform(finding, "ask_time", party, asked_until=latest, asked_reason="配件在途")
    desk = Client()
    desk.force_login(w.inspector)
    with translation.override("zh-hans"):
        assert "申请延期" in desk.get("/").content.decode()
        form = desk.get(f"/m/{finding.uid}/grant_time/").content.decode()
    assert f"最晚到 {latest:%Y-%m-%d}。" in form and f'value="{latest:%Y-%m-%d}"' in form


def test_no_visit_is_planned_or_moved_to_a_day_that_is_over(w: world.World) -> None:
    visit = plan(w)
    pair = {"assignee": w.inspector.pk, "second": w.second.pk}
    with scoped(w.actor("所长")) as head:
        about = About("店", world.OFFICE, w.entity, w.premises)
        with pytest.raises(NotOpen, match=r"今天或者以后|still to come"):
            perform(flow.INSPECTION, "plan", head, about=about, planned_for=world.in_days(-1), **pair)
        with pytest.raises(NotOpen):
            perform(visit, "assign", head, planned_for=world.in_days(-1), **pair)
        Inspection.objects.filter(pk=visit.pk).update(planned_for=world.in_days(-3))
        visit = Matter.objects.get(pk=visit.pk)
        perform(visit, "assign", head, planned_for=world.in_days(-3), **pair)  # late already: others take it over


def test_what_can_not_be_put_off_any_more_is_not_offered(w: world.World, finding: Matter) -> None:
    def shut() -> str:
        with scoped(party_of(w.entity)) as party:
            again = Matter.objects.get(pk=finding.pk)
            return next(one.why for one in offers(again, party) if one.step.verb == "ask_time")

    assert shut() == ""
    kept = type(finding.rectification).objects
    with scoped(SYSTEM):
        kept.filter(pk=finding.pk).update(extended=1)
    assert "1" in shut()
    with scoped(SYSTEM):
        kept.filter(pk=finding.pk).update(extended=0, deadline=world.in_days(-90))
    assert f"{rules.latest_extension(world.in_days(-90)):%Y-%m-%d}" in shut()


def test_a_return_gives_no_more_time_than_a_visit_could(w: world.World, finding: Matter) -> None:
    answer(w, finding)
    last = rules.latest_deadline(timezone.now())
    with scoped(w.actor("甲")) as officer:
        with pytest.raises(NotOpen, match=f"{last:%Y-%m-%d}"):
            perform(finding, "send_back", officer, return_reason="仍未公示", deadline=last + dt.timedelta(days=1))
        assert perform(finding, "send_back", officer, return_reason="仍未公示", deadline=last).state == "ordered"
