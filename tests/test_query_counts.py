"""How many queries each list and record page takes: committed, and the same for one row as for many.

A page that asks more than `query_counts.json` says fails; `UPDATE_QUERY_COUNTS=1` writes it anew, to be looked at.
New lists and new kinds of matters are found by themselves.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import world
from tests.kernel.matters.test_scope import plan
from tests.openers import OPENERS

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk import lists
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.models import Matter

pytestmark = pytest.mark.django_db
COMMITTED = Path(__file__).with_name("query_counts.json")
UPDATE = os.environ.get("UPDATE_QUERY_COUNTS") == "1"


@pytest.fixture
def leader(db: None) -> Iterator[tuple[world.World, Client]]:
    """An ordinary person who sees much: several posts, a whole district."""
    with scoped(SYSTEM):
        w = world.make()
        person = w.person("科长", Role.SECTION, world.DISTRICT)
        w.person("科长", Role.HEAD, world.OFFICE)
        client = Client()
        client.force_login(person)
        yield w, client


def pages(w: world.World) -> dict[str, str]:
    """Every page that is counted, by name. Record pages open a matter of each kind."""
    with scoped(SYSTEM):  # one is late: the to-do tells by how many working days
        Matter.objects.filter(pk=plan(w).pk).update(due=world.in_days(-3))
    found = {"to-do": "/", "search": "/search/?q=清风", "entity": f"/e/{w.entity.uid}/", "map": "/map/"}
    found |= {f"list {name}": one.url() for name, one in lists.load().items()}
    found |= {f"board {name}": f"{one.url()}board/" for name, one in lists.load().items()}
    found |= {"calendar": "/calendar/", "slots": "/slots/", "ratings": "/ratings/", "draws": "/ratings/draws/"}
    found |= {f"record {kind}": f"/m/{OPENERS[kind](w).uid}/" for kind in flows()}
    return found


def counted(client: Client, address: str) -> int:
    """The queries of one answer, the second time (the first fills what a process keeps)."""
    for _ in range(2):
        with CaptureQueriesContext(connection) as caught:
            answer = client.get(address)
        assert answer.status_code == 200, address
    return len(caught)


def test_every_page_takes_the_queries_that_are_committed(leader):
    w, client = leader
    now = {name: counted(client, address) for name, address in pages(w).items()}
    if UPDATE:
        COMMITTED.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n")
        return
    known = json.loads(COMMITTED.read_text())
    assert sorted(now) == sorted(known), "a page is new or gone: UPDATE_QUERY_COUNTS=1, and look at the difference"
    more = {name: f"{known[name]} → {n}" for name, n in now.items() if n > known[name]}
    assert not more, f"more queries than before: {more}"


def test_every_page_answers_head_as_it_answers_get(leader):
    """A monitor or a proxy asks with HEAD: the same status and headers, no body."""
    w, client = leader
    for name, address in pages(w).items():
        answer = client.head(address)
        assert (answer.status_code, answer.content) == (200, b""), name


def test_more_rows_take_no_more_queries(leader):
    w, client = leader
    few = pages(w)
    before = {name: counted(client, address) for name, address in few.items() if not name.startswith("record")}
    for _ in range(4):
        for kind in flows():
            OPENERS[kind](w)
    after = {name: counted(client, few[name]) for name in before}
    assert after == before
