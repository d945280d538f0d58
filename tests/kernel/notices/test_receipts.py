"""What becomes of a message afterwards: it arrives, it does not and somebody sees to it, or nobody ever says."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Iterator

import pytest
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone, translation
from tests import world
from tests.kernel.notices.test_pages import browser
from tests.kernel.notices.test_sending import message

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk import waiting
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.notices import inbox, receipts, sending
from zhijian.kernel.notices.channels.outside import Outside
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.simulating import serve

OFF = "13800099998"


@pytest.fixture
def outside(settings, monkeypatch) -> Iterator[Outside]:
    from zhijian.config import places

    with serve(Outside()) as (url, made):
        settings.SMS_URL = url
        monkeypatch.setenv("ZHIJIAN_SECRET_SMS", made.token)
        places.secret.cache_clear()
        yield made
    places.secret.cache_clear()


def told(matter, phone: str = "13853300001") -> Notice:
    """A message that the provider took."""
    with scoped(SYSTEM):
        matter.entity.phone = phone
        matter.entity.save()
    notice = message(matter)
    jobs.run_pending()
    return now(notice)


def now(notice: Notice) -> Notice:
    with scoped(SYSTEM):
        return Notice.objects.get(pk=notice.pk)


def test_a_message_arrives(matter, outside):
    notice = told(matter)
    assert (notice.state, notice.arrival, notice.receipt) == ("sent", "awaited", "M000001")
    assert outside.messages[str(notice.uid)]["signature"] == "淄博市场监管"
    assert outside.messages[str(notice.uid)]["template"] == "ZJ_TOLD"
    assert receipts.collect() == 1
    arrived = now(notice)
    assert (arrived.state, arrived.arrival) == ("sent", "yes") and arrived.arrived_at is not None
    assert outside.reports == [] and receipts.collect() == 0


def test_what_did_not_arrive_is_on_the_officers_desk_with_the_reason(w: world.World, matter, outside):
    notice = told(matter, OFF)
    receipts.collect()
    assert (now(notice).state, now(notice).arrival) == ("failed", "no")
    with scoped(w.actor("甲")) as officer:
        (told_him,) = [n for n in inbox.inbox(officer) if n.template == "notices.undelivered"]
        with translation.override("en"):
            assert [line.words for line in waiting.lines(officer)] == ["1 text message did not get through"]
    with scoped(SYSTEM):
        assert [n.state for n in Notice.objects.filter(channel="link", matter=matter)] == ["queued"]
        entry = LedgerEntry.objects.get(kind="notices.not_arrived", matter=matter)
        with translation.override("zh-hans"):
            assert "关机" in ledger.describe(entry, SYSTEM)
    html = browser(w, "甲").get("/notices/failed/").content.decode()
    assert "phone off, out of reach, or full" in html and matter.title in told_him.data["title"]


def test_a_code_to_sign_in_that_got_lost_is_nobodys_work(w: world.World, outside):
    with scoped(SYSTEM):
        (code,) = tell(
            w.entity, matter=None, template="enterprise.code", data={"code": "1"}, actor=SYSTEM, number=OFF
        )  # fmt: skip
    jobs.run_pending()
    receipts.collect()
    with scoped(SYSTEM):
        code.refresh_from_db()
        assert code.arrival == "no"
    assert w.head.pk
    with scoped(w.actor("所长")) as head:
        assert not inbox.undelivered(head).exists()


def test_a_simulator_on_a_taken_port_says_so(outside, settings):
    port = int(settings.SMS_URL.rpartition(":")[2])
    with pytest.raises(CommandError, match=f"port {port}: .* choose another"), serve(Outside(), port):
        raise AssertionError


def test_others_matters_are_not_his_to_see_to(w: world.World, matter, outside):
    notice = told(matter, OFF)
    receipts.collect()
    with scoped(SYSTEM):
        w.person("丙", Role.INSPECTOR, world.OFFICE)
        w.person("邻所", Role.CLERK, world.SISTER)
        w.person("内勤", Role.CLERK, world.OFFICE)
    for name, seen in (("丙", 0), ("邻所", 0), ("内勤", 1), ("所长", 1), ("乙", 1)):
        with scoped(w.actor(name)) as actor:
            assert inbox.undelivered_count(actor) == seen, name
        if not seen:
            for what in ("again", "settled"):
                assert browser(w, name).post(f"/notices/{notice.uid}/{what}/").status_code == 404


@pytest.mark.parametrize("how", ["link", "settled"])
def test_told_in_another_way_the_line_is_done(w: world.World, matter, outside, how):
    notice = told(matter, OFF)
    receipts.collect()
    if how == "link":
        browser(w, "甲").post(f"/notices/link/{matter.uid}/")
    else:
        browser(w, "甲").post(f"/notices/{notice.uid}/settled/")
    with scoped(w.actor("甲")) as officer:
        assert inbox.undelivered_count(officer) == 0
    with scoped(SYSTEM):
        kinds = set(LedgerEntry.objects.filter(matter=matter).values_list("kind", flat=True))
    assert kinds & {"notices.link_made", "notices.told_otherwise"}


def test_sent_again_to_the_number_that_was_put_right_it_is_another_message(w: world.World, matter, outside):
    notice = told(matter, OFF)
    receipts.collect()
    with scoped(SYSTEM):
        matter.entity.phone = "13853300002"
        matter.entity.save()
    browser(w, "甲").post(f"/notices/{notice.uid}/again/")
    jobs.run_pending()
    receipts.collect()
    assert (now(notice).arrival, outside.copies) == ("yes", 2)


def test_a_number_that_is_refused_is_seen_like_one_that_was_not_reached(w: world.World, matter, outside):
    notice = told(matter, "13800099999")
    assert (now(notice).state, now(notice).error) == ("failed", "unknown number")
    with scoped(w.actor("甲")) as officer:
        assert inbox.undelivered_count(officer) == 1


def test_a_report_that_comes_twice_changes_nothing_the_second_time(matter, outside):
    notice = told(matter, OFF)
    again = list(outside.reports)
    receipts.collect()
    outside.reports = again
    assert receipts.collect() == 1
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="notices.not_arrived").count() == 1
        assert Notice.objects.filter(template="notices.undelivered").count() == 1
    assert now(notice).arrival == "no"


def test_a_report_that_is_quicker_than_our_own_note_waits(matter, outside):
    notice = message(matter)
    assert sending.claim(notice.pk) is not None
    outside.message({"key": str(notice.uid), "to": "13853300001"})
    assert receipts.collect() == 0 and len(outside.reports) == 1
    with scoped(SYSTEM):
        Notice.objects.filter(pk=notice.pk).update(state="queued", next_try=timezone.now())
    sending.send_one(notice.pk)
    assert receipts.collect() == 1
    assert (now(notice).arrival, outside.copies) == ("yes", 1)


def test_reports_on_others_messages_are_let_go(matter, outside):
    outside.message({"key": "not-ours", "to": "13853300001"})
    outside.message({"key": "0192f000-0000-7000-8000-000000000000", "to": "13853300001"})
    receipts.collect()
    assert outside.reports == []


def test_a_provider_that_does_not_answer_loses_no_report(matter, outside):
    told(matter)
    outside.fail = [503]
    assert receipts.collect() == 0
    assert receipts.collect() == 1


def silent(matter) -> Notice:
    """A message that went out longer ago than reports are waited for."""
    notice = told(matter, "13800099997")
    assert receipts.collect() == 0 and receipts.forget() == 0
    with scoped(SYSTEM):
        Notice.objects.filter(pk=notice.pk).update(sent_at=timezone.now() - dt.timedelta(hours=73))
    assert receipts.forget() == 1
    return notice


def test_what_is_never_reported_on_is_told_to_the_clerk_and_has_a_next_step(w: world.World, matter, outside):
    with scoped(SYSTEM):
        w.person("内勤", Role.CLERK, world.OFFICE)
        w.person("邻所", Role.CLERK, world.SISTER)
    notice = silent(matter)
    assert (now(notice).state, now(notice).arrival) == ("sent", "unknown") and receipts.forget() == 0
    with translation.override("en"):
        assert now(notice).standing == "no report of its arrival"
        with scoped(w.actor("内勤")) as clerk:
            said = "1 text message of which nobody reported that it arrived"
            assert [line.words for line in waiting.lines(clerk)] == [said]
            assert [n.template for n in inbox.inbox(clerk)] == ["notices.unreported"]
        with scoped(w.actor("邻所")) as other:
            assert not inbox.undelivered(other).exists() and not inbox.inbox(other).exists()
    with scoped(SYSTEM):
        assert [n.state for n in Notice.objects.filter(channel="link", matter=matter)] == ["queued"], "the next way"
        assert LedgerEntry.objects.filter(kind="notices.no_report", matter=matter).count() == 1
    page = browser(w, "内勤").get(f"/m/{matter.uid}/").content.decode()
    assert "Reach the enterprise in another way" in page and "Nobody reported that the text message" in page
    listed = browser(w, "内勤").get("/notices/failed/").content.decode()
    assert "nobody reported in time that it arrived" in listed and matter.title in listed


def test_the_clerk_is_told_once_a_day_however_many_there_are(w: world.World, matter, outside):
    with scoped(SYSTEM):
        w.person("内勤", Role.CLERK, world.OFFICE)
    first, second = silent(matter), silent(matter)
    assert now(first).arrival == now(second).arrival == "unknown"
    with scoped(w.actor("内勤")) as clerk:
        assert inbox.inbox(clerk).count() == 1 and inbox.unreported_count(clerk) == 2


def test_where_no_clerk_is_the_head_is_told(w: world.World, matter, outside):
    silent(matter)
    with scoped(w.actor("所长")) as head:
        assert "notices.unreported" in [n.template for n in inbox.inbox(head)]


@pytest.mark.parametrize("how", ["link", "settled", "again", "late"])
def test_it_is_off_the_list_once_somebody_saw_to_it_or_the_report_came(w: world.World, matter, outside, how):
    notice = silent(matter)
    officer = browser(w, "甲")
    if how == "link":
        officer.post(f"/notices/link/{matter.uid}/")
    elif how == "late":
        outside.report(str(notice.uid), "DELIVRD")
        assert receipts.collect() == 1 and now(notice).arrival == "yes"
    else:
        officer.post(f"/notices/{notice.uid}/{how}/")
        assert how == "settled" or (now(notice).uid != notice.uid and now(notice).state == "queued")
    with scoped(w.actor("甲")) as actor:
        assert inbox.unreported_count(actor) == 0
    page = browser(w, "所长").get(f"/m/{matter.uid}/").content.decode()
    assert "Reach the enterprise in another way" not in page


def test_what_was_never_reported_on_before_is_let_rest_by_the_migration(w: world.World, matter, outside):
    """The migration's own statements, on rows as an older release left them."""
    old, other = told(matter), told(matter)
    with scoped(SYSTEM):
        Notice.objects.filter(pk=old.pk).update(arrival="unknown", settled_at=None)
        migration = importlib.import_module("zhijian.kernel.notices.migrations.0010_unreported")

        class Editor:
            def execute(self, sql: str) -> None:
                with connection.cursor() as cursor:
                    cursor.execute(sql)

        migration.let_the_old_rest(None, Editor())
    assert now(old).settled_at is not None and now(other).settled_at is None
    with scoped(SYSTEM):
        assert not inbox.failed().exists()


def test_the_job_fetches_them(matter, outside):
    from zhijian.kernel.notices.jobs import receipts as fetch

    notice = told(matter)
    assert fetch() == 1
    assert now(notice).arrival == "yes"
