"""Mediation as the enterprise knows it: asked whether it takes part, summoned, agreed, performed.

A matter of its own, since the complaint itself is kept from the enterprise. It holds the officer's words, not those of
who came, and the name of who came only where they were told that it will.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import (
    ASSIGNEE,
    CASE_OFFICER,
    CLERK,
    DISPATCHER,
    HEAD,
    INSPECTOR,
    MEDIATOR,
    PARTY,
    SECOND,
    SECTION,
)
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.appointments import acts, telling
from zhijian.kernel.appointments.models import Booking
from zhijian.kernel.clock import CLOCK, calendar, clocks
from zhijian.kernel.matters import Flow, Guard, State, Step, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.packs import in_its_language
from zhijian.kernel.words import listed
from zhijian.programmes.complaints import papers, rules
from zhijian.programmes.complaints.handling import facts
from zhijian.programmes.complaints.models import Item, Link, Mediation

HANDLE = [ASSIGNEE, SECOND]
WORKS = [INSPECTOR, MEDIATOR, CASE_OFFICER, CLERK, HEAD, DISPATCHER]  # who may hold a complaint
OPEN = ("asked", "agreed")


# What stands in the way of a step


def has_agreed(matter: Matter, record: Item, actor: Actor, told: Any) -> Guard:
    """Both must want it: who came first, and the enterprise must be known, and not be asked twice."""
    if record.consented is None:
        return no(_("Ask who complains first whether they agree, and tell them that the enterprise will hear of it."))
    if record.meant == Link.OPEN:
        return no(_("Find the enterprise first."))
    if Mediation.objects.filter(of=matter, matter__state__in=OPEN).exists():
        return no(_("The enterprise is asked already."))
    return ok()


def both_delegate(matter: Matter, record: Mediation, actor: Actor, told: Any) -> Guard:
    """An organisation mediates only where both agree to it (Order 121 art. 19)."""
    if record.body:
        return no(_("It is delegated already."))
    if record.delegate and Item.objects.filter(pk=record.of_id, consent_delegate=True).exists():
        return ok()
    return no(_("Both must agree that an organisation mediates; one of them did not."))


def time_is_booked(matter: Matter, record: Mediation, actor: Actor, told: Any) -> Guard:
    """The notice names a time and a place."""
    return ok() if booking_of(matter) is not None else no(_("Book a time for the mediation first."))


def may_be_named(matter: Matter, record: Mediation, actor: Actor, told: Any) -> Guard:
    """An agreement names both; nobody is named who was not told so before."""
    if not record.named:
        return no(_("Tell who complains first that the agreement names them, and note it as their consent."))
    if told is not None and told.perform_by is not None and told.perform_by < matter.day:
        return no(_("The day of performance is over."))
    return ok()


def not_signed(matter: Matter, record: Mediation, actor: Actor, told: Any) -> Guard:
    """Signed once, not on a day to come."""
    if record.signed_on is not None:
        return no(_("Both have signed."))
    return no(_("That day is still to come.")) if told is not None and told.signed_on > matter.day else ok()


def performed_plausibly(matter: Matter, record: Mediation, actor: Actor, told: Any) -> Guard:
    """What was done was done by today."""
    return no(_("That day is still to come.")) if told is not None and told.performed_on > matter.day else ok()


# What follows from a step


def consented(matter: Matter, record: Item, told: Any, actor: Actor, at: dt.datetime) -> None:
    """The moment is kept; an open mediation knows from now on what they agreed to."""
    record.consented = at
    record.save(update_fields=["consented"])
    Mediation.objects.filter(of=matter, matter__state__in=OPEN).update(named=record.consent_named)


def invited(matter: Matter, record: Item, told: Any, actor: Actor, at: dt.datetime) -> None:
    """The enterprise is asked, by a matter of its own."""
    with in_its_language():
        title = matter.title or str(_now("Mediation"))
    perform(
        MEDIATION, "invite", actor, at=at,
        about=About(title, matter.area, entity=matter.entity, premises=matter.premises),
        by_field={"of": matter, "named": record.consent_named}, subject=told.subject, request=told.request,
    )  # fmt: skip


def opened(matter: Matter, record: Mediation, told: Any, actor: Actor, at: dt.datetime) -> None:
    """Whoever handles the complaint mediates."""
    matter.assignee, matter.second = record.of.assignee, record.of.second
    matter.save(update_fields=["assignee", "second"])


def booking_of(matter: Matter) -> Booking | None:
    """The next appointment about the mediation, by whichever of its three ways."""
    rows = acts.of_wish(acts.wish_of(matter)) if matter.entity is not None else []
    return rows[0] if rows else None


def summoned(matter: Matter, record: Mediation, told: Any, actor: Actor, at: dt.datetime) -> None:
    """The notice (form 7), once for each of the two."""
    booking, item = booking_of(matter), _item(record)
    if booking is None:
        return
    slot = booking.slot
    days = rules.RECUSAL_DAYS.value(matter.day, "")
    more = {
        "at": f"{calendar.local(slot.begins):%Y-%m-%dT%H:%M}", "place": telling.where(slot), "bring": told.bring,
        "recusal_days": str(days), "mediators": _mediators(matter, record),
    }  # fmt: skip
    with in_its_language():
        about, whom = papers.dispute(record, item), papers.known(item, actor)
        own = _now("the dispute with %(entity)s") % {"entity": whom["entity"]}
    papers.made("notice", item, at, actor, on=matter, party=whom["entity"], about=about, **more)
    papers.made("notice", item, at, actor, party=whom["person"], about=own, **more)


def agreement(matter: Matter, record: Mediation, told: Any, actor: Actor, at: dt.datetime) -> None:
    """The paper that both sign (form 9); the complaint is settled by it, and the day of performance runs."""
    item = _item(record)
    papers.made(
        "agreement", item, at, actor, on=matter, request=record.request, terms=told.terms,
        mediators=_mediators(matter, record),
    )  # fmt: skip
    clocks.start(matter, rules.PERFORM_WITHIN, at, until=told.perform_by, by=actor.name)
    perform(record.of, "settle", actor, at=at, why=told.terms)


def performed(matter: Matter, record: Mediation, told: Any, actor: Actor, at: dt.datetime) -> None:
    """What was recovered is the complaint's as well."""
    Item.objects.filter(pk=record.of_id).update(recovered=told.recovered)


def closed_with(matter: Matter, record: Item, actor: Actor, at: dt.datetime, ground: str = "", why: str = "") -> None:
    """The complaint ended: what is still asked of the enterprise ends with it, told by form 8 where mediation ended."""
    for mediation in Mediation.objects.filter(of=matter, matter__state__in=OPEN).select_related("matter"):
        if ground:
            with in_its_language():
                about, whom = papers.dispute(mediation, record), papers.known(record, actor)
            papers.made(
                "end", record, at, actor, on=mediation.matter, party=whom["entity"], about=about, ground=ground,
                grounds=papers.grounds(rules.END_GROUNDS, matter, ground, at), why=why,
                excluded=papers.excluded_words(matter),
            )  # fmt: skip
        with scoped(SYSTEM):
            perform(mediation.matter, "end", SYSTEM, at=at)


def _mediators(matter: Matter, record: Mediation) -> str:
    """The organisation where it is delegated, else the officers."""
    with in_its_language():
        return record.body or listed(one.name for one in (matter.assignee, matter.second) if one is not None)


def _item(record: Mediation) -> Item:
    rows = Item.objects.select_related("matter__entity", "matter__premises", "matter__assignee")
    return rows.get(pk=record.of_id)


STEPS = [
    Step(
        "consent", ("handling", "mediating"), who=HANDLE, label=_("What who complains agrees to"), facts=facts.Consent,
        said=_("Agrees to mediation, {consent_how}; told that they are named: {consent_named};"
               " agrees to delegation: {consent_delegate}"),
        quiet=True, does=consented, article=rules.MEDIATE_WITHIN,
    ),
    Step(
        "invite", "mediating", who=HANDLE, label=_("Ask the enterprise to mediation"), facts=facts.Invited,
        said=_("The enterprise is asked to mediation"), likely=True, when=has_agreed, does=invited,
        article=rules.MEDIATE_WITHIN,
    ),
]  # fmt: skip

MEDIATION = Flow(
    kind="mediation",
    title=_("Mediation of a complaint"),
    plural=_("Mediations"),
    record=Mediation,
    of_area=True,
    reads=(SECTION,),
    board=("asked", "agreed", "performing"),
    states=[
        State("asked", _("The enterprise is asked"), tone="act"),
        State("agreed", _("Both agree to mediation"), tone="act"),
        State("performing", _("Agreement to be performed"), tone="warn"),
        State("performed", _("Agreement performed"), final=True, tone="good"),
        State("broken", _("Agreement not performed"), final=True, tone="bad"),
        State("declined", _("The enterprise declines"), final=True, void=True),
        State("ended", _("Mediation ended"), final=True, void=True),
    ],
    steps=[
        Step(
            "invite", to="asked", who=WORKS, label=_("Ask the enterprise to mediation"), facts=facts.Invited,
            hidden=True, said=_("Asked to take part in mediation: {subject}"), does=opened, tells=PARTY,
        ),
        Step(
            "agree", "asked", "agreed", who=PARTY, label=_("We take part"), facts=facts.Agreed,
            said=_("The enterprise takes part; agrees to delegation: {delegate}"), likely=True, tells=ASSIGNEE,
        ),
        Step(
            "decline", OPEN, "declined", who=PARTY, label=_("We do not take part"), facts=facts.Why,
            said=_("The enterprise does not take part: {why}"), tells=ASSIGNEE, article=rules.END_GROUNDS,
        ),
        Step(
            "delegate", "agreed", who=HANDLE, label=_("Delegate to an organisation"), facts=facts.Delegated,
            said=_("Delegated to {body}"), quiet=True, when=both_delegate, tells=PARTY, article=rules.MEDIATE_WITHIN,
        ),
        Step(
            "summon", "agreed", who=HANDLE, label=_("Notice of the mediation"), facts=facts.Summoned,
            said=_("The notice of the mediation is made"), when=time_is_booked, does=summoned, tells=PARTY,
        ),
        Step(
            "agreement", "agreed", "performing", who=HANDLE, label=_("They agree: make the agreement"),
            facts=facts.Agreement, said=_("They agree: {terms}"), likely=True, when=may_be_named, does=agreement,
            tells=PARTY, article=rules.MEDIATE_WITHIN,
        ),
        Step(
            "sign", "performing", who=HANDLE, label=_("Both have signed"), facts=facts.Signed, quiet=True,
            said=_("Both signed on {signed_on}"), when=not_signed,
        ),
        Step(
            "perform", "performing", "performed", who=HANDLE, label=_("It was performed"), facts=facts.Performed,
            said=_("Performed on {performed_on}; recovered ¥{recovered}"), likely=True, when=performed_plausibly,
            does=performed, stops=rules.PERFORM_WITHIN, tells=PARTY,
        ),
        Step(
            "break", "performing", "broken", who=HANDLE, label=_("It was not performed"), facts=facts.Why,
            said=_("Not performed: {why}"), stops=rules.PERFORM_WITHIN, tells=[PARTY, HEAD],
        ),
        Step(
            "end", OPEN, "ended", who=WORKS, label=_("Mediation ended"), hidden=True, said=_("The mediation ended"),
            tells=PARTY, article=rules.END_GROUNDS,
        ),
        Step(
            "late", "performing", by=CLOCK, on=rules.PERFORM_WITHIN.overdue, label=_("Overdue"),
            said=_("The day of performance is over"), tells=[PARTY, ASSIGNEE],
        ),
    ],
)  # fmt: skip
