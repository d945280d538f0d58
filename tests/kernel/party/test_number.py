"""A number that went with a former manager is put right at the counter: from then on it opens nothing."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from tests import world
from tests.kernel.party.conftest import sign_in

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.behalf import How
from zhijian.kernel.notices.models import Notice, SimulatedMessage
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.party import number
from zhijian.kernel.party.models import Access
from zhijian.kernel.party.standing import holder_of
from zhijian.kernel.registry import proposals
from zhijian.kernel.registry.models import Entity, Premises, Proposal

pytestmark = pytest.mark.django_db
NEW = "13905330088"
TOLD = {"f-speaker": "王清", "f-how": "card", "f-phone": NEW, "f-reason": "店长离职，手机带走"}


@pytest.fixture
def counter(w) -> Client:
    """The clerk's browser."""
    return staff(w, "内勤", Role.CLERK)


def staff(w: world.World, name: str, role: Role, area: str = world.OFFICE) -> Client:
    client = Client(headers={"accept-language": "en"})
    with scoped(SYSTEM):
        client.force_login(w.person(name, role, area))
    return client


def seen_on(client: Client, entity: Entity) -> str:
    page = client.get(f"/e/{entity.uid}/number/").content.decode()
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found is not None
    return found.group(1)


def proposed() -> int:
    with scoped(SYSTEM):
        return Proposal.objects.count()


def press(client: Client, entity: Entity, **told: str):
    sent = {**TOLD, "seen": seen_on(client, entity), **told}
    return client.post(f"/e/{entity.uid}/number/", sent, follow=True)


def test_links_and_sessions_of_the_old_number_end_at_once(w, finding, counter):
    old = w.entity.phone
    with scoped(SYSTEM):
        sent, by_hand = make_link(w.entity, finding, number=old), make_link(w.entity, finding)
    owner = sign_in(Client(), old)
    assert owner.get("/my/").status_code == 200 and owner.get(f"/p/{sent}/").status_code == 200
    assert "the number is changed".lower() in press(counter, w.entity).content.decode().lower()
    assert owner.get("/my/").status_code == 302
    assert owner.get(f"/my/{finding.parent.uid}/").status_code == 302
    assert owner.get(f"/p/{sent}/").status_code == 410 and owner.get(f"/p/{by_hand}/").status_code == 410
    assert sign_in(Client(), NEW).get("/my/").status_code == 200


def test_the_same_number_keeps_its_other_shop(w, counter):
    other = Entity.objects.create(name="另一家", area=world.OFFICE, phone=w.entity.phone)
    press(counter, w.entity)
    assert [one.entity.pk for one in holder_of("13805330000").standings] == [other.pk]


def test_a_manager_who_was_let_in_keeps_his_links(w, finding, counter):
    from zhijian.kernel.party import access

    with scoped(SYSTEM):
        person = access.Person(who="李店长", phone="13805330071")
        access.give(w.entity, None, person, SYSTEM)
        link = make_link(w.entity, finding, number="13805330071")
    press(counter, w.entity)
    assert Client().get(f"/p/{link}/").status_code == 200
    assert len(holder_of("13805330071").standings) == 1


def test_the_old_number_is_told_and_what_waited_goes_to_the_new_one(w, finding, counter):
    with scoped(SYSTEM):
        data = {"title": "x", "organ": "x"}
        tell(w.entity, matter=finding, template="party.link", data=data, actor=SYSTEM, only="sms")
    press(counter, w.entity)
    jobs.run_pending()
    with scoped(SYSTEM):
        sent = {one.number: one.text for one in SimulatedMessage.objects.all()}
    assert set(sent) == {"13805330000", NEW}
    assert "/p/" in sent[NEW] and "/p/" not in sent["13805330000"] and w.entity.name in sent["13805330000"]


def test_the_record_names_who_asked_and_who_did_it_and_masks_numbers(w, counter):
    press(counter, w.entity, **{"f-speaker": "李建国", "f-how": "power"})
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(kind="registry.number_changed")
        assert entry.data["how"] == "power" and entry.data["reason"] == TOLD["f-reason"]
        assert not {NEW, "13805330000", "李建国"} & set(map(str, entry.data.values()))
    page = counter.get(f"/e/{w.entity.uid}/").content.decode()
    assert "138******" in page and "139******88" in page and "李**" in page and "店长离职" in page


def test_an_officer_proposes_and_a_clerk_takes_it_over(w, counter):
    officer = staff(w, "甲", Role.INSPECTOR)
    assert "Proposed" in press(officer, w.entity).content.decode()
    w.entity.refresh_from_db()
    assert (
        w.entity.phone == "13805330000"
        and "it waits among" in officer.get(f"/e/{w.entity.uid}/number/").content.decode()
    )
    page = counter.get("/corrections/").content.decode()
    assert NEW in page and "王清 (identity card)" in page
    with scoped(SYSTEM):
        of = Proposal.objects.get()
    now = proposals.seen({"text": "13805330000"})
    assert officer.post(f"/corrections/{of.uid}/accept/", {"seen": now}).status_code == 404
    assert counter.post(f"/corrections/{of.uid}/accept/", {"seen": now}).status_code == 302
    w.entity.refresh_from_db()
    assert w.entity.phone == NEW and w.entity.phone_set


def test_an_enterprise_without_a_shop_has_a_number_too(w, counter):
    bare = Entity.objects.create(name="无门店公司", area=world.OFFICE, phone="")
    assert press(counter, bare).status_code == 200
    bare.refresh_from_db()
    assert bare.phone == NEW
    with scoped(SYSTEM):
        assert not Notice.objects.filter(template="enterprise.number_changed").exists(), "there was nobody to tell"


def test_who_looked_at_another_number_looks_again(w, counter):
    answer = press(counter, w.entity, seen="0" * 16)
    assert answer.status_code == 422 and "Look once more" in answer.content.decode()
    assert NEW in answer.content.decode(), "what was typed is still there"
    w.entity.refresh_from_db()
    assert w.entity.phone == "13805330000" and proposed() == 0


def test_a_landline_is_refused_with_the_way_out(w, counter):
    answer = press(counter, w.entity, **{"f-phone": "0533-2180188"})
    assert answer.status_code == 422 and proposed() == 0
    assert "No text message arrives at this number" in answer.content.decode()
    assert "Type a mobile number" in answer.content.decode()


def test_a_landline_that_was_proposed_before_is_not_taken_over(w, counter):
    with scoped(SYSTEM):
        officer = actor_of(w.person("乙", Role.INSPECTOR, world.OFFICE))
        clerk = actor_of(w.person("内勤二", Role.CLERK, world.OFFICE))
        told = {"text": "0533-2180188"}
        made = proposals.propose(proposals.itself(w.entity), "number", told, officer, record=uuid4(), at=timezone.now())
    seen = proposals.seen(proposals.current(proposals.itself(w.entity), "number"))
    with scoped(clerk), pytest.raises(proposals.Unfit):
        proposals.accept(made.uid, clerk, seen)
    w.entity.refresh_from_db()
    assert w.entity.phone == "13805330000"


def test_an_old_landline_is_not_said_to_have_been_told(w, counter):
    Entity.objects.filter(pk=w.entity.pk).update(phone="0533-2180100")
    page = press(counter, w.entity).content.decode()
    assert "The number is changed" in page and "it has been told" not in page


@pytest.mark.parametrize("phone", ["138 0533 0000", "12345678901234567", "手机号码手机号码"])
def test_what_is_no_new_number_is_refused(w, counter, phone):
    assert press(counter, w.entity, **{"f-phone": phone}).status_code == 422
    assert proposed() == 0


@pytest.mark.parametrize(
    ("role", "area"), [(Role.CLERK, world.NEIGHBOUR_OFFICE), (Role.AUDITOR, world.OFFICE), (Role.HELPER, world.OFFICE)]
)
def test_who_does_not_work_here_changes_nothing(w, role, area):
    client = staff(w, "某某", role, area)
    assert client.get(f"/e/{w.entity.uid}/number/").status_code == 404
    assert client.post(f"/e/{w.entity.uid}/number/", TOLD).status_code in (403, 404)
    assert proposed() == 0


def test_the_counter_takes_access_away(w, counter):
    from zhijian.kernel.party import access

    with scoped(SYSTEM):
        person = access.Person(who="李店长", phone="13805330071")
        given = access.give(w.entity, None, person, SYSTEM)
    assert "138******71" in counter.get(f"/e/{w.entity.uid}/number/").content.decode()
    neighbour = staff(w, "邻所", Role.CLERK, world.NEIGHBOUR_OFFICE)
    assert neighbour.post(f"/e/{w.entity.uid}/access/{given.uid}/end/").status_code == 404
    assert counter.post(f"/e/{w.entity.uid}/access/{given.uid}/end/").status_code == 302
    assert Access.objects.get().ended_at is not None and holder_of("13805330071").standings == ()


def test_of_two_who_looked_at_the_same_number_the_second_looks_again(w):
    with scoped(SYSTEM):
        clerk = w.person("内勤", Role.CLERK, world.OFFICE)
    with scoped(w.actor(clerk.name)) as actor:
        now = proposals.seen({"text": w.entity.phone})
        one = number.NewNumber(speaker="王清", how=How.CARD, phone=NEW, reason="换号")
        number.change(w.entity, one, actor, now)
        other = number.NewNumber(speaker="王清", how=How.CARD, phone="13905330099", reason="换号")
        with pytest.raises(proposals.Overtaken):
            number.change(w.entity, other, actor, now)


def test_a_shop_that_had_the_old_number_for_its_own_has_the_new_one(w, counter):
    Premises.objects.filter(pk=w.premises.pk).update(phone=w.entity.phone)
    press(counter, w.entity)
    w.premises.refresh_from_db()
    assert proposals.current(w.premises, "phone") == {"text": NEW}


def test_a_number_from_the_door_is_the_shop_s_and_the_desk_is_told_which_one_stays(w, counter):
    with scoped(SYSTEM):
        told = {"text": "0533-2180099"}
        proposals.propose(w.premises, "phone", told, actor_of(w.inspector), record=uuid4(), at=timezone.now())
    page = counter.get("/corrections/").content.decode()
    assert f"stay with {w.entity.phone}" in page
    assert f"/e/{w.entity.uid}/number/" in page
