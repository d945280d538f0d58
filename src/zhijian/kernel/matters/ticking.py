"""What time itself does: steps `by=CLOCK` are performed when their clock runs out, once for each clock."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction
from django.utils import timezone

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import clocks
from zhijian.kernel.clock.declared import CLOCK
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.perform import perform

log = logging.getLogger(__name__)


def tick(now: dt.datetime | None = None) -> int:
    """Perform every step whose clock ran out and that has not been performed for it yet. Returns how many."""
    now = now or timezone.now()
    done = 0
    for flow in flows().values():
        for step in flow.steps:
            if step.by is not CLOCK or step.on is None or step.on.when != "overdue":
                continue
            with scoped(SYSTEM):
                late = clocks.overdue(now, of=step.on.rule).filter(matter__kind=flow.kind, matter__state__in=step.froms)
                waiting = list(late.select_related("matter")[:1000])
            for clock in waiting:
                with scoped(SYSTEM), transaction.atomic():
                    fired = LedgerEntry.objects.filter(
                        matter=clock.matter, kind=flow.entry_kind(step), at__gte=clock.started
                    ).exists()
                    if fired:
                        continue
                    try:
                        perform(clock.matter, step.verb, SYSTEM, at=now)
                        done += 1
                    except StepError as error:
                        log.warning("%s of %s did not happen: %s", step.verb, clock.matter, error)
    return done
