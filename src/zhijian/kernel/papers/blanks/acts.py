"""Issuing blanks, saying what became of each, and counting them month by month."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import area_filter, in_scope
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.kernel.papers.acts import KEEPERS, READERS, SEALERS, only
from zhijian.kernel.papers.forms import form, forms, named
from zhijian.kernel.papers.models import Blank

MOST = 200  # blanks issued in one go
SERIAL = re.compile(r"^(.*?)(\d{1,10})$")
ISSUED = ledger.entry_kind(
    "blanks.issued", label=gettext_lazy("Issued {count} sealed blanks of {title}, {first} to {last}, to {holder}")
)
HANDED = ledger.entry_kind(
    "blanks.handed",
    label=gettext_lazy("Handed over {count} sealed blanks of {title}, {first} to {last}, from {giver} to {holder}"),
)


def _fate(facts: Mapping[str, Any]) -> str:
    fate = facts.get("fate", "")
    return str(Blank.State(fate).label) if fate in Blank.State.values else str(facts.get("state", ""))


FATE = ledger.entry_kind(
    "blank.fate", label=gettext_lazy("Sealed blank {serial} of {title}: {state} {reason}"), says={"state": _fate}
)


def kinds() -> list[tuple[str, str]]:
    """The kinds that can be sealed in advance: those that bear a seal."""
    return named(kind for kind, one in forms().items() if one.sealed)


def serials(first: str, count: int) -> list[str]:
    """The serials from the first one on, with as many digits, in one spelling: full width and small letters are the
    same paper. Raises ValueError when it does not end in digits.
    """
    match = SERIAL.match(unicodedata.normalize("NFKC", first).strip().upper())
    if match is None:
        raise ValueError(first)
    start, width = int(match[2]), len(match[2])
    return [f"{match[1]}{n:0{width}d}" for n in range(start, start + count)]


def follows(one: str, other: str) -> bool:
    """Whether `other` is the next serial after `one`."""
    return SERIAL.match(one) is not None and serials(one, 2)[1] == other


def issue(kind: str, first: str, count: int, holder: Person, actor: Actor) -> list[Blank]:
    """Hand blanks to a person; they belong to his own office.

    Raises NotAllowed, ValueError (serial), NotOpen (a serial that was issued before).
    """
    area = holder.home_id or ""
    if not area or not actor.roles_at(area) & KEEPERS:
        raise NotAllowed(only(SEALERS))
    organ, now = stack().organ(area).code, when.now()
    numbers = serials(first, count)
    rows = [
        Blank(kind=kind, organ=organ, area=area, serial=one, holder=holder, issued_at=now, issued_by=actor.label)
        for one in numbers
    ]
    try:
        with transaction.atomic():
            made = Blank.objects.bulk_create(rows)
    except IntegrityError as error:
        raise NotOpen(_("One of these serials was issued before. Nothing was issued.")) from error
    told = {"count": count, "kind": kind, "title": form(kind).title, "first": numbers[0], "last": numbers[-1]}
    ledger.record(
        ISSUED.code,
        actor=actor,
        subject=f"blanks:{kind}:{organ}",
        area=area,
        data={**told, "holder": holder.name, "person": holder.pk},
    )
    return made


def settle(blank: Blank, state: str, actor: Actor, *, matter: Matter | None = None, reason: str = "") -> Blank:
    """Say what became of a blank: its holder may say used or spoiled, those who keep the seal also returned.

    Raises NotAllowed, NotOpen (it has its fate already), ValueError (used for no matter, spoiled without a reason).
    """
    if state == Blank.State.USED and matter is None:
        raise ValueError("used for which matter?")
    if state == Blank.State.SPOILED and not reason.strip():
        raise ValueError("spoiled why?")
    with transaction.atomic():
        now = Blank.objects.select_for_update(of=("self",)).get(pk=blank.pk)
        keeps = bool(actor.roles_at(now.area) & KEEPERS)
        if not keeps and (now.holder_id != actor.person_id or state == Blank.State.RETURNED):
            raise NotAllowed(only(SEALERS))
        if now.state != Blank.State.HELD:
            raise NotOpen(_("It has its fate already: %(state)s.") % {"state": now.get_state_display()})
        now.state, now.matter, now.reason = state, matter, reason.strip()[:300]
        now.changed_at, now.changed_by = when.now(), actor.label
        now.save()
        told = {"serial": now.serial, "title": form(now.kind).title}
        ledger.record(
            FATE.code,
            actor=actor,
            subject=f"blanks:{now.kind}:{now.organ}",
            matter=matter,
            area=now.area,
            data={**told, "fate": state, "reason": now.reason},
        )
    return now


def seen(actor: Actor) -> QuerySet[Blank]:
    """The blanks that this person may see: those of offices whose seal he keeps or audits, and his own."""
    return in_scope(Blank.objects.all(), actor).filter(area_filter(actor, roles=READERS) | Q(holder=actor.person_id))


def held_by(person: int) -> QuerySet[Blank]:
    """What a person still holds: what a handover must account for."""
    return Blank.objects.filter(holder=person, state=Blank.State.HELD)


def hand_over(giver: Person, successor: Person, actor: Actor) -> int:
    """All that the giver still holds is the successor's, with an entry for each kind; how many sheets.

    Locked before they move, so that what gets its fate at the same moment is not handed over. They belong to the
    successor's office from then on; whose seal they bear does not change.
    """
    rows = list(held_by(giver.pk).select_for_update(of=("self",)).order_by("kind", "organ", "pk"))
    area = successor.home_id or giver.home_id or ""
    Blank.objects.filter(pk__in=[one.pk for one in rows]).update(holder=successor, area=area)
    for (kind, organ), some in groupby(rows, key=lambda one: (one.kind, one.organ)):
        told = [one.serial for one in some]
        span = {"count": len(told), "title": form(kind).title, "first": told[0], "last": told[-1], "serials": told}
        ledger.record(
            HANDED.code,
            actor=actor,
            subject=f"blanks:{kind}:{organ}",
            area=area,
            data={**span, "kind": kind, "giver": giver.name, "holder": successor.name, "person": successor.pk},
        )
    return len(rows)


@dataclass(frozen=True)
class Month:
    """A month's account of one kind: what was held before, what came, what went, what is held after."""

    kind: str
    before: int
    issued: int
    used: int
    spoiled: int
    returned: int

    @property
    def after(self) -> int:
        """What must lie in the drawers at the month's end."""
        return self.before + self.issued - self.used - self.spoiled - self.returned


def month(rows: QuerySet[Blank], first: dt.date) -> list[Month]:
    """The account of the month that begins on `first`, for each kind that has blanks. One query."""
    begin = calendar.start_of(first)
    end = calendar.start_of((first + dt.timedelta(days=32)).replace(day=1))
    inside = {"changed_at__gte": begin, "changed_at__lt": end}
    gone = Q(changed_at__isnull=False, changed_at__lt=begin)
    counted = (
        rows.filter(issued_at__lt=end)
        .order_by("kind")
        .values("kind")
        .annotate(
            before=Count("pk", filter=Q(issued_at__lt=begin) & ~gone),
            issued=Count("pk", filter=Q(issued_at__gte=begin)),
            **{state: Count("pk", filter=Q(state=state, **inside)) for state in ("used", "spoiled", "returned")},
        )
    )
    return [Month(**one) for one in counted]


def holders(rows: QuerySet[Blank]) -> Iterable[tuple[int, str, str, int]]:
    """Who holds how many of what: (person, name, kind, count)."""
    held = rows.filter(state=Blank.State.HELD).order_by("holder__name_key", "holder", "kind")
    return list(held.values_list("holder", "holder__name", "kind").annotate(n=Count("pk"))[:500])
