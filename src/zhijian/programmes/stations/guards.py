"""When a step of a station or of a dispute is open, and the sentence that says why not."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.matters import Guard, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.stations import rules
from zhijian.programmes.stations.models import Rating, Station, StationDispute

STILL_OPEN = ("received", "handling", "mediating", "resting")  # the complaint, while a station may settle it


def by_the_standard(matter: Matter, record: Station, actor: Actor, told: Any) -> Guard:
    """Each item of the standard gets points, none more than it is worth."""
    items = list(rules.standard(record.sort, matter.day).values())
    if not items:
        return no(_("The place has set no standard of a station."))
    if told is None:
        return ok()
    wanted = {str(n): most for n, most in enumerate(items, 1)}
    if set(told.given) != set(wanted):
        return no(_("Give points for each item of the standard."), _standard(record))
    if any(not 0 <= told.given[n] <= most for n, most in wanted.items()):
        return no(_("No item gets more points than it is worth."), _standard(record))
    return ok()


def _standard(record: Station) -> Any:
    return rules.ODR_STANDARD if record.sort == "odr" else rules.STANDARD


def good_enough(matter: Matter, record: Station, actor: Actor, told: Any) -> Guard:
    """Looked at, with the points that are needed; where the place has no standard there is nothing to look at."""
    if record.points is None:
        if not rules.standard(record.sort, matter.day):
            return ok()
        return no(_("It is to be looked at first, by the standard."), _standard(record))
    if record.points < rules.pass_mark(matter.day):
        return no(_("It has too few points to be approved."), rules.PASS_MARK)
    return ok()


def not_who_looked(matter: Matter, record: Station, actor: Actor, told: Any) -> Guard:
    """Nobody approves what he looked at himself."""
    if actor.kind == "staff" and record.looked_by_id == actor.person_id:
        return no(_("Whoever looked at it does not approve it."))
    return ok()


def was_in_force(matter: Matter, record: Station, actor: Actor, told: Any) -> Guard:
    """Only what was in force comes back; anything else applies anew."""
    return ok() if record.approved_on is not None else no(_("It never was in force: it applies anew."))


def day_is_over(matter: Matter, record: Station, actor: Actor, told: Any) -> Guard:
    """The log tells what was."""
    return no(_("That day is still to come.")) if told is not None and told.day > matter.day else ok()


def to_be_rated(matter: Matter, record: Station, actor: Actor, told: Any) -> Guard:
    """Once for each year in which it was in force; a grade that is not the formula's has its reason."""
    if told is None:
        return ok()
    from zhijian.programmes.stations.rating import counted

    if record.approved_on is None or not record.approved_on.year <= told.year <= matter.day.year:
        return no(_("It was not in force that year."))
    if Rating.objects.filter(station=record, year=told.year).exists():
        return no(_("That year is rated already."))
    found = counted(record, told.year, matter.day)
    if found.score is None:
        return no(_("There is nothing to count in that year."), rules.WEIGHTS)
    if found.grade != told.decided and len(told.reason.strip()) < 2:
        return no(_("Say why the grade is not what the formula says."), rules.GRADES)
    return ok()


def number_is_covered(matter: Matter, record: StationDispute, actor: Actor, told: Any) -> Guard:
    """Opened once, where there is a number."""
    return ok() if record.phone and record.opened_phone is None else no(_("There is no covered number."))


def not_reached_yet(matter: Matter, record: StationDispute, actor: Actor, told: Any) -> Guard:
    """Said once."""
    return no(_("That was said already.")) if record.contacted_at is not None else ok()


def not_confirmed(matter: Matter, record: StationDispute, actor: Actor, told: Any) -> Guard:
    """Whoever complained says so once."""
    return no(_("That was said already.")) if record.confirmed is not None else ok()


def complaint_is_over(matter: Matter, record: StationDispute, actor: Actor, told: Any) -> Guard:
    """Only where the complaint is decided or closed."""
    return no(_("The complaint is still open.")) if record.of.state in STILL_OPEN else ok()


def complaint_went_elsewhere(matter: Matter, record: StationDispute, actor: Actor, told: Any) -> Guard:
    """It goes with the complaint when that has gone on to another office or person."""
    from zhijian.programmes.stations.following import astray

    return ok() if astray(matter, record) else no(_("It lies where the complaint lies."))


def station_is_out(matter: Matter, record: StationDispute, actor: Actor, told: Any) -> Guard:
    """Only where the station is not in force any more."""
    return no(_("The station is in force.")) if record.station.matter.state == "in_force" else ok()
