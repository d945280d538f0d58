"""Staff enter what the owner says: both names stand in the record, and nobody does it who may not."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation
from tests import world
from tests.openers import rectification
from tests.phone import picture

from zhijian.kernel.accounts.actor import SYSTEM, Actor, party_of
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk import timeline
from zhijian.kernel.evidence.models import File, LedgerEntry, LedgerPersonal
from zhijian.kernel.matters.behalf import Behalf
from zhijian.kernel.matters.errors import NotAllowed
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import offers, perform
from zhijian.kernel.matters.reading import readable

pytestmark = pytest.mark.django_db
SAID = Behalf(speaker="李建国", how="power")


@pytest.fixture
def w(db) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.person("内勤", Role.CLERK, world.OFFICE)
        return made


@pytest.fixture
def finding(w) -> Matter:
    return rectification(w)


def entry_of(matter: Matter, verb: str) -> LedgerEntry:
    return LedgerEntry.objects.get(matter=matter, kind=f"rectification.{verb}")


def who_of(entry: LedgerEntry, viewer: Actor) -> str:
    """Who did it, as the timeline says it in Chinese."""
    with translation.override("zh-hans"):
        [line] = timeline.lines(LedgerEntry.objects.filter(pk=entry.pk), viewer)
    return line.who


@pytest.mark.parametrize("role", [Role.CLERK, Role.INSPECTOR, Role.HEAD])
def test_who_types_and_who_speaks_both_stand_in_the_entry(w, finding, role):
    with scoped(SYSTEM):
        w.person("某某", role, world.OFFICE)
    with scoped(w.actor("某某")) as actor:
        done = perform(finding, "answer", actor, behalf=SAID, answer="已补齐")
        assert done.state == "answered"
        entry = entry_of(finding, "answer")
        assert entry.actor == actor.label and entry.data["behalf"] == {"how": "power"}
        assert "李建国" not in str(entry.data), "a name that no licence bears is sealed"
        assert LedgerPersonal.objects.filter(entry=entry, name="behalf_speaker").count() == 1
        assert who_of(entry, actor) == "由某某代李**录入(授权委托书)"


def test_the_name_on_the_licence_is_said_in_full(w, finding):
    with scoped(w.actor("内勤")) as clerk:
        perform(finding, "answer", clerk, behalf=Behalf(speaker="王清", how="card"), answer="已补齐")
        entry = entry_of(finding, "answer")
        assert not LedgerPersonal.objects.filter(entry=entry).exists()
        assert who_of(entry, clerk) == "由内勤代王清录入(身份证)"


def test_every_step_of_the_enterprise_is_offered_so_and_no_other(w, finding):
    with scoped(w.actor("内勤")) as clerk:
        assert [one.step.verb for one in offers(finding, clerk, for_party=True)] == ["answer", "ask_time"]
        asked = {"asked_until": world.in_days(10), "asked_reason": "等配件"}
        perform(finding, "ask_time", clerk, behalf=SAID, **asked)
        with pytest.raises(NotAllowed):
            perform(finding, "accept", clerk, behalf=SAID, on_site=True)


def test_nobody_answers_without_saying_for_whom(w, finding):
    with scoped(w.actor("内勤")) as clerk, pytest.raises(NotAllowed):
        perform(finding, "answer", clerk, answer="已补齐")


@pytest.mark.parametrize("who", ["外区", "审计", "协管"])
def test_who_does_not_work_here_speaks_for_nobody(w, finding, who):
    with scoped(SYSTEM):
        w.person("外区", Role.CLERK, world.NEIGHBOUR_OFFICE)
        w.person("审计", Role.AUDITOR, world.OFFICE)
        w.person("协管", Role.HELPER, world.OFFICE)
    assert offers(finding, w.actor(who), for_party=True) == []
    with scoped(SYSTEM):
        with pytest.raises(NotAllowed):
            perform(finding, "answer", party_of(w.entity), behalf=SAID, answer="x x")
        with pytest.raises(NotAllowed):
            perform(finding, "answer", SYSTEM, behalf=SAID, answer="x x")
        assert not LedgerEntry.objects.filter(matter=finding, kind="rectification.answer").exists()


def test_a_clerk_still_reads_the_findings_that_only_the_enterprise_answers(w, finding):
    with scoped(w.actor("内勤")) as clerk:
        assert readable(Matter.objects.filter(pk=finding.pk), clerk).exists()


def test_the_desk_asks_who_speaks_and_the_enterprise_sees_its_answer(w, finding):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(w.people["内勤"])
    page = client.get(f"/m/{finding.uid}/").content.decode()
    assert f"/m/{finding.uid}/for/answer/" in page and f"/m/{finding.uid}/answer/" not in page
    address = f"/m/{finding.uid}/for/answer/"
    told = {"f-answer": "已补齐，挂在门口", "version": finding.version}
    missing = client.post(address, told)
    assert missing.status_code == 422 and "已补齐，挂在门口" in missing.content.decode()
    again = "请重新选择文件"
    assert again not in missing.content.decode()
    assert again in client.post(address, told | {"f-photos": SimpleUploadedFile("1.jpg", picture(1))}).content.decode()
    photo = SimpleUploadedFile("1.jpg", picture(1))
    told |= {"f-speaker": "李建国", "f-how": "known", "f-photos": photo}
    assert client.post(address, told).status_code == 302
    assert "代李**录入(此前已核对过身份)" in client.get(f"/m/{finding.uid}/").content.decode()
    with scoped(SYSTEM):
        link = f"/p/{make_link(w.entity, finding.parent)}/"
        photo = File.objects.get(matter=finding, original=None)
    owner = Client(HTTP_ACCEPT_LANGUAGE="en")
    seen = owner.get(link).content.decode()
    assert "已补齐，挂在门口" in seen and "for 李** (known: his identity was checked before)" in seen
    assert f"photo/{photo.uid}.jpg" in seen
    assert owner.get(f"{link}photo/{photo.uid}.jpg").status_code == 200


def test_a_step_that_is_not_the_enterprises_has_no_such_page(w, finding, client):
    client.force_login(w.people["内勤"])
    assert client.get(f"/m/{finding.uid}/for/accept/").status_code == 404
    client.force_login(w.stranger)
    assert client.get(f"/m/{finding.uid}/for/answer/").status_code == 404


def test_what_changed_meanwhile_is_shown_before_it_is_entered(w, finding, client):
    client.force_login(w.people["内勤"])
    with scoped(w.actor(w.head.name)) as head:
        perform(finding, "urge", head, word="尽快")
    told = {"f-answer": "已补齐", "f-speaker": "王清", "f-how": "card", "version": finding.version}
    answer = client.post(f"/m/{finding.uid}/for/answer/", told)
    assert answer.status_code == 409 and "尽快" in answer.content.decode()
    assert client.post(f"/m/{finding.uid}/for/answer/", told | {"version": finding.version + 1}).status_code == 302


def test_a_program_may_enter_it_too(w, finding, client):
    client.force_login(w.people["内勤"])
    address = f"/api/v1/matters/rectification/{finding.uid}/answer"
    told = {"facts": {"answer": "已补齐"}, "behalf": {"speaker": "李建国", "how": "called"}}
    assert client.post(address, {"facts": told["facts"]}, content_type="application/json").status_code == 403
    assert client.post(address, told, content_type="application/json").json()["state"] == "answered"
