"""Text messages go out at most once; what fails waits longer each time and is seen by somebody."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading

import pytest
from django.db import connections
from django.utils import timezone
from tests import world
from tests.kernel.notices.conftest import planned

from zhijian.kernel import jobs
from zhijian.kernel.accounts import PARTY
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import open_link
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.notices import channels, sending
from zhijian.kernel.notices.jobs import sweep
from zhijian.kernel.notices.models import Notice, SimulatedMessage
from zhijian.kernel.notices.telling import step_data, tell
from zhijian.programmes.inspection.flow import INSPECTION


def message(matter) -> Notice:
    """A text message to the matter's enterprise, queued."""
    with scoped(SYSTEM):
        made = tell(
            PARTY, matter=matter, template="step", data=step_data(INSPECTION, INSPECTION.steps[0], matter), actor=SYSTEM
        )
        return next(n for n in made if n.channel == "sms")


class Busy(channels.Adapter):
    """A gateway that takes nothing today."""

    def send(self, letter):
        raise channels.TryLater("busy")


class Broken(channels.Adapter):
    """A gateway that breaks off in the middle, and cannot be asked what became of it."""

    def send(self, letter):
        raise TimeoutError("read timed out")


class Forgetful(channels.Adapter):
    """A gateway that does not know a second copy from the first."""

    def send(self, letter):
        SimulatedMessage.objects.create(notice_id=letter.notice, number=letter.to, text=letter.text, parts=letter.parts)
        return ""


def test_a_message_goes_out_with_a_link_that_opens_the_matter(matter):
    notice = message(matter)
    assert jobs.run_pending() == 1
    with scoped(SYSTEM):
        notice.refresh_from_db()
        sent = SimulatedMessage.objects.get(notice=notice)
        assert (notice.state, notice.tries, notice.parts) == ("sent", 1, sent.parts)
        assert matter.title in sent.text
        assert sent.number == matter.entity.phone
        token = sent.text.split("https://zj.example/p/")[1].split("/")[0]
        assert open_link(token).matter_uid == matter.uid
        assert token not in str(notice.data)


def test_what_is_sent_is_not_sent_again(matter):
    notice = message(matter)
    jobs.run_pending()
    assert sending.send_one(notice.pk) is False
    with scoped(SYSTEM):
        assert SimulatedMessage.objects.count() == 1


def test_a_busy_gateway_is_asked_again_later_and_given_up_in_the_end(matter, settings):
    settings.SMS_GATEWAY = f"{__name__}.Busy"
    notice = message(matter)
    with scoped(SYSTEM):
        pauses = []
        for _ in range(len(sending.PAUSES) + 1):
            Notice.objects.filter(pk=notice.pk).update(next_try=timezone.now())
            sending.send_one(notice.pk)
            notice.refresh_from_db()
            pauses.append(notice.next_try - timezone.now())
        assert pauses[:2] == sorted(pauses[:2])
        assert dt.timedelta(minutes=4) < pauses[1] <= dt.timedelta(minutes=5)
        assert (notice.state, notice.tries, notice.error) == ("failed", 6, "busy")


def test_a_refused_number_is_given_up_at_once_and_can_be_mended(matter):
    with scoped(SYSTEM):
        matter.entity.phone = "13800099999"
        matter.entity.save()
    notice = message(matter)
    jobs.run_pending()
    with scoped(SYSTEM):
        notice.refresh_from_db()
        assert (notice.state, notice.error) == ("failed", "unknown number")
        matter.entity.phone = "13805330000"
        matter.entity.save()
        sending.send_again(notice)
    jobs.run_pending()
    with scoped(SYSTEM):
        assert SimulatedMessage.objects.get(notice=notice).number == "13805330000"


def test_when_it_is_unclear_a_person_decides(matter, settings):
    settings.SMS_GATEWAY = f"{__name__}.Broken"
    notice = message(matter)
    jobs.run_pending()
    with scoped(SYSTEM):
        notice.refresh_from_db()
        assert notice.state == "failed"
        assert "unclear" in notice.error
    assert jobs.run_pending() == 0


def test_a_sender_that_died_leaves_the_decision_to_a_person(matter, settings):
    settings.SMS_GATEWAY = f"{__name__}.Broken"
    notice = message(matter)
    assert sending.claim(notice.pk).state == "sending"
    with scoped(SYSTEM):
        Notice.objects.filter(pk=notice.pk).update(claimed_at=timezone.now() - dt.timedelta(minutes=11))
        sweep()
        notice.refresh_from_db()
        assert notice.state == "failed"
        assert "interrupted" in notice.error
    jobs.run_pending()
    with scoped(SYSTEM):
        assert not SimulatedMessage.objects.exists()


def test_where_the_provider_can_be_asked_what_a_dead_sender_left_goes_out_once(matter):
    notice = message(matter)
    assert sending.claim(notice.pk).state == "sending"
    with scoped(SYSTEM):
        Notice.objects.filter(pk=notice.pk).update(claimed_at=timezone.now() - dt.timedelta(minutes=11))
        sweep()
    jobs.run_pending()
    with scoped(SYSTEM):
        notice.refresh_from_db()
        assert (notice.state, SimulatedMessage.objects.filter(notice=notice).count()) == ("sent", 1)


def test_a_message_whose_job_was_lost_is_found(matter):
    from procrastinate.contrib.django.models import ProcrastinateJob  # noqa: F401 -- the table, emptied by SQL below

    notice = message(matter)
    with scoped(SYSTEM):
        Notice.objects.filter(pk=notice.pk).update(next_try=timezone.now() - dt.timedelta(minutes=3))
        with connections["default"].cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
        assert sweep() == 1
    jobs.run_pending()
    with scoped(SYSTEM):
        assert SimulatedMessage.objects.filter(notice=notice).count() == 1


@pytest.mark.parametrize(("locked", "copies"), [(False, 2), (True, 1)])
def test_two_senders_at_once(fresh_database, monkeypatch, settings, locked, copies):
    """Without the lock both read "queued" before either writes, and the enterprise gets two; with it only one."""
    settings.SMS_GATEWAY = f"{__name__}.Forgetful"
    with scoped(SYSTEM):
        w = world.make()
    notice = message(planned(w))
    meeting = threading.Barrier(2)

    def wait() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):  # with the lock the other one never gets here
            meeting.wait(timeout=2)

    monkeypatch.setattr(sending, "_between_reading_and_writing", wait)

    def sender() -> None:
        try:
            sending.send_one(notice.pk, locked=locked)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=sender) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with scoped(SYSTEM):
        assert SimulatedMessage.objects.filter(notice=notice).count() == copies


@pytest.mark.parametrize(
    ("text", "units", "parts"),
    [
        ("", 0, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("[" * 80, 160, 1),
        ("[" * 81, 162, 2),
        ("检" * 70, 70, 1),
        ("检" * 71, 71, 2),
        ("检" * 134, 134, 2),
        ("检" * 135, 135, 3),
        ("😀" * 35, 70, 1),
    ],
)
def test_lengths(text, units, parts):
    assert channels.sms_length(text) == channels.Length(units, parts)
