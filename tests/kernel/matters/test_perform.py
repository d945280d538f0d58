"""`perform`: one transaction, or nothing; the right people; no last save wins."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from tests import world
from tests.kernel.matters.test_scope import plan
from tests.openers import OPENERS

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters import numbers
from zhijian.kernel.matters.errors import BadFacts, Conflict, NotAllowed, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, offers, perform, why_not
from zhijian.programmes.inspection.flow import INSPECTION


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        return world.make()


def test_a_step_changes_state_version_ledger_and_number_together(w: world.World) -> None:
    matter = plan(w)
    assert matter.state == "planned"
    assert matter.number.startswith("张市监检〔2026〕") or matter.number
    with scoped(w.actor("所长")) as head:
        changed = perform(matter, "cancel", head, version=1, reason="店铺装修")
        assert (changed.state, changed.version, changed.closed is not None) == ("cancelled", 2, True)
        entry = LedgerEntry.objects.latest("id")
        assert (entry.kind, entry.data["reason"], entry.actor) == ("inspection.cancel", "店铺装修", head.label)


def test_what_fails_leaves_nothing(w: world.World) -> None:
    matter = plan(w)
    with scoped(w.actor("所长")) as head:
        before = LedgerEntry.objects.count()
        with pytest.raises(BadFacts) as caught:
            perform(matter, "cancel", head, reason="")
        assert "reason" in caught.value.errors
        assert LedgerEntry.objects.count() == before
        matter.refresh_from_db()
        assert matter.version == 1


def test_a_stale_version_is_a_conflict(w: world.World) -> None:
    matter = plan(w)
    with scoped(w.actor("所长")) as head:
        perform(matter, "assign", head, version=1, assignee=w.second.pk, second=w.inspector.pk)
        with pytest.raises(Conflict) as caught:
            perform(matter, "cancel", head, version=1, reason="改期了")
        assert (caught.value.yours, caught.value.current) == (1, 2)


def test_the_wrong_role_is_told_who_may(w: world.World) -> None:
    matter = plan(w)
    with scoped(w.actor("甲")) as inspector:
        with pytest.raises(NotAllowed):
            perform(matter, "cancel", inspector, reason="改期了")
        assert why_not(matter, "cancel", inspector)
        assert "cancel" not in [offer.step.verb for offer in offers(matter, inspector)]


def test_a_shut_step_says_why(w: world.World) -> None:
    """The button is there, shut, with the guard's own sentence; a quiet one is not there at all."""
    visit = OPENERS["rectification"](w).parent
    with scoped(SYSTEM):
        Matter.objects.filter(pk=visit.pk).update(state="rectifying")
        visit.refresh_from_db()
    with scoped(w.actor("所长")) as head:
        shown = {offer.step.verb: offer for offer in offers(visit, head)}
        assert not shown["close"].open
        assert "1" in shown["close"].why
        assert "look" not in shown


def test_two_certified_officers(w: world.World) -> None:
    helper = w.person("协管", world.Role.HELPER, world.OFFICE)
    w.head
    with scoped(w.actor("所长")) as head:
        about = About("店", world.OFFICE, w.entity, w.premises)
        for pair in ((w.inspector.pk, w.inspector.pk), (w.inspector.pk, helper.pk)):
            with pytest.raises(NotOpen):
                perform(
                    INSPECTION,
                    "plan",
                    head,
                    about=about,
                    planned_for=world.in_days(1),
                    assignee=pair[0],
                    second=pair[1],
                )


def test_nobody_opens_matters_elsewhere(w: world.World) -> None:
    w.stranger
    with scoped(w.actor("外区")) as stranger, pytest.raises(NotAllowed):
        perform(
            INSPECTION, "plan", stranger, about=About("店", world.OFFICE, w.entity, w.premises),
            planned_for=world.in_days(1), assignee=w.inspector.pk, second=w.second.pk,
        )  # fmt: skip


def _twenty_numbers(take: object) -> list[int]:
    taken: list[int] = []

    def work() -> None:
        for _ in range(5):
            with scoped(SYSTEM):
                taken.append(take())  # type: ignore[operator]
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(taken)


def test_numbers_race(fresh_database: object) -> None:
    """Read-then-add gives the same number twice; the sequence never does, also while it is being made."""
    barrier, last = threading.Barrier(4), {"n": 0}

    def together() -> int:
        n = last["n"]
        barrier.wait(timeout=20)
        last["n"] = n + 1
        return n + 1

    assert len(set(_twenty_numbers(together))) < 20, "the race must be there, or the next line proves nothing"
    assert _twenty_numbers(lambda: numbers.take("real", "3703", 2026)) == list(range(1, 21))


def test_a_sequence_lets_others_pass(fresh_database: object) -> None:
    """A number taken in a long transaction does not hold up the next one."""
    with scoped(SYSTEM):
        numbers.take("real", "3703", 2026)
        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(_one_number).result(timeout=10)
    assert other >= 1


def _one_number() -> int:
    with scoped(SYSTEM):
        taken = numbers.take("real", "3704", 2026)
    connection.close()
    return taken


def test_two_steps_at_once_on_one_matter(fresh_database: object) -> None:
    """Two heads cancel at the same moment: one does, the other is told that it is no longer possible."""
    with scoped(SYSTEM):
        w = world.make()
    matter = plan(w)
    outcomes: list[str] = []

    def work() -> None:
        with scoped(w.actor("所长")) as head:
            try:
                perform(matter, "cancel", head, version=1, reason="同时取消")
                outcomes.append("done")
            except Conflict:
                outcomes.append("conflict")
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "done"]
    with scoped(SYSTEM), transaction.atomic():
        assert LedgerEntry.objects.filter(kind="inspection.cancel").count() == 1
        assert Matter.objects.get(pk=matter.pk).version == 2
