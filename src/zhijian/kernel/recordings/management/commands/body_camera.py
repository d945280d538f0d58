"""`zhijian body_camera FOLDER`: take in what body cameras filmed, each file once, and say which visit each may show."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Jurisdiction
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.refusals import NoSpace, Refused
from zhijian.kernel.recordings import acts, reading
from zhijian.kernel.words import terminal_language


class Command(BaseCommand):
    example = "body_camera /mnt/dock/2026-11-29 --area 370303009"
    help = "Take in a folder of body-camera films and match them to visits by officer and time; each film once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--camera", default="", help="number of the camera, where neither name nor sidecar tells it"
        )
        parser.add_argument("--area", default="", help="office to which films of unknown cameras go (code)")
        clock = parser.add_mutually_exclusive_group()
        clock.add_argument(
            "--ahead", type=int, default=0, metavar="SECONDS", help="by how much the camera's clock is ahead"
        )
        clock.add_argument(
            "--known",
            default="",
            metavar="FILE=TIME",
            help="when this film really began, e.g. A1_20261129103000.mp4=2026-11-29T10:28:30",
        )

    def handle(self, *args: Any, folder: Path, camera: str, area: str, ahead: int, known: str, **options: Any) -> None:
        with translation.override(terminal_language()):
            if not folder.is_dir():
                raise CommandError(_("There is no folder %(folder)s.") % {"folder": folder})
            area = area or _whole()
            error = _offset(folder, known) if known else dt.timedelta(seconds=ahead)
            failed = sum(not self._take(path, camera, area, error) for path in reading.films_in(folder))
            if failed:
                sys.exit(1)

    def _take(self, path: Path, camera: str, area: str, ahead: dt.timedelta) -> bool:
        """One film, with its line; False where it was not taken in."""
        try:
            told = reading.told(path, calendar.zone())
            told = told if told.device else reading.Told(camera, told.began, told.ended)
            film, new = acts.take(path, told, ahead, area)
        except NoSpace as error:
            raise CommandError(
                _("No room for more films; what was taken in stays. Make room, then run it again.")
            ) from error
        except (Refused, ValueError, OSError) as error:
            self.stderr.write(f"{path.name}: {_why(error)}")
            return False
        with scoped(SYSTEM):
            (line,) = acts.lines([film], SYSTEM)
        which = ", ".join(matter.number or matter.title for matter in line.visits)
        self.stdout.write(f"{path.name}: {'' if new else _('was here already') + '; '}{line.told} {which}".rstrip())
        return True


def _whole() -> str:
    """The whole place: what nobody is known to have filmed goes to its head."""
    return Jurisdiction.objects.filter(parent=None).order_by("code").values_list("code", flat=True).first() or ""


def _why(error: Exception) -> str:
    if isinstance(error, Refused):
        return _("This is no film that can be opened (MP4, MOV or MTS).")
    if isinstance(error, ValueError):
        return _("Its times cannot be read: mend the sidecar, or take it away.")
    return str(error)


def _offset(folder: Path, known: str) -> dt.timedelta:
    """By how much the camera's clock is ahead, from one film whose beginning is known."""
    name, _sign, text = known.partition("=")
    path = next((one for one in reading.films_in(folder) if one.name == name), None)
    try:
        right = reading.moment(text, calendar.zone())
        told = reading.told(path, calendar.zone()).began if path else None
    except ValueError:
        right = told = None
    if right is None or told is None:
        raise CommandError(_("Say it as FILE=TIME, with a film of the folder that tells when it began."))
    return told - right
