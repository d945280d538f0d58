"""The sample is drawn each morning, under the seal of the night."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.jobs import every, job


@every("40 0 * * *")
@job("ratings.draw", title=_("Draw the sample of return calls"), tries=5, lock="ratings.draw")
def draw() -> int:
    """Draw under each seal that has no draw yet. Returns how many were made."""
    from zhijian.kernel.ratings.calling import draw_due

    return len(draw_due())
