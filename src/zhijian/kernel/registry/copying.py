"""The bureau's own register for its practice copy: enterprises, premises, licences, without anybody's name or number.

Names of representatives and contacts, and every phone, are made up; other columns of the source and the private number
of a contact stay behind. What is made up for the demo city is not copied. Door codes are the same: who practises at a
real door finds its shop.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.conf import settings
from django.db import models, transaction
from psycopg.rows import dict_row

from zhijian.kernel.packs import stack
from zhijian.kernel.registry.generate import SOURCE
from zhijian.kernel.registry.models import Entity, Licence, Premises
from zhijian.kernel.registry.text import search_columns

BATCH = 2_000
PERSONAL = ("representative", "contact")
NOBODYS = "000-{n:07d}"  # no exchange has this prefix: a slip of the finger calls nobody
_COPIED: dict[type[models.Model], str] = {
    Entity: "uid scheme code old_code source source_key name kind status representative phone address area industry"
    " established ended pinned",
    Premises: "uid source source_key name address area lat lon door_code trade status contact phone risk pinned"
    " entity_id",
    Licence: "uid kind number scope issued_by valid_from valid_until status entity_id premises_id",
}


class NotPractice(RuntimeError):
    """Only a practice copy takes a register this way: the real one imports."""


@dataclass
class Copied:
    """How many rows are here, and under which keys: those of the source to those of the copy."""

    entities: dict[int, int] = field(default_factory=dict)
    premises: dict[int, int] = field(default_factory=dict)
    licences: int = 0


def copy_from(source: psycopg.Connection[Any], say: Callable[[int], None] = lambda n: None) -> Copied:
    """Copy what is not here yet, as it stands at one moment. A second run adds what came since. Raises NotPractice."""
    if not settings.TRAINING:
        raise NotPractice("this is no practice copy")
    done, people = Copied(), _people()
    with transaction.atomic(), source.transaction():
        source.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for rows in _batches(source, Entity):
            done.entities |= _kept(Entity, [_entity(row, people) for row in rows], rows)
            say(len(done.entities))
        for rows in _batches(source, Premises):
            some = [row for row in rows if row["entity_id"] in done.entities]
            done.premises |= _kept(Premises, [_premises(row, done, people) for row in some], some)
        for rows in _batches(source, Licence):
            some = [row for row in rows if row["entity_id"] in done.entities]
            done.licences += len(_kept(Licence, [_licence(row, done) for row in some], some))
    return done


def _batches(source: psycopg.Connection[Any], model: type[models.Model]) -> Iterator[list[dict[str, Any]]]:
    """Rows of a table by the server's own cursor, so that a large register is never held whole."""
    table = model._meta.db_table
    columns = ", ".join(f't."{name}"' for name in ("id", *_COPIED[model].split()))
    ours = "t" if model is not Licence else "e"
    join = " JOIN registry_entity e ON e.id = t.entity_id" if model is Licence else ""
    merged = "" if model is Licence else " AND t.merged_into_id IS NULL"
    with source.cursor(name=f"copy_{table}", row_factory=dict_row) as cursor:
        cursor.execute(
            f"SELECT {columns} FROM {table} t{join} WHERE {ours}.source <> %s{merged} ORDER BY t.id", [SOURCE]
        )
        while rows := cursor.fetchmany(BATCH):
            yield rows


def _people() -> Callable[[int], str]:
    """Made-up names, the same for the same row."""
    words = tomllib.loads(stack().file("names.toml").read_text(encoding="utf-8"))

    def name(key: int) -> str:
        dice = random.Random(key)
        surname, given = dice.choice(words["surnames"]), dice.choice(words["given"])
        return f"{given} {surname}" if surname.isascii() else surname + given

    return name


def _made_up(row: dict[str, Any], people: Callable[[int], str]) -> dict[str, Any]:
    """The row's own facts, with somebody else's name and nobody's number where there was one."""
    kept = {name: value for name, value in row.items() if name != "id"}
    for name in PERSONAL:
        if kept.get(name):
            kept[name] = people(row["id"])
    if kept["phone"]:
        kept["phone"] = NOBODYS.format(n=row["id"] % 10_000_000)
    return kept


def _searched(name: str, person: str, address: str) -> dict[str, Any]:
    return dict(zip(("fold", "grams", "initials", "name_key"), search_columns(name, person, address), strict=True))


def _entity(row: dict[str, Any], people: Callable[[int], str]) -> Entity:
    kept = _made_up(row, people)
    return Entity(**kept, **_searched(kept["name"], kept["representative"], kept["address"]))


def _premises(row: dict[str, Any], done: Copied, people: Callable[[int], str]) -> Premises:
    kept = _made_up(row, people) | {"entity_id": done.entities[row["entity_id"]]}
    return Premises(**kept, **_searched(kept["name"], kept["contact"], kept["address"]))


def _licence(row: dict[str, Any], done: Copied) -> Licence:
    kept = {name: value for name, value in row.items() if name != "id"}
    place = done.premises.get(row["premises_id"]) if row["premises_id"] else None
    return Licence(**kept | {"entity_id": done.entities[row["entity_id"]], "premises_id": place})


def _kept(model: Any, made: list[Any], rows: list[dict[str, Any]]) -> dict[int, int]:
    """Write what is not here yet; the keys of the source with those here, by the uid that both share."""
    model.objects.bulk_create(made, ignore_conflicts=True)
    here = dict(model.objects.filter(uid__in=[row["uid"] for row in rows]).values_list("uid", "pk"))
    return {row["id"]: here[row["uid"]] for row in rows if row["uid"] in here}
