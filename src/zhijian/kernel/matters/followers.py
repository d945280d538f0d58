"""What follows from a step beyond the kernel's own rooms: papers, notices and exchange register here when they load, so
that `perform` needs to know none of them.

Who is told and who hears may say besides what he does for many matters that were opened together; he is asked for each
of them otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Relation, Role
from zhijian.kernel.matters.facts import Facts
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter

MakePaper = Callable[[str, Matter, models.Model | None, Actor, Facts | None, dt.datetime], Any]
Tell = Callable[[Role | Relation, Flow, Step, Matter, Actor], Any]
TellMany = Callable[[Role | Relation, Flow, Step, Sequence[Matter], Actor], Any]
Hear = Callable[[Flow, Step, Matter, Actor, dt.datetime], Any]
HearMany = Callable[[Flow, Step, Sequence[Matter], Actor], Any]
_makers: dict[str, MakePaper] = {}
_tellers: dict[Tell, TellMany | None] = {}
_hearers: dict[Hear, HearMany | None] = {}


def on_paper(kind: str, make: MakePaper) -> None:
    """Register who makes papers of `kind` ("*" for any) when a step asks for one."""
    _makers[kind] = make


def on_tell(tell: Tell, opened: TellMany | None = None) -> None:
    """Register who is asked to tell somebody that a step happened; `opened`: that matters were opened together."""
    _tellers[tell] = opened


def on_step(hear: Hear, opened: HearMany | None = None) -> None:
    """Register who hears of every step once it is done, in its transaction: what is owed elsewhere follows from it.

    `opened`: of matters that were opened together, each at its own moment (`Matter.opened`).
    """
    _hearers[hear] = opened


@dataclass(frozen=True)
class Done:
    """A step that was done to a matter: what its followers are told."""

    flow: Flow
    step: Step
    matter: Matter
    record: models.Model | None
    actor: Actor
    facts: Facts | None
    at: dt.datetime


def follow(done: Done) -> None:
    """Papers, then who is to be told, then whoever hears of every step."""
    for kind in done.step.papers:
        maker = _makers.get(kind) or _makers["*"]
        maker(kind, done.matter, done.record, done.actor, done.facts, done.at)
    for who in done.step.told:
        for tell in _tellers:
            tell(who, done.flow, done.step, done.matter, done.actor)
    for hear in _hearers:
        hear(done.flow, done.step, done.matter, done.actor, done.at)


def follow_opened(flow: Flow, step: Step, matters: Sequence[Matter], actor: Actor) -> None:
    """The same for matters that were opened together by a step without papers."""
    for who in step.told:
        for tell, tell_many in _tellers.items():
            if tell_many is not None:
                tell_many(who, flow, step, matters, actor)
                continue
            for matter in matters:
                tell(who, flow, step, matter, actor)
    for hear, hear_many in _hearers.items():
        if hear_many is not None:
            hear_many(flow, step, matters, actor)
            continue
        for matter in matters:
            hear(flow, step, matter, actor, matter.opened)
