"""What runs by the clock: calls from lifts every minute, due days each night, reminders and lists each morning."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.jobs import every, job


@every("* * * * *")
@job("equipment.calls", title=_("Watch the clocks of calls from lifts"), tries=1, transaction=False)
def calls() -> int:
    """A lift does not wait for the round of the other clocks."""
    from zhijian.kernel.matters.ticking import tick

    return tick(kind="lift_call")


@every("20 3 * * *")
@job("equipment.due", title=_("Count when special equipment is due"), tries=3)
def due_days() -> int:
    """Rules change, years go by: what follows from them is counted anew."""
    from zhijian.programmes.equipment.due import settle_all

    return settle_all()


@every("40 6 * * *")
@job("equipment.morning", title=_("Remind of inspections, tell offices what is overdue"), tries=3)
def morning() -> int:
    """Users before the day, heads after it."""
    from zhijian.programmes.equipment import reminding

    return reminding.remind() + reminding.morning()
