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
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.refusals import NoSpace
from zhijian.kernel.recordings import acts, reading
from zhijian.kernel.recordings.intake import Outcome, take_folder
from zhijian.kernel.words import listed, terminal_language


class Command(BaseCommand):
    example = "body_camera /mnt/dock/2026-11-29 --area 370303009"
    help = "Take in a folder of body-camera films and match them to visits by officer and time; each film once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--camera", default="", help="number of the camera, where neither name nor sidecar tells")
        parser.add_argument("--area", default="", help="office to which films of unknown cameras go (code)")
        clock = parser.add_mutually_exclusive_group()
        clock.add_argument(
            "--ahead", type=int, default=0, metavar="SECONDS", help="by how much the camera's clock is ahead"
        )
        clock.add_argument(
            "--known", default="", metavar="FILE=TIME",
            help="when this film really began, e.g. A1_20261129103000.mp4=2026-11-29T10:28:30",
        )  # fmt: skip

    def handle(self, *args: Any, folder: Path, camera: str, area: str, ahead: int, known: str, **options: Any) -> None:
        with translation.override(terminal_language()):
            if not folder.is_dir():
                raise CommandError(_("There is no folder %(folder)s.") % {"folder": folder})
            with scoped(SYSTEM):
                error = _offset(folder, known) if known else dt.timedelta(seconds=ahead)
            failed = 0
            try:
                for outcome in take_folder(folder, camera=camera, area=area, ahead=error):
                    self._say(outcome)
                    failed += outcome.film is None
            except NoSpace as reason:
                raise CommandError(
                    _("No room for more films; what was taken in stays. Make room, then run it again.")
                ) from reason
            if failed:
                sys.exit(1)

    def _say(self, outcome: Outcome) -> None:
        """One line a film, the visits that it may show behind it."""
        if outcome.film is None:
            self.stderr.write(f"{outcome.path.name}: {outcome.why}")
            return
        with scoped(SYSTEM):
            (line,) = acts.lines([outcome.film], SYSTEM)
        words = [line.told, listed(matter.number or matter.title for matter in line.visits)]
        if not outcome.new:
            words.append(_("was here already"))
        self.stdout.write(f"{outcome.path.name}: {'; '.join(filter(None, words))}")


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
