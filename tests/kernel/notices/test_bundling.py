"""What happens at one moment to a matter and what belongs to it is told once, with what there is to do."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.utils import translation
from tests import world
from tests.openers import rectification

from zhijian.kernel import jobs
from zhijian.kernel.accounts import ASSIGNEE, PARTY
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.notices import wording
from zhijian.kernel.notices.models import Notice, SimulatedMessage
from zhijian.kernel.notices.telling import tell

pytestmark = pytest.mark.django_db
DATA = {"kind": "inspection", "verb": "order", "state": "rectifying", "title": "清风小馆", "organ": "张店局"}
CHILD = {**DATA, "kind": "rectification", "verb": "accept", "state": "accepted"}


@pytest.fixture
def finding(w: world.World) -> Matter:
    found = rectification(w)
    with scoped(SYSTEM):
        Matter.objects.filter(pk=found.parent_id).update(assignee=w.inspector)
        Notice.objects.all().delete()
        return Matter.objects.select_related("parent").get(pk=found.pk)


def say(to, matter, data=DATA, **more):
    return tell(to, matter=matter, template="step", data=data, actor=SYSTEM, **more)


def texts() -> list[Notice]:
    return list(Notice.objects.filter(channel="sms"))


def test_a_visit_and_its_findings_are_one_message_with_one_link(finding):
    with scoped(SYSTEM):
        say(PARTY, finding.parent)
        say(PARTY, finding, CHILD)
        (one,) = texts()
        assert one.matter_id == finding.parent_id
    assert jobs.run_pending() == 1
    with scoped(SYSTEM):
        message = SimulatedMessage.objects.get()
        assert len(re.findall("https://zj.example/p/", message.text)) == 1
        assert f"请于{finding.due:%Y-%m-%d}前整改并答复" in message.text


def test_two_moments_are_two_messages(finding):
    for _ in range(2):
        with scoped(SYSTEM):
            say(PARTY, finding.parent)
    with scoped(SYSTEM):
        assert len(texts()) == 2


def test_two_matters_are_two_messages(w, finding):
    other = rectification(w)
    with scoped(SYSTEM):
        say(PARTY, finding)
        say(PARTY, other)
        assert len(texts()) == 2


def test_what_is_rolled_back_is_not_told_with_the_rest(finding):
    with scoped(SYSTEM):
        with transaction.atomic():
            say(PARTY, finding)
            transaction.set_rollback(True)
        say(PARTY, finding.parent)
        with transaction.atomic():
            say(PARTY, finding, CHILD)
            transaction.set_rollback(True)
        (one,) = texts()
        assert (one.matter_id, one.data.get("more")) == (finding.parent_id, None)


def test_the_same_occasion_is_told_once_also_within_a_bundle(finding):
    with scoped(SYSTEM):
        say(PARTY, finding.parent, dedupe="a")
        say(PARTY, finding, CHILD, dedupe="b")
        assert say(PARTY, finding, CHILD, dedupe="b") == []
        assert say(PARTY, finding.parent, dedupe="a") == []
        assert len(texts()[0].data["more"]) == 1


def test_nothing_to_do_is_said_so(w, finding):
    with scoped(SYSTEM):
        perform(finding, "accept", SYSTEM, on_site=True)  # closes nothing: the visit is only planned here
        say(PARTY, finding.parent, {**DATA, "state": "closed", "verb": "close"})
    jobs.run_pending()
    with scoped(SYSTEM):
        last = SimulatedMessage.objects.latest("pk").text
    assert "无需答复" in last and "整改并答复" not in last


def test_staff_are_told_once_as_well(w, finding):
    with scoped(SYSTEM):
        say(ASSIGNEE, finding.parent)
        say(ASSIGNEE, finding, CHILD)
        notice = Notice.objects.get(channel="in_app", person=w.inspector)
    with translation.override("en"):
        shown = wording.render(notice.template, notice.data)
    assert shown.title == "Inspection: Being put right; Finding to be put right: Put right"


def test_without_an_address_of_the_site_no_link_is_sent(finding, settings):
    settings.PUBLIC_ORIGIN, settings.CSRF_TRUSTED_ORIGINS = "", []
    with scoped(SYSTEM):
        say(PARTY, finding)
    jobs.run_pending()
    with scoped(SYSTEM):
        (one,) = texts()
        assert one.state == "failed" and "ZHIJIAN_PUBLIC_ORIGIN" in one.error
