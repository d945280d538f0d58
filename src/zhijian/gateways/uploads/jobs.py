"""Sweeping away uploads that were given up."""

from __future__ import annotations

import time

from zhijian.gateways.uploads import partial
from zhijian.kernel.jobs import every, job

KEPT_DAYS = 45  # longer than a phone's grant: whoever comes back late goes on where he stopped


@every("20 3 * * *")
@job("uploads.sweep", tries=2, transaction=False)
def sweep() -> int:
    """Remove parts that nobody has touched for a grant's length and more."""
    return partial.sweep(time.time() - KEPT_DAYS * 86400)
