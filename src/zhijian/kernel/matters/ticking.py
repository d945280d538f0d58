"""What time itself does: steps `by=CLOCK` are performed when their clock runs out, once for each clock."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from itertools import groupby

from django.db.models import Exists, OuterRef
from django.utils import timezone

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import breaking, clocks
from zhijian.kernel.clock.declared import CLOCK
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.perform import perform

log = logging.getLogger(__name__)


def tick(now: dt.datetime | None = None, kind: str = "") -> int:
    """Perform every step whose clock ran out and that has not been performed for it yet. Returns how many.

    `kind`: only of matters of that kind, whose limits are shorter than the round of all.
    """
    now = now or timezone.now()
    breaking.mark(now)
    done = 0
    for flow in [flows()[kind]] if kind else flows().values():
        for step in flow.steps:
            if step.by is CLOCK and step.on is not None and step.on.when == "overdue":
                for family in _families(_waiting(flow, step, now)):
                    with scoped(SYSTEM):  # one moment: who is told of several findings of a visit gets one message
                        done += sum(_fire(step, clock, now) for clock in family)
    return done


def _waiting(flow: Flow, step: Step, now: dt.datetime) -> list[Clock]:
    """The clocks that ran out and whose step the ledger does not hold yet."""
    fired = LedgerEntry.objects.filter(
        matter=OuterRef("matter"), kind=flow.entry_kind(step), at__gte=OuterRef("started")
    )
    with scoped(SYSTEM):
        late = clocks.overdue(now, of=step.on.rule).filter(matter__kind=flow.kind, matter__state__in=step.froms)
        return list(late.filter(~Exists(fired)).select_related("matter"))


def _families(waiting: list[Clock]) -> Iterable[list[Clock]]:
    """The clocks of matters that belong together: children of one parent, or a matter by itself."""

    def family(clock: Clock) -> int:
        return clock.matter.parent_id or clock.matter_id

    return (list(group) for _, group in groupby(sorted(waiting, key=family), key=family))


def _fire(step: Step, clock: Clock, now: dt.datetime) -> bool:
    """Perform the step; False when it did not happen."""
    try:
        perform(clock.matter, step.verb, SYSTEM, at=now)
    except StepError as error:
        log.warning("%s of %s did not happen: %s", step.verb, clock.matter, error)
        return False
    return True
