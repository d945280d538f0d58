"""What follows when a visit is planned: its line of the year's plan, its exception, and what is to be looked at."""

from __future__ import annotations

import datetime as dt
from typing import Any

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.inspection import doubts, effects, rules
from zhijian.programmes.inspection.fair import capping, items, planning
from zhijian.programmes.inspection.models import Inspection


def planned(matter: Matter, record: Inspection, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Due on its day, of its line, outside the cap or not; in doubt where the place lets things pass and looks."""
    effects.due_on_the_day(matter, record, facts, actor, at)
    day = record.planned_for or matter.day
    lists = items.asked(matter, record.checklist_id, day)
    if matter.premises is not None:
        record.line = planning.line_for(matter.premises, day, [one.code for one in lists])
        record.save(update_fields=["line"])
    capping.say_outside(matter, record, actor, at)
    if flags := [*_flags(record, lists, day), *_besides(matter, day)]:
        matter.flags = [*matter.flags, *flags]
        Matter.objects.filter(pk=matter.pk).update(flags=matter.flags)


def _besides(matter: Matter, day: dt.date) -> list[dict[str, Any]]:
    """Another visit to the same premises that is planned for the same day (只跑一次)."""
    if matter.premises is None:
        return []
    rows = Inspection.objects.filter(matter__premises=matter.premises, matter__state="planned", planned_for=day)
    other = rows.exclude(pk=matter.pk).select_related("matter").first()
    return [doubts.doubt("same_day", number=other.matter.number)] if other is not None else []


def _flags(record: Inspection, lists: list[Any], day: dt.date) -> list[dict[str, Any]]:
    found = []
    beyond = items.unlisted(lists, day)
    if beyond and rules.UNLISTED.value(day, "") == items.DOUBT:
        found.append(doubts.doubt("unlisted", lists=" ".join(one.title for one in beyond)))
    if record.line is None and not record.outside and rules.UNPLANNED.value(day, "") == items.DOUBT:
        found.append(doubts.doubt("unplanned", year=day.year))
    return found
