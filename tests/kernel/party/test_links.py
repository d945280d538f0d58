"""Links that are wrong or have run out, and codes on doors that nobody has: what to do stands on the page."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import AccessLink
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.notices.models import SimulatedMessage
from zhijian.kernel.party import renewing

pytestmark = pytest.mark.django_db


@pytest.fixture
def expired(link: str) -> str:
    AccessLink.objects.update(expires=timezone.now())
    return link


def test_a_wrong_link_speaks_to_citizens(client, w):
    answer = client.get("/p/wrong-token/")
    html = answer.content.decode()
    assert answer.status_code == 404
    assert "cut off" in html and "/my/" in html
    assert "to-do" not in html and "new/" not in html, "there is nobody to send a new link to"


def test_a_link_that_has_run_out_sends_a_new_one_to_the_number_on_file(client, w, expired):
    answer = client.get(expired)
    assert answer.status_code == 410 and f"{expired}new/" in answer.content.decode()
    assert "on its way" in client.post(f"{expired}new/").content.decode()
    jobs.run_pending()
    with scoped(SYSTEM):
        message = SimulatedMessage.objects.get()
        assert message.number == w.entity.phone
    new = re.search(r"/p/[\w-]+/", message.text)
    assert new is not None and new.group() != expired
    assert client.get(new.group()).status_code == 200
    assert client.get(expired).status_code == 410, "the old one stays closed"


def test_new_links_are_not_sent_again_and_again(client, expired, monkeypatch):
    assert client.post(f"{expired}new/").status_code == 200
    assert client.post(f"{expired}new/").status_code == 429
    monkeypatch.setattr(renewing, "PAUSE", 0)
    answers = [client.post(f"{expired}new/").status_code for _ in range(4)]
    assert answers == [200, 200, 429, 429]


def test_an_enterprise_without_a_telephone_is_told_where_to_go(client, w, expired):
    with scoped(SYSTEM):
        w.entity.phone = ""
        w.entity.save()
    answer = client.post(f"{expired}new/")
    assert answer.status_code == 404 and "counter of your local office" in answer.content.decode()


def test_a_good_link_is_not_renewed_for_strangers(client, link):
    assert client.post("/p/wrong-token/new/").status_code == 404


def test_a_step_through_a_link_that_has_run_out_is_not_taken(client, finding, expired):
    answer = client.post(f"{expired}{finding.uid}/answer/", {"answer": "done"})
    assert answer.status_code == 410
    with scoped(SYSTEM):
        finding.refresh_from_db()
        assert finding.state == "ordered"


def test_an_unknown_door_code_is_asked_for_again(client, w):
    answer = client.get("/d/NOSUCH/")
    html = answer.content.decode()
    assert answer.status_code == 404
    assert "No shop has this code" in html and 'value="NOSUCH"' in html and "to-do" not in html
    found = client.get("/d/", {"code": w.premises.door_code}, follow=True)
    assert w.premises.name in found.content.decode()


def test_the_door_shows_what_programmes_made_public(client, w):
    html = client.get(f"/d/{w.premises.door_code}/").content.decode()
    assert "No published result yet" in html and "JY23703030000001" in html


def test_who_comes_back_to_the_address_of_a_step_sees_the_page(client, link, finding):
    assert client.get(f"{link}{finding.uid}/answer/").url == link
    assert client.get(f"{link}new/").url == link
