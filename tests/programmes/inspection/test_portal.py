"""What the enterprise is told of a visit, from the order to the publication: one message for each moment."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone, translation
from tests import world
from tests.kernel.matters.test_scope import plan

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.notices.models import Notice, SimulatedMessage
from zhijian.programmes.inspection import flow
from zhijian.programmes.inspection.models import Answer, Inspection, PublishedResult
from zhijian.programmes.inspection.portal import face_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def w(db, settings) -> world.World:
    settings.DEMO, settings.PUBLIC_ORIGIN = True, "https://zj.example"
    with scoped(SYSTEM):
        return world.make()


@pytest.fixture
def visit(w: world.World) -> Matter:
    """A visit with two findings, recorded at one moment."""
    task = plan(w)
    with scoped(SYSTEM):
        now = LedgerEntry.objects.latest("id").at
        matter = perform(
            task, "order", SYSTEM, result="basically_compliant", failed=2, items_checked=3, started=now, ended=now,
            record_id=uuid7(), record_digest="0" * 64,
        )  # fmt: skip
        inspection = Inspection.objects.get(pk=matter.pk)
        for item in ("1.2", "2.3"):
            about = About(f"{item} 不符合", matter.area, w.entity, w.premises, matter)
            perform(
                flow.RECTIFICATION, "order", SYSTEM, about=about, item=item, found="不符合", required="改正",
                deadline=calendar.add_working_days(calendar.today(), 5)[0], by_field={"inspection": inspection},
            )  # fmt: skip
        about = About(w.premises.name, matter.area, w.entity, w.premises, matter)
        perform(flow.PUBLICATION, "await", SYSTEM, about=about, by_field={"inspection": inspection})
        return matter


def told() -> str:
    """The one message that has gone out since this was last asked."""
    jobs.run_pending()
    with scoped(SYSTEM):
        (message,) = SimulatedMessage.objects.all()
        text = message.text
        SimulatedMessage.objects.all().delete()
    return str(text)


def children(visit: Matter, kind: str) -> list[Matter]:
    return list(Matter.objects.filter(parent=visit, kind=kind))


def test_each_moment_of_a_visit_is_one_message_that_says_what_to_do(w, visit):
    day = calendar.add_working_days(calendar.today(), 5)[0]
    ordered = told()
    assert f"检查发现2项问题，请于{day:%Y-%m-%d}前整改并答复" in ordered and w.premises.name in ordered
    with scoped(SYSTEM):
        for finding in children(visit, "rectification"):
            perform(finding, "accept", SYSTEM, on_site=True)
        visit.refresh_from_db()
        assert visit.state == "closed", "the last finding closes the visit in the same moment"
    closed = told()
    assert "无需答复" in closed and "整改并答复" not in closed
    with scoped(SYSTEM):
        perform(children(visit, "publication")[0], "publish", SYSTEM)
    published = told()
    assert "检查结果已公示，无需答复" in published
    with scoped(SYSTEM):
        assert Notice.objects.filter(channel="sms").count() == 3


def test_the_link_of_the_last_message_opens_the_visit_with_its_findings(w, visit):
    text = told()
    html = Client().get(text[text.index("/p/") :]).content.decode()
    assert w.premises.name in html
    assert "1.2 不符合" in html and "2.3 不符合" in html
    assert html.count("提交整改情况") == 2


def test_the_door_shows_what_was_published(w, visit):
    address = f"/d/{w.premises.door_code}/"
    assert "暂无公示" in Client().get(address).content.decode()
    with scoped(SYSTEM):
        perform(children(visit, "publication")[0], "publish", SYSTEM)
    html = Client().get(address).content.decode()
    assert 'class="face warn"' in html and "基本符合" in html


def test_the_smile_goes_with_a_key_item_or_an_open_finding():
    today = calendar.today()
    result = PublishedResult(published_on=today, visited_on=today, result="compliant")
    assert (face_of(None).tone, face_of(result).tone) == ("", "good")
    result.open_items = 1
    assert face_of(result).tone == "warn"
    result.open_items, result.put_right_on = 0, today
    assert face_of(result).tone == "good"
    result.failed_key = 1
    assert face_of(result).tone == "bad"
    result.open_items = 2
    assert face_of(result).tone == "bad", "what is being put right does not hide the key item"
    result.failed_key, result.open_items, result.result = 0, 0, "non_compliant"
    with translation.override("en"):
        assert (face_of(result).tone, face_of(result).says) == ("bad", "Non-compliant"), "no key item is made up"


def grave(w: world.World, visit: Matter) -> None:
    """One more item of the visit: a key item that calls for an investigation."""
    inspection = Inspection.objects.get(pk=visit.pk)
    Answer.objects.create(
        inspection=inspection, item="1.1", key=True, answer="no", measure="investigate", at=timezone.now()
    )
    Inspection.objects.filter(pk=visit.pk).update(failed_key=1)


def test_a_newer_trouble_takes_the_smile_before_it_is_published(w, visit):
    with scoped(SYSTEM):
        PublishedResult.objects.create(
            premises=w.premises, matter_uid=uuid7(), published_on=calendar.today(), visited_on=world.in_days(-90),
            result="compliant", items_checked=3, failed_items=[],
        )  # fmt: skip
    html = Client().get(f"/d/{w.premises.door_code}/").content.decode()
    assert "face good" not in html and "有新的检查结果待公示" in html and "符合" in html
    with scoped(SYSTEM):
        for finding in children(visit, "rectification"):
            perform(finding, "accept", SYSTEM, on_site=True)
    assert "face good" in Client().get(f"/d/{w.premises.door_code}/").content.decode()


def test_what_is_looked_into_is_told_with_every_item_that_failed(w, visit):
    with scoped(SYSTEM):
        grave(w, visit)
    link = (text := told())[text.index("/p/") :]
    html = Client().get(link).content.decode()
    assert "1.1 食品经营许可证有效" in html and "另行核查" in html
    with scoped(SYSTEM):
        for finding in children(visit, "rectification"):
            perform(finding, "accept", SYSTEM, on_site=True)
    assert "整改并答复" not in told()
    html = Client().get(link).content.decode()
    assert "谢谢配合" not in html and "另行核查的问题，处理情况另行告知" in html


def test_each_message_says_what_happened(w, visit):
    """A mixed visit, more time, a return, a first acceptance: none is told in the words of another."""
    with scoped(SYSTEM):
        grave(w, visit)
        first, second = children(visit, "rectification")
    day = first.due
    assert f"检查中有1项问题另行核查。还有2项请于{day:%Y-%m-%d}前整改并答复" in told()
    with scoped(SYSTEM):
        perform(first, "ask_time", party_of(w.entity), asked_until=world.in_days(9), asked_reason="配件在途")
        perform(first, "refuse_time", SYSTEM, reason="可以当日改正")
    assert "的延期申请未获同意。还有2项请于" in told()
    with scoped(SYSTEM):
        perform(first, "answer", party_of(w.entity), answer="已改")
        perform(first, "send_back", SYSTEM, return_reason="照片看不清", on_site=False, deadline=day)
    assert "有整改未通过验收，已退回，原因见链接。还有2项请于" in told()
    with scoped(SYSTEM):
        perform(second, "accept", SYSTEM, on_site=True)
    assert "整改已通过验收 1/2 项。还有1项请于" in told()
    with scoped(SYSTEM):
        perform(first, "accept", SYSTEM, on_site=True)
    assert "责令整改的事项已全部通过验收，无需答复" in told()


def test_a_proposal_names_its_items_in_words(w, visit):
    with scoped(SYSTEM):
        about = About(w.premises.name, visit.area, w.entity, w.premises, visit)
        inspection = Inspection.objects.get(pk=visit.pk)
        lead = perform(
            flow.LEAD,
            "propose",
            SYSTEM,
            about=about,
            items=["2.4", "K6.1"],
            found="x",
            by_field={"inspection": inspection},
        )
        with translation.override("zh-hans"):
            line = ledger.describe(LedgerEntry.objects.get(matter=lead), SYSTEM)
    assert line == "建议核查：检查项 2.4、K6.1"


def headline(w: world.World, visit: Matter) -> str:
    """The box at the top of the visit's page, in Chinese."""
    from zhijian.kernel.accounts.links import make_link

    with scoped(SYSTEM):
        token = make_link(w.entity, visit)
    html = Client(headers={"accept-language": "zh-CN"}).get(f"/p/{token}/").content.decode()
    return html[html.index('<div class="box ') :].split("</div>")[0]


def test_the_headline_says_what_came_back_and_why(w, visit):
    with scoped(SYSTEM):
        first, second = sorted(children(visit, "rectification"), key=lambda one: one.title)
        perform(first, "answer", party_of(w.entity), answer="已补齐")
        perform(first, "send_back", SYSTEM, return_reason="照片看不清，请重拍")
    said = headline(w, visit)
    assert "有 1 项被退回：1.2：“照片看不清，请重拍”" in said and "有 2 项等您" in said
    with scoped(SYSTEM):
        for one in (first, second):
            one.refresh_from_db()
            perform(one, "answer", party_of(w.entity), answer="已重拍")
    assert "退回" not in headline(w, visit), "what is answered again waits for the inspector"


def test_the_headline_says_key_items_and_what_waits_for_an_answer(w, visit):
    with scoped(SYSTEM):
        Inspection.objects.filter(pk=visit.pk).update(failed_key=1)
    said = headline(w, visit)
    assert "有 1 项重点项" in said and "有 2 项等您" in said and 'class="box bad"' in said
    with scoped(SYSTEM):
        for one in children(visit, "rectification"):
            perform(one, "accept", SYSTEM, on_site=True)
    said = headline(w, visit)
    assert "有 1 项重点项" in said and "整改" in said
