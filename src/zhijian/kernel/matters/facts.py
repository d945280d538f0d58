"""What a step must be told: the model of its facts, how each is asked, and how they are read, stored and kept.

Forms, OpenAPI and the phone's schema are made from the same class; the ledger keeps what was told, as plain data, and
seals beside it what is marked `personal`.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from zhijian.kernel.matters.errors import BadFacts


class Facts(BaseModel):
    """What a step must be told. A fact named like a column of the record or of the matter is stored there."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def text(title: Any, *, min_length: int = 0, max_length: int = 200, **more: Any) -> Any:
    """A text of one line; `personal=True` for names and numbers of people."""
    return _field(title, {}, min_length=min_length, max_length=max_length, **more)


def long(title: Any, *, min_length: int = 2, max_length: int = 4000, **more: Any) -> Any:
    """A text of several lines."""
    return _field(title, {"widget": "long"}, min_length=min_length, max_length=max_length, **more)


def person(title: Any, *roles: str, **more: Any) -> Any:
    """A member of staff, by id; the form offers those of the matter's office who hold one of the roles."""
    return _field(title, {"widget": "person", "roles": list(roles)}, **more)


def pictures(title: Any, **more: Any) -> Any:
    """Files of the matter by uid; the form takes pictures."""
    return _field(title, {"widget": "photos"}, **more)


def _field(title: Any, extra: dict[str, Any], *, personal: bool = False, told: str = "", **more: Any) -> Any:
    """`told` names what the record says of the field before it is filled in (the form's help)."""
    extra = extra | ({"personal": True} if personal else {}) | ({"told": told} if told else {})
    return Field(title=title, json_schema_extra=extra, **more)


@cache
def personal_of(facts: type[Facts] | None) -> tuple[str, ...]:
    """Names of the facts that are personal: said with `personal=True`, here or as `json_schema_extra`."""
    if facts is None:
        return ()
    extras = {name: info.json_schema_extra for name, info in facts.model_fields.items()}
    return tuple(name for name, extra in extras.items() if isinstance(extra, dict) and extra.get("personal"))


@cache
def pictures_of(facts: type[Facts] | None) -> tuple[str, ...]:
    """Names of the facts that are pictures."""
    if facts is None:
        return ()
    extras = {name: info.json_schema_extra for name, info in facts.model_fields.items()}
    return tuple(name for name, extra in extras.items() if isinstance(extra, dict) and extra.get("widget") == "photos")


def parse(facts: type[Facts] | None, given: dict[str, Any]) -> Facts | None:
    """The facts as given by a person or a program. Raises BadFacts with what is wrong with each."""
    if facts is None:
        if given:
            raise BadFacts({name: [_("This step takes no such fact.")] for name in given})
        return None
    try:
        return facts(**given)
    except ValidationError as error:
        errors: dict[str, list[str]] = {}
        for problem in error.errors():
            errors.setdefault(str(problem["loc"][0]) if problem["loc"] else "", []).append(complaint(problem))
        raise BadFacts(errors) from error


# What people leave out or mistype, by pydantic's names; what is not here only programs send, and keeps its English.
_COMPLAINTS: dict[str, Any] = {
    "missing": gettext_lazy("Please fill this in."),
    "extra_forbidden": gettext_lazy("This step takes no such fact."),
    "string_too_short": gettext_lazy("Please write at least %(min_length)s characters."),
    "string_too_long": gettext_lazy("At most %(max_length)s characters."),
    "too_short": gettext_lazy("At least %(min_length)s of these are needed."),
    "too_long": gettext_lazy("At most %(max_length)s of these."),
    "greater_than_equal": gettext_lazy("It must be %(ge)s or more."),
    "greater_than": gettext_lazy("It must be more than %(gt)s."),
    "less_than_equal": gettext_lazy("It must be %(le)s or less."),
    "less_than": gettext_lazy("It must be less than %(lt)s."),
    "enum": gettext_lazy("Please choose one of those offered."),
    "literal_error": gettext_lazy("Please choose one of those offered."),
    "int_parsing": gettext_lazy("Please enter a whole number."),
    "int_type": gettext_lazy("Please enter a whole number."),
    "decimal_parsing": gettext_lazy("Please enter a number."),
    "bool_parsing": gettext_lazy("Please answer yes or no."),
    "date_parsing": gettext_lazy("Please enter a day, like 2026-03-05."),
    "date_from_datetime_parsing": gettext_lazy("Please enter a day, like 2026-03-05."),
    "date_type": gettext_lazy("Please enter a day, like 2026-03-05."),
    "datetime_parsing": gettext_lazy("Please enter a day and a time, like 2026-03-05 14:30."),
    "datetime_from_date_parsing": gettext_lazy("Please enter a day and a time, like 2026-03-05 14:30."),
    "uuid_parsing": gettext_lazy("This is not the id of anything here."),
    "string_type": gettext_lazy("Please write it as text."),
}


def complaint(problem: Any) -> str:
    """What is wrong with a fact (one of pydantic's errors), in the active language."""
    known = _COMPLAINTS.get(problem["type"])
    return str(known) % problem.get("ctx", {}) if known else str(problem["msg"])


def wording(kind: str, **renamed: str) -> str:
    """The same words for a check that is not pydantic's; `renamed` is how that one calls the bounds."""
    said = str(_COMPLAINTS[kind])
    for ours, theirs in renamed.items():
        said = said.replace(f"%({ours})s", f"%({theirs})s")
    return said


def told(facts: Facts | None) -> tuple[dict[str, Any], dict[str, str]]:
    """The facts as the ledger keeps them: plain data, and the personal ones apart."""
    if facts is None:
        return {}, {}
    plain = {k: v for k, v in facts.model_dump(mode="json").items() if v not in (None, "", [], {})}
    personal = {name: str(plain.pop(name)) for name in personal_of(type(facts)) if name in plain}
    return _stringed(plain), personal


def _stringed(value: Any) -> Any:
    """Without floats, which have no canonical form."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {key: _stringed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_stringed(item) for item in value]
    return value


def assign(target: models.Model, facts: Facts | None) -> dict[str, Any]:
    """Store the facts that are named like a field of `target` (a foreign key takes an id).

    Returns what stood there before, where something else did: days, people and choices, as plain data. (A text is told
    by the entry that brought it; what is personal is told by none.)
    """
    was: dict[str, Any] = {}
    if facts is None:
        return was
    columns = _columns(type(target))  # type: ignore[arg-type]
    for name in type(facts).model_fields:
        if name in columns and (value := getattr(facts, name)) is not None:
            field: Any = target._meta.get_field(name)
            key = field.attname if field.is_relation and not isinstance(value, models.Model) else name
            old = getattr(target, field.attname)
            setattr(target, key, value)
            tells = field.is_relation or field.choices or isinstance(field, models.DateField)
            if tells and old not in (None, "", getattr(target, field.attname)) and name not in personal_of(type(facts)):
                was[name] = old.isoformat() if isinstance(old, dt.date) else old
    return was


@cache
def _columns(model: type[models.Model]) -> frozenset[str]:
    own = {"id", "matter", "uid", "state", "version", "number"}
    return frozenset(field.name for field in model._meta.concrete_fields) - own
