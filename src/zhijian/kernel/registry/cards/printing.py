"""From keys of places to one PDF of cards by Typst, telling how far it is; and the list of the same as Excel."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from pypdf import PdfReader, PdfWriter

from zhijian.kernel.accounts.actor import SYSTEM, Actor, actor_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import said
from zhijian.kernel.evidence import ledger
from zhijian.kernel.jobs import every, job
from zhijian.kernel.packs import stack
from zhijian.kernel.papers import fonts
from zhijian.kernel.papers.render import ROOT, legible
from zhijian.kernel.registry.cards.streets import street_of
from zhijian.kernel.registry.door import shown_door_code
from zhijian.kernel.registry.models import Card, CardRun, Premises

GRIDS = {12: (3, 4), 8: (2, 4)}  # cards of a page: columns, rows
AT_ONCE = 24  # so many are made while one waits: well below two seconds
PAGES = 25  # pages that Typst makes at a time, between two signs of progress
KEPT_DAYS = 14
NAME, ADDRESS = 30, 46  # characters that a card has room for
TEMPLATE = Path(__file__).with_name("cards.typ")
PRINTED = ledger.entry_kind("registry.cards_printed", label=gettext_lazy("{n} cards for doors were made for {area}"))


@job("registry.print_cards", title=gettext_lazy("Make cards for doors to be printed"), transaction=False, tries=2)
def make(run: int) -> None:
    """Make the PDF of a run, telling how far it is."""
    with scoped(SYSTEM):
        row = CardRun.objects.select_related("person").get(pk=run)
    if row.state == CardRun.State.DONE:
        return
    try:
        _make(row)
    except Exception:
        with scoped(SYSTEM):
            CardRun.objects.filter(pk=run).update(state=CardRun.State.FAILED)
        raise


def _make(row: CardRun) -> None:
    writer, step = PdfWriter(), row.per_page * PAGES
    made: list[tuple[int, str]] = []
    for start in range(0, len(row.places), step):
        with scoped(SYSTEM):
            places = _places(row.places[start : start + step])
            data = _compiled(row, places, start)
            made += [(place.pk, place.door_code) for place in places]
            CardRun.objects.filter(pk=row.pk).update(done=len(made))
        writer.append(PdfReader(io.BytesIO(data)), import_outline=False)
    out = io.BytesIO()
    writer.write(out)
    with scoped(SYSTEM):
        path = default_storage.save(f"cards/{row.uid}.pdf", ContentFile(out.getvalue()))
        _note(row, made, len(writer.pages), path)


def _note(row: CardRun, made: list[tuple[int, str]], pages: int, path: str) -> None:
    """Which codes were printed, when and by whom; in the run, beside each place, and in the ledger."""
    at = timezone.now()
    told = {"run": row, "at": at, "by_name": row.by_name}
    cards = [Card(premises_id=pk, code=code, n=n, **told) for n, (pk, code) in enumerate(made, 1)]
    Card.objects.bulk_create(cards, batch_size=2_000)
    CardRun.objects.filter(pk=row.pk).update(state=CardRun.State.DONE, path=path, pages=pages)
    ledger.record(
        PRINTED.code,
        actor=actor_of(row.person),
        subject=f"account:{row.person_id}",
        area=row.area,
        data={"n": len(made), "area": said.area_name(row.area), "run": str(row.uid)},
    )


def _places(keys: Sequence[int]) -> list[Premises]:
    """The places of those keys in the same order; the door of a merged one is its own still."""
    rows = Premises.objects.select_related("entity").defer("grams", "extra", "entity__grams", "entity__extra")
    found = rows.in_bulk(keys)
    return [found[key] for key in keys if key in found]


def _short(text: str, most: int) -> str:
    shown = legible(text)
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def door_qr(address: str) -> str:
    """The code of a door as SVG: a quarter of it may be scratched away (error correction Q)."""
    out = io.BytesIO()
    segno.make(address, error="q", micro=False).save(out, kind="svg", border=2, omitsize=True, xmldecl=False, nl=False)
    return out.getvalue().decode()


def _compiled(run: CardRun, places: Sequence[Premises], before: int) -> bytes:
    columns, rows = GRIDS[run.per_page]
    language = stack().language
    with override(language):
        told: dict[str, Any] = {
            "title": _("Cards for doors: %(area)s") % {"area": said.area_name(run.area)},
            "made": calendar.local(run.at).strftime("%Y-%m-%d %H:%M"),
            "scan": _("Scan: last published result and licence"),
            "mark": _("Practice") if settings.TRAINING else "",
            "columns": columns,
            "rows": rows,
            "before": before // run.per_page,
            "pages": str(-(-len(run.places) // run.per_page)),
            "paper": stack().setting("paper", "a4"),
            "lang": "zh" if language.startswith("zh") else "en",
            "fonts": fonts.families(),
            "cards": [
                {
                    "n": str(n),
                    "name": _short(place.name, NAME),
                    "address": _short(place.address, ADDRESS),
                    "office": legible(said.area_name(place.area)),
                    "code": shown_door_code(place.door_code),
                    "qr": door_qr(f"{run.origin}/d/{place.door_code}/"),
                }
                for n, place in enumerate(places, before + 1)
            ],
        }
    return typst.compile(
        str(TEMPLATE),
        root=str(ROOT),
        font_paths=fonts.loaded(),
        ignore_system_fonts=True,
        sys_inputs={"told": json.dumps(told, ensure_ascii=False)},
    )


HEADING = (
    gettext_lazy("No."), gettext_lazy("Page"), gettext_lazy("Street"), gettext_lazy("Premises"),
    gettext_lazy("Enterprise"), gettext_lazy("Address"), gettext_lazy("Office"), gettext_lazy("Code on the door"),
    gettext_lazy("Business phone"), gettext_lazy("Handed out on"), gettext_lazy("Received by"),
)  # fmt: skip
WIDTHS = (6, 6, 18, 32, 32, 40, 14, 14, 16, 14, 14)


def listed(run: CardRun, actor: Actor) -> Iterator[list[Any]]:
    """The cards of a run in their order, with columns to note who got them. Reads a part at a time."""
    step = 1_000
    for start in range(0, len(run.places), step):
        with scoped(actor):
            places = _places(run.places[start : start + step])
            keys = [place.pk for place in places]
            printed = dict(run.cards.filter(premises__in=keys).values_list("premises_id", "code"))  # type: ignore[attr-defined]
        for n, place in enumerate(places, start + 1):
            street, _number = street_of(place.address)
            code = printed.get(place.pk, place.door_code)
            yield [
                n, (n - 1) // run.per_page + 1, street, place.name, place.entity.name, place.address,
                said.area_name(place.area), shown_door_code(code), place.phone or place.entity.phone, None, None,
            ]  # fmt: skip


@every("20 3 * * *")
@job("registry.sweep_cards", title=gettext_lazy("Drop files of cards printed some weeks ago"), tries=1)
def sweep() -> int:
    """Delete the files of runs made some time ago; what was printed stays noted. Returns how many."""
    old = CardRun.objects.filter(at__lt=timezone.now() - dt.timedelta(days=KEPT_DAYS)).exclude(path="")
    for path in old.values_list("path", flat=True):
        default_storage.delete(path)
    return old.update(path="")
