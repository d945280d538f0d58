"""What programmes declare for the enterprise and the public: their matters' pages, and their part of the door's page.

PAGE = PartyPage(PROBLEM, panels=["visits/problem.html"], states={"assigned": _("We are looking for an answer")})
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.roles import Relation
from zhijian.kernel.desk.panels import Panel
from zhijian.kernel.matters.catalogue import flow_of, flows, furniture
from zhijian.kernel.matters.flow import Flow, Step, Text, Tone
from zhijian.kernel.registry.models import Premises

PARTY = Relation.PARTY
RIGHTS = _("You can state your view and defend yourself; the papers say how.")


@dataclass(frozen=True)
class Say:
    """The sentence at the top of a page: its tone, what is the case, and what happens next."""

    tone: Tone
    what: Text
    next: Text = ""


@dataclass(frozen=True)
class Told:
    """What a text message is about: the page's matter with its record, the steps (kind, verb) that were told of at one
    moment, how many of its matters wait for the enterprise, the nearest day of these, whether it is asked for a rating.
    """

    matter: Any
    record: Any
    steps: frozenset[tuple[str, str]]
    waiting: int
    day: dt.date | None
    rates: bool = False
    beside: tuple[str, ...] = ()  # what pages of other programmes add, a sentence each


@dataclass(frozen=True, eq=False)
class PartyPage:
    """How the matters of a flow are shown to their enterprise. Whatever is left out is made from the flow.

    `title` stands above the matter's own; `states` and `buttons` are the enterprise's words for states and steps;
    `happened` what it is told of a step by its verb, where the state that it leads to does not say it;
    `panels` are templates (told `matter`, `record` and `actor`), `children` the flows whose matters stand on the page
    (None: every one of which the enterprise knows), `papers` the kinds that it was given besides those of the steps it
    is told of. `says(matter, record, parts)` is the sentence at the top, None for the usual one. `asks` is the text
    message while something waits for the enterprise, with {organ} {kind} {title} {n} {day} {link} ({kind} is the
    page's title or the flow's; a text with {day} is left for the usual one where no rule sets a day). `sms(told)` says
    what happened instead, with the same names but {kind}; empty for the usual one.
    `day(record)` is the day that the enterprise knows it by (of the visit, not of its planning); None for the day on
    which it was opened. `rights` stands at the foot: what one may say against a measure; empty where
    nothing is held against anybody. `beside`: another programme's, it stands on its parent's page all the same;
    `adds(matter, record)` is then the sentence that it adds to the text message about the parent.
    """

    flow: Flow
    title: Text = ""
    panels: Sequence[str | Panel] = ()
    states: Mapping[str, Text] = field(default_factory=dict)
    buttons: Mapping[str, Text] = field(default_factory=dict)
    children: Sequence[Flow] | None = None
    papers: Sequence[str] = ()
    says: Callable[[Any, Any, Sequence[Any]], Say | None] | None = None
    asks: Text = ""
    sms: Callable[[Told], Text] | None = None
    day: Callable[[Any], dt.date | None] | None = None
    rights: Text = RIGHTS
    beside: bool = False
    adds: Callable[[Any, Any], Text] | None = None
    happened: Mapping[str, Text] = field(default_factory=dict)

    @cached_property
    def steps(self) -> list[Step]:
        """What the enterprise itself can do."""
        return [step for step in self.flow.steps if PARTY in step.whos and not step.hidden and step.by is None]

    @cached_property
    def told(self) -> list[Step]:
        """What the enterprise does or is told of: nothing else of the matter is its business."""
        return [step for step in self.flow.steps if PARTY in step.whos or PARTY in step.told]

    @cached_property
    def entry_kinds(self) -> frozenset[str]:
        """The ledger's entries that the enterprise may read."""
        return frozenset(self.flow.entry_kind(step) for step in self.told)

    @cached_property
    def acting(self) -> frozenset[str]:
        """The states in which the enterprise has a step."""
        return frozenset(state for step in self.steps for state in step.froms)

    @cached_property
    def given(self) -> frozenset[str]:
        """The kinds of papers that the enterprise is given."""
        return frozenset([*self.papers, *(kind for step in self.told for kind in step.papers)])

    def state(self, code: str) -> str:
        """The state in the enterprise's words."""
        return str(self.states.get(code) or self.flow.state(code).label)

    def button(self, step: Step) -> str:
        """What stands on a step's button."""
        return str(self.buttons.get(step.verb) or step.label or step.verb)

    def shows(self, child: str) -> bool:
        """Whether children of that kind stand on the page."""
        return self.children is None or page_of(child).beside or any(flow.kind == child for flow in self.children)

    def made_panels(self) -> list[Panel]:
        return [panel if isinstance(panel, Panel) else Panel(panel) for panel in self.panels]


@cache
def _declared() -> dict[str, PartyPage]:
    """The pages that programmes declare; imports their `portal` modules once."""
    found = [value for module in furniture("portal") for value in vars(module).values()]
    return {page.flow.kind: page for page in found if isinstance(page, PartyPage)}


def page_of(kind: str) -> PartyPage:
    """The page of a kind of matter: declared, or made from the flow. Raises KeyError for an unknown kind."""
    return _declared().get(kind) or _plain(kind)


@cache
def _plain(kind: str) -> PartyPage:
    return PartyPage(flow_of(kind))


def pages() -> dict[str, PartyPage]:
    """The pages of all kinds of which an enterprise is ever told, by kind: of the others it knows nothing."""
    return {kind: page for kind in flows() if (page := page_of(kind)).told}


# What other rooms of the kernel put on the page of every family of matters.
FamilyContext = Callable[[Any, Any], dict[str, Any] | None]
_families: dict[str, FamilyContext] = {}


def family_panel(template: str, context: FamilyContext) -> None:
    """Show a part on the enterprise's page of every family; told door and family, a context of None shows nothing."""
    _families[template] = context


def draw_families(request: HttpRequest, door: Any, family: Any) -> list[SafeString]:
    """The parts of other rooms on the page of a family; each finds what it told as `asked`, beside `door`."""
    drawn = []
    for template, context in _families.items():
        told = context(door, family)
        if told is not None:
            drawn.append(render_to_string(template, {"door": door, "family": family, "asked": told}, request))
    return drawn


# What whoever is signed in can begin of his own accord: address, words, and whether only for the whole firm.
_account: dict[str, tuple[Text, bool]] = {}


def account_act(url: str, label: Text, *, whole: bool = False) -> None:
    """Offer a programme's page in the account of every enterprise; `url` names an address without parameters.

    `whole`: only to whoever acts for a whole enterprise, not for one of its shops.
    """
    _account[url] = (label, whole)


def account_acts(whole: bool) -> dict[str, Text]:
    """What is offered there, words by address."""
    _declared()
    return {url: label for url, (label, for_whole) in _account.items() if whole or not for_whole}


# Codes that are not on doors (on lifts): where each leads, None for a code that is not one's own.
CodePage = Callable[[str], str | None]
_codes: list[CodePage] = []


def code_page(find: CodePage) -> None:
    """Register a programme's codes: `find(code)` gives the address of the page behind one."""
    if find not in _codes:
        _codes.append(find)


def elsewhere(code: str) -> str | None:
    """The page behind a code that is on no door."""
    return next((url for find in _codes if (url := find(code))), None)


# What the public sees behind the code on a door.
DoorContext = Callable[[Premises], dict[str, Any] | None]
_doors: dict[str, tuple[bool, DoorContext]] = {}


def door_panel(template: str, context: DoorContext, *, first: bool = False) -> None:
    """Show a part on the public page of every place; `first`: above the facts. A context of None shows nothing."""
    _doors[template] = (first, context)


def draw_doors(request: HttpRequest, premises: Premises, *, first: bool) -> list[SafeString]:
    """The programmes' parts of a place's public page."""
    _declared()
    drawn = []
    for template, (above, context) in _doors.items():
        told = context(premises) if above is first else None
        if told is not None:
            drawn.append(render_to_string(template, {"premises": premises, **told}, request))
    return drawn
