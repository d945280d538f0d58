"""Every flow, walked at random by lawful and unlawful people: what the table says happens, and nothing else does."""

from __future__ import annotations

import datetime as dt
import os
import random
import types
import typing
import uuid
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from django.utils import translation
from tests import words, world
from tests.openers import OPENERS

from zhijian.kernel.accounts.actor import SYSTEM, Actor, party_of
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import CLOCK
from zhijian.kernel.clock.calendar import today
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.facts import Facts
from zhijian.kernel.matters.flow import Flow
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import may, perform

STEPS = 10_000 if os.environ.get("ZHIJIAN_LONG") else 400
SEED = int(os.environ.get("SEED", random.randrange(10**6)))


def invent(kind: Any, dice: random.Random, people: list[int], widget: str = "") -> Any:
    """A value of an annotated type, sometimes a poor one."""
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        return invent(typing.get_args(kind)[0], dice, people, widget)
    if origin in (types.UnionType, typing.Union):
        options = typing.get_args(kind)
        return invent(dice.choice(options), dice, people, widget)
    if origin is list:
        return [invent(typing.get_args(kind)[0], dice, people) for _ in range(dice.randrange(3))]
    if kind is type(None):
        return None
    if origin is dict:
        return {"floor": dice.choice(["120", "", "x" * 5000])}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return dice.choice(list(kind))
    return {
        str: lambda: dice.choice(["已改正", "", "x" * 5000, "<script>", "材料不全，请补"]),
        int: lambda: (
            dice.choice(people) if widget == "person" else None if widget == "checklist" else dice.randrange(100)
        ),
        bool: lambda: dice.random() < 0.5,
        dt.date: lambda: today() + dt.timedelta(days=dice.randrange(-5, 60)),
        dt.datetime: lambda: dt.datetime.now(dt.UTC),
        Decimal: lambda: Decimal(dice.randrange(1200)) / 10,
        uuid.UUID: lambda: uuid.UUID(int=dice.getrandbits(128)),
    }[kind]()


def facts_for(model: type[Facts] | None, dice: random.Random, people: list[int]) -> dict[str, Any]:
    if model is None:
        return {}
    told = {}
    for name, field in model.model_fields.items():
        widget = (field.json_schema_extra or {}).get("widget", "")  # type: ignore[union-attr]
        value = invent(field.annotation, dice, people, widget)
        if value is not None or not field.is_required():
            told[name] = value
    return told


@pytest.fixture
def cast(db: None) -> tuple[world.World, list[Actor], list[int]]:
    """Everybody who could try: each role here and next door, the enterprise, another one, the system."""
    with scoped(SYSTEM):
        w = world.make()
        w.head, w.inspector, w.second
        for role in Role:
            for area in (world.OFFICE, world.DISTRICT, world.NEIGHBOUR_OFFICE):
                w.person(f"{role}@{area}", role, area)
        other = world.Entity.objects.create(name="别家", area=world.OFFICE)
        actors = [w.actor(name) for name in w.people] + [SYSTEM, party_of(w.entity), party_of(other)]
        return w, actors, [w.inspector.pk, w.second.pk, w.head.pk]


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(flows()))
def test_walk(kind: str, cast: Any) -> None:
    w, actors, people = cast
    flow, dice = flows()[kind], random.Random(f"{SEED} {kind}")
    print(f"seed {SEED}")
    assert kind in OPENERS, f"tests/openers.py does not know how to open a matter of kind {kind}"
    with translation.override("en"), words.marked():
        matter, done = OPENERS[kind](w), 0
        for _ in range(STEPS):
            actor, verb = dice.choice(actors), dice.choice([*flow.verbs(), "no_such_verb"])
            done += _try(flow, matter, verb, actor, dice, people)
            with scoped(SYSTEM):
                matter = Matter.objects.get(pk=matter.pk)
            if matter.closed or (dice.random() < 0.02):
                matter = OPENERS[kind](w)
    assert done, "a walk on which nothing happens proves nothing"
    with scoped(SYSTEM):
        entries = LedgerEntry.objects.values_list("kind", "data")
        kept = {f"{code}{one}" for code, data in entries for one in words.found(data)}
    assert not kept, "words in the language of whoever acted stand in the ledger for good"


def _try(flow: Flow, matter: Matter, verb: str, actor: Actor, dice: random.Random, people: list[int]) -> bool:
    """Try a verb; compare with the table. True when it happened."""
    step = flow.find(verb, matter.state, today())
    facts = facts_for(step.facts if step else None, dice, people)
    entries = LedgerEntry.objects.filter(matter=matter)
    with scoped(SYSTEM):
        before = entries.count()
    try:
        with scoped(actor):
            changed = perform(matter, verb, actor, **facts)
    except StepError:
        with scoped(SYSTEM):
            now = Matter.objects.get(pk=matter.pk)
            assert (now.state, now.version) == (matter.state, matter.version), "a refused step changed the matter"
            assert entries.count() == before, "a refused step left an entry"
        return False
    assert step is not None, f"{verb} happened from {matter.state}, which the table does not know"
    assert may(step, matter, actor, matter.area), f"{actor.name} may not {verb}"
    waits = actor.partner_only and flow.asks_partner(matter.state, today())  # a partner sees what waits for it
    assert actor.kind in ("system", "party") or actor.can_read(matter.area) or waits
    assert changed.version == matter.version + 1
    assert changed.state == (step.to or matter.state)
    with scoped(SYSTEM):
        assert entries.filter(kind=flow.entry_kind(step)).exists()
    return True


@pytest.mark.parametrize("kind", sorted(flows()))
def test_the_table_is_whole(kind: str) -> None:
    """Each state can be reached, each that isn't final left; each step has display text and somebody to do it."""
    flow = flows()[kind]
    reached = {step.to for step in flow.steps if step.to}
    onward = [step for step in flow.steps if not step.reopens]
    left = {code for step in onward for code in step.froms if step.to not in (None, code)}
    for state in flow.states:
        assert state.code in reached, f"{state.code} can't be reached"
        assert state.final or state.code in left, f"{state.code} can't be left"
        assert not (state.final and state.code in left), f"{state.code} is final but can be left"
    for step in flow.steps:
        assert not step.reopens or any(flow.state(code).final for code in step.froms), f"{step.verb} reopens nothing"
        assert str(step.label) and str(step.said), f"{step.verb} has no text"
        assert step.whos or step.by is CLOCK, f"nobody may {step.verb}"
        for field in step.facts.model_fields.values() if step.facts else ():
            assert field.title or step.hidden, f"{step.verb}: a field without a title"


def test_the_documentation_shows_the_flows() -> None:
    """docs/flows.md is what the tables say; `zhijian flows > docs/flows.md` renews it."""
    from pathlib import Path

    from zhijian.kernel.matters.diagrams import document

    assert (Path(__file__).parents[1] / "docs/flows.md").read_text(encoding="utf-8") == document()
