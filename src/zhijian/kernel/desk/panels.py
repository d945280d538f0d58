"""Programmes' own parts on pages that the kernel draws: the record page (`MatterList.panels`), an entity's file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Entity


@dataclass(frozen=True)
class Panel:
    """A part of the record page: a template, and what it is told besides `matter`, `record` and `actor`."""

    template: str
    context: Callable[[Any, Any, Actor], dict[str, Any]] | None = None


@dataclass(frozen=True)
class EntityPanel:
    """A part of an entity's file; `context` returns None when there is nothing to show."""

    template: str
    context: Callable[[Entity, Actor], dict[str, Any] | None]


_entity: dict[str, EntityPanel] = {}


def entity_panel(template: str, context: Callable[[Entity, Actor], dict[str, Any] | None]) -> None:
    """Show a part on every entity's file: a programme's own word on it (its last published result, its grade)."""
    _entity[template] = EntityPanel(template, context)


@dataclass(frozen=True)
class EntityAct:
    """What can be done about an entity on a page of its own: the address's name, its words, and who may."""

    url: str
    label: Any
    may: Callable[[Entity, Actor], bool]


_acts: dict[str, EntityAct] = {}


def entity_act(url: str, label: Any, may: Callable[[Entity, Actor], bool]) -> None:
    """Offer a page about an entity in its file; `url` names an address that takes its uid."""
    _acts[url] = EntityAct(url, label, may)


def entity_acts(entity: Entity, actor: Actor) -> list[EntityAct]:
    """What is offered to this person."""
    return [act for act in _acts.values() if act.may(entity, actor)]


@dataclass(frozen=True)
class MatterPanel:
    """A part of every matter's record page; `context` returns None when there is nothing to show."""

    template: str
    context: Callable[[Matter, Actor], dict[str, Any] | None]


@dataclass(frozen=True)
class MatterAct:
    """What can be done about a matter of any kind on a page of its own: the address's name, its words, and who may.

    A matter that hangs on another one is opened this way, since a flow's own steps know only their own kind.
    """

    url: str
    label: Any
    may: Callable[[Matter, Actor], bool]


_matter: dict[str, MatterPanel] = {}
_matter_acts: dict[str, MatterAct] = {}


def matter_panel(template: str, context: Callable[[Matter, Actor], dict[str, Any] | None]) -> None:
    """Show a part on the record page of every kind of matter: what another programme has to do with it."""
    _matter[template] = MatterPanel(template, context)


def matter_act(url: str, label: Any, may: Callable[[Matter, Actor], bool]) -> None:
    """Offer a page about a matter of any kind among its acts; `url` names an address that takes its uid."""
    _matter_acts[url] = MatterAct(url, label, may)


def matter_acts(matter: Matter, actor: Actor) -> list[MatterAct]:
    """What is offered to this person."""
    return [act for act in _matter_acts.values() if act.may(matter, actor)]


def draw_matter(request: HttpRequest, matter: Matter, actor: Actor) -> list[SafeString]:
    """Every programme's part on a matter of any kind."""
    told = [(panel, panel.context(matter, actor)) for panel in _matter.values()]
    return [
        render_to_string(panel.template, {"matter": matter, "actor": actor, **context}, request)
        for panel, context in told
        if context is not None
    ]


def draw(panel: Panel, request: HttpRequest, matter: Any, record: Any, actor: Actor) -> SafeString:
    """The panel as HTML."""
    told = panel.context(matter, record, actor) if panel.context else {}
    return render_to_string(panel.template, {"matter": matter, "record": record, "actor": actor, **told}, request)


def draw_entity(request: HttpRequest, entity: Entity, actor: Actor) -> list[SafeString]:
    """Every programme's part on the entity's file."""
    drawn = []
    for panel in _entity.values():
        told = panel.context(entity, actor)
        if told is not None:
            drawn.append(render_to_string(panel.template, {"entity": entity, "actor": actor, **told}, request))
    return drawn
