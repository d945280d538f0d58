"""What a step of a return pledge does beyond its table: versions of its terms, its clock, whether everybody sees it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import Rule, calendar, clocks
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.returns import rules
from zhijian.programmes.returns.models import ReturnPledge, Version


def pledged(matter: Matter, record: ReturnPledge, told: Any, at: dt.datetime) -> list[Rule]:
    """The public list is narrowed by the shop's area."""
    record.area = matter.area
    return []


def version(record: ReturnPledge, since: dt.date, at: dt.datetime) -> Version:
    """The record's terms as they hold from that day on, not written yet."""
    return Version(pledge=record, since=since, made_at=at, **{name: getattr(record, name) for name in rules.NAMES})


def in_force(record: ReturnPledge, day: dt.date) -> Version | None:
    """The terms under which something bought on that day is taken back."""
    return record.versions.filter(since__lte=day).order_by("-pk").first()  # type: ignore[attr-defined]


def to_come(record: ReturnPledge, day: dt.date) -> Version | None:
    """Other terms that were declared and don't hold yet on that day."""
    newest = record.versions.order_by("-pk").first()  # type: ignore[attr-defined]
    return newest if newest is not None and newest.since > day else None


def goes_live(record: ReturnPledge, day: dt.date) -> None:
    """Everybody sees it from now on. Not saved."""
    record.live, record.accepted_on, record.why = True, record.accepted_on or day, ""


def accepted(matter: Matter, record: ReturnPledge, told: Any, actor: Actor, at: dt.datetime) -> None:
    """In force from that day on, until the day that it names."""
    day = calendar.legal_day(at)
    goes_live(record, day)
    record.save()
    version(record, day, at).save(force_insert=True)
    _runs(matter, record, at)


def shop_of(matter: Matter) -> str:
    """Who sets the last day of a pledge: the shop."""
    return matter.premises.name if matter.premises is not None else ""


def _runs(matter: Matter, record: ReturnPledge, at: dt.datetime) -> None:
    clocks.start(matter, rules.VALID, at, until=record.valid_until, by=shop_of(matter))


def changed(matter: Matter, record: ReturnPledge, told: Any, actor: Actor, at: dt.datetime) -> None:
    """Better terms hold at once, worse ones for what is bought from tomorrow on: nobody is promised less backwards."""
    day = calendar.legal_day(at)
    held = [rules.words_of(one) for one in (in_force(record, day), to_come(record, day)) if one is not None]
    version(record, rules.begins(rules.words_of(record), held, day), at).save(force_insert=True)
    _runs(matter, record, at)


def over(matter: Matter, record: ReturnPledge, told: Any, actor: Actor, at: dt.datetime) -> None:
    """Nobody new relies on it; what was bought before is taken back all the same."""
    record.live = record.asked = False
    record.save(update_fields=["live", "asked"])


def restored(matter: Matter, record: ReturnPledge, told: Any, actor: Actor, at: dt.datetime) -> None:
    """In force as before."""
    goes_live(record, calendar.legal_day(at))
    record.borne = record.broken
    record.save()
    _runs(matter, record, at)


def counted(matter: Matter, record: ReturnPledge, told: Any, actor: Actor, at: dt.datetime) -> None:
    """How often it was broken, and whether the office is asked to end it."""
    record.broken = record.breaks.filter(struck_on=None).count()  # type: ignore[attr-defined]
    most = rules.number(rules.BROKEN_MOST, calendar.legal_day(at))
    record.borne = min(record.borne, record.broken)
    record.asked = record.live and rules.asks(record.broken, record.borne, most)
    record.save(update_fields=["broken", "borne", "asked"])


def borne(matter: Matter, record: ReturnPledge, told: Any, actor: Actor, at: dt.datetime) -> None:
    """Left in force; the office is asked again when it is broken again."""
    record.borne, record.asked = record.broken, False
    record.save(update_fields=["borne", "asked"])
