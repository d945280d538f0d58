"""How somebody is told: e-mail by his choice, quiet hours, what counts as new; the law's notices always."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.notices.test_pages import browser

from zhijian.kernel import jobs
from zhijian.kernel.accounts import ASSIGNEE
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.notices import preferences
from zhijian.kernel.notices.models import Notice, Preference, SimulatedMessage
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import KINDS, LEGAL, LIMITS, MATTERS, PEOPLE, kind_of

HERE = ZoneInfo("Asia/Shanghai")
DATA = {
    "kind": "inspection",
    "verb": "plan",
    "state": "planned",
    "number": "检1",
    "title": "清风小馆",
    "organ": "张店局",
}


def keep(w, **more):
    said = {"email": "zhao@scjg.example", "new": [MATTERS, PEOPLE], "mail": [MATTERS], **more}
    return browser(w, "甲").post("/me/notices/", said)


def say(matter, template="step", data=None):
    with scoped(SYSTEM):
        return tell(ASSIGNEE, matter=matter, template=template, data=data or DATA, actor=SYSTEM)


def mails() -> list[str]:
    with scoped(SYSTEM):
        return [one.text for one in SimulatedMessage.objects.filter(channel="email").order_by("id")]


def test_who_chose_nothing_is_told_on_the_platform(w, matter):
    assert [n.channel for n in say(matter)] == ["in_app"]


def test_what_was_chosen_comes_by_e_mail_too(w, matter):
    assert keep(w).status_code == 302
    assert {n.channel for n in say(matter)} == {"in_app", "email"}
    jobs.run_pending()
    first, second = mails()
    assert "通知将发到此邮箱" in first and "清风小馆" in second and "https://zj.example/inbox/" in second
    with scoped(SYSTEM):
        assert Notice.objects.filter(channel="email", state="sent", arrival="").count() == 2


def test_what_the_law_asks_for_cannot_be_switched_off(w, matter):
    keep(w, new=[], mail=[])
    told = {n.channel: n for n in say(matter, "certificate.ends", {"name": "甲", "until": "2026-12-31"})}
    assert set(told) == {"in_app", "email"} and told["in_app"].state == "sent"
    quiet = say(matter)
    assert [(n.channel, n.state) for n in quiet] == [("in_app", "read")], "muted, but it stands in the inbox"
    assert LIMITS in LEGAL and all(code in KINDS for code in LEGAL)
    page = browser(w, "甲").get("/me/notices/").content.decode()
    assert 'name="new" value="limits"' in page and "always told" in page


def test_a_step_that_time_took_is_a_time_limits():
    from zhijian.kernel.matters.catalogue import flows

    timed = [(f.kind, s.verb) for f in flows().values() for s in f.steps if s.by is not None and s.told]
    assert timed, "there is such a step"
    for kind, verb in timed:
        assert kind_of("step", {"kind": kind, "verb": verb}) == LIMITS
    assert kind_of("step", DATA) == MATTERS


def test_in_the_quiet_hours_a_mail_waits_for_their_end(w, matter):
    now = timezone.now().astimezone(HERE)
    start, end = (now - dt.timedelta(hours=1)).time(), (now + dt.timedelta(hours=2)).time()
    assert keep(w, quiet_from=f"{start:%H:%M}", quiet_until=f"{end:%H:%M}").status_code == 302
    mail = next(n for n in say(matter) if n.channel == "email")
    left = mail.next_try - timezone.now()
    assert dt.timedelta(hours=1, minutes=58) < left < dt.timedelta(hours=2, minutes=1)
    jobs.run_pending()
    assert len(mails()) == 1, "only the word that this address is used now"


def test_quiet_hours_need_both_ends_and_an_address_is_looked_at(w, matter):
    answer = keep(w, quiet_from="22:00")
    assert answer.status_code == 422 and "a beginning and an end" in answer.content.decode()
    assert keep(w, email="no address").status_code == 422
    with scoped(SYSTEM):
        assert not Preference.objects.exists()


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 366 * 24 * 60))
def test_the_end_of_quiet_hours_lies_within_a_day_and_is_not_quiet(start, end, minute):
    first, last = (dt.time(*divmod(one, 60)) for one in (start, end))
    chosen = Preference(quiet_from=first, quiet_until=last)
    now = dt.datetime(2026, 1, 1, tzinfo=HERE) + dt.timedelta(minutes=minute)
    then = preferences.not_before(chosen, now)
    assert now <= then < now + dt.timedelta(days=1)
    assert preferences.not_before(chosen, then) == then


def test_the_address_is_nobody_elses_to_read(w, matter):
    from django.db import connection

    keep(w)
    with scoped(w.actor("所长")):
        assert not Preference.objects.exists()
    with scoped(w.actor("甲")):
        assert Preference.objects.get().email == "zhao@scjg.example"
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT email FROM notices_preference")
        assert b"zhao@scjg" not in bytes(cursor.fetchone()[0])


def test_without_a_mail_server_it_is_said_so(w, matter, settings):
    settings.DEMO = False
    assert "No mail server is set up" in browser(w, "甲").get("/me/notices/").content.decode()
    assert keep(w).status_code == 302
    assert {n.channel for n in say(matter)} == {"in_app"}


@pytest.mark.parametrize("state", ["failed"])
def test_an_address_that_does_not_exist_is_seen_by_the_administrator(w, matter, state):
    from tests import world

    from zhijian.kernel.accounts.roles import Role

    keep(w, email="x@nowhere.invalid")
    jobs.run_pending()
    with scoped(SYSTEM):
        w.person("管理员", Role.ADMIN, world.CITY)
        assert Notice.objects.get(channel="email").state == state
    assert "knows no such address" in browser(w, "管理员").get("/notices/failed/").content.decode()


def test_an_address_that_was_refused_is_said_and_not_written_to_again(w, matter):
    keep(w, email="x@nowhere.invalid")
    jobs.run_pending()
    page = browser(w, "甲").get("/me/notices/").content.decode()
    assert "Your address does not take mail" in page
    assert {n.channel for n in say(matter)} == {"in_app"}, "nothing is mailed to it any more"
    keep(w, email="x@nowhere.invalid")  # something else is kept: that does not make the address right
    assert {n.channel for n in say(matter)} == {"in_app"}
    keep(w, email="x@nowhere.invalid", again="1")
    with scoped(SYSTEM):
        assert Notice.objects.filter(channel="email", template="notices.address").count() == 2, "it is tried anew"
    jobs.run_pending()
    keep(w, email="gou@scjg.example")
    assert "does not take mail" not in browser(w, "甲").get("/me/notices/").content.decode()
    assert {n.channel for n in say(matter)} == {"in_app", "email"}


def test_what_was_not_mailed_is_on_the_administrators_to_do_and_each_act_is_answered(w, matter):
    from tests import world

    from zhijian.kernel.accounts.roles import Role

    keep(w, email="x@nowhere.invalid")
    jobs.run_pending()
    with scoped(SYSTEM):
        w.person("管理员", Role.ADMIN, world.CITY)
        notice = Notice.objects.get(channel="email")
    admin = browser(w, "管理员")
    assert "1 e-mail or group message did not go out" in admin.get("/").content.decode()
    said = admin.post(f"/notices/{notice.uid}/again/", follow=True).content.decode()
    assert "The message to 甲 is sent again" in said
    jobs.run_pending()
    said = admin.post(f"/notices/{notice.uid}/settled/", follow=True).content.decode()
    assert "the message to 甲 is off the list" in said
    said = admin.post(f"/notices/{notice.uid}/settled/", follow=True).content.decode()
    assert "somebody has seen to it meanwhile" in said
    assert "did not go out" not in admin.get("/").content.decode()
