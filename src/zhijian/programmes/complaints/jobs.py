"""The return calls are drawn each morning, under the seal of the night."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.jobs import every, job


@every("45 0 * * *")
@job("complaints.draw", title=_("Draw the return calls of answered items"), tries=5, lock="complaints.draw")
def draw() -> int:
    """Draw under each seal that has no draw yet. Returns how many were made."""
    from zhijian.programmes.complaints.handling.recall import draw_due

    return len(draw_due())
