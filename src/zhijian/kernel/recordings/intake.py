"""A folder of films, one after the other: what each came to, or why it stays where it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from zhijian.kernel.accounts.models import Jurisdiction
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.refusals import NoSpace, Refused
from zhijian.kernel.recordings import acts, reading
from zhijian.kernel.recordings.models import Recording


@dataclass(frozen=True)
class Outcome:
    """What became of one file: the film (`new`: it was not here yet), or why it was not taken in."""

    path: Path
    film: Recording | None = None
    new: bool = False
    why: str = ""


def take_folder(
    folder: Path, *, camera: str = "", area: str = "", ahead: dt.timedelta = dt.timedelta()
) -> Iterator[Outcome]:
    """Take in every film of a folder, each for itself: what was taken in stays, whatever happens to the next.

    `camera` is the number where nothing tells it; `area` the office to which films of nobody go (else: the whole
    place's). Raises NoSpace.
    """
    area = area or _whole()
    for path in reading.films_in(folder):
        try:
            told = reading.told(path, calendar.zone())
            told = told if told.device else reading.Told(camera, told.began, told.ended)
            film, new = acts.take(path, told, ahead, area)
            yield Outcome(path, film, new)
        except NoSpace:
            raise
        except Refused:
            yield Outcome(path, why=_("This is no film that can be opened (MP4, MOV or MTS)."))
        except ValueError:
            yield Outcome(path, why=_("Its times cannot be read: mend the sidecar, or take it away."))
        except OSError as error:
            yield Outcome(path, why=str(error))


def _whole() -> str:
    """The whole place: what nobody is known to have filmed goes to its head."""
    return Jurisdiction.objects.filter(parent=None).order_by("code").values_list("code", flat=True).first() or ""
