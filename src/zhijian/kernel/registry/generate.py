"""Plants a made-up register at any size by COPY: for the demo city and the benches."""

from __future__ import annotations

import csv
import datetime as dt
import json
import tomllib
from collections.abc import Callable, Collection, Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from zhijian.kernel.packs import Stack, stack

from .codes import make_uscc
from .door import new_door_code
from .import_.rows import escape, uuid7s
from .made_up import MadeEntity, Maker, Ring, Town
from .models import Entity, Licence, Premises
from .text import search_columns

ENTITIES, UNITS = 607_000, 90_000  # of the city in the interview
SOURCE = "made_up"
SPREAD = Decimal("0.002")  # degrees between the made-up shops of an area, some 200 m
_BATCH = 5_000
_SEARCH = "name fold grams initials name_key"
_COLUMNS = {
    "entity": (
        f"uid scheme code old_code source source_key {_SEARCH} kind status representative phone address area industry "
        "established ended pinned extra"
    ).split(),
    "premises": (
        f"uid entity_id source source_key {_SEARCH} address area lat lon door_code trade status contact phone risk "
        "pinned extra"
    ).split(),
    "licence": (
        [
            "uid",
            "entity_id",
            "premises_id",
            "kind",
            "number",
            "scope",
            "issued_by",
            "valid_from",
            "valid_until",
            "status",
            "extra",
        ]
    ),
}

Progress = Callable[[int], None]


def towns(place: Stack | None = None) -> list[Town]:
    """The towns of a pack: its areas of the lowest level. Raises LookupError for a pack without names.toml or areas."""
    place = place or stack()
    areas = place.areas
    rings = _rings(place)
    found = []
    for area in areas.values():
        if area.level != "office":
            continue
        district = areas[area.parent]
        city = areas[district.parent] if district.parent else district
        code = district.code if district.code.isdigit() and len(district.code) == 6 else f"{city.code}00"
        town, ring = area.short[:-1] + "街道", rings.get(district.code)
        names = (city.short + "市", _district_name(district.name, district.short), town)
        found.append(Town(area.code, code, *names, float(area.latitude), float(area.longitude), ring))
    if not found:
        raise LookupError(f"the pack {place.name} has no offices")
    return found


def _district_name(name: str, short: str) -> str:
    """张店区 of 张店区市场监督管理局; a zone keeps its short name."""
    start = name.split("市场监督管理局")[0]
    return start if len(start) <= 4 else short


def _rings(place: Stack) -> dict[str, Ring]:
    try:
        shapes = json.loads(place.file("areas/districts.geojson").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    rings: dict[str, Ring] = {}
    for feature in shapes["features"]:
        shape, facts = feature["geometry"], feature["properties"]
        polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        outer = max((polygon[0] for polygon in polygons), key=len)
        rings[str(facts.get("adcode") or facts.get("code"))] = [(p[0], p[1]) for p in outer]
    return rings


def maker(seed: int = 1, today: dt.date | None = None, busy: Collection[str] = ()) -> Maker:
    """A maker with the words of the installed pack."""
    words = tomllib.loads(stack().file("names.toml").read_text(encoding="utf-8"))
    return Maker(words, towns(), seed, today, busy)


def plant(
    entities: int = ENTITIES,
    units: int = UNITS,
    *,
    seed: int = 1,
    today: dt.date | None = None,
    progress: Progress | None = None,
    busy: Collection[str] = (),
    change: Callable[[MadeEntity], MadeEntity] | None = None,
) -> dict[str, int]:
    """Plant a register in one transaction; rows of an earlier planting must be gone. Returns counts by table.

    `change` may change each entity before it is written.
    """
    made = maker(seed, today, busy).entities(entities, min(units, entities))
    if change is not None:
        made = map(change, made)
    counts = {"entities": 0, "premises": 0, "licences": 0}
    with transaction.atomic(), connection.cursor() as cursor:
        while batch := list(islice(made, _BATCH)):
            places = _plant_batch(cursor, batch)
            counts["entities"] += len(batch)
            counts["premises"] += places
            counts["licences"] += places
            if progress:
                progress(counts["entities"])
        cursor.execute("ANALYZE registry_entity, registry_premises, registry_licence")
    return counts


def plant_named(plan: dict[str, Any]) -> int:
    """Plant the made-up shops that a pack names (`demo.toml`, `made_up`), around the point of their area.

    For a place whose register is real, and for trades that chance seldom makes. A shop's `entity` is what is registered
    of its enterprise; its `licences` are those of the plan where it says nothing. Returns how many. Raises KeyError for
    an area that the pack does not have.
    """
    usual = [{"kind": plan["licence"], "scope": plan["scope"]}] if "licence" in plan else []
    for n, shop in enumerate(plan["shops"], 1):
        area, known = stack().areas[shop["area"]], {"source": SOURCE, "source_key": f"{SOURCE}-{n}"}
        told = {name: shop[name] for name in ("name", "address", "area")}
        entity = Entity.objects.create(**known, **(told | _registered(shop.get("entity", {}), area.code, n)))
        place = Premises.objects.create(
            **known,
            **told,
            entity=entity,
            trade=shop["trade"],
            contact=entity.representative,
            phone=entity.phone,
            lat=Decimal(area.latitude) + (n % 5 - 2) * SPREAD,
            lon=Decimal(area.longitude) + (n % 3 - 1) * SPREAD,
        )
        for one in shop.get("licences", usual):
            Licence.objects.create(**({"number": f"DEMO-{n:04d}"} | one), entity=entity, premises=place)
    return len(plan["shops"])


def _registered(facts: dict[str, Any], area: str, n: int) -> dict[str, Any]:
    """What is registered of an enterprise; with its first two characters (`prefix`) it gets a code of its district."""
    facts = dict(facts)
    if prefix := facts.pop("prefix", ""):
        facts |= {"scheme": "uscc", "code": make_uscc(prefix, area[:6], 90_000_000 + n)}
    return facts


def _plant_batch(cursor: Any, batch: list[MadeEntity]) -> int:
    uids = uuid7s(3 * len(batch))
    units = [e for e in batch if e.unit]
    ids = _ids(cursor, "entity", len(batch))
    entity_ids = dict(zip((e.code for e in batch), ids, strict=True))
    _copy(cursor, "entity", (_entity_row(e, next(uids)) for e in batch), ids)
    place_ids = _ids(cursor, "premises", len(units))
    _copy(cursor, "premises", (_premises_row(e, next(uids), entity_ids[e.code]) for e in units), place_ids)
    licences = (
        _licence_row(e, next(uids), entity_ids[e.code], place) for e, place in zip(units, place_ids, strict=True)
    )
    _copy(cursor, "licence", licences, _ids(cursor, "licence", len(units)))
    return len(units)


def _ids(cursor: Any, kind: str, count: int) -> list[int]:
    """Take that many ids from the table's sequence."""
    sequence = f"pg_get_serial_sequence('registry_{kind}', 'id')"
    cursor.execute(f"SELECT nextval({sequence}) FROM generate_series(1, %s)", [count])
    return [row[0] for row in cursor.fetchall()]


def _copy(cursor: Any, kind: str, rows: Iterator[tuple[Any, ...]], ids: list[int]) -> None:
    names = ", ".join(f'"{c}"' for c in ("id", *_COLUMNS[kind]))
    lines = ("\t".join((str(pk), *map(_cell, row))) + "\n" for pk, row in zip(ids, rows, strict=True))
    with cursor.copy(f"COPY registry_{kind} ({names}) FROM STDIN") as copy:
        copy.write("".join(lines).encode())


def _cell(value: Any) -> str:
    return "\\N" if value is None else escape(value if isinstance(value, str) else str(value))


def _search(name: str, person: str, address: str) -> tuple[str, str, str, str]:
    folded, marks, initials, key = search_columns(name, person, address)
    return folded, "{" + ",".join(map(str, marks)) + "}", initials, key


def _entity_row(e: MadeEntity, uid: str) -> tuple[Any, ...]:
    names = (e.name, *_search(e.name, e.representative, e.address))
    facts = (e.kind, e.status, e.representative, e.phone, e.address, e.area, e.industry, e.established, e.ended)
    return (uid, "uscc", e.code, "", SOURCE, "", *names, *facts, "f", "{}")


def _premises_row(e: MadeEntity, uid: str, entity_id: int) -> tuple[Any, ...]:
    unit = e.unit
    assert unit is not None
    names = (unit.name, *_search(unit.name, e.representative, e.address))
    facts = (e.address, e.area, unit.lat, unit.lon, new_door_code(), unit.trade, "open", e.representative, e.phone)
    return (uid, entity_id, SOURCE, unit.number, *names, *facts, "", "f", "{}")


def _licence_row(e: MadeEntity, uid: str, entity_id: int, premises_id: int) -> tuple[Any, ...]:
    unit = e.unit
    assert unit is not None
    return (
        uid,
        entity_id,
        premises_id,
        unit.kind,
        unit.number,
        "[]",
        "",
        unit.valid_from,
        unit.valid_until,
        "valid",
        "{}",
    )


# -- the same as a spreadsheet ----------------------------------------------------------------------------------------

CSV_HEAD = [
    "统一社会信用代码",
    "企业名称",
    "市场主体类型",
    "法定代表人/负责人/经营者",
    "登记状态",
    "成立日期",
    "注销日期",
    "住所",
    "联系电话",
    "行政区划",
    "管辖单位",
    "行业代码",
]
_STATUS_WORDS = {"active": "存续", "closed": "注销", "revoked": "吊销", "dormant": "歇业"}


def write_csv(path: Path, entities: int = ENTITIES, *, seed: int = 1, encoding: str = "utf-8-sig") -> None:
    """Write a made-up register as an export of registrations, for the mapping `registration`."""
    offices = {area.code: area.name for area in stack().areas.values()}
    with path.open("w", encoding=encoding, newline="") as file:
        out = csv.writer(file)
        out.writerow(CSV_HEAD)
        for e in maker(seed).entities(entities, 0):
            status = _STATUS_WORDS[e.status]
            facts = (e.representative, status, e.established, e.ended or "", e.address, e.phone)
            out.writerow((e.code, e.name, e.kind, *facts, e.area[:6], offices[e.area], e.industry))
