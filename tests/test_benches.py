"""The benches write some tables in plain SQL, which no model fills in: a new column must not break them unseen."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from django.db import connection
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.inspection.checklists import load_shipped

FOLDER = Path(__file__).parents[1] / "bench"
PLAIN = sorted(path.stem for path in FOLDER.glob("*.py") if "INSERT INTO" in path.read_text())


def test_every_bench_can_be_started() -> None:
    for path in FOLDER.glob("*.py"):
        import_module(f"bench.{path.stem}")


@pytest.mark.parametrize("bench", PLAIN)
def test_what_a_bench_writes_in_plain_sql_fits_the_tables(db: None, bench: str) -> None:
    with scoped(SYSTEM), connection.cursor() as cursor:
        load_shipped()
        for n in range(7):
            entity = Entity.objects.create(name=f"{n}", area=world.OFFICE)
            Premises.objects.create(entity=entity, name=entity.name, area=world.OFFICE, trade="restaurant")
        told = {
            "n": 7, "each": 1, "entity": entity.pk, "area": f"{world.OFFICE}%", "areas": [world.OFFICE], "k": 1,
            "categories": ["3110"], "trades": [f"t{n}" for n in range(7)],
        }  # fmt: skip
        found = [said for said in vars(import_module(f"bench.{bench}")).values() if "INSERT INTO" in str(said)]
        assert found, "its SQL is a constant of the module"
        for said in found:
            cursor.execute(said, told)
            assert cursor.rowcount
