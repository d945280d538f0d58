"""What time does: every morning before the offices open, and through the day, clocks that ran out take their steps."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.jobs import every, job


@every("5 6 * * *")
@every("*/15 7-20 * * *")
@job("matters.tick", title=_("Take the steps whose time has run out"), tries=3, transaction=False)
def tick() -> int:
    """Perform the steps whose clocks ran out."""
    from zhijian.kernel.matters.ticking import tick as run

    return run()
