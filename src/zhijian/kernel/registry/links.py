"""What points at an entity or at premises: found from the models, so that a later programme's table can't be forgotten.

What may not be moved by a merge is declared (`stays`), and is read under both rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models

_STAYS: dict[str, str] = {}


@dataclass(frozen=True)
class Link:
    """A foreign key to an entity or to premises."""

    model: type[models.Model]
    field: str

    @property
    def label(self) -> str:
        return f"{self.model._meta.label}.{self.field}"

    def rows(self, **where: Any) -> models.QuerySet[Any]:
        """Rows of the model, whatever its usual manager leaves out."""
        return self.model._base_manager.filter(**where)


def stays(label: str, why: str) -> None:
    """Declare that a foreign key ("app.Model.field") is not moved by a merge, and why."""
    _STAYS[label] = why


stays("evidence.LedgerEntry.entity", "append-only; the kept file shows both chains")
stays("registry.RegistrationChange.entity", "append-only; the kept file shows both histories")
stays("registry.RegistrationChange.premises", "append-only; the kept file shows both histories")
stays("registry.Card.premises", "tells on whose door the card was to hang")
stays("registry.RetiredCode.premises", "tells on whose door the code was")
stays("registry.Twin.one", "tells of which two files somebody decided")
stays("registry.Twin.other", "tells of which two files somebody decided")
stays("registry.EntityJoin.kept", "tells what was done to which row")
stays("registry.EntityJoin.other", "tells what was done to which row")


def links(target: type[models.Model], moving: bool = True) -> list[Link]:
    """Every foreign key to `target` of every installed app, those that stay left out (`moving=False`: all of them)."""
    found = []
    for relation in target._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or not (relation.one_to_many or relation.one_to_one):
            continue
        link = Link(relation.related_model, relation.field.name)  # type: ignore[union-attr, arg-type]
        if link.model._meta.managed and not (moving and link.label in _STAYS):
            found.append(link)
    return sorted(found, key=lambda one: one.label)
