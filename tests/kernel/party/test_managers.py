"""A person let in gets the messages about the shop himself where the owner wished so, at his own number."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import world
from tests.kernel.party.conftest import sign_in
from tests.kernel.party.test_standing import MANAGER, another, html_of, visited

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.notices import failing, inbox
from zhijian.kernel.notices.models import Notice, SimulatedMessage
from zhijian.kernel.notices.sending import send_again
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.party.models import Access
from zhijian.kernel.registry.models import Premises

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client, w) -> Client:
    sign_in(client, w.entity.phone)
    return client


def let_in(client: Client, where: object, phone: str = MANAGER, told: str = "on") -> Access:
    client.post("/my/access/", {"who": "李店长", "phone": phone, "where": str(where), "told": told} if told else
                {"who": "李店长", "phone": phone, "where": str(where)})  # fmt: skip
    jobs.run_pending()
    with scoped(SYSTEM):
        SimulatedMessage.objects.all().delete()
        return Access.objects.latest("pk")


def messages() -> list[SimulatedMessage]:
    """What goes out now."""
    jobs.run_pending()
    with scoped(SYSTEM):
        return list(SimulatedMessage.objects.order_by("pk"))


def send_back(visit, key: str = "") -> None:
    """Tell the enterprise something of a visit."""
    told = {"kind": "inspection", "verb": "order", "state": "rectifying", "title": visit.title, "organ": "张店局"}
    with scoped(SYSTEM):
        tell(visit.entity, matter=visit, template="step", data=told, actor=SYSTEM, dedupe=key or None)


def test_owner_and_manager_each_get_the_message_with_a_link_of_their_own(owner, w):
    visit = visited(w, w.premises, "许可证未悬挂")
    messages()
    let_in(owner, w.premises.uid)
    send_back(visit)
    sent = messages()
    assert sorted(one.number for one in sent) == sorted([MANAGER, w.entity.phone])
    links = {one.number: one.text.split("https://zj.example")[1].split()[0] for one in sent}
    assert links[MANAGER] != links[w.entity.phone]
    assert Client().get(links[MANAGER]).status_code == 200


def test_only_of_his_shop_and_only_where_the_owner_wished_it(owner, w):
    other = Premises.objects.create(entity=w.entity, name="清风小馆(二店)", area=world.OFFICE, trade="restaurant")
    mine, theirs = visited(w, w.premises, "许可证未悬挂"), visited(w, other, "冷藏柜 12 ℃")
    messages()
    let_in(owner, other.uid)
    let_in(owner, w.entity.uid, "13805330072", told="")
    send_back(mine)
    assert {one.number for one in messages()} == {w.entity.phone}
    send_back(theirs)
    assert MANAGER in {one.number for one in messages()}
    assert "13805330072" not in {one.number for one in messages()}


def test_the_same_occasion_is_told_once_to_each(owner, w):
    visit = visited(w, w.premises, "许可证未悬挂")
    messages()
    let_in(owner, w.entity.uid)
    for _again in range(2):
        with scoped(SYSTEM):
            send_back(visit, "once")
    assert sorted(one.number for one in messages()) == sorted([MANAGER, w.entity.phone])


def test_the_owner_changes_his_mind_and_the_record_says_so_without_the_number(owner, w):
    visit = visited(w, w.premises, "许可证未悬挂")
    messages()
    given = let_in(owner, w.premises.uid, told="")
    assert "Gets the text messages, too" not in html_of(owner.get("/my/access/"))
    owner.post(f"/my/access/{given.uid}/told/", {"told": "1"})
    assert "Gets the text messages, too" in html_of(owner.get("/my/access/"))
    send_back(visit)
    owner.post(f"/my/access/{given.uid}/told/", {"told": "0"})
    assert {one.number for one in messages()} == {w.entity.phone}, "what waited for him is not sent any more"
    with scoped(SYSTEM):
        entries = LedgerEntry.objects.filter(kind__startswith="enterprise.access_").order_by("pk")
        assert [one.kind for one in entries] == [
            "enterprise.access_given", "enterprise.access_told", "enterprise.access_not_told",
        ]  # fmt: skip
        assert not any(MANAGER in str(one.data) for one in entries)


def test_where_his_access_ends_his_links_end_and_what_waits_is_not_sent(owner, w):
    visit = visited(w, w.premises, "许可证未悬挂")
    messages()
    given = let_in(owner, w.premises.uid)
    send_back(visit)
    link = next(one.text.split("https://zj.example")[1].split()[0] for one in messages() if one.number == MANAGER)
    owners = next(one.text.split("https://zj.example")[1].split()[0] for one in messages() if one.number != MANAGER)
    send_back(visit)
    owner.post(f"/my/access/{given.uid}/end/")
    assert Client().get(link).status_code == 410
    assert Client().get(owners).status_code == 200
    assert [one.number for one in messages()].count(MANAGER) == 1


def test_a_message_that_does_not_reach_him_is_nobodys_task_and_goes_again_to_him(owner, w):
    visit = visited(w, w.premises, "许可证未悬挂")
    messages()
    let_in(owner, w.premises.uid)
    send_back(visit)
    messages()
    with scoped(SYSTEM):
        notice = Notice.objects.get(access__isnull=False)
        failing.give_up(notice, "unknown number")
        assert not inbox.failed().filter(pk=notice.pk).exists()
        assert not LedgerEntry.objects.filter(kind="notices.not_arrived").exists()
        Notice.objects.filter(pk=notice.pk).update(settled_at=None)
        notice.refresh_from_db()
        send_again(notice)
        assert Notice.objects.get(pk=notice.pk).address == MANAGER


def test_nobody_sets_it_for_another_enterprise(owner, w):
    other = another(w, "别家", "0533-2180077")
    with scoped(SYSTEM):
        from zhijian.kernel.party import access

        given = access.give(other, None, access.Person(who="李店长", phone=MANAGER), SYSTEM)
    assert owner.post(f"/my/access/{given.uid}/told/", {"told": "1"}).status_code == 404
    assert Client().post(f"/my/access/{given.uid}/told/", {"told": "1"}).status_code == 302
    assert not Access.objects.get(pk=given.pk).told
