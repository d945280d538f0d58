"""The demo city's body cameras: the office's officers wear one each, and a few films wait or are filed."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path

from zhijian.kernel import when
from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import SYSTEM, Actor, actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.packs import stack
from zhijian.kernel.recordings import acts, matching, reading
from zhijian.kernel.recordings.models import Camera

SAMPLE = Path(__file__).with_name("sample.mp4")
BACK = dt.timedelta(days=30)
FILMS = 4  # of the newest visits of one officer; one more shows no visit


def plant(say: Callable[[str], None]) -> None:
    """A camera for each inspector of the demo office, and films of his newest visits; once, where cameras are known."""
    office = next((one.area for one in people.accounts() if one.role == Role.HEAD), "")
    with scoped(SYSTEM):
        if Camera.objects.exists() or not stack().table("demo").get("camera"):
            return
        head = next(one for one in people.accounts() if one.role == Role.HEAD)
        filer = actor_of(Person.objects.get(username=head.username))
        names = [one.username for one in people.accounts() if one.role == Role.INSPECTOR and one.area == office]
        officers = list(Person.objects.filter(username__in=names).order_by("pk"))
    told = stack().table("demo")["camera"]
    with scoped(filer):
        for device, officer in zip(told, officers, strict=False):
            acts.wears(device, officer, calendar.today() - BACK, filer)
    if not officers:
        return
    visits = _visits(officers[0])
    with tempfile.TemporaryDirectory() as folder:
        films = [_film(Path(folder), told[0], visit.began, n) for n, visit in enumerate(visits)]
        films.append(_film(Path(folder), told[0], when.now() - dt.timedelta(days=2, hours=9), len(films)))
        made = [acts.take(path, reading.told(path, calendar.zone()), dt.timedelta(), office)[0] for path in films]
    filed = _file([one.pk for one in made[: max(0, len(visits) - 2)]], filer)
    say(f"body cameras: {min(len(told), len(officers))}; films: {len(made)}, {filed} of them filed")


def _visits(officer: Person) -> list[matching.Visit]:
    """His newest visits, the oldest of them first."""
    now = when.now()
    with scoped(SYSTEM):
        found = [one for one in matching.visits({officer.pk}, now - BACK, now) if one.began > now - BACK]
    return sorted(found, key=lambda one: one.began)[-FILMS:]


def _film(folder: Path, device: str, began: dt.datetime, n: int) -> Path:
    """The sample under the name that a camera would give it; an empty box at its end makes it another film."""
    at = began.astimezone(calendar.zone())
    path = folder / f"{device}_{at:%Y%m%d%H%M%S}.mp4"
    path.write_bytes(SAMPLE.read_bytes() + (12).to_bytes(4) + b"free" + n.to_bytes(4))
    return path


def _file(keys: list[int], filer: Actor) -> int:
    """File those that fit one visit; returns how many did."""
    done = 0
    with scoped(filer) as actor:
        for line in acts.lines(acts.listed(actor).filter(pk__in=keys), actor):
            if len(line.visits) == 1:
                acts.file_to(str(line.recording.uid), line.visits[0], actor)
                done += 1
    return done
