"""The desk of draws: the list, what the fields offer, the places with their pairs, and both sheets of Excel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, forms
from zhijian.kernel.desk.columns import Cell, Column
from zhijian.kernel.desk.lists import MatterList, Panel
from zhijian.kernel.desk.said import area_name
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.cards.choosing import trades
from zhijian.programmes.inspection import classes, publishing, rules
from zhijian.programmes.inspection.draw import acts, lot
from zhijian.programmes.inspection.draw.flow import VISIT_DRAW
from zhijian.programmes.inspection.draw.models import Draw, DrawnPlace, DrawPool
from zhijian.programmes.inspection.fair.setting import grades

# An inspector is not told beforehand with whom he goes where: he reads it on his phone once it is confirmed.
READERS = frozenset({Role.HEAD, Role.SECTION, Role.CLERK, Role.AUDITOR, Role.LEADER})


def _trades(asked: forms.Asked) -> forms.Options:
    return list(trades().items())


def _grades(asked: forms.Asked) -> forms.Options:
    return [(one, one) for one in grades(calendar.today())]


def _shares(asked: forms.Asked) -> str:
    """How many of each grade the rule takes."""
    row = rules.RANDOM_SHARE.maybe(calendar.today())
    if row is None:
        return _t("No visits of this kind are made here.")
    return said_shares(row.given) + (f" ({_t('not verified')})" if row.unverified else "")


def said_shares(shares: dict[str, int]) -> str:
    """The shares in words."""
    named = ((_t("without a grade") if one == lot.UNGRADED else one, n) for one, n in shares.items())
    return _t("Share of each grade: %(shares)s") % {"shares": " · ".join(f"{name} {n} %" for name, n in named)}


def _rows_of(asked: forms.Asked) -> QuerySet[DrawnPlace]:
    rows = DrawnPlace.objects.filter(draw=asked.matter.pk) if asked.matter else DrawnPlace.objects.none()
    return rows.select_related("premises", "first", "second").order_by("order")


def _places(asked: forms.Asked) -> forms.Options:
    return [(str(one.order), f"{one.order} · {one.premises.name}") for one in _rows_of(asked)]


def _officers(asked: forms.Asked) -> forms.Options:
    people = {who.pk: who.name for one in _rows_of(asked) for who in (one.first, one.second)}
    return [(str(pk), name) for pk, name in sorted(people.items(), key=lambda one: one[1])]


forms.choices("draw_trade", _trades)
forms.choices("draw_grade", _grades, _shares)
forms.choices("drawn_place", _places)
forms.choices("drawn_officer", _officers)


def draw_panel(matter: Matter, record: Draw, actor: Actor) -> dict[str, Any]:
    """The places by their lots with pair and day, from what they were drawn, and whether it can be done over."""
    rows = DrawnPlace.objects.filter(draw=record.pk).defer("premises__grams", "premises__entity__grams")
    rows = rows.select_related("premises__entity", "first", "second", "visit__inspection")
    found = list(rows.order_by("order"))
    said = _results(found)
    return {
        "draw": record, "rows": [(one, area_name(one.area), said.get(one.visit_id)) for one in found],
        "shares": said_shares(record.shares), "trade": trades().get(record.trade, record.trade),
        "same": acts.recompute(record),
    }  # fmt: skip


def _results(places: list[DrawnPlace]) -> dict[int | None, tuple[str, Any]]:
    """By visit: the class of its result, and since when it is public."""
    owed = publishing.of_visits(one.visit_id for one in places)
    return {pk: (classes.name(one.drawn), one.published_on) for pk, one in owed.items()}


CHOSEN = Column(
    "chosen", _("Places drawn"), ("draw__chosen_n", "draw__objects_n"),
    lambda m: Cell(f"{m.draw.chosen_n} / {m.draw.objects_n}"), lambda m: m.draw.chosen_n,
)  # fmt: skip
SEED = Column("seed", _("Seed"), ("draw__seed",), lambda m: Cell(m.draw.seed), lambda m: m.draw.seed)
DIGEST = Column("digest", _("Pool digest"), ("draw__digest",), lambda m: Cell(m.draw.digest), lambda m: m.draw.digest)


class VisitDraws(MatterList):
    flow = VISIT_DRAW
    columns = ["title", CHOSEN, "area", "state", "opened"]
    exported = [SEED, DIGEST]
    filters = ["q", "state", "area", "period"]
    panels = [Panel("inspection/desk/draw.html", draw_panel)]
    opens = {"draw": acts.open_draw}
    roles = READERS
    rank = 15
    empty = _("Draws of places and officers for double-random checks appear here when somebody draws.")


# Excel: what was drawn, and the whole pool with its lots, so that anyone can do it over.


def _draw(given: QueryDict) -> str:
    uid = given.get("draw", "")
    return uid if forms.is_uid(uid) else "00000000-0000-0000-0000-000000000000"


def _drawn_rows(actor: Actor, given: QueryDict) -> QuerySet[DrawnPlace]:
    rows = DrawnPlace.objects.filter(area_filter(actor), draw__matter__uid=_draw(given))
    rows = rows.select_related("premises__entity", "first", "second", "visit")
    return rows.defer("premises__grams", "premises__entity__grams").order_by("order")


def _drawn_cells(block: list[DrawnPlace], _actor: Actor) -> Iterator[list[Any]]:
    said = _results(block)
    for one in block:
        place = one.premises
        found, published = said.get(one.visit_id, ("", None))
        yield [one.order, place.entity.code, place.entity.name, place.name, place.address, area_name(one.area),
               one.grade, one.day, one.first.name, one.first.certificate_no, one.second.name,
               one.second.certificate_no, one.visit.number if one.visit else "", one.trouble, found,
               published]  # fmt: skip


excel.sheet(
    "visit_draw_places", _("Places and officers drawn"), READERS,
    (_("Lot"), _("Code"), _("Enterprise"), _("Premises"), _("Address"), _("Office"), _("Risk grade"),
     _("Day of the visit"), _("First officer"), _("Certificate"), _("Second officer"), _("Certificate"), _("Number"),
     _("Why no visit was planned"), _("Class of the double-random check"), _("published on")),
    _drawn_rows, _drawn_cells,
)  # fmt: skip


def pool_rows(actor: Actor, given: QueryDict) -> list[list[Any]]:
    """The pool that the actor may read, as the sheet has it: places by their lots, then officers."""
    kept = DrawPool.objects.filter(area_filter(actor), draw__matter__uid=_draw(given)).select_related("draw").first()
    if kept is None:
        return []
    seed = kept.draw.seed
    drawn = set(kept.draw.places.values_list("premises__uid", flat=True))  # type: ignore[attr-defined]
    gone = {str(uid) for uid in drawn}
    places = [
        [_t("Place"), uid, grade, area, " ".join(never), lot.rank(seed, uid), _t("yes") if uid in gone else ""]
        for uid, grade, area, never in kept.places
    ]
    places.sort(key=lambda one: str(one[5]))
    return [*places, *([_t("Officer"), who, "", " ".join(areas), "", "", ""] for who, areas in kept.officers)]


def _pool_cells(block: list[list[Any]], _actor: Actor) -> Iterator[list[Any]]:
    yield from block


excel.sheet(
    "visit_draw_pool", _("Pool of the draw"), READERS,
    (_("Kind"), _("Name in the draw"), _("Risk grade"), _("Area"), _("Recused"), _("Lot (SHA-256 of seed:name)"),
     _("Drawn")),
    pool_rows, _pool_cells,
)  # fmt: skip
