"""A step's entry as one line: its own sentence, and what it changed, from what to what."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import moment
from zhijian.kernel.evidence.ledger import Shown
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.packs import stack

_reads: dict[str, Callable[[Any], str]] = {}


def reads(widget: str, words: Callable[[Any], str]) -> None:
    """Register how a fact of that widget reads: an entry holds a code, the reader gets its name."""
    _reads[widget] = words


def sentence(step: Step, facts: dict[str, Any]) -> str:
    """The step's wording, choices, people and offices by their names, with each day, person and choice that it
    replaced: "Given to others · Officer: A → B".
    """
    fields = step.facts.model_fields if step.facts else {}
    text = str(step.said or step.label)
    told = {name for name in fields if f"{{{name}}}" in text and facts.get(name) not in (None, "", [])}
    words = text.format_map(Shown({**facts, **{name: _value(fields[name], facts[name]) for name in told}}))
    words = words.rstrip(" :：")
    changed = [
        f"{fields[name].title}: {_value(fields[name], old)} → {_value(fields[name], facts.get(name))}"
        for name, old in facts.get("was", {}).items()
        if name in fields and fields[name].title
    ]
    return " · ".join([words, *changed])


def _value(field: Any, value: Any) -> str:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    if extra.get("widget") == "person":
        return _name(value)
    if extra.get("widget") == "area_below":
        area = stack().areas.get(str(value))
        return str(area.name) if area is not None else str(value)
    if (words := _reads.get(str(extra.get("widget", "")))) is not None:
        return words(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if _is_choice(field) and value in list(field.annotation):  # one that is no choice any more stays as it was told
        return str(getattr(field.annotation(value), "label", value))
    return str(value)


def _is_choice(field: Any) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, enum.Enum)


def _name(pk: Any) -> str:
    """The name of a member of staff; each is looked up once a request."""
    names: dict[Any, str] = moment().setdefault("names", {})
    if pk not in names:
        names[pk] = Person.objects.filter(pk=pk).values_list("name", flat=True).first() or str(pk)
    return names[pk]
