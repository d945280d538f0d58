"""What figures count in: one view for each kind of matter, joined with its record; made from the models.

The same columns with the same types stand in PostgreSQL's views, in Parquet snapshots and in Ibis' schemas. A moment
`x` appears as `x_on`, its local day in the pack's zone, and as `x_epoch` in whole seconds; no engine converts time
zones. Free text, JSON, sealed columns and names of people are left out: nothing is counted by them, and copies should
not hold them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.fields import Field

if TYPE_CHECKING:
    from zhijian.kernel.matters.flow import Flow

# What a row of another table gets from its matter.
_INHERITED = ("number", "title", "kind", "area", "state", "entity_id", "premises_id", "opened_on", "closed_on")

_PEOPLE = ("_name", "_role", "_by", "_mark")  # how columns are called that say who somebody is, or tell them apart


@dataclass(frozen=True)
class Column:
    """A column: its name, how PostgreSQL makes it, and its type for Ibis and DuckDB."""

    name: str
    sql: str
    kind: str  # int64, string, boolean, date, decimal(14, 2)

    @property
    def duck(self) -> str:
        """DuckDB's name of the type."""
        return {"int64": "BIGINT", "string": "VARCHAR", "boolean": "BOOLEAN", "date": "DATE"}.get(
            self.kind, self.kind.upper()
        )


@dataclass(frozen=True)
class Source:
    """A view: its name in `t.<name>`, the tables that it reads, its columns."""

    name: str
    columns: tuple[Column, ...]
    body: str
    needs: tuple[str, ...]

    @property
    def view(self) -> str:
        """The view's name in the database."""
        return f"v_{self.name}"

    @property
    def select(self) -> str:
        """The view's text."""
        columns = ", ".join(f'{c.sql} AS "{c.name}"' for c in self.columns)
        return f"SELECT {columns} {self.body}"


def _columns(model: type[models.Model], alias: str, zone: str) -> list[Column]:
    found: list[Column] = []
    for field in model._meta.concrete_fields:
        found.extend(_column(field, f'{alias}."{field.column}"', zone))
    return found


def _column(field: Field[Any, Any], place: str, zone: str) -> list[Column]:
    """The columns of one field; none for what is not counted by."""
    name = field.attname
    target = field.target_field if field.is_relation else field
    if isinstance(target, models.BooleanField):
        return [Column(name, place, "boolean")]
    if isinstance(target, models.DateTimeField):
        return [
            Column(f"{name}_on", f"({place} AT TIME ZONE '{zone}')::date", "date"),
            Column(f"{name}_epoch", f"floor(extract(epoch FROM {place}))::bigint", "int64"),
        ]
    if isinstance(target, models.DateField):
        return [Column(name, place, "date")]
    if isinstance(target, models.IntegerField):  # and big, small, automatic ones
        return [Column(name, f"{place}::bigint", "int64")]
    if isinstance(target, models.DecimalField):
        return [Column(name, place, f"decimal({target.max_digits}, {target.decimal_places})")]
    if isinstance(target, models.UUIDField):
        return [Column(name, f"{place}::text", "string")]
    if isinstance(target, models.CharField) and not name.endswith(_PEOPLE):
        return [Column(name, place, "string")]
    return []


def _of_flow(flow: Flow, zone: str) -> Source:
    """A kind of matter with its record; the record's columns don't hide the matter's."""
    from zhijian.kernel.matters.models import Matter

    matter = Matter._meta.db_table
    columns = _columns(Matter, "m", zone)
    body, needs = f"FROM {matter} m", [matter]
    if flow.record is not None:
        taken = {c.name for c in columns} | {"matter_id"}
        columns += [c for c in _columns(flow.record, "r", zone) if c.name not in taken]
        table = flow.record._meta.db_table
        body += f" JOIN {table} r ON r.matter_id = m.id"
        needs.append(table)
    return Source(flow.kind, tuple(columns), f"{body} WHERE m.kind = '{flow.kind}'", tuple(needs))


def _of_part(name: str, model: type[models.Model], matter_key: str, zone: str) -> Source:
    """Rows that belong to a matter (its clocks, the answers of a visit), with what they get from it."""
    from zhijian.kernel.matters.models import Matter

    given = {c.name: c for c in _columns(Matter, "m", zone)}
    own = [c for c in _columns(model, "p", zone) if c.name not in (*_INHERITED, "matter_id")]
    columns = (*own, Column("matter_id", "m.id", "int64"), *(given[name] for name in _INHERITED))
    body = f'FROM {model._meta.db_table} p JOIN {Matter._meta.db_table} m ON m.id = p."{matter_key}"'
    return Source(name, columns, body, (model._meta.db_table, Matter._meta.db_table))


def _parts(flows: list[Flow], zone: str) -> list[Source]:
    """Models of a programme with a key to one of its records, that are not records themselves."""
    records = {flow.record: flow.kind for flow in flows if flow.record is not None}
    found = []
    for record, kind in records.items():
        for relation in record._meta.related_objects:
            model, field = relation.related_model, relation.field
            if model not in records and isinstance(field, models.ForeignKey):
                found.append(_of_part(f"{kind}_{model._meta.model_name}", model, field.column, zone))
    return found


@cache
def sources() -> dict[str, Source]:
    """Every view by the name that figures use: kinds of matters, their parts, `clock` and `rating`."""
    from zhijian.kernel.clock.models import Clock
    from zhijian.kernel.matters.catalogue import flows
    from zhijian.kernel.packs import stack
    from zhijian.kernel.ratings.models import Rating

    zone = stack().zone
    if not all(c.isalnum() or c in "/_+-" for c in zone):
        raise ValueError(f"{zone!r} is not the name of a time zone")
    all_flows = list(flows().values())
    found = [_of_flow(flow, zone) for flow in all_flows]
    found += _parts(all_flows, zone)
    found += [_of_part("clock", Clock, "matter_id", zone), _of_part("rating", Rating, "matter_id", zone)]
    return {source.name: source for source in found}


class Tables:
    """`t`: each view as an unbound Ibis table."""

    def __getattr__(self, name: str) -> Any:
        import ibis

        try:
            source = sources()[name]
        except KeyError:
            raise AttributeError(f"no view {name}; there are {', '.join(sorted(sources()))}") from None
        return ibis.table(ibis.schema({c.name: c.kind for c in source.columns}), name=source.view)
