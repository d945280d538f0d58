"""Taking films in, filing them to their visits, opening them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter, scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import files, ledger
from zhijian.kernel.evidence.media import FILMS
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.packs import in_its_language
from zhijian.kernel.recordings import matching, reading, rules
from zhijian.kernel.recordings.models import Camera, Recording

FILERS = frozenset({Role.HEAD, Role.CLERK})
READERS = FILERS | {Role.AUDITOR}
LIMIT = 32 * 1024**3  # bytes of one film: what a camera's card holds
COUNTED = 1000
LONGEST = 300  # characters of a reason

TAKEN = ledger.entry_kind(
    "recording.taken", label=gettext_lazy("The film {name} of camera {device} was taken in ({sha256})")
)
FILED = ledger.entry_kind(
    "recording.filed", label=gettext_lazy("{actor} filed the film {name} of camera {device} here ({sha256})")
)
ASIDE = ledger.entry_kind(
    "recording.aside", label=gettext_lazy("{actor} noted that the film {name} shows no visit: {why}")
)
SEEN = ledger.entry_kind("recording.seen", label=gettext_lazy("{actor} opened the film {name}: {why}"))
WORN = ledger.entry_kind("camera.worn", label=gettext_lazy("{actor} noted who wears camera {device} from {since} on"))


def wearer(device: str, on: dt.date) -> Camera | None:
    """Who wore a camera on a day."""
    rows = Camera.objects.filter(Q(until=None) | Q(until__gte=on), device=device, since__lte=on)
    return rows.select_related("person").order_by("-since").first() if device else None


def wears(device: str, person: Person, since: dt.date, actor: Actor) -> Camera:
    """Note who wears a camera from a day on; whoever wore it until then wears it no longer.

    Raises NotOpen where it was somebody's on that very day or later.
    """
    with transaction.atomic():
        rows = Camera.objects.select_for_update().filter(device=device)
        if rows.filter(since__gte=since).exists():
            raise NotOpen(_("The camera %(device)s has an entry from that day or a later one on.") % {"device": device})
        before = since - dt.timedelta(days=1)
        rows.filter(Q(until=None) | Q(until__gt=before)).update(until=before)
        made = Camera.objects.create(device=device, person=person, area=person.home_id or "", since=since)
        ledger.record(
            WORN.code, actor=actor, subject=f"camera:{device}", area=made.area,
            data={"device": device, "since": since.isoformat(), "person": person.pk},
        )  # fmt: skip
        return made


def take(path: Path, told: reading.Told, ahead: dt.timedelta, area: str) -> tuple[Recording, bool]:
    """Take one film in: its bytes streamed into the store, one row by its content. Says whether it is new.

    Raises files' refusals (no film, no room, too large) and OSError; then nothing was kept.
    """
    with path.open("rb") as source:
        kept = files.keep(source, media_types=FILMS, limit=LIMIT)
    right = told.put_right(ahead)
    with scoped(SYSTEM):
        worn = wearer(told.device, calendar.legal_day(right.began)) if right.began else None
        about = {
            "name": path.name[:200], "device": told.device[:40], "person": worn.person if worn else None,
            "area": worn.area if worn else area, "began_at": right.began, "ended_at": right.ended,
            "offset_s": int(ahead.total_seconds()),
        }  # fmt: skip
        made, new = Recording.objects.get_or_create(blob=files.register(kept), defaults=about)
        if new:
            ledger.record(
                TAKEN.code, actor=SYSTEM, subject=f"recording:{made.uid}", area=made.area,
                data={"name": made.name, "device": made.device, "sha256": kept.sha256[:16]},
            )  # fmt: skip
        return made, new


def listed(actor: Actor, state: str = "") -> QuerySet[Recording]:
    """The films of the places whose films the actor files or examines, the newest first."""
    rows = Recording.objects.filter(area_filter(actor, roles=READERS))
    rows = rows.filter(state=state) if state in Recording.State.values else rows
    return rows.select_related("person", "blob", "file__matter").order_by("-taken_in_at", "-pk")


def count(actor: Actor) -> int:
    """How many wait to be filed, counted no further than `COUNTED`."""
    rows = Recording.objects.filter(area_filter(actor, roles=FILERS), state=Recording.State.WAITING)
    return rows[:COUNTED].count()


@dataclass(frozen=True)
class Line:
    """A film with the visits that it may show."""

    recording: Recording
    visits: list[Matter]
    kept_until: dt.date | None

    @property
    def told(self) -> str:
        """How well it fits, in words."""
        if self.recording.state != Recording.State.WAITING:
            return str(self.recording.get_state_display())
        if len(self.visits) == 1:
            return _("One visit fits")
        if self.visits:
            return _("Several visits fit: choose")
        if self.recording.began_at is None:
            return _("The file does not tell when it was made")
        if self.recording.person_id is None:
            return _("Nobody is noted as wearing this camera then")
        return _("No visit of the officer at that time")


def lines(rows: Iterable[Recording], actor: Actor) -> list[Line]:
    """The films with what they may show, as far as the actor may read it; asked once for all of them."""
    rows = list(rows)
    margin = rules.margin(calendar.today())
    open_now = [one for one in rows if one.state == Recording.State.WAITING and one.began_at and one.person_id]
    among: list[matching.Visit] = []
    if open_now:
        since = min(one.began_at for one in open_now if one.began_at) - margin
        until = max(one.ended_at or one.began_at for one in open_now if one.began_at) + margin
        among = matching.visits({one.person_id for one in open_now if one.person_id}, since, until)
    found = {one.pk: matching.shown_by(one.person_id, one.began_at, one.ended_at, among, margin) for one in open_now}
    wanted = {visit.matter for visits in found.values() for visit in visits}
    matters = readable(Matter.objects.filter(pk__in=wanted), actor).in_bulk() if wanted else {}
    return [
        Line(
            one,
            [matters[visit.matter] for visit in found.get(one.pk, []) if visit.matter in matters],
            rules.kept_until(calendar.legal_day(one.began_at)) if one.began_at else None,
        )
        for one in rows
    ]


def _waiting(uid: str, actor: Actor) -> Recording:
    """Locked, if it waits where the actor files. Raises NotOpen otherwise."""
    where = area_filter(actor, roles=FILERS)
    rows = Recording.objects.filter(where, uid=uid, state=Recording.State.WAITING)
    found = rows.select_for_update(of=("self",)).select_related("blob").first()
    if found is None:
        raise NotOpen(_("Somebody has dealt with this film meanwhile."))
    return found


def file_to(uid: str, matter: Matter, actor: Actor) -> File:
    """Make a film evidence of a visit that it may show. Raises NotOpen when it waits no more, or shows another one."""
    with transaction.atomic():
        film = _waiting(uid, actor)
        (line,) = lines([film], actor)
        if matter.pk not in {one.pk for one in line.visits}:
            raise NotOpen(_("This film does not fit that visit."))
        film.file = files.attach(
            matter, film.blob, actor=actor, kind=str(File.Kind.RECORDING), name=film.name, taken_at=film.began_at,
            caption=film.device, expected=film.blob_id,
        )  # fmt: skip
        film.state = Recording.State.FILED
        film.save(update_fields=["file", "state"])
        ledger.record(
            FILED.code, actor=actor, subject=f"matter:{matter.pk}", matter=matter,
            data={"name": film.name, "device": film.device, "sha256": film.blob_id[:16]},
        )  # fmt: skip
        return film.file


def set_aside(uid: str, why: str, actor: Actor) -> None:
    """Note that a film shows no visit. Raises NotOpen when it waits no more, or no reason is given."""
    why = why.strip()[:LONGEST]
    if not why:
        raise NotOpen(_("Say why it shows no visit."))
    with transaction.atomic():
        film = _waiting(uid, actor)
        film.state = Recording.State.ASIDE
        film.save(update_fields=["state"])
        ledger.record(
            ASIDE.code, actor=actor, subject=f"recording:{film.uid}", area=film.area,
            data={"name": film.name, "why": why},
        )  # fmt: skip


def of_matter(matter: Matter) -> list[Recording]:
    """The films that are evidence of a matter, in the order of their times."""
    rows = Recording.objects.filter(file__matter=matter).select_related("blob", "person", "file")
    return list(rows.order_by("began_at", "pk"))


def is_duty(film: Recording, actor: Actor) -> bool:
    """Whether opening it is the actor's own task: he holds the visit, or wore the camera."""
    mine = {film.person_id}
    if film.file is not None:
        mine |= {film.file.matter.assignee_id, film.file.matter.second_id}
    return bool(mine & set(actor.hands))


def note_seen(film: Recording, why: str, actor: Actor) -> None:
    """That a film is opened, by whom and why. Raises NotOpen where it is nobody's duty and no reason is given."""
    why = why.strip()[:LONGEST]
    if not why and not is_duty(film, actor):
        raise NotOpen(_("Say why you open it."))
    matter = film.file.matter if film.file else None
    subject = f"matter:{matter.pk}" if matter else f"recording:{film.uid}"
    with in_its_language():
        why = why or _("his own visit")
    ledger.record(
        SEEN.code, actor=actor, subject=subject, matter=matter, area=film.area,
        data={"name": film.name, "why": why},
    )  # fmt: skip
