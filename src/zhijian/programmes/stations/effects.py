"""What a step of a station or of a dispute does beyond its table."""

from __future__ import annotations

import datetime as dt
from typing import Any

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.registry.door import new_door_code
from zhijian.programmes.stations import rules
from zhijian.programmes.stations.models import LogEntry, Rating, Station, StationDispute

# Stations


def looked(matter: Matter, record: Station, told: Any, actor: Actor, at: dt.datetime) -> None:
    """What was found stands with what each item is worth that day."""
    items = rules.standard(record.sort, calendar.legal_day(at))
    record.looked = [
        {"what": what, "most": most, "points": told.given[str(n)], "found": told.found.get(str(n), "")[:300]}
        for n, (what, most) in enumerate(items.items(), 1)
    ]
    record.points = sum(one["points"] for one in record.looked)
    record.looked_on, record.looked_by_id = calendar.legal_day(at), actor.person_id
    record.save()


def to_look_again(matter: Matter, record: Station, told: Any, actor: Actor, at: dt.datetime) -> None:
    """What was found counts no more."""
    record.points = record.looked_on = record.looked_by = None
    record.save(update_fields=["points", "looked_on", "looked_by"])


def approved(matter: Matter, record: Station, told: Any, actor: Actor, at: dt.datetime) -> None:
    """A plaque with a code of its own, by which everybody finds it."""
    record.code = record.code or new_door_code()
    record.approved_on, record.why = record.approved_on or calendar.legal_day(at), ""
    record.save(update_fields=["code", "approved_on", "why"])


def described(matter: Matter, record: Station, told: Any, actor: Actor, at: dt.datetime) -> None:
    """Lists call it by its name."""
    matter.title = record.name
    matter.save(update_fields=["title"])


def ended(matter: Matter, record: Station, told: Any, actor: Actor, at: dt.datetime) -> None:
    """Its worker's page is shut, and what lies there goes up again."""
    record.key_mark = ""
    record.save(update_fields=["key_mark"])
    with scoped(SYSTEM):
        rows = Matter.objects.filter(station_dispute__station=record, state__in=("sent", "working")).order_by("pk")
        for dispute in rows:
            perform(dispute, "station_out", SYSTEM, at=at)


def logged(matter: Matter, record: Station, told: Any, actor: Actor, at: dt.datetime) -> None:
    """One more line of the log."""
    LogEntry.objects.create(
        station=record, area=matter.area, day=told.day, what=told.what, ended=told.ended, amount=told.amount,
        made_at=at,
    )  # fmt: skip


def rated(matter: Matter, record: Station, told: Any, actor: Actor, at: dt.datetime) -> None:
    """What was counted is kept with what was decided: what comes later changes neither."""
    from zhijian.programmes.stations.rating import counted

    found = counted(record, told.year, calendar.legal_day(at))
    Rating.objects.create(
        station=record, year=told.year, counted=found.as_data(), score=found.score, computed=found.grade,
        grade=told.decided, why=told.reason, by_id=actor.person_id, at=at,
    )  # fmt: skip
    if record.rated_year is None or told.year >= record.rated_year:
        record.grade, record.rated_year = told.decided, told.year
        record.save(update_fields=["grade", "rated_year"])


# Disputes


def sent(matter: Matter, record: StationDispute, told: Any, actor: Actor, at: dt.datetime) -> None:
    """The station's clock runs; whoever holds the complaint hears what comes of it."""
    of = record.of
    matter.assignee = of.assignee
    matter.kept_from = [label for label in of.kept_from if label.startswith("person:")]
    matter.save(update_fields=["assignee", "kept_from"])
    clock = clocks.start(matter, rules.within(record.station.sort), at)
    record.answer_by = clock.due if clock is not None else None
    record.save(update_fields=["answer_by"])


def number_opened(matter: Matter, record: StationDispute, told: Any, actor: Actor, at: dt.datetime) -> None:
    """From now on the station's page shows it, while the dispute lies there."""
    record.opened_phone = at
    record.save(update_fields=["opened_phone"])


def reached(matter: Matter, record: StationDispute, told: Any, actor: Actor, at: dt.datetime) -> None:
    """When the consumer was first spoken to."""
    record.contacted_at = at
    record.save(update_fields=["contacted_at"])


def over_there(matter: Matter, record: StationDispute, told: Any, actor: Actor, at: dt.datetime) -> None:
    """The station said how it ended, by its day or after it."""
    record.in_time = record.answer_by is None or calendar.legal_day(at) <= record.answer_by
    record.save(update_fields=["in_time"])


def lapsed(matter: Matter, record: StationDispute, told: Any, actor: Actor, at: dt.datetime) -> None:
    """Nothing came in time."""
    record.in_time = False
    record.save(update_fields=["in_time"])


def confirmed(matter: Matter, record: StationDispute, told: Any, actor: Actor, at: dt.datetime) -> None:
    """Whoever complained says that it is so."""
    record.confirmed = True
    record.save(update_fields=["confirmed"])


def denied(matter: Matter, record: StationDispute, told: Any, actor: Actor, at: dt.datetime) -> None:
    """Whoever complained says that it is not so."""
    record.confirmed = False
    record.save(update_fields=["confirmed"])


def went_with(matter: Matter, record: StationDispute, told: Any, actor: Actor, at: dt.datetime) -> None:
    """It lies with the office and the person of its complaint."""
    from zhijian.programmes.stations.following import go_with

    go_with(matter, record.of)
