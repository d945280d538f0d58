"""The rows of a set while somebody changes them: they stand in the address, a button leads to the next address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from zhijian.kernel.desk.said import area_path
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.complaints import categories
from zhijian.programmes.complaints.models import Channel
from zhijian.programmes.complaints.routing import sets
from zhijian.programmes.complaints.routing.matching import DISTRICT, OFFICE, Row, read
from zhijian.programmes.complaints.understanding import catalogue

Options = list[tuple[str, str]]


@dataclass(frozen=True)
class State:
    """The rows, and the place of the one in the form below (from 1; 0: a new one)."""

    rows: Sequence[Row]
    edit: int = 0

    @property
    def address(self) -> str:
        """The query that names it. `set` says that the rows stand in it, also where there is none."""
        named = [("set", "1"), *(("row", row.code) for row in self.rows)]
        return urlencode([*named, ("edit", str(self.edit))] if self.edit else named)


def state_of(given: QueryDict, held: Sequence[Row]) -> State:
    """What an address or a form names; the rows in force where it names none."""
    if "set" not in given:
        return State(held)
    rows = []
    for code in given.getlist("row")[: sets.MOST + 1]:
        try:
            rows.append(read(code[:120]))
        except ValueError:
            continue  # an address that somebody cut off: the rows that can be read stand
    edit = given.get("edit", "")
    return State(rows, int(edit) if edit.isdecimal() and len(edit) < 4 and 0 < int(edit) <= len(rows) else 0)


def done(state: State, given: QueryDict) -> State:
    """What the rows are after a button: up, down, drop with the place of a row; keep the row in the form.

    Raises RouteRefused for a row that can't be kept.
    """
    act, _sign, place = given.get("do", "").partition("-")
    rows = list(state.rows)
    if act == "keep":
        row = _row(given)
        sets.check([row])
        if state.edit:
            rows[state.edit - 1] = row
        else:
            rows.append(row)
        return State(rows)
    n = int(place) - 1 if place.isdecimal() and len(place) < 4 else -1
    if not 0 <= n < len(rows):
        return State(rows)
    row = rows.pop(n)
    if act in ("up", "down"):
        rows.insert(max(n - 1, 0) if act == "up" else n + 1, row)
    elif act != "drop":
        rows.insert(n, row)
    return State(rows)


def chosen(given: QueryDict) -> dict[str, str]:
    """What stands in the form of a row, as it was chosen."""
    return {
        name: given.get(name, "")[:24]
        for name in ("kind", "channel", "category", "area", "urgency", "to", "how", "hands")
    }


def _row(given: QueryDict) -> Row:
    said = chosen(given)
    urgency = int(said["urgency"]) if said["urgency"] in ("0", "1", "2") else 0
    return Row(
        said["to"], said["kind"], said["channel"], said["category"], said["area"], urgency, said["how"] == "straight",
        said["hands"],
    )  # fmt: skip


def parts(row: Row) -> dict[str, str]:
    """A row as the form of a row holds it."""
    return {
        "kind": row.kind, "channel": row.channel, "category": row.category, "area": row.area,
        "urgency": str(row.urgency), "to": row.to, "how": "straight" if row.straight else "proposed",
        "hands": row.hands,
    }  # fmt: skip


def options() -> list[tuple[str, str, Options]]:
    """What a row can be made of: name, label and choices of each field, in the order of its sentence."""
    of_shop = [(OFFICE, _("the office of the shop")), (DISTRICT, _("the district of the shop"))]
    named = [(code, " ".join(area_path(code))) for code in sorted(sets.targets())]
    every = ("", _("any"))
    return [
        ("kind", _("Kind"), [every, *((kind, str(flow_of(kind).plural)) for kind in sets.LISTS)]),
        ("channel", _("channel"), [every, *((str(code), str(label)) for code, label in Channel.choices)]),
        ("category", _("Kind of problem"), [every, *_categories()]),
        ("area", _("Area"), [every, *named]),
        ("urgency", _("Urgency"), [("0", every[1]), *_urgencies()]),
        ("to", _("To which office"), [("", _("choose") + " …"), *of_shop, *named]),
        ("how", _("How it goes"), [("proposed", _("proposed: a person passes it on")), ("straight", _("straight"))]),
        ("hands", _("Into whose hands there"), [("", _("the head assigns")), *_hands()]),
    ]


def _categories() -> Options:
    table = catalogue.current()
    return [
        (one.code, f"{one.code} {categories.name_of(one.code)}")
        for of in sets.LISTS.values() if of for one in table.listed(of, None)
    ]  # fmt: skip


def _hands() -> Options:
    said = _("the %(role)s with the fewest")
    return [(str(role), said % {"role": role.label}) for role in sets.HANDS]


def _urgencies() -> Options:
    said = _("%(urgency)s at least")
    return [(str(value), said % {"urgency": label}) for value, label in Matter.Urgency.choices if value]


__all__ = ["State", "chosen", "done", "options", "parts", "state_of"]
