"""People as an Excel file: out, as the list shows them; in, each row checked, the wrong ones named, the others made."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_http_methods

from zhijian.kernel.accounts import people
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Jurisdiction, Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, said
from zhijian.kernel.desk.gate import actor_in, roles
from zhijian.kernel.evidence import ledger
from zhijian.kernel.people import pages, seeing
from zhijian.kernel.registry.import_.problems import refusal
from zhijian.kernel.registry.import_.sources import Refused
from zhijian.kernel.registry.import_.xlsx import xlsx_rows
from zhijian.kernel.words import listed

ledger.entry_kind("people.imported", label=gettext_lazy("Took in {made} people from Excel; {wrong} rows were wrong"))
COLUMNS = (
    gettext_lazy("User name"), gettext_lazy("Name"), gettext_lazy("Office"), gettext_lazy("Role"),
    gettext_lazy("Certificate"), gettext_lazy("Good until"),
)  # fmt: skip
LARGEST = 2_000_000  # bytes
MOST = 2000  # rows


@dataclass(frozen=True)
class Wrong:
    """A row that was not taken in, and why."""

    number: int
    cells: list[str]
    why: str


HEADS = (
    *COLUMNS, gettext_lazy("Posts"), gettext_lazy("Phones"), gettext_lazy("Open matters"), gettext_lazy("User account")
)  # fmt: skip


def _cells(block: list[Person], _actor: Actor) -> Iterator[list[Any]]:
    """The columns that can be taken in again, and what the list shows besides."""
    day = calendar.today()
    for line in pages.lines(block):
        one = line.person
        post = next((p for p in one.posts.all() if p.holds_on(day)), None)
        yield [
            one.username, one.name, one.home_id or "", post.role if post else "", one.certificate_no,
            one.certificate_until, "; ".join(line.posts), line.phones, line.open,
            _("active") if one.is_active else _("locked"),
        ]  # fmt: skip


excel.sheet(
    "people", gettext_lazy("People"), seeing.READERS, HEADS,
    lambda actor, given: pages.searched(pages.with_counts(seeing.people_of(actor)), pages.typed_in(given)), _cells,
    told=lambda _actor, given: [(_("Name"), pages.typed_in(given))],
)  # fmt: skip


@require_http_methods(["GET", "POST"])
@roles(Role.ADMIN)
def take_in(request: HttpRequest) -> HttpResponse:
    """`/people/import/`: a workbook with the list's first six columns; a new user name makes an account."""
    context: dict[str, Any] = {"columns": COLUMNS, "roles": [(role.value, role.label) for role in Role]}
    if request.method == "GET":
        return render(request, "people/import.html", context)
    file = request.FILES.get("file")
    if file is None or file.size > LARGEST:
        problem = _("Choose an Excel file (.xlsx) of at most 2 MB. Nothing was changed.")
        return render(request, "people/import.html", context | {"problem": problem}, status=422)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.xlsx"
        path.write_bytes(file.read())
        try:
            with transaction.atomic():
                made, wrong = read(path, actor_in(request))
        except (Refused, NotTheList) as error:
            problem = refusal(error.why, error.detail) if isinstance(error, Refused) else str(error)
            return render(request, "people/import.html", context | {"problem": problem}, status=422)
    return render(request, "people/import.html", context | {"made": made, "wrong": wrong, "done": True})


class NotTheList(Exception):
    """A workbook that lacks columns of the list; says which."""


def places_of(heading: list[str]) -> list[int | None]:
    """Where each of COLUMNS stands, by its heading in any language of the house. Raises NotTheList."""
    cells = [cell.strip() for cell in heading]
    places: list[int | None] = []
    missing = []
    for column in COLUMNS:
        words = set()
        for language, _name in settings.LANGUAGES:
            with override(language):
                words.add(str(column))
        found = next((place for place, cell in enumerate(cells) if cell in words), None)
        places.append(found)
        if found is None and column not in COLUMNS[4:]:  # who signs nothing has no certificate
            missing.append(str(column))
    if missing:
        told = {"columns": listed(missing)}
        raise NotTheList(_("The first row lacks these headings: %(columns)s. Nothing was changed.") % told)
    return places


def read(path: Path, actor: Actor) -> tuple[list[Person], list[Wrong]]:
    """Make the people of the file; the rows that can't be, with the reason. Raises Refused for a damaged file and
    NotTheList for one with other headings.
    """
    made: list[Person] = []
    wrong: list[Wrong] = []
    first, places = "", None
    for row in xlsx_rows(path, []):
        first = first or row.sheet
        if row.sheet != first:  # the second sheet of our own file says what it is
            break
        if places is None:
            places = places_of(row.cells)
            continue
        cells = [row.cells[at].strip() if at is not None and at < len(row.cells) else "" for at in places]
        if not any(cells):
            continue
        if len(made) + len(wrong) >= MOST:
            wrong.append(Wrong(row.number, cells, _("The file has more than 2,000 rows; send the rest by itself.")))
            break
        try:
            with transaction.atomic(), scoped(SYSTEM):
                made.append(_make(cells, actor))
        except ValidationError as error:
            wrong.append(Wrong(row.number, cells, " ".join(error.messages)))
    data = {"made": len(made), "wrong": len(wrong)}
    ledger.record(
        "people.imported", actor=actor, subject=f"account:{actor.person_id}", area=actor.posts[0].area, data=data
    )
    return made, wrong


def _make(cells: list[str], actor: Actor) -> Person:
    """One person with his post, from six cells. Raises ValidationError with what is wrong."""
    username, name, office, role_text, number, until_text = cells
    if not username or not name:
        raise ValidationError(_("User name and name are needed."))
    if len(username) > 60 or len(name) > 60 or len(number) > 40:
        raise ValidationError(_("User name, name or certificate is too long."))
    people.check_username(username)
    people.check_name(name)
    place = Jurisdiction.objects.filter(pk=office).first() or Jurisdiction.objects.filter(name=office).first()
    if place is None:
        raise ValidationError(_("There is no office “%(office)s”.") % {"office": office})
    role = next((one for one in Role if role_text in (one.value, str(one.label))), None)
    if role is None:
        raise ValidationError(_("There is no role “%(role)s”.") % {"role": role_text})
    if not seeing.may_grant(actor, role, place.pk):
        raise ValidationError(_("You may not give this post at %(area)s.") % {"area": said.area_name(place.pk)})
    until = _day(until_text)
    if number and until is None:
        raise ValidationError(_("Name the day until which the certificate is good."))
    person = people.add(
        username, name, None, place.pk, actor=actor, certificate=number, certificate_until=until if number else None
    )
    people.give_post(person, role, place.pk, calendar.today(), actor=actor)
    return person


def _day(text: str) -> dt.date | None:
    """A day as Excel or a person writes it. Raises ValidationError for anything else."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text.split(" ")[0].split("T")[0].replace("/", "-").replace(".", "-"))
    except ValueError:
        raise ValidationError(_("“%(text)s” is no day; write 2027-03-31.") % {"text": text}) from None
