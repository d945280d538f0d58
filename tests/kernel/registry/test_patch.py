"""The map of a patch: as many shops as there are, of the person's own areas, and the list says the same."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from tests import world as worlds
from tests.openers import OPENERS

from zhijian.kernel.accounts import middleware
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry import patch
from zhijian.kernel.registry.models import MapCell, Premises

CITY = patch.Box(117.0, 36.0, 119.0, 38.0, 9)
STREET = patch.Box(118.04, 36.80, 118.06, 36.82, 17)
EVERYWHERE = [("", "~")]


@given(st.text(max_size=60) | st.tuples(*[st.floats() for _ in range(5)]).map(lambda v: ",".join(map(str, v))))
def test_nonsense_is_no_box_and_a_box_is_never_larger_than_a_screen(text: str) -> None:
    box = patch.Box.read(text)
    if box is not None:
        assert box.east - box.west <= 16 * 360 / 2**box.zoom + 1e-9
        assert box.step > 0


def test_a_wheel_turned_too_far_shows_the_nearest_that_there_is() -> None:
    box = patch.Box.read("118.04,36.80,118.05,36.81,43")
    assert box is not None and box.zoom == patch.CLOSEST


@given(st.lists(st.tuples(st.floats(36.7, 36.9), st.floats(118.0, 118.2)), max_size=80), st.integers(3, 18))
def test_gathering_loses_nobody(places: list[tuple[float, float]], zoom: int) -> None:
    box = patch.Box(118.0, 36.7, 118.2, 36.9, zoom)
    found = patch.gather(box, places)
    assert sum(one.n for one in found) == len(places)
    assert all(math.isfinite(one.lat) and 36.69 < one.lat < 36.91 for one in found)


@given(st.lists(st.tuples(st.floats(36.7, 36.9), st.floats(118.0, 118.2)), max_size=80), st.integers(6, 18))
def test_no_cluster_is_drawn_over_another_and_nobody_is_lost(places: list[tuple[float, float]], zoom: int) -> None:
    box = patch.Box(118.0, 36.7, 118.2, 36.9, zoom)
    found = patch.apart(box, patch.gather(box, places))
    assert sum(one.n for one in found) == len(places)
    wide = 256 * 2**zoom / 360
    for one, other in combinations(found, 2):
        up = (one.lat - other.lat) * wide / math.cos(math.radians(36.8))
        assert math.hypot(up, (one.lon - other.lon) * wide) >= (one.size + other.size) / 2 - 1e-6


def test_neighbours_on_both_sides_of_a_cells_edge_are_one() -> None:
    box = patch.Box(117.0, 36.0, 119.0, 38.0, 9)
    edge = box.step * 1678
    two = patch.gather(box, [(36.8, edge - 180 - 0.001), (36.8, edge - 180 + 0.001)])
    assert [one.n for one in two] == [1, 1], "a grid alone draws them over each other"
    assert [one.n for one in patch.apart(box, two)] == [2]


@pytest.fixture
def world(db: None) -> Any:
    with scoped(SYSTEM):
        made = worlds.make()
        for n in range(30):
            Premises.objects.create(
                entity=made.entity, name=f"第{n}家", area=worlds.OFFICE if n % 3 else worlds.NEIGHBOUR_OFFICE,
                lat=Decimal("36.81") + Decimal(n) / 10_000, lon=Decimal("118.05"),
                trade="drug_retail" if n % 2 else "restaurant", status="closed" if n == 29 else "open",
            )  # fmt: skip
        patch.count_cells()
        yield made


def client_of(world: Any, name: str, role: Role, area: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.person(name, role, area))
    return client


def test_clusters_tell_as_many_as_there_are(world: Any) -> None:
    assert sum(one.n for one in patch.clusters(CITY, EVERYWHERE)) == 30  # 31 less the closed one
    assert sum(one.n for one in patch.clusters(CITY, EVERYWHERE, "restaurant")) == 16
    mine = [(worlds.OFFICE, worlds.OFFICE + "~")]
    rows = patch.inside(CITY, mine)
    assert (
        sum(one.n for one in patch.clusters(CITY, mine)) == rows.count() == dict_of(patch.by_area(mine))[worlds.OFFICE]
    )
    assert patch.clusters(CITY, []) == []
    Premises.objects.filter(name="第1家").update(status="closed")
    patch.count_cells()
    assert sum(one.n for one in patch.clusters(CITY, EVERYWHERE)) == 29
    assert patch.count_cells() == MapCell.objects.count()


def dict_of(areas: list[tuple[str, patch.Cluster]]) -> dict[str, int]:
    return {area: one.n for area, one in areas}


def data(client: Client, box: patch.Box, **more: str) -> dict[str, Any]:
    text = ",".join(str(v) for v in (box.west, box.south, box.east, box.north, box.zoom))
    answer = client.get("/map/data/", {"box": text, **more})
    assert answer.status_code == 200
    return answer.json()


def test_an_office_sees_its_own_patch(world: Any) -> None:
    own = client_of(world, "甲所", Role.HEAD, worlds.OFFICE)
    other = client_of(world, "乙所", Role.HEAD, worlds.NEIGHBOUR_OFFICE)
    assert [sum(one["n"] for one in data(c, CITY)["clusters"]) for c in (own, other)] == [20, 10]
    near = data(own, STREET)
    assert len(near["points"]) == 20
    for point in near["points"]:
        assert point["name"] in near["list"]
        assert point["url"] in near["list"]
    assert "20 shops in view" in near["list"]
    partner = client_of(world, "外单位", Role.PARTNER, worlds.OFFICE)
    assert partner.get("/map/data/", {"box": "118,36,119,37,10"}).status_code == 404, "a partner has no register"


def test_open_matters_by_kind_and_by_what_is_late(world: Any) -> None:
    with scoped(SYSTEM):
        finding = OPENERS["rectification"](world)
    head = client_of(world, "甲所", Role.HEAD, worlds.OFFICE)
    (point,) = data(head, CITY, kind="rectification")["points"]
    assert (point["name"], point["url"], point["bad"]) == (world.premises.name, f"/m/{finding.uid}/", False)
    assert data(head, CITY, kind="rectification", late="1")["points"] == []
    Matter.objects.filter(pk=finding.pk).update(due=worlds.in_days(-2))
    (point,) = data(head, CITY, late="1")["points"]
    assert point["bad"]
    stranger = client_of(world, "乙所", Role.HEAD, worlds.NEIGHBOUR_OFFICE)
    assert data(stranger, CITY, kind="rectification")["points"] == []


def test_the_page_has_its_filters_and_its_list_without_script(world: Any) -> None:
    head = client_of(world, "甲所", Role.HEAD, worlds.OFFICE)
    page = head.get("/map/", {"trade": "drug_retail", "kind": "nonsense"}).content.decode()
    assert 'value="drug_retail" selected' in page
    assert "shops in view" in page
    assert head.head("/map/").status_code == 200
    for box in ("", "1,2", "a,b,c,d,e", "200,0,201,1,9", "nan,nan,nan,nan,9"):
        assert head.get("/map/data/", {"box": box}).status_code == 400


def test_more_shops_take_no_more_queries(world: Any) -> None:
    head = client_of(world, "甲所", Role.HEAD, worlds.OFFICE)

    def counted() -> int:
        data(head, STREET)
        with CaptureQueriesContext(connection) as caught:
            data(head, STREET)
        return len(caught)

    few = counted()
    for n in range(40):
        Premises.objects.create(
            entity=world.entity, name=f"又{n}", area=worlds.OFFICE, lat=Decimal("36.811"), lon=Decimal("118.051")
        )
    assert counted() == few


def test_a_tile_service_is_let_through_by_the_content_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pack:
        def __init__(self, tiles: str) -> None:
            self.tiles = tiles

        def setting(self, key: str, default: str = "") -> str:
            return self.tiles if key == "map_tiles" else default

    for tiles, said in (
        ("", ""),
        ("https://tiles.example/{z}/{x}/{y}.png", " https://tiles.example"),
        ("https://{s}.tiles.example:8443/{z}/{x}/{y}.png", " https://*.tiles.example:8443"),
        ("/static/tiles/{z}.png", ""),
    ):
        monkeypatch.setattr(middleware, "stack", lambda tiles=tiles: Pack(tiles))
        assert middleware.tile_origin() == said
