"""What a notice says: declared once, rendered late, in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.words import listed

if TYPE_CHECKING:
    from zhijian.kernel.matters.flow import Flow
    from zhijian.kernel.party.pages import PartyPage

Text: TypeAlias = str | Promise | Callable[[Mapping[str, Any]], Any]

# What people choose ways for. What the law asks somebody to keep cannot be switched off.
MATTERS, LIMITS, PEOPLE, REPORTING = "matters", "limits", "people", "reporting"
KINDS: dict[str, Any] = {
    LIMITS: _("Time limits that ran out, certificates that end"),
    MATTERS: _("What happens to my matters"),
    PEOPLE: _("Leave and handovers"),
    REPORTING: _("Records for other platforms"),
}
LEGAL = frozenset({LIMITS})


@dataclass(frozen=True)
class NoticeTemplate:
    """The wording of one occasion. Texts hold {names} of the notice's data, or are functions of it."""

    code: str
    title: Text
    text: Text
    sms: Text = ""
    kind: str = MATTERS
    invites: bool = False
    passing: bool = False


@dataclass(frozen=True)
class Rendered:
    """A notice as somebody reads it."""

    title: str
    text: str
    sms: str


_templates: dict[str, NoticeTemplate] = {}


class _Shown(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def notice_template(
    code: str, *, title: Text, text: Text, sms: Text = "", kind: str = MATTERS, invites: bool = False,
    passing: bool = False,
) -> NoticeTemplate:  # fmt: skip
    """Declare a template; `sms` empty: the text is sent. {link} stands for the receiver's own link.

    `kind` is one of KINDS, by which staff choose how they are told. `invites`: it asks for a rating behind the link; a
    text message that tells what happened carries it in its last words. `passing`: worth nothing a little later, so that
    nobody has to see to one that did not arrive.
    """
    made = NoticeTemplate(code, title, text, sms, kind, invites, passing)
    _templates[code] = made
    return made


def templates() -> Mapping[str, NoticeTemplate]:
    """Every declared template by its code."""
    return _templates


def invites(code: str, data: Mapping[str, Any]) -> bool:
    """Whether the notice, or what was told at the same moment, asks for a rating."""
    told = [code, *(one["template"] for one in data.get("more", []))]
    return any(_templates.get(one, _UNKNOWN).invites for one in told)


def kind_of(code: str, data: Mapping[str, Any]) -> str:
    """Which kind a notice is: its template's; a step that time itself took is a time limit's."""
    flow = _flow(data) if "verb" in data else None
    if flow is not None and any(step.verb == data.get("verb") and step.by is not None for step in flow.steps):
        return LIMITS
    return _templates.get(code, _UNKNOWN).kind


def render(code: str, data: Mapping[str, Any]) -> Rendered:
    """The notice in the active language. An unknown code (of a removed programme) shows what the data hold.

    What was told at the same moment (`more`) follows; the text message is then the plain one, which tells what to do.
    """
    template = _templates.get(code, _UNKNOWN)
    more = [render(one["template"], one["data"]) for one in data.get("more", [])]
    title, text = (_say(part, data) for part in (template.title, template.text))
    sms = _say((STEP if more else template).sms, data)
    lines = list(dict.fromkeys([text, *(one.text for one in more)]))
    joint = _("; ")
    return Rendered(joint.join(dict.fromkeys([title, *(one.title for one in more)])), joint.join(lines), sms or text)


def _say(part: Text, data: Mapping[str, Any]) -> str:
    if callable(part) and not isinstance(part, Promise):
        return str(part(data))  # not formatted again: data may hold braces
    return str(part).format_map(_Shown(data))


def step_said(data: Mapping[str, Any]) -> str:
    """What the step of a flow is called, with the state that it led to."""
    flow = _flow(data)
    if flow is None:
        return str(data.get("verb", "…"))
    step = next((s for s in flow.steps if s.verb == data.get("verb")), None)
    return str(step.label or flow.state(data["state"]).label) if step else str(flow.title)


def step_title(data: Mapping[str, Any]) -> str:
    """ "Inspection: To be visited": the kind of matter and where it stands now, in the enterprise's words for it."""
    flow = _flow(data)
    if flow is None:
        return str(data.get("title", "…"))
    said = flow.state(data["state"]).label
    if data.get("party"):
        page = _page(flow.kind)
        said = page.happened.get(data.get("verb", "")) or page.state(data["state"])
    return _("{kind}: {state}").format(kind=flow.title, state=said)


def _flow(data: Mapping[str, Any]) -> Flow | None:
    from zhijian.kernel.matters.catalogue import flows

    return flows().get(data.get("kind", ""))


def _page(kind: str) -> PartyPage:
    from zhijian.kernel.party.pages import page_of

    return page_of(kind)


def _flow_title(kind: str) -> str:
    from zhijian.kernel.matters.catalogue import flow_of

    return str(_page(kind).title or flow_of(kind).title)


def step_sms(data: Mapping[str, Any]) -> str:
    """What happened and what the enterprise has to do by when, in its programme's words for it; or that it has not."""
    if data.get("own"):
        return str(data["own"]).format_map(_Shown(data))
    if kind := data.get("waits"):
        usual, own = (ASKS if data.get("day") else ASKS_SOON), str(_page(kind).asks)
        dated = "{day}" in own and not data.get("day")  # a place without the rule has no day to name
        return (str(usual) if dated or not own else own).format_map(_Shown({**data, "kind": _flow_title(kind)}))
    from zhijian.kernel.notices.texts import book

    more = [one["data"] for one in data.get("more", []) if not invites(one["template"], {})]
    titles = dict.fromkeys([step_title(data), *(step_title(one) for one in more)])
    return str(TOLD_AND_RATE if data.get("invites") else TOLD).format_map(
        _Shown(book().fitted({**data, "what": listed(titles)}))
    )


ASKS = _("{organ}: {title}: {n} to be answered by {day}: {link}")
ASKS_SOON = _("{organ}: {title}: {n} to be answered: {link}")
TOLD = _("{organ}: {title}: {what}. No answer is needed: {link}")
TOLD_AND_RATE = _("{organ}: {title}: {what}. No answer is needed. Read it and rate us: {link}")
STEP_TEXTS = (ASKS, ASKS_SOON, TOLD, TOLD_AND_RATE)
_UNKNOWN = NoticeTemplate("", title="{title}", text="{title}")
STEP = notice_template(
    "step",
    title=step_title,
    text=lambda data: "{title} {number}".format_map(_Shown(data)) + " · " + step_said(data),
    sms=step_sms,
)
