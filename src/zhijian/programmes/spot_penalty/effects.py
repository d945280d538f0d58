"""What a step of a penalty does beyond its table."""

from __future__ import annotations

import datetime as dt
from typing import Any

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers import making
from zhijian.kernel.papers.models import Paper
from zhijian.programmes.spot_penalty import rules
from zhijian.programmes.spot_penalty.models import SpotPenalty


def decided(matter: Matter, record: SpotPenalty, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Money that was taken is handed in within two working days (Penalty Procedure Rules art. 73)."""
    if record.payment == SpotPenalty.Payment.CASH:
        clocks.start(matter, rules.HAND_IN_WITHIN, at)


def served(matter: Matter, record: SpotPenalty, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The time to pay runs from the day of service (art. 72), where there is something to pay at the bank."""
    if record.payment != SpotPenalty.Payment.BANK or not record.money_open or matter.closed is not None:
        return
    clock = clocks.start(matter, rules.PAY_WITHIN, calendar.start_of(facts.served_on))
    SpotPenalty.objects.filter(pk=record.pk).update(pay_by=clock.due if clock else None)


def filed(matter: Matter, record: SpotPenalty, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The day on which it was filed."""
    SpotPenalty.objects.filter(pk=record.pk).update(filed_on=calendar.legal_day(at))


def rest_paid(matter: Matter, record: SpotPenalty, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """What was still owed of the additional fine is paid as well."""
    SpotPenalty.objects.filter(pk=record.pk).update(additional=record.additional + record.rest)


def waived(matter: Matter, record: SpotPenalty, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """What was still owed of the additional fine is owed no more; the fine itself is never waived."""
    SpotPenalty.objects.filter(pk=record.pk).update(waived=record.waived + record.rest)


def appealed(matter: Matter, record: SpotPenalty, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """From that day on nothing is added (Penalty Law art. 73); the fine itself stays due."""
    _keep(record, [*record.pauses, {"since": facts.since.isoformat(), "until": None, "what": facts.what}])


def appeal_over(matter: Matter, record: SpotPenalty, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """What is added counts again from the next day."""
    _keep(record, [*record.pauses[:-1], {**record.pauses[-1], "until": facts.until.isoformat()}])


def _keep(record: SpotPenalty, pauses: list[dict[str, Any]]) -> None:
    record.pauses = pauses
    SpotPenalty.objects.filter(pk=record.pk).update(pauses=pauses)


def looked_at(matter: Matter, record: SpotPenalty, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """A person has looked at what the record left in doubt; the ledger keeps who, when, and his word on it."""
    matter.flags = []
    Matter.objects.filter(pk=matter.pk).update(flags=[])


def withdrawn(matter: Matter, record: SpotPenalty, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The decision is void and stays in the register with the reason; what was paid is owed back, no review runs on."""
    if record.under_review:
        _keep(record, [*record.pauses[:-1], {**record.pauses[-1], "until": calendar.legal_day(at).isoformat()}])
    record.refund, record.withdrawn_on = record.settled, calendar.legal_day(at)
    SpotPenalty.objects.filter(pk=record.pk).update(refund=record.refund, withdrawn_on=record.withdrawn_on)
    for paper in Paper.objects.filter(matter=matter, kind="spot_decision", state=Paper.State.ISSUED):
        making.void(paper, facts.reason, actor)


def mark_served(matter: Matter, day: dt.date, at: dt.datetime) -> None:
    """The decision counts as served: the step is the system's, since it follows from the proof of service."""
    from zhijian.kernel.matters.perform import perform

    with scoped(SYSTEM):
        perform(matter, "serve", SYSTEM, at=at, served_on=day)
