"""What comes by this door: kept and answered at once, then taken by a job along the road of the exchange's sheets.

The same number, or without one the same content within a day, is the same request. A row that can't be taken stays,
with what to mend, until somebody of the desk has mended it.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.gateways.open311 import jobs, media, reading
from zhijian.gateways.open311.models import Media, Request, Update
from zhijian.gateways.open311.reading import Bad, Told
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import Blob
from zhijian.kernel.exchange import Unfit, arriving
from zhijian.kernel.exchange.tables import Table, platforms
from zhijian.kernel.packs import in_its_language, stack
from zhijian.programmes.complaints import traces
from zhijian.programmes.complaints.exchange import HOTLINE_ORDER, PLATFORM_ORDER

log = logging.getLogger(__name__)
SAME = dt.timedelta(days=1)  # the same content without a number of its own, again within that: the client tried again
RECORDS = (HOTLINE_ORDER.record, PLATFORM_ORDER.record)
AT_ONCE, FEW = 200, 20  # requests in one transaction of the job: those that are taken together, and one by one
QUIET = 1.0  # seconds that the job goes on looking: a request whose transaction ends just now has queued no other
QUEUED = "open311.take"
_woken = [-QUIET]  # when this process last made sure that the job waits, and what it wrote was committed


def table_of(platform: str) -> Table | None:
    """The table by which a platform's orders are taken; None for one that gives none."""
    known = platforms().get(platform)
    tables = known.tables.values() if known is not None else ()
    return next((one for one in tables if not one.owing and one.record in RECORDS), None)


def givers() -> list[str]:
    """The platforms that may have a key."""
    return [code for code in platforms() if table_of(code) is not None]


def keep(platform: str, told: Told, pictures: Sequence[Blob] = ()) -> Request:
    """Keep a request and queue its taking; or the one that it is already.

    What comes without pictures is one statement, its own transaction where no other is open.
    Raises Bad for a number that came before with other content.
    """
    now = timezone.now()
    body = json.dumps(told.values, ensure_ascii=False, sort_keys=True)
    mark = _mark(platform, told, body, pictures)
    made = Request(
        platform=platform, number=told.number or f"R{mark[:20]}".upper(), service=told.service, mark=mark, body=body,
        lat=told.lat, lon=told.lon, received=now, changed=now,
    )  # fmt: skip
    with transaction.atomic() if told.urls or pictures else nullcontext():
        if not _written(made) and (known := _before(made, told)) is not None:
            return known
        rows = [Media(request=made, url=url) for url in told.urls]
        Media.objects.bulk_create([*rows, *(Media(request=made, blob=one) for one in pictures)])
    wake()
    return made


@transaction.atomic
def _before(made: Request, told: Told) -> Request | None:
    """The request that it is already. None for what is said once more, days later: it is written by another number.

    Raises Bad for a number that came before with other content.
    """
    known = Request.objects.get(platform=made.platform, number=made.number)
    if told.number and known.mark != made.mark:
        raise Bad(400, _("This number came before, with other content. Send what is new as an update."))
    if told.number or known.received > made.received - SAME:
        return known
    if (known := _known(made.platform, "", made.mark, made.received)) is not None:
        return known
    made.number = f"R{made.uid.hex[:12]}{made.uid.hex[-8:]}".upper()
    made.save(force_insert=True)
    return None


def _written(made: Request) -> bool:
    """Write it, unless its number is there; whoever comes second with a number waits here for the first.

    One statement, in which content without a number of its own takes part: its number is made of what it says.
    """
    fields = [field for field in Request._meta.concrete_fields if not field.primary_key]
    names, places = ", ".join(f'"{field.column}"' for field in fields), ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{Request._meta.db_table}" ({names}) VALUES ({places}) '
            "ON CONFLICT (platform, number) DO NOTHING RETURNING id",
            [field.get_db_prep_save(field.value_from_object(made), connection) for field in fields],
        )
        row = cursor.fetchone()
    made.pk, made._state.adding = (row[0], False) if row is not None else (None, True)
    return row is not None


def pulled(platform: str, told: Told) -> bool:
    """Keep what an endpoint lists; True where it is new. What changed there is heard as an addition to the order."""
    before = _known(platform, told.number, "", timezone.now())
    if before is None:
        keep(platform, told)
        return True
    values = json.dumps(told.values, ensure_ascii=False, sort_keys=True)
    if str(before.body) == values or before.mark == _mark(platform, told, values):
        return False
    if before.state == Request.State.TAKEN:
        code = blind_index(values, f"open311 {platform} {told.number}")
        about = {"request": before, "status": "changed", "text": told.values.get("text", ""), "at": timezone.now()}
        Update.objects.get_or_create(platform=platform, ours=False, code=code, defaults=about)
    else:  # not taken yet, or it could not be: what it says now may do
        before.body = values  # type: ignore[assignment]
        before.mark, before.state = _mark(platform, told, values), Request.State.WAITING
        before.service, before.lat, before.lon = told.service, told.lat, told.lon
        before.save()
    wake()
    return False


def _mark(platform: str, told: Told, body: str, pictures: Sequence[Blob] = ()) -> str:
    sent = [
        body,
        told.number,
        told.service,
        str(told.lat),
        str(told.lon),
        *told.urls,
        *(one.sha256 for one in pictures),
    ]
    return blind_index("\x1f".join(sent), f"open311 {platform}")


def _known(platform: str, number: str, mark: str, now: dt.datetime) -> Request | None:
    """The request that this one is. Two tries at once wait for each other: otherwise neither would see the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 311))", [f"{platform} {number or mark}"])
    rows = Request.objects.filter(platform=platform)
    rows = rows.filter(number=number) if number else rows.filter(mark=mark, received__gt=now - SAME)
    return rows.first()


def wake() -> None:
    """Queue the job, unless it waits already: asked first, since a refused row costs more than a question.

    Not even asked for what comes right behind another: the job that this process queued then goes on looking for QUIET
    seconds at the least. What is missed all the same is taken within a minute, when the job runs by the clock.
    """
    if time.monotonic() - _woken[0] < QUIET / 2:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo' LIMIT 1", [QUEUED]
        )
        waits = cursor.fetchone() is not None
    if not waits:
        jobs.take.later(job_once=QUEUED)
    transaction.on_commit(_awake)


def _awake() -> None:
    _woken[0] = time.monotonic()


def take_waiting(quiet: float = QUIET) -> int:
    """Take what waits, some at a time, until nothing came for a while. Returns how many."""
    done, since = 0, time.monotonic()
    while True:
        n = _take_some()
        done += n
        if n:
            _understand()
            since = time.monotonic()
        elif time.monotonic() - since >= quiet:
            return done
        else:
            time.sleep(min(0.1, quiet))


def _understand() -> None:
    """Link and classify what was taken, here and now: its own job would wait behind this one, which goes on long."""
    try:
        traces.make_all()
    except Exception:  # the orders are there; the job that is queued with them tries again, and is seen where it fails
        log.exception("what was taken could not be linked and classified yet")


def _take_some() -> int:
    """What is new and usual at once; then the rest, some at a time, each by itself."""
    done, left = _take_together()
    for begin in range(0, len(left), FEW):
        with scoped(SYSTEM):
            for one in _waiting().filter(pk__in=left[begin : begin + FEW]):
                take(one)
                done += 1
    return done


def _waiting() -> QuerySet[Request]:
    """What waits and nobody else is taking, locked, the oldest first."""
    rows = Request.objects.select_for_update(skip_locked=True, of=("self",))
    return rows.filter(state=Request.State.WAITING).order_by("pk")


def _take_together() -> tuple[int, list[int]]:
    """One transaction, all of it or nothing: how many were taken, and which of those that were looked at were not."""
    with scoped(SYSTEM):
        some = list(_waiting()[:AT_ONCE])
        pictured = set(Media.objects.filter(request__in=some).values_list("request", flat=True))
        plain = [one for one in some if one.pk not in pictured]
        taken = [one for platform in {one.platform for one in plain} for one in _ordered_together(platform, plain)]
        _save_taken(taken)
        left = {one.pk for one in some} - {one.pk for one in taken}
        return len(taken), sorted(left)


def _ordered_together(platform: str, some: Sequence[Request]) -> list[Request]:
    """Those of a platform's requests that were given to the exchange's road at once, each with its matter."""
    table, mine = table_of(platform), {one.number: one for one in some if one.platform == platform}
    if table is None:
        return []
    with in_its_language():
        found = arriving.together(table, _rows(list(mine.values())), SYSTEM)
    for number, matter in found.items():
        mine[number].matter = matter
    return [mine[number] for number in found]


def _save_taken(taken: Sequence[Request]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{Request._meta.db_table}" AS r SET state = %s, why = %s, changed = %s, matter_id = t.matter '
            "FROM unnest(%s::bigint[], %s::bigint[]) AS t(request, matter) WHERE r.id = t.request",
            [Request.State.TAKEN, "", timezone.now(), [one.pk for one in taken], [one.matter_id for one in taken]],
        )


def take(one: Request) -> None:
    """One request becomes an order, or stays with what is wrong. In a scope of the system, with its row locked."""
    try:
        with transaction.atomic(), in_its_language():
            one.matter = ordered(one)
            one.state, one.why = Request.State.TAKEN, ""
    except Unfit as error:
        one.state, one.why = Request.State.UNFIT, str(error)[:300]
    except Exception as error:
        log.exception("request %s could not be taken", one.uid)
        one.state = Request.State.UNFIT
        one.why = reading.in_words(gettext_lazy("An error of ours: ")) + type(error).__name__
    one.changed = timezone.now()
    one.save(update_fields=["state", "why", "matter", "changed"])
    if one.matter is not None:
        media.came(one)


def ordered(one: Request, **more: str) -> Any:
    """Give the row to the exchange's road. Returns its matter. Raises Unfit."""
    table = table_of(one.platform)
    if table is None:
        raise Unfit(_("The pack has no table of orders of this platform any more."))
    values = {**_rows([one])[one.number], **more}
    arriving.take_row(table, one.number, values, str(stack().setting("city", "")), SYSTEM)
    return matter_of(one)


def _rows(some: Sequence[Request]) -> dict[str, dict[str, str]]:
    """What the exchange is told of requests of one platform, by their numbers; of a place only, with its district."""
    rows = {one.number: values_of(one) for one in some}
    placed = [(one.number, one.lat, one.lon) for one in some if one.lat is not None and one.lon is not None]
    placed = [one for one in placed if "district" not in rows[one[0]]]
    found = reading.districts([(lat, lon) for _number, lat, lon in placed])
    for (number, _lat, _lon), code in zip(placed, found, strict=True):
        area = stack().areas.get(code[:6])
        rows[number]["district"] = area.name if area is not None else ""
    return rows


def matter_of(one: Request) -> Any:
    """The matter of the request's number."""
    from zhijian.programmes.complaints.models import Order

    return Order.objects.select_related("matter").get(platform=one.platform, number=one.number).matter


def values_of(one: Request) -> dict[str, str]:
    """What the exchange is told: what came, and when it came where the other side did not say."""
    values: dict[str, str] = json.loads(str(one.body))
    said = values.get("received_at", "")
    try:
        at = calendar.local(reading.moment(said, "received_at") if said else one.received)
        return {**values, "received_at": f"{at:%Y-%m-%d %H:%M:%S}"}
    except Bad:
        return values


def unfit() -> Any:
    """Requests that could not be taken, the oldest first."""
    return Request.objects.filter(state=Request.State.UNFIT).order_by("pk")


def mend(one: Request, sort: str, received_at: str) -> None:
    """Somebody of the desk says what kind it is and when it came; it is taken again at once."""
    values: dict[str, str] = json.loads(str(one.body))
    values["sort"] = sort
    values["received_at"] = received_at
    one.body = json.dumps(values, ensure_ascii=False, sort_keys=True)  # type: ignore[assignment]
    one.save(update_fields=["body"])
    take(one)
