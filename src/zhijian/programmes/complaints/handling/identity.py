"""Proof of identity, asked for with a deadline (Order 121 art. 10): shown in time, or refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import ASSIGNEE, HEAD, SECOND
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import CLOCK, calendar, clocks
from zhijian.kernel.matters import Guard, Step, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.complaints import papers, rules
from zhijian.programmes.complaints.handling import facts
from zhijian.programmes.complaints.models import Item


def may_be_asked(matter: Matter, record: Item, actor: Actor, told: Any) -> Guard:
    """Under a law that knows it, once at a time, with a day that is still to come."""
    law = rules.law_day(matter, matter.happening or calendar.start_of(matter.day))
    if rules.IDENTITY_WITHIN.maybe(law) is None:
        return no(_("The law of this complaint knows no such request."), rules.ACCEPT_WITHIN)
    if pending(record):
        return no(_("It was asked for already."), rules.IDENTITY_WITHIN)
    if told is not None and told.identity_due <= matter.day:
        return no(_("Leave a day to come."), rules.IDENTITY_WITHIN)
    return ok()


def pending(record: Item) -> bool:
    """Whether it was asked for and is not shown."""
    return record.identity_due is not None and record.identity_shown is None


def was_asked(matter: Matter, record: Item, actor: Actor, told: Any) -> Guard:
    """Only what was asked for is shown; not on a day to come."""
    if not pending(record):
        return no(_("It was not asked for."))
    if told is not None and told.identity_shown > matter.day:
        return no(_("That day is still to come."))
    return ok()


def is_known(matter: Matter, record: Item, actor: Actor, told: Any) -> Guard:
    """While a proof is awaited, a complaint is not accepted."""
    return no(_("The identity is not proved yet."), rules.IDENTITY_WITHIN) if pending(record) else ok()


def time_is_over(matter: Matter, record: Item, actor: Actor, told: Any) -> Guard:
    """A complaint is not refused for an unproven identity before the time that was given is over."""
    if told is None or not pending(record) or record.identity_due is None or matter.day > record.identity_due:
        return ok()
    law = rules.law_day(matter, matter.happening or calendar.start_of(matter.day))
    if told.ground != str(rules.IDENTITY_GROUND.value(law, "")):
        return ok()
    return no(_("The time to prove the identity is not over."), rules.IDENTITY_WITHIN)


def asked(matter: Matter, record: Item, told: Any, actor: Actor, at: dt.datetime) -> None:
    """The paper that says so, and the time that it gives."""
    record.identity_shown = None
    record.save(update_fields=["identity_shown"])
    clocks.start(matter, rules.IDENTITY_WITHIN, at, until=told.identity_due, by=actor.name)
    papers.made(
        "identity", record, at, actor, deadline=told.identity_due.isoformat(), materials=told.materials,
    )  # fmt: skip


def shown(matter: Matter, record: Item, told: Any, actor: Actor, at: dt.datetime) -> None:
    """A true name and the number of the document take the place of what was told."""
    record.person = told.true_name or record.person
    record.id_number = told.document or record.id_number
    record.save(update_fields=["person", "id_number"])


STEPS = [
    Step(
        "ask_identity", "handling", who=[ASSIGNEE, SECOND], label=_("Ask for proof of identity"),
        facts=facts.IdentityAsked, said=_("Proof of identity is asked for until {identity_due}: {materials}"),
        quiet=True, when=may_be_asked, does=asked, article=rules.IDENTITY_WITHIN,
    ),
    Step(
        "show_identity", "handling", who=[ASSIGNEE, SECOND], label=_("The identity is proved"),
        facts=facts.IdentityShown, said=_("The identity was proved on {identity_shown}"), quiet=True,
        when=was_asked, does=shown, stops=rules.IDENTITY_WITHIN, article=rules.IDENTITY_WITHIN,
    ),
    Step(
        "identity_late", "handling", by=CLOCK, on=rules.IDENTITY_WITHIN.overdue, label=_("Overdue"),
        said=_("The identity was not proved in time: the complaint may be refused on that ground"),
        tells=[ASSIGNEE, HEAD], article=rules.IDENTITY_GROUND,
    ),
]  # fmt: skip
