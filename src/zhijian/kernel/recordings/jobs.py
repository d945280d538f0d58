"""What the docking station has copied, taken in at night and when somebody asks for it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.jobs import every, job


class NotTaken(Exception):
    """Files of the folder that are no films, or whose times cannot be read: told on the page of jobs."""


@every("20 2 * * *")
@job("recordings.take", title=_("Take in the body cameras' folder"), tries=1, transaction=False)
def take_in() -> int:
    """Take in the folder of the docking station, where one is set. Returns how many films were new.

    Raises NotTaken with the names of what stays there, when all the rest is in.
    """
    from zhijian.kernel.recordings.intake import take_folder

    if not settings.RECORDINGS_FOLDER:
        return 0
    new, left = 0, []
    for outcome in take_folder(Path(settings.RECORDINGS_FOLDER)):
        new += outcome.new
        if outcome.film is None:
            left.append(f"{outcome.path.name}: {outcome.why}")
    if left:
        raise NotTaken("; ".join(left[:20]))
    return new
