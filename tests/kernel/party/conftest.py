"""A visit with two findings before its enterprise, and a toy programme that declares nothing but its flow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

import pytest
from django.test import Client
from django.urls import get_resolver
from tests import world
from tests.openers import rectification

from zhijian.kernel.accounts import HEAD, PARTY
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters import Facts, Flow, State, Step, long, pictures
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.party.doors import KEY, sealed


class Word(Facts):
    """What somebody says."""

    word: Annotated[str, long("Your word")]
    seen: Annotated[list[UUID], pictures("Photos")] = []


TOY = Flow(
    kind="toy_wish",
    title="Wish",
    numbered=False,
    states=[State("heard", "Heard"), State("answered", "Answered", tone="act"), State("done", "Done", final=True)],
    steps=[
        Step("hear", to="heard", who=HEAD, label="Hear", said="The office heard a wish", hidden=True),
        Step("note", "heard", "heard", who=HEAD, label="Note", facts=Word, said="Among us: {word}"),
        Step("reply", "heard", "answered", who=HEAD, label="Reply", facts=Word, said="Reply: {word}", tells=PARTY),
        Step("agree", "answered", "done", who=PARTY, label="That helps", facts=Word, said="Helped: {word}",
             likely=True, tells=HEAD),
        Step("disagree", "answered", "heard", who=PARTY, label="That does not help", said="It does not help"),
    ],
)  # fmt: skip


@pytest.fixture(autouse=True)
def simulated(settings) -> None:
    settings.DEMO = True
    settings.PUBLIC_ORIGIN = "https://zj.example"


@pytest.fixture
def w(db) -> world.World:
    with scoped(SYSTEM):
        return world.make()


@pytest.fixture
def finding(w: world.World) -> Matter:
    """A finding to be put right, under a visit."""
    return rectification(w)


@pytest.fixture
def client() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="en")


def sign_in(client: Client, number: str) -> Client:
    """The client, signed in with a number, as if the code had been right."""
    session = client.session
    session[KEY] = sealed(number)
    session.save()
    return client


@pytest.fixture
def link(w: world.World, finding: Matter) -> str:
    with scoped(SYSTEM):
        return f"/p/{make_link(w.entity, finding.parent)}/"


@pytest.fixture
def toy() -> Iterator[Flow]:
    """A flow of a programme that says nothing of its enterprise's page. It gets no addresses: those stand already."""
    _ = get_resolver().url_patterns
    flows()[TOY.kind] = TOY
    for step in TOY.steps:
        ledger.entry_kind(TOY.entry_kind(step), label=step.said)
    yield TOY
    del flows()[TOY.kind]


@pytest.fixture
def wish(w: world.World, toy: Flow) -> Matter:
    with scoped(SYSTEM):
        about = About("A place to load and unload", world.OFFICE, w.entity, w.premises)
        return perform(toy, "hear", SYSTEM, about=about, at=dt.datetime.now(dt.UTC))
