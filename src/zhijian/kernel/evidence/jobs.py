"""What the evidence does by itself: shown copies, the daily seal, and putting right what a crash left."""

from __future__ import annotations

import time
from contextlib import suppress

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.evidence.models import Blob, File
from zhijian.kernel.jobs import every, job

STALE_SECONDS = 24 * 3600


@job("evidence.shown", title=_("Make the copy of a photo that is shown"), tries=3)
def make_shown(file: int) -> None:
    """Make the shown copy of a photo that has arrived."""
    from zhijian.kernel.evidence.shown import shown_copy

    found = File.objects.select_related("blob").filter(pk=file).first()
    if found is not None:
        shown_copy(found)


@every("10 0 * * *")
@job("evidence.seal", title=_("Seal the day"), tries=5, transaction=False)
def seal_the_day() -> None:
    """Seal what was entered since the last seal."""
    from zhijian.kernel.evidence.seal import make_seal

    make_seal()


@every("50 3 * * *")
@job("evidence.mend", title=_("Put photos right whose arrival was missed"), tries=1)
def mend() -> int:
    """Complete photos whose bytes are here although nobody said so, and drop what was never wholly written.

    Returns how many photos were completed.
    """
    from zhijian.kernel.evidence.files import INCOMING, arrived, local_folder

    waiting = File.objects.filter(blob=None).exclude(expected="").values("expected")
    completed = sum(arrived(blob) for blob in Blob.objects.filter(pk__in=waiting))
    folder = local_folder(INCOMING)
    if folder is not None and folder.exists():
        for left in folder.iterdir():
            with suppress(FileNotFoundError):
                if left.stat().st_mtime < time.time() - STALE_SECONDS:
                    left.unlink()
    return completed
