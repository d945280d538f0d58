"""When a step about equipment is open, and the sentence that says why not."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.clock.arithmetic import add_months
from zhijian.kernel.matters import Guard, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry import proposals
from zhijian.programmes.equipment import catalogue, doubts, due, maintenance, rules
from zhijian.programmes.equipment.models import Conclusion, Equipment, Group, Order, What


def new_code(matter: Matter, record: Any, actor: Actor, facts: Any) -> Guard:
    """A code of the catalogue that is not on the register yet."""
    if facts is None:
        return ok()
    if facts.code[:1] not in Group.values:
        return no(_("The code begins with the category: 3110… for a passenger lift."))
    if not catalogue.known(facts.code):
        return no(_("The catalogue of special equipment has no such class: look at the first four figures once more."))
    if Equipment.objects.filter(code=facts.code).exists():
        return no(_("This piece is on the register already."))
    return ok()


def no_day_to_come(matter: Matter, record: Any, actor: Actor, facts: Any) -> Guard:
    """What is told of a piece when it is registered has been: only its next inspection is to come."""
    told = (facts.in_use_since, facts.supervised_on, facts.inspected_on) if facts is not None else ()
    for day in told:
        if day is not None and day > matter.day:
            return no(_("%(day)s is still to come: look at the dates once more.") % {"day": day})
    return ok()


def took_place(matter: Matter, record: Equipment, actor: Actor, facts: Any) -> Guard:
    """What is entered has taken place, and only lifts are tested."""
    if facts is None:
        return ok()
    if facts.done_on > matter.day:
        return no(_("Enter it once it has taken place."))
    if facts.next_told is not None and facts.next_told <= facts.done_on:
        return no(_("The next inspection comes after this one."))
    passed = record.tested_on if facts.what == What.TESTING else record.inspected_on
    if facts.outcome == Conclusion.FAILED and passed is not None and facts.done_on < passed:
        return no(_("It has passed since, on %(day)s.") % {"day": passed})
    if facts.what == What.TESTING and not record.is_lift:
        return no(_("Only lifts are tested in the years between inspections."), rules.LIFT_YEARS)
    return ok()


def inspected_after_rest(matter: Matter, record: Equipment, actor: Actor, facts: Any) -> Guard:
    """What rested for long is inspected before it runs again."""
    since, row = record.idle_since, rules.IDLE_LONG.maybe(matter.day)
    if since is None or row is None or row.limit is None:
        return ok()
    long = add_months(since, rules.months_of(row.limit)) <= matter.day
    if long and (record.inspected_on is None or record.inspected_on < since):
        return no(_("It rested for a year or longer: it must be inspected before it runs again."), rules.IDLE_LONG)
    return ok()


def not_a_day_to_come(matter: Matter, record: Equipment, actor: Actor, facts: Any) -> Guard:
    """A piece is out of use since a day that was."""
    if facts is not None and facts.idle_since > matter.day:
        return no(_("It is taken out of use on the day itself, not beforehand."))
    if facts is not None and record.in_use_since is not None and facts.idle_since < record.in_use_since:
        return no(_("It was taken into use on %(day)s only.") % {"day": record.in_use_since})
    return ok()


def may_be_ordered(matter: Matter, record: Equipment, actor: Actor, facts: Any) -> Guard:
    """One order at a time; two officers; "uninspected" only of what runs although its day is over."""
    if record.orders.filter(matter__closed=None).exists():  # type: ignore[attr-defined]
        return no(_("There is an order about it already."))
    if facts is None:
        return ok()
    if facts.ground == Order.Ground.UNINSPECTED and not due.is_overdue(record, matter.day):
        return no(_("Its inspection is not overdue."), rules.ORDER_GROUND)
    if facts.ground == Order.Ground.UNINSPECTED and not facts.stop:
        return no(_("What was not inspected, or did not pass, must not run: tick that it stops."), rules.ORDER_GROUND)
    far = _a_day_to_obey(facts.deadline, matter.day)
    return two_officers(facts, matter) if far else far


def _a_day_to_obey(deadline: dt.date, day: dt.date) -> Guard:
    """A deadline is still to come, and no further away than the rule allows."""
    if deadline < day:
        return no(_("Name a day that is still to come."))
    last = rules.latest_to_obey(day)
    if last is not None and deadline > last:
        return no(_("At most until %(day)s.") % {"day": last}, rules.PUT_RIGHT_LONGEST)
    return ok()


def two_officers(facts: Any, matter: Matter) -> Guard:
    """As many different officers with a certificate in force as the rule asks for."""
    needed = int(rules.OFFICERS_MIN.value(matter.day, 1))
    people = Person.objects.filter(pk__in={facts.first, facts.other}, is_active=True).prefetch_related("posts")
    if sum(one.signs_on(matter.day) for one in people) < needed:
        return no(_("Two different officers with a certificate in force must give it."), rules.OFFICERS_MIN)
    return ok()


def a_later_day(matter: Matter, record: Order, actor: Actor, facts: Any) -> Guard:
    """Another deadline is a day to come, and no more distant than a first one may be."""
    return ok() if facts is None else _a_day_to_obey(facts.deadline, matter.day)


def no_longer_overdue(matter: Matter, record: Order, actor: Actor, facts: Any) -> Guard:
    """An order for want of inspection is lifted when it was inspected, or no longer runs."""
    of = record.equipment
    if record.ground == Order.Ground.UNINSPECTED and of.matter.state == "in_use" and due.is_overdue(of, matter.day):
        return no(_("Its inspection is still overdue: enter the inspection, or that it is out of use."))
    return ok()


def a_known_firm(matter: Matter, record: Equipment, actor: Actor, facts: Any) -> Guard:
    """Lifts have a maintenance firm; one that the register does not have needs a telephone, for it is called."""
    if not record.is_lift:
        return no(_("Only lifts have a maintenance firm here."))
    if facts is None:
        return ok()
    firm = maintenance.firm_named(facts.firm)
    if firm is None and not facts.phone:
        return no(_("No enterprise of that name or code is on the register. Add its telephone number to enter it."))
    if facts.phone and not proposals.is_number(facts.phone):
        return no(_("This is no telephone number."))
    if firm is not None and firm.pk == record.maintainer_id:
        return no(_("That firm maintains it already."))
    return ok()


def in_doubt(matter: Matter, record: Equipment, actor: Actor, facts: Any) -> Guard:
    """Only what is in doubt is looked at, one visit after the other."""
    if not matter.flags:
        return no(_("Nothing about this piece is in doubt."))
    if facts is None:
        return ok()
    if facts.visit not in {doubts.visit_of(flag) for flag in matter.flags}:
        return no(_("That visit is not in doubt, or was looked at already."))
    nowhere = not record.maintenance.filter(pk=facts.visit, lat__isnull=False).exists()  # type: ignore[attr-defined]
    if facts.stands_here and nowhere:
        return no(_("That visit was recorded without a position."))
    return ok()
