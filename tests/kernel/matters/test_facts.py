"""What a step is told: personal facts are sealed beside the ledger; a new area takes along what stands beneath it."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from tests import world

from zhijian.kernel.accounts import HEAD
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence import files, ledger
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters import Facts, Flow, State, Step, long
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.programmes.inspection import rules


class HandOver(Facts):
    area: str
    told_by: Annotated[str, long("Who told it", personal=True)]


FLOW = Flow(
    kind="toy",
    title="Toy",
    numbered=False,
    states=[State("open", "Open"), State("there", "There")],
    steps=[
        Step("begin", to="open", who=HEAD, label="Begin", starts=rules.RECHECK_WITHIN),
        Step("hand_over", "open", "there", who=HEAD, label="Hand over", facts=HandOver, said="Told by {told_by}"),
    ],
)


@pytest.fixture
def toy(db: None, monkeypatch: pytest.MonkeyPatch) -> Matter:
    """An open matter of a flow that is declared for the test alone."""
    monkeypatch.setitem(flows(), FLOW.kind, FLOW)
    for step in FLOW.steps:
        monkeypatch.setitem(
            ledger._KINDS, FLOW.entry_kind(step), ledger.EntryKind(FLOW.entry_kind(step), step.said, step.personal)
        )
    with scoped(SYSTEM):
        w = world.make()
        return perform(FLOW, "begin", SYSTEM, about=About("x", world.OFFICE, w.entity, w.premises))


def hand_over(toy: Matter, **more: Any) -> LedgerEntry:
    perform(toy, "hand_over", SYSTEM, area=world.SISTER, told_by="王清 13800138000", **more)
    return LedgerEntry.objects.filter(matter=toy).latest("id")


def test_a_personal_fact_stands_beside_the_ledger_and_not_in_it(toy: Matter) -> None:
    with scoped(SYSTEM):
        entry = hand_over(toy)
        assert "13800138000" not in str(entry.data)
        assert entry.data["told_by"].keys() == {"digest"}
        assert ledger.describe(entry, SYSTEM) != "Told by 王清 13800138000"  # masked
        entry.personal.all().delete()
        assert ledger.describe(entry, SYSTEM) == "Told by …"


def test_what_stands_beneath_a_matter_goes_with_it_and_the_ledger_stays(toy: Matter) -> None:
    with scoped(SYSTEM):
        [file] = files.expect(toy, [files.Expected("a" * 64)], actor=SYSTEM)
        hand_over(toy)
        file.refresh_from_db()
        clock = Clock.objects.get(matter=toy)
        assert (file.area, clock.area) == (world.SISTER, world.SISTER)
        began = LedgerEntry.objects.get(matter=toy, kind="toy.begin")
        assert began.area == world.OFFICE
