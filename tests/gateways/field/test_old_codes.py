"""The phone knows the codes that doors had before: they come with their shop, and cost the others nothing."""

from __future__ import annotations

import importlib
import json

import pytest
from django.db import connection
from tests import world

from zhijian.gateways.field import reference
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.registry import changes
from zhijian.kernel.registry.cards.replacing import replace
from zhijian.kernel.registry.models import Premises, RetiredCode

HERE = [(world.OFFICE, world.OFFICE + "~")]


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        _ = made.head
        return made


def retire(w: world.World, place: Premises) -> str:
    """Replace the door's code; returns the old one."""
    place.refresh_from_db()
    old = place.door_code
    replace(place, old, "lost", w.actor("所长"))
    return old


def told(place: Premises) -> dict[str, object]:
    rows = Premises.objects.select_related("entity").prefetch_related("licences").filter(pk=place.pk)
    return reference.premises(list(rows))[0]


@pytest.fixture
def committed(fresh_database: object) -> world.World:
    """The same with real commits: within one transaction everything has changed just now."""
    with scoped(SYSTEM):
        made = world.make()
        _ = made.head
        Premises.objects.create(entity=made.entity, name="二店", area=world.OFFICE, trade="restaurant")
        return made


def changed_since(cursor: str) -> changes.Changes:
    with scoped(SYSTEM):
        return changes.changes_since(cursor, HERE)


def test_the_shop_goes_to_the_phones_again_with_its_old_codes_the_newest_first(committed):
    w, cursor = committed, changed_since("").cursor
    assert changed_since(cursor).rows == []
    with scoped(SYSTEM):
        first, second = retire(w, w.premises), retire(w, w.premises)
    again = changed_since(cursor).rows
    assert [row.pk for row in again] == [w.premises.pk]
    with scoped(SYSTEM):
        (shop,) = reference.premises(again)
        w.premises.refresh_from_db()
    assert (shop["old_codes"], shop["door_code"]) == ([second, first], w.premises.door_code)


def test_codes_that_were_retired_before_phones_knew_of_them_reach_them_by_the_migration(committed):
    """The migration's own statements, on rows as an older release left them."""
    with scoped(SYSTEM):
        RetiredCode.objects.create(code="0123456789", premises=committed.premises, reason="lost", by_name="x")
    cursor = changed_since("").cursor
    assert changed_since(cursor).rows == []
    migration = importlib.import_module("zhijian.kernel.registry.migrations.0013_old_codes_to_phones")
    with scoped(SYSTEM), connection.cursor() as sql:
        sql.execute(migration.TOUCH)
    assert [row.pk for row in changed_since(cursor).rows] == [committed.premises.pk], "and no other shop"


def test_a_shop_without_any_costs_not_a_byte_and_each_code_thirteen(w):
    with scoped(SYSTEM):

        def size() -> int:
            return len(json.dumps(told(w.premises), separators=(",", ":"), ensure_ascii=False).encode())

        none = size()
        assert "old_codes" not in told(w.premises)
        retire(w, w.premises)
        one = size()
        retire(w, w.premises)
        assert (one - none, size() - one) == (len(',"old_codes":["0000000000"]'), len(',"0000000000"'))


def test_of_many_the_newest_are_told_and_neighbours_are_not_mixed_up(w, monkeypatch):
    monkeypatch.setattr(reference, "OLD_CODES", 2)
    with scoped(SYSTEM):
        other = Premises.objects.create(entity=w.entity, name="二店", area=world.OFFICE, trade="restaurant")
        codes = [retire(w, w.premises) for _ in range(3)]
        theirs = retire(w, other)
        assert told(w.premises)["old_codes"] == [codes[2], codes[1]]
        assert told(other)["old_codes"] == [theirs]


def test_the_codes_of_a_shop_that_was_merged_lead_to_the_one_that_was_kept(w):
    with scoped(SYSTEM):
        twin = Premises.objects.create(entity=w.entity, name="清风", area=world.OFFICE, trade="restaurant")
        old = retire(w, twin)
        Premises.objects.filter(pk=twin.pk).update(merged_into=w.premises)
        assert told(w.premises)["old_codes"] == [old]
