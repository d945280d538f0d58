"""Races around a paper: two clerks record its service, it is voided meanwhile, it is sealed twice. Commits are real.

Each race is first shown to happen with the locks off, then not to happen with them on.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models.query import QuerySet
from django.utils import timezone
from tests import world
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.papers import acts as papers
from zhijian.kernel.papers import making
from zhijian.kernel.papers.models import Paper, Service
from zhijian.kernel.papers.serving import acts
from zhijian.kernel.papers.serving.law import Way

ORDER = "rectification_order"
DATA = {
    "organ": "张店区局", "party": {"name": "甲"}, "inspectors": [], "ended": "2026-11-23T09:05", "found": [],
    "against": [], "deadline": None, "required": [], "phone": "", "refused": None,
}  # fmt: skip
PATIENCE = 1.5  # seconds that the one waits for the other, where a lock keeps it away


@pytest.fixture
def w(fresh_database: Any) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        _ = (made.inspector, made.second, made.head)
        made.person("内勤", Role.CLERK, world.OFFICE)
        made.person("内勤二", Role.CLERK, world.OFFICE)
        return made


def paper(w: world.World, *, sealed: bool) -> Paper:
    with scoped(SYSTEM):
        made = making.make(ORDER, plan(w), DATA, actor=SYSTEM)
        return making.affix_seal(made, SYSTEM) if sealed else made


def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nobody had ever locked a row."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *args, **kwargs: self)


def meeting() -> Callable[[], None]:
    """Each of two waits for the other at this point, as long as a lock lets it."""
    meet = threading.Barrier(2)

    def wait() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            meet.wait(timeout=PATIENCE)

    return wait


def at_once(*acts_: Callable[[], Any]) -> list[str]:
    """Do them in threads of their own; how each ended, sorted."""
    ended: list[str] = []

    def run(act: Callable[[], Any]) -> None:
        try:
            act()
            ended.append("done")
        except NotOpen:
            ended.append("too late")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts_]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    return sorted(ended)


def serve(w: world.World, of: Paper, name: str) -> Callable[[], Service]:
    told = acts.Told(
        way=Way.DIRECT, at=timezone.now(), place="水晶街 1 号", receiver="王清", officer1=w.inspector, officer2=w.second
    )

    def act() -> Service:
        with scoped(w.actor(name)) as actor:
            return acts.record(of, told, actor)

    return act


def after(name: str, hook: Callable[[], None], module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `hook` run as soon as the guard `name` has answered."""
    real = getattr(module, name)

    def guard(of: Paper) -> Any:
        answer = real(of)
        hook()
        return answer

    monkeypatch.setattr(module, name, guard)


@pytest.mark.parametrize(("locks", "ended"), [(False, ["done", "done"]), (True, ["done", "too late"])])
def test_two_clerks_record_service_of_one_paper_at_once(w, monkeypatch, locks, ended):
    of = paper(w, sealed=True)
    if not locks:
        unlocked(monkeypatch)
    after("may_serve", meeting(), acts, monkeypatch)
    assert at_once(serve(w, of, "内勤"), serve(w, of, "内勤二")) == ended
    with scoped(SYSTEM):
        assert Service.objects.filter(paper=of, state="served").count() == ended.count("done")
        assert LedgerEntry.objects.filter(kind="service.served").count() == ended.count("done")
        assert Paper.objects.filter(kind="service_receipt").count() == ended.count("done")


@pytest.mark.parametrize(
    ("locks", "order"), [(False, ["paper.void", "service.served"]), (True, ["service.served", "paper.void"])]
)
def test_service_recorded_while_the_paper_is_voided(w, monkeypatch, locks, order):
    """Nothing is served that was void by then: the void waits for the service that was begun before it."""
    of = paper(w, sealed=True)
    if not locks:
        unlocked(monkeypatch)
    checked, voided = threading.Event(), threading.Event()

    def between() -> None:
        checked.set()
        voided.wait(PATIENCE)

    after("may_serve", between, acts, monkeypatch)

    def void() -> None:
        assert checked.wait(10)
        with scoped(w.actor("所长")) as head:
            papers.void(of, "文号写错", head)
        voided.set()

    assert at_once(serve(w, of, "内勤"), void) == ["done", "done"]
    with scoped(SYSTEM):
        rows = LedgerEntry.objects.filter(matter=of.matter_id, kind__in=order).order_by("seq")
        assert [one.kind for one in rows] == order


def test_a_paper_that_is_void_by_then_is_not_served(w):
    of = paper(w, sealed=True)
    with scoped(w.actor("所长")) as head:
        papers.void(of, "文号写错", head)
    assert at_once(serve(w, of, "内勤")) == ["too late"]


@pytest.mark.parametrize(("locks", "ended"), [(False, ["done", "done"]), (True, ["done", "too late"])])
def test_two_who_keep_the_seal_note_it_at_once(w, monkeypatch, locks, ended):
    of = paper(w, sealed=False)
    if not locks:
        unlocked(monkeypatch)
    wait, real = meeting(), Paper.save

    def save(self: Paper, *args: Any, **kwargs: Any) -> None:
        if "sealed" in (kwargs.get("update_fields") or ()):
            wait()
        real(self, *args, **kwargs)

    monkeypatch.setattr(Paper, "save", save)

    def seal(name: str) -> Callable[[], Paper]:
        def act() -> Paper:
            with scoped(w.actor(name)) as actor:
                return papers.seal(of, actor)

        return act

    assert at_once(seal("内勤"), seal("所长")) == ended
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="paper.seal").count() == ended.count("done")
