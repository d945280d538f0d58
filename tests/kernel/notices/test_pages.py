"""The inbox, what failed, the simulated gateway, and the jobs, as people see them."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone, translation
from tests import world
from tests.kernel.notices.test_sending import message

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import open_link
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.notices.models import JobFailure, JobRun, Notice, SimulatedMessage


def browser(w: world.World, name: str) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    with scoped(SYSTEM):
        client.force_login(w.people[name])
    return client


@pytest.fixture
def admin(w, matter) -> Client:
    with scoped(SYSTEM):
        w.person("管理员", Role.ADMIN, world.CITY)
    return browser(w, "管理员")


def test_a_notice_is_new_until_it_is_opened(w, matter):
    client = browser(w, "甲")
    assert "1 new" in client.get("/inbox/").content.decode()
    with scoped(SYSTEM):
        notice = Notice.objects.get(person=w.inspector)
    answer = client.get(f"/inbox/{notice.uid}/")
    assert answer.status_code == 302
    assert str(matter.uid) in answer.url
    assert "1 new" not in client.get("/inbox/").content.decode()


def test_all_at_once(w, matter):
    client = browser(w, "甲")
    assert client.post("/inbox/read/").status_code == 302
    assert "new</span>" not in client.get("/inbox/").content.decode()


def test_nobody_opens_what_others_were_told(w, matter):
    with scoped(SYSTEM):
        notice = Notice.objects.get(person=w.inspector)
    assert browser(w, "所长").get(f"/inbox/{notice.uid}/").status_code == 404


def test_an_empty_inbox_says_what_would_be_here(w, matter):
    assert "Nothing here" in browser(w, "所长").get("/inbox/").content.decode()


def test_what_failed_is_seen_and_sent_again(w, matter, admin):
    with scoped(SYSTEM):
        matter.entity.phone = "13800099999"
        matter.entity.save()
    notice = message(matter)
    jobs.run_pending()
    html = admin.get("/notices/failed/").content.decode()
    assert "unknown number" in html
    with scoped(SYSTEM):
        matter.entity.phone = "13805330000"
        matter.entity.save()
    assert admin.post(f"/notices/{notice.uid}/again/").status_code == 302
    jobs.run_pending()
    with scoped(SYSTEM):
        assert SimulatedMessage.objects.filter(notice=notice).count() == 1
    assert "unknown number" not in admin.get("/notices/failed/").content.decode()


@pytest.mark.parametrize("address", ["/notices/cost/", "/jobs/"])
def test_these_pages_are_the_administrators(w, matter, address):
    assert browser(w, "甲").get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_the_simulator_shows_what_was_sent_within_the_scope(w, matter, settings):
    notice = message(matter)
    jobs.run_pending()
    with scoped(SYSTEM):
        sent, _elsewhere = SimulatedMessage.objects.get(notice=notice), w.stranger
    assert sent.number in browser(w, "所长").get("/notices/simulator/").content.decode()
    assert sent.number not in browser(w, "外区").get("/notices/simulator/").content.decode()
    settings.DEMO = False
    assert browser(w, "所长").get("/notices/simulator/").status_code == 404


def test_failed_jobs_are_seen_and_run_again(w, matter, admin):
    from tests.kernel.test_jobs import _make_due, note

    number = note.later(word="bad")
    for _ in range(2):
        _make_due(number)
        jobs.run_pending(raising=False)
    html = admin.get("/jobs/").content.decode()
    assert "ValueError: bad word" in html
    assert "notices.sweep" in html
    failure = JobFailure.objects.get(job=number)
    assert admin.post(f"/jobs/{failure.pk}/again/").status_code == 302
    assert "ValueError" not in admin.get("/jobs/").content.decode()


def test_a_link_is_handed_over_in_person_by_those_who_work_on_the_matter(w, matter):
    with scoped(SYSTEM):
        w.person("纪检", Role.AUDITOR, world.OFFICE)
        assert w.stranger.pk
    html = browser(w, "甲").post(f"/notices/link/{matter.uid}/").content.decode()
    token = html.split("https://zj.example/p/")[1].split("/")[0]
    assert "data:image/svg+xml" in html
    with scoped(SYSTEM):
        assert open_link(token).matter_uid == matter.uid
        entry = LedgerEntry.objects.get(kind="notices.link_made")
        assert (entry.matter_id, entry.actor) == (matter.pk, f"person:{w.inspector.pk}")
        assert token not in str(entry.data)
    for name, status in (("纪检", 403), ("外区", 404)):  # an auditor is refused whatever changes something
        assert browser(w, name).post(f"/notices/link/{matter.uid}/").status_code == status


def test_the_panel_says_what_arrived(w, matter, rf):
    from zhijian.kernel.desk.panels import draw
    from zhijian.kernel.notices.panel import PANEL

    message(matter)
    jobs.run_pending()
    for name, offered in (("甲", True), ("纪检", False)):
        with scoped(SYSTEM):
            w.person("纪检", Role.AUDITOR, world.OFFICE)
            actor = w.actor(name)
        request = rf.get("/")
        request.actor = actor
        with scoped(actor), translation.override("en"):
            html = draw(PANEL, request, matter, None, actor)
        assert "Text message · on its way" in html
        assert ("Make a link" in html) is offered


def test_the_page_of_jobs_says_what_runs_how_it_went_and_when_next(admin):
    JobRun.note("evidence.seal", timezone.now(), 2.34, good=False)
    html = admin.get("/jobs/", headers={"accept-language": "zh-hans"}).content.decode()
    seal = re.search(r"<tr data-row>(?:(?!</tr>).)*每日封印.*?</tr>", html, re.S)
    assert seal, "a job has a title"
    assert "2.3 秒" in seal[0] and "失败" in seal[0]
    assert re.search(r"\d{4}-\d\d-\d\d 00:10", seal[0]), "when it runs next"
    assert "10 0 * * *" not in html


def test_the_page_of_simulated_messages_says_of_each_way_what_is_true(w, matter, settings):
    settings.SMTP_HOST = "mail.example"
    page = browser(w, "所长").get("/notices/simulator/").content.decode()
    assert "The demo sends nothing" not in page
    ways = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))
    assert "really sent" in ways["E-mail message"]
    assert "simulated" in ways["Text message"] and "simulated" in ways["Group robot"]
