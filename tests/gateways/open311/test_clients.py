"""Clients that we did not write: `georeport` lists and follows (it cannot create), `three` lists, creates and follows.

Both are used as they are. `three` was written for Python 2: it imports `itertools.ifilter`, which is lent to it.
"""

from __future__ import annotations

import itertools
import sys
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests import world
from tests.gateways.open311.conftest import PLATFORM, answered, taken, work

from zhijian.gateways.open311 import keys
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped


@pytest.fixture
def site(live_site: str) -> tuple[world.World, str, str]:
    """The world, the address and a key."""
    with scoped(SYSTEM):
        made = world.make()
        made.person("市中心", Role.DISPATCHER, world.CITY)
        made.inspector, made.head
        _row, key = keys.issue(PLATFORM, "test", "admin")
    return made, f"{live_site}/open311/v2", key


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(itertools, "ifilter", filter, raising=False)
    yield pytest.importorskip("three")
    for name in [one for one in sys.modules if one.partition(".")[0] == "three"]:
        del sys.modules[name]


def test_three_lists_creates_and_follows(site, three):
    w, url, key = site
    city = three.Three(url, api_key=key)
    assert city.discovery()["endpoints"]
    assert {"P04", "R01"} <= {one["service_code"] for one in city.services()}
    assert city.services("P04")["attributes"][0]["code"] == "said_name"
    made = city.post(
        "P04", address="张店区水晶街1号", name="Zach Williams", phone="13805331234", description="吃出头发。",
        external_id="THREE-1", **{"attribute[said_name]": "清风小馆"},
    )  # fmt: skip
    token = made[0]["token"]
    assert city.token(token, api_key=key)[0]["service_request_id"] == ""
    work()
    number = city.token(token, api_key=key)[0]["service_request_id"]
    assert number == "THREE-1" and taken(number).item.person == "Zach Williams"
    assert [one["service_request_id"] for one in city.requests(api_key=key)] == [number]
    assert city.requests("P01", api_key=key) == []
    answered(w, number, "已退款 58 元。")
    followed = city.request(number, api_key=key)[0]
    assert (followed["status"], followed["status_notes"]) == ("closed", "已退款 58 元。")


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport_lists_and_follows_in_both_forms(site, form):
    georeport = pytest.importorskip("georeport")
    w, url, key = site
    _give(url, key)
    work()
    parts = urlsplit(url)  # it knows no key when it reads: requests makes the password of the address Basic
    city = georeport.GeoReport(f"http://platform:{key}@{parts.netloc}{parts.path}", output_format=form)
    assert {"P04", "R01"} <= {one["service_code"] for one in city.get_service_list()}
    assert city.get_service_definition("P04")
    rows = city.get_service_requests()
    rows = rows if isinstance(rows, list) else [rows]
    assert [one["service_request_id"] for one in rows] == ["GEO-1"]
    answered(w, "GEO-1", "已退款。<b>&")
    followed = city.get_service_request("GEO-1")
    assert (followed["status"], followed["status_notes"]) == ("closed", "已退款。<b>&")


def _give(url: str, key: str) -> None:
    import requests

    told = {
        "api_key": key, "service_code": "P04", "description": "吃出头发。", "address_string": "张店区水晶街1号",
        "attribute[said_name]": "清风小馆", "external_id": "GEO-1",
    }  # fmt: skip
    assert requests.post(f"{url}/requests.json", data=told, timeout=30).status_code == 200
