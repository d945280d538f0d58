"""What a POST tells, checked as the specification asks, and turned into the values that the exchange takes.

Only what can be seen here and now is checked: all else is the business of whoever takes it, and of the desk.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from zhijian.gateways.open311 import services
from zhijian.gateways.open311.services import Attribute, Service
from zhijian.kernel.clock import calendar
from zhijian.kernel.packs import in_its_language
from zhijian.programmes.complaints.orders import claims_in_words

LONGEST, OTHER, MANY = 10_000, 1000, 20  # characters of the description, of any other value; addresses of pictures
OWN_NUMBER = ("external_id", "attribute[external_id]", "attribute[fixmystreet_id]")
NUMBER = re.compile(r"[\w.:-]{1,80}")
NEAR = Decimal("0.01")  # degrees: about a kilometre
NEAREST = """
    SELECT coalesce((
        SELECT area FROM (
            SELECT area, (p.lat - told.lat) ^ 2 + (p.lon - told.lon) ^ 2 AS away FROM registry_premises p
            WHERE p.lat BETWEEN told.lat - %(near)s AND told.lat + %(near)s
              AND p.lon BETWEEN told.lon - %(near)s AND told.lon + %(near)s AND p.merged_into_id IS NULL LIMIT 200
        ) near ORDER BY away LIMIT 1
    ), '') FROM unnest(%(lats)s::numeric[], %(lons)s::numeric[]) WITH ORDINALITY AS told(lat, lon, n) ORDER BY n
"""


class Bad(Exception):
    """A request that is refused: the code of HTTP, and what to mend."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code, self.description = code, description


@dataclass(frozen=True)
class Told:
    """A request as it is kept. `number` is the client's own, empty where it told none."""

    service: str
    values: Mapping[str, str]
    number: str = ""
    lat: Decimal | None = None
    lon: Decimal | None = None
    urls: list[str] = field(default_factory=list)


def posted(data: QueryDict) -> Told:
    """Read a POST of a service request. Raises Bad."""
    code = said(data, "service_code")
    if not code:
        raise Bad(400, _("service_code is missing."))
    service = services.find(code)
    if service is None:
        raise Bad(404, _("There is no service with this service_code."))
    description = said(data, "description", LONGEST)
    lat, lon = _place(data)
    address = said(data, "address_string") or said(data, "address_id")
    if lat is None and not address:
        raise Bad(400, _("A place is missing: lat and long, address_string, or address_id."))
    asked = _attributes(data, service)
    if not description and not asked.get("more"):
        raise Bad(400, _("description is missing."))
    values = {
        "sort": str(service.sort),
        "category": service.name.rpartition(" · ")[2],
        "text": _text(description, asked.pop("more", ""), said(data, "email")),
        "person": _name(said(data, "first_name"), said(data, "last_name")),
        "phone": said(data, "phone"),
        "address": address or f"{lat}, {lon}",
        **asked,
    }
    number = next(filter(None, (said(data, name) for name in OWN_NUMBER)), "")
    if number and not NUMBER.fullmatch(number):
        raise Bad(400, _("Your own number may hold 80 letters, digits and . : - _ only."))
    return Told(code, _filled(values), number, lat, lon, _urls(data))


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in values.items() if text}


def said(data: QueryDict, name: str, most: int = OTHER) -> str:
    """One value, trimmed. Raises Bad for what is too long, or no text."""
    text = str(data.get(name, "")).strip()
    if "\0" in text or any("\ud800" <= one <= "\udfff" for one in text):
        raise Bad(400, _("%(name)s holds characters that no text has.") % {"name": name})
    if len(text) > most:
        raise Bad(400, _("%(name)s is longer than %(n)s characters.") % {"name": name, "n": most})
    return text


def _place(data: QueryDict) -> tuple[Decimal | None, Decimal | None]:
    told = said(data, "lat"), said(data, "long") or said(data, "lon")
    if not any(told):
        return None, None
    try:
        lat, lon = (Decimal(one) for one in told)
        if not (abs(lat) <= 90 and abs(lon) <= 180):
            raise ValueError
        return round(lat, 6), round(lon, 6)
    except (InvalidOperation, ValueError) as error:
        raise Bad(400, _("lat and long must be degrees (WGS 84), both of them.")) from error


def _attributes(data: QueryDict, service: Service) -> dict[str, str]:
    """The service's own fields, each by its type. What the service does not ask for is left out."""
    found: dict[str, str] = {}
    for one in services.attributes(service):
        name = f"attribute[{one.code}]"
        given = [text.strip() for text in (*data.getlist(name), *data.getlist(f"{name}[]")) if text.strip()]
        if sum(map(len, given)) > OTHER or any("\0" in text for text in given):
            raise Bad(400, _("%(name)s is longer than %(n)s characters.") % {"name": name, "n": OTHER})
        if not given:
            if one.required:
                raise Bad(400, _("%(name)s is required.") % {"name": name})
            continue
        found[one.code] = _typed(one, name, given)
    return found


def _typed(one: Attribute, name: str, given: list[str]) -> str:
    if one.choices:
        several = [part for text in given for part in text.split(",")] if one.datatype == "multivaluelist" else given
        keys = {key for key, _name in one.choices}
        if not set(several) <= keys or (one.datatype == "singlevaluelist" and len(several) > 1):
            raise Bad(400, _("%(name)s must be of: %(choices)s") % {"name": name, "choices": ", ".join(sorted(keys))})
        return " ".join(claims_in_words(several)) if one.code == "claim" else several[0]
    if len(given) > 1:
        raise Bad(400, _("%(name)s was told more than once.") % {"name": name})
    if one.datatype == "number" and not re.fullmatch(r"\d{1,12}(\.\d{1,2})?", given[0]):
        raise Bad(400, _("%(name)s must be a number such as 58.50.") % {"name": name})
    if one.datatype == "datetime":
        return f"{calendar.local(moment(given[0], name)):%Y-%m-%d %H:%M:%S}"
    return given[0]


def moment(text: str, name: str) -> dt.datetime:
    """A moment as ISO 8601 with its zone; without one it is the place's. Raises Bad."""
    try:
        found = parse_datetime(text.strip().replace(" ", "+") if re.search(r"T\S* \d\d:?\d\d$", text) else text.strip())
        found = found or dt.datetime.combine(dt.date.fromisoformat(text.strip()), dt.time())
        found = found if found.tzinfo is not None else found.replace(tzinfo=calendar.zone())
        if not 1900 <= found.year <= 2200:
            raise ValueError
        return found.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        told = {"name": name}
        raise Bad(400, _("%(name)s must be a moment such as 2026-03-05T14:30:00+08:00.") % told) from error


def _text(description: str, more: str, email: str) -> str:
    return "\n".join(filter(None, (description, more, f"E-mail: {email}" if email else "")))


def _name(first: str, last: str) -> str:
    """A name as it is written where it comes from: 王小明, but Zach Williams."""
    return f"{first} {last}".strip() if (first + last).isascii() else last + first


def _urls(data: QueryDict) -> list[str]:
    given = [*data.getlist("media_url"), *data.getlist("media_url[]")]
    urls = [one.strip() for text in given for one in text.split(",http") if one.strip()]
    urls = [one if one.startswith("http") else f"http{one}" for one in urls]
    if len(urls) > MANY or any(len(one) > OTHER or "\0" in one for one in urls):
        raise Bad(400, _("media_url: at most %(n)s addresses.") % {"n": MANY})
    return list(dict.fromkeys(urls))


def pulled(row: Mapping[str, Any]) -> Told:
    """What another endpoint lists of a request. Never refuses: what can't be taken is for the desk to look at."""

    def cell(name: str, most: int = OTHER) -> str:
        return str(row.get(name) if row.get(name) is not None else "").replace("\0", "").strip()[:most]

    code = cell("service_code", 40)
    service = services.find(code)
    # The public kind by default: an order of a service that we do not know is at least answered.
    values = {
        "sort": str(service.sort) if service else "enquiry",
        "category": service.name.rpartition(" · ")[2] if service else cell("service_name", 120),
        "text": cell("description", LONGEST),
        "address": cell("address"),
        "said_name": cell("said_name"),
        "received_at": cell("requested_datetime"),
    }
    at: tuple[Decimal | None, Decimal | None]
    try:
        lat, lon = Decimal(cell("lat")), Decimal(cell("long"))
        at = (round(lat, 6), round(lon, 6)) if abs(lat) <= 90 and abs(lon) <= 180 else (None, None)
    except InvalidOperation:
        at = None, None
    if not values["address"] and at[0] is not None:
        values["address"] = f"{at[0]}, {at[1]}"
    url = cell("media_url")
    return Told(code, _filled(values), cell("service_request_id", 80), at[0], at[1], [url] if url else [])


def districts(places: Sequence[tuple[Decimal, Decimal]]) -> list[str]:
    """The area of the nearest premises within a kilometre of each place; empty where the register has none there.

    Of many premises some are looked at: what is asked for is the district.
    """
    if not places:
        return []
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, {"lats": [lat for lat, _ in places], "lons": [lon for _, lon in places], "near": NEAR})
        return [area for (area,) in cursor.fetchall()]


def in_words(message: Any) -> str:
    """A sentence in the place's language, for what is kept."""
    with in_its_language():
        return str(message)
