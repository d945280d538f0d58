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

__all__ = ["freeze", "look_again", "make", "seal_now", "served", "sweep"]


@every("20 0 * * *")
@job("papers.served", title=gettext_lazy("Tell of papers whose day of service has come"))
def served() -> int:
    """Tell those who wait for papers whose day of service has come. Returns how many."""
    due = Service.objects.select_for_update(of=("self",)).select_related("paper__matter", "paper__entity")
    rows = due.filter(told_at=None, served_on__lte=calendar.today(), state=Service.State.SERVED)
    return sum(tell_if_due(one) for one in rows.order_by("pk"))
