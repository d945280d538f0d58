"""Row security holds by itself, below the querysets: unset is nothing, a range is its subtree, a party its own."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.utils import DatabaseError
from tests import world

from zhijian.kernel.accounts.actor import PUBLIC, SYSTEM, party_of
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import in_scope, scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import NotFound
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.programmes.inspection.flow import INSPECTION

pytestmark = pytest.mark.django_db


def plan(w: world.World, area: str = world.OFFICE) -> Matter:
    """A planned visit, by the office's head."""
    w.head, w.inspector, w.second
    with scoped(w.actor("所长")) as head:
        about = About(w.premises.name, area, w.entity, w.premises)
        return perform(
            INSPECTION, "plan", head, about=about, planned_for=world.in_days(1), assignee=w.inspector.pk,
            second=w.second.pk, checklist=w.checklist.pk,
        )  # fmt: skip


@pytest.fixture
def w() -> world.World:
    with scoped(SYSTEM):
        return world.make()


def seen_by(actor: object) -> int:
    with scoped(actor):
        return Matter.objects.count()


def test_every_scope_sees_its_own(w: world.World) -> None:
    plan(w)
    assert Matter.objects.count() == 0, "no scope, no rows"
    assert seen_by(SYSTEM) == 1
    assert seen_by(PUBLIC) == 0
    assert seen_by(w.actor("所长")) == 1
    w.stranger
    assert seen_by(w.actor("外区")) == 0
    assert seen_by(party_of(w.entity)) == 1


def test_two_posts_see_two_places_and_nothing_between(w: world.World) -> None:
    """The hull of 370302001 and 370303006 covers 370303005, which neither post does."""
    plan(w)
    with scoped(SYSTEM):
        Matter.objects.update(area=world.SISTER)
    w.person("两处", Role.HEAD, world.NEIGHBOUR_OFFICE)
    w.person("两处", Role.HEAD, world.OFFICE)
    assert len(w.actor("两处").scopes()) == 2
    assert seen_by(w.actor("两处")) == 0
    with scoped(SYSTEM):
        Matter.objects.update(area=world.OFFICE)
    assert seen_by(w.actor("两处")) == 1


def test_nothing_moves_out_of_scope(w: world.World) -> None:
    plan(w)
    with pytest.raises(DatabaseError), scoped(w.actor("所长")), transaction.atomic():
        Matter.objects.update(area=world.NEIGHBOUR_OFFICE)


def test_others_rows_are_not_found(w: world.World) -> None:
    matter = plan(w)
    w.stranger
    with scoped(w.actor("外区")) as stranger:
        assert not in_scope(Matter.objects.all(), stranger).exists()
        with pytest.raises(NotFound):
            perform(matter, "cancel", stranger, reason="x" * 5)


def test_the_ledger_only_grows(w: world.World) -> None:
    plan(w)
    with scoped(SYSTEM):
        assert LedgerEntry.objects.count() == 1
        for statement in (
            "UPDATE evidence_ledgerentry SET actor = 'x'",
            "DELETE FROM evidence_ledgerentry",
            "TRUNCATE evidence_ledgerentry CASCADE",
        ):
            with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_a_chain_goes_on_for_those_who_may_not_read_it(w: world.World) -> None:
    """A party's step is linked to the entries before it, which it may not all see; each subject counts by itself."""
    matter = plan(w)
    with scoped(w.actor("所长")) as head:
        perform(matter, "cancel", head, reason="改期")
    with scoped(SYSTEM):
        rows = list(LedgerEntry.objects.filter(subject=f"matter:{matter.pk}").order_by("seq"))
    assert [row.seq for row in rows] == [1, 2]
    assert rows[0].sha256 != rows[1].sha256
