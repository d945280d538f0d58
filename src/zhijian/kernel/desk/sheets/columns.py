"""What stands in a sheet of acts: the key, the version, what the list shows, the act, and the acts' facts."""

from __future__ import annotations

import datetime as dt
import enum
import typing
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms as django_forms
from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _
from pydantic.fields import FieldInfo

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import forms
from zhijian.kernel.desk.lists import MatterList
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Premises

YES = frozenset({"true", "1", "yes", "y", "是", "对", "√", "✓"})
NO = frozenset({"false", "0", "no", "n", "否", "不", "×"})


def key_words() -> dict[str, str]:
    """The columns that are not to be changed, and the one for the act, by what they are; in the active language."""
    return {"key": _("Key (leave as it is)"), "version": _("Version (leave as it is)"), "act": _("Act to do")}


def label(step: Step) -> str:
    """What a step is called in a sheet."""
    return str(step.label or step.verb)


def acts(one: type[MatterList], actor: Actor) -> list[Step]:
    """The steps of this list that the person may do to many by a sheet: those of existing matters, then openings."""
    flow, mine = one.all_flows()[0], actor.roles_at()
    if actor.looks_on:
        return []
    opening = [
        step
        for step in flow.steps
        if step.verb in one.bulk and not step.froms and step.by is None and any(who in mine for who in step.whos)
    ]
    return [step for step in [*one.bulk_steps(actor), *opening] if tellable(step)]


def tellable(step: Step) -> bool:
    """Whether a sheet can tell all that the step must be told: pictures stand in no cell."""
    fields = step.facts.model_fields.values() if step.facts else ()
    return not any(_widget(info) == "photos" and info.is_required() for info in fields)


def _widget(info: FieldInfo) -> str:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return str(extra.get("widget", ""))


def facts_of(step: Step) -> dict[str, FieldInfo]:
    """The facts of a step that a cell can hold, by name."""
    fields = step.facts.model_fields if step.facts else {}
    return {name: info for name, info in fields.items() if _widget(info) != "photos"}


def heading(name: str, info: FieldInfo) -> str:
    """A fact's column: its title, or its name where it has none."""
    return str(info.title or name)


def fact_columns(steps: Iterable[Step]) -> dict[str, str]:
    """Headings of the facts of these steps, each once: heading → name of the fact."""
    return {heading(name, info): name for step in steps for name, info in facts_of(step).items()}


def known_headings(steps: list[Step]) -> dict[str, str]:
    """Every heading that counts, in every language of the house: heading → "key", "version", "act" or "f:<fact>"."""
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {word: code for code, word in key_words().items()}
            found |= {word: f"f:{name}" for word, name in fact_columns(steps).items()}
    return found


def act_words(steps: list[Step]) -> dict[str, Step]:
    """How each act may be called in a cell: its label in every language, or its verb."""
    found = {step.verb: step for step in steps}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {label(step): step for step in steps}
    return found


@dataclass
class Asker:
    """Turns cells into facts and back, for one person and list. What can be chosen is asked once for each office."""

    actor: Actor
    flow: Flow

    @cached_property
    def _known(self) -> dict[tuple[str, str, str], dict[str, django_forms.Field]]:
        return {}

    def fields(self, step: Step, area: str, premises: Premises | None) -> dict[str, django_forms.Field]:
        """The form's fields of a step for matters of an office and a kind of place."""
        key = (step.verb, area, premises.trade if premises else "")
        if key not in self._known:
            inside = area if self.actor.can_read(area) else ""
            form = forms.form_for(step, None, self.actor, area=inside, premises=premises)
            self._known[key] = dict(form.fields) if form else {}
        return self._known[key]

    def options(self, step: Step, area: str, premises: Premises | None, name: str) -> dict[str, str]:
        """What can be chosen for a fact: label → value; empty where anything can be written."""
        field = self.fields(step, area, premises).get(name)
        choices = getattr(field, "choices", None)
        return {str(word): str(value) for value, word in choices if str(value)} if choices else {}

    def value(self, step: Step, area: str, premises: Premises | None, name: str, cell: str) -> Any:
        """The fact in a cell as `perform` takes it. Raises ValueError with the reason."""
        text = cell.strip()
        if options := self.options(step, area, premises, name):
            if text in options or text in options.values():
                return options.get(text, text)
            raise ValueError(_("There is no “%(text)s” to choose here.") % {"text": text[:40]})
        kind = _plain(facts_of(step)[name].annotation)
        if kind is bool:
            if text.lower() in YES | NO:
                return text.lower() in YES
            raise ValueError(_("Please answer yes or no."))
        if kind is dt.date:
            return text[:10].replace("/", "-").replace(".", "-")
        if typing.get_origin(kind) is list:
            return [part.strip() for part in text.replace("、", "\n").splitlines() if part.strip()]
        return text

    def now(self, step: Step, matter: Matter, record: models.Model | None, name: str) -> Any:
        """What the matter holds now of a fact, as a cell shows it; None where it holds nothing of that name."""
        value = held(matter, record, name)
        if value is None:
            return None
        words = {v: word for word, v in self.options(step, matter.area, matter.premises, name).items()}
        return words.get(str(value), value) if words else value


def held(matter: Matter, record: models.Model | None, name: str) -> Any:
    """The value of a column of that name of the matter or its record; a person by his id; None for none."""
    for source in (matter, record):
        if source is None:
            continue
        column = next((f for f in source._meta.concrete_fields if f.name == name), None)
        if column is not None and (value := getattr(source, column.attname)) not in (None, ""):
            return calendar.local(value).replace(tzinfo=None) if isinstance(value, dt.datetime) else value
    return None


def before(back: Step, matter: Matter, record: models.Model | None) -> dict[str, Any]:
    """What a matter holds of the facts that its way back would tell, as plain JSON."""
    found = {name: held(matter, record, name) for name in facts_of(back)}
    told = {name: value for name, value in found.items() if value is not None}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in told.items()}


def same(cell: str, now: Any) -> bool:
    """Whether a cell says what the matter holds already."""
    if now is None:
        return not cell.strip()
    if isinstance(now, bool):
        return cell.strip().lower() in (YES if now else NO)
    told = now.isoformat(" ") if isinstance(now, dt.datetime) else str(now)
    return cell.strip().replace("/", "-") == told


def _plain(annotation: Any) -> Any:
    kind, _nullable = forms._plain_type(annotation)
    return str if isinstance(kind, type) and issubclass(kind, enum.Enum) else kind
