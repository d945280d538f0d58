"""The menu: each room stands under the heading of its field of work; what everybody needs stands above all."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from zhijian.kernel.desk import context, lists, menu

ABOVE = {"inbox", "calendar", "figures", "patch"}


def test_each_room_stands_under_a_heading_that_there_is() -> None:
    loaded = lists.load().values()
    known = {one.code for one in menu.headings()}
    assert {one.slug() for one in loaded if one.room and not menu.heading_of(one.__module__).code} == set()
    bare = {code for code, one in menu._items.items() if one.under == ""}
    assert {code for code in bare if not code.startswith("centre_")} == ABOVE
    assert {one.under for one in menu._items.values()} <= known


@pytest.mark.django_db
def test_the_menu_of_a_head_is_in_parts_each_with_what_he_has(world, signed_in) -> None:
    page = signed_in(world.head).get("/").content.decode()
    side = page[page.index('id="side"') : page.index("</nav>", page.index('id="side"'))]
    parts = re.findall(
        r'<summary id="rooms-(\w+)"><span>([^<]+)</span></summary>\s*<ul class="rooms" aria-labelledby="(.+?)">', side
    )
    assert [code for code, _label, _by in parts] == [
        "complaints",
        "inspection",
        "equipment",
        "papers",
        "registry",
        "office",
    ]
    assert all(by == f"rooms-{code}" for code, _label, by in parts)
    assert side.index('href="/"') < side.index("rooms-complaints") < side.index('href="/l/inspection/"')
    assert side.index("rooms-inspection") < side.index('href="/l/grading/"') < side.index("rooms-equipment")


def _open(client: Client, address: str = "/") -> list[str]:
    page = client.get(address).content.decode()
    return re.findall(r'<details class="rooms-of" data-part="(\w+)" open>', page)


@pytest.mark.django_db
def test_a_long_menu_is_folded_but_for_where_one_is_and_stays_as_one_left_it(world, signed_in) -> None:
    client = signed_in(world.head)
    assert _open(client) == []
    assert _open(client, "/l/complaint/") == ["complaints"]
    client.cookies["menu"] = "papers.office"
    assert _open(client) == ["papers", "office"]
    assert _open(client, "/l/complaint/") == ["complaints", "papers", "office"]
    client.cookies["menu"] = ""
    assert _open(client, "/l/complaint/") == ["complaints"]
    client.cookies["menu"] = "no such.<part>"
    assert _open(client) == []


@pytest.mark.django_db
def test_a_short_menu_stands_open(world, signed_in, monkeypatch) -> None:
    monkeypatch.setattr(context, "FEW", 1000)
    assert len(_open(signed_in(world.head))) == 6
