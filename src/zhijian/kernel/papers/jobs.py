"""What papers do by themselves: a public notice whose time has run counts as service from that day."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from zhijian.kernel.clock import calendar
from zhijian.kernel.jobs import every, job
from zhijian.kernel.papers.acts import freeze
from zhijian.kernel.papers.printing.batch import make, sweep
from zhijian.kernel.papers.sealing.acts import look_again, seal_now
from zhijian.kernel.papers.serving.acts import tell_if_due
from zhijian.kernel.papers.serving.models import Service
from zhijian.kernel.papers.serving.within import catch_up

__all__ = ["clocks", "freeze", "look_again", "make", "seal_now", "served", "sweep"]


@every("50 2 * * *")
@job("papers.clocks", title=gettext_lazy("Give papers still to be served their time"), tries=2, transaction=False)
def clocks() -> int:
    """Papers that were sealed before serving had a clock, and are not served yet, get theirs. Returns how many."""
    return catch_up()


@every("20 0 * * *")
@job("papers.served", title=gettext_lazy("Tell of papers whose day of service has come"))
def served() -> int:
    """Tell those who wait for papers whose day of service has come. Returns how many."""
    due = Service.objects.select_for_update(of=("self",)).select_related("paper__matter", "paper__entity")
    rows = due.filter(told_at=None, served_on__lte=calendar.today(), state=Service.State.SERVED)
    return sum(tell_if_due(one) for one in rows.order_by("pk"))
