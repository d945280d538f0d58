"""The office's group: set up by its head, told numbers in the morning and what is urgent at once, never names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone, translation
from tests import world
from tests.kernel.notices.conftest import planned
from tests.kernel.notices.test_pages import browser

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.notices import groups, sending
from zhijian.kernel.notices.channels.outside import Outside
from zhijian.kernel.notices.models import Notice, Robot
from zhijian.kernel.simulating import serve
from zhijian.programmes.inspection.flow import INSPECTION

KEY = "693a1316-7a0c-4bc4-97a0-0ec2b5fa5a7d"
ADDRESS = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
ROOM = f"/notices/robots/{world.OFFICE}/"


@pytest.fixture
def outside(settings) -> Iterator[Outside]:
    with serve(Outside()) as (url, made):
        settings.ROBOT_ORIGINS = {"wecom": url, "dingtalk": url}
        made.robots = {KEY: ""}
        yield made


@pytest.fixture
def robot(w: world.World) -> Robot:
    with scoped(SYSTEM):
        assert w.head.pk
        return Robot.objects.create(area=world.OFFICE, kind="wecom", key=KEY)


def form(**more: str) -> dict[str, str]:
    said = {"kind": "wecom", "address": ADDRESS, "digest": "on", "digest_at": "08:30", "urgent": "on", "active": "on"}
    return {**said, "version": "0", **more}


def last_working_day() -> dt.date:
    day = calendar.today()
    while not calendar.is_working_day(day):
        day -= dt.timedelta(days=1)
    return day


def at(hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(last_working_day(), dt.time(hour, minute), ZoneInfo("Asia/Shanghai"))


def said(outside: Outside) -> list[str]:
    return [body["markdown"]["content"] for _key, body in outside.said]


def test_the_head_sets_it_up_and_tries_it(w, matter, outside):
    client = browser(w, "所长")
    assert client.get("/notices/robots/").url == ROOM
    assert "add a robot" in client.get(ROOM).content.decode()
    assert client.post(ROOM, form()).status_code == 302
    page = client.get(ROOM).content.decode()
    assert KEY not in page and "key=693a…7d" in page
    assert client.post(f"{ROOM}test/", follow=True).status_code == 200
    assert ["体育场" in text for text in said(outside)] == [True]
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT key FROM notices_robot")
        assert KEY.encode() not in bytes(cursor.fetchone()[0])
        entries = LedgerEntry.objects.filter(kind="notices.robot").order_by("seq")
        with translation.override("en"):
            shown = [ledger.describe(one, SYSTEM) for one in entries]
    assert [text.rsplit(" ", 2)[-1] for text in shown] == ["up", "tried"]
    assert all(KEY not in str(one.data) for one in entries)


def test_what_the_group_refuses_is_said_on_the_page(w, matter, outside):
    outside.robots = {}
    client = browser(w, "所长")
    client.post(ROOM, form())
    html = client.post(f"{ROOM}test/", follow=True).content.decode()
    assert "robot was removed from the group" in html
    with scoped(SYSTEM):
        assert Notice.objects.filter(template="notices.robot_failed", person=w.head).count() == 1


def test_a_wrong_address_is_told_apart_from_the_rest_and_nothing_is_kept(w, matter):
    client = browser(w, "所长")
    answer = client.post(ROOM, form(address="https://evil.example/cgi-bin/webhook/send?key=" + KEY))
    assert answer.status_code == 422
    assert "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" in answer.content.decode()
    with scoped(SYSTEM):
        assert not Robot.objects.exists()


def test_the_address_is_kept_when_other_settings_change_and_a_second_change_is_a_conflict(w, robot):
    client = browser(w, "所长")
    changed = form(address="", digest_at="09:30", version="1")
    assert client.post(ROOM, changed).status_code == 302
    assert client.post(ROOM, changed).status_code == 409
    with scoped(SYSTEM):
        now = Robot.objects.get()
        assert (now.key, f"{now.digest_at:%H:%M}", now.version) == (KEY, "09:30", 2)
    client.post(f"{ROOM}remove/")
    with scoped(SYSTEM):
        now = Robot.objects.get()
        assert (now.key, now.active) == ("", False)
    assert client.post(f"{ROOM}test/").status_code == 404


def test_others_groups_are_not_his(w, matter, robot):
    with scoped(SYSTEM):
        assert w.stranger.pk
    assert browser(w, "外区").get(ROOM).status_code == 404
    assert browser(w, "甲").get(ROOM).status_code == 404
    with scoped(w.actor("外区")):
        assert not Robot.objects.exists()


def test_the_morning_digest_comes_once_a_working_day_at_its_time_with_numbers_only(w, robot, outside):
    matter = planned(w)
    with scoped(SYSTEM):
        Matter.objects.filter(pk=matter.pk).update(due=last_working_day() - dt.timedelta(days=1), opened=at(6))
        assert groups.digests(at(8, 29)) == 0
        assert groups.digests(at(8, 30)) == 1
        assert groups.digests(at(8, 35)) == 0
    jobs.run_pending()
    (text,) = said(outside)
    assert "超期：**1** 件（监督检查 1）" in text and "新增" in text and "](https://zj.example/)" in text
    for name in (matter.title, w.entity.name, "甲", "乙"):
        assert name not in text
    with scoped(SYSTEM):
        Notice.objects.all().delete()
        sunday = last_working_day()
        while calendar.is_working_day(sunday):
            sunday += dt.timedelta(days=1)
        assert groups.digests(dt.datetime.combine(sunday, dt.time(9), ZoneInfo("Asia/Shanghai"))) == 0


def test_a_group_that_is_switched_off_gets_no_digest(w, robot):
    with scoped(SYSTEM):
        Robot.objects.update(digest=False)
        assert groups.digests(at(9)) == 0
        Robot.objects.update(digest=True, active=False)
        assert groups.digests(at(9)) == 0


def urgent(w: world.World, urgency: int) -> Matter:
    with scoped(SYSTEM):
        first, second = w.inspector.pk, w.second.pk
        assert w.head.pk
    with scoped(w.actor("所长")) as head:
        about = About(w.premises.name, world.OFFICE, w.entity, w.premises, urgency=urgency)
        return perform(
            INSPECTION, "plan", head, about=about, planned_for=world.in_days(1), assignee=first, second=second,
            checklist=w.checklist.pk,
        )  # fmt: skip


def test_an_urgent_matter_is_told_at_once_by_its_number(w, robot, outside):
    urgent(w, 0)
    matter = urgent(w, 1)
    jobs.run_pending()
    (text,) = said(outside)
    assert matter.number in text and f"https://zj.example/m/{matter.uid}/" in text
    assert matter.title not in text


def test_more_than_the_group_takes_in_a_minute_is_kept_back_here(w, robot, outside):
    with scoped(SYSTEM):
        for _ in range(22):
            groups.test(robot, SYSTEM)
    jobs.run_pending()
    assert len(outside.said) == 20
    with scoped(SYSTEM):
        left = Notice.objects.filter(channel="robot", state="queued")
        assert left.count() == 2 and all("minute" in one.error for one in left)
        Notice.objects.filter(state="sent").update(sent_at=timezone.now() - dt.timedelta(minutes=2))
        left.update(next_try=timezone.now())
        waiting = list(left.values_list("pk", flat=True))
    outside.minutes.clear()
    assert all(sending.send_one(pk) for pk in waiting)


def test_the_administrator_sees_every_offices_group(w, robot):
    with scoped(SYSTEM):
        w.person("管理员", Role.ADMIN, world.CITY)
    html = browser(w, "管理员").get("/notices/robots/").content.decode()
    assert "WeCom group robot" in html and ROOM in html


@pytest.mark.parametrize(("secret", "taken"), [("SEC0a1b2c", True), ("0a1b2c", False), ("sec0a1b2c", False)])
def test_a_dingtalk_secret_begins_with_sec(w, secret, taken):
    with scoped(SYSTEM):
        assert w.head.pk
    address = "https://oapi.dingtalk.com/robot/send?access_token=" + "0a" * 32
    answer = browser(w, "所长").post(ROOM, form(kind="dingtalk", address=address, secret=secret))
    assert (answer.status_code == 302) is taken
    if not taken:
        assert "begins with SEC" in answer.content.decode()
