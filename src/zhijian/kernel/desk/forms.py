"""A step's form, made from what the step must be told: one place says what a fact is, the desk only draws it.

Facts say how they want to be asked by `json_schema_extra={"widget": …}`: "long" (several lines), "person" (with
`roles`), "photos", or a name that a programme registered with `choices`.
"""

from __future__ import annotations

import datetime as dt
import enum
import types
import typing
import uuid
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic.fields import FieldInfo

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk.filters import people
from zhijian.kernel.evidence import files
from zhijian.kernel.matters.catalogue import KERNEL, furniture
from zhijian.kernel.matters.facts import Facts
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Premises

Options = list[tuple[str, str]]
RADIOS = 4  # up to so many choices are all shown; more go into a list
PREFIX = "f"


class Asked(typing.NamedTuple):
    """Before whom a choice is offered: the matter (None while one is opened), its area and premises, and the actor."""

    matter: Matter | None
    area: str
    premises: Premises | None
    actor: Actor


_choices: dict[str, Callable[[Asked], Options]] = {}
_says: dict[str, Callable[[Asked], str]] = {}


def choices(widget: str, options: Callable[[Asked], Options], says: Callable[[Asked], str] | None = None) -> None:
    """Register what a widget of that name offers: a programme's checklists, for example.

    `says`: what whoever chooses must know about this one matter, below the field.
    """
    _choices[widget] = options
    if says is not None:
        _says[widget] = says


@cache
def _furnish() -> None:
    """Know every programme's choices, also where a step's page is the first that a process shows."""
    furniture("desk")
    furniture("desk", KERNEL)


def is_uid(text: str) -> bool:
    """Whether the text is a UUID."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


class Photos(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photos at once."""

    widget = Photos

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not given:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return [super(PhotosField, self).clean(one, initial) for one in given]


class StepForm(forms.Form):
    """The form of one step. `facts()` gives what `perform` takes; empty optional fields are left out."""

    step: Step
    matter: Matter | None
    before: tuple[str, ...] = ()

    def said_before(self) -> dict[str, Any]:
        """What was asked before the step's own facts."""
        return {name: self.cleaned_data[name] for name in self.before}

    def facts(self) -> dict[str, Any]:
        """The values as the step's facts take them."""
        said = {}
        for name, value in self.cleaned_data.items():
            if name in self.before:
                continue
            if isinstance(self.fields[name], PhotosField) or value in (None, "", []):
                continue
            said[name] = (
                [line for line in value.splitlines() if line.strip()] if _is_lines(self.fields[name]) else value
            )
        return said

    def photos(self) -> dict[str, list[Any]]:
        """Uploaded pictures by the fact they belong to."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if isinstance(self.fields[name], PhotosField) and value
        }

    def blame(self, errors: dict[str, list[str]]) -> None:
        """Put what the facts' own check said beside the fields."""
        for name, said in errors.items():
            self.add_error(name if name in self.fields else None, said)


def _is_lines(field: forms.Field) -> bool:
    return bool(getattr(field, "lines", False))


def form_for(
    step: Step,
    matter: Matter | None,
    actor: Actor,
    data: Any = None,
    sent: Any = None,
    *,
    record: models.Model | None = None,
    area: str = "",
    premises: Premises | None = None,
    before: type[Facts] | None = None,
) -> StepForm | None:
    """The form of `step`; None for a step that needs to be told nothing. `sent` are uploaded files.

    `before` are facts that are asked first and are not the step's own; none of them may be called like one of those.
    """
    if step.facts is None and before is None:
        return None
    _furnish()
    asked = Asked(matter, matter.area if matter else area, matter.premises if matter else premises, actor)
    first = {name: _field(info, asked, None) for name, info in (before.model_fields if before else {}).items()}
    own = step.facts.model_fields if step.facts is not None else {}
    fields = {
        name: _bounded(_field(info, asked, _now(name, info, matter, record)), info, record)
        for name, info in own.items()
    }
    form = type("StepForm", (StepForm,), {**first, **fields})(data, sent, prefix=PREFIX, label_suffix="")
    form.step, form.matter, form.before = step, matter, tuple(first)
    return form


def _now(name: str, info: FieldInfo, matter: Matter | None, record: models.Model | None) -> Any:
    """What the field holds at first: the matter's or record's own value, else the fact's default.

    A fact that says `json_schema_extra={"from": "asked_until"}` begins with that column of the record, or with what the
    record computes under that name.
    """
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    name = str(extra.get("from", name))
    for source in (matter, record):
        column = _column(source, name)
        if source is not None and column is not None and getattr(source, column.attname) not in (None, ""):
            return getattr(source, column.attname)
    if "from" in extra and isinstance(getattr(type(record), name, None), property):
        return getattr(record, name)
    default = info.get_default(call_default_factory=True) if not info.is_required() else None
    return default.value if isinstance(default, enum.Enum) else default


def _bounded(field: forms.Field, info: FieldInfo, record: models.Model | None) -> forms.Field:
    """What the record knows of a field is told beforehand.

    `json_schema_extra={"within": "extension"}`: the first and the last day; `{"told": "rest_words"}`: a sentence.
    """
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    if record is not None and "told" in extra:
        field.help_text = getattr(record, str(extra["told"]))
    if record is None or "within" not in extra:
        return field
    first, last = getattr(record, str(extra["within"]))
    days = {"min": first, "max": last}
    field.widget.attrs |= {name: day.isoformat() for name, day in days.items() if day}
    if isinstance(field.initial, dt.date) and field.initial < first:
        field.initial = None  # a day that is over is nothing to begin with
    if last:
        field.help_text = _("At most until %(day)s.") % {"day": last}
    return field


def _column(source: models.Model | None, name: str) -> Any:
    if source is None:
        return None
    return next((f for f in source._meta.concrete_fields if f.name == name), None)


def _plain_type(annotation: Any) -> tuple[Any, bool]:
    """The type without `| None`, and whether None was allowed."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        inner = [a for a in typing.get_args(annotation) if a is not type(None)]
        return inner[0], len(inner) < len(typing.get_args(annotation))
    if typing.get_origin(annotation) is typing.Annotated:
        return _plain_type(typing.get_args(annotation)[0])
    return annotation, False


def _limits(info: FieldInfo) -> dict[str, Any]:
    """Bounds that pydantic keeps as metadata."""
    found: dict[str, Any] = {}
    for rule in info.metadata:
        for name in ("min_length", "max_length", "ge", "le"):
            if getattr(rule, name, None) is not None:
                found[name] = getattr(rule, name)
    return found


def _field(info: FieldInfo, asked: Asked, initial: Any) -> forms.Field:
    kind, nullable = _plain_type(info.annotation)
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    common = {
        "label": info.title or "",
        "help_text": info.description or "",
        "required": info.is_required() and not nullable,
        "initial": initial,
    }
    widget = str(extra.get("widget", ""))
    if widget == "photos":
        common.pop("initial")
        return PhotosField(
            **common, widget=Photos(attrs={"class": "form-control", "accept": "image/jpeg,image/png", "multiple": True})
        )
    if widget == "person":
        roles = [str(role) for role in typing.cast(list[str], extra.get("roles", []))]
        return _select(people(asked.actor, roles, asked.area), common)
    if widget in _says:
        common["help_text"] = _says[widget](asked) or common["help_text"]
    if widget in _choices:
        return _select(_choices[widget](asked), common)
    return _by_type(kind, info, common, long=widget == "long")


def _by_type(kind: Any, info: FieldInfo, common: dict[str, Any], *, long: bool) -> forms.Field:
    limits = _limits(info)
    numbers = {"min_value": limits.get("ge"), "max_value": limits.get("le")}
    box = {"class": "form-control"}
    origin = typing.get_origin(kind)
    if origin is typing.Literal:
        return _choose([(str(v), str(v)) for v in typing.get_args(kind)], common)
    if origin is list:
        return _several(_plain_type(typing.get_args(kind)[0])[0], common)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _choose([(str(m.value), str(getattr(m, "label", m.value))) for m in kind], common)
    if kind is bool:
        return forms.BooleanField(
            **{**common, "required": False}, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
        )
    if kind is int:
        return forms.IntegerField(**common, **numbers, widget=forms.NumberInput(attrs={**box, "inputmode": "numeric"}))
    if kind is Decimal:
        return forms.DecimalField(
            **common, **numbers, widget=forms.NumberInput(attrs={**box, "step": "any", "inputmode": "decimal"})
        )
    if kind is dt.date:
        return forms.DateField(**common, widget=forms.DateInput(attrs={**box, "type": "date"}, format="%Y-%m-%d"))
    if kind is dt.datetime:
        picker = forms.DateTimeInput(attrs={**box, "type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        if common["initial"] is None and common["required"]:
            common["initial"] = timezone.now
        return forms.DateTimeField(**common, widget=picker)
    if kind is uuid.UUID:
        return forms.UUIDField(**common, widget=forms.TextInput(attrs=box))
    lengths = {k: v for k, v in limits.items() if k in ("min_length", "max_length")}
    area = forms.Textarea(attrs={**box, "rows": 4}) if long else forms.TextInput(attrs=box)
    return forms.CharField(**common, **lengths, widget=area)


def _several(kind: Any, common: dict[str, Any]) -> forms.Field:
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        options = [(str(m.value), str(getattr(m, "label", m.value))) for m in kind]
        return forms.MultipleChoiceField(**common, choices=options, widget=forms.CheckboxSelectMultiple)
    if typing.get_origin(kind) is typing.Literal:
        options = [(str(v), str(v)) for v in typing.get_args(kind)]
        return forms.MultipleChoiceField(**common, choices=options, widget=forms.CheckboxSelectMultiple)
    if isinstance(common["initial"], list):
        common["initial"] = "\n".join(str(v) for v in common["initial"])
    common["help_text"] = common["help_text"] or gettext_lazy("One in each line.")
    field = forms.CharField(**common, widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}))
    field.lines = True  # type: ignore[attr-defined]
    return field


def _choose(options: Options, common: dict[str, Any]) -> forms.Field:
    """A choice among few: all shown as buttons; among many: a list."""
    if len(options) > RADIOS:
        return _select(options, common)
    if not common["required"] and common["initial"] is None:
        options = [("", _("not said")), *options]
    field = forms.ChoiceField(**common, choices=options, widget=forms.RadioSelect)
    field.radios = True  # type: ignore[attr-defined]
    return field


def _select(options: Options, common: dict[str, Any]) -> forms.Field:
    empty = [("", _("choose") + " …")]
    if len(options) == 1 and common["required"] and common["initial"] is None:
        common["initial"] = options[0][0]
    return forms.ChoiceField(**common, choices=empty + options, widget=forms.Select(attrs={"class": "form-select"}))


def attach_photos(form: StepForm, matter: Matter, actor: Actor) -> dict[str, list[uuid.UUID]]:
    """Store the pictures that came with a form; their uids are the facts of that name. Raises files.NotAccepted."""
    found = {}
    for name, sent in form.photos().items():
        kept = []
        for one in sent:
            blob = files.store(one.read(), media_types=("image/jpeg", "image/png"))
            kept.append(files.attach(matter, blob, kind="photo", name=one.name[:200], actor=actor).uid)
        found[name] = kept
    return found


__all__ = ["Asked", "Facts", "StepForm", "attach_photos", "choices", "form_for", "is_uid"]
