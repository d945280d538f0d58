"""Merging and splitting at the desk: who may, the second look, the conflict page, the way back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from tests import world as worlds
from tests.kernel.matters.test_scope import plan
from tests.kernel.registry.test_joining import twin

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.registry.models import Entity, EntityJoin, Premises

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> Iterator[worlds.World]:
    with scoped(SYSTEM):
        made = worlds.make()
        made.person("内勤", Role.CLERK, worlds.OFFICE)
        made.person("督察", Role.AUDITOR, worlds.CITY)
        assert made.inspector.username == "甲"
        yield made


@pytest.fixture
def signed_in(world: worlds.World) -> Callable[[str], Client]:
    def client(name: str) -> Client:
        made = Client(headers={"accept-language": "en"})
        made.force_login(Person.objects.get(username=name))
        return made

    return client


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def hidden(answer: Any) -> dict[str, Any]:
    """The hidden fields of a confirmation, as a browser would send them."""
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.content.decode()):
        found.setdefault(name, []).append(value)
    found.pop("csrfmiddlewaretoken", None)
    return found


def test_a_clerk_merges_after_a_second_look_and_takes_it_back(world: worlds.World, signed_in: Any) -> None:
    other, clerk = twin(world), signed_in("内勤")
    shop = other.premises.get()
    page = f"/e/{world.entity.uid}/merge/"
    assert "Merge with another file" in text(clerk.get(f"/e/{world.entity.uid}/"))
    answer = clerk.get(page)
    assert "the same code, typed differently" in text(answer)
    answer = clerk.get(page, {"e": other.uid})
    assert "9137O303MA3C000001" in text(answer)
    assert "One and the same place?" in text(answer)
    answer = clerk.post(page, {"e": other.uid, "keep": world.entity.uid, "place": shop.pk, "reason": "录错"})
    assert answer.status_code == 200
    assert "Merge the two files" in text(answer)
    assert not EntityJoin.objects.exists()
    answer = clerk.post(page, hidden(answer))
    assert answer.status_code == 302
    answer = clerk.get(answer["Location"])
    assert "Also stands for" in text(answer)
    assert "Two files were made one" in text(answer)
    assert clerk.get(f"/e/{other.uid}/")["Location"] == f"/e/{world.entity.uid}/"
    assert clerk.get(f"/e/{other.uid}/merge/")["Location"] == page
    door = clerk.get(f"/d/{shop.door_code}/", follow=True)
    assert door.status_code == 200
    assert door.redirect_chain[-1][0] == f"/d/{world.premises.door_code}/"
    join = EntityJoin.objects.get()
    back = f"/joins/{join.uid}/"
    assert "录错" in text(clerk.get(back))
    assert "Confirm: take it back" in text(clerk.post(back))
    assert EntityJoin.objects.get().undone_at is None
    assert clerk.post(back, {"go": "1"})["Location"] == f"/e/{other.uid}/"
    assert clerk.get(f"/e/{other.uid}/").status_code == 200
    assert clerk.post(back, {"go": "1"}).status_code == 409


def test_the_other_one_can_be_the_one_that_stays(world: worlds.World, signed_in: Any) -> None:
    other, clerk = twin(world), signed_in("内勤")
    answer = clerk.post(f"/e/{world.entity.uid}/merge/", {"e": other.uid, "keep": other.uid})
    assert clerk.post(f"/e/{world.entity.uid}/merge/", hidden(answer))["Location"] == f"/e/{other.uid}/"
    assert Entity.objects.get(pk=world.entity.pk).merged_into == other


def test_what_changed_meanwhile_is_shown_and_nothing_is_merged(world: worlds.World, signed_in: Any) -> None:
    other, clerk = twin(world), signed_in("内勤")
    page = f"/e/{world.entity.uid}/merge/"
    sent = hidden(clerk.post(page, {"e": other.uid, "keep": world.entity.uid}))
    plan(worlds.World(other, other.premises.get(), world.checklist, world.people))
    answer = clerk.post(page, sent)
    assert answer.status_code == 409
    assert "Somebody changed these files" in text(answer)
    assert not EntityJoin.objects.exists()
    assert clerk.post(page, hidden(answer)).status_code == 302  # what is shown now was seen


def test_who_may(world: worlds.World, signed_in: Any) -> None:
    other = twin(world)
    page = f"/e/{world.entity.uid}/merge/"
    assert signed_in("甲").get(page).status_code == 404
    assert "Merge with another file" not in text(signed_in("甲").get(f"/e/{world.entity.uid}/"))
    assert signed_in("督察").post(page, {"e": other.uid}).status_code == 403
    Premises.objects.filter(entity=other).update(area=worlds.NEIGHBOUR_OFFICE)
    clerk = signed_in("内勤")
    assert "Ask the bureau above" in text(clerk.get(page, {"e": other.uid}))
    sent = hidden(clerk.post(page, {"e": other.uid, "keep": world.entity.uid}))
    assert clerk.post(page, sent).status_code == 403
    assert not EntityJoin.objects.exists()


def test_an_auditor_reads_and_changes_nothing(world: worlds.World, signed_in: Any) -> None:
    other, clerk = twin(world), signed_in("内勤")
    page = f"/e/{world.entity.uid}/merge/"
    clerk.post(page, hidden(clerk.post(page, {"e": other.uid, "keep": world.entity.uid})))
    back = f"/joins/{EntityJoin.objects.get().uid}/"
    auditor = signed_in("督察")
    assert "Take it back" not in text(auditor.get(back))
    assert auditor.post(back, {"go": "1"}).status_code == 403
    assert EntityJoin.objects.get().undone_at is None


def test_a_file_is_split_to_a_new_enterprise(world: worlds.World, signed_in: Any) -> None:
    shop = Premises.objects.create(entity=world.entity, name="另一家", address="二马路 2 号", area=worlds.OFFICE)
    clerk, page = signed_in("内勤"), f"/e/{world.entity.uid}/split/"
    assert "另一家" in text(clerk.get(page))
    assert "Choose what goes over" in text(clerk.post(page, {"name": "另一家餐饮"}))
    assert "Say to whom it goes" in text(clerk.post(page, {"premises": shop.pk}))
    answer = clerk.post(page, {"premises": shop.pk, "name": "另一家餐饮", "reason": "两家"})
    assert "Split the file now" in text(answer)
    assert not Entity.objects.filter(name="另一家餐饮").exists()
    assert clerk.post(page, hidden(answer)).status_code == 302
    shop.refresh_from_db()
    assert shop.entity.name == "另一家餐饮"
    assert "was split from" in text(clerk.get(f"/e/{shop.entity.uid}/"))


def test_a_refused_split_leaves_no_empty_enterprise(world: worlds.World, signed_in: Any) -> None:
    shop = Premises.objects.create(entity=world.entity, name="另一家", address="二马路 2 号", area=worlds.OFFICE)
    clerk, page = signed_in("内勤"), f"/e/{world.entity.uid}/split/"
    sent = hidden(clerk.post(page, {"premises": shop.pk, "name": "另一家餐饮"}))
    plan(world)
    assert clerk.post(page, sent).status_code == 409
    assert not Entity.objects.filter(name="另一家餐饮").exists()


def test_nonsense_is_answered(world: worlds.World, signed_in: Any) -> None:
    clerk, page = signed_in("内勤"), f"/e/{world.entity.uid}/merge/"
    for sent in ({"e": "x"}, {"e": str(world.entity.uid)}, {"place": ["a", "9" * 40]}):
        assert clerk.post(page, sent).status_code == 200
    assert clerk.get(page, {"e": "00000000-0000-7000-8000-000000000000"}).status_code == 404
