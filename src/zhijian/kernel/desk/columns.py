"""Columns of lists: those that every matter has, and the fields of its programme's record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import said
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.flow import Flow
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.words import listed


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: text, perhaps a link, a tone (then it is a tag) and a small second line."""

    text: str
    url: str = ""
    tone: str = ""
    sub: str = ""


@dataclass(frozen=True)
class Column:
    """A column: what it needs from the database, how it is shown, and what the Excel file holds."""

    code: str
    label: str | Promise
    fields: tuple[str, ...]
    show: Callable[[Matter], Cell]
    raw: Callable[[Matter], Any]
    long: bool = False


def link(matter: Matter) -> str:
    """The address of a matter's record page."""
    return f"/m/{matter.uid}/"


def _state(matter: Matter) -> Cell:
    state = flow_of(matter.kind).state(matter.state)
    return Cell(str(state.label), tone=state.tone)


def _due(matter: Matter) -> Cell:
    due = said.due_of(matter.due, matter.due_at) if matter.closed is None else None
    if due is None or due.day is None:
        return Cell("")
    tone = due.tone if due.tone in ("late", "soon") else ""
    return Cell(
        due.words if tone else f"{due.day:%Y-%m-%d}", tone=tone, sub=f"{due.day:%Y-%m-%d}" if tone else due.words
    )


def _entity(matter: Matter) -> Cell:
    """The enterprise, and below it which of its shops, where that has a name of its own."""
    shop = matter.premises.name if matter.premises else ""
    if matter.entity is None:
        return Cell(shop)
    return Cell(matter.entity.name, f"/e/{matter.entity.uid}/", sub=shop if shop != matter.entity.name else "")


def _number(matter: Matter) -> Cell:
    return Cell(matter.number or _("(no number)"), link(matter))


def _when(at: dt.datetime | None) -> Cell:
    return Cell(said.moment(at)) if at else Cell("")


def _day(at: dt.datetime | None) -> dt.datetime | None:
    """Excel knows no zones: the place's own time."""
    return calendar.local(at).replace(tzinfo=None) if at else None


def _address(matter: Matter) -> str:
    place = matter.premises or matter.entity
    return place.address if place else ""


def _kind(matter: Matter) -> str:
    return str(flow_of(matter.kind).title)


def _flags(matter: Matter) -> Cell:
    n = len(matter.flags)
    return Cell(str(n), tone="warn") if n else Cell("")


STANDARD = {
    column.code: column
    for column in (
        Column("number", gettext_lazy("Number"), ("number",), _number, lambda m: m.number),
        Column(
            "title", gettext_lazy("About"), ("title",), lambda m: Cell(m.title, link(m)), lambda m: m.title, long=True
        ),
        Column(
            "entity", gettext_lazy("Enterprise"), ("entity__uid", "entity__name", "premises__name"), _entity,
            lambda m: m.entity.name if m.entity else "", long=True,
        ),
        Column(
            "premises", gettext_lazy("Premises"), ("premises__name",),
            lambda m: Cell(m.premises.name if m.premises else ""),
            lambda m: m.premises.name if m.premises else "", long=True,
        ),
        Column(
            "code", gettext_lazy("Code of the entity"), ("entity__code",),
            lambda m: Cell(m.entity.code if m.entity else ""), lambda m: m.entity.code if m.entity else "",
        ),
        Column(
            "address", gettext_lazy("Address"), ("premises__address", "entity__address"),
            lambda m: Cell(_address(m)), _address, long=True,
        ),
        Column("kind", gettext_lazy("Kind"), (), lambda m: Cell(_kind(m)), _kind),
        Column(
            "area", gettext_lazy("Area"), ("area",),
            lambda m: Cell(said.area_name(m.area)), lambda m: said.area_name(m.area),
        ),
        Column("state", gettext_lazy("State"), ("state",), _state, lambda m: _state(m).text),
        Column(
            "assignee", gettext_lazy("In charge"), ("assignee__name",),
            lambda m: Cell(m.assignee.name if m.assignee else ""), lambda m: m.assignee.name if m.assignee else "",
        ),
        Column(
            "second", gettext_lazy("Second officer"), ("second__name",),
            lambda m: Cell(m.second.name if m.second else ""), lambda m: m.second.name if m.second else "",
        ),
        Column("due", gettext_lazy("Due"), ("due", "due_at", "closed"), _due, lambda m: m.due),
        Column("opened", gettext_lazy("Opened"), ("opened",), lambda m: _when(m.opened), lambda m: _day(m.opened)),
        Column("closed", gettext_lazy("Closed on"), ("closed",), lambda m: _when(m.closed), lambda m: _day(m.closed)),
        Column(
            "urgency", gettext_lazy("Urgency"), ("urgency",),
            lambda m: Cell(m.get_urgency_display() if m.urgency else "", tone="bad" if m.urgency else ""),
            lambda m: m.get_urgency_display(),
        ),
        Column("flags", gettext_lazy("To look at"), ("flags",), _flags, lambda m: len(m.flags)),
    )
}  # fmt: skip
STANDARD["owner"] = STANDARD["assignee"]


def accessor(flow: Flow) -> str:
    """The name by which a matter reaches its record of that flow."""
    return flow.record._meta.get_field("matter").remote_field.get_accessor_name() if flow.record else ""


def chosen(field: models.Field[Any, Any], value: Any) -> str:
    """The label of a choice. Django's `get_…_display` renders those of all first: a quarter of an export's time."""
    labels = dict(field.flatchoices)
    return str(labels.get(value, value)) if isinstance(value, str | int) else str(value)


def value_text(record: models.Model, field: models.Field[Any, Any]) -> str:
    """A field of a record in words."""
    value = getattr(record, field.name)
    if value is None or value == "":
        return ""
    if field.choices:
        return chosen(field, value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime):
        return said.moment(value)
    if isinstance(value, dt.date | Decimal):
        return str(value)
    if isinstance(value, list):
        return listed(value)
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return _day(value)
    return value if isinstance(value, int | str | Decimal | dt.date | None) else str(value)


def column_of(flow: Flow, code: str) -> Column:
    """The standard column of that code, or the record's field of that name. Raises ValueError for neither."""
    if code in STANDARD:
        return STANDARD[code]
    if flow.record is None:
        raise ValueError(f"{flow.kind} has no column {code}")
    field: Any = flow.record._meta.get_field(code)
    through = accessor(flow)
    fields = (f"{through}__{code}",)
    if field.is_relation:
        return Column(
            code, label_of(field), (f"{through}__{code}",),
            lambda m: Cell(str(getattr(getattr(m, through), code) or "")),
            lambda m: str(getattr(getattr(m, through), code) or ""),
        )  # fmt: skip
    return Column(
        code,
        label_of(field),
        fields,
        lambda m: Cell(value_text(getattr(m, through), field)),
        lambda m: (
            value_text(getattr(m, through), field) if field.choices else _plain(getattr(getattr(m, through), code))
        ),
        long=isinstance(field, models.TextField),
    )


def label_of(field: Any) -> str | Promise:
    """The field's own name; a plain one is looked up in the catalogue with a capital letter ("Planned for")."""
    if isinstance(field.verbose_name, Promise):
        return field.verbose_name
    return gettext_lazy(str(field.verbose_name).capitalize())
