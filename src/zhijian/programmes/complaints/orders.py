"""Orders of other platforms: each becomes one matter, however often and by whichever way it comes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.clock import Rule, calendar, clocks
from zhijian.kernel.exchange import PLATFORM, Unfit
from zhijian.kernel.exchange.declared import owed
from zhijian.kernel.exchange.owing import begin
from zhijian.kernel.matters.errors import BadFacts
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.opening import Also, open_all
from zhijian.kernel.matters.perform import About, Draft, draft, perform
from zhijian.kernel.packs import in_its_language, stack
from zhijian.kernel.registry.import_.areas import AreaFinder
from zhijian.kernel.registry.import_.mapping import read_mapping
from zhijian.kernel.writing import insert_all
from zhijian.programmes.complaints import reading, rules
from zhijian.programmes.complaints.flow import KINDS, flow_for
from zhijian.programmes.complaints.models import Channel, Claim, Order, Sort

EARLY = dt.timedelta(minutes=10)  # clocks of two machines differ by so much at most
URGENCY: dict[str, Any] = {"urgent": Matter.Urgency.URGENT, "critical": Matter.Urgency.CRITICAL}


def take(channel: Channel, row: Mapping[str, str]) -> Matter:
    """The matter of an order: a new one, the one it belongs to already, or one that is to be done again. Idempotent.

    Runs in a transaction of the exchange, as the system. Raises Unfit with what to mend in the row.
    """
    platform, number = row[PLATFORM], row["key"][:80]
    known = Order.objects.select_for_update().select_related("matter").filter(platform=platform, number=number).first()
    if known is not None:
        return _once_more(known, row)
    if (other := _paired(platform, row) or _told_here(row)) is not None:
        return _kept(platform, channel, row, other)
    return _kept(platform, channel, row, _opened(channel, row))


def take_new(channel: Channel, rows: Sequence[Mapping[str, str]]) -> dict[str, Matter]:
    """The matters of those of a platform's rows that are new orders and no more, by their keys; opened together.

    What came before, what names a number that may be known here, and what cannot be taken as it stands is left to
    `take`. As there, in a transaction of the exchange and as the system.
    """
    drafts: list[tuple[Mapping[str, str], Draft, list[Also]]] = []
    for row in _plain(rows):
        with suppress(Exception):  # nothing is written yet; `take` meets it again, and says what is wrong
            new = _draft(channel, row)
            drafts.append((row, new, [Also(*one) for one in _clocks_there(channel, row, received_at(row))]))
    matters = open_all([(new, also) for _row, new, also in drafts], SYSTEM)
    found = [(row, matter) for (row, _new, _also), matter in zip(drafts, matters, strict=True)]
    insert_all([_order(row[PLATFORM], row, matter) for row, matter in found])
    return {row["key"]: matter for row, matter in found}


def _plain(rows: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Those whose number is new, and which name no number of another order, known or among them; two queries."""
    named = {row["key"]: set(_numbers_named(row)) for row in rows}
    numbers = {row["key"][:80] for row in rows}
    asked = [*numbers, *(number for some in named.values() for number in some)]
    known = set(Order.objects.filter(number__in=asked).values_list("number", flat=True)) | numbers
    taken = set(Order.objects.filter(platform__in={row[PLATFORM] for row in rows}, number__in=numbers)
                .values_list("platform", "number"))  # fmt: skip
    return [
        row for row in rows
        if (row[PLATFORM], row["key"][:80]) not in taken
        and not (named[row["key"]] & known - {row["key"][:80]})
        and not OURS.search(row.get("text", ""))
    ]  # fmt: skip


def _opened(channel: Channel, row: Mapping[str, str]) -> Matter:
    sort, about, at = _what(row)
    try:
        return perform(flow_for(sort), "arrive", SYSTEM, about=about, at=at, **told(channel, sort, row))
    except BadFacts as error:
        raise Unfit("；".join(f"{name}：{' '.join(said)}" for name, said in error.errors.items())) from error


def _draft(channel: Channel, row: Mapping[str, str]) -> Draft:
    sort, about, at = _what(row)
    return draft(flow_for(sort), "arrive", SYSTEM, about=about, at=at, **told(channel, sort, row))


def _what(row: Mapping[str, str]) -> tuple[Sort, About, dt.datetime]:
    """Of which kind the row is, about whom, and since when."""
    at = received_at(row)
    sort = Sort(row["sort"] if row.get("sort") in Sort.values else "enquiry")
    return sort, About(str(sort.label), area_of(row), urgency=URGENCY.get(row.get("urgency", ""), 0)), at


def told(channel: Channel, sort: Sort, row: Mapping[str, str]) -> dict[str, Any]:
    """The row as the step is told it."""
    numbers = reading.phones(row.get("call_back", "")) or reading.phones(row.get("phone", ""))
    happened = _moment(row.get("happened_on", ""))
    return {
        "channel": channel,
        "sort": sort,
        "person": reading.cell(row.get("person", ""))[:80],
        "phone": numbers[0] if numbers else "",
        "secret": row.get("secret") == "yes",
        "address": reading.cell(row.get("home", ""))[:300],
        "id_number": reading.cell(row.get("id_number", ""))[:40],
        "said_name": reading.cell(row.get("said_name", ""))[:200],
        "said_address": reading.cell(row.get("address", ""))[:300],
        "said_phone": reading.cell(row.get("said_phone", ""))[:60],
        "said_category": reading.cell(row.get("category", ""))[:120],
        "text": "\n".join(filter(None, (reading.words(row.get(name, "")) for name in ("title", "text")))),
        "claim": claims_of(row.get("claim", "")),
        "amount": _money(row.get("amount", "")),
        "happened_on": happened.date() if happened else None,
        "order_no": reading.cell(row.get("order_no", ""))[:80],
    }


def _claim_words() -> dict[str, str]:
    return _claims(settings.PACK)


@lru_cache(maxsize=4)
def _claims(pack: str) -> dict[str, str]:
    with in_its_language():
        return {str(code): str(label) for code, label in Claim.choices}


def claims_of(text: str) -> list[str]:
    """What is asked for, in the form's words (退款、赔偿损失); words that are none of them stay in the text alone."""
    words = _claim_words()
    found = [part for part in re.split(r"[、，,;；/\s]+", text) if part]
    return [
        code for code, label in words.items() if any(part in (code, label) or label.startswith(part) for part in found)
    ]


def claims_in_words(codes: Sequence[str]) -> list[str]:
    """The same in the words of the place, whoever exports."""
    words = _claim_words()
    return [words[code] for code in codes if code in words]


def _money(text: str) -> Decimal | None:
    try:
        amount = Decimal(reading.cell(text).removesuffix("元").replace(",", "") or "x")
    except InvalidOperation:
        return None
    return amount.quantize(Decimal("0.01")) if 0 <= amount < 10**12 else None


def _moment(text: str) -> dt.datetime | None:
    return reading.moment(text, calendar.zone())


def received_at(row: Mapping[str, str]) -> dt.datetime:
    """When the platform gave it to us, of the place's zone. Raises Unfit for a moment that is no moment or to come."""
    said = row.get("received_at", "")
    at = _moment(said)
    if at is None:
        if reading.cell(said):
            raise Unfit(_("“%(text)s” is no moment; write it as 2026-03-05 14:30.") % {"text": said[:40]})
        return timezone.now()
    if at > timezone.now() + EARLY:
        raise Unfit(_("“%(text)s” is still to come.") % {"text": said[:40]})
    return min(at, timezone.now())


@lru_cache(maxsize=4)
def _areas(pack: str) -> AreaFinder:
    rows = ((one.code, one.name, one.short or "", one.parent or "") for one in stack().areas.values())
    files = stack().files("mappings/registration.toml")  # which says how offices' names hold places
    words = read_mapping(next(iter(files.values()))).area_words if files else ((), ())
    return AreaFinder(rows, *words)


def area_of(row: Mapping[str, str]) -> str:
    """The district that the row names, whose centre routes it on; the city's where it names none."""
    city = str(stack().setting("city"))
    where = row.get("district", "").strip()
    text = " ".join(row.get(name, "") for name in ("district", "town", "address")).strip()
    find = _areas(settings.PACK).find
    return centre_of((where and find(where)) or (text and find(text)) or "") or city


def centre_of(code: str) -> str:
    """The district whose centre routes what happened in an area; empty for none."""
    while code and (area := stack().areas[code]).level != "district" and area.parent:
        code = area.parent
    return code


def _paired(platform: str, row: Mapping[str, str]) -> Matter | None:
    """The matter that another platform gave us already, where this row names its number there."""
    numbers = _numbers_named(row)
    rows = Order.objects.select_related("matter").filter(number__in=numbers).exclude(platform=platform)
    found = {one.matter_id: one.matter for one in rows[:3]}
    return next(iter(found.values())) if len(found) == 1 else None


def _numbers_named(row: Mapping[str, str]) -> list[str]:
    """What may be the number of the same matter elsewhere."""
    named = [reading.cell(row.get("paired", "")), *reading.candidates(row.get("text", ""))]
    return [number for number in named if number]


OURS = re.compile(r"[^\s，。（()）：:]{1,12}〔\d{4}〕\d+号|\b[A-Z]{2,6}-\d{4}-\d+\b")


def _told_here(row: Mapping[str, str]) -> Matter | None:
    """What was told on our own pages first and handed over: the text that we made ready names our number.

    It is received now that it comes by a lawful way (Order 121 art. 8).
    """
    numbers = OURS.findall(row.get("text", ""))[:10]
    rows = (
        Matter.objects.select_for_update(of=("self",))
        .filter(number__in=numbers, kind__in=KINDS)
        .exclude(item__follow_mark="")
    )
    found = list(rows[:2])
    if len(found) != 1:
        return None
    waits = found[0].state in ("told", "not_taken")
    return perform(found[0], "take_in", SYSTEM, at=received_at(row)) if waits else found[0]


def _kept(platform: str, channel: Channel, row: Mapping[str, str], matter: Matter) -> Matter:
    """Keep the outer number, and let the platform's own clocks run beside those of the law."""
    order = _order(platform, row, matter)
    order.save(force_insert=True)
    if matter.closed is None:
        for rule, at, until in _clocks_there(channel, row, order.received):
            clocks.start(matter, rule, at, until=until)
    owe_answer(matter)
    return matter


def _order(platform: str, row: Mapping[str, str], matter: Matter) -> Order:
    return Order(
        platform=platform,
        number=row["key"][:80],
        matter=matter,
        area=matter.area,
        urgency=row.get("urgency", "")[:20],
        received=received_at(row),
        due_there=_due_there(row),
        demands=_count(row),
    )


def _due_there(row: Mapping[str, str]) -> dt.date | None:
    until = _moment(row.get("due", ""))
    return until.date() if until else None


def _clocks_there(
    channel: Channel, row: Mapping[str, str], received: dt.datetime
) -> list[tuple[Rule, dt.datetime, dt.date | None]]:
    """The hotline's own clocks: from its giving on, the first up to a day that it sets."""
    if channel != Channel.HOTLINE:
        return []
    return [(rules.HOTLINE_REPLY, received, _due_there(row)), (rules.HOTLINE_RETURN, received, None)]


def owe_answer(matter: Matter) -> None:
    """A number that comes when all is answered already: under it, too, the answer is owed."""
    if matter.state == "answered":
        begin(owed()["complaint_answer"], matter, when.now())


def _count(row: Mapping[str, str]) -> int:
    text = reading.cell(row.get("demands", ""))
    return min(int(text), 1000) if text.isdecimal() else 0


def _once_more(order: Order, row: Mapping[str, str]) -> Matter:
    """The row changed on the other side: wanted again there, what was answered is done again here."""
    matter, wanted = order.matter, _count(row)
    if wanted > order.demands and matter.state in ("answered", "returned"):
        reason = reading.cell(row.get("demand_reason", ""))[:200] or _("The platform wants it done again.")
        matter = perform(matter, "reopen", SYSTEM, reason=reason)
    order.demands, order.due_there = max(wanted, order.demands), _due_there(row) or order.due_there
    order.save(update_fields=["demands", "due_there"])
    return matter
