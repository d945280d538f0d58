"""One number, several shops: what waits in each, and a manager who sees only the shop that he was let into."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone
from tests import world
from tests.kernel.party.conftest import sign_in
from tests.kernel.party.test_signing_in import PAGE, ask, sent

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import number_index
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry, LedgerPersonal
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.notices.models import SimulatedMessage
from zhijian.kernel.party import access
from zhijian.kernel.party.models import Access
from zhijian.kernel.party.standing import holder_of
from zhijian.kernel.registry.models import Entity, Premises

pytestmark = pytest.mark.django_db
MANAGER = "13805330071"


def another(w: world.World, name: str, phone: str, code: str = "91370303MA3C000002") -> Entity:
    """Another enterprise with one shop."""
    with scoped(SYSTEM):
        made = Entity.objects.create(scheme="uscc", code=code, name=name, area=world.OFFICE, phone=phone)
        Premises.objects.create(entity=made, name=f"{name}店", area=world.OFFICE, trade="restaurant")
    return made


def visited(w: world.World, premises: Premises, title: str) -> Matter:
    """A visit with one finding at a shop."""
    from zhijian.programmes.inspection import flow
    from zhijian.programmes.inspection.models import Inspection

    with scoped(SYSTEM):
        about = About(premises.name, premises.area, premises.entity, premises)
        visit = perform(
            flow.INSPECTION, "plan", SYSTEM, at=timezone.now() - dt.timedelta(days=3), about=about, purpose="routine",
            planned_for=world.in_days(-3), assignee=w.inspector.pk, second=w.second.pk, checklist=w.checklist.pk,
        )  # fmt: skip
        perform(
            flow.RECTIFICATION, "order", SYSTEM, item="1.2", found=title, required="补齐", deadline=world.in_days(7),
            about=About(title, premises.area, premises.entity, premises, visit),
            by_field={"inspection": Inspection.objects.get(pk=visit.pk)},
        )  # fmt: skip
    return visit


def html_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def second(w) -> Entity:
    """Another enterprise of the same owner."""
    return another(w, "淄博明月餐饮", w.entity.phone)


def test_one_number_sees_every_shop_that_is_registered_with_it(client, w, second):
    visited(w, w.premises, "许可证未悬挂")
    visited(w, second.premises.get(), "冷藏柜 12 ℃")
    sign_in(client, w.entity.phone)
    html = html_of(client.get("/my/"))
    rows = re.findall(r'<strong>(.*?)</strong><br>(.*?) · <span class="nowrap">(\d{4}-\d\d-\d\d)', html)
    assert {row[0] for row in rows} == {w.premises.name, "淄博明月餐饮店"}
    assert {row[1] for row in rows} == {"Result of a visit"}
    assert {row[2] for row in rows} == {f"{world.in_days(-3)}"}, "the day of the visit, not of its planning"


def test_it_switches_between_them(client, w, second):
    visited(w, w.premises, "许可证未悬挂")
    theirs = visited(w, second.premises.get(), "冷藏柜 12 ℃")
    sign_in(client, w.entity.phone)
    one = html_of(client.get(f"/my/?shop={second.uid}"))
    assert "淄博明月餐饮店" in one and f"<strong>{w.premises.name}</strong>" not in one
    assert f"?shop={w.entity.uid}" in one
    assert client.get(f"/my/{theirs.uid}/").status_code == 200


def test_it_signs_in_with_the_number_itself(client, w, second):
    assert "Code from the message" in html_of(ask(client, " 13805330000 "))
    answer = client.post(PAGE, {"code": sent()}, follow=True)
    assert answer.redirect_chain[-1][0] == "/my/"
    assert w.entity.name in html_of(answer) and second.name in html_of(answer)
    with scoped(SYSTEM):
        entries = LedgerEntry.objects.filter(kind="enterprise.signed_in")
        assert {one.entity_id for one in entries} == {w.entity.pk, second.pk}
        assert all(one.data["through"] == "138******00" for one in entries)


def test_an_unknown_number_is_answered_alike(w):
    pages = []
    for number in ("13805330000", "13899999999"):
        client = Client(HTTP_ACCEPT_LANGUAGE="en")
        asked = html_of(ask(client, number))
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"|' + number, "", asked))
    assert pages[0] == pages[1]


def test_a_landline_is_told_that_no_code_can_come(client, w):
    answer = ask(client, "0533-2180000")
    assert answer.status_code == 422 and "No text message arrives" in html_of(answer)


def test_the_number_does_not_stand_in_clear_in_the_session(client, w):
    ask(client, "13805330000")
    assert "5330000" not in str(dict(client.session))
    client.post(PAGE, {"code": sent()})
    assert "5330000" not in str(dict(client.session))


def invite(client: Client, where: str, phone: str = MANAGER):
    return client.post("/my/access/", {"who": "李店长", "phone": phone, "where": where}, follow=True)


def test_the_owner_lets_a_manager_into_one_shop_and_takes_it_away(client, w):
    other = Premises.objects.create(entity=w.entity, name="清风小馆(二店)", area=world.OFFICE, trade="restaurant")
    mine, theirs = visited(w, w.premises, "许可证未悬挂"), visited(w, other, "冷藏柜 12 ℃")
    sign_in(client, w.entity.phone)
    assert "has been sent a message" in html_of(invite(client, str(other.uid)))
    jobs.run_pending()
    with scoped(SYSTEM):
        told = SimulatedMessage.objects.latest("pk")
    assert told.number == MANAGER and "清风小馆(二店)" in told.text and "https://zj.example/my/" in told.text
    manager = sign_in(Client(HTTP_ACCEPT_LANGUAGE="en"), "138 0533 0071")
    html = html_of(manager.get("/my/"))
    assert "清风小馆(二店)" in html and f"<strong>{w.premises.name}</strong>" not in html
    assert manager.get(f"/my/{theirs.uid}/").status_code == 200
    assert manager.get(f"/my/{mine.uid}/").status_code == 404
    assert manager.get("/my/access/").status_code == 404, "only the registered number lets people in"
    given = Access.objects.get()
    assert client.post(f"/my/access/{given.uid}/end/").status_code == 302
    assert manager.get("/my/").status_code == 302, "the session ends at once"
    assert manager.get(f"/my/{theirs.uid}/").status_code == 302


def test_who_did_it_stands_in_the_record(client, w, finding):
    sign_in(client, w.entity.phone)
    invite(client, str(w.entity.uid))
    manager = sign_in(Client(), MANAGER)
    assert manager.post(f"/my/{finding.parent.uid}/{finding.uid}/answer/", {"answer": "已补齐"}).status_code == 302
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(kind="rectification.answer")
        given = LedgerEntry.objects.get(kind="enterprise.access_given")
        assert entry.data["through"] == "138******71" and given.data["through"] == "138******00"
        assert MANAGER not in str(given.data) and "李店长" not in str(given.data)
        assert LedgerPersonal.objects.filter(entry=given).count() == 2


@pytest.mark.parametrize(
    ("phone", "says"),
    [
        ("13805330000", "own number"),
        ("12", "no telephone number"),
        ("一二三四五六七八", "no telephone number"),
        ("0533-2345678", "Type a mobile number"),
    ],
)
def test_what_cannot_be_let_in_is_told_beside_the_number(client, w, phone, says):
    sign_in(client, w.entity.phone)
    answer = invite(client, str(w.entity.uid), phone)
    assert answer.status_code == 422 and says in html_of(answer) and "李店长" in html_of(answer)
    assert not Access.objects.exists()


def test_the_same_person_is_let_in_once(client, w):
    sign_in(client, w.entity.phone)
    invite(client, str(w.entity.uid))
    assert "has access already" in html_of(invite(client, str(w.entity.uid), "+86 138-0533-0071"))


def test_where_nothing_is_sent_nothing_is_said_to_be_sent(client, w, settings):
    sign_in(client, w.entity.phone)
    settings.DEMO = False  # and no gateway is set up
    page = html_of(invite(client, str(w.entity.uid)))
    assert "can sign in with that number now" in page and "has been sent" not in page


def test_a_landline_that_was_let_in_before_is_named_and_gets_no_messages(client, w):
    sign_in(client, w.entity.phone)
    invite(client, str(w.entity.uid))
    given = Access.objects.get()
    given.phone, given.number = "0533-2345678", number_index("0533-2345678")
    given.save()
    assert "No text message arrives at this number" in html_of(client.get("/my/access/"))
    page = html_of(client.post(f"/my/access/{given.uid}/told/", {"told": "1"}, follow=True))
    given.refresh_from_db()
    assert not given.told and "Type a mobile number" in page


def test_nobody_ends_the_access_of_anothers_shop(client, w):
    other = another(w, "别家", "0533-2180077")
    with scoped(SYSTEM):
        person = access.Person(who="李店长", phone=MANAGER)
        given = access.give(other, None, person, SYSTEM)
    sign_in(client, w.entity.phone)
    assert client.post(f"/my/access/{given.uid}/end/").status_code == 404
    assert Access.objects.get().ended_at is None


def test_an_enterprise_that_was_merged_into_another_stands_there_only(w, second):
    Entity.objects.filter(pk=second.pk).update(merged_into=w.entity)
    assert [one.entity.pk for one in holder_of(w.entity.phone).standings] == [w.entity.pk]


@pytest.mark.parametrize("number", ["", "12345", "abc"])
def test_what_is_no_number_may_nothing(w, number):
    Entity.objects.filter(pk=w.entity.pk).update(phone=number)
    assert holder_of(number).standings == ()


def test_what_is_overdue_says_so_on_the_owners_page(client, w, finding):
    with scoped(SYSTEM):
        Matter.objects.filter(pk=finding.pk).update(due=world.in_days(-30))
    sign_in(client, w.entity.phone)
    page = html_of(client.get("/my/"))
    assert f"overdue since {world.in_days(-30)}" in page and f"by {world.in_days(-30)}" not in page
