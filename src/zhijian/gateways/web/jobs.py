"""Tidying up after downloads."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.gateways.web import downloads
from zhijian.kernel.jobs import every, job


@every("*/10 * * * *")
@job("web.sweep", title=_("Delete files that were made for downloads"), tries=1)
def sweep() -> int:
    """Delete files that nobody came back for within the hour."""
    return downloads.sweep()
