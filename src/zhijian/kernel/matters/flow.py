"""Steps are data: a flow is a table of what can happen to a matter of one kind.

The desk's buttons, the API, the state diagram in the docs, the tests of lawful and unlawful paths and the sentence that
answers "why can't I?" all come from this table; `perform` does the rest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from django.db.models import Model
from django.utils.functional import Promise

from zhijian.kernel.accounts.roles import Relation, Role
from zhijian.kernel.matters.facts import Facts, personal_of

Text: TypeAlias = str | Promise
Who: TypeAlias = Role | Relation
Tone = Literal["wait", "act", "warn", "bad", "good"]


@dataclass(frozen=True)
class Guard:
    """A guard's answer: whether the step is open, and if not why, with the article."""

    open: bool
    why: Text = ""
    article: Any = ""

    def __bool__(self) -> bool:
        return self.open


def ok() -> Guard:
    """The step is open."""
    return Guard(True)


def no(why: Text, article: Any = "") -> Guard:
    """The step is not open: why, and by which article (a rule, whose pack row names it, or a text)."""
    return Guard(False, why, article)


@dataclass(frozen=True)
class State:
    """Where a matter can stand. `tone` colours it: wait, act, warn, bad, good (look.md).

    `void`: it ends without what was asked for being done, so what ends with it before its day was not kept.
    """

    code: str
    label: Text
    final: bool = False
    tone: Tone = "wait"
    void: bool = False


def article_of(source: Any, day: dt.date) -> str:
    """The article behind a step or a guard on `day`: as the pack's row of the rule names it; a text stays as it is."""
    if not hasattr(source, "maybe"):
        return str(source)
    row = source.maybe(day)
    return f"{row.basis} {row.article}".strip() if row is not None else ""


def _many(value: Any) -> tuple:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list | tuple | set | frozenset) else (value,)


@dataclass(frozen=True)
class Step:
    """One thing that can happen: verb, from-states, to-state, who, and what follows from it.

    `from_` None opens the matter. `to` None leaves the state as it is. `does(matter, record, facts, actor, at)` is for
    what the table can't say; it runs in the same transaction, after the facts are stored. `fills(matter, record, facts,
    at)` of a step that opens works out of the facts what else stands on both before they are written; it asks nobody,
    and returns the rules whose clocks begin besides. `said` is the timeline's wording, with {names} of facts.
    `likely` is the blue button; `confirm` asks once more. `reopens`: it leads on from a final state, since what that
    rested on is no longer so. `back` is the verb of the step that takes it back when it was done to many (told what the
    matter held before). `hidden` steps are other code's, never a button; `quiet` ones are shown only while open.
    """

    verb: str
    from_: str | tuple[str, ...] | None = None
    to: str | None = None
    who: Who | Iterable[Who] = ()
    label: Text = ""
    said: Text = ""
    facts: type[Facts] | None = None
    when: Callable[..., Guard] | Iterable[Callable[..., Guard]] = ()
    starts: Any = ()
    stops: Any = ()
    suspends: Any = ()
    resumes: Any = ()
    paper: str | Iterable[str] = ()
    tells: Who | Iterable[Who] = ()
    article: Any = ""
    by: Any = None
    on: Any = None
    since: dt.date | None = None
    until: dt.date | None = None
    likely: bool = False
    confirm: bool = False
    reopens: bool = False
    hidden: bool = False
    quiet: bool = False
    back: str = ""
    does: Callable[..., Any] | None = None
    fills: Callable[..., Sequence[Any]] | None = None

    @cached_property
    def froms(self) -> tuple[str, ...]:
        return _many(self.from_)

    @cached_property
    def whos(self) -> tuple[Who, ...]:
        return _many(self.who)

    @cached_property
    def guards(self) -> tuple[Callable[..., Guard], ...]:
        return _many(self.when)

    @cached_property
    def told(self) -> tuple[Who, ...]:
        return _many(self.tells)

    @cached_property
    def papers(self) -> tuple[str, ...]:
        return _many(self.paper)

    @property
    def personal(self) -> tuple[str, ...]:
        """Facts that are sealed beside the ledger instead of standing in it."""
        return personal_of(self.facts)

    def clocks(self, what: Literal["starts", "stops", "suspends", "resumes"]) -> tuple[Any, ...]:
        return _many(getattr(self, what))

    def in_force(self, day: dt.date) -> bool:
        """Whether the step exists on `day`: a change of procedure is a new step with `since`."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Flow:
    """A kind of matter: its states, its steps, and the model of its record (one-to-one, primary key `matter`).

    `board` names the states that are columns of its board, in their order; none given: all of them, as they stand here.
    `reads` names roles that read its matters although no step is theirs.
    `lasting`: its matters last as long as what they register (a lift), rather than end when work is done: rules may ask
    whether one stands open at a place.
    `of_area`: its matters are about an area, no enterprise; the step that opens one asks for all it needs.
    `unseen`: no matter of it is for its enterprise (who reported it might be guessed): row security keeps it from it.
    `follows`: its matters go where their parent goes: whoever does a step of one waits for who does one of the parent.
    `of_things`: its titles name a thing and where it stands (a lift), nobody: an office's group may read them.
    `stands(matter, record)` gives a state and a sentence where the record says more than the state that is kept (a lift
    that did not pass its inspection): they stand at the head of its page in place of that state and of its clocks.
    `doubt` says a flag of its matters (`Matter.flags`: a code and what its sentence needs) in the active language.
    """

    kind: str
    title: Text
    states: list[State]
    steps: list[Step]
    record: type[Model] | None = None
    numbered: bool = True
    plural: Text = ""
    board: tuple[str, ...] = ()
    reads: tuple[Role, ...] = ()
    lasting: bool = False
    of_area: bool = False
    unseen: bool = False
    follows: bool = False
    of_things: bool = False
    stands: Callable[[Any, Any], tuple[State, str] | None] = field(default=lambda matter, record: None, repr=False)
    doubt: Callable[[dict[str, Any]], str] = field(default=lambda flag: str(flag["code"]), repr=False)
    _by_code: dict[str, State] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_code.update({state.code: state for state in self.states})
        if unknown := set(self.board) - set(self._by_code):
            raise ValueError(f"{self.kind}: no states to make columns of: {', '.join(sorted(unknown))}")
        for step in self.steps:
            for code in (*step.froms, *_many(step.to)):
                if code not in self._by_code:
                    raise ValueError(f"{self.kind}.{step.verb}: unknown state {code!r}")
            if step.back and step.back not in self.verbs():
                raise ValueError(f"{self.kind}.{step.verb}: unknown verb {step.back!r} to take it back")
            if step.froms and step.fills is not None:
                raise ValueError(f"{self.kind}.{step.verb}: only a step that opens fills in what is not written yet")
            if not step.froms and not step.to:
                raise ValueError(f"{self.kind}.{step.verb}: an opening step needs a state to go to")

    def __hash__(self) -> int:
        return hash(self.kind)

    def state(self, code: str) -> State:
        return self._by_code[code]

    @property
    def columns(self) -> list[State]:
        """The states that are columns of its board, in order."""
        return [self._by_code[code] for code in self.board] or self.states

    def entry_kind(self, step: Step) -> str:
        """The ledger's name for a step of this flow."""
        return f"{self.kind}.{step.verb}"

    def find(self, verb: str, state: str | None, day: dt.date) -> Step | None:
        """The step `verb` that is in force on `day` from `state` (None: the step that opens)."""
        for step in self.steps:
            if step.verb == verb and step.in_force(day) and (state in step.froms if state else not step.froms):
                return step
        return None

    def asks_partner(self, state: str, day: dt.date) -> bool:
        """Whether a partner department has a step of its own from `state`: only then does it see the matter."""
        return any(Role.PARTNER in step.whos and state in step.froms and step.in_force(day) for step in self.steps)

    def verbs(self) -> list[str]:
        """Every verb once, in the order of the table."""
        return list(dict.fromkeys(step.verb for step in self.steps))
