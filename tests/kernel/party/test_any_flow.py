"""A programme that declares nothing but a flow with steps of the enterprise has its page."""

from __future__ import annotations

import pytest
from tests.kernel.party.conftest import sign_in
from tests.phone import picture

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.perform import perform

pytestmark = pytest.mark.django_db


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def address(w, wish) -> str:
    with scoped(SYSTEM):
        perform(wish, "note", SYSTEM, word="a difficult customer")
        perform(wish, "reply", SYSTEM, word="from eight to ten")
        return f"/p/{make_link(w.entity, wish)}/"


def test_the_page_is_made_from_the_flow(client, address, wish):
    html = text_of(client.get(address))
    assert "A place to load and unload" in html
    assert "1 matter waits for you." in html
    assert "Reply: from eight to ten" in html
    assert f"{wish.uid}/agree/" in html and f"{wish.uid}/disagree/" in html
    assert 'name="word"' in html and 'name="seen"' in html and "data-photos" in html


def test_what_is_said_among_staff_is_not_on_it(client, address):
    html = text_of(client.get(address))
    assert "difficult customer" not in html
    assert "The office heard" not in html


def test_a_step_is_taken_by_its_form_with_photos(client, address, wish):
    from django.core.files.uploadedfile import SimpleUploadedFile

    two = [SimpleUploadedFile(f"{n}.jpg", picture(n)) for n in (1, 2)]
    answer = client.post(f"{address}{wish.uid}/agree/", {"word": "thank you", "seen": two})
    assert answer.status_code == 302 and answer.url.startswith(address)
    with scoped(SYSTEM):
        wish.refresh_from_db()
        assert wish.state == "done"
        photos = list(File.objects.filter(matter=wish, original=None).values_list("uid", flat=True))
    html = text_of(client.get(address))
    assert "has arrived" in html and "Nothing is to be done any more." in html
    assert all(f"photo/{uid}.jpg" in html for uid in photos) and len(photos) == 2
    assert client.get(f"{address}photo/{photos[0]}.jpg").headers["Content-Type"] == "image/jpeg"


def test_a_step_without_facts_is_a_button(client, address, wish):
    assert client.post(f"{address}{wish.uid}/disagree/").status_code == 302
    with scoped(SYSTEM):
        wish.refresh_from_db()
    assert wish.state == "heard"
    html = text_of(client.get(address))
    assert "Nothing is to be done by you at the moment." in html
    assert "/disagree/" not in html


def test_what_is_not_the_enterprises_step_is_not_there(client, address, wish):
    assert client.post(f"{address}{wish.uid}/reply/", {"word": "by myself"}).status_code == 404
    assert client.post(f"{address}{wish.uid}/nonsense/").status_code == 404


def test_a_second_copy_changes_nothing_and_is_told(client, address, wish):
    client.post(f"{address}{wish.uid}/agree/", {"word": "thank you"})
    again = client.post(f"{address}{wish.uid}/agree/", {"word": "thank you"})
    assert again.status_code == 409
    assert "done already" in text_of(again)


def test_a_matter_of_which_nobody_was_told_is_unknown(client, w, wish):
    """What the office only keeps for itself does not stand in the account."""
    sign_in(client, w.entity.phone)
    assert "A place to load" not in text_of(client.get("/my/"))
    with scoped(SYSTEM):
        perform(wish, "reply", SYSTEM, word="from eight to ten")
    html = text_of(client.get("/my/"))
    assert "A place to load" in html and "1 to do" in html
    assert client.get(f"/my/{wish.uid}/").status_code == 200
