"""The closing message invites to rate: one text message, registered, within the month's line, never where unwanted."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from tests import world
from tests.openers import closed_visit

from zhijian.kernel import jobs, when
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.notices import bill, texts
from zhijian.kernel.notices.letters import letter_of
from zhijian.kernel.notices.models import Notice, NoticeState, SimulatedMessage
from zhijian.kernel.ratings.declared import Question
from zhijian.kernel.ratings.models import Uninvited

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def simulated(settings) -> None:
    settings.DEMO = True
    settings.PUBLIC_ORIGIN = "https://zj.example"


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        _ = (made.head, made.inspector, made.second)
        return made


def sent() -> list[SimulatedMessage]:
    jobs.run_pending()
    with scoped(SYSTEM):
        return list(SimulatedMessage.objects.order_by("pk"))


def test_the_message_of_the_end_carries_it_and_is_the_only_one(w):
    closed_visit(w)
    (one,) = sent()
    assert "无需答复。查看和评价：https://zj.example/p/" in one.text and "检查" in one.text
    assert "您的评价" not in one.text, "what happened stands in it, not the name of the question"
    with scoped(SYSTEM):
        notice = Notice.objects.get(channel="sms")
        assert letter_of(notice).template == "ZJ_TOLD_RATE"
    page = Client(HTTP_ACCEPT_LANGUAGE="en").get("/p/" + one.text.split("/p/")[1].split()[0]).content.decode()
    assert 'id="rate"' in page


def test_what_is_looked_into_separately_is_still_said(w):
    with scoped(SYSTEM):
        from tests.openers import plan

        from zhijian.programmes.inspection.models import Answer, Inspection, Measure

        matter = plan(w)
        Answer.objects.create(
            inspection=Inspection.objects.get(pk=matter.pk), item="1.1", answer="no", measure=Measure.INVESTIGATE,
            key=True,
            at=when.now(),
        )  # fmt: skip
        now = when.now()
        perform(matter, "finish", SYSTEM, result="non_compliant", failed=1, items_checked=3, started=now, ended=now,
                record_id=matter.uid, record_digest="0" * 64)  # fmt: skip
        notice = Notice.objects.get(channel="sms")
        letter = letter_of(notice)
    assert letter.template == "ZJ_RESULT_RATE"
    assert "1项问题另行核查" in letter.text and "检查结果、文书和评价：" in letter.text


def invited() -> bool:
    (one,) = sent()
    return "评价" in one.text


def test_not_once_the_months_line_is_used_up(w):
    month = bill.month_of(when.now())
    with scoped(SYSTEM):
        bill.add(world.SISTER, when.now(), 1, bill.cap(month) - Decimal("0.01"))
    closed_visit(w)
    assert invited()
    with scoped(SYSTEM):
        SimulatedMessage.objects.all().delete()
        bill.add(world.SISTER, when.now(), 1, Decimal("0.01"))
    closed_visit(w)
    assert not invited()


def test_never_to_an_enterprise_that_asked_for_none_until_it_asks_again(w):
    first = closed_visit(w)
    sent()
    with scoped(SYSTEM):
        address = f"/p/{make_link(w.entity, first)}/"
        SimulatedMessage.objects.all().delete()
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    assert "Don't ask" in client.get(address).content.decode()
    for _twice in range(2):
        page = client.post(f"{address}rating/", {"invite": "0"}, follow=True).content.decode()
    assert "By your wish our messages ask you for no rating." in page and 'name="stars"' in page
    closed_visit(w)
    assert not invited()
    with scoped(SYSTEM):
        SimulatedMessage.objects.all().delete()
    client.post(f"{address}rating/", {"invite": "1"})
    with scoped(SYSTEM):
        assert not Uninvited.objects.exists()
        kinds = LedgerEntry.objects.filter(kind__startswith="rating.").order_by("pk").values_list("kind", flat=True)
        assert list(kinds) == ["rating.uninvited", "rating.invited_again"]
    closed_visit(w)
    assert invited()


@pytest.mark.parametrize("why", ["the receiver wants no messages from this signature",
                                 "the number is on the network's list of those who want no messages"])  # fmt: skip
def test_never_to_a_number_that_the_provider_says_wants_none(w, why):
    first = closed_visit(w)
    sent()
    with scoped(SYSTEM):
        Notice.objects.filter(matter=first, channel="sms").update(state=NoticeState.FAILED, error=why)
        SimulatedMessage.objects.all().delete()
    closed_visit(w)
    assert not invited()


def test_a_visit_that_could_not_be_made_asks_for_nothing(w):
    from tests.openers import plan

    with scoped(SYSTEM):
        matter = plan(w)
        perform(matter, "cancel", SYSTEM, reason="店已关")
        assert not Notice.objects.filter(template="ratings.invite").exists()
        assert not [one for one in Notice.objects.all() if "ratings.invite" in str(one.data)]


def test_a_question_names_steps_that_tell_the_enterprise_of_the_end():
    from zhijian.programmes.inspection.flow import INSPECTION

    with pytest.raises(ValueError, match="assign tells"):
        Question(INSPECTION, states=["closed"], asks="?", invites=["assign"])


def test_its_texts_are_registered_and_within_the_length(w):
    wrong = [one for one in texts.findings() if one[0] == "error"]
    assert wrong == []
