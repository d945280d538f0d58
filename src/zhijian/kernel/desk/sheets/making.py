"""The workbook that goes out: the rows of a list, or the doors of an area, with columns to say what is to be done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk import exports, said, xlsx
from zhijian.kernel.desk.columns import Column, accessor
from zhijian.kernel.desk.lists import MatterList
from zhijian.kernel.desk.sheets import columns
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Premises
from zhijian.kernel.words import listed

MOST = 5_000  # rows of one sheet: what one job does in some minutes
FIRST = 2  # columns that say which row it is, before those to be filled in
SHOWN = 60  # choices that the second sheet names


def _head(shown: list[str], steps: list[Step]) -> list[str]:
    words = columns.key_words()
    return [*shown[:FIRST], words["act"], *columns.fact_columns(steps), *shown[FIRST:], words["key"], words["version"]]


def explained(steps: list[Step], actor: Actor, asker: columns.Asker) -> list[str]:
    """How to fill it in: each act with its columns, and what can be chosen in them."""
    told = [_("Write in “%(act)s” what is to be done; a row without it stays as it is.") % {"act": _("Act to do")}]
    area = actor.posts[0].area if actor.posts else ""
    for step in steps:
        wanted = [
            columns.heading(name, info) + (" *" if info.is_required() else "")
            for name, info in columns.facts_of(step).items()
        ]
        told.append(_("%(filter)s: %(value)s") % {"filter": columns.label(step), "value": listed(wanted) or "—"})
        for name, info in columns.facts_of(step).items():
            if choices := list(asker.options(step, area, None, name)):
                words = {"filter": columns.heading(name, info), "value": listed(choices, most=SHOWN)}
                told.append("  " + _("%(filter)s: %(value)s") % words)
    return [*told, _("* must be filled in.")]


def _choices(head: list[str], steps: list[Step], actor: Actor, asker: columns.Asker) -> dict[int, list[str]]:
    """What a drop-down offers, by column: the acts, and for each fact what can be chosen at the person's own office."""
    area = actor.posts[0].area if actor.posts else ""
    found = {head.index(columns.key_words()["act"]) + 1: [columns.label(step) for step in steps]}
    for step in steps:
        for name, info in columns.facts_of(step).items():
            words = list(asker.options(step, area, None, name))
            if words and (place := head.index(columns.heading(name, info)) + 1) not in found:
                found[place] = words
    return found


def of_matters(
    one: type[MatterList], actor: Actor, given: dict[str, str], about: list[str], language: str
) -> Iterator[bytes]:
    """The rows of a list as it is filtered, with what they hold now; at most `MOST`."""
    with override(language), scoped(actor):
        steps = [step for step in columns.acts(one, actor) if step.froms]
        asker = columns.Asker(actor, one.all_flows()[0])
        head = _head([str(column.label) for column in _shown(one, steps)], steps)
        lines = about + explained(steps, actor, asker)
        choices = _choices(head, steps, actor, asker)
        rows = _matters(one, actor, given, steps, asker)
        yield from xlsx.stream(about[0], head, rows, about=lines, choices=choices)


def _shown(one: type[MatterList], steps: list[Step]) -> list[Column]:
    """The list's columns without those that stand there as facts: no heading stands twice."""
    facts = columns.fact_columns(steps)
    return [column for column in one.made_columns(export=True) if str(column.label) not in facts]


def _matters(
    one: type[MatterList], actor: Actor, given: dict[str, str], steps: list[Step], asker: columns.Asker
) -> Iterator[list[Any]]:
    flow, made = one.all_flows()[0], _shown(one, steps)
    by_fact = {name: step for step in steps for name in columns.facts_of(step)}
    names = list(columns.fact_columns(steps).values())
    keys = list(one.narrowed(actor, given).order_by("-opened", "-pk").values_list("pk", flat=True)[:MOST])
    related = ["entity", "premises", "assignee", "second", *([accessor(flow)] if flow.record else [])]
    for start in range(0, len(keys), 500):
        block = Matter.objects.select_related(*related).in_bulk(keys[start : start + 500])
        for key in keys[start : start + 500]:
            matter = block.get(key)
            if matter is None:
                continue
            record = getattr(matter, accessor(flow)) if flow.record else None
            facts = [_cell(asker.now(by_fact[name], matter, record, name)) for name in names]
            told = [column.raw(matter) for column in made]
            yield [*told[:FIRST], None, *facts, *told[FIRST:], str(matter.uid), matter.version]


def _cell(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) or hasattr(value, "isoformat") else str(value)


def doors(rows: list[Premises], one: type[MatterList], actor: Actor, title: str, language: str) -> Iterator[bytes]:
    """Doors of an area, at each of which a matter may be opened."""
    with override(language), scoped(actor):
        steps = [step for step in columns.acts(one, actor) if not step.froms]
        asker = columns.Asker(actor, one.all_flows()[0])
        shown = [_("Premises"), _("Address"), _("Enterprise"), _("Area")]
        empty = [None] * (1 + len(columns.fact_columns(steps)))
        cells = (
            [p.name, p.address, *empty, p.entity.name, said.area_name(p.area), str(p.uid), None]  # FIRST = 2
            for p in rows
        )
        lines = exports.about(title, actor) + explained(steps, actor, asker)
        head = _head(shown, steps)
        yield from xlsx.stream(title, head, cells, about=lines, choices=_choices(head, steps, actor, asker))
