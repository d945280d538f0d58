"""What runs by the clock: how many premises each checklist reaches; how long visits take, and what is to be asked."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.jobs import every, job


@every("35 3 * * *")
@job("inspection.count_lists", title=_("Count which premises each checklist reaches"), tries=3)
def count_lists() -> int:
    """The register changes by night; rules by day, which queue this, too."""
    from zhijian.programmes.inspection.checklists.reaching import count_all

    return count_all()


@every("50 3 * * *")
@job("inspection.usual_times", title=_("Count how long visits usually take, and ask what stands out"), tries=3)
def usual_times() -> int:
    """By night: what is usual goes by whole days."""
    from zhijian.programmes.inspection.onsite.usual import nightly

    return nightly()


@every("30 5 * * *")
@job("inspection.order_days", title=_("Put the officers' days in order"), tries=2, transaction=False)
def order_days() -> int:
    """Before the phones come for the day. What was put by hand stays."""
    from zhijian.programmes.inspection.route.mornings import order_all

    return order_all()
