"""The time within which a paper is served: its clock, what is overdue on whose list, and the way to the papers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from tests import world
from tests.kernel.papers.serving.test_pages import ORDER, direct, sign_in

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.papers import making
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.serving import within
from zhijian.kernel.papers.serving.rules import HAND_WITHIN


def order(matter: Any, shared: dict[str, Any], days_ago: int, *, sealed: bool = True) -> Paper:
    """An order made so many days ago, and sealed at the same hour."""
    at = calendar.start_of(world.in_days(-days_ago)) + dt.timedelta(hours=9)
    with scoped(SYSTEM):
        made = making.make(ORDER, matter, shared["papers"]["signed"][ORDER], at=at, actor=SYSTEM)
        return making.affix_seal(made, SYSTEM, at) if sealed else made


def clock_of(paper: Paper) -> Clock | None:
    with scoped(SYSTEM):
        return Clock.objects.filter(rule=HAND_WITHIN.name, about=str(paper.uid)).order_by("-pk").first()


def test_it_runs_from_the_seal_by_working_days(w, matter, shared):
    paper = order(matter, shared, 3, sealed=False)
    assert clock_of(paper) is None, "what bears no seal yet cannot be served"
    friday = dt.datetime(2026, 9, 25, 2, tzinfo=dt.UTC)  # the day before the make-up days and the week of 1 October
    with scoped(SYSTEM):
        making.affix_seal(paper, SYSTEM, friday)
    clock = clock_of(paper)
    assert clock is not None
    assert clock.basis["limit"] == "7 working days"
    assert clock.due == calendar.add_working_days(dt.date(2026, 9, 25), 7)[0]
    assert clock.due > dt.date(2026, 10, 7), "neither the weekend nor the holiday counts"
    told = clocks.explain(clock)
    assert told.counted == 7
    page = sign_in(w.inspector).get(f"/m/{matter.uid}/clock/{clock.pk}/").content.decode()
    assert paper.number in page


def test_each_paper_of_a_matter_has_a_clock_of_its_own(w, matter, shared):
    one, two = order(matter, shared, 2), order(matter, shared, 1)
    assert clock_of(one).pk != clock_of(two).pk
    assert clock_of(one).open
    assert sign_in(w.inspector).post(f"/papers/{one.uid}/serve/", direct(w)).status_code == 302
    assert not clock_of(one).open
    assert clock_of(two).open
    with scoped(SYSTEM):
        assert Matter.objects.get(pk=matter.pk).due == clock_of(two).due


def test_served_in_time_is_kept_however_late_it_is_told(w, matter, shared):
    paper = order(matter, shared, 30)
    assert clocks.due_state(clock_of(paper)).state == "late"
    then = calendar.local(calendar.start_of(world.in_days(-29)) + dt.timedelta(hours=10)).strftime("%Y-%m-%dT%H:%M")
    assert sign_in(w.inspector).post(f"/papers/{paper.uid}/serve/", direct(w, at=then)).status_code == 302
    assert clocks.due_state(clock_of(paper)).state == "kept"
    late = order(matter, shared, 30)
    assert sign_in(w.inspector).post(f"/papers/{late.uid}/serve/", direct(w)).status_code == 302
    assert clocks.due_state(clock_of(late)).state == "broken"


def test_in_vain_does_not_stop_it_and_a_void_paper_is_served_on_nobody(w, matter, shared):
    paper = order(matter, shared, 2)
    assert sign_in(w.inspector).post(
        f"/papers/{paper.uid}/serve/", direct(w, in_vain="on", receiver="", reason="无人")
    ).status_code == 302  # fmt: skip
    assert clock_of(paper).open
    with scoped(SYSTEM):
        making.void(Paper.objects.get(pk=paper.pk), "文号写错", SYSTEM)
    assert not clock_of(paper).open


def test_a_closed_matter_leaves_it_running_and_is_itself_due_no_more(w, matter, shared):
    paper = order(matter, shared, 30)
    with scoped(SYSTEM):
        perform(Matter.objects.get(pk=matter.pk), "cancel", SYSTEM, reason="店已关门")
        assert Matter.objects.get(pk=matter.pk).due is None
    assert clock_of(paper).open
    assert "1 paper is overdue to be served" in sign_in(w.head).get("/").content.decode()


def test_what_is_overdue_stands_on_the_heads_and_the_officers_list(w, matter, shared):
    late, new = order(matter, shared, 30), order(matter, shared, 0)
    with scoped(SYSTEM):
        w.person("丙", Role.INSPECTOR, world.OFFICE, "鲁C-003")
    line = "1 paper is overdue to be served"
    for person, address in ((w.head, "/papers/?served=late"), (w.inspector, "/papers/?served=late&amp;mine=1")):
        client = sign_in(person)
        page = client.get("/").content.decode()
        assert line in page
        assert address in page
        listed = client.get(address.replace("&amp;", "&")).content.decode()
        assert late.number in listed
        assert new.number not in listed
        assert "overdue" in listed
    for person in (w.people["丙"], w.stranger):
        assert line not in sign_in(person).get("/").content.decode()
    assert late.number not in sign_in(w.people["丙"]).get("/papers/?served=late&mine=1").content.decode()
    assert late.number not in sign_in(w.stranger).get("/papers/?served=late").content.decode()
    assert line in sign_in(w.head).get("/").content.decode()
    assert sign_in(w.inspector).post(f"/papers/{late.uid}/serve/", direct(w)).status_code == 302
    assert line not in sign_in(w.head).get("/").content.decode()


def test_what_was_made_for_practice_has_no_clock_on_a_real_site(w, matter, shared, settings):
    settings.TRAINING = True
    with scoped(SYSTEM):
        made = making.make(ORDER, matter, shared["papers"]["signed"][ORDER], actor=SYSTEM)
        Paper.objects.filter(pk=made.pk).update(sealed=True, sealed_at=timezone.now())
        settings.TRAINING = False
        assert within.begin(Paper.objects.select_related("matter").get(pk=made.pk), timezone.now()) is None


@pytest.mark.parametrize("kind", ["onsite_record", "result_sheet"])
def test_what_is_not_served_has_none_either(w, matter, shared, kind):
    with scoped(SYSTEM):
        made = making.make(kind, matter, shared["papers"]["signed"][kind], actor=SYSTEM)
    assert clock_of(made) is None


def unclocked(*papers: Paper) -> None:
    """As an older release left them: without a clock."""
    with scoped(SYSTEM):
        Clock.objects.filter(about__in=[str(paper.uid) for paper in papers]).delete()


def test_papers_of_before_get_the_clock_of_their_day_by_night_and_only_those_still_to_be_served(w, matter, shared):
    from zhijian.kernel.papers.jobs import clocks as by_night

    old, new, served, waiting, void, practice = (order(matter, shared, n, sealed=n != 4) for n in (30, 1, 20, 4, 5, 6))
    assert sign_in(w.inspector).post(f"/papers/{served.uid}/serve/", direct(w)).status_code == 302
    with scoped(SYSTEM):
        making.void(Paper.objects.get(pk=void.pk), "文号写错", SYSTEM)
        Paper.objects.filter(pk=practice.pk).update(training=True)
    kept = clock_of(new)
    unclocked(old, served, void, practice)
    assert by_night() == 1
    clock = clock_of(old)
    assert clock is not None and clock.open
    assert calendar.legal_day(clock.started) == world.in_days(-30), "its time has run since it was sealed"
    assert "1 paper is overdue to be served" in sign_in(w.head).get("/").content.decode()
    assert clock_of(new).pk == kept.pk
    assert not any(clock_of(one) for one in (served, waiting, void, practice))
    assert by_night() == 0, "once"


def test_more_of_them_than_a_block_are_all_reached_also_where_some_have_no_time_set(w, matter, shared, monkeypatch):
    monkeypatch.setattr(within, "BLOCK", 1)
    before, one, two = (order(matter, shared, n) for n in (3, 2, 1))
    with scoped(SYSTEM):
        long_ago = dt.datetime(2018, 5, 7, 2, tzinfo=dt.UTC)  # a year before the law that sets the time
        Paper.objects.filter(pk=before.pk).update(at=long_ago, sealed_at=long_ago)
    unclocked(before, one, two)
    assert within.catch_up() == 2
    assert clock_of(before) is None and clock_of(one).open and clock_of(two).open


def test_a_clock_that_was_stopped_is_not_begun_again(w, matter, shared):
    paper = order(matter, shared, 2)
    with scoped(SYSTEM):
        within.end(Paper.objects.get(pk=paper.pk), timezone.now())
    assert within.catch_up() == 0 and not clock_of(paper).open
