"""What runs by the clock: shops are reminded before their pledges run out."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.jobs import every, job


@every("50 6 * * *")
@job("returns.remind", title=_("Remind shops of return pledges that run out"), tries=3)
def remind() -> int:
    """Each shop once for each last day. Returns how many."""
    from zhijian.programmes.returns import reminding

    return reminding.remind()
