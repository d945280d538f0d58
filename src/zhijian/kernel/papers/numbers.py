"""The register of official numbers: taken one by one or in blocks for phones, without a gap, each accounted for."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import current_actor, scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.packs import in_its_language, stack
from zhijian.kernel.papers.codes import new_code
from zhijian.kernel.papers.models import NumberRow, Series

RESERVED = ledger.entry_kind(
    "number.reserve", label=_("Reserved the numbers {first} to {last} of {title} for a phone ({device})")
)
# Why numbers come back, where nobody says it in words of his own; an entry holds the code.
WHY = {
    "elsewhere": _("another year or office"),
    "switched_off": _("phone switched off"),
    "handed_over": _("handed over to %(name)s"),
}


def _why(facts: Mapping[str, Any]) -> str:
    """The reason in the reader's language. Earlier entries hold words; those of a phone switched off in English."""
    if (code := facts.get("why")) in WHY:
        return str(WHY[code]) % {"name": facts.get("name", "")}
    return gettext(str(facts["reason"])) if facts.get("reason") else ""


RETURNED = ledger.entry_kind(
    "number.return", label=_("{count} unused numbers of {title} came back: {reason}"), says={"reason": _why}
)
VOIDED = ledger.entry_kind("number.void", label=_("Number {number} was declared void: {reason}"))
USABLE = (NumberRow.State.RESERVED, NumberRow.State.RETURNED)


class NumberForeign(ValueError):
    """The number is not one that this person (or this desk) may use: unknown, somebody else's, or used already."""


def _advance(kind: str, organ: str, year: int, by: int) -> int:
    """Move the series on and return its new last number; its row stays locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO papers_series (kind, organ, year, last) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (kind, organ, year) DO UPDATE SET last = papers_series.last + excluded.last RETURNING last",
            [kind, organ, year, by],
        )
        return cursor.fetchone()[0]


def _take(kind: str, area: str, year: int, count: int, actor: Actor, device: Device | None) -> list[NumberRow]:
    organ, style = stack().organ(area), stack().number_format(kind)
    now = when.now()
    with transaction.atomic():
        last = _advance(kind, organ.code, year, count)
        return NumberRow.objects.bulk_create(
            NumberRow(
                kind=kind,
                organ=organ.code,
                year=year,
                n=n,
                number=style.format(organ=organ, year=year, n=n),
                code=new_code(),
                device=device,
                taken_at=now,
                taken_by=actor.label,
                changed_at=now,
                changed_by=actor.label,
            )
            for n in range(last - count + 1, last + 1)
        )


def _who(actor: Actor | None) -> Actor:
    return actor or current_actor() or SYSTEM


def take(kind: str, area: str, year: int | None = None, *, actor: Actor | None = None) -> NumberRow:
    """The next number of `kind` for the office that issues papers in `area`; rolled back with its transaction.

    Raises LookupError when the pack has no format for the kind or no office for the area.
    """
    return _take(kind, area, year or calendar.today().year, 1, _who(actor), None)[0]


def reserve_block(
    device: Device, kind: str, area: str, n: int, *, year: int | None = None, actor: Actor | None = None
) -> list[NumberRow]:
    """Reserve the next `n` numbers for a phone, with their verification codes."""
    actor = _who(actor)
    rows = _take(kind, area, year or calendar.today().year, n, actor, device)
    title = stack().number_format(kind).title
    span = {"first": rows[0].number, "last": rows[-1].number}
    _tell(RESERVED.code, rows[0], actor, title=title, device=str(device.uid), **span)
    return rows


def _tell(kind: str, row: NumberRow, actor: Actor, **data: object) -> None:
    """Write to the series' own chain. It belongs to the office that issues, which may lie above the actor's own."""
    with scoped(SYSTEM):
        ledger.record(
            kind, actor=actor, subject=f"numbers:{row.kind}:{row.organ}:{row.year}", area=row.organ, data=dict(data)
        )


def top_up(
    device: Device, kind: str, area: str, upto: int, *, actor: Actor | None = None, beside: Collection[str] = ()
) -> list[NumberRow]:
    """What the phone may use now: its reserved numbers of this year and office, filled up to `upto`.

    Numbers of another year or office that it still holds go back, save those of the organs `beside` (its officer has
    posts in two). Two pulls at once don't fill up twice.
    """
    year, organ = calendar.today().year, stack().organ(area).code
    with transaction.atomic():
        Device.objects.select_for_update(of=("self",), no_key=True).get(pk=device.pk)
        held = list(
            NumberRow.objects.filter(device=device, kind=kind, state=NumberRow.State.RESERVED).order_by("year", "n")
        )
        old = [row for row in held if row.year != year or row.organ not in {organ, *beside}]
        if old:
            _return(old, "", _who(actor), "elsewhere")
        held = [row for row in held if (row.year, row.organ) == (year, organ)]
        if len(held) < upto:
            held += reserve_block(device, kind, area, upto - len(held), year=year, actor=actor)
        return held


def release(device: Device, reason: str = "", *, actor: Actor | None = None, why: str = "", name: str = "") -> int:
    """Take back what the phone holds and has not used (it was revoked, lost, handed on). Returns how many.

    `why` is a code of `WHY`, where the reason is nobody's own words; `name` to whom they were handed over.

    They are not given out again, since the phone may have written them on paper; its own late records may use them.
    """
    with transaction.atomic():
        rows = list(NumberRow.objects.select_for_update().filter(device=device, state=NumberRow.State.RESERVED))
        _return(rows, reason, _who(actor), why, name)
    return len(rows)


def _return(rows: list[NumberRow], reason: str, actor: Actor, why: str = "", name: str = "") -> None:
    told = {"why": why, **({"name": name} if name else {})} if why else {"reason": reason}
    with in_its_language():  # the register keeps it for good
        reason = _why(told)
    groups: dict[tuple[str, str, int], list[NumberRow]] = {}
    for row in rows:
        groups.setdefault((row.kind, row.organ, row.year), []).append(row)
    for some in groups.values():
        NumberRow.objects.filter(pk__in=[row.pk for row in some], state=NumberRow.State.RESERVED).update(
            state=NumberRow.State.RETURNED, changed_at=timezone.now(), changed_by=actor.label, reason=reason[:300]
        )
        title = stack().number_format(some[0].kind).title
        numbers = [row.number for row in some]
        _tell(RETURNED.code, some[0], actor, title=title, count=len(some), numbers=numbers, **told)


def void_number(row: NumberRow, reason: str, *, actor: Actor | None = None) -> None:
    """Declare an unused number void (a spoilt form). Raises ValueError without a reason or for a used number."""
    actor = _who(actor)
    if not reason.strip():
        raise ValueError("a void number needs a reason")
    with transaction.atomic():
        row = NumberRow.objects.select_for_update().get(pk=row.pk)
        if row.state not in USABLE:
            raise ValueError(f"{row.number} is {row.state}")
        mark(row, "void", actor, reason)
        _tell(VOIDED.code, row, actor, number=row.number, reason=reason)


def mark(row: NumberRow, state: str, actor: Actor, reason: str = "") -> None:
    """Set what became of a locked number: who, when, why."""
    row.state, row.reason = state, reason[:300]
    row.changed_at, row.changed_by = when.now(), actor.label
    row.save(update_fields=["state", "reason", "changed_at", "changed_by", "paper"])


def usable(kind: str, number: str, code: str | None, device_uid: str | None) -> NumberRow:
    """Lock the row of a number that somebody says he used. Raises NumberForeign unless it is his and still free.

    A number of an earlier device of the same person is his: a phone that was set up anew sends papers that were laid
    out for signing before.
    """
    rows = NumberRow.objects.select_for_update(of=("self",)).select_related("device")
    row = rows.filter(kind=kind, number=number).first()
    if row is None or row.state not in USABLE or (code is not None and code != row.code):
        raise NumberForeign(number)
    if row.device is not None and not _his(row.device, device_uid):
        raise NumberForeign(number)
    return row


def _his(reserved: Device, device_uid: str | None) -> bool:
    """Whether the phone is that of the person for whom the number was reserved."""
    return device_uid is not None and Device.objects.filter(uid=device_uid, person=reserved.person_id).exists()


@dataclass(frozen=True)
class Account:
    """A series as it must add up: the last number, how many stand in each state, and numbers missing (always none)."""

    kind: str
    organ: str
    year: int
    last: int
    counts: dict[str, int]
    missing: list[int]
    rows: list[NumberRow]

    @property
    def whole(self) -> bool:
        """Whether each number from 1 to the last is accounted for."""
        return not self.missing and sum(self.counts.values()) == self.last


def account(kind: str, area: str, year: int) -> Account:
    """Each number of a series, with what became of it (the page and the yearly report of the register)."""
    organ = stack().organ(area).code
    last = Series.objects.filter(kind=kind, organ=organ, year=year).values_list("last", flat=True).first() or 0
    rows = list(NumberRow.objects.filter(kind=kind, organ=organ, year=year).select_related("device").order_by("n"))
    have = {row.n for row in rows}
    counts = Counter(row.state for row in rows)
    return Account(kind, organ, year, last, dict(counts), [n for n in range(1, last + 1) if n not in have], rows)


def year_of(at: dt.datetime) -> int:
    """The year whose series a paper made at `at` belongs to, in the pack's zone."""
    return calendar.legal_day(at).year
