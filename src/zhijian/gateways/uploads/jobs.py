"""Tidying up after phones that never came back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.gateways.uploads import parts
from zhijian.kernel.jobs import every, job


@every("20 4 * * *")
@job("uploads.sweep", title=_("Drop uploads that were given up"), tries=1)
def sweep() -> int:
    """Drop what nobody has added to for a grant's length and more."""
    return parts.sweep()
