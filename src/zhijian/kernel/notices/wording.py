"""What a notice says: declared once, rendered late, in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text: TypeAlias = str | Promise | Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True)
class NoticeTemplate:
    """The wording of one occasion. Texts hold {names} of the notice's data, or are functions of it."""

    code: str
    title: Text
    text: Text
    sms: Text = ""


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


def notice_template(code: str, *, title: Text, text: Text, sms: Text = "") -> NoticeTemplate:
    """Declare a template; `sms` empty: the text is sent. {link} stands for the receiver's own link."""
    made = NoticeTemplate(code, title, text, sms)
    _templates[code] = made
    return made


def templates() -> Mapping[str, NoticeTemplate]:
    """Every declared template by its code."""
    return _templates


def render(code: str, data: Mapping[str, Any]) -> Rendered:
    """The notice in the active language. An unknown code (of a removed programme) shows what the data hold."""
    template = _templates.get(code, _UNKNOWN)
    title, text, sms = (_say(part, data) for part in (template.title, template.text, template.sms))
    return Rendered(title, text, sms or text)


def _say(part: Text, data: Mapping[str, Any]) -> str:
    if callable(part) and not isinstance(part, Promise):
        return str(part(data))  # not formatted again: data may hold braces
    return str(part).format_map(_Shown(data))


def step_said(data: Mapping[str, Any]) -> str:
    """What the step of a flow is called, with the state that it led to."""
    from zhijian.kernel.matters.catalogue import flows

    flow = flows().get(data.get("kind", ""))
    if flow is None:
        return str(data.get("verb", "…"))
    step = next((s for s in flow.steps if s.verb == data.get("verb")), None)
    return str(step.label or flow.state(data["state"]).label) if step else str(flow.title)


def step_title(data: Mapping[str, Any]) -> str:
    """ "Inspection: To be visited": the kind of matter and where it stands now."""
    from zhijian.kernel.matters.catalogue import flows

    flow = flows().get(data.get("kind", ""))
    return f"{flow.title}: {flow.state(data['state']).label}" if flow else str(data.get("title", "…"))


_UNKNOWN = NoticeTemplate("", title="{title}", text="{title}")
STEP = notice_template(
    "step",
    title=step_title,
    text=lambda data: "{title} {number}".format_map(_Shown(data)) + " · " + step_said(data),
    sms=lambda data: _("{organ}: {what}. Read and answer: {link}").format_map(
        _Shown({**data, "what": f"{step_title(data)} {data.get('number', '')}".strip()})
    ),
)
