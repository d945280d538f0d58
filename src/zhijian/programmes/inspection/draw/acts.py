"""What the steps of a draw do: draw, look for another officer, plan the visits; and doing the draw over."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.said import area_name
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters import Guard, no, ok
from zhijian.kernel.matters.errors import NotOpen, StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.packs import in_its_language, stack
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.draw import lot, pool
from zhijian.programmes.inspection.draw.models import Draw, DrawnPlace, DrawPool, Recusal

MOST = 200  # visits of one draw
LONGEST = 92  # days

DRAWN = ledger.entry_kind(
    "inspection.drawn",
    label=_("Drawn: {chosen} of {places} places, officers in the pool: {officers}. Seed {seed}, pool digest {digest}"),
)
RECUSED = ledger.entry_kind(
    "inspection.recused", label=_("Recused at place {order} of the draw, another officer was drawn: {reason}")
)


def open_draw(actor: Actor, about: About, facts: dict[str, Any]) -> Matter:
    """Draw for an area."""
    from zhijian.programmes.inspection.draw.flow import VISIT_DRAW

    area = str(facts.get("area", ""))
    title = f"{facts.get('first') or calendar.today()} · {area_name(area)}"
    return perform(VISIT_DRAW, "draw", actor, about=About(title, area), at=when.now(), **facts)


def can_be_drawn(matter: Matter, record: Draw | None, actor: Actor, facts: Any) -> Guard:
    """An area that is known, days to come, and a place whose rules know such visits."""
    if facts is None:
        return ok()
    if rules.KINDS["random"].maybe(facts.first) is None or rules.RANDOM_SHARE.maybe(facts.first) is None:
        return no(_("No visits of this kind are made here."))
    if facts.area not in stack().areas:
        return no(_("There is no such area."))
    if facts.first < matter.day:
        return no(_("Plan it for today or a day that is still to come."))
    if facts.last < facts.first or (facts.last - facts.first).days > LONGEST:
        return no(_("The last day comes after the first one, at most %(n)s days later.") % {"n": LONGEST})
    if not _days(facts.first, facts.last):
        return no(_("No working day lies between these days."))
    return ok()


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    every = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in every if calendar.is_working_day(day)]


def drawn(matter: Matter, record: Draw, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Keep the pool, draw, and write seed and digest down. Raises NotOpen where there is nothing to be drawn."""
    with scoped(SYSTEM):
        rows = pool.open_places(matter.area, record.trade, record.grade)
        if rows.count() > pool.MOST_PLACES:
            raise NotOpen(_("More than %(n)s places: draw for one district, trade or grade.")
                          % {"n": f"{pool.MOST_PLACES:,}"})  # fmt: skip
        people = pool.able(matter.area, record.first, record.last)
        places, officers = pool.places(rows, people), pool.officers(people, matter.area, record.first, record.last)
        record.shares = dict(rules.RANDOM_SHARE.on(record.first).given)
        record.seed, record.digest = secrets.token_hex(16), lot.digest(places, officers)
        found = lot.chosen(record.seed, {str(one[0]): str(one[1]) for one in places}, record.shares)
        _fits(places, officers, found)
        record.objects_n, record.officers_n, record.chosen_n = len(places), len(officers), len(found)
        record.save()
        DrawPool.objects.create(draw=record, area=matter.area, places=places, officers=officers)
        _keep(record, places, officers, found, {one.certificate_no: one for one in people})
    data = {"seed": record.seed, "digest": record.digest, "places": record.objects_n, "officers": record.officers_n,
            "chosen": record.chosen_n, "shares": record.shares}  # fmt: skip
    ledger.record(DRAWN.code, actor=actor, subject=f"matter:{matter.pk}", matter=matter, at=at, data=data)


def _fits(places: list[pool.Place], officers: list[pool.Officer], found: list[str]) -> None:
    if not places:
        raise NotOpen(_("No open place of this area is of that trade and risk grade."))
    if not found:
        raise NotOpen(_("By its shares the draw comes to no place."))
    if len(found) > MOST:
        raise NotOpen(_("By its shares the draw comes to %(n)s places, more than %(most)s: narrow it by office, trade"
                        " or grade.") % {"n": len(found), "most": MOST})  # fmt: skip
    by_uid = {str(one[0]): one for one in places}
    short = next((uid for uid in found if len(pool.who_can(by_uid[uid], officers)) < 2), None)
    if short is not None:
        raise NotOpen(_("At %(area)s fewer than two officers can go on all of these days: posts, certificates, leave.")
                      % {"area": area_name(str(by_uid[short][2]))})  # fmt: skip


def _keep(
    record: Draw, places: list[pool.Place], officers: list[pool.Officer], found: list[str], people: dict[str, Person]
) -> None:
    by_uid = {str(one[0]): one for one in places}
    known = {str(one.uid): one for one in Premises.objects.filter(uid__in=found).only("uid", "area", "risk")}
    made = []
    for order, (uid, day) in enumerate(zip(found, lot.spread(len(found), _days(record.first, record.last)),
                                           strict=True), 1):  # fmt: skip
        two = lot.pair(record.seed, uid, pool.who_can(by_uid[uid], officers))
        assert two is not None  # _fits
        made.append(DrawnPlace(
            draw=record, area=known[uid].area, premises=known[uid], grade=known[uid].risk, order=order, day=day,
            first=people[two[0]], second=people[two[1]],
        ))  # fmt: skip
    DrawnPlace.objects.bulk_create(made)


def recompute(record: Draw) -> bool:
    """Whether seed and kept pool give what stands there: digest, places, pairs and days."""
    kept = record.pool  # type: ignore[attr-defined]
    by_uid = {str(one[0]): one for one in kept.places}
    rows = list(DrawnPlace.objects.filter(draw=record).select_related("premises", "first", "second").order_by("order"))
    found = lot.chosen(record.seed, {str(one[0]): str(one[1]) for one in kept.places}, record.shares)
    days = lot.spread(len(found), _days(record.first, record.last))
    if record.digest != lot.digest(kept.places, kept.officers) or found != [str(one.premises.uid) for one in rows]:
        return False
    return days == [one.day for one in rows] and all(
        lot.pair(record.seed, str(one.premises.uid), pool.who_can(by_uid[str(one.premises.uid)], kept.officers,
                                                                  one.recused))
        == (one.first.certificate_no, one.second.certificate_no)
        for one in rows
    )  # fmt: skip


def a_pair_is_left(matter: Matter, record: Draw, actor: Actor, facts: Any) -> Guard:
    """A place of this draw, one of its two officers, and somebody who can go instead."""
    if facts is None:
        return ok()
    one = DrawnPlace.objects.select_related("premises", "first", "second").filter(draw=record.pk, order=facts.place)
    row = one.first()
    if row is None:
        return no(_("This draw has no such place."))
    if facts.person not in (row.first_id, row.second_id):
        return no(_("Only one of the two who were drawn for it can be recused."))
    if _without(record, row, facts.person) is None:
        return no(_("Nobody is left who could go instead: discard the draw, or lend an officer."), rules.OFFICERS_MIN)
    return ok()


def _without(record: Draw, row: DrawnPlace, person: int) -> tuple[str, str] | None:
    who = row.first if row.first_id == person else row.second
    kept = record.pool  # type: ignore[attr-defined]
    uid = str(row.premises.uid)
    place = next(one for one in kept.places if one[0] == uid)
    return lot.pair(record.seed, uid, pool.who_can(place, kept.officers, [*row.recused, who.certificate_no]))


def recused(matter: Matter, record: Draw, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The next lot goes instead; at this enterprise whoever is recused is drawn no more."""
    row = DrawnPlace.objects.select_related("premises", "first", "second").get(draw=record.pk, order=facts.place)
    two = _without(record, row, facts.person)
    assert two is not None  # the guard
    who = row.first if row.first_id == facts.person else row.second
    people = {one.certificate_no: one for one in Person.objects.filter(certificate_no__in=two)}
    row.recused = sorted({*row.recused, who.certificate_no})
    row.first, row.second = people[two[0]], people[two[1]]
    row.save(update_fields=["recused", "first", "second"])
    Recusal.objects.get_or_create(
        entity_id=row.premises.entity_id, person=who,
        defaults={"area": row.area, "reason": facts.reason[:300], "by_id": actor.person_id, "by_name": actor.name},
    )  # fmt: skip
    ledger.record(
        RECUSED.code, actor=actor, subject=f"matter:{matter.pk}", matter=matter, at=at,
        data={"order": row.order, "reason": facts.reason[:300], "person": f"person:{who.pk}"},
    )  # fmt: skip


def confirmed(matter: Matter, record: Draw, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Plan a visit to each place that was drawn; where that cannot be, the place says why."""
    from zhijian.programmes.inspection.flow import INSPECTION

    rows = DrawnPlace.objects.filter(draw=record.pk).select_related("premises__entity").order_by("order")
    for row in rows:
        place = row.premises
        about = About(place.name, place.area, place.entity, place)
        try:
            with in_its_language(), transaction.atomic():  # why not is kept beside the place
                made = perform(
                    INSPECTION, "plan_drawn", actor, about=about, at=at, purpose="random",
                    planned_for=max(row.day, calendar.legal_day(at)), assignee=row.first_id, second=row.second_id,
                )  # fmt: skip
        except StepError as error:
            row.trouble = str(error.message)[:300]
        else:
            row.visit = made
        row.save(update_fields=["visit", "trouble"])
