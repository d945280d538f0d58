"""Which services there are: the kinds of items of the law, and below them the categories of the place's pack.

The kind decides the clocks, so it stands in the service. `attributes` are what the forms of Order 121 ask for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from zhijian.kernel.clock import calendar
from zhijian.kernel.packs import in_its_language
from zhijian.programmes.complaints.models import Claim, Sort
from zhijian.programmes.complaints.understanding import catalogue

LISTS: dict[Sort, str] = {Sort("complaint"): "complaint_problem", Sort("report"): "report_problem"}


@dataclass(frozen=True)
class Service:
    """One service: its code, its name in the place's language, the kind of item that it makes."""

    code: str
    name: str
    sort: Sort
    description: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True)
class Attribute:
    """A field of a service, under the name by which the exchange takes it; `choices` are (key, name)."""

    code: str
    datatype: str
    required: bool
    words: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()


def services() -> Mapping[str, Service]:
    """Every service by its code, of the day, in the words of the place."""
    return _services(settings.PACK, calendar.today())


@lru_cache(maxsize=4)
def _services(pack: str, day: dt.date) -> Mapping[str, Service]:
    with in_its_language():
        sorts = [Sort(code) for code in Sort.values]
        found = {str(one): Service(str(one), str(one.label), one, str(one.label)) for one in sorts}
        for sort, of in LISTS.items():
            rows = catalogue.current().listed(of, day=day)
            for row in rows:
                name = f"{sort.label} · {row.label}"
                found[row.code] = Service(row.code, name, sort, name, row.words[:8])
            if rows:
                del found[str(sort)]  # its categories stand for it
    return found


def find(code: str) -> Service | None:
    """A service by its code."""
    return services().get(code)


def attributes(service: Service) -> Sequence[Attribute]:
    """What is asked beside the description, in order. Who is meant must be told: without it nothing can be begun."""
    return _attributes(settings.PACK, service.sort)


@lru_cache(maxsize=16)
def _attributes(pack: str, sort: Sort) -> Sequence[Attribute]:
    with in_its_language():
        dispute, clue = sort == Sort.COMPLAINT, sort == Sort.REPORT
        asked = [
            Attribute("said_name", "string", dispute or clue, _("Enterprise, as it was told"), _("Name on the sign")),
            Attribute("said_phone", "string", False, _("Its telephone, as it was told")),
            Attribute("happened_on", "datetime", False, _("When it happened")),
        ]
        if dispute:
            claims = tuple((str(code), str(label)) for code, label in Claim.choices)
            asked += [
                Attribute("claim", "multivaluelist", False, _("What is asked for"), choices=claims),
                Attribute("amount", "number", False, _("Amount in dispute")),
                Attribute("order_no", "string", False, _("Number of the purchase")),
            ]
        yes = (("no", _("No")), ("yes", _("Yes")))
        asked += [
            Attribute("secret", "singlevaluelist", False, _("The identity is to be kept secret"), choices=yes),
            Attribute("more", "text", False, _("What else is to be known")),
        ]
        return asked


def listed(service: Service) -> Mapping[str, Any]:
    """A service as the list shows it. `batch`: what is posted is answered by a token."""
    with in_its_language():
        return {
            "service_code": service.code,
            "service_name": service.name,
            "description": service.description,
            "metadata": True,
            "type": "batch",
            "keywords": ", ".join(service.keywords),
            "group": str(service.sort.label),
        }


def defined(service: Service) -> Mapping[str, Any]:
    """A service with its attributes."""
    rows = []
    for n, one in enumerate(attributes(service), 1):
        row: dict[str, Any] = {
            "variable": True,
            "code": one.code,
            "datatype": one.datatype,
            "required": one.required,
            "datatype_description": one.hint,
            "order": n,
            "description": one.words,
        }
        if one.choices:
            row["values"] = [{"key": key, "name": name} for key, name in one.choices]
        rows.append(row)
    return {"service_code": service.code, "attributes": rows}
